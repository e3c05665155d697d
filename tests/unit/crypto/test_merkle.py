"""The Merkle tree: the RFC's own shape, and no proof but the true one."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.crypto.merkle import included, proof, root

leaves = st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=40)


def by_definition(parts: list[bytes]) -> bytes:
    """RFC 6962, section 2.1, word for word."""
    if not parts:
        return hashlib.sha256(b"").digest()
    if len(parts) == 1:
        return hashlib.sha256(b"\x00" + parts[0]).digest()
    k = 1
    while k * 2 < len(parts):
        k *= 2
    return hashlib.sha256(b"\x01" + by_definition(parts[:k]) + by_definition(parts[k:])).digest()


def test_the_roots_of_the_published_vectors():
    """Test vectors of the certificate-transparency project."""
    inputs = [bytes.fromhex(each) for each in ("", "00", "10", "2021", "3031", "40414243")]
    assert root([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert root(inputs[:1]).hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert root(inputs[:2]).hex() == "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
    assert root(inputs[:6]).hex() == "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"


@given(leaves)
def test_the_root_is_the_definition_s(parts):
    assert root(parts) == by_definition(parts)


@given(leaves, st.data())
def test_every_member_is_proved_at_its_place_and_nowhere_else(parts, data):
    index = data.draw(st.integers(0, len(parts) - 1))
    siblings = proof(parts, index)
    assert included(parts[index], index, len(parts), siblings, root(parts))
    other = data.draw(st.integers(0, len(parts) + 2))
    if other >= len(parts) or parts[other] != parts[index]:
        assert not included(parts[index], other, len(parts), siblings, root(parts))


@given(leaves, st.data())
def test_nothing_altered_is_proved(parts, data):
    index = data.draw(st.integers(0, len(parts) - 1))
    siblings, top = proof(parts, index), root(parts)
    flip = bytes([1]) + bytes(31)

    def altered(one: bytes) -> bytes:
        return bytes(a ^ b for a, b in zip(one, flip, strict=True))

    assert not included(altered(parts[index]), index, len(parts), siblings, top)
    assert not included(parts[index], index, len(parts), siblings, altered(top))
    assert not included(parts[index], index, len(parts), (*siblings, bytes(32)), top)
    if siblings:
        n = data.draw(st.integers(0, len(siblings) - 1))
        wrong = (*siblings[:n], altered(siblings[n]), *siblings[n + 1 :])
        assert not included(parts[index], index, len(parts), wrong, top)
        assert not included(parts[index], index, len(parts), siblings[:-1], top)


@given(leaves)
def test_an_inner_node_is_no_leaf(parts):
    """Without prefixes, a list of two could be passed off as a list of one."""
    if len(parts) == 2:
        joined = hashlib.sha256(b"\x00" + parts[0]).digest() + hashlib.sha256(b"\x00" + parts[1]).digest()
        assert root([joined]) != root(parts)


def test_there_is_no_proof_of_what_is_not_there():
    with pytest.raises(IndexError, match="no leaf 2 among 2"):
        proof([bytes(32), bytes(32)], 2)
