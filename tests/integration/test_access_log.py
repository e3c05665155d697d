"""The record of access over a real PostgreSQL: durable, chained, and nobody's to change."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import pytest

from shared.access.access_log import AccessLog, AccessNotRecorded, verify
from shared.access.access_row import Attempt, Sight
from shared.domain.actors import Actor
from shared.infrastructure.clock import SimulatedClock
from shared.infrastructure.locks import for_transaction
from tests.integration.databases import copy_of
from tests.integration.held_locks import waiting

START = datetime(2026, 4, 2, 15, 40, tzinfo=UTC)
ANA = Actor(UUID(int=1), "Ana Lim", "mash_manager", "childrens_social_care", "North team")
AVA = UUID(int=7)
REAL = datetime(2026, 11, 24, 9, 30, 0, 7, tzinfo=UTC)
"""When somebody really looked, whatever the demonstration's clock says."""
LOOK = Attempt(ANA, "read:chronology", "deciding on a contact", "shown", (AVA,))


ROOMS = [
    resources.files(f"shared.{room}").joinpath("schema.sql").read_text(encoding="utf-8")
    for room in ("infrastructure", "access")
]


@pytest.fixture(scope="module")
def template(postgres) -> Iterator[str]:
    """A database with the record of access alone, migrated twice: at first start and at the next."""
    name = "access_alone"
    postgres.create_database(name)
    postgres.execute("CREATE SCHEMA mash AUTHORIZATION mash_owner", name)

    async def migrate_twice() -> None:
        owner = await asyncpg.connect(postgres.dsn(name, "mash_owner", "owner"))
        for sql in ROOMS * 2:
            await owner.execute(sql.format(schema="mash", app_role="mash"))
        await owner.close()

    asyncio.run(migrate_twice())
    yield name
    postgres.drop_database(name)


@pytest.fixture
def dsn(postgres, template) -> Iterator[str]:
    """A copy of it for each test."""
    name = copy_of(postgres, template)
    yield postgres.dsn(name, "mash", "app")
    postgres.drop_database(name)


@pytest.fixture
async def pool(dsn) -> AsyncIterator[asyncpg.Pool]:
    async with asyncpg.create_pool(dsn, min_size=1, max_size=4) as pool:
        yield pool


@pytest.fixture
async def meddler(postgres, dsn) -> AsyncIterator[asyncpg.Connection]:
    """Somebody with every right on the server, and the triggers out of the way."""
    connection = await asyncpg.connect(postgres.dsn(dsn.rsplit("/", 1)[1]))
    await connection.execute("SET session_replication_role = replica")
    yield connection
    await connection.close()


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock(START)


@pytest.fixture
def log(pool, clock) -> AccessLog:
    return AccessLog(pool, "mash", clock, lambda: REAL)


async def positions(pool) -> list[int]:
    return [
        row["position"]
        for row in await pool.fetch("SELECT position FROM mash.access ORDER BY recorded_at, position")
    ]


async def test_a_look_is_there_when_record_returns(log, pool):
    thing = uuid4()
    refused = Attempt(
        ANA, "mash.DecideContact", "safeguarding", "refused", (AVA, UUID(int=8)), thing, ("M7", "E9")
    )
    assert [await log.record(LOOK), await log.record(refused)] == [1, 2]
    [shown, tried] = await pool.fetch("SELECT * FROM mash.access ORDER BY position")
    assert tuple(shown)[:12] == (
        1, START, ANA.id, "mash_manager", "childrens_social_care", "North team",
        "read:chronology", "deciding on a contact", [AVA], None, "shown", [],
    )  # fmt: skip
    assert tuple(shown)[13:] == (None, None, None, None, None, None, REAL)
    assert (tried["children"], tried["subject"], tried["outcome"], tried["rules"]) == (
        [AVA, UUID(int=8)], thing, "refused", ["M7", "E9"],
    )  # fmt: skip
    assert "Ana" not in str([shown, tried])


