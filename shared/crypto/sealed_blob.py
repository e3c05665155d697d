"""Sealed blobs: the words of one event as they lie in the log, under a key that opens that event alone.

The key of an event's words is derived from its subject's key and the event's id, so the words of one event can be
disclosed, and proved to be what the log's digest covers, without opening anything else about the subject. Erasing the
subject's key takes all of them. AES-GCM alone would let who made a blob make two keys that open it to two texts: the
blob carries a commitment to its one key. Pure, but for random bytes.

| bytes | version 2 | version 1, read and no longer written |
| --- | --- | --- |
| 1 | the version | the version |
| 16 | id of the subject's key | id of the subject's key |
| 32 | commitment: SHA-256(`safeguarding commitment 2`, the event's key) | none |
| 12 | nonce | nonce |
| the rest | AES-256-GCM under the event's key, and its tag of 16 | the same under the subject's key itself |

The associated data of both is the event's id, 16 bytes. The event's key is HKDF-Expand (RFC 5869) with SHA-256 of the
subject's key, 32 bytes, with the info `safeguarding event key 2` and the event's id.
"""

import hashlib
import hmac
import secrets
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_ONE: Final = 1
"""The version that lay under the subject's key itself."""


_TWO: Final = 2


_KEY_ID: Final = slice(1, 17)


_COMMITMENT: Final = slice(17, 49)


_NONCE_BYTES: Final = 12


_TAG_BYTES: Final = 16


_NONCE_AT: Final = {_ONE: 17, _TWO: 49}


class Tampered(Exception):
    """Sealed bytes are not what was sealed for this event: altered, cut, or taken from another event."""


class SealedTogether(Exception):
    """These words were sealed under the subject's own key (version 1): showing them would open all of the subject."""


def key_id(blob: bytes) -> bytes:
    """The id of the subject's key that a blob needs. Raises Tampered where these are no sealed bytes."""
    nonce_at = _NONCE_AT.get(blob[0]) if blob else None
    if nonce_at is None or len(blob) < nonce_at + _NONCE_BYTES + _TAG_BYTES:
        raise Tampered("these are not sealed bytes of a known version")
    return blob[_KEY_ID]


def seal(subject_key: bytes, subject_key_id: bytes, event_id: UUID, plain: bytes) -> bytes:
    """`plain` sealed for that event."""
    key, nonce = _event_key(subject_key, event_id), secrets.token_bytes(_NONCE_BYTES)
    return b"".join(
        (
            bytes((_TWO,)),
            subject_key_id,
            _commitment(key),
            nonce,
            AESGCM(key).encrypt(nonce, plain, event_id.bytes),
        )
    )


def unseal(subject_key: bytes, event_id: UUID, blob: bytes) -> bytes:
    """What was sealed for that event under that subject's key, of either version. Raises Tampered."""
    key_id(blob)
    if blob[0] == _ONE:
        return _decrypted(subject_key, event_id, blob)
    return unseal_alone(_event_key(subject_key, event_id), event_id, blob)


def unseal_alone(event_key: bytes, event_id: UUID, blob: bytes) -> bytes:
    """What was sealed for that event, by the key of this event alone, as `event_key_of` disclosed it.

    Raises:
        Tampered: the blob was not sealed for that event with that key.
        SealedTogether: it is of version 1.
    """
    key_id(blob)
    if blob[0] == _ONE:
        raise SealedTogether
    if not hmac.compare_digest(blob[_COMMITMENT], _commitment(event_key)):
        raise _not_what_was_sealed(event_id)
    return _decrypted(event_key, event_id, blob)


def event_key_of(subject_key: bytes, event_id: UUID, blob: bytes) -> bytes:
    """The key that opens this blob and no other, to disclose it. It is tried first.

    Raises:
        Tampered: the blob was not sealed for that event.
        SealedTogether: it is of version 1.
    """
    key = _event_key(subject_key, event_id)
    unseal_alone(key, event_id, blob)
    return key


def _event_key(subject_key: bytes, event_id: UUID) -> bytes:
    """HKDF-Expand to one block: the subject's key is random already, so nothing is extracted first."""
    return hmac.digest(subject_key, b"safeguarding event key 2" + event_id.bytes + b"\x01", hashlib.sha256)


def _commitment(event_key: bytes) -> bytes:
    return hashlib.sha256(b"safeguarding commitment 2" + event_key).digest()


def _decrypted(key: bytes, event_id: UUID, blob: bytes) -> bytes:
    nonce_at = _NONCE_AT[blob[0]]
    body_at = nonce_at + _NONCE_BYTES
    try:
        return AESGCM(key).decrypt(blob[nonce_at:body_at], blob[body_at:], event_id.bytes)
    except InvalidTag:
        raise _not_what_was_sealed(event_id) from None


def _not_what_was_sealed(event_id: UUID) -> Tampered:
    return Tampered(f"the sealed part of event {event_id} is not what was sealed for it")
