"""Opens sealed parts for views that read words, under the service's own keys."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson

from shared.crypto.key_store import KeyStore
from shared.domain.corrections import said_last
from shared.domain.event import Record


class OpenedWords:
    """What a view that reads words is given, in a process that holds the service's keys.

    Digests lie under the service's master key. After another one was put in place (`KeyStore.rewrap`), such views are built
    again: what was asked before is found under the new digests alone.
    """

    def __init__(self, keys: KeyStore) -> None:
        self._keys = keys

    def text(self, record: Record) -> Mapping[str, Any] | None:
        """The sealed part of an event; of what was corrected the right one. None: there is none, or it was erased.

        Raises:
            Tampered: the bytes are not what was sealed for this event.
            WrongMasterKey: the store belongs to another master key.
        """
        plain = None if record.sealed is None else self._keys.open(record.sealed, record.sealed_by)
        return None if plain is None else said_last(orjson.loads(plain))

    def digest(self, text: str) -> UUID:
        """A keyed digest of a text (128 bits of HMAC-SHA-256)."""
        return UUID(bytes=self._keys.fingerprint(text.encode())[:16])
