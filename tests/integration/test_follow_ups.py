"""Follow-ups: each fact of one's own is looked at once, in order, after the view that holds the others has it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID, uuid4, uuid5

import asyncpg

from shared.commands.follow_ups import FollowUp, FollowUps, Tables
from shared.domain.command import Command, Refused
from shared.projections.views import Views
from tests.integration.toy_views import Log, Received, counts, following
from tests.integration.toys import until


class Words:
    """Opens nothing: these facts have no words."""

    def text(self, record):
        return None

    def digest(self, text):
        return uuid5(UUID(int=0), text)


class Note(Command, name="mash.NoteReceived"):
    """What the follow-up asks for."""

    position: int
    counted: int


class Given:
    """Keeps what it was given; refuses the positions it is told to, and fails once where it is told to."""

    def __init__(self, *, refuse: int = 0, fail: int = 0) -> None:
        self.said: list[tuple[Note, UUID]] = []
        self.refuse, self.fail = refuse, fail

    async def __call__(self, command: Command, command_id: UUID):
        assert isinstance(command, Note)
        if command.position == self.fail:
            self.fail = 0
            raise asyncpg.PostgresConnectionError
        if command.position == self.refuse:
            raise Refused(["mash"], "no")
        self.said.append((command, command_id))


async def note(record, tables: Tables):
    counted = await tables.pool.fetchval("SELECT count(*) FROM mash_views.counts")
    return [(Note(position=record.position, counted=counted), uuid5(record.envelope.event_id, "note"))]


@asynccontextmanager
async def at_work(pool: asyncpg.Pool, views: Views, given: Given) -> AsyncIterator[FollowUps]:
    one = FollowUp("notes", (Received,), "counts", note)
    follow_ups = FollowUps([one], Tables(pool, "mash", Words()), views, given)
    await follow_ups.start()
    try:
        yield follow_ups
    finally:
        await follow_ups.stop()


async def come_to(follow_ups: FollowUps, position: int) -> None:
    async def there() -> bool:
        follow_ups.wake()
        return (await follow_ups.positions())["notes"] >= position

    await until(there)


async def test_a_fact_is_looked_at_once_by_a_process_and_the_next_and_with_one_id(pool: asyncpg.Pool) -> None:
    log = Log(pool)
    views = Views(pool, "mash", [counts()], poll=0.02)
    await views.prepare()
    async with following(views):
        first, second = Given(), Given()
        async with at_work(pool, views, first) as follow_ups:
            await log.append(*[(uuid4(), Received(note="")) for _ in range(60)])
            await come_to(follow_ups, 60)
        async with at_work(pool, views, second) as follow_ups:
            await log.append((uuid4(), Received(note="")))
            await come_to(follow_ups, 61)
    assert [command.position for command, _ in first.said] == list(range(1, 61))
    assert [command.position for command, _ in second.said] == [61]
    assert len({command_id for _, command_id in first.said}) == 60


async def test_what_is_refused_keeps_nothing_behind_it_waiting(pool: asyncpg.Pool) -> None:
    log = Log(pool)
    views = Views(pool, "mash", [counts()], poll=0.02)
    await views.prepare()
    async with following(views):
        given = Given(refuse=2)
        async with at_work(pool, views, given) as follow_ups:
            await log.append(*[(uuid4(), Received(note="")) for _ in range(3)])
            await come_to(follow_ups, 3)
    assert [command.position for command, _ in given.said] == [1, 3]


async def test_a_database_that_goes_away_is_asked_again_under_the_same_id(pool: asyncpg.Pool) -> None:
    log = Log(pool)
    views = Views(pool, "mash", [counts()], poll=0.02)
    await views.prepare()
    async with following(views):
        given = Given(fail=2)
        async with at_work(pool, views, given) as follow_ups:
            await log.append(*[(uuid4(), Received(note="")) for _ in range(3)])
            await come_to(follow_ups, 3)
    assert {command.position for command, _ in given.said} == {1, 2, 3}
    assert len({command_id for _, command_id in given.said}) == 3
