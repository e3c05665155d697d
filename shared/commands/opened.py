"""Opens the words of records for decisions that carry them on: a correction, a child who joins a contact."""

from typing import Any

import orjson

from shared.crypto.key_store import KeyStore
from shared.domain.carried import Opened
from shared.domain.event import Record


def opened_with(keys: KeyStore) -> Opened:
    """Opens the sealed part of a record with these keys."""

    def opened(record: Record) -> dict[str, Any] | None:
        if record.sealed is None:
            return {}
        plain = keys.open(record.sealed, record.sealed_by)
        text: dict[str, Any] | None = None if plain is None else orjson.loads(plain)
        return text

    return opened
