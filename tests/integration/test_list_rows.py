"""Lists of a view: what stands first, stands first on every page; a page and a count read no further than the list goes."""

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from services.mash.api import NOT_SCREENED_IN_TIME
from services.mash.rules import RULES
from services.mash.views import worklist
from shared.domain.instants import london
from shared.projections import table
from shared.web.problems import Problem
from shared.web.rows import SOMETHING, First, counts_statement, fetch_counts, fetch_page, page_statement

ORDER = {"decide_by": datetime, "stream": UUID}
NOW = london(2026, 11, 25, 10)
TABLE = worklist.table("mash")


@pytest.fixture
async def contacts(pool: asyncpg.Pool) -> asyncpg.Pool:
    """The worklist's table, with nothing in it."""
    async with pool.acquire() as connection:
        await connection.execute(table.create(worklist, "mash", "worklist"))
        for partial in (False, True):
            for statement in table.indexes(worklist, "mash", "worklist", partial=partial):
                await connection.execute(statement)
    return pool


async def fill(
    pool: asyncpg.Pool, many: int, *, step: timedelta = timedelta(minutes=1), **columns: Any
) -> None:
    """Contacts that wait for a decision, but for what is said here."""
    row: dict[str, Any] = {
        "received_at": NOW - timedelta(hours=1),
        "decide_by": NOW + timedelta(hours=30),
        "source": "6",
        "said": 0,
        "held": False,
        "told": False,
        "waits": True,
        "unscreened": True,
        "restricted": False,
        "until_decided": False,
        "named": [],
        "recorder": uuid4(),
        **columns,
    }
    rows = [
        row
        | {name: uuid4() for name in ("stream", "contact", "child", "event")}
        | {"decide_by": row["decide_by"] + n * step}
        for n in range(many)
    ]
    async with pool.acquire() as connection:
        await connection.copy_records_to_table(
            "worklist",
            schema_name="mash_views",
            columns=list(rows[0]),
            records=[tuple(one.values()) for one in rows],
        )


def first(now: datetime = NOW) -> First:
    return First(NOT_SCREENED_IN_TIME, RULES.working_day_began(now))


async def test_what_was_not_screened_on_its_working_day_stands_first_on_every_page(
    contacts: asyncpg.Pool,
) -> None:
    """M2. Yesterday's stand before today's, though these are due sooner; what was screened is not among them."""
    yesterday = NOW - timedelta(days=1)
    await fill(contacts, 4, decide_by=NOW + timedelta(hours=1))
    await fill(contacts, 3, received_at=yesterday, decide_by=NOW + timedelta(hours=9))
    await fill(contacts, 2, received_at=yesterday, unscreened=False, potential="child_protection")
    await fill(contacts, 2, received_at=yesterday, waits=False)
    for limit in (1, 2, 3, 4, 50):
        rows: list[Any] = []
        cursor = None
        while True:
            page = await fetch_page(
                contacts, TABLE, order=ORDER, where={"waits": True}, first=first(), cursor=cursor, limit=limit
            )
            rows += page.rows
            if (cursor := page.next) is None:
                break
        assert [row["stands_first"] for row in rows] == [True] * 3 + [False] * 6
        assert len({row["stream"] for row in rows}) == 9
        for part in (rows[:3], rows[3:]):
            assert part == sorted(part, key=lambda row: (row["decide_by"], row["stream"]))


async def test_a_list_keeps_its_order_while_it_is_paged_through_over_midnight(contacts: asyncpg.Pool) -> None:
    await fill(contacts, 4)
    page = await fetch_page(contacts, TABLE, order=ORDER, where={"waits": True}, first=first(), limit=2)
    tomorrow = NOW + timedelta(days=1)
    rest = await fetch_page(
        contacts,
        TABLE,
        order=ORDER,
        where={"waits": True},
        first=first(tomorrow),
        cursor=page.next,
        limit=9,
    )
    assert len({row["stream"] for row in (*page.rows, *rest.rows)}) == 4
    assert not any(row["stands_first"] for row in rest.rows)
    anew = await fetch_page(contacts, TABLE, order=ORDER, where={"waits": True}, first=first(tomorrow))
    assert all(row["stands_first"] for row in anew.rows)


