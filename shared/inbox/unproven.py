"""Messages that cannot be read, or prove no origin: parked under their place in the topic, where they stop nobody.

They stand in the table of what is parked, with a source of their own kind, so that a person finds all of it in one list.
Nothing they say of themselves is used.
"""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID, uuid5

import asyncpg
import orjson

from shared.inbox.positions import UNREADABLE, Held, Parked, RawMessage
from shared.messaging.message import topic_for

_PLACES: Final = UUID("1c7bd7a5-6a58-4d9c-9d92-5b6d1c3f1a01")


PARKED_COLUMNS: Final = "source, key, position, error, tries, headers, body"


class UnprovenMessages:
    """The parked messages of one service that cannot be read or prove no origin. Each call is one statement."""

    def __init__(self, pool: asyncpg.Pool, service: str) -> None:
        self._pool = pool
        self._schema = service

    async def park(self, raw: RawMessage, error: str) -> bool:
        """Park one under its topic, partition and offset; whether it was not there yet."""
        # Whoever sent this may have sent anything; jsonb holds every character but NUL.
        headers = {_no_nul(name): _no_nul(value) for name, value in raw.headers.items()}
        done: str = await self._pool.execute(
            f"""INSERT INTO {self._schema}.parked (source, key, position, previous, headers, body, error, tries)
                VALUES ($1, $2, $3, 0, $4, $5, $6, 1) ON CONFLICT DO NOTHING""",
            f"{UNREADABLE}{raw.topic}",
            uuid5(_PLACES, f"{raw.topic}/{raw.partition}/{raw.offset}"),
            raw.offset,
            orjson.dumps(headers).decode(),
            raw.body,
            error,
        )
        return done.endswith(" 1")

    async def park_held(self, held: Held, error: str) -> None:
        """Park a held message that no longer proves its origin. It stops its key no more, and leaves a gap."""
        place = (held.source, held.key, held.position)
        await self._pool.execute(
            f"""WITH gone AS (
                    DELETE FROM {self._schema}.inbox_held WHERE source = $1 AND key = $2 AND position = $3
                    RETURNING headers, body)
                INSERT INTO {self._schema}.parked (source, key, position, previous, headers, body, error, tries)
                SELECT $4, $5, $3, 0, headers, body, $6, 1 FROM gone ON CONFLICT DO NOTHING""",
            *place,
            f"{UNREADABLE}{topic_for(held.source, held.headers.get('ce_type', ''))}",
            uuid5(_PLACES, "/".join(map(str, place))),
            error,
        )

    async def for_one_of(self, errors: Sequence[str], limit: int = 100) -> list[Parked]:
        """Some that were parked for one of these errors, by chance, so that each has its turn."""
        rows = await self._pool.fetch(
            f"""SELECT {PARKED_COLUMNS} FROM {self._schema}.parked
                 WHERE source LIKE '{UNREADABLE}%' AND error = ANY($1::text[]) ORDER BY random() LIMIT $2""",
            list(errors),
            limit,
        )
        return [parked_of(row) for row in rows]

    async def say(self, parked: Parked, error: str) -> None:
        """Say why one cannot be taken, once that is known better."""
        await self._pool.execute(
            f"UPDATE {self._schema}.parked SET error = $3 WHERE source = $1 AND key = $2",
            parked.source,
            parked.key,
            error,
        )

    async def count(self) -> int:
        """How many there are: each is a mistake of ours, or somebody who forges."""
        found: int = await self._pool.fetchval(
            f"SELECT count(*) FROM {self._schema}.parked WHERE source LIKE '{UNREADABLE}%'"
        )
        return found


def parked_of(row: Any) -> Parked:
    """A parked message, from its row."""
    return Parked(**dict(row) | {"headers": orjson.loads(row["headers"])})


def _no_nul(text: str) -> str:
    return text.replace("\x00", "\ufffd")
