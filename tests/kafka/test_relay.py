"""Relay and consumer on Apache Kafka, each as its service's own user, while the broker is killed under them."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from functools import partial

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from deploy.kafka.topics import admin_client, create_topics
from deploy.local.postgres import EmbeddedPostgres
from shared.inbox.consumer import Consumer
from shared.messaging.last_messages import BrokerAway, last_messages
from shared.messaging.message import Message, parse, plain_headers
from shared.messaging.relay import Relay, ask_for_resend
from shared.messaging.topics import topic_of
from tests.integration.toys import Appear, Team, Toys, child, prepare_toys, running, toys_on, until
from tests.kafka.conftest import Kafka, broker_in, login_as

pytestmark = pytest.mark.kafka

CHILDREN = 20

HEALS_WITHIN = 15.0
"""Seconds from a topic's return to its having been read: the group shares it out within one, the watch looks every two."""


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[EmbeddedPostgres]:
    with EmbeddedPostgres(tmp_path_factory.mktemp("postgres"), settings={"fsync": "off"}) as server:
        prepare_toys(server)
        yield server


@pytest.fixture
async def toys(server, tmp_path) -> AsyncIterator[Toys]:
    async with toys_on(server, tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def kafka(tmp_path_factory) -> Iterator[Kafka]:
    """One of its own, since it is killed."""
    with broker_in(tmp_path_factory.mktemp("killed")) as broker:
        yield broker


@pytest.fixture
def fresh_kafka(tmp_path_factory) -> Iterator[Kafka]:
    """One on which nobody has read anything yet: what a group had committed of a topic would outlive the topic."""
    with broker_in(tmp_path_factory.mktemp("fresh")) as broker:
        yield broker


def relay_of(team: Team, kafka: Kafka) -> Relay:
    relay = Relay(
        team.name, team.connect, login_as(kafka, team.name), team.keys, team.transport, idempotent=True
    )
    team.store.on_append(relay.wake)
    return relay


async def on_the_topic(kafka: Kafka) -> list[Message]:
    """All that stands on the topic of MASH, in the order of each partition."""
    places = [TopicPartition(topic_of("mash"), p) for p in range(4)]
    found: list[Message] = []
    consumer = AIOKafkaConsumer(**login_as(kafka, "assessment").client(), auto_offset_reset="earliest")
    await consumer.start()
    try:
        consumer.assign(places)
        ends = await consumer.end_offsets(places)
        async with asyncio.timeout(30):
            while any([await consumer.position(place) < ends[place] for place in places]):
                for page in (await consumer.getmany(timeout_ms=100)).values():
                    found += [parse(plain_headers(raw.headers), raw.value, topic=raw.topic) for raw in page]
    finally:
        await consumer.stop()
    return found


async def relayed(team: Team) -> bool:
    position: int = await team.pool.fetchval(f"SELECT position FROM {team.name}.relay")
    return position == await team.store.head()


async def kill_and_restart(kafka: Kafka, away: float) -> None:
    """Off the event loop, which relay and consumer use meanwhile; but a child is started from the main thread."""
    kafka.kill()
    await asyncio.sleep(away)
    kafka.launch()
    async with asyncio.timeout(60):
        while not await asyncio.to_thread(kafka.answering):
            await asyncio.sleep(0.05)


async def test_a_broker_killed_while_events_cross_loses_doubles_and_reorders_nothing(toys, kafka):
    mash, reader, people = [await toys.open(name) for name in ("mash", "assessment", "people")]
    await people.do(*(Appear(about=(child(n),)) for n in range(CHILDREN)))
    await reader.inbox.take(await people.published())
    cursors: list[int] = []

    async def watch() -> None:
        while True:
            cursors.append(await mash.pool.fetchval("SELECT position FROM mash.relay"))
            await asyncio.sleep(0.02)

    enough = asyncio.Event()

    async def speak() -> int:
        said = 0
        while not enough.is_set():
            await asyncio.gather(*(mash.say([(who, said + who)]) for who in range(CHILDREN)))
            said += CHILDREN
            await asyncio.sleep(0.2)
        return said

    async def everything() -> bool:
        expected = {child(who): list(range(who, said, CHILDREN)) for who in range(CHILDREN)}
        return await reader.copied() == expected

    relay = relay_of(mash, kafka)
    consumer, housekeeping = reader.reading(login_as(kafka, "assessment"), "mash", kind="kafka")
    watching = asyncio.create_task(watch())
    async with running(relay, consumer, housekeeping):
        speaking = asyncio.create_task(speak())
        # Once it is back before a send is given up, and once after (10 s): then the producer is another.
        for away in (0.0, 11.0):
            await asyncio.sleep(1)
            await kill_and_restart(kafka, away)
        await asyncio.sleep(1)
        enough.set()
        said = await speaking
        await until(everything, 60)  # each once: the reader's own decision fails on a second of the same
        await until(partial(relayed, mash), 30)
        assert relay.error is None
        assert consumer.error is None
    watching.cancel()
    assert await reader.waits() == (0, 0)
    assert cursors == sorted(cursors)

    # The topic itself: all of it, and of each key the log's order; what is there again is there in its place or later.
    messages = await on_the_topic(kafka)
    positions = {message.position for message in messages}
    assert positions == {message.position for message in await _published(mash)}
    heads: dict[object, int] = {}
    for message in messages:
        head = heads.get(message.key, 0)
        assert message.position <= head or message.previous == head
        heads[message.key] = max(head, message.position)


def delete_topic(kafka: Kafka, name: str) -> None:
    admin = admin_client(kafka.bootstrap, kafka.administrator)
    admin.delete_topics([name], operation_timeout=30)[name].result()


async def test_a_topic_deleted_and_made_again_is_filled_again_and_read_on_in_seconds(toys, fresh_kafka):
    """Not when the client's own default says, which is after five minutes."""
    kafka = fresh_kafka
    mash, reader, people = [await toys.open(name) for name in ("mash", "assessment", "people")]
    await people.do(*(Appear(about=(child(n),)) for n in range(CHILDREN)))
    await reader.inbox.take(await people.published())
    relay = relay_of(mash, kafka)
    consumer, housekeeping = reader.reading(login_as(kafka, "assessment"), "mash", kind="kafka")

    async def taken(count: int) -> bool:
        return sum(map(len, (await reader.copied()).values())) == count

    async def has_no_topic() -> bool:
        """Whether the reader has seen that the topic is gone."""
        assert consumer._broker is not None
        return not any(
            place.topic == topic_of("mash")
            for subscriber in consumer._broker.subscribers
            for place in subscriber.consumer.assignment()
        )

    async with running(relay, consumer, housekeeping):
        await mash.say([(who, who) for who in range(CHILDREN)])
        await until(partial(taken, CHILDREN), 60)
        await asyncio.to_thread(delete_topic, kafka, topic_of("mash"))
        await until(has_no_topic, 60)
        await asyncio.to_thread(create_topics, kafka.bootstrap, login=kafka.administrator)
        await mash.say([(who, CHILDREN + who) for who in range(CHILDREN)])
        await until(partial(taken, 2 * CHILDREN), 60)
    assert await reader.waits() == (0, 0)


async def test_a_topic_made_again_at_once_and_filled_beyond_the_old_offset_is_read_from_its_beginning(
    toys, fresh_kafka
):
    """What stands below the offset at which the reader was is new there; and of most children it is the only fact."""
    kafka = fresh_kafka
    mash, reader, people = [await toys.open(name) for name in ("mash", "assessment", "people")]
    many = 200
    await people.do(*(Appear(about=(child(n),)) for n in range(many)))
    await reader.inbox.take(await people.published())
    relay = relay_of(mash, kafka)
    consumer, housekeeping = reader.reading(login_as(kafka, "assessment"), "mash", kind="kafka")

    async def taken(count: int) -> bool:
        return sum(map(len, (await reader.copied()).values())) == count

    async def consumed(least: int) -> bool:
        return sum((await reader.inbox.tables.offsets()).values()) >= least

    async with running(relay, consumer, housekeeping):
        await mash.say([(who, who) for who in range(CHILDREN)])
        await until(partial(taken, CHILDREN), 60)
        for times in range(2, 6):  # sent again, the topic holds more than the log
            await ask_for_resend(mash.pool, "mash", None, 0)
            relay.wake()
            await until(partial(consumed, times * CHILDREN), 30)
        await asyncio.to_thread(delete_topic, kafka, topic_of("mash"))
        await asyncio.to_thread(create_topics, kafka.bootstrap, login=kafka.administrator)
        await mash.say([(who, who) for who in range(CHILDREN, many)])
        began = time.monotonic()
        await until(partial(taken, many), 60)
        assert time.monotonic() - began < HEALS_WITHIN
        await until(partial(settled, consumer), 30)
        assert consumer.error is None
    assert await reader.waits() == (0, 0)


async def test_a_reader_whose_topic_is_gone_says_so_and_heals_in_seconds(toys, fresh_kafka):
    kafka = fresh_kafka
    mash, reader, people = [await toys.open(name) for name in ("mash", "assessment", "people")]
    await people.do(*(Appear(about=(child(n),)) for n in range(CHILDREN)))
    await reader.inbox.take(await people.published())
    relay = relay_of(mash, kafka)
    consumer, housekeeping = reader.reading(login_as(kafka, "assessment"), "mash", kind="kafka")

    async def taken(count: int) -> bool:
        return sum(map(len, (await reader.copied()).values())) == count

    async def says_so() -> bool:
        return consumer.topics.gone == (topic_of("mash"),) and consumer.error == "TopicGone"

    async with running(relay, consumer, housekeeping):
        await mash.say([(who, who) for who in range(CHILDREN)])
        await until(partial(taken, CHILDREN), 60)
        await asyncio.to_thread(delete_topic, kafka, topic_of("mash"))
        await until(says_so, 10)
        await mash.say([(who, CHILDREN + who) for who in range(CHILDREN)])
        await asyncio.sleep(3)
        await asyncio.to_thread(create_topics, kafka.bootstrap, login=kafka.administrator)
        began = time.monotonic()
        await until(partial(taken, 2 * CHILDREN), 60)
        await until(partial(settled, consumer), 30)
        assert time.monotonic() - began < HEALS_WITHIN
        assert consumer.error is None
    assert await reader.waits() == (0, 0)


async def test_a_topic_made_again_while_no_reader_ran_is_read_from_its_beginning(toys, fresh_kafka):
    kafka = fresh_kafka
    mash, reader, people = [await toys.open(name) for name in ("mash", "assessment", "people")]
    await people.do(*(Appear(about=(child(n),)) for n in range(CHILDREN)))
    await reader.inbox.take(await people.published())

    async def taken(count: int) -> bool:
        return sum(map(len, (await reader.copied()).values())) == count

    async with running(relay_of(mash, kafka)):
        consumer, housekeeping = reader.reading(login_as(kafka, "assessment"), "mash", kind="kafka")
        async with running(consumer, housekeeping):
            await mash.say([(0, n) for n in range(CHILDREN)])
            await until(partial(taken, CHILDREN), 60)
            await asyncio.sleep(3)  # it has looked at the topics
        await asyncio.to_thread(delete_topic, kafka, topic_of("mash"))
        await asyncio.to_thread(create_topics, kafka.bootstrap, login=kafka.administrator)
        await mash.say([(who, who) for who in range(1, CHILDREN)])
        await until(partial(relayed, mash), 60)
        async with running(*reader.reading(login_as(kafka, "assessment"), "mash", kind="kafka")):
            await until(partial(taken, 2 * CHILDREN - 1), 60)
    assert await reader.waits() == (0, 0)


async def settled(consumer: Consumer) -> bool:
    return consumer.topics.gone == ()


async def test_a_relay_with_another_services_login_publishes_nothing(toys, kafka):
    mash = await toys.open("mash")
    before = len(await on_the_topic(kafka))
    stranger = Relay(
        "mash", mash.connect, login_as(kafka, "people"), mash.keys, mash.transport, idempotent=True
    )
    async with running(stranger):
        await mash.say([(0, 0)])

        async def refused() -> bool:
            return stranger.error == "TopicAuthorizationFailedError"

        await until(refused)
    assert await mash.pool.fetchval("SELECT position FROM mash.relay") == 0
    assert len(await on_the_topic(kafka)) == before


async def _published(team: Team) -> list[Message]:
    return [parse(each.headers, each.body) for each in await team.published()]


async def test_a_service_reads_back_what_it_said_last_as_its_own_user(toys, fresh_kafka):
    """To compare it with its log before it takes a command."""
    mash = await toys.open("mash")
    async with running(relay_of(mash, fresh_kafka)):
        await mash.say([(n % 5, n) for n in range(30)])
        await until(partial(relayed, mash), 60)
    told = await last_messages(login_as(fresh_kafka, "mash"), "mash", mash.transport)
    rows = await mash.pool.fetch("SELECT notification_id, digest FROM mash.events")
    assert {one.position: one.digest for one in told} == {
        row["notification_id"]: row["digest"] for row in rows
    }
    with pytest.raises(BrokerAway):
        await last_messages(login_as(fresh_kafka, "people"), "mash", mash.transport)