async def test_a_cursor_of_another_list_is_none_of_this_one(contacts: asyncpg.Pool) -> None:
    await fill(contacts, 3)
    plain = await fetch_page(contacts, TABLE, order=ORDER, limit=1)
    with pytest.raises(Problem):
        await fetch_page(contacts, TABLE, order=ORDER, first=first(), cursor=plain.next)


async def test_counts_are_of_what_the_filters_show(contacts: asyncpg.Pool) -> None:
    await fill(contacts, 5)
    await fill(contacts, 3, potential="child_protection", unscreened=False)
    await fill(contacts, 2, potential="early_help", unscreened=False, held=True, outcome="signposted")
    await fill(contacts, 7, waits=False)
    by = ("potential", "held", "unscreened")
    counted = await fetch_counts(contacts, TABLE, where={"waits": True}, by=by)
    assert counted["total"] == 10
    assert counted["by"]["potential"] == [
        {"value": None, "count": 5},
        {"value": "child_protection", "count": 3},
        {"value": "early_help", "count": 2},
    ]
    for column in by:
        for group in counted["by"][column]:
            page = await fetch_page(
                contacts, TABLE, order=ORDER, where={"waits": True, column: group["value"]}
            )
            assert len(page.rows) == group["count"]
    some = await fetch_page(contacts, TABLE, order=ORDER, where={"waits": True, "outcome": SOMETHING})
    assert len(some.rows) == 2
    either = await fetch_page(contacts, TABLE, order=ORDER, where={"source": ["6", "1A"], "waits": False})
    assert len(either.rows) == 7
    nothing = await fetch_counts(contacts, TABLE, where={"source": "1A"}, by=by)
    assert nothing == {"total": 0, "by": {column: [] for column in by}}


async def test_a_page_and_a_count_cost_what_waits_and_not_what_was_decided(contacts: asyncpg.Pool) -> None:
    """30,000 contacts of years, 300 that wait, 10 of them left over from the day before."""
    await fill(
        contacts,
        30000,
        waits=False,
        unscreened=False,
        outcome="signposted",
        decide_by=NOW - timedelta(days=400),
    )
    await fill(contacts, 290, potential="child_protection", unscreened=False)
    await fill(contacts, 10, received_at=NOW - timedelta(days=1))
    async with contacts.acquire() as connection:
        await connection.execute(f"VACUUM ANALYZE {TABLE}")
    waiting = {"waits": True}
    for name, statement, most in (
        (
            "what stands first",
            page_statement(TABLE, order=ORDER, where=waiting, first=first(), stands_first=True),
            40,
        ),
        ("the rest", page_statement(TABLE, order=ORDER, where=waiting, first=first()), 70),
        (
            "of one kind",
            page_statement(TABLE, order=ORDER, where={**waiting, "potential": "early_help"}, first=first()),
            40,
        ),
        ("counts", counts_statement(TABLE, where=waiting, by=("potential", "source", "held")), 40),
    ):
        sql, arguments = statement
        async with contacts.acquire() as connection:
            said = await connection.fetchval(
                f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) {sql}", *arguments
            )
        plan = json.loads(said)[0]["Plan"]
        assert plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] <= most, (name, said)


def test_a_working_day_begins_when_the_last_one_ended() -> None:
    """What comes in on a Saturday has Monday; on Boxing Day's substitute, the day after."""
    wednesday = london(2026, 11, 25)
    assert RULES.working_day_began(NOW) == wednesday
    monday = london(2026, 11, 30, 8)
    assert RULES.working_day_began(monday) == london(2026, 11, 28)
    assert RULES.working_day_began(london(2026, 11, 29, 23)) == london(2026, 11, 28)
    christmas = london(
        2026, 12, 29, 9
    )  # 25 December, Saturday, Sunday and the substitute of Boxing Day lie before
    assert RULES.working_day_began(christmas) == london(2026, 12, 25)