async def test_what_was_shown_and_what_allowed_it_are_kept_and_chained(log, pool, meddler):
    sight = Sight(3, ("education", "Elm School"), as_known=41, first=UUID(int=9))
    await log.record(replace(LOOK, by=("open-to-partners",), basis="public_task", sight=sight))
    nothing = Sight(0, ("*",))
    await log.record(replace(LOOK, outcome="nothing", by=("auditor-reads",), sight=nothing))
    [row, empty] = await pool.fetch("SELECT * FROM mash.access ORDER BY position")
    assert tuple(row)[13:] == (
        ["open-to-partners"], "public_task", ["education", "Elm School"], 3, 41, UUID(int=9), REAL,
    )  # fmt: skip
    assert (empty["outcome"], empty["lens"], empty["shown"], empty["first_entry"]) == (
        "nothing",
        ["*"],
        0,
        None,
    )
    assert await verify(pool, "mash") is None
    for column in ("by_policy", "basis", "lens", "shown", "as_known", "first_entry", "real_at"):
        await meddler.execute(f"UPDATE mash.access SET {column} = NULL WHERE position = 1")
        assert await verify(pool, "mash") == 1, column
        await meddler.execute(f"UPDATE mash.access SET {column} = $1 WHERE position = 1", row[column])
    assert await verify(pool, "mash") is None


FIRST_VERSION = """
CREATE TABLE old.access (
    position bigint NOT NULL CHECK (position > 0), recorded_at timestamptz NOT NULL, actor_id uuid NOT NULL,
    role text NOT NULL, agency text NOT NULL, organisation text, action text NOT NULL, purpose text NOT NULL,
    children uuid[] NOT NULL, subject uuid, outcome text NOT NULL CHECK (outcome IN ('shown', 'refused')),
    rules text[] NOT NULL, digest bytea NOT NULL, PRIMARY KEY (recorded_at, position)
) PARTITION BY RANGE (recorded_at);
CREATE TABLE old.access_2026_04 (LIKE old.access INCLUDING CONSTRAINTS);
ALTER TABLE old.access ATTACH PARTITION old.access_2026_04 FOR VALUES FROM ('2026-04-01Z') TO ('2026-05-01Z');
INSERT INTO old.access VALUES (1, '2026-04-02T15:40Z', '00000000-0000-0000-0000-000000000001', 'mash_manager',
    'childrens_social_care', 'North team', 'read:chronology', 'deciding on a contact',
    '{00000000-0000-0000-0000-000000000007}', NULL, 'shown', '{}',
    '\\xcc55425a398cb28a244389163311d0367a58f1a3e510503ec26da1b39c3c34ab');
"""
"""A record as the first version of the program made and wrote it, in a month that is not over."""


async def test_a_record_of_the_first_version_holds_and_goes_on(postgres, pool, meddler, clock):
    await meddler.execute(
        "DROP SCHEMA IF EXISTS old CASCADE; CREATE SCHEMA old; GRANT USAGE ON SCHEMA old TO mash"
    )
    await meddler.execute(FIRST_VERSION)
    for sql in ROOMS * 2:
        await meddler.execute(sql.format(schema="old", app_role="mash"))
    assert await verify(pool, "old") is None
    log = AccessLog(pool, "old", clock)
    assert await log.record(replace(LOOK, outcome="nothing", sight=Sight(0))) == 2
    assert await verify(pool, "old") is None
    await meddler.execute("UPDATE old.access SET shown = 1 WHERE position = 1")
    assert await verify(pool, "old") == 1


async def test_many_at_once_share_commits_and_leave_no_gap(log, pool):
    before = await pool.fetchval("SELECT count(DISTINCT xmin::text) FROM mash.access")
    answers = await asyncio.gather(*(log.record(LOOK) for _ in range(1000)))
    assert sorted(answers) == list(range(1, 1001)) == await positions(pool)
    transactions = await pool.fetchval("SELECT count(DISTINCT xmin::text) FROM mash.access") - before
    assert transactions <= 10
    assert await verify(pool, "mash") is None


_PROCESS = """
import asyncio, sys
from uuid import UUID
import asyncpg
from shared.access.access_log import AccessLog
from shared.access.access_row import Attempt
from shared.infrastructure.clock import RealClock
from shared.domain.actors import Actor

async def main():
    actor = Actor(UUID(int=int(sys.argv[2])), "x", "mash_manager", "childrens_social_care")
    async with asyncpg.create_pool(sys.argv[1], min_size=1, max_size=3) as pool:
        log = AccessLog(pool, "mash", RealClock())
        for _ in range(10):
            entry = Attempt(actor, "read:worklist", "work", "shown", (UUID(int=7),))
            print(*await asyncio.gather(*(log.record(entry) for _ in range(20))))

asyncio.run(main())
"""


