"""The inbox's rows: heads, what is held, what is parked, how far each partition is consumed."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol
from uuid import UUID, uuid5

import asyncpg
import orjson

from shared.messages import Message

Why = Literal["gap", "cause", "unknown"]
_UNREADABLE = UUID("1c7bd7a5-6a58-4d9c-9d92-5b6d1c3f1a01")


class Raw(Protocol):
    """A message as the broker gave it."""

    @property
    def topic(self) -> str: ...  # noqa: D102 - a field
    @property
    def partition(self) -> int: ...  # noqa: D102
    @property
    def offset(self) -> int: ...  # noqa: D102
    @property
    def headers(self) -> dict[str, str]: ...  # noqa: D102
    @property
    def body(self) -> bytes: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Held:
    """An event that waits. `age` in seconds of the real clock."""

    source: str
    key: UUID
    position: int
    previous: int
    why: Why
    age: float
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Parked:
    """An event a person must look at. `error` is its kind and rule, nothing personal."""

    source: str
    key: UUID
    position: int
    error: str
    tries: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Consumed:
    """The next offset to read of a topic partition."""

    topic: str
    partition: int
    offset: int


@dataclass(frozen=True, slots=True)
class Gap:
    """A key of which something is missing after `after`."""

    source: str
    key: UUID
    after: int


class InboxTables:
    """The inbox's tables of one service."""

    def __init__(self, pool: asyncpg.Pool, service: str) -> None:
        self._pool = pool
        self._schema = service

    async def heads(
        self, keys: Collection[tuple[str, UUID]]
    ) -> dict[tuple[str, UUID], tuple[int, UUID | None]]:
        """Position and event id of the head of each key that has one."""
        rows = await self._pool.fetch(
            f"""SELECT source, key, position, event_id FROM {self._schema}.inbox_heads
                 WHERE (source, key) IN (SELECT * FROM unnest($1::text[], $2::uuid[]))""",
            [source for source, _ in keys],
            [key for _, key in keys],
        )
        return {(row["source"], row["key"]): (row["position"], row["event_id"]) for row in rows}

    async def hold(self, message: Message, why: Why) -> None:
        """Keep an event until it can be taken."""
        await self._pool.execute(
            f"""INSERT INTO {self._schema}.inbox_held (source, key, position, previous, headers, body, why)
                VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (source, key, position) DO UPDATE SET why = $7""",
            message.source,
            message.key,
            message.position,
            message.previous,
            _json(message.headers()),
            message.body(),
            why,
        )

    async def release(self, held: Held) -> None:
        """An event that was held has been taken, or parked."""
        await self._pool.execute(
            f"DELETE FROM {self._schema}.inbox_held WHERE source = $1 AND key = $2 AND position = $3",
            held.source,
            held.key,
            held.position,
        )

    async def ready(self, keys: Collection[UUID]) -> list[Held]:
        """What is held of these keys and now stands next to its head, or waits for a cause."""
        return await self._held("held.key = ANY($1::uuid[])", list(keys))

    async def at_their_head(self, limit: int = 500) -> list[Held]:
        """Whatever is held and now stands next to its head."""
        return await self._held(f"true LIMIT {limit:d}")

    async def _held(self, condition: str, *arguments: Any) -> list[Held]:
        rows = await self._pool.fetch(
            f"""SELECT held.*, extract(epoch FROM clock_timestamp() - held_at)::float8 AS age
                  FROM {self._schema}.inbox_held held
                 WHERE previous <= coalesce((SELECT head.position FROM {self._schema}.inbox_heads head
                                              WHERE head.source = held.source AND head.key = held.key), 0)
                   AND NOT EXISTS (SELECT 1 FROM {self._schema}.parked
                                    WHERE parked.source = held.source AND parked.key = held.key)
                   AND {condition}""",
            *arguments,
        )
        return [
            Held(
                row["source"],
                row["key"],
                row["position"],
                row["previous"],
                row["why"],
                row["age"],
                orjson.loads(row["headers"]),
                row["body"],
            )
            for row in sorted(rows, key=lambda row: (row["source"], row["key"], row["position"]))
        ]

    async def gaps(self, older_than: float, again_after: float, limit: int = 100) -> list[Gap]:
        """Keys held behind a gap for some seconds, not behind a parked event, and not asked for lately."""
        rows = await self._pool.fetch(
            f"""UPDATE {self._schema}.inbox_held AS held SET asked_at = clock_timestamp()
                 WHERE (source, key, position) IN (
                        SELECT DISTINCT ON (h.source, h.key) h.source, h.key, h.position
                          FROM {self._schema}.inbox_held h
                         WHERE h.why = 'gap' AND h.held_at < clock_timestamp() - make_interval(secs => $1)
                           AND (h.asked_at IS NULL OR h.asked_at < clock_timestamp() - make_interval(secs => $2))
                           AND NOT EXISTS (SELECT 1 FROM {self._schema}.parked p
                                            WHERE p.source = h.source AND p.key = h.key)
                         ORDER BY h.source, h.key, h.position LIMIT $3)
                RETURNING source, key, coalesce((SELECT head.position FROM {self._schema}.inbox_heads head
                                                  WHERE head.source = held.source AND head.key = held.key), 0) AS after""",
            older_than,
            again_after,
            limit,
        )
        return [Gap(row["source"], row["key"], row["after"]) for row in rows]

    async def park(self, message: Message, error: str, *, tries: int) -> None:
        """Put an event aside for a person; its key stands still."""
        await self._pool.execute(
            f"""INSERT INTO {self._schema}.parked (source, key, position, previous, headers, body, error, tries)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
                ON CONFLICT (source, key) DO UPDATE SET error = excluded.error, tries = parked.tries + excluded.tries""",
            message.source,
            message.key,
            message.position,
            message.previous,
            _json(message.headers()),
            message.body(),
            error,
            tries,
        )

    async def park_unreadable(self, arrived: Raw, error: str) -> None:
        """Put aside what is not an event of ours, under its place on the topic."""
        key = uuid5(_UNREADABLE, f"{arrived.topic}/{arrived.partition}/{arrived.offset}")
        await self._pool.execute(
            f"""INSERT INTO {self._schema}.parked (source, key, position, previous, headers, body, error, tries)
                VALUES ($1, $2, $3, 0, $4, $5, $6, 1) ON CONFLICT DO NOTHING""",
            f"unreadable:{arrived.topic}",
            key,
            arrived.offset,
            _json(arrived.headers),
            arrived.body,
            error,
        )

    async def parked_position(self, source: str, key: UUID) -> int | None:
        """The position of the event behind which this key stands still, if it does."""
        found: int | None = await self._pool.fetchval(
            f"SELECT position FROM {self._schema}.parked WHERE source = $1 AND key = $2", source, key
        )
        return found

    async def parked_at(self, source: str, key: UUID) -> Parked | None:
        """The parked event of this key."""
        rows = await self.parked(source=source, key=key)
        return rows[0] if rows else None

    async def parked(
        self, *, source: str | None = None, key: UUID | None = None, limit: int = 100
    ) -> list[Parked]:
        """Parked events, oldest first."""
        rows = await self._pool.fetch(
            f"""SELECT * FROM {self._schema}.parked
                 WHERE ($1::text IS NULL OR source = $1) AND ($2::uuid IS NULL OR key = $2)
                 ORDER BY parked_at LIMIT $3""",
            source,
            key,
            limit,
        )
        return [
            Parked(
                row["source"],
                row["key"],
                row["position"],
                row["error"],
                row["tries"],
                orjson.loads(row["headers"]),
                row["body"],
            )
            for row in rows
        ]

    async def unpark(self, parked: Parked) -> None:
        """It is tried again, or skipped."""
        await self._pool.execute(
            f"DELETE FROM {self._schema}.parked WHERE source = $1 AND key = $2", parked.source, parked.key
        )

    async def note_skip(self, parked: Parked, reason: str, actor: UUID) -> None:
        """Keep who left an event out, when and why."""
        await self._pool.execute(
            f"""INSERT INTO {self._schema}.skipped (source, key, position, error, reason, actor)
                VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING""",
            parked.source,
            parked.key,
            parked.position,
            parked.error,
            reason,
            actor,
        )

    async def tidy(self) -> None:
        """Drop rows of events that have been taken: what a crash between two transactions left behind."""
        for table, condition in (("parked", "waiting.error <> 'Forked'"), ("inbox_held", "true")):
            await self._pool.execute(
                f"""DELETE FROM {self._schema}.{table} waiting USING {self._schema}.inbox_heads head
                     WHERE head.source = waiting.source AND head.key = waiting.key
                       AND waiting.position <= head.position AND {condition}"""
            )

    async def consumed(self, places: Sequence[Consumed]) -> None:
        """Note how far partitions are consumed; never back."""
        last = {(place.topic, place.partition): place.offset for place in places}
        await self._pool.execute(
            f"""INSERT INTO {self._schema}.consumed AS old (topic, "partition", "offset")
                SELECT * FROM unnest($1::text[], $2::int[], $3::bigint[])
                ON CONFLICT (topic, "partition") DO UPDATE
                   SET "offset" = greatest(old."offset", excluded."offset")""",
            [topic for topic, _ in last],
            [partition for _, partition in last],
            list(last.values()),
        )

    async def counts(self) -> tuple[int, int]:
        """How many events are held, and how many parked."""
        row = await self._pool.fetchrow(
            f"""SELECT (SELECT count(*) FROM {self._schema}.inbox_held) AS held,
                       (SELECT count(*) FROM {self._schema}.parked) AS parked"""
        )
        return row["held"], row["parked"]

    async def offsets(self) -> dict[str, int]:
        """The next offset to read of each topic partition, as `topic/partition`."""
        rows = await self._pool.fetch(f'SELECT topic, "partition", "offset" FROM {self._schema}.consumed')
        return {f"{row['topic']}/{row['partition']}": row["offset"] for row in rows}


def _json(headers: dict[str, str]) -> str:
    return orjson.dumps(headers).decode()
