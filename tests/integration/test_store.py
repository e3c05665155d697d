"""The log on a real PostgreSQL: what is answered, what stands, what nobody may change, what happens while it is away."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import ClassVar
from uuid import UUID, uuid4

import asyncpg
import pytest

from deploy.local.postgres import EmbeddedPostgres, servers_on
from shared.chain import first_break
from shared.clock import SimulatedClock
from shared.judging import Accepted, AnotherBody, Appended, Conflict, Head, Member, Part, Row, Write
from shared.migrations import migrate
from shared.rows import group_rows
from shared.store import GROUP, LogUnavailable, NotStorable, Store
from tests.integration.conftest import database_on, store_on

X, Y, K = UUID(int=1), UUID(int=2), UUID(int=9)
START = datetime(2026, 4, 2, 15, 40, tzinfo=UTC)


def row(name: str = "test.Happened", **more) -> Row:
    return Row(uuid4(), name, "test", b'{"envelope":{}}', **more)


def part(
    *writes: tuple[UUID, int], command: UUID | None = None, body: bytes = b"asked", name: str = "test.X"
) -> Part:
    return Part(command or uuid4(), body, tuple(Write(stream, at, (row(name),)) for stream, at in writes))


def member(*writes: tuple[UUID, int], **more) -> Member:
    return Member((part(*writes, **more),))


@pytest.fixture
async def connection(log_database) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(log_database.app)
    yield connection
    await connection.close()


@pytest.fixture
async def store(open_store) -> Store:
    return await open_store()


async def log_of(connection: asyncpg.Connection) -> list[asyncpg.Record]:
    return await connection.fetch("SELECT * FROM mash.events ORDER BY notification_id")


async def told(store: Store, *members: Member) -> list[str]:
    answers = await asyncio.gather(*(store.append(one) for one in members), return_exceptions=True)
    return [type(answer).__name__ if isinstance(answer, BaseException) else "stands" for answer in answers]


async def test_what_was_appended_is_answered_and_read_back(store, connection):
    assert await store.head() == 0
    first, second = part((X, 0), (Y, 0)), part((X, 1))
    assert await store.append(Member((first, second))) == (Appended(1, 2), Appended(3, 3))
    assert await store.head() == 3
    streams = await store.load([X, Y, uuid4()])
    assert {id_: [r["originator_version"] for r in rows] for id_, rows in streams.items()} == {
        X: [1, 2],
        Y: [1],
    }
    assert [r["notification_id"] for r in await store.between(2, 3)] == [2, 3]
    assert await store.command(first.command) == (b"asked", 1, 2)
    assert await store.command(uuid4()) is None
    assert first_break(await log_of(connection)) is None


async def test_a_known_command_gets_its_old_answer_and_another_body_is_refused(store):
    asked = part((X, 0))
    assert await store.append(Member((asked,))) == (Appended(1, 1),)
    again = part((X, 0), command=asked.command)
    assert await store.append(Member((again,))) == (Appended(1, 1, again=True),)
    with pytest.raises(AnotherBody):
        await store.append(member((X, 1), command=asked.command, body=b"something else"))
    assert await store.head() == 1


async def test_the_same_command_twice_in_one_group_acts_once(store):
    twice = member((X, 0))
    other = member((Y, 0), command=twice.parts[0].command, body=b"something else")
    # The second is told to look again, and then finds the first.
    assert await told(store, twice, twice, other) == ["stands", "Conflict", "AnotherBody"]
    assert await store.append(twice) == (Appended(1, 1),)
    assert await store.head() == 1


async def test_in_one_group_each_is_judged_by_itself(store, connection):
    await store.append(member((X, 0)))
    before = store.groups
    assert await told(
        store,
        member((X, 1), (Y, 0)),
        member((X, 1)),  # the same version again
        member((Y, 1), (X, 1)),  # a half in conflict takes the other with it
        member((Y, 1)),
        Member((part((uuid4(), 0)),), ((X, 2),)),
        Member((part((uuid4(), 0)),), ((X, 1),)),  # what it read has moved on
        member((uuid4(), 3)),  # nothing stands there to follow
        Member(heads=(Head("x", K, 0, 5, uuid4()),)),
        Member(heads=(Head("x", K, 0, 7, uuid4()),)),
        Member(heads=(Head("x", K, 5, 7, uuid4()),)),
    ) == [
        "stands",
        "Conflict",
        "Conflict",
        "stands",
        "stands",
        "Conflict",
        "Conflict",
        "stands",
        "Conflict",
        "stands",
    ]
    assert store.groups <= before + 2
    assert await connection.fetchval("SELECT position FROM mash.inbox_heads") == 7
    assert first_break(await log_of(connection)) is None


async def test_a_hole_in_a_stream_cannot_be_written(store):
    """What stood on a member that fell expects more than there is; no primary key would notice."""
    for expected in (1, 2, 5):
        with pytest.raises(Conflict):
            await store.append(member((X, expected)))
    assert await store.head() == 0


async def test_only_the_culprit_is_told(store, connection):
    members = [member((uuid4(), 0)) for _ in range(5)]
    members[2] = member((uuid4(), 0), name="test.\x00")
    assert await told(store, *members) == ["stands", "stands", "NotStorable", "stands", "stands"]
    with pytest.raises(NotStorable) as caught:
        await store.append(member((uuid4(), 0), name="Ava Moss\x00"))
    assert "NUL" in str(caught.value)
    assert "Moss" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert [r["notification_id"] for r in await log_of(connection)] == [1, 2, 3, 4]


async def test_a_crowd_shares_its_commits(store, connection):
    answers = await asyncio.gather(*(store.append(member((uuid4(), 0))) for _ in range(3 * GROUP)))
    assert sorted(place.first for (place,) in answers) == list(range(1, 3 * GROUP + 1))
    assert store.groups <= 12
    assert first_break(await log_of(connection)) is None


async def test_a_caller_who_went_away_asked_for_nothing(store):
    gone = [asyncio.ensure_future(store.append(member((X, 0)))) for _ in range(3)]
    await asyncio.sleep(0)
    for caller in gone:
        caller.cancel()
    assert await store.append(member((X, 0))) == (Appended(1, 1),)
    assert [caller.cancelled() for caller in gone] == [True] * 3


async def test_recorded_never_goes_back(open_store, connection):
    ahead, behind = SimulatedClock(START + timedelta(hours=1)), SimulatedClock(START)
    first, second = await open_store(clock=ahead), await open_store(clock=behind)
    await first.append(member((X, 0)))
    await second.append(member((X, 1)))
    behind.move_to(START + timedelta(hours=2))
    await second.append(member((X, 2)))
    recorded = [r["recorded_at"] - START for r in await log_of(connection)]
    assert recorded == [timedelta(hours=1), timedelta(hours=1), timedelta(hours=2)]


async def test_listeners_hear_of_commits_and_cannot_undo_them(store):
    heard = []

    def fails() -> None:
        raise RuntimeError

    store.on_append(fails)
    store.on_append(lambda: heard.append(1))
    assert await store.append(member((X, 0))) == (Appended(1, 1),)
    assert heard == [1]
    with pytest.raises(Conflict):
        await store.append(member((X, 0)))
    assert heard == [1]


async def test_who_cares_only_for_what_crosses_hears_of_nothing_else(store):
    all_, crossing = [], []
    store.on_append(lambda: all_.append(1))
    store.on_append(lambda: crossing.append(1), crossing=True)

    async def append(*rows: Row, heads: tuple[Head, ...] = ()) -> tuple[int, int]:
        parts = (Part(uuid4(), b"asked", (Write(uuid4(), 0, rows),)),) if rows else ()
        await store.append(Member(parts, (), heads))
        return len(all_), len(crossing)

    assert await append(row()) == (1, 0)
    assert await append(row(), row(key=K)) == (2, 1)
    assert await append(heads=(Head("x", K, 0, 5, uuid4()),)) == (2, 1)  # a head moved; nothing was appended
    assert await append(row()) == (3, 1)


def watched(rolled_back: list[str]) -> type[asyncpg.Connection]:
    """Connections that note each transaction given up."""

    class Watched(asyncpg.Connection):
        async def execute(self, query, *args, **more):
            rolled_back.extend(["ROLLBACK"] if query == "ROLLBACK" else [])
            return await super().execute(query, *args, **more)

    return Watched


async def test_members_that_meet_in_one_group_are_one_transaction(open_store, connection):
    """What falls for a member before it is told so, and what stands is not written in a second try for it."""
    rolled_back: list[str] = []
    store = await open_store(connection_class=watched(rolled_back))
    await store.append(member((Y, 0)))
    others = [uuid4() for _ in range(3)]
    asked = [member((X, 0)), *(member((other, 0)) for other in others), member((X, 0)), member((Y, 0))]
    answers = await asyncio.gather(*(store.append(each) for each in asked[:-1]), return_exceptions=True)
    assert [type(answer).__name__ for answer in answers] == ["tuple"] * 4 + ["Conflict"]
    assert (rolled_back, store.groups) == ([], 2)
    assert [r["originator_id"] for r in await log_of(connection)] == [Y, X, *others]
    # One that others wrote before is looked up: it might be known.
    assert await told(store, asked[-1]) == ["Conflict"]


class Counted(asyncpg.Connection):
    """Connections that count what they are asked."""

    asked: ClassVar[list[str]] = []

    async def _execute(self, query, *args, **more):
        self.asked.append(query)
        return await super()._execute(query, *args, **more)

    async def execute(self, query, *args, **more):
        if not args:
            self.asked.append(query)
        return await super().execute(query, *args, **more)


async def test_a_process_that_writes_alone_asks_once_a_group(open_store, connection):
    first = await open_store(connection_class=Counted)
    other = await open_store()
    asked = Counted.asked

    async def questions(store: Store, *members: Member) -> int:
        asked.clear()
        await asyncio.gather(*(store.append(one) for one in members))
        return len(asked)

    await first.append(member((X, 0)))
    assert await questions(first, member((X, 1)), member((Y, 0)), member((X, 2))) == 1
    moving = Member((part((X, 3)),), ((Y, 1),), (Head("x", K, 0, 5, uuid4()),))
    assert await questions(first, moving) == 1
    assert await questions(first, Member(heads=(Head("x", K, 5, 6, uuid4()),))) == 1
    # What another process wrote meanwhile is found: it looks, and looks once more before it trusts itself again.
    await other.append(member((Y, 1)))
    assert await questions(first, member((X, 4))) == 1 + 4
    assert await questions(first, member((X, 5))) == 4
    assert await questions(first, member((X, 6))) == 1
    assert first_break(await log_of(connection)) is None
    assert await connection.fetchval("SELECT position FROM mash.inbox_heads") == 6


@pytest.mark.parametrize(
    "stale",
    [
        member((X, 1)),
        member((X, 3)),
        Member((part((uuid4(), 0)),), ((X, 1),)),
        Member((part((uuid4(), 0)),), (), (Head("x", K, 0, 6, uuid4()),)),
        Member((part((uuid4(), 0)),), (), (Head("x", UUID(int=10), 3, 6, uuid4()),)),
    ],
    ids=["a stream", "a hole", "a read", "a head", "a head that is not there"],
)
async def test_what_does_not_stand_is_not_written_in_one_statement(open_store, connection, stale):
    store = await open_store(connection_class=Counted)
    await store.append(member((X, 0)))
    await store.append(Member((part((X, 1)),), (), (Head("x", K, 0, 5, uuid4()),)))
    Counted.asked.clear()
    fresh = member((Y, 0))
    assert await told(store, fresh, stale) == ["stands", "Conflict"]
    assert len(Counted.asked) > 1
    assert [r["originator_id"] for r in await log_of(connection)] == [X, X, Y]
    assert await connection.fetchval("SELECT position FROM mash.inbox_heads") == 5


async def test_who_wrote_while_a_statement_waited_for_the_lock_is_not_overlooked(open_store, log_database):
    """The statement compares in a snapshot older than its lock; the next position is then taken already."""
    blocker, other = [await asyncpg.connect(log_database.app) for _ in range(2)]
    store = await open_store()
    await store.append(member((X, 0)))
    lock = store._log._lock_key
    await blocker.execute(f"SELECT pg_advisory_lock({lock})")
    appending = asyncio.create_task(store.append(Member((part((Y, 0)),), ((X, 1),))))
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    while not await other.fetchval(waiting):
        await asyncio.sleep(0.01)
    # As another process, which has the lock: X moves on, which the waiting member read.
    rows, commands, _ = group_rows(
        store._log._left, [Accepted(member((X, 1)))], datetime.now(UTC) + timedelta(seconds=1)
    )
    await blocker.execute(store._log._sql["insert"], *rows.columns(), *commands.columns())
    await blocker.execute(f"SELECT pg_advisory_unlock({lock})")
    with pytest.raises(Conflict):
        await appending
    log = await log_of(other)
    assert [r["originator_id"] for r in log] == [X, X]
    await store.append(member((Y, 0)))
    assert first_break(await log_of(other)) is None
    for each in (blocker, other):
        await each.close()


async def test_two_writers_never_meet_on_a_key(open_store, connection):
    """The lock is a statement of its own. Taken together with the head, the head would be older than the lock: most
    groups of one writer would then collide with positions of the other, and be rolled back."""
    rolled_back: list[str] = []
    stores = [await open_store(connection_class=watched(rolled_back)) for _ in range(2)]

    async def caller(store: Store) -> None:
        for _ in range(25):
            await store.append(member((uuid4(), 0)))

    await asyncio.gather(*(caller(store) for store in stores for _ in range(4)))
    assert rolled_back == []
    assert [r["notification_id"] for r in await log_of(connection)] == list(range(1, 201))


# -- cut off


def cutting(when: str, what: str) -> type[asyncpg.Connection]:
    """Connections of which the first to commit is lost: just before it is told to, or just after it did."""
    cut = []

    class Cut(asyncpg.Connection):
        async def execute(self, query, *args, **more):
            do = partial(super().execute, query, *args, **more)
            return await (self.cut(do) if (query, what) == ("COMMIT", "commit") else do())

        async def fetchval(self, query, *args, **more):
            do = partial(super().fetchval, query, *args, **more)
            return await (self.cut(do) if what == "one statement" else do())

        async def cut(self, do):
            if cut:
                return await do()
            cut.append(True)
            if when == "after":
                await do()
            self.terminate()
            return await super().execute("SELECT 1")

    return Cut


@pytest.mark.parametrize("what", ["commit", "one statement"])
@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_connection_lost_at_commit_is_settled(open_store, connection, when, what):
    store = await open_store(connection_class=cutting(when, what))
    if what == "one statement":
        await store.append(Member(heads=(Head("y", K, 0, 1, uuid4()),)))  # now it knows where the log ends
    both = Member((part((X, 0), (Y, 0)),), (), (Head("x", K, 0, 5, uuid4()),))
    plain = member((uuid4(), 0))
    conflict = member((X, 0))
    assert await asyncio.gather(store.append(both), store.append(plain)) == [
        (Appended(1, 2),),
        (Appended(3, 3),),
    ]
    assert await told(store, conflict) == ["Conflict"]
    assert await connection.fetchval("SELECT position FROM mash.inbox_heads WHERE source = 'x'") == 5
    assert [r["notification_id"] for r in await log_of(connection)] == [1, 2, 3]


async def test_a_session_ended_by_the_server_is_replaced(log_database, store):
    superuser = await asyncpg.connect(log_database.superuser)
    for n in range(3):
        await store.append(member((X, n)))
        await superuser.execute(
            "SELECT pg_terminate_backend(pid, 2000) FROM pg_stat_activity WHERE usename = 'mash'"
        )
    assert await store.head() == 3  # the pool's connections are gone too; reading goes on
    await superuser.close()


def kill(server: EmbeddedPostgres) -> None:
    """Takes the whole server away, as a lost machine would."""
    for pid in servers_on(server.data):
        os.kill(pid, signal.SIGKILL)
    assert server.child is not None
    assert server.child.wait(5)


async def bring_back(server: EmbeddedPostgres) -> None:
    server.launch()
    while not server.answering():
        await asyncio.sleep(0.02)


async def test_away_for_longer_than_the_patience_and_back(mortal):
    async with AsyncExitStack() as stack:
        store = await store_on(stack, database_on(mortal).app, patience=0.5)
        await store.append(member((X, 0)))
        kill(mortal)
        lost = member((X, 1))
        async with asyncio.timeout(3):
            assert await told(store, lost, *(member((uuid4(), 0)) for _ in range(2 * GROUP))) == [
                "LogUnavailable"
            ] * (2 * GROUP + 1)
            for read in (store.head(), store.load([X]), store.command(uuid4()), store.between(1, 2)):
                with pytest.raises(LogUnavailable) as caught:
                    await read
        assert "Idempotency-Key" in str(caught.value)
        await bring_back(mortal)
        async with asyncio.timeout(10):
            while await told(store, lost) != ["stands"]:  # sent again with its id
                pass
        assert await store.head() == 2


async def test_away_for_less_than_the_patience_nobody_notices(mortal):
    async with AsyncExitStack() as stack:
        store = await store_on(stack, database_on(mortal).app, patience=20)
        await store.append(member((X, 0)))
        kill(mortal)
        answers = asyncio.gather(store.append(member((X, 1))), store.head())
        await bring_back(mortal)
        (appended,), head = await answers
        assert appended == Appended(2, 2)
        assert head in {1, 2}


async def test_a_stopped_store_says_so(store):
    waiting = asyncio.ensure_future(store.append(member((X, 0))))
    await asyncio.sleep(0)
    await store.stop()
    for answer in (waiting, store.append(member((X, 0)))):
        with pytest.raises(LogUnavailable):
            await answer


# -- append-only


CHANGES = (
    "UPDATE mash.events SET topic = topic",
    "UPDATE mash.commands SET body = body",
    "DELETE FROM mash.events WHERE false",
    "DELETE FROM mash.commands",
    "TRUNCATE mash.events",
    "TRUNCATE mash.commands",
)


@pytest.mark.parametrize("role", ["app", "owner", "superuser"])
async def test_nobody_changes_what_happened(log_database, store, connection, role):
    await store.append(member((X, 0)))
    somebody = await asyncpg.connect(getattr(log_database, role))
    for change in CHANGES:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await somebody.execute(change)
    await somebody.close()
    assert len(await log_of(connection)) == 1
    assert await connection.fetchval("SELECT count(*) FROM mash.commands") == 1


async def test_the_service_cannot_alter_its_log(connection):
    for change in (
        "CREATE TABLE mash.another (a int)",
        "ALTER TABLE mash.events ADD COLUMN a int",
        "ALTER TABLE mash.events DISABLE TRIGGER append_only",
        "DROP TRIGGER append_only ON mash.events",
        "DROP TABLE mash.events",
        "DROP FUNCTION mash.refuse_change() CASCADE",
        "CREATE RULE quietly AS ON DELETE TO mash.events DO INSTEAD NOTHING",
        "SET session_replication_role = replica",
        "SET ROLE mash_owner",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(change)


async def test_migrations_may_run_at_each_start_and_at_once(log_database, store):
    await store.append(member((X, 0)))
    await asyncio.gather(*(migrate(log_database.owner, "mash", "mash") for _ in range(4)))
    assert await store.append(member((X, 1))) == (Appended(2, 2),)
