"""Ids of events (UUIDv7) and of streams, as the UUIDs of the database driver, which are hashed and compared in C.

The ids of a command are looked up, compared and written some thirty times on its way; the standard library does each of
these in Python. What the database answers has such ids too. `orjson` alone does not take them: it is given `str(id)`.
"""

import os
import time
from typing import Final
from uuid import UUID

from asyncpg.pgproto import pgproto

_VERSION_7: Final = 0x7 << 76


_VARIANT: Final = 0b10 << 62


_FREE: Final = ~(0xF << 76 | 0b11 << 62)


def quick(id_: UUID) -> UUID:
    """The same id, made for being used often."""
    made: UUID = pgproto.UUID(id_.bytes)
    return made


def new_event_id() -> UUID:
    """A UUIDv7: sorts roughly by when it was made, says nothing else."""
    number = time.time_ns() // 1_000_000 << 80 | int.from_bytes(os.urandom(10), "big")
    made: UUID = pgproto.UUID((number & _FREE | _VERSION_7 | _VARIANT).to_bytes(16, "big"))
    return made
