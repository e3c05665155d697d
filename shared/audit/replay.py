"""Replays a service's log: one stream's history, or all of one kind, and the states they fold to.

From the log alone, so that what was known at a moment can be told later, whatever the views say now.
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from shared.commands.stream_ids import child_stream
from shared.domain.corrections import RecordCorrected, as_corrected
from shared.domain.deadlines import DeadlineClocks
from shared.domain.decider import Stream
from shared.domain.event import Record
from shared.domain.people import SamePerson
from shared.eventstore.reader import COLUMNS, head, pages, to_record
from shared.team.known_people import MergeKnown, known_person

_PAGE: Final = 1000


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


async def of_children(
    source: asyncpg.Pool | asyncpg.Connection,
    service: str,
    ids: Sequence[UUID],
    *,
    after: int = 0,
    until: int,
    topics: Sequence[str] | None = None,
) -> AsyncGenerator[list[Record], None]:
    """The records about a child, under these ids, in the order of the log, after a position and up to another, a page at a
    time; of events of these names, where any are. Raises as `replay`.
    """
    while True:
        rows = await source.fetch(
            f'SELECT {COLUMNS} FROM "{service}".events WHERE child = ANY($1::uuid[]) AND notification_id > $2 '
            "AND notification_id <= $3 AND ($4::text[] IS NULL OR topic = ANY($4)) ORDER BY notification_id LIMIT $5",
            list(ids),
            after,
            until,
            topics,
            _PAGE,
        )
        if rows:
            yield [to_record(service, row) for row in rows]
            after = rows[-1]["notification_id"]
        if len(rows) < _PAGE:
            return


async def position_at(source: asyncpg.Pool | asyncpg.Connection, service: str, at: datetime) -> int:
    """The last position of the log that was recorded at an instant or before; 0 where none was.

    Instants of recording never go back along the log, so it is found by halves, and no index of them is needed.
    """
    first, last = 0, await head(source, service)
    while first < last:
        middle = (first + last + 1) // 2
        recorded_at = await recorded(source, service, middle)
        first, last = (middle, last) if recorded_at <= at else (first, middle - 1)
    return first


async def recorded(source: asyncpg.Pool | asyncpg.Connection, service: str, position: int) -> datetime:
    """When what stands at a position of the log was recorded."""
    at: datetime = await source.fetchval(
        f'SELECT recorded_at FROM "{service}".events WHERE notification_id = $1', position
    )
    return at


async def same_person_at(
    source: asyncpg.Pool | asyncpg.Connection, service: str, person: UUID, until: int
) -> tuple[SamePerson, list[Record]]:
    """Under which ids a person went at a position, as the service knew; and the records that say of their merges."""
    rows = await source.fetch(
        f'SELECT {COLUMNS} FROM "{service}".events WHERE originator_id = $1 AND notification_id <= $2 '
        "AND topic = $3 ORDER BY originator_version",
        child_stream(service, known_person, person),
        until,
        MergeKnown.NAME,
    )
    records = [to_record(service, row) for row in rows]
    state = known_person.state
    for record in records:
        state = known_person.evolve(state, record.event)
    return state.same or SamePerson(person), records
