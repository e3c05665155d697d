"""The inbox's tables: heads, held and parked events, and how far each partition is consumed."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from shared.crypto.transport_keys import Content, NotAuthentic, TransportKeys
from shared.eventstore.append import InboxMove
from shared.eventstore.statements import statements
from shared.inbox.positions import (
    FORKED,
    Consumed,
    Gap,
    Held,
    KeyPosition,
    Mark,
    Parked,
    Why,
    mark_of,
)
from shared.inbox.unproven import PARKED_COLUMNS, UnprovenMessages, parked_of
from shared.messaging.authentication import open_message, seal_message
from shared.messaging.message import Message, NotAMessage, SourceKey


class InboxTables:
    """The inbox's tables of one service. Each call is one statement, so it is done whole or not at all."""

    def __init__(self, pool: asyncpg.Pool, service: str) -> None:
        self.unproven = UnprovenMessages(pool, service)
        self.pool = pool
        self._schema = service

    async def key_positions(self, keys: Collection[SourceKey]) -> dict[SourceKey, KeyPosition]:
        """The head of each of these keys, where it is stopped, and whether anything of it is held or parked."""
        if not keys:
            return {}
        # A parked event at or below its head was taken, or skipped, by somebody who had no time left to say so.
        rows = await self.pool.fetch(
            f"""SELECT source, key, coalesce(head.position, 0) AS position, head.event_id, head.digest,
                       CASE WHEN parked.error = '{FORKED}' OR parked.position > coalesce(head.position, 0)
                            THEN parked.position END AS stopped,
                       EXISTS (SELECT FROM {self._schema}.inbox_held held WHERE held.key = wanted.key)
                       OR EXISTS (SELECT FROM {self._schema}.parked other WHERE other.key = wanted.key) AS waits
                  FROM unnest($1::text[], $2::uuid[]) AS wanted (source, key)
                  LEFT JOIN {self._schema}.inbox_heads head USING (source, key)
                  LEFT JOIN {self._schema}.parked USING (source, key)""",
            [source for source, _ in keys],
            [key for _, key in keys],
        )
        return {
            (row["source"], row["key"]): KeyPosition(
                row["position"], row["event_id"], row["digest"], row["stopped"], row["waits"]
            )
            for row in rows
        }

    async def pass_over(self, moves: Sequence[InboxMove]) -> set[SourceKey]:
        """Move heads over events that nothing follows from; the keys whose head moved.

        A key's moves are made all together, where its head is what the first of them expects, or not at all: another
        process may have moved it meanwhile.
        """
        heads: dict[SourceKey, tuple[int, InboxMove]] = {}
        for move in moves:
            expected, _ = heads.get((move.source, move.key), (move.previous, move))
            heads[move.source, move.key] = expected, move
        if not heads:
            return set()
        # In one order, so that two processes do not wait for each other.
        rows = await self.pool.fetch(
            statements(self._schema).move_heads.sql,
            *_lists(
                (*source_key, expected, move.position, move.event_id, move.digest)
                for source_key, (expected, move) in sorted(heads.items())
            ),
            *_lists((move.source, move.key, move.position, move.mark) for move in moves),
        )
        return {(row["source"], row["key"]) for row in rows}

    async def taken(self, marks: Iterable[Mark | None]) -> set[Mark]:
        """Those of these marks that were left. Asked after the heads: all that they cover has left its mark."""
        asked = {mark for mark in marks if mark is not None}
        if not asked:
            return set()
        rows = await self.pool.fetch(
            f"""SELECT source, position, digest FROM {self._schema}.inbox_taken
                  JOIN unnest($1::text[], $2::bigint[], $3::bytea[]) AS asked (source, position, digest)
                 USING (source, position, digest)""",
            *_lists(asked),
        )
        return {(row["source"], row["position"], row["digest"]) for row in rows}

    async def leave_out(self, message: Message) -> None:
        """Mark an event, at its head or below, that a person left out: from here on it is a duplicate, and may be followed."""
        await self.pool.execute(
            f"""INSERT INTO {self._schema}.inbox_taken (source, position, digest) VALUES ($1, $2, $3)
                ON CONFLICT DO NOTHING""",
            *mark_of(message),
        )

    # -- held

    async def hold(self, messages: Iterable[Message], why: Why) -> bool:
        """Hold events until they can be taken; whether one of them was not held before for this reason."""
        columns = list(zip(*(_columns(message) for message in messages), strict=True))
        if not columns:
            return False
        rows = await self.pool.fetch(
            f"""INSERT INTO {self._schema}.inbox_held AS held
                       (source, key, position, previous, headers, body, why)
                SELECT DISTINCT ON (source, key, position) *, $7::text
                  FROM unnest($1::text[], $2::uuid[], $3::bigint[], $4::bigint[], $5::jsonb[], $6::bytea[])
                       AS waiting (source, key, position, previous, headers, body)
                ON CONFLICT (source, key, position) DO UPDATE
                   SET why = excluded.why, held_at = clock_timestamp() WHERE held.why <> excluded.why
                RETURNING 1""",
            *columns,
            why,
        )
        return bool(rows)

    async def in_line(self, keys: Collection[UUID], limit: int = 500) -> list[Held]:
        """Held events of these keys that are next in line, and those that follow them without a gap."""
        rows = await self.pool.fetch(
            f"""WITH RECURSIVE line AS (
                    {self._first("held.key = ANY($1::uuid[])")}
                    UNION ALL
                    SELECT following.* FROM line JOIN {self._schema}.inbox_held following
                      ON following.key = line.key AND following.source = line.source
                         AND following.previous = line.position)
                SELECT *, extract(epoch FROM clock_timestamp() - held_at)::float8 AS age FROM line LIMIT $2""",
            list(keys),
            limit,
        )
        return [_held(row) for row in rows]

    async def at_their_head(self, limit: int = 100) -> list[Held]:
        """Some held events that are next in line, by chance, so that each has its turn."""
        rows = await self.pool.fetch(
            f"""SELECT *, extract(epoch FROM clock_timestamp() - held_at)::float8 AS age
                  FROM ({self._first("true")}) AS first ORDER BY random() LIMIT $1""",
            limit,
        )
        return [_held(row) for row in rows]

    def _first(self, condition: str) -> str:
        """SQL: held events with nothing before them that was not taken; `tidy` has dropped those that were."""
        schema = self._schema
        return f"""
            SELECT held.* FROM {schema}.inbox_held held
              LEFT JOIN {schema}.inbox_heads head ON head.source = held.source AND head.key = held.key
             WHERE {condition} AND held.previous <= coalesce(head.position, 0)
               AND NOT EXISTS (SELECT 1 FROM {schema}.parked
                                WHERE parked.source = held.source AND parked.key = held.key)"""

    async def gaps(self, older_than: float, again_after: float, limit: int = 100) -> list[Gap]:
        """Gaps to ask a source about, which counts as asked from now on.

        Args:
            older_than: seconds since the gap was noticed; most close by themselves.
            again_after: seconds since it was asked about last.
            limit: most gaps.

        What is behind a parked event, or behind one that is held itself, misses nothing and is no gap.
        """
        rows = await self.pool.fetch(
            f"""WITH missing AS (
                    SELECT held.source, held.key, min(held.position) AS position,
                           coalesce(min(head.position), 0) AS after
                      FROM {self._schema}.inbox_held held
                      LEFT JOIN {self._schema}.inbox_heads head USING (source, key)
                     WHERE NOT EXISTS (SELECT 1 FROM {self._schema}.parked
                                        WHERE parked.source = held.source AND parked.key = held.key)
                     GROUP BY held.source, held.key
                    HAVING min(held.previous) > coalesce(min(head.position), 0)
                       AND min(held.held_at) < clock_timestamp() - make_interval(secs => $1)
                       AND coalesce(max(held.asked_at) < clock_timestamp() - make_interval(secs => $2), true)
                     LIMIT $3)
                UPDATE {self._schema}.inbox_held AS held SET asked_at = clock_timestamp() FROM missing
                 WHERE held.source = missing.source AND held.key = missing.key AND held.position = missing.position
                RETURNING held.source, held.key, missing.after""",
            older_than,
            again_after,
            limit,
        )
        return [Gap(row["source"], row["key"], row["after"]) for row in rows]

    # -- parked

    async def park(self, message: Message, error: str, *, tries: int) -> None:
        """Park an event for a person; its key is stopped. What was parked of the key before is held again behind it."""
        schema = self._schema
        await self.pool.execute(
            f"""WITH earlier AS (
                    INSERT INTO {schema}.inbox_held (source, key, position, previous, headers, body, why)
                    SELECT source, key, position, previous, headers, body, 'gap' FROM {schema}.parked
                     WHERE source = $1 AND key = $2 AND position <> $3 ON CONFLICT DO NOTHING)
                INSERT INTO {schema}.parked (source, key, position, previous, headers, body, error, tries)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
                ON CONFLICT (source, key) DO UPDATE
                   SET position = excluded.position, previous = excluded.previous, headers = excluded.headers,
                       body = excluded.body, error = excluded.error,
                       tries = excluded.tries
                             + CASE WHEN parked.position = excluded.position THEN parked.tries ELSE 0 END""",
            *_columns(message),
            error,
            tries,
        )

    async def parked_at(self, source: str, key: UUID) -> Parked | None:
        """The parked event of this key."""
        rows = await self.parked(source=source, key=key)
        return rows[0] if rows else None

    async def parked(
        self, *, source: str | None = None, key: UUID | None = None, limit: int = 100
    ) -> list[Parked]:
        """Parked events, oldest first."""
        rows = await self.pool.fetch(
            f"""SELECT {PARKED_COLUMNS} FROM {self._schema}.parked
                 WHERE ($1::text IS NULL OR source = $1) AND ($2::uuid IS NULL OR key = $2)
                 ORDER BY parked_at LIMIT $3""",
            source,
            key,
            limit,
        )
        return [parked_of(row) for row in rows]

    async def unpark(self, parked: Parked) -> None:
        """Drop a parked event that was taken or skipped. Another that was parked under the key meanwhile stays."""
        await self.pool.execute(
            f"DELETE FROM {self._schema}.parked WHERE source = $1 AND key = $2 AND position = $3",
            parked.source,
            parked.key,
            parked.position,
        )

    async def note_skip(self, parked: Parked, reason: str, actor: UUID) -> None:
        """Keep who left an event out, when and why."""
        await self.pool.execute(
            f"""INSERT INTO {self._schema}.skipped (source, key, position, error, reason, actor)
                VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING""",
            parked.source,
            parked.key,
            parked.position,
            parked.error,
            reason,
            actor,
        )

    # -- of who was erased

    async def leave_out_words(self, keys: Collection[UUID], transport: TransportKeys) -> int:
        """Take the words out of what waits of these keys; how many messages had some.

        They lie under the topic's key, which outlives the subject's. Each becomes the very message that its source would
        send by now, so that nothing is missing and nobody has to be asked.

        Raises:
            NoTransportKey, UnsafeSecret: a key is not here to make it with; nothing was changed after that message.
        """
        count = 0
        for table in ("inbox_held", "parked"):
            rows = await self.pool.fetch(
                f"SELECT source, key, position, headers, body FROM {self._schema}.{table} WHERE key = ANY($1::uuid[])",
                list(keys),
            )
            for row in rows:
                try:
                    message = open_message(orjson.loads(row["headers"]), row["body"], transport)
                except (NotAMessage, NotAuthentic):
                    continue  # nobody's words: what proves no origin is looked at by a person
                if message.text is None:
                    continue
                seal_message(message, transport, Content.ERASED)
                await self.pool.execute(
                    f"UPDATE {self._schema}.{table} SET body = $4 WHERE source = $1 AND key = $2 AND position = $3 "
                    "AND body = $5",
                    row["source"],
                    row["key"],
                    row["position"],
                    message.body(),
                    row["body"],
                )
                count += 1
        return count

    # -- all of it

    async def tidy(self, keys: Collection[UUID] | None = None) -> None:
        """Drop held rows of events that were taken or parked, and parked rows of events that were taken.

        A head moves in one transaction and these rows go in another: what a crash between the two left goes here too.

        Args:
            keys: only of these; None for all.
        """
        if keys is not None and not keys:
            return
        schema = self._schema
        of_these = "true" if keys is None else "waiting.key = ANY($1::uuid[])"
        await self.pool.execute(
            f"""WITH gone AS (
                    DELETE FROM {schema}.parked waiting USING {schema}.inbox_heads head
                     WHERE {of_these} AND head.source = waiting.source AND head.key = waiting.key
                       AND waiting.position <= head.position AND waiting.error <> '{FORKED}')
                DELETE FROM {schema}.inbox_held waiting
                 WHERE {of_these}
                   AND (EXISTS (SELECT 1 FROM {schema}.inbox_taken taken
                                 WHERE taken.source = waiting.source AND taken.position = waiting.position
                                   AND encode(taken.digest, 'hex') = left(waiting.headers->>'ce_digest', 32))
                        OR EXISTS (SELECT 1 FROM {schema}.parked
                                    WHERE parked.source = waiting.source AND parked.key = waiting.key
                                      AND parked.position = waiting.position))""",
            *([] if keys is None else [list(keys)]),
        )

    async def consumed(self, offsets: Sequence[Consumed]) -> None:
        """Note how far partitions are consumed; never back."""
        last: dict[tuple[str, int], int] = {}
        for each in offsets:
            partition = (each.topic, each.partition)
            last[partition] = max(each.offset, last.get(partition, 0))
        await self.pool.execute(
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
        row = await self.pool.fetchrow(
            f"""SELECT (SELECT count(*) FROM {self._schema}.inbox_held) AS held,
                       (SELECT count(*) FROM {self._schema}.parked) AS parked"""
        )
        return row["held"], row["parked"]

    async def waits(self, source: str, keys: Collection[UUID]) -> bool:
        """Whether anything of these keys of a source came and could not be taken: it is held, or parked."""
        return bool(
            await self.pool.fetchval(
                f"""SELECT EXISTS (SELECT FROM {self._schema}.inbox_held
                                    WHERE source = $1 AND key = ANY($2::uuid[]))
                        OR EXISTS (SELECT FROM {self._schema}.parked
                                    WHERE source = $1 AND key = ANY($2::uuid[]))""",
                source,
                list(keys),
            )
        )

    async def offsets(self) -> dict[str, int]:
        """The next offset to read of each topic partition, as `topic/partition`."""
        rows = await self.pool.fetch(f'SELECT topic, "partition", "offset" FROM {self._schema}.consumed')
        return {f"{row['topic']}/{row['partition']}": row["offset"] for row in rows}


def _lists(rows: Iterable[tuple[Any, ...]]) -> list[list[Any]]:
    """Rows as columns, a list each; of none there are none."""
    return list(map(list, zip(*rows, strict=True)))


def _columns(message: Message) -> tuple[str, UUID, int, int, str, bytes]:
    headers = orjson.dumps(message.headers()).decode()
    return (message.source, message.key, message.position, message.previous, headers, message.body())


def _held(row: Any) -> Held:
    names = ("source", "key", "position", "previous", "body", "why", "age")
    return Held(headers=orjson.loads(row["headers"]), **{name: row[name] for name in names})
