"""Locks of a service's own: no other role of the database takes one, and who is overtaken writes nothing."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from uuid import uuid4

import asyncpg
import pytest

from shared.access.access_log import AccessLog, Attempt
from shared.audit.checkpoint import Signer, make_signing_key
from shared.audit.checkpoint_tables import CheckpointTables
from shared.domain.actors import Actor
from shared.infrastructure.clock import RealClock
from shared.infrastructure.locks import give_back, take_session_lock
from shared.messaging import relay as relay_module
from shared.service.migrations import migrate
from tests.integration.toys import Team, Toys, running, until

ANA = Actor(uuid4(), "Ana Lim", "mash_manager", "childrens_social_care", "North team")


@pytest.fixture
async def mash(toys: Toys) -> Team:
    return await toys.open("mash")


@pytest.fixture
async def stranger(toys: Toys) -> AsyncIterator[asyncpg.Connection]:
    """A session of another service's role, on the database that all of them share."""
    connection = await asyncpg.connect(toys.server.dsn(toys.database, "people", "app"))
    yield connection
    await connection.close()


REFUSED_TO_A_STRANGER = (
    "SELECT FROM mash.locks WHERE name = 'log' FOR UPDATE",
    "SELECT FROM mash.locks FOR SHARE",
    "SELECT mash.take_lock('relay', NULL)",
    "SELECT mash.take_lock('view copies', NULL)",
    "SELECT mash.make_access_partitions('2026-11-01')",
    *(
        f"LOCK TABLE mash.{table} IN {mode} MODE"
        for table in ("locks", "events", "commands", "access", "relay", "checkpoints", "views")
        for mode in ("ACCESS SHARE", "ROW SHARE", "ROW EXCLUSIVE", "SHARE", "EXCLUSIVE", "ACCESS EXCLUSIVE")
    ),
    "COMMENT ON SCHEMA mash IS 'mine'",
)


@pytest.mark.parametrize("statement", REFUSED_TO_A_STRANGER)
async def test_another_services_role_takes_none_of_them(mash, stranger, statement):
    async with stranger.transaction():
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with stranger.transaction():
                await stranger.execute(statement)


def advisory(name: str) -> int:
    """The key under which a lock of this name would be taken as an advisory one."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)


async def test_what_another_services_role_may_take_stops_nobody(toys, mash, broker, stranger, tmp_path):
    """Every advisory lock by which a service was once stopped, held while all of it goes on."""
    for name in ("log:mash", "access:mash", "relay:mash", "checkpoints:mash"):
        await stranger.execute("SELECT pg_advisory_lock($1)", advisory(name))
    for name in ("views:mash.copies", "migrate:mash", "mash.make_access_partitions"):
        await stranger.execute("SELECT pg_advisory_lock(hashtextextended($1, 0))", name)
    make_signing_key("mash", tmp_path / "mash.key", tmp_path)
    async with asyncio.timeout(30), running(mash.relay(broker.bootstrap)):
        await mash.say([(0, 0)])
        access_log = AccessLog(mash.pool, "mash", RealClock())
        assert await access_log.record(Attempt(ANA, "read:worklist", "work", "shown")) == 1
        assert await CheckpointTables(mash.pool, "mash").make(Signer("mash", tmp_path / "mash.key"))
        await migrate(toys.server.dsn(toys.database, "mash_owner", "owner"), "mash", "mash")
        await until(partial(relayed, mash))


async def relayed(team: Team) -> bool:
    position: int = await team.pool.fetchval(f"SELECT position FROM {team.name}.relay")
    return position == await team.store.head()


async def test_two_migrations_at_once_wait_for_each_other(toys):
    dsn = toys.server.dsn(toys.database, "mash_owner", "owner")
    await asyncio.gather(*(migrate(dsn, "mash", "mash") for _ in range(4)))


async def test_a_sessions_lock_is_one_sessions_until_it_ends_or_gives_it_back(mash):
    first, second = [await mash.connect() for _ in range(2)]
    take = partial(take_session_lock, schema="mash", name="view x")
    assert await take(first) == 1
    assert await take(second) is None
    await give_back(second, "mash", "view x")  # not its own
    assert await take(second) is None
    await give_back(first, "mash", "view x")
    assert await take(second) == 2
    second.terminate()
    async with asyncio.timeout(5):
        while (term := await take(first)) is None:
            await asyncio.sleep(0.01)
    assert term == 3
    await first.close()


async def test_of_many_sessions_at_once_one_gets_it(mash):
    sessions = [await mash.connect() for _ in range(8)]
    terms = await asyncio.gather(*(take_session_lock(one, "mash", "relay") for one in sessions))
    assert sorted(terms, key=str) == [1, *[None] * 7]
    for one in sessions:
        await one.close()


async def test_a_session_that_asks_nothing_is_overtaken_and_one_that_asks_is_not(mash):
    first, second = [await mash.connect() for _ in range(2)]
    patience = timedelta(seconds=0.5)
    assert await take_session_lock(first, "mash", "relay", patience=patience) == 1
    for _ in range(10):
        await first.fetchval("SELECT 1")
        await asyncio.sleep(0.1)
        assert await take_session_lock(second, "mash", "relay", patience=patience) is None
    await asyncio.sleep(0.6)
    assert await take_session_lock(second, "mash", "relay") is None  # with no patience named: for ever
    assert await take_session_lock(second, "mash", "relay", patience=patience) == 2
    for one in (first, second):
        await one.close()


async def test_a_relay_that_was_stopped_is_overtaken_and_then_moves_no_cursor(mash, broker, monkeypatch):
    """As after SIGSTOP: its session lives on, it has sent and noted nothing, and it goes on where it stood."""
    monkeypatch.setattr(relay_module, "HANGING", timedelta(seconds=1))
    first, second = mash.relay(broker.bootstrap), mash.relay(broker.bootstrap)
    wakes, stopped, note = asyncio.Event(), asyncio.Event(), first._note_landed

    async def stopped_before_it_notes(connection, landed):
        stopped.set()
        await wakes.wait()
        await note(connection, landed)

    cursors: list[int] = []

    async def watch() -> None:
        while True:
            cursors.append(await mash.pool.fetchval("SELECT position FROM mash.relay"))
            await asyncio.sleep(0.01)

    watching = asyncio.create_task(watch())
    async with running(first):
        monkeypatch.setattr(first, "_note_landed", stopped_before_it_notes)
        await mash.say([(0, n) for n in range(5)])
        await asyncio.wait_for(stopped.wait(), 20)
        async with running(second):
            await until(partial(relayed, mash))
            await mash.say([(0, n) for n in range(5, 10)])
            await until(partial(relayed, mash))
            assert (first.leading, second.leading) == (True, True)  # it cannot know
            monkeypatch.setattr(first, "_note_landed", note)
            wakes.set()
            async with asyncio.timeout(10):
                while first.leading:
                    await asyncio.sleep(0.01)
            await mash.say([(0, 10)])
            await until(partial(relayed, mash))
            assert second.leading
            async with asyncio.timeout(10):
                while first.error is not None:  # standing by is all it has to do
                    await asyncio.sleep(0.01)
    watching.cancel()
    assert cursors == sorted(cursors)
    assert await mash.pool.fetchval("SELECT term FROM mash.locks WHERE name = 'relay'") == 2
