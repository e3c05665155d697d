"""Messages that nobody sent who may: never taken, shown as an alarm, and what is true arrives all the same."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer

from deploy.local.broker import EmbeddedBroker
from shared.domain.actors import Actor
from shared.inbox.positions import RawMessage
from shared.inbox.tables import InboxTables
from shared.messaging.message import Message, kafka_headers, parse
from tests.integration import toys as t
from tests.integration.toys import Appear, Team, Toys, arrived, child, running, until

WHO = Actor(uuid4(), "A Manager", "operator", "childrens_social_care")
MASH_TOPIC = "unreadable:safeguarding.mash.v1"


@pytest.fixture
async def reader(toys) -> Team:
    """Knows children 1 and 2."""
    team, people = await toys.open("assessment"), await toys.open("people")
    await people.do(*(Appear(about=(child(n),)) for n in (1, 2)))
    await team.inbox.take(await people.published())
    return team


async def errors(reader: Team) -> list[tuple[str, str]]:
    return [(row.source, row.error) for row in await reader.inbox.tables.parked()]


def changed(raw: RawMessage, offset: int = 90, **changes: object) -> RawMessage:
    """The message with fields changed by somebody who does not hold the key."""
    message = replace(parse(raw.headers, raw.body), **changes)  # type: ignore[arg-type] - a field of any type
    return arrived(message, offset)


def without_sealed(raw: RawMessage) -> RawMessage:
    """Its words taken away, as they were said to be absent before messages were authenticated."""
    message = parse(raw.headers, raw.body)
    return replace(raw, offset=91, body=b'{"open":' + message.state + b',"sealed":null}')


FORGERIES = {
    "one field of the open part": lambda raw: changed(
        raw, state=parse(raw.headers, raw.body).state.replace(b'"n":2', b'"n":9')
    ),
    "the sealed part taken away": without_sealed,
    "no words said to be there": lambda raw: changed(
        raw, sealed=(blob := parse(raw.headers, raw.body).sealed)[:1] + b"\x00" + blob[2:]
    ),
    "a new event on another child": lambda raw: changed(raw, event_id=uuid4(), key=child(2), previous=0),
    "its position raised, another id": lambda raw: changed(
        raw, event_id=uuid4(), position=parse(raw.headers, raw.body).position + 1000
    ),
}


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
async def test_a_forged_message_is_not_taken_and_the_true_events_after_it_arrive(mash, reader, forge):
    """The next true event of the key was dropped as a duplicate, once a forgery had raised the head above it."""
    await mash.say([(1, 1), (1, 2), (1, 3)])
    first, second, third = await mash.published()
    await reader.inbox.take([first])
    before = await reader.heads()
    await reader.inbox.take([forge(second)])
    assert await reader.heads() == before
    assert await reader.copied() == {child(1): [1]}
    assert [source for source, _ in await errors(reader)] == [MASH_TOPIC]
    assert await reader.inbox.tables.unproven.count() == 1
    await reader.inbox.take([second, third])
    assert await reader.copied() == {child(1): [1, 2, 3]}
    await reader.inbox.retry_held()
    assert await reader.waits() == (0, 1)  # the alarm stands until a person has looked


async def test_forgeries_among_a_page_of_true_events_stop_none_of_them(mash, reader, caplog):
    await mash.say([(1, 1), (2, 2), (1, 3), (2, 4)])
    published = await mash.published()
    forgeries = [changed(each, 100 + n, event_id=uuid4()) for n, each in enumerate(published)]
    page = [one for pair in zip(forgeries, published, strict=True) for one in pair]
    await reader.inbox.take(page)
    await reader.inbox.take(page)  # as after a restart: nothing is counted twice
    assert await reader.copied() == {child(1): [1, 3], child(2): [2, 4]}
    assert await errors(reader) == [(MASH_TOPIC, "NotAuthentic")] * 4
    (line,) = [record for record in caplog.records if "prove no origin" in record.message]
    assert (line.levelname, line.count) == ("CRITICAL", 4)


async def test_a_forgery_cannot_be_retried_and_skipping_it_moves_no_head(mash, reader):
    await mash.say([(1, 1), (1, 2)])
    first, second = await mash.published()
    await reader.inbox.take([first])
    before = await reader.heads()
    await reader.inbox.take([changed(second, event_id=uuid4())])
    (row,) = await reader.inbox.tables.parked()
    assert not await reader.inbox.retry(row.source, row.key)
    assert await reader.inbox.skip(row.source, row.key, "looked at with the broker's administrator", WHO)
    assert (await reader.heads(), await reader.waits()) == (before, (0, 0))
    await reader.inbox.take([second])
    assert await reader.copied() == {child(1): [1, 2]}


async def test_a_message_taken_from_the_topic_changed_and_produced_again_swallows_no_true_event(
    mash, reader, broker
):
    """By a broker's administrator, or with a stolen password of the source: another id, one field changed, its words taken
    away, its position raised. The next true event of the child stands below that position.
    """
    relay = mash.relay(broker.bootstrap)
    async with running(relay, *reader.reading(broker.bootstrap, "mash")):
        await mash.say([(1, 1)])
        await until(partial(has, reader, [1]))
        (real,) = await mash.published()
        said = parse(real.headers, real.body)
        raised = replace(
            said,
            event_id=uuid4(),
            position=said.position + 1000,
            previous=said.position,
            previous_digest=said.digest,
            state=said.state.replace(b'"n":1', b'"n":9'),
        )
        body = b'{"open":' + raised.state + b',"sealed":null}'
        for value in (body, raised.body()):
            await produced(broker, raised, value)
        await until(partial(counted, reader, 2))
        await mash.say([(1, 2), (1, 3)])
        await until(partial(has, reader, [1, 2, 3]))
    assert await reader.waits() == (0, 2)
    assert sorted(await errors(reader)) == [(MASH_TOPIC, "NotAMessage"), (MASH_TOPIC, "NotAuthentic")]


async def produced(broker: EmbeddedBroker, message: Message, value: bytes) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=broker.bootstrap)
    await producer.start()
    headers = kafka_headers(message.headers())
    await producer.send_and_wait(message.topic, value, key=message.key.bytes, headers=headers)
    await producer.stop()


async def has(reader: Team, numbers: list[int]) -> bool:
    return (await reader.copied()).get(child(1)) == numbers


async def counted(reader: Team, count: int) -> bool:
    return await reader.inbox.tables.unproven.count() == count


async def test_many_forgeries_do_not_slow_down_what_is_true(reader):
    """The look at a page's keys, and that for what waits for a key, read none of what was left by whoever forges."""
    async with asyncpg.create_pool(reader.dsn, min_size=1, max_size=1) as pool:
        await pool.execute(
            """INSERT INTO assessment.parked (source, key, position, previous, headers, body, error, tries)
               SELECT 'unreadable:safeguarding.mash.v1', gen_random_uuid(), n, 0, '{}', 'x', 'NotAuthentic', 1
                 FROM generate_series(1, 20000) AS n"""
        )
        owner = await asyncpg.connect(
            reader.dsn.replace("assessment:app@", "assessment_owner:owner@"), timeout=5
        )
        await owner.execute("ANALYZE assessment.parked")
        await owner.close()

        async def rows_read() -> int:
            await pool.execute("SELECT pg_stat_force_next_flush()")
            return await pool.fetchval(
                "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_user_tables WHERE relname = 'parked' AND schemaname = 'assessment'"
            )

        tables = InboxTables(pool, "assessment")
        before = await rows_read()
        await tables.key_positions({("mash", child(n)) for n in range(20)})
        await tables.tidy({child(n) for n in range(20)})
        await tables.at_their_head()
        assert await tables.unproven.for_one_of(["NoTransportKey"]) == []
        assert await rows_read() - before < 100


