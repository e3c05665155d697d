"""The lists that are made of the deadline board: each shows what it should and no more, and reads no further than it goes."""

import json
from collections import Counter
from datetime import datetime, timedelta
from random import Random
from typing import Any, get_args
from uuid import UUID, uuid4

import asyncpg
import pytest

from shared.domain.instants import london
from shared.domain.rules import ClockState
from shared.projections import table
from shared.projections.deadline_board import NAME
from shared.projections.deadline_queries import (
    ALL_STATES,
    EVERY_ONE,
    BoardEntry,
    Wanted,
    board,
    counts_statement,
    page_statement,
    running_counts,
)
from tests.integration.test_deadline_board import BOARD, written

STATES: tuple[ClockState, ...] = get_args(ClockState)
NOW = london(2026, 11, 25, 10)


@pytest.fixture
async def empty_board(pool: asyncpg.Pool) -> asyncpg.Pool:
    """The board's table with its indexes, and nothing in it."""
    async with pool.acquire() as connection:
        await connection.execute(table.create(BOARD, "mash", NAME))
        for partial in (False, True):
            for statement in table.indexes(BOARD, "mash", NAME, partial=partial):
                await connection.execute(statement)
    return pool


async def whole(pool: asyncpg.Pool, now: datetime, wanted: Wanted) -> list[BoardEntry]:
    """A list, page after page."""
    found: list[BoardEntry] = []
    cursor = None
    while page := await board(pool, "mash", now=now, wanted=wanted, cursor=cursor, limit=3):
        found += page
        cursor = page[-1].clock.place
        if len(page) < 3:
            break
    return found


async def test_each_list_is_what_is_chosen_of_the_whole_and_counts_are_of_lists(
    empty_board: asyncpg.Pool,
) -> None:
    pool, children = empty_board, [UUID(int=9001), UUID(int=9002)]
    for seed in range(12):
        records = [one for each in written(seed) for one in each.records]
        async with pool.acquire() as connection:
            await connection.execute(f"TRUNCATE mash_views.{NAME}")
            changes = [change for one in records for change in BOARD.changes(one)]
            await table.apply(connection, BOARD, "mash", NAME, changes)
            for n, child in enumerate(children, 1):
                await connection.execute(
                    f"UPDATE mash_views.{NAME} SET child = $1 WHERE stream = $2", child, UUID(int=n)
                )
        dues = sorted({one.clock.due_at for one in await whole(pool, records[0].recorded_at, EVERY_ONE)})
        for now in dues[:: max(1, len(dues) // 3)]:
            every = await whole(pool, now, EVERY_ONE)
            assert every == sorted(every, key=lambda one: one.clock.place)
            assert await whole(pool, now, Wanted()) == [one for one in every if one.clock.running]
            for state in STATES:
                assert await whole(pool, now, Wanted(frozenset({state}))) == [
                    one for one in every if one.state == state
                ]
            draw = Random(seed)
            for _ in range(6):
                states = frozenset(draw.sample(STATES, draw.randrange(1, 5)))
                rule, before = draw.choice(["P", "Q", None]), draw.choice([*dues, None])
                whose = draw.choice([None, children[:1], children, []])
                wanted = Wanted(states, rule, before, whose)
                assert await whole(pool, now, wanted) == [
                    one
                    for one in every
                    if one.state in states
                    and rule in (None, one.clock.rule)
                    and (before is None or one.clock.due_at < before)
                    and (whose is None or one.clock.child in whose)
                ]
            counted = await running_counts(pool, "mash", now=now)
            running = Counter((one.clock.rule, one.state) for one in every if one.clock.running)
            assert {
                (one.rule, state): getattr(one, state)
                for one in counted
                for state in ("open", "varied", "missed")
                if getattr(one, state)
            } == dict(running)


async def test_what_is_due_at_midnight_is_due_on_the_day_that_ends_then(empty_board: asyncpg.Pool) -> None:
    pool = empty_board
    dues = [
        london(2026, 11, 25, 16),
        london(2026, 11, 26),  # the end of today
        london(2026, 11, 26, 0, 1),
        london(2026, 12, 2),  # the end of the seventh day
        london(2026, 12, 2, 0, 1),
        london(2026, 11, 25, 9),
    ]
    for due in dues:
        await fill(pool, 1, due_at=due, rule="M1")
    (counted,) = await running_counts(pool, "mash", now=NOW)
    assert (counted.open, counted.missed) == (5, 1)
    assert (counted.due_today, counted.due_this_week) == (2, 4)


async def fill(pool: asyncpg.Pool, many: int, **columns: Any) -> None:
    """Clocks of as many streams and children, each with these columns; what is not said is as of one that runs."""
    row: dict[str, Any] = {
        "version": 1,
        "rule": "M1",
        "kind": "start",
        "rank": 2,
        "at": NOW - timedelta(days=2),
        "started_by": uuid4(),
        "category": "contact",
        "child": None,
        "command": uuid4(),
        "root": uuid4(),
        "recorded_at": NOW,
        "stated_due_at": NOW,
        "edition": "2026-11",
        "continues": False,
        "withdrawn": False,
        "varied": False,
        "said": False,
        "dormant": False,
        "due_at": NOW,
        **columns,
    }
    rows = [
        {
            **row,
            "stream": uuid4(),
            "started_by": uuid4(),
            "child": row["child"] or uuid4(),
            "due_at": row["due_at"] + timedelta(seconds=n if many > 1 else 0),
        }
        for n in range(many)
    ]
    async with pool.acquire() as connection:
        await connection.copy_records_to_table(
            NAME,
            schema_name="mash_views",
            columns=list(rows[0]),
            records=[tuple(one.values()) for one in rows],
        )


async def buffers(pool: asyncpg.Pool, sql: str, arguments: list[Any]) -> int:
    """Pages of the database that a statement looks at."""
    async with pool.acquire() as connection:
        (said,) = await connection.fetchrow(
            f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) {sql}", *arguments
        )
    plan = json.loads(said)[0]["Plan"]
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])


