"""Reads a service's log in order, as pages of rows and as Records.

Positions are 1..n in the order of commit: a reader that has seen position p never finds a smaller one later, so a
page is simply what comes after p.
"""

import asyncio
from collections.abc import AsyncGenerator, Collection, Sequence
from typing import Final
from uuid import UUID

import asyncpg

from shared.domain.codec import decode
from shared.domain.event import Record

COLUMNS: Final = "notification_id, originator_id, originator_version, topic, state, sealed, recorded_at"
"""What a Record is made of."""


BREATH: Final = 250
"""Events decoded before other tasks of the process get a turn."""


def to_record(service: str, row: asyncpg.Record) -> Record:
    """A row of the log, read.

    Raises:
        UnknownEvent: no such event is known here, or a newer version of it.
    """
    event, envelope = decode(row["topic"], row["state"])
    return Record(
        event,
        envelope,
        service,
        row["originator_id"],
        row["originator_version"],
        row["notification_id"],
        row["recorded_at"],
        row["sealed"],
    )


async def head(connection: asyncpg.Connection | asyncpg.Pool, service: str) -> int:
    """The last position of the log; 0 when it is empty."""
    position: int = await connection.fetchval(
        f'SELECT coalesce(max(notification_id), 0) FROM "{service}".events'
    )
    return position


async def between(
    source: asyncpg.Pool | asyncpg.Connection,
    service: str,
    *,
    after: int,
    until: int,
    topics: Sequence[str] | None = None,
) -> list[asyncpg.Record]:
    """The rows of the log after a position and up to another, in order; of events of these names, where any are."""
    rows: list[asyncpg.Record] = await source.fetch(
        f'SELECT {COLUMNS} FROM "{service}".events WHERE notification_id > $1 AND notification_id <= $2 '
        "AND ($3::text[] IS NULL OR topic = ANY($3)) ORDER BY notification_id",
        after,
        until,
        topics,
    )
    return rows


async def of_streams(
    source: asyncpg.Pool | asyncpg.Connection,
    service: str,
    streams: Collection[UUID],
    *,
    until: int,
    topics: Sequence[str] | None = None,
) -> list[asyncpg.Record]:
    """The rows of some streams up to a position, each stream's in its order; of events of these names, where any are."""
    rows: list[asyncpg.Record] = await source.fetch(
        f'SELECT {COLUMNS} FROM "{service}".events WHERE originator_id = ANY($1::uuid[]) AND notification_id <= $2 '
        "AND ($3::text[] IS NULL OR topic = ANY($3)) ORDER BY originator_id, originator_version",
        list(streams),
        until,
        topics,
    )
    return rows


async def pages(
    source: asyncpg.Pool | asyncpg.Connection,
    service: str,
    *,
    after: int = 0,
    until: int | None = None,
    topics: Sequence[str] | None = None,
    category: str | None = None,
    page: int = 5000,
) -> AsyncGenerator[list[asyncpg.Record], None]:
    """The rows of the log after a position, in order.

    Args:
        source: a pool, then the next page is fetched while one is worked on, and a connection is held only for that;
            or a connection, then one page after the other.
        service: whose log.
        after: the position before the first.
        until: the last position; None is the head when it starts.
        topics: only events of these names.
        category: only streams of this kind.
        page: most rows at once.
    """
    last = await head(source, service) if until is None else until
    wanted: list[object] = [last, page]
    where = ""
    for test, value in (("topic = ANY($%d::text[])", topics), ("category = $%d", category)):
        if value is not None:
            wanted.append(value)
            where += " AND " + test % (len(wanted) + 1)
    sql = (
        f'SELECT {COLUMNS} FROM "{service}".events WHERE notification_id > $1 AND notification_id <= $2{where} '
        "ORDER BY notification_id LIMIT $3"
    )
    ahead = isinstance(source, asyncpg.Pool)
    fetching = asyncio.ensure_future(source.fetch(sql, after, *wanted))
    try:
        while rows := await fetching:
            full = len(rows) == page
            if full and ahead:
                fetching = asyncio.ensure_future(source.fetch(sql, rows[-1]["notification_id"], *wanted))
            yield rows
            if not full:
                return
            if not ahead:
                fetching = asyncio.ensure_future(source.fetch(sql, rows[-1]["notification_id"], *wanted))
    finally:
        # The reader may have gone away between two pages: nobody would take the answer, or its error.
        fetching.cancel()
        await asyncio.wait([fetching])
        if not fetching.cancelled():
            fetching.exception()
