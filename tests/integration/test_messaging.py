"""Relay, broker and inbox together, on a real PostgreSQL and the embedded broker: what is said reaches every reader."""

import asyncio
import signal
import time
from contextlib import suppress
from functools import partial

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError

from deploy.kafka.topics import TopicError, create_topics
from deploy.local.broker import EmbeddedBroker
from deploy.local.postgres import EmbeddedPostgres
from shared.messaging.message import Message, parse, plain_headers
from shared.messaging.relay import PAGE, Relay, forget_broker
from shared.messaging.topics import topic_of
from tests.integration import toys as t
from tests.integration.held_locks import hold
from tests.integration.toys import Appear, Team, Toys, child, prepare_toys, running, toys_on, until

CHILDREN = range(4)


@pytest.fixture
async def reader(toys) -> Team:
    """Knows all the children."""
    return await knowing(toys, await toys.open("assessment"))


async def knowing(toys: Toys, reader: Team) -> Team:
    people = await toys.open("people")
    await people.do(*(Appear(about=(child(n),)) for n in CHILDREN))
    await reader.inbox.take(await people.published())
    return reader


def notes(start: int, stop: int) -> list[tuple[int, int]]:
    return [(n % len(CHILDREN), n) for n in range(start, stop)]


def all_of(stop: int, start: int = 0) -> dict[object, list[int]]:
    return {child(who): [n for n in range(start, stop) if n % len(CHILDREN) == who] for who in CHILDREN}


async def has(reader: Team, stop: int) -> bool:
    return await reader.copied() == all_of(stop)


