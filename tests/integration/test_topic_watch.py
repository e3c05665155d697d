"""A topic that is gone is said to be, and one made again under its name is read from its beginning; on the embedded broker."""

import asyncio
from functools import partial
from uuid import UUID

import pytest

from deploy.kafka.topics import admin_client, create_topics
from deploy.local.broker import EmbeddedBroker
from shared.inbox.topics_read import TopicsRead
from shared.messaging.topic_ids import TopicIds
from shared.messaging.topics import topic_of
from tests.integration.toys import Appear, Team, Toys, child, running, until

CHILDREN = 5


@pytest.fixture
async def reader(toys: Toys) -> Team:
    """It knows the children."""
    people, reader = await toys.open("people"), await toys.open("assessment")
    await people.do(*(Appear(about=(child(n),)) for n in range(CHILDREN)))
    await reader.inbox.take(await people.published())
    return reader


def delete(broker: EmbeddedBroker, topic: str) -> None:
    admin = admin_client(broker.bootstrap)
    admin.delete_topics([topic], operation_timeout=10)[topic].result()


async def taken(reader: Team, count: int) -> bool:
    return sum(map(len, (await reader.copied()).values())) == count


async def test_a_topic_has_an_id_and_another_one_when_it_is_made_again(broker):
    here, there = topic_of("mash"), "safeguarding.nothing.v1"
    ids = TopicIds(broker.bootstrap, (here, there))
    first = await ids.ask()
    assert first[there] is None
    assert first[here] is not None
    assert await ids.ask() == first
    await asyncio.to_thread(delete, broker, here)
    assert (await ids.ask())[here] is None
    await asyncio.to_thread(create_topics, broker.bootstrap)
    second = (await ids.ask())[here]
    assert second is not None
    assert second != first[here]
    await ids.stop()


async def test_a_topic_that_is_gone_is_said_to_be_and_made_again_it_is_read_from_its_beginning(
    mash, reader, broker
):
    consumer, housekeeping = reader.reading(broker.bootstrap, "mash")

    async def says_so() -> bool:
        return consumer.topics.gone == (topic_of("mash"),)

    async def says_nothing() -> bool:
        return consumer.error is None

    async with running(mash.relay(broker.bootstrap), consumer, housekeeping):
        await mash.say([(n % CHILDREN, n) for n in range(20)])
        await until(partial(taken, reader, 20))
        await asyncio.sleep(2.5)  # it has looked once
        await asyncio.to_thread(delete, broker, topic_of("mash"))
        await until(says_so, 10)
        assert consumer.error == "TopicGone"
        await asyncio.to_thread(create_topics, broker.bootstrap)
        await mash.say([(n % CHILDREN, n) for n in range(20, 23)])
        await until(partial(taken, reader, 23), 30)
        await until(says_nothing, 30)
    assert await reader.waits() == (0, 0)


async def test_a_broker_that_is_away_is_said_to_be_since_when(reader, broker, caplog):
    consumer, housekeeping = reader.reading(broker.bootstrap, "mash")

    async def is_away() -> bool:
        return consumer.topics.away_since is not None

    async def is_back() -> bool:
        return consumer.topics.away_since is None

    async with running(consumer, housekeeping):
        await asyncio.sleep(2.5)
        assert consumer.topics.away_since is None
        broker.child.stop(0)
        await until(is_away, 15)
        broker.launch()
        async with asyncio.timeout(20):
            while not await asyncio.to_thread(broker.answering):
                await asyncio.sleep(0.02)
        await asyncio.to_thread(create_topics, broker.bootstrap)
        await until(is_back, 15)
    said = [record.message for record in caplog.records if record.name == "shared.inbox.topic_watch"]
    assert [said.count("broker away"), said.count("broker is back")] == [1, 1]


async def test_offsets_of_a_topic_that_is_another_now_are_forgotten_once(reader):
    read = TopicsRead(reader.pool, "assessment")
    first, second, other = (topic_of(name) for name in ("mash", "people", "lado"))
    await read.note({first: UUID(int=1), second: UUID(int=2)})
    insert = "INSERT INTO assessment.consumed VALUES ($1, 0, 7), ($2, 0, 8)"
    await reader.pool.execute("DELETE FROM assessment.consumed")
    await reader.pool.execute(insert, first, second)
    await read.note({first: UUID(int=3), second: UUID(int=2), other: UUID(int=4)})
    assert await reader.inbox.tables.offsets() == {f"{second}/0": 8}
    await reader.pool.execute("INSERT INTO assessment.consumed VALUES ($1, 0, 1)", first)
    await read.note({first: UUID(int=3)})  # as another process, a moment later
    assert await reader.inbox.tables.offsets() == {f"{first}/0": 1, f"{second}/0": 8}
    assert await read.ids() == {first: UUID(int=3), second: UUID(int=2), other: UUID(int=4)}