async def test_several_processes_write_one_chain(pool, dsn):
    running = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", _PROCESS, dsn, str(n), stdout=subprocess.PIPE
        )
        for n in range(3)
    ]
    answers = await asyncio.gather(*(process.communicate() for process in running))
    assert [process.returncode for process in running] == [0, 0, 0]
    for n, (said, _) in enumerate(answers):  # each was told the positions of its own rows
        told = sorted(int(word) for word in said.split())
        kept = await pool.fetch(
            "SELECT position FROM mash.access WHERE actor_id = $1 ORDER BY 1", UUID(int=n)
        )
        assert told == [row["position"] for row in kept]
        assert len(told) == 200
    assert await positions(pool) == list(range(1, 601))
    assert await verify(pool, "mash") is None


async def test_two_writers_of_one_process_too(log, pool, clock):
    other = AccessLog(pool, "mash", clock)
    await asyncio.gather(*(which.record(LOOK) for which in (log, other) for _ in range(300)))
    assert await positions(pool) == list(range(1, 601))
    assert await verify(pool, "mash") is None


async def test_months_go_by_and_time_never_goes_back(log, pool, clock):
    for days in (0, 27, 28, 29, 250, 400):
        clock.move_to(START + timedelta(days=days))
        await log.record(LOOK)
    behind = AccessLog(pool, "mash", SimulatedClock(START))
    assert await behind.record(LOOK) == 7
    times = [row[0] for row in await pool.fetch("SELECT recorded_at FROM mash.access ORDER BY position")]
    assert times == sorted(times)
    assert times[-1] == START + timedelta(days=400)
    parts = {row[0] for row in await pool.fetch("SELECT DISTINCT tableoid::regclass::text FROM mash.access")}
    assert parts == {"access_2026_04", "access_2026_05", "access_2026_12", "access_2027_05"}
    assert await verify(pool, "mash") is None


async def test_the_next_months_table_is_there_before_the_month(log, pool):
    await log.record(LOOK)
    assert await pool.fetchval("SELECT to_regclass('mash.access_2026_05') IS NOT NULL")


async def test_a_service_that_could_record_nothing_does_not_start(log, pool, meddler):
    await log.start()
    assert await pool.fetchval("SELECT to_regclass('mash.access_2026_04') IS NOT NULL")
    await meddler.execute("DROP FUNCTION mash.make_access_partitions")
    with pytest.raises(asyncpg.UndefinedFunctionError):
        await AccessLog(pool, "mash", SimulatedClock(START)).start()


async def test_a_partition_waits_for_no_reader(log, pool, clock):
    await log.record(LOOK)
    async with pool.acquire() as reader, reader.transaction():
        await reader.fetch("SELECT * FROM mash.access")
        clock.move_to(START + timedelta(days=300))
        assert await asyncio.wait_for(log.record(LOOK), 5) == 2


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE mash.access SET purpose = ''",
        "DELETE FROM mash.access",
        "TRUNCATE mash.access",
        "UPDATE mash.access_2026_04 SET purpose = ''",
        "DELETE FROM mash.access_2026_04",
        "TRUNCATE mash.access_2026_04",
    ],
)
async def test_nobody_changes_what_was_recorded(log, pool, postgres, dsn, statement):
    await log.record(LOOK)
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied"):
        await pool.execute(statement)
    owner = await asyncpg.connect(postgres.dsn(dsn.rsplit("/", 1)[1], "mash_owner", "owner"))
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append-only"):
        await owner.execute(statement)
    await owner.close()
    assert await positions(pool) == [1]