# -- what was kept is opened again


async def altered(reader: Team, table: str) -> None:
    """The body of what waits, changed by somebody with the database's password."""
    changed = await reader.pool.execute(
        f"UPDATE assessment.{table} SET body = convert_to(replace(convert_from(body, 'UTF8'), '\"n\":', '\"n\":9'), 'UTF8')"
    )
    assert changed == "UPDATE 1"


async def test_a_held_message_that_was_altered_is_put_aside_and_its_source_is_asked_for_it(mash, reader):
    await mash.say([(1, 1), (1, 2)])
    first, second = await mash.published()
    await reader.inbox.take([second])
    await altered(reader, "inbox_held")
    await reader.inbox.take([first])
    assert await reader.copied() == {child(1): [1]}
    (gap,) = await reader.inbox.retry_held()
    assert (gap.source, gap.key, gap.after) == ("mash", child(1), 1)
    assert await errors(reader) == [(MASH_TOPIC, "NotAuthentic")]
    await reader.inbox.take([second])  # as it is sent again
    assert await reader.copied() == {child(1): [1, 2]}
    assert await reader.waits() == (0, 1)


async def test_a_parked_event_that_was_altered_is_not_taken_by_a_retry(mash, reader):
    t.BROKEN.add(1)
    await mash.say([(1, 1)])
    await reader.inbox.take(await mash.published())
    await altered(reader, "parked")
    t.BROKEN.clear()
    assert not await reader.inbox.retry("mash", child(1))
    assert (await reader.copied(), await reader.waits()) == ({}, (0, 1))


