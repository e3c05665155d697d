"""The master key of a service's key store: wraps the subjects' keys, and vouches for what the store records of them.

It lies in a file of its own, apart from the store: whoever has the store alone can read no key and record no erasure.
"""

import hashlib
import hmac
import secrets
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.crypto.sealed_blob import Tampered
from shared.crypto.secret_files import KEY_BYTES


class WrongMasterKey(Exception):
    """A key in the store was wrapped by another master key than the one given."""


class MasterKey:
    """The key that wraps keys. Raises ValueError where it has not 32 bytes."""

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError(f"a master key has {KEY_BYTES} bytes; this one has {len(key)}")
        self._cipher = AESGCM(key)
        self.id = hmac.digest(key, b"safeguarding master key id", hashlib.sha256)[:8]
        self._erasures = hmac.digest(key, b"safeguarding erasures", hashlib.sha256)
        self._fingerprints = hmac.new(
            hmac.digest(key, b"safeguarding fingerprints", hashlib.sha256), digestmod=hashlib.sha256
        )

    def fingerprint(self, plain: bytes) -> bytes:
        """HMAC-SHA-256 under a key that is derived from this one for nothing else."""
        one = self._fingerprints.copy()  # the key is taken in once, not each time
        one.update(plain)
        return one.digest()

    def erasure(self, subject: bytes, at: str) -> bytes:
        """What says that the subject was erased then, by who has this key."""
        return hmac.digest(self._erasures, subject + at.encode(), hashlib.sha256)

    def said(self, subject: bytes, at: str, master: bytes, mac: bytes) -> tuple[bytes, str]:
        """The subject and moment of a recorded erasure. Raises WrongMasterKey, or Tampered where it is none of ours."""
        self._is_ours(master)
        if not hmac.compare_digest(mac, self.erasure(subject, at)):
            raise Tampered("an erasure in the key store was put there by somebody else: restore the store")
        return subject, at

    def wrap(self, key_id: bytes, subject: UUID, plain: bytes) -> bytes:
        """A key as it is kept: 12 bytes nonce, then the key encrypted for its id and subject, and the tag."""
        nonce = secrets.token_bytes(12)
        return nonce + self._cipher.encrypt(nonce, plain, subject.bytes + key_id)

    def unwrap(self, key_id: bytes, subject: bytes, master: bytes, wrapped: bytes) -> bytes:
        """The key again. Raises WrongMasterKey, or Tampered where it is not what was wrapped."""
        self._is_ours(master)
        try:
            return self._cipher.decrypt(wrapped[:12], wrapped[12:], subject + key_id)
        except InvalidTag:
            raise Tampered("a key in the key store is not what was put there: restore the store") from None

    def _is_ours(self, master: bytes) -> None:
        if not hmac.compare_digest(master, self.id):
            raise WrongMasterKey(
                f"this key store needs the master key {master.hex()}, and {self.id.hex()} was given: "
                "restore the file that MASTER_KEY names"
            )
