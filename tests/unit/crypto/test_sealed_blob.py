"""The words of one event can be shown and proved alone; what was sealed before events had keys stays readable."""

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from hypothesis import given
from hypothesis import strategies as st

from shared.crypto import sealed_blob
from shared.crypto.key_store import KeyStore
from shared.crypto.sealed_blob import SealedTogether, Tampered, unseal_alone

MASTER = bytes(range(32))
CHILD, OTHER = UUID(int=1), UUID(int=9)

KEPT_EVENT = UUID(int=2)
KEPT_ROW = {
    "id": "445a3535ff045c4801babf17e1470f51",
    "subject": "00000000000000000000000000000001",
    "master": "a7bf348ac1f0280a",
    "wrapped": (
        "2e16bc75d57a1bceeb16b3b276fa1519affc776b66e15d6999011cf5d3bd3ff6"
        "c8e44cd976b4bef230643120653b783aee59fcfe354530cbea15e5e6"
    ),
}
KEPT_BLOB = (
    "01445a3535ff045c4801babf17e1470f51aa8da2f52c3f6c1d1e057255c86b1c3a"
    "281ca89a00871a4dcf9e21aaff76aee32ff3d5376f5218df0da7ab6cf78e45f6985bc947"
)
"""As the program wrote them before events had keys of their own: a row of its key store, and a blob of version 1."""


@pytest.fixture
def store(tmp_path: Path):
    store = KeyStore(tmp_path / "keys", MASTER)
    yield store
    store.close()


@pytest.fixture
def kept(store, tmp_path: Path) -> bytes:
    """The blob of version 1, with its key in the store."""
    with closing(sqlite3.connect(tmp_path / "keys")) as file:
        file.execute(
            "insert into key values (:id, :subject, :master, :wrapped)",
            {name: bytes.fromhex(value) for name, value in KEPT_ROW.items()},
        )
        file.commit()
    return bytes.fromhex(KEPT_BLOB)


def test_what_was_sealed_in_version_1_is_read(store, kept):
    assert store.open(kept, KEPT_EVENT) == b"Ava said it in version 1"
    with pytest.raises(Tampered):
        store.open(kept, uuid4())
    new = store.seal(CHILD, KEPT_EVENT, b"Ava said it now")  # under the same subject's key
    assert new[1:17] == kept[1:17]
    assert store.open_many([(kept, KEPT_EVENT), (new, KEPT_EVENT)]) == [
        b"Ava said it in version 1",
        b"Ava said it now",
    ]
    assert store.erase(CHILD) == 1
    assert store.open(kept, KEPT_EVENT) is None


def test_what_was_sealed_in_version_1_is_not_disclosed_alone(store, kept):
    with pytest.raises(SealedTogether):
        store.disclose(kept, KEPT_EVENT)
    with pytest.raises(SealedTogether):
        unseal_alone(bytes(32), KEPT_EVENT, kept)


def test_one_text_is_disclosed_and_nothing_else_opens(store):
    events = [uuid4() for _ in range(20)]
    store.make([CHILD, OTHER])
    blobs = store.seal_many([(CHILD, event, event.bytes) for event in events])
    his = store.seal(OTHER, events[0], b"his")
    key = store.disclose(blobs[7], events[7])
    assert key is not None
    assert unseal_alone(key, events[7], blobs[7]) == events[7].bytes
    for event, blob in zip((*events[:7], *events[8:], events[0]), (*blobs[:7], *blobs[8:], his), strict=True):
        for asked in (event, events[7]):
            with pytest.raises(Tampered):
                unseal_alone(key, asked, blob)
            with pytest.raises(InvalidTag):  # also for who passes over the commitment
                AESGCM(key).decrypt(blob[49:61], blob[61:], asked.bytes)


def test_what_was_erased_is_not_disclosed(store):
    event = uuid4()
    store.make([CHILD])
    blob = store.seal(CHILD, event, b"x")
    store.erase(CHILD)
    assert store.disclose(blob, event) is None


def test_nothing_is_disclosed_for_another_event_or_of_altered_bytes(store):
    event = uuid4()
    store.make([CHILD])
    blob = store.seal(CHILD, event, b"x")
    with pytest.raises(Tampered):
        store.disclose(blob, uuid4())
    with pytest.raises(Tampered):
        store.disclose(blob[:-1] + bytes([blob[-1] ^ 1]), event)


def test_a_blob_has_one_key_and_so_one_text():
    """Who makes a blob whose ciphertext opens under a second key cannot have it believed: the commitment is to one."""
    event, secret = uuid4(), bytes(range(32))
    blob = sealed_blob.seal(secret, bytes(16), event, b"what was said")
    key = sealed_blob.event_key_of(secret, event, blob)
    other = bytes(reversed(range(32)))
    forged = blob[:61] + AESGCM(other).encrypt(blob[49:61], b"what was not", event.bytes)
    assert AESGCM(other).decrypt(forged[49:61], forged[61:], event.bytes) == b"what was not"
    for each in (key, other):
        with pytest.raises(Tampered):
            unseal_alone(each, event, forged)


@given(plain=st.binary(max_size=200), secret=st.binary(min_size=32, max_size=32), event=st.uuids())
def test_the_layout_is_what_is_written_down(plain, secret, event):
    """Taken apart with a library's functions, as an outsider would."""
    blob = sealed_blob.seal(secret, b"0123456789abcdef", event, plain)
    info = b"safeguarding event key 2" + event.bytes
    key = HKDFExpand(SHA256(), length=32, info=info).derive(secret)
    assert blob[:17] == b"\x020123456789abcdef"
    assert blob[17:49] == hashlib.sha256(b"safeguarding commitment 2" + key).digest()
    assert AESGCM(key).decrypt(blob[49:61], blob[61:], event.bytes) == plain
    assert sealed_blob.event_key_of(secret, event, blob) == key
