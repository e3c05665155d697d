"""The deadline board beside the same marks written alone: what it costs to judge clocks when they are written.

Pages and timers then read a clock without joining anything; so the price is paid once, by who writes.
"""

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any, Final
from uuid import UUID, uuid4

import asyncpg

from services.mash.app import app
from shared.domain.view import Insert, View
from shared.projections.deadline_board import deadline_board
from shared.projections.table import apply, create, derive, indexes, lanes, steps, take
from tests.benchmarks.databases import database
from tests.benchmarks.figures import Figure, Findings, Table, of_rounds, short

SERVICE: Final = "mash"
RULES: Final = ("M1", "M3", "M4")
TABLE: Final = "deadlines"
PAGES: Final = (50, 300, 1000)
"""Streams that a page touches, each with one act."""
BEGAN: Final = datetime(2026, 1, 5, 9, tzinfo=UTC)
DUE: Final = timedelta(days=3)


async def measure(*, quick: bool) -> Findings:
    """The whole benchmark."""
    streams, rounds = (2_000, 2) if quick else (100_000, 7)
    view = deadline_board(app.streams)
    async with database(SERVICE) as where:
        connection = await asyncpg.connect(where.app, command_timeout=300)
        try:
            ids = [uuid4() for _ in range(streams)]
            whole = await _fill(connection, view, ids)
            found = [await _rounds(connection, view, ids[:size], rounds) for size in PAGES]
        finally:
            await connection.close()
    figures = [
        Figure(
            f"marks of {size:,} streams written and judged, beside written alone",
            tuple(judged / alone for judged, alone in pairs),
        )
        for size, pairs in zip(PAGES, found, strict=True)
    ]
    rows = tuple(
        (
            f"{size:,} streams",
            of_rounds([judged * 1000 for judged, _ in pairs]),
            of_rounds([alone * 1000 for _, alone in pairs]),
            short(median((judged - alone) / size * 1_000_000 for judged, alone in pairs)),
        )
        for size, pairs in zip(PAGES, found, strict=True)
    )
    how = (
        f"A board of {streams * len(RULES):,} clocks. A page writes an act on each of so many streams, and the statement "
        "judges all clocks of those streams again, in one transaction, taken back after each round; beside the same rows "
        f"written and nothing judged. {rounds} rounds, in turns. All clocks of the board at once, as a rebuild does: "
        f"{short(whole)} s."
    )
    table = Table(
        "The board, medians of the rounds",
        ("a page of", "judged, ms", "written alone, ms", "judging a stream, µs"),
        rows,
    )
    return Findings("The deadline board", how, figures, [table])


async def _fill(connection: asyncpg.Connection, view: View[Any], ids: Sequence[UUID]) -> float:
    """A board with a clock of each rule on each stream; answers the seconds that judging all of it took."""
    await connection.execute(create(view, SERVICE, TABLE))
    for first in range(0, len(ids), 5_000):
        page = [_mark(stream, 1, rule, "start") for stream in ids[first : first + 5_000] for rule in RULES]
        await take(connection, view, SERVICE, TABLE, steps(view, SERVICE, TABLE, page))
    for index in indexes(view, SERVICE, TABLE, partial=False):
        await connection.execute(index)
    began = time.perf_counter()
    await derive(connection, view, SERVICE, TABLE, None)
    whole = time.perf_counter() - began
    for index in indexes(view, SERVICE, TABLE, partial=True):
        await connection.execute(index)
    await connection.execute(f'VACUUM ANALYZE "{SERVICE}_views"."{TABLE}"')
    return whole


async def _rounds(
    connection: asyncpg.Connection, view: View[Any], ids: Sequence[UUID], rounds: int
) -> list[tuple[float, float]]:
    """Seconds of each round: written and judged, and written alone."""
    page = [_mark(stream, 2, RULES[0], "act") for stream in ids]
    assert lanes(view, page) == set(ids)

    async def judged() -> None:
        await apply(connection, view, SERVICE, TABLE, page)

    async def alone() -> None:
        await take(connection, view, SERVICE, TABLE, steps(view, SERVICE, TABLE, page))

    found = []
    for turn in range(rounds + 1):
        pair = []
        for one in (judged, alone):
            transaction = connection.transaction()
            await transaction.start()
            began = time.perf_counter()
            await one()
            pair.append(time.perf_counter() - began)
            await transaction.rollback()
        if turn:  # in the first, statements are prepared
            found.append((pair[0], pair[1]))
    return found


def _mark(stream: UUID, version: int, rule: str, kind: str) -> Insert:
    """A clock that starts, or the act that meets it a day later."""
    starts = kind == "start"
    at = BEGAN if starts else BEGAN + timedelta(days=1)
    return Insert(
        stream=stream,
        version=version,
        rule=rule,
        kind=kind,
        rank=0,
        at=at,
        started_by=stream,
        category="contact",
        child=stream,
        thing=stream,
        command=stream,
        root=stream,
        recorded_at=at,
        stated_due_at=at + DUE if starts else None,
        edition="2026" if starts else None,
        continues=False,
        withdrawn=False,
    )
