"""Sealed boxes: what the pages' process keeps, or leaves with the browser, that nobody else may read or change."""

import hmac
import secrets
from typing import Any, Final

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES: Final = 12


class NotOurs(Exception):
    """These bytes were not sealed here, for this purpose."""


class Boxes:
    """Seals and opens values under keys made of one: each purpose, and each person's drafts, has its own."""

    def __init__(self, key: bytes) -> None:
        """`key`: 32 bytes, the process's own."""
        self._key = key

    def seal(self, purpose: str, value: Any) -> bytes:
        """The value as bytes that say nothing."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + AESGCM(self._of(purpose)).encrypt(nonce, orjson.dumps(value), purpose.encode())

    def open(self, purpose: str, sealed: bytes) -> Any:
        """The value that was sealed for that purpose. Raises NotOurs."""
        try:
            nonce, rest = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
            return orjson.loads(AESGCM(self._of(purpose)).decrypt(nonce, rest, purpose.encode()))
        except (InvalidTag, ValueError):
            raise NotOurs from None

    def _of(self, purpose: str) -> bytes:
        return hmac.digest(self._key, b"safeguarding pages 1 " + purpose.encode(), "sha256")
