"""Replays a service's log: one stream's history, or all of one kind, and the states they fold to.

From the log alone, so that what was known at a moment can be told later, whatever the views say now.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import asyncpg

from shared.domain.corrections import RecordCorrected, as_corrected
from shared.domain.deadlines import DeadlineClocks
from shared.domain.decider import Stream
from shared.domain.event import Record
from shared.eventstore.reader import COLUMNS, pages, to_record


@dataclass(slots=True)
class Replayed:
    """What one stream's events give: its state, its clocks, and its last version and position."""

    state: Any
    clocks: DeadlineClocks = field(default_factory=DeadlineClocks)
    version: int = 0
    position: int = 0


async def replay(
    pool: asyncpg.Pool, service: str, stream: Stream, *, until_position: int | None = None
) -> AsyncGenerator[Record, None]:
    """Every record of this kind of stream, in the order of the log, up to a position (None: the head).

    Raises:
        UnknownEvent: an event, or a newer version of one, that this program does not know.
    """
    log = pages(pool, service, until=until_position, category=stream.name)
    async with aclosing(log):
        async for rows in log:
            for row in rows:
                yield to_record(service, row)


async def history(
    pool: asyncpg.Pool, service: str, stream: UUID, *, until_position: int | None = None
) -> list[Record]:
    """One stream's records in order, up to a position. Raises as `replay`."""
    rows = await pool.fetch(
        f'SELECT {COLUMNS} FROM "{service}".events WHERE originator_id = $1 '
        "AND ($2::bigint IS NULL OR notification_id <= $2) ORDER BY originator_version",
        stream,
        until_position,
    )
    return [to_record(service, row) for row in rows]


async def states(
    pool: asyncpg.Pool, service: str, stream: Stream, *, until_position: int | None = None
) -> dict[UUID, Replayed]:
    """The state and clocks of every stream of this kind, as they were at a position. Raises as `replay`.

    The sealed parts are not read: it answers the same when every key is destroyed.
    """
    own = stream.event_types()
    found: dict[UUID, Replayed] = {}
    corrected: set[UUID] = set()
    log = replay(pool, service, stream, until_position=until_position)
    async with aclosing(log):
        async for record in log:
            past = found.setdefault(record.stream, Replayed(stream.state))
            if isinstance(record.event, RecordCorrected):
                corrected.add(record.stream)
            if isinstance(record.event, own):  # what the kernel says of clocks is not the stream's own
                past.state = stream.evolve(past.state, record.event)
            past.clocks = past.clocks.after(record.event, record.envelope.event_id, record.version)
            past.version, past.position = record.version, record.position
    for stream_id in corrected:
        records = await history(pool, service, stream_id, until_position=found[stream_id].position)
        found[stream_id].state = stream.state
        for _, event in as_corrected((record.version, record.event) for record in records):
            if isinstance(event, own):
                found[stream_id].state = stream.evolve(found[stream_id].state, event)
    return found