# -- keys that are not here


def without_key(toys: Toys, directory: Path, key: str = "0001") -> tuple[Path, Path]:
    file, away = directory / "transport" / "safeguarding.mash.v1" / f"{key}.key", directory / f"{key}.away"
    file.rename(away)
    toys.transport._keys.clear()  # as after a restart
    toys.transport._newest.clear()
    return file, away


async def test_a_message_under_a_key_that_was_removed_is_parked_and_what_is_sent_again_is_taken(
    toys, mash, reader, tmp_path
):
    await mash.say([(1, 1), (1, 2)])
    under_the_old = await mash.published()
    toys.transport.rotate("safeguarding.mash.v1")
    without_key(toys, tmp_path)
    await reader.inbox.take(under_the_old)
    assert await errors(reader) == [(MASH_TOPIC, "NoTransportKey")] * 2
    await reader.inbox.take(await mash.published())
    assert await reader.copied() == {child(1): [1, 2]}
    await reader.inbox.retry_held()
    assert await reader.waits() == (0, 2)


async def test_what_was_held_under_a_key_that_was_removed_is_asked_for_again(toys, mash, reader, tmp_path):
    await mash.say([(1, 1), (1, 2)])
    _, second = await mash.published()
    await reader.inbox.take([second])
    toys.transport.rotate("safeguarding.mash.v1")
    without_key(toys, tmp_path)
    again = await mash.published()
    await reader.inbox.take(again[:1])
    (gap,) = await reader.inbox.retry_held()
    assert (gap.key, gap.after) == (child(1), 1)
    await reader.inbox.take(again[1:])
    assert await reader.copied() == {child(1): [1, 2]}
    assert await errors(reader) == [(MASH_TOPIC, "NoTransportKey")]


async def test_a_forgery_under_a_key_that_is_not_here_is_known_for_one_when_the_key_comes(
    toys, mash, reader, tmp_path
):
    await mash.say([(1, 1), (1, 2)])
    first, second = await mash.published()
    forgery = changed(second, event_id=uuid4())
    file, away = without_key(toys, tmp_path)
    await reader.inbox.take([first, forgery, second])
    await reader.inbox.retry_held()
    assert (await reader.copied(), await reader.waits()) == ({}, (0, 3))
    away.rename(file)
    await reader.inbox.retry_held()
    assert await reader.copied() == {child(1): [1, 2]}
    assert await errors(reader) == [(MASH_TOPIC, "NotAuthentic")]
