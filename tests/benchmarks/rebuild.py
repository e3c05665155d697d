"""The chronology rebuilt from its log, beside a raw fetch of the same rows and the stock library's decoding."""

import asyncio

import asyncpg

from services.chronology.views import entries
from shared.projections.views import Views
from tests.benchmarks.append_ours import MESSAGE
from tests.benchmarks.databases import database
from tests.benchmarks.figures import Figure, Findings, Table, of_rounds
from tests.benchmarks.rebuild_fill import fill
from tests.benchmarks.workers import Worker

BOTH_CORES = (
    "both cores are busy, but for the last tenth, which the database spends alone on indexes and commit: an event costs "
    "about 13 µs to read and validate, 7 to turn into a row, 5 to write for COPY, 11 of PostgreSQL's"
)
SIDES = {"ours": "rebuild", "raw": "raw fetch", "stock": "stock decoding with its cipher"}


async def measure(*, quick: bool) -> Findings:
    """The whole benchmark."""
    events, rounds = (20_000, 2) if quick else (300_000, 4)
    seconds: dict[str, list[float]] = {side: [] for side in SIDES}
    memory: list[float] = []
    async with database("chronology") as where:
        await fill(where.superuser, where.directory / "keys", events)
        async with asyncpg.create_pool(where.app, min_size=0, max_size=3) as pool:
            await Views(pool, "chronology", [entries]).prepare()  # the table that is built again
        with (
            Worker("rebuild_ours", dsn=where.app, raw=False) as ours,
            Worker("rebuild_ours", dsn=where.app, raw=True) as raw,
            Worker("rebuild_stock", message=MESSAGE) as stock,
        ):
            await asyncio.to_thread(raw.ask)  # what was just written is in memory for both
            for _ in range(rounds):
                for side, worker in (("ours", ours), ("raw", raw), ("stock", stock)):
                    found = await asyncio.to_thread(worker.ask, events=events)
                    if found["rows"] != events:
                        raise RuntimeError(f"{SIDES[side]} saw {found['rows']} of {events} events")
                    seconds[side].append(found["seconds"])
                    if side == "ours":
                        memory.append(found["most_mb"])
    figures = [
        Figure(
            "rebuild of the chronology, beside a raw fetch of its rows",
            _beside(seconds, "raw"),
            aim=0.2,
            holds=BOTH_CORES,
        ),
        Figure(
            "rebuild of the chronology, beside stock decoding as many events",
            _beside(seconds, "stock"),
            aim=1.5,
            holds=BOTH_CORES,
        ),
        Figure("most memory while it rebuilds", tuple(memory), aim=300, at_least=False, unit="MB"),
    ]
    table = Table(
        "Rebuilding, medians of the rounds",
        ("what", "seconds", "events a second"),
        tuple(
            (name, of_rounds(seconds[side]), of_rounds([events / one for one in seconds[side]]))
            for side, name in SIDES.items()
        ),
    )
    how = (
        f"The view of entries, built beside the live table and put in its place, from {events:,} events of the chronology's "
        f"log (100 a child, sealed and chained), by a process and the second one that it starts for so long a log; memory is "
        f"that of both. Raw: every column of the same rows fetched, nothing done with them. Stock: "
        f"as many events of the same content decoded from memory by the eventsourcing library, its cipher on, nothing "
        f"read and nothing written. Each in a process of its own, {rounds} rounds, in turns."
    )
    return Findings("Rebuilding", how, figures, [table])


def _beside(seconds: dict[str, list[float]], other: str) -> tuple[float, ...]:
    return tuple(b / a for a, b in zip(seconds["ours"], seconds[other], strict=True))
