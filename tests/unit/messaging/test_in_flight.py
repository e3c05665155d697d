"""What is on its way to the broker lands in the order in which it was sent, whatever is acknowledged first."""

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, cast
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, KafkaTimeoutError

from shared.domain.event import Event
from shared.messaging.in_flight import MOST, InFlight
from shared.messaging.message import Message


@dataclass
class Acknowledged:
    topic: str
    partition: int
    offset: int


OWN = "safeguarding.mash.v1"


class ToOne(Event, name="test_flight.ToOne", intake="safeguarding.one-intake.v1", fixed=()):
    """Sent to one team alone."""


class Slow:
    """A producer whose sends are acknowledged when the test says so."""

    def __init__(self) -> None:
        self.sent: list[asyncio.Future[Acknowledged]] = []
        self.topics: list[str] = []
        self.broken = False

    async def send(self, *topic: str, **_message: Any) -> asyncio.Future[Acknowledged]:
        if self.broken:
            raise KafkaTimeoutError
        self.sent.append(asyncio.get_running_loop().create_future())
        self.topics += topic
        return self.sent[-1]

    async def acknowledge(self, n: int, partition: int, offset: int) -> None:
        self.sent[n].set_result(Acknowledged(self.topics[n], partition, offset))
        await asyncio.sleep(0.01)


class Sky:
    def __init__(self) -> None:
        self.producer = Slow()
        self.landed = 0
        self.flight = InFlight(cast(AIOKafkaProducer, self.producer), self._landed)

    def _landed(self) -> None:
        self.landed += 1


@pytest.fixture
def sky() -> Sky:
    return Sky()


def messages(*positions: int) -> list[Message]:
    now = datetime.now(UTC)
    return [
        Message(uuid4(), "mash", "mash.X", uuid4(), n, 0, uuid4(), 1, bytes(32), bytes(32), now, b"{}", b"")
        for n in positions
    ]


async def test_a_page_lands_after_those_before_it(sky: Sky) -> None:
    await sky.flight.send(messages(1, 2), 2)
    await sky.flight.send(messages(5), 7)
    await sky.producer.acknowledge(2, 0, 12)
    assert not sky.flight.some_landed
    assert sky.flight.land() == []
    await sky.producer.acknowledge(0, 0, 10)
    assert sky.flight.land() == []
    await sky.producer.acknowledge(1, 1, 4)
    first, second = sky.flight.land()
    assert (first.until, first.first, first.last) == (
        2,
        {(OWN, 0): 10, (OWN, 1): 4},
        {(OWN, 0): 10, (OWN, 1): 4},
    )
    assert (second.until, second.last) == (7, {(OWN, 0): 12})
    assert not sky.flight.under_way
    assert sky.landed == 2


async def test_a_page_of_nothing_lands_too_behind_what_was_sent_before(sky: Sky) -> None:
    await sky.flight.send(messages(1), 1)
    await sky.flight.send([], 9)
    await asyncio.sleep(0.01)
    assert sky.flight.land() == []
    await sky.producer.acknowledge(0, 0, 0)
    assert [page.until for page in sky.flight.land()] == [1, 9]


async def test_what_lies_behind_a_failed_page_never_lands(sky: Sky) -> None:
    await sky.flight.send(messages(1), 1)
    await sky.flight.send(messages(2), 2)
    await sky.producer.acknowledge(1, 0, 1)
    sky.producer.sent[0].set_exception(KafkaTimeoutError())
    await asyncio.sleep(0.01)
    with pytest.raises(KafkaError):
        sky.flight.land()
    await sky.flight.give_up()


async def test_given_up_nothing_is_waited_for_and_no_send_is_left_alone(sky: Sky) -> None:
    await sky.flight.send(messages(1), 1)
    await sky.flight.send(messages(2), 2)
    sky.producer.sent[0].set_exception(KafkaTimeoutError())
    await asyncio.sleep(0.01)
    await sky.flight.give_up()
    assert sky.producer.sent[1].cancelled()
    assert not sky.flight.under_way


async def test_a_send_that_fails_at_once_cancels_those_of_its_page(sky: Sky) -> None:
    await sky.flight.send(messages(1), 1)
    sky.producer.broken = True
    with pytest.raises(KafkaError):
        await sky.flight.send(messages(2), 2)
    await sky.flight.give_up()


async def test_room_counts_what_has_not_been_taken_note_of(sky: Sky) -> None:
    await sky.flight.send(messages(*range(1, 5)), 4)
    assert sky.flight.room == MOST - 4
    for n in range(4):
        await sky.producer.acknowledge(n, 0, n)
    assert sky.flight.room == MOST - 4
    sky.flight.land()
    assert sky.flight.room == MOST


async def test_an_offset_the_broker_no_longer_knows_says_nothing_of_its_partition(sky: Sky) -> None:
    await sky.flight.send(messages(1, 2), 2)
    await sky.producer.acknowledge(0, 0, -1)
    await sky.producer.acknowledge(1, 1, 3)
    (page,) = await sky.flight.all_land()
    assert (page.first, page.last) == ({(OWN, 1): 3}, {(OWN, 1): 3})


async def test_what_is_for_one_team_alone_goes_to_its_own_topic_and_offsets_are_told_apart(sky: Sky) -> None:
    first, second = messages(1, 2)
    second = replace(second, name=ToOne.NAME)
    await sky.flight.send([first, second], 2)
    assert sky.producer.topics == [OWN, ToOne.INTAKE]
    await sky.producer.acknowledge(0, 0, 7)
    await sky.producer.acknowledge(1, 0, 3)
    (page,) = await sky.flight.all_land()
    assert page.last == {(OWN, 0): 7, (ToOne.INTAKE, 0): 3}
