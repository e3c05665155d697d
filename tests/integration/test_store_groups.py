"""Groups: what they cost, what they are compared with, and what becomes of one whose connection is lost."""

import asyncio
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import ClassVar
from uuid import UUID, uuid4

import asyncpg
import pytest

from shared.crypto.hash_chain import first_break
from shared.eventstore.append import Appended, AppendRequest, Conflict, InboxMove
from shared.eventstore.columns import group_rows
from shared.eventstore.concurrency import Accepted
from shared.eventstore.statements import statements
from shared.eventstore.store import Store
from tests.integration.held_locks import hold, waiting
from tests.integration.store_members import DIGEST, K, X, Y, log_of, member, part, told


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

    async def questions(store: Store, *members: AppendRequest) -> int:
        asked.clear()
        await asyncio.gather(*(store.append(one) for one in members))
        return len(asked)

    await first.append(member((X, 0)))
    assert await questions(first, member((X, 1)), member((Y, 0)), member((X, 2))) == 1
    moving = AppendRequest((part((X, 3)),), ((Y, 1),), (InboxMove("x", K, 0, 5, uuid4(), DIGEST),))
    assert await questions(first, moving) == 1
    assert await questions(first, AppendRequest(heads=(InboxMove("x", K, 5, 6, uuid4(), DIGEST),))) == 1
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
        AppendRequest((part((uuid4(), 0)),), ((X, 1),)),
        AppendRequest((part((uuid4(), 0)),), (), (InboxMove("x", K, 0, 6, uuid4(), DIGEST),)),
        AppendRequest((part((uuid4(), 0)),), (), (InboxMove("x", UUID(int=10), 3, 6, uuid4(), DIGEST),)),
    ],
    ids=["a stream", "a hole", "a read", "a head", "a head that is not there"],
)
async def test_what_does_not_stand_is_not_written_in_one_statement(open_store, connection, stale):
    store = await open_store(connection_class=Counted)
    await store.append(member((X, 0)))
    await store.append(AppendRequest((part((X, 1)),), (), (InboxMove("x", K, 0, 5, uuid4(), DIGEST),)))
    Counted.asked.clear()
    fresh = member((Y, 0))
    assert await told(store, fresh, stale) == ["stands", "Conflict"]
    assert len(Counted.asked) > 1
    assert [r["originator_id"] for r in await log_of(connection)] == [X, X, Y]
    assert await connection.fetchval("SELECT position FROM mash.inbox_heads") == 5


async def test_who_wrote_while_a_statement_waited_for_the_lock_is_not_overlooked(open_store, log_database):
    """The statement compares in a snapshot older than its lock; the next position is then taken already."""
    other = await asyncpg.connect(log_database.app)
    store = await open_store()
    await store.append(member((X, 0)))
    blocker = await hold(log_database.app, "mash", "log")
    appending = asyncio.create_task(store.append(AppendRequest((part((Y, 0)),), ((X, 1),))))
    while not await waiting(other):
        await asyncio.sleep(0.01)
    # As another process, which has the lock: X moves on, which the waiting request read.
    writer = store._group_writer
    events, commands, _ = group_rows(
        writer._own_end, [Accepted(member((X, 1)))], datetime.now(UTC) + timedelta(seconds=1)
    )
    insert = statements("mash").insert
    await blocker.execute(insert.sql, *insert.values(writer._parameters(events, commands, (), ())))
    await blocker.execute("COMMIT")
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
        await store.append(
            AppendRequest(heads=(InboxMove("y", K, 0, 1, uuid4(), DIGEST),))
        )  # now it knows where the log ends
    both = AppendRequest((part((X, 0), (Y, 0)),), (), (InboxMove("x", K, 0, 5, uuid4(), DIGEST),))
    plain = member((uuid4(), 0))
    conflict = member((X, 0))
    assert await asyncio.gather(store.append(both), store.append(plain)) == [
        (Appended(1, 2),),
        (Appended(3, 3),),
    ]
    assert await told(store, conflict) == ["Conflict"]
    assert await connection.fetchval("SELECT position FROM mash.inbox_heads WHERE source = 'x'") == 5
    assert [r["notification_id"] for r in await log_of(connection)] == [1, 2, 3]
