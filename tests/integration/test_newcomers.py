"""Somebody registered a moment ago: waited for, then not found only where all that People had published was taken in."""

import asyncio
import time
from uuid import uuid4

import pytest

from shared.commands.handler import Answer
from shared.domain.command import NotFound, PersonNotKnown, Refused
from shared.inbox.newcomers import Newcomers, StillOnTheirWay, TopicEnds
from shared.inbox.positions import Consumed
from shared.inbox.tables import InboxTables
from shared.messaging.client import abandon, start_producer
from shared.messaging.topics import PARTITIONS, topic_of
from shared.team.known_people import KnowPerson
from shared.web.error_answers import ANSWERS
from tests.integration.toy_team import AVA, SERVICE, STRANGER, Close, Receive, do

TOPIC = topic_of("people")
PUBLISHED = {(TOPIC, 0): 5, (TOPIC, 1): 0}


@pytest.fixture
def tables(pool) -> InboxTables:
    return InboxTables(pool, "mash")


def newcomers(tables, ends=PUBLISHED, patience=0.3) -> Newcomers:
    async def asked():
        return ends

    return Newcomers(asked, tables, source="people", patience=patience)


async def test_who_becomes_known_meanwhile_was_waited_for(runner, tables):
    waiting = asyncio.create_task(
        newcomers(tables, patience=20.0).wait_for(lambda: do(runner, Receive(about=(STRANGER,))))
    )
    await asyncio.sleep(0.2)
    assert not waiting.done()
    await runner.run(KnowPerson(about=(STRANGER,), kind="child"), SERVICE, uuid4())
    answer = await waiting
    assert isinstance(answer, Answer)
    assert answer.events == ("test_commands.Received",)


async def test_who_is_unknown_when_all_is_taken_in_is_not_found(runner, tables):
    await tables.consumed([Consumed(TOPIC, 0, 5)])
    began = time.monotonic()
    with pytest.raises(PersonNotKnown) as caught:
        await newcomers(tables).wait_for(lambda: do(runner, Receive(about=(AVA, STRANGER))))
    assert caught.value.people == (STRANGER,)
    assert time.monotonic() - began >= 0.3


@pytest.mark.parametrize(
    ("consumed", "ends"),
    [
        pytest.param([], PUBLISHED, id="nothing taken in yet"),
        pytest.param([Consumed(TOPIC, 0, 4)], PUBLISHED, id="one is missing"),
        pytest.param([Consumed(TOPIC, 0, 9)], {**PUBLISHED, (TOPIC, 1): 1}, id="one of another partition"),
        pytest.param([Consumed(TOPIC, 0, 9)], None, id="the broker does not say"),
    ],
)
async def test_who_may_still_come_is_to_be_sent_again(runner, tables, consumed, ends):
    await tables.consumed(consumed)
    with pytest.raises(StillOnTheirWay):
        await newcomers(tables, ends).wait_for(lambda: do(runner, Receive(about=(STRANGER,))))


@pytest.mark.parametrize("table", ["inbox_held", "parked"])
async def test_who_came_and_could_not_be_taken_in_may_still_come(runner, tables, pool, table):
    await tables.consumed([Consumed(TOPIC, 0, 5)])
    told = {"inbox_held": "why", "parked": "error, tries"}[table]
    values = {"inbox_held": "'gap'", "parked": "'ValueError', 1"}[table]
    await pool.execute(
        f"INSERT INTO mash.{table} (source, key, position, previous, headers, body, {told})"
        f" VALUES ('people', $1, 3, 0, '{{}}', '', {values})",
        STRANGER,
    )
    with pytest.raises(StillOnTheirWay):
        await newcomers(tables).wait_for(lambda: do(runner, Receive(about=(STRANGER,))))
    with pytest.raises(PersonNotKnown):
        await newcomers(tables).wait_for(lambda: do(runner, Receive(about=(uuid4(),))))


async def test_everything_else_is_answered_at_once(runner, tables):
    patient = newcomers(tables, patience=60.0)
    with pytest.raises(Refused):
        await patient.wait_for(lambda: do(runner, Close(about=(AVA,))))
    assert (await patient.wait_for(lambda: do(runner, Receive(about=(AVA,))))).events


def test_over_http_it_is_a_problem_of_its_own():
    problem = ANSWERS[StillOnTheirWay](StillOnTheirWay())
    assert (problem.status, problem.type) == (503, "urn:safeguarding:problem:person-on-their-way")
    assert problem.headers == {"Retry-After": "2"}
    assert issubclass(PersonNotKnown, NotFound)  # and answered as such: 404


async def test_where_a_topic_ends_is_asked_of_the_broker(broker):
    ends = TopicEnds(broker.bootstrap, "people")
    try:
        before = await ends.ask()
        assert before == {(TOPIC, n): 0 for n in range(PARTITIONS)}
        producer = await start_producer(broker.bootstrap, idempotent=False)
        try:
            for _ in range(3):
                await producer.send_and_wait(TOPIC, b"{}", partition=1)
        finally:
            await abandon(producer)
        assert await ends.ask() == {**before, (TOPIC, 1): 3}
    finally:
        await ends.stop()


async def test_a_broker_that_is_away_does_not_say():
    ends = TopicEnds("127.0.0.1:1", "people")
    try:
        assert await ends.ask() is None
        assert await ends.ask() is None
    finally:
        await ends.stop()
