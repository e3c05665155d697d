"""A consumer stopped while it starts leaves nothing open: no producer, no consumer and no connection of the client's."""

import asyncio
import gc
import time
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import pytest

from deploy.local.broker import EmbeddedBroker
from deploy.local.ports import LOOPBACK
from shared.inbox import consumer as kafka
from shared.inbox.consumer import STARTING
from tests.integration.toys import Team, until

QUESTIONS = 6
"""What a start asks at the address it was given: each of its three readers asks for versions and for metadata there."""


class Door:
    """An address before a broker's own. It passes all on but the answer to one question, until that is let through."""

    def __init__(self, broker: EmbeddedBroker, held: int) -> None:
        """`held`: which question's answer, counted from 1 over all connections."""
        host, port = broker.bootstrap.split(":")
        self._behind = host, int(port)
        self._held = held
        self.asked = 0
        self.let_through = asyncio.Event()
        self.address = ""

    async def holds(self) -> bool:
        """Whether the question has been asked."""
        return self.asked >= self._held

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner_reader, inner_writer = await asyncio.open_connection(*self._behind)
        try:
            while question := await reader.read(65_536):
                self.asked += 1
                if self.asked >= self._held:
                    await self.let_through.wait()
                inner_writer.write(question)
                writer.write(await inner_reader.read(65_536))
        finally:
            inner_writer.close()
            writer.close()


@asynccontextmanager
async def door_to(broker: EmbeddedBroker, held: int) -> AsyncIterator[Door]:
    door = Door(broker, held)
    server = await asyncio.start_server(door._pass, LOOPBACK, 0)
    host, port = server.sockets[0].getsockname()
    door.address = f"{host}:{port}"
    async with server:
        yield door
        door.let_through.set()


@contextmanager
def left_open() -> Iterator[list[str]]:
    """What the client's own objects say of themselves when they go without having been closed."""
    gc.collect()
    found: list[str] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield found
        gc.collect()
    found += [text for each in caught if "Unclosed AIOKafka" in (text := str(each.message))]


async def test_a_whole_start_asks_as_much_as_is_tried_below(mash: Team, broker: EmbeddedBroker):
    async with door_to(broker, held=1_000) as door:
        consumer = mash.consumer(door.address, "people")
        await consumer.start()
        assert consumer._starting is not None
        await asyncio.wait_for(consumer._starting, 10)
        await consumer.stop()
        assert door.asked == QUESTIONS


@pytest.mark.parametrize("question", range(1, QUESTIONS + 1))
async def test_stopped_while_it_starts_a_consumer_leaves_nothing_open(
    mash: Team, broker: EmbeddedBroker, question: int
):
    with left_open() as found:
        async with door_to(broker, held=question) as door:
            consumer = mash.consumer(door.address, "people")
            await consumer.start()
            await until(door.holds)
            began = time.monotonic()
            stopping = asyncio.create_task(consumer.stop())
            await asyncio.sleep(0.05)
            door.let_through.set()
            await stopping
            assert time.monotonic() - began < STARTING
        del consumer, stopping
    assert found == []


async def test_a_broker_that_takes_connections_and_never_answers_does_not_keep_a_consumer_from_stopping(
    mash: Team, broker: EmbeddedBroker, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(kafka, "STARTING", 0.2)
    with left_open() as found:
        async with door_to(broker, held=1) as door:
            consumer = mash.consumer(door.address, "people")
            await consumer.start()
            await until(door.holds)
            await asyncio.wait_for(consumer.stop(), 2)
        del consumer
    assert found == []
