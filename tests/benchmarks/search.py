"""Searching for people and opening a worklist, in a borough's size: the time of what the database is asked."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import date
from statistics import median
from typing import Any, Final

import asyncpg

from services.people.matching.asked import asked
from services.people.matching.queries import candidates
from tests.benchmarks.databases import database
from tests.benchmarks.figures import Figure, Findings, Table, of_rounds
from tests.benchmarks.people_fill import COMMON, digest, fill
from tests.benchmarks.worklist_fill import PAGE, fill_worklist

SEARCHES: Final[dict[str, dict[str, Any]]] = {
    "by a number": {"nhs_number": "9990000379"},
    "by the commonest name and a day of birth": {"name": " ".join(COMMON), "born": date(2016, 3, 4)},
    "by the commonest name": {"name": " ".join(COMMON)},
    "by a day of birth": {"born": date(2016, 3, 4)},
    "by a name that nobody has": {"name": "Qqxyzzy Wjfrobnitz"},
}
AIM: Final = 50.0
"""Milliseconds that a search may take: nobody waits for it."""


async def measure(*, quick: bool) -> Findings:
    """The whole benchmark."""
    people, contacts, rounds = (2_000, 5_000, 3) if quick else (200_000, 20_000, 15)
    rows: list[tuple[str, ...]] = []
    figures: list[Figure] = []
    async with database("people") as where, asyncpg.create_pool(where.app, min_size=1, max_size=1) as pool:
        async with pool.acquire() as connection:
            await fill(connection, people)
        for name, sought in SEARCHES.items():

            async def search(sought: dict[str, Any] = sought) -> int:
                by = asked(digest, **sought)
                return len((await candidates(pool, "people", by.by, by.beside)).digests)

            found, times = await _timed(search, rounds)
            rows.append((f"search {name}", of_rounds(times), str(found)))
            figures.append(Figure(f"search {name}", tuple(times), AIM, at_least=False, unit="ms"))
    async with database("mash") as where, asyncpg.create_pool(where.app, min_size=1, max_size=1) as pool:
        async with pool.acquire() as connection:
            await fill_worklist(connection, contacts)

        async def page() -> int:
            return len(await pool.fetch(PAGE, 51))

        found, times = await _timed(page, rounds)
        rows.append(("first page of the worklist", of_rounds(times), str(found)))
        figures.append(Figure("first page of the worklist", tuple(times), AIM, at_least=False, unit="ms"))
    how = (
        f"An index of {people:,} people and a list of {contacts:,} contacts that wait. What the database is asked, with the "
        f"keys of what is sought made anew each time; {rounds} rounds of each."
    )
    table = Table("Medians of the rounds", ("what", "ms", "rows"), tuple(rows))
    return Findings("Search and worklist", how, figures, [table])


async def _timed(ask: Callable[[], Awaitable[int]], rounds: int) -> tuple[int, list[float]]:
    """How many rows it answers, and the milliseconds of each round after the first."""
    found, times = await ask(), []
    for _ in range(rounds):
        await asyncio.sleep(0)
        began = time.perf_counter()
        found = await ask()
        times.append((time.perf_counter() - began) * 1000)
    assert median(times) > 0
    return found, times
