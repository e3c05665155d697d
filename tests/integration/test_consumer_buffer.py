"""The consumer buffer: reading goes on while a page is taken, and no offset is committed too early."""

import asyncio
from collections.abc import Mapping
from functools import partial

import asyncpg
import pytest

from shared.inbox.buffer import PAGE, ConsumerBuffer
from shared.inbox.failures import AWAY
from shared.inbox.positions import RawMessage
from tests.integration.held_locks import hold
from tests.integration.toys import Appear, Team, child, until

TOPIC = "safeguarding.people.v1"


class Client:
    """Reads, and commits offsets when it is asked to."""

    def __init__(self, team: Team) -> None:
        self.team = team
        self.committed: list[dict[tuple[str, int], int]] = []
        self.noted: list[dict[str, int]] = []
        self.pages: list[int] = []
        self.stopping = False
        self.buffer = ConsumerBuffer(team.inbox, self._until_done)

    async def _until_done(self, what: str, do: partial[asyncio.Future[None]]) -> bool:
        if what == "page":
            self.pages.append(len(do.args[0]))
        while True:
            try:
                await do()
            except AWAY:
                if self.stopping:
                    return False
                await asyncio.sleep(0.02)
            else:
                return True

    async def commit(self, places: Mapping[tuple[str, int], int]) -> None:
        self.noted.append(await self.team.inbox.tables.offsets())
        self.committed.append(dict(places))

    async def read(self, page: list[RawMessage]) -> None:
        await self.buffer.put(page, self.commit)

    async def has_committed(self, offset: int) -> bool:
        return any(offset in places.values() for places in self.committed)


@pytest.fixture
async def client(toys) -> Client:
    return Client(await toys.open("assessment"))


@pytest.fixture
async def published(toys) -> list[RawMessage]:
    """What People said of twelve children, all on one partition."""
    people = await toys.open("people")
    await people.do(*(Appear(about=(child(n),)) for n in range(12)))
    return [RawMessage(TOPIC, 0, each.offset, each.headers, each.body) for each in await people.published()]


async def blocked(team: Team) -> asyncpg.Connection:
    """Nobody of this team can append until this connection is closed."""
    return await hold(team.dsn, team.name, "log")


async def heads(team: Team) -> int:
    return len(await team.heads())


async def test_what_is_read_while_a_page_is_taken_is_the_next_page(client, published):
    blocker = await blocked(client.team)
    client.buffer.start()
    await client.read(published[:1])
    await asyncio.sleep(0.1)
    for each in published[1:]:
        await client.read([each])
    assert client.pages == [1]
    assert client.committed == []
    await blocker.close()
    await until(partial(client.has_committed, 12))
    await client.buffer.stop()
    assert client.pages == [1, 11]
    assert await heads(client.team) == 12


async def test_nothing_is_committed_before_it_is_noted_and_never_beyond_what_was_taken(client, published):
    client.buffer.start()
    for each in published:
        await client.read([each])
    await until(partial(client.has_committed, 12))
    await client.buffer.stop()
    place = (TOPIC, 0)
    offsets = [places[place] for places in client.committed]
    assert offsets == sorted(offsets)
    for noted, offset in zip(client.noted, offsets, strict=True):
        assert noted[f"{TOPIC}/0"] == offset


async def test_stopped_while_a_page_is_taken_that_page_is_committed_and_what_was_only_read_is_not(
    client, published
):
    blocker = await blocked(client.team)
    client.buffer.start()
    await client.read(published[:5])
    await asyncio.sleep(0.1)
    await client.read(published[5:])
    stopping = asyncio.create_task(client.buffer.stop())
    await asyncio.sleep(0.1)
    await blocker.close()
    await stopping
    assert client.committed == [{(TOPIC, 0): 5}]
    assert await heads(client.team) == 5


async def test_stopped_in_a_page_that_cannot_be_taken_nothing_is_committed(toys, published):
    client = Client(await toys.open("assessment", store_patience=0.1))
    blocker = await blocked(client.team)
    client.buffer.start()
    await client.read(published)
    await asyncio.sleep(0.2)
    client.stopping = True
    await client.buffer.stop()
    await blocker.close()
    assert client.committed == []


async def test_reading_waits_when_a_whole_page_is_read_ahead(client, published):
    blocker = await blocked(client.team)
    client.buffer.start()
    await client.read(published[:1])
    await asyncio.sleep(0.1)
    await client.read(published[1:] * (PAGE // 11 + 1))
    waiting = asyncio.create_task(client.read(published[:1]))
    await asyncio.sleep(0.2)
    assert not waiting.done()
    await blocker.close()
    await asyncio.wait_for(waiting, 10)
    await client.buffer.stop()
    assert await heads(client.team) == 12


async def test_what_cannot_be_read_is_consumed_like_the_rest(client, published):
    client.buffer.start()
    await client.read([RawMessage(TOPIC, 0, 90, {}, b"nonsense"), *published])
    await until(partial(client.has_committed, 12))
    await client.buffer.stop()
    assert (await client.team.inbox.tables.counts()) == (0, 1)