async def test_a_list_costs_what_it_shows_however_much_was_settled(empty_board: asyncpg.Pool) -> None:
    """40,000 settled clocks of years, 400 that run, of which 20 are missed and 30 are of one person's children."""
    pool, mine = empty_board, [uuid4() for _ in range(10)]
    year = timedelta(days=365)
    for rule in ("M1", "M3", "M4", "A2"):
        await fill(pool, 8000, rule=rule, due_at=NOW - year, acted_at=NOW - year - timedelta(hours=3))
        await fill(pool, 1500, rule=rule, due_at=NOW - year, acted_at=NOW)
        await fill(pool, 500, rule=rule, due_at=NOW - year, ended_at=NOW - year - timedelta(hours=3))
        await fill(pool, 90, rule=rule, due_at=NOW + timedelta(days=1))
        await fill(pool, 5, rule=rule, due_at=NOW - timedelta(days=1))
    for child in mine:
        await fill(pool, 2, rule="A2", due_at=NOW + timedelta(days=2), child=child)
    async with pool.acquire() as connection:
        await connection.execute(f"VACUUM ANALYZE mash_views.{NAME}")
    lists = {
        "what runs": (Wanted(), 90),
        "what runs of one rule": (Wanted(rule="M4"), 90),
        "missed, done since or not": (Wanted(frozenset({"missed"})), 130),
        "missed of one rule": (Wanted(frozenset({"missed"}), rule="M1"), 130),
        "open and due today": (Wanted(frozenset({"open"}), due_before=NOW + timedelta(hours=14)), 60),
        "met": (Wanted(frozenset({"met"})), 90),
        "met of one rule": (Wanted(frozenset({"met"}), rule="A2"), 90),
        "ended": (Wanted(frozenset({"ended"}), rule="A2"), 90),
        "all there are": (EVERY_ONE, 260),
        "of one person's children": (Wanted(children=mine), 120),
        "all of one child": (Wanted(ALL_STATES, children=mine[:1]), 20),
    }
    for name, (wanted, most) in lists.items():
        read = await buffers(pool, *page_statement("mash", now=NOW, wanted=wanted, limit=50))
        assert read <= most, (name, read)
    first = await board(pool, "mash", now=NOW, wanted=Wanted(frozenset({"met"}), rule="M1"), limit=4000)
    far = page_statement(
        "mash", now=NOW, wanted=Wanted(frozenset({"met"}), rule="M1"), cursor=first[-1].clock.place, limit=50
    )
    assert await buffers(pool, *far) <= 90
    assert await buffers(pool, *counts_statement("mash", now=NOW)) <= 60
