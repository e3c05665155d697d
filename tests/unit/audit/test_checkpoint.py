"""A checkpoint says what it says: no other bytes carry its signature."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from shared.audit.checkpoint import BadKeys, Checkpoint, NotACheckpoint, PublicKeys, Signer, make_signing_key
from shared.crypto.hash_chain import GENESIS
from shared.crypto.secret_files import UnsafeSecret

AT = datetime(2026, 4, 2, 15, 40, 0, 5, tzinfo=UTC)
ONE = Checkpoint("mash", 1, 10, b"h" * 32, b"r" * 32, AT, GENESIS)


@pytest.fixture
def signer(tmp_path) -> Signer:
    make_signing_key("mash", tmp_path / "mash.key", tmp_path / "keys")
    return Signer("mash", tmp_path / "mash.key")


@pytest.fixture
def keys(signer, tmp_path) -> PublicKeys:
    return PublicKeys.read(tmp_path / "keys")


def test_the_signed_text_is_pinned():
    """Signatures stand on these bytes: they never change."""
    assert ONE.text().decode() == (
        "safeguarding checkpoint v1\nmash\n1\n10\n"
        f"{'68' * 32}\n{'72' * 32}\n2026-04-02T15:40:00.000005+00:00\n{'00' * 32}\n"
    )
    assert ONE.digest.hex() == "d2b1c526894db3a319383147bc23236fe058a9b42a235b360d979ed77196954f"


def test_what_was_signed_comes_back_from_its_json_and_its_row(signer, keys):
    signed = signer.sign(ONE)
    assert Checkpoint.parse(signed.json()) == signed
    assert Checkpoint.parse(signed.fields()) == signed
    assert Checkpoint.row("mash", {name: getattr(signed, name) for name in signed.__slots__}) == signed
    assert keys.signed(signed)
    assert keys.signed(replace(signed, made_at=AT.astimezone(timezone(timedelta(hours=1)))))


@pytest.mark.parametrize(
    "change",
    [
        {"service": "people"},
        {"first": 2},
        {"last": 11},
        {"head": b"x" * 32},
        {"root": b"x" * 32},
        {"made_at": AT + timedelta(microseconds=1)},
        {"previous": b"x" * 32},
        {"signature": bytes(64)},
    ],
)
def test_every_field_is_signed(signer, keys, tmp_path, change):
    make_signing_key("people", tmp_path / "people.key", tmp_path / "keys")
    keys = PublicKeys.read(tmp_path / "keys")
    assert not keys.signed(replace(signer.sign(ONE), **change))


@pytest.mark.parametrize(
    "change",
    [
        {"service": "mash\n1"},
        {"service": ""},
        {"first": 0},
        {"first": 11},
        {"last": 2**63},
        {"last": "ten"},
        {"head": "68"},
        {"root": "zz" * 32},
        {"root": 5},
        {"made_at": "yesterday"},
        {"made_at": None},
        {"signature": ""},
    ],
)
def test_what_is_malformed_is_no_checkpoint(signer, change):
    with pytest.raises(NotACheckpoint):
        Checkpoint.parse(signer.sign(ONE).fields() | change)


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"{}", b'"x"', b"\xff"])
def test_neither_is_anything_else(body):
    with pytest.raises(NotACheckpoint):
        Checkpoint.parse(body)


def test_what_follows_what():
    two = replace(ONE, first=11, last=12, previous=ONE.digest)
    assert ONE.follows(None)
    assert two.follows(ONE)
    assert not two.follows(None)
    assert not replace(two, first=12).follows(ONE)
    assert not replace(two, previous=GENESIS).follows(ONE)


def test_text_and_public_key_are_enough_to_check_a_signature(signer, tmp_path):
    """With any tool that knows Ed25519 and PEM, so that an auditor need not trust this program."""
    key = load_pem_public_key((tmp_path / "keys" / "mash.pub").read_bytes())
    key.verify(signer.sign(ONE).signature, ONE.text())
    with pytest.raises(InvalidSignature):
        key.verify(signer.sign(ONE).signature, ONE.text().replace(b"10", b"11"))


def test_after_a_change_of_keys_old_signatures_hold(signer, tmp_path):
    old = signer.sign(ONE)
    public = tmp_path / "keys" / "mash.pub"
    make_signing_key("mash", tmp_path / "new.key", tmp_path / "new")
    public.write_bytes(public.read_bytes() + (tmp_path / "new" / "mash.pub").read_bytes())
    new = Signer("mash", tmp_path / "new.key").sign(ONE)
    assert new.signature != old.signature
    both = PublicKeys.read(tmp_path / "keys")
    assert both.signed(old)
    assert both.signed(new)
    assert not PublicKeys.read(tmp_path / "new").signed(old)


def test_keys_are_made_once_and_kept_to_their_owner(signer, tmp_path):
    public = (tmp_path / "keys" / "mash.pub").read_bytes()
    make_signing_key("mash", tmp_path / "mash.key", tmp_path / "keys")
    assert (tmp_path / "keys" / "mash.pub").read_bytes() == public == signer.public()
    (tmp_path / "mash.key").chmod(0o640)
    with pytest.raises(UnsafeSecret, match="chmod 600"):
        Signer("mash", tmp_path / "mash.key")


def test_a_directory_without_keys_is_refused(tmp_path):
    with pytest.raises(BadKeys, match="holds no public keys"):
        PublicKeys.read(tmp_path)
    (tmp_path / "mash.pub").write_text("not a key")
    with pytest.raises(BadKeys, match=r"mash\.pub is no Ed25519 public key"):
        PublicKeys.read(tmp_path)