async def test_the_service_can_make_no_table_and_touch_no_partition(log, pool):
    await log.record(LOOK)
    for statement in (
        "CREATE TABLE mash.mine ()",
        "DROP TABLE mash.access_2026_04",
        "SELECT * FROM mash.access_2026_04",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await pool.execute(statement)


@pytest.mark.parametrize(
    ("meddling", "found"),
    [
        ("UPDATE mash.access SET purpose = 'another' WHERE position = 3", 3),
        ("UPDATE mash.access SET children = '{}' WHERE position = 4", 4),
        ("UPDATE mash.access SET recorded_at = recorded_at + interval '1 microsecond' WHERE position = 5", 5),
        ("UPDATE mash.access SET outcome = 'refused' WHERE position = 1", 1),
        ("DELETE FROM mash.access WHERE position = 2", 2),
        ("UPDATE mash.access SET position = 9 WHERE position = 2", 2),
        ("UPDATE mash.access SET digest = digest || 'x' WHERE position = 5", 5),
        ("UPDATE mash.access SET subject = actor_id WHERE position = 5", 5),
    ],
)
async def test_meddling_is_found_where_it_was_done(log, pool, meddler, meddling, found):
    for _ in range(5):
        await log.record(LOOK)
    assert await verify(pool, "mash") is None
    await meddler.execute(meddling)
    assert await verify(pool, "mash") == found


async def test_an_empty_record_holds(pool):
    assert await verify(pool, "mash") is None


async def test_no_words_keep_an_attempt_out_of_the_record_or_fail_their_neighbours(log, pool):
    odd = Attempt(ANA, "mash.Decide\x00Contact", "a\x00b\ud800" + "ü" * 600, "refused", rules=("E9",))
    answers = await asyncio.gather(log.record(LOOK), log.record(odd), log.record(LOOK))
    assert answers == [1, 2, 3]
    row = await pool.fetchrow("SELECT action, purpose FROM mash.access WHERE position = 2")
    assert row["action"] == "mash.Decide\N{REPLACEMENT CHARACTER}Contact"
    assert row["purpose"].startswith("a\N{REPLACEMENT CHARACTER}b")
    assert len(row["purpose"]) == 500
    assert await verify(pool, "mash") is None


async def test_a_caller_who_goes_away_stops_nobody(log, pool):
    leaving = [asyncio.create_task(log.record(LOOK)) for _ in range(5)]
    await asyncio.sleep(0)
    staying = [asyncio.create_task(log.record(LOOK)) for _ in range(5)]
    for task in leaving:
        task.cancel()
    answers = await asyncio.gather(*staying)
    assert len(set(answers)) == 5
    await log.stop()
    assert await positions(pool) == list(range(1, 11))  # the looks of those who left were asked for too


async def test_without_the_database_nothing_counts_as_recorded_and_later_it_goes_on(log, pool, meddler):
    await log.record(LOOK)
    await meddler.execute("ALTER TABLE mash.access RENAME TO gone")
    answers = await asyncio.gather(*(log.record(LOOK) for _ in range(3)), return_exceptions=True)
    assert [type(answer) for answer in answers] == [AccessNotRecorded] * 3
    await meddler.execute("ALTER TABLE mash.gone RENAME TO access")
    assert await log.record(LOOK) == 2


async def test_a_connection_cut_under_the_writer(log, pool, meddler):
    """The writer waits for the lock, its connection is cut: the callers are told, and the next look is recorded."""
    await log.record(LOOK)
    async with pool.acquire() as holder, holder.transaction():
        await holder.execute(for_transaction("mash", "access"))
        looking = asyncio.create_task(log.record(LOOK))
        while not (pids := await waiting(meddler)):
            await asyncio.sleep(0.01)
        await meddler.execute("SELECT pg_terminate_backend(unnest($1::int[]))", pids)
        with pytest.raises(AccessNotRecorded):
            await looking
    assert await log.record(LOOK) == 2
    assert await verify(pool, "mash") is None


async def test_the_order_of_the_head_needs_one_partition(log, pool, clock, meddler):
    """Asking for the last row looks at the newest partition, not at seven years of them."""
    for month in range(8):
        clock.move_to(START + timedelta(days=31 * month))
        await log.record(LOOK)
    plan = await meddler.fetch(
        "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) SELECT position FROM mash.access ORDER BY recorded_at DESC, position DESC LIMIT 1"
    )
    looked_at = [line[0] for line in plan if "Scan" in line[0] and "never executed" not in line[0]]
    assert len(looked_at) <= 3, looked_at


def test_a_service_cannot_name_another_schema():
    with pytest.raises(ValueError, match="service's name"):
        AccessLog(None, "mash; drop table x", SimulatedClock(START))


def test_the_sql_has_two_placeholders_alone():
    text = Path(str(resources.files("shared.access").joinpath("schema.sql"))).read_text()
    assert "{" not in text.format(schema="s", app_role="r")