async def on_the_topic(broker: EmbeddedBroker, count: int) -> list[Message]:
    """What stands on the topic of MASH, in the order of each partition."""
    consumer = AIOKafkaConsumer(bootstrap_servers=broker.bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    consumer.assign([TopicPartition(topic_of("mash"), p) for p in range(4)])
    found: list[Message] = []
    async with asyncio.timeout(10):
        while len(found) < count:
            for page in (await consumer.getmany(timeout_ms=100)).values():
                found += [parse(plain_headers(raw.headers), raw.value, topic=raw.topic) for raw in page]
    await consumer.stop()
    return found


async def committed(broker: EmbeddedBroker, group: str) -> int:
    """How many messages of MASH a group has acknowledged."""
    consumer = AIOKafkaConsumer(bootstrap_servers=broker.bootstrap, group_id=group, enable_auto_commit=False)
    await consumer.start()
    offsets = [await consumer.committed(TopicPartition(topic_of("mash"), p)) for p in range(4)]
    await consumer.stop()
    return sum(offset or 0 for offset in offsets)


async def acknowledged(broker: EmbeddedBroker, count: int) -> bool:
    return await committed(broker, "assessment") == count


async def relayed(team: Team) -> bool:
    position: int = await team.pool.fetchval(f"SELECT position FROM {team.name}.relay")
    return position == await team.store.head()


async def test_what_is_said_has_its_effect_once_in_every_process_of_the_reader_together(
    toys, mash, reader, broker
):
    other = await toys.open("assessment")
    relay = mash.relay(broker.bootstrap)
    mash.store.on_append(relay.wake)
    consumers = [part for each in (reader, other) for part in each.reading(broker.bootstrap, "mash")]
    async with running(relay, *consumers):
        await mash.say(notes(0, 40))
        await mash.do(*(t.Ponder(about=(child(n),)) for n in CHILDREN))
        await mash.say(notes(40, 60))
        await until(partial(has, reader, 60))
        await until(partial(relayed, mash))

        async def acknowledged_is_consumed() -> bool:
            rows = await mash.pool.fetch('SELECT "partition", "offset" FROM mash.relay_acknowledged')
            offsets = await reader.inbox.tables.offsets()
            ours = {f"{topic_of('mash')}/{row['partition']}": row["offset"] + 1 for row in rows}
            return {place: offsets.get(place) for place in ours} == ours and sum(ours.values()) == 60

        await until(acknowledged_is_consumed)
    assert await reader.waits() == (0, 0)
    for message in await on_the_topic(broker, 60):
        assert b"name" not in message.body()


async def test_the_position_passes_what_does_not_cross_without_waiting_for_the_floor(
    mash, broker, monkeypatch
):
    """Whoever asks whether everything is sent waits for the position; nobody else will wake the relay for it."""
    monkeypatch.setattr("shared.messaging.relay.FLOOR", 60.0)
    relay = mash.relay(broker.bootstrap)
    mash.store.on_append(relay.wake_soon)
    mash.store.on_append(relay.wake, crossing=True)
    async with running(relay):
        await mash.say(notes(0, 4))
        await until(partial(relayed, mash))
        for n in CHILDREN:
            await mash.do(t.Ponder(about=(child(n),)))
            await until(partial(relayed, mash))


async def test_of_two_relays_one_publishes_and_the_other_takes_over_when_it_dies(mash, broker):
    first, second = mash.relay(broker.bootstrap), mash.relay(broker.bootstrap)
    await first.start()
    await mash.say(notes(0, 10))
    await until(partial(relayed, mash))
    async with running(second):
        await mash.say(notes(10, 20))
        await until(partial(relayed, mash))
        assert len(await on_the_topic(broker, 20)) == 20  # each once: one of them stood by
        await first.stop()
        await mash.say(notes(20, 30))
        await until(partial(relayed, mash))
    assert [m.position for m in await on_the_topic(broker, 30)].count(25) == 1


async def test_a_relay_whose_connection_is_lost_goes_on_and_no_two_ever_hold_the_cursor(mash, broker):
    relays = [mash.relay(broker.bootstrap) for _ in range(2)]
    async with running(*relays):
        for n in range(0, 40, 4):
            await mash.say(notes(n, n + 4))
            await mash.pool.execute(
                "SELECT pg_terminate_backend(pid) FROM mash.locks WHERE name = 'relay' AND pid IS NOT NULL"
            )
        await until(partial(relayed, mash))
    assert in_order_at_last(await on_the_topic(broker, 40)) == 40


def in_order_at_last(messages: list[Message]) -> int:
    """How many there are, once what came before is left out; each stands on the one before it."""
    heads: dict[object, int] = {}
    count = 0
    for message in messages:
        if message.position > heads.get(message.key, 0):
            assert message.previous == heads.get(message.key, 0), "an event was passed over"
            heads[message.key] = message.position
            count += 1
    return count


async def test_a_producer_that_failed_is_thrown_away_and_the_order_kept(mash, broker, monkeypatch):
    await mash.say_much(PAGE + 100, len(CHILDREN))
    real, sends = AIOKafkaProducer.send, 0

    async def fails_now_and_then(self, *args, **more):
        nonlocal sends
        sends += 1
        if sends in {90, 300, 900}:
            raise KafkaError("the broker said no")
        return await real(self, *args, **more)

    monkeypatch.setattr(AIOKafkaProducer, "send", fails_now_and_then)
    relay = mash.relay(broker.bootstrap)
    async with running(relay):
        await until(partial(relayed, mash))
        assert relay.error is None
    assert sends > 900
    assert in_order_at_last(await on_the_topic(broker, PAGE + 100)) == PAGE + 100


async def test_a_gap_is_held_and_closed_by_asking_the_source(mash, reader, broker):
    await mash.say(notes(0, 30))
    # As if these had been lost on the way: retention, a topic made anew, a reader that came late.
    await mash.pool.execute("UPDATE mash.relay SET position = 20")
    relay, listening = mash.relay(broker.bootstrap), mash.consumer(broker.bootstrap)
    async with running(relay, listening, *reader.reading(broker.bootstrap, "mash")):
        await until(partial(has, reader, 30))
    assert await reader.waits() == (0, 0)


async def test_asked_for_less_than_is_asked_for_already_adds_nothing_and_for_more_does(mash):
    ask = partial(t.ask_for_resend, mash.pool, "mash")
    for key, after in ((child(1), 10), (child(1), 20), (child(1), 5), (None, 7), (None, 8), (None, 0)):
        await ask(key, after)
    rows = await mash.pool.fetch("SELECT key, after FROM mash.resend ORDER BY id")
    assert [tuple(row) for row in rows] == [(child(1), 10), (child(1), 5), (None, 7), (None, 0)]


async def test_a_long_resend_does_not_keep_new_facts_waiting(mash, broker):
    await mash.say_much(2 * PAGE, len(CHILDREN))
    await mash.pool.execute(f"UPDATE mash.relay SET position = {2 * PAGE}")
    await t.ask_for_resend(mash.pool, "mash", None, 0)
    await mash.say([(0, 5000)])
    async with running(mash.relay(broker.bootstrap)):
        messages = await on_the_topic(broker, 2 * PAGE + 1)
        await until(partial(nothing_asked, mash))
    assert {message.position for message in messages} == set(range(1, 2 * PAGE + 2))
    of_child = [message.position for message in messages if message.key == child(0)]
    assert of_child.index(2 * PAGE + 1) < of_child.index(max(n for n in of_child if n <= 2 * PAGE))


async def nothing_asked(mash: Team) -> bool:
    return await mash.pool.fetchval("SELECT count(*) FROM mash.resend") == 0


async def test_a_relay_that_stands_by_shows_no_error_of_its_past(mash, broker):
    """Of two processes one publishes; the other lost the database for a moment and has nothing to publish since."""
    refusing = True

    async def connect() -> asyncpg.Connection:
        if refusing:
            raise ConnectionRefusedError
        return await mash.connect()

    leader = mash.relay(broker.bootstrap)
    other = Relay("mash", connect, broker.bootstrap, mash.keys, mash.transport, idempotent=False)
    async with running(leader):
        await mash.say(notes(0, 4))
        await until(partial(relayed, mash))
        async with running(other):
            await until(partial(shows, other, "ConnectionRefusedError"))
            refusing = False
            await until(partial(shows, other, None))
            assert leader.leading
            assert not other.leading


async def shows(relay: Relay, error: str | None) -> bool:
    return relay.error == error


async def test_a_relay_whose_position_is_beyond_the_log_publishes_nothing_says_so_and_goes_on_when_it_is_put_right(
    mash, broker
):
    """As after `UPDATE mash.relay`, or a log put back from an older copy: events up to there would never be sent."""
    await mash.say(notes(0, 8))
    await mash.pool.execute("UPDATE mash.relay SET position = 999999")
    relay = mash.relay(broker.bootstrap)
    async with running(relay):
        await until(partial(shows, relay, "PositionBeyondLog"))
        await mash.say(notes(8, 12))
        assert await mash.pool.fetchval("SELECT position FROM mash.relay") == 999999
        await mash.pool.execute("UPDATE mash.relay SET position = 0")
        await until(partial(relayed, mash))
        await until(partial(shows, relay, None))
    messages = await on_the_topic(broker, 12)
    assert [message.position for message in sorted(messages, key=lambda m: m.position)] == list(range(1, 13))


# -- away for a while


async def test_a_database_that_is_away_parks_nothing_loses_nothing_and_acknowledges_nothing(
    toys, mash, broker, tmp_path
):
    with EmbeddedPostgres(tmp_path / "own", settings={"fsync": "off"}) as own:
        await asyncio.to_thread(prepare_toys, own)
        async with toys_on(own, tmp_path) as elsewhere:
            reader = await elsewhere.open("assessment", store_patience=1.0)
            await knowing(toys, reader)
            consumer, housekeeping = reader.reading(broker.bootstrap, "mash")
            async with running(mash.relay(broker.bootstrap), consumer, housekeeping):
                await mash.say(notes(0, 20))
                await until(partial(has, reader, 20))
                await until(partial(acknowledged, broker, 20))
                assert own.child is not None
                own.child.send(signal.SIGKILL)
                assert await asyncio.to_thread(own.child.wait, 5)
                await mash.say(notes(20, 40))
                await until(partial(relayed, mash))
                async with asyncio.timeout(10):
                    while consumer.error is None:
                        await asyncio.sleep(0.05)
                assert await committed(broker, "assessment") == 20
                await back(own)
                await until(partial(has, reader, 40))
                assert await reader.waits() == (0, 0)
                async with asyncio.timeout(5):
                    while consumer.error is not None:
                        await asyncio.sleep(0.05)
                await until(partial(acknowledged, broker, 40))


async def test_stopped_in_a_page_it_cannot_take_a_consumer_acknowledges_nothing_and_the_next_one_takes_it(
    toys, mash, broker, tmp_path
):
    reader = await knowing(toys, await toys.open("assessment", store_patience=0.3))
    await mash.say(notes(0, 20))
    consumer = reader.consumer(broker.bootstrap, "mash")
    # Nobody can append while somebody else holds the log's lock.
    blocker = await hold(reader.dsn, "assessment", "log")
    async with running(mash.relay(broker.bootstrap)):
        await consumer.start()
        async with asyncio.timeout(10):
            while consumer.error != "LogUnavailable":
                await asyncio.sleep(0.05)
        began = time.monotonic()
        await consumer.stop()
        assert time.monotonic() - began < 5
        assert await committed(broker, "assessment") == 0
        await blocker.close()
        async with running(*reader.reading(broker.bootstrap, "mash")):
            await until(partial(has, reader, 20))
    assert await reader.waits() == (0, 0)


async def back(server: EmbeddedBroker | EmbeddedPostgres) -> None:
    server.launch()
    async with asyncio.timeout(20):
        while not await asyncio.to_thread(server.answering):
            await asyncio.sleep(0.02)


async def restart(broker: EmbeddedBroker) -> None:
    assert broker.child is not None
    broker.child.send(signal.SIGKILL)
    assert await asyncio.to_thread(broker.child.wait, 5)
    await back(broker)
    await asyncio.to_thread(create_topics, broker.bootstrap)


async def test_a_broker_that_died_and_forgot_is_filled_again_and_readers_drop_what_they_have(
    toys, mash, reader, broker
):
    """As the supervisor does it: nobody meets the new broker before the cursors are reset."""
    async with running(mash.relay(broker.bootstrap), *reader.reading(broker.bootstrap, "mash")):
        await mash.say(notes(0, 20))
        await until(partial(has, reader, 20))
    await mash.say(notes(20, 30))
    await restart(broker)
    for team in (mash, reader):
        await forget_broker(team.dsn, team.name)
    async with running(mash.relay(broker.bootstrap), *reader.reading(broker.bootstrap, "mash")):
        await until(partial(has, reader, 30))
        await until(partial(relayed, mash))
    assert len(await on_the_topic(broker, 30)) == 30
    assert await reader.waits() == (0, 0)


async def test_a_broker_that_forgot_unnoticed_shows_by_its_offsets_and_all_is_sent_again(
    mash, reader, broker
):
    """Nobody resets a cursor: the topic was made anew, or lost its end, under a relay and a reader at work."""
    relay = mash.relay(broker.bootstrap)
    async with running(relay, *reader.reading(broker.bootstrap, "mash")):
        await mash.say(notes(0, 20))
        await until(partial(has, reader, 20))
        await until(partial(relayed, mash))
    await mash.say(notes(20, 40))
    # The reader has not seen 20..39 when the broker that had them forgets them, after it acknowledged them.
    async with running(mash.relay(broker.bootstrap)):
        await until(partial(relayed, mash))
    await restart(broker)
    async with running(mash.relay(broker.bootstrap), *reader.reading(broker.bootstrap, "mash")):
        await mash.say(notes(40, 44))
        await until(partial(has, reader, 44))
    assert await reader.waits() == (0, 0)


async def test_while_the_broker_is_away_a_service_starts_and_stops_and_says_what_is_wrong(
    mash, reader, broker
):
    await mash.say(notes(0, 4))
    bootstrap = broker.bootstrap
    assert broker.child is not None
    broker.child.send(signal.SIGKILL)
    relay, (consumer, housekeeping) = mash.relay(bootstrap), reader.reading(bootstrap, "mash")
    async with running(relay, consumer, housekeeping):
        async with asyncio.timeout(10):
            while relay.error is None or consumer.error is None:
                await asyncio.sleep(0.05)
        with suppress(
            TopicError
        ):  # this broker makes a topic for whoever asks first, and they ask all the time
            await restart(broker)
        await until(partial(has, reader, 4))
        assert (relay.error, consumer.error) == (None, None)
