"""The log on a real PostgreSQL: what is answered, what stands, what nobody may change, what happens while it is away."""

import asyncio
import os
import signal
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import asyncpg
import pytest

from deploy.local.postgres import EmbeddedPostgres, servers_on
from shared.crypto.hash_chain import first_break
from shared.eventstore.append import (
    AnotherBody,
    Appended,
    AppendRequest,
    CommandWrites,
    Conflict,
    InboxMove,
    LogUnavailable,
    NewEvent,
    NotStorable,
    StreamWrite,
)
from shared.eventstore.store import MAX_GROUP
from shared.infrastructure.clock import SimulatedClock
from shared.service.migrations import migrate
from tests.integration.conftest import database_on, store_on
from tests.integration.store_members import DIGEST, K, X, Y, log_of, member, part, row, told

START = datetime(2026, 4, 2, 15, 40, tzinfo=UTC)


async def test_what_was_appended_is_answered_and_read_back(store, connection):
    assert await store.head() == 0
    first, second = part((X, 0), (Y, 0)), part((X, 1))
    assert await store.append(AppendRequest((first, second))) == (Appended(1, 2), Appended(3, 3))
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
    assert await store.append(AppendRequest((asked,))) == (Appended(1, 1),)
    again = part((X, 0), command=asked.command)
    assert await store.append(AppendRequest((again,))) == (Appended(1, 1, again=True),)
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
        AppendRequest((part((uuid4(), 0)),), ((X, 2),)),
        AppendRequest((part((uuid4(), 0)),), ((X, 1),)),  # what it read has moved on
        member((uuid4(), 3)),  # nothing stands there to follow
        AppendRequest(heads=(InboxMove("x", K, 0, 5, uuid4(), DIGEST),)),
        AppendRequest(heads=(InboxMove("x", K, 0, 7, uuid4(), DIGEST),)),
        AppendRequest(heads=(InboxMove("x", K, 5, 7, uuid4(), DIGEST),)),
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
    assert store.groups == before + 1
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
    answers = await asyncio.gather(*(store.append(member((uuid4(), 0))) for _ in range(3 * MAX_GROUP)))
    assert sorted(place.first for (place,) in answers) == list(range(1, 3 * MAX_GROUP + 1))
    assert store.groups <= 4
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

    async def append(*rows: NewEvent, heads: tuple[InboxMove, ...] = ()) -> tuple[int, int]:
        parts = (CommandWrites(uuid4(), b"asked", (StreamWrite(uuid4(), 0, rows),)),) if rows else ()
        await store.append(AppendRequest(parts, (), heads))
        return len(all_), len(crossing)

    assert await append(row()) == (1, 0)
    assert await append(row(), row(key=K)) == (2, 1)
    assert await append(heads=(InboxMove("x", K, 0, 5, uuid4(), DIGEST),)) == (
        2,
        1,
    )  # a head moved; nothing was appended
    assert await append(row()) == (3, 1)


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
            assert await told(store, lost, *(member((uuid4(), 0)) for _ in range(2 * MAX_GROUP))) == [
                "LogUnavailable"
            ] * (2 * MAX_GROUP + 1)
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
