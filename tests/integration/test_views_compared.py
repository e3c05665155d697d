"""Read tables are compared with what the log gives: a row that somebody put in, altered or took away is named."""

from uuid import uuid4

import asyncpg
import pytest

from shared.audit.log_check import Findings
from shared.audit.views_check import check_views
from shared.domain.view import View
from shared.projections.views import Views
from tests.integration.toy_views import Log, counts, following, some_life, worklist

SHOWN = ("worklist", "counts")


@pytest.fixture
async def log(pool: asyncpg.Pool) -> Log:
    return Log(pool)


@pytest.fixture
async def shown(pool: asyncpg.Pool, log: Log) -> list[View]:
    """Two views that have followed the log."""
    made = [worklist(), counts()]
    views = Views(pool, "mash", made, poll=0.01)
    await views.prepare()
    async with following(views):
        life = some_life([uuid4() for _ in range(40)])
        await log.append(*life)
        views.wake()
        for name in SHOWN:
            assert await views.wait_for(name, len(life), timeout=10)
    return made


async def found(pool: asyncpg.Pool, views: list[View]) -> tuple[list[str], dict[str, str]]:
    findings = Findings("mash")
    digests = await check_views(pool, "mash", views, findings)
    return [str(each) for each in findings.items], digests


async def tables(pool: asyncpg.Pool) -> list[str]:
    rows = await pool.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'mash_views' ORDER BY 1")
    return [row["tablename"] for row in rows]


async def test_views_that_follow_the_log_have_a_digest_and_nothing_is_left_behind(pool, shown):
    told, digests = await found(pool, shown)
    assert told == []
    assert digests.keys() == {"worklist", "counts"}
    assert (await found(pool, shown))[1] == digests
    assert await tables(pool) == ["counts", "worklist"]


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        (
            "DELETE FROM mash_views.worklist WHERE ctid = (SELECT min(ctid) FROM mash_views.worklist)",
            ["no rows"],
        ),
        ("UPDATE mash_views.counts SET last = last + 1", ["rows that the log does not give", "no rows"]),
        ("TRUNCATE mash_views.counts", ["no rows that the log gives"]),
    ],
)
async def test_what_somebody_did_to_a_read_table_is_named(pool, shown, statement, told):
    await pool.execute(statement)
    findings, digests = await found(pool, shown)
    assert len(findings) == len(told)
    assert all(expected in one for expected, one in zip(told, findings, strict=True))
    assert len(digests) == 1


async def test_a_view_that_is_behind_is_compared_up_to_where_it_stands(pool, shown, log):
    await log.append(*some_life([uuid4()]))
    told, digests = await found(pool, shown)
    assert (told, len(digests)) == ([], 2)


async def test_a_position_that_was_moved_over_events_is_found(pool, shown, log):
    """The rows of these events would never come."""
    await log.append(*some_life([uuid4()]))
    await pool.execute("UPDATE mash.views SET position = (SELECT max(notification_id) FROM mash.events)")
    told, _ = await found(pool, shown)
    assert any("no rows that the log gives" in one for one in told)


async def test_another_shape_and_no_table_are_told(pool, shown):
    await pool.execute("UPDATE mash.views SET shape = 'older' WHERE name = 'counts'")
    await pool.execute("DROP TABLE mash_views.worklist")
    told, digests = await found(pool, shown)
    assert sorted(told) == [
        f"mash: view {name} does not stand in this program's shape: it was not compared"
        for name in ("counts", "worklist")
    ]
    assert digests == {}


async def test_an_event_that_cannot_be_read_is_told(pool, shown, log_database):
    owner = await asyncpg.connect(log_database.superuser)
    await owner.execute("SET session_replication_role = replica")
    await owner.execute("UPDATE mash.events SET state = 'nothing' WHERE notification_id = 3")
    await owner.close()
    told, _ = await found(pool, shown)
    assert told
    assert all("cannot be folded, and was not compared" in one for one in told)
