"""What a relay has sent and the broker has not acknowledged yet: pages in the order of the log, landing in that order."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from aiokafka import AIOKafkaProducer

from shared.messaging.message import Message, kafka_headers


@dataclass(frozen=True, slots=True)
class Landed:
    """What the broker has by now.

    Attributes:
        until: everything of the log up to this position.
        first: the first offset it was given in each partition.
        last: the last one. A broker that recognised a send as a repetition has it, but may no longer know at which
            offset: partitions where that is so are left out of both.
    """

    until: int
    first: dict[int, int]
    last: dict[int, int]


@dataclass(frozen=True, slots=True)
class _Page:
    count: int
    acknowledged: asyncio.Task[Landed]


MOST: Final = 500
"""Most sends in flight."""


class InFlight:
    """The sends of one producer. After a failure neither is used again."""

    def __init__(self, producer: AIOKafkaProducer, topic: str, landed: Callable[[], None]) -> None:
        """`landed` is called when a page has been acknowledged, or has failed."""
        self._producer = producer
        self._topic = topic
        self._landed = landed
        self._pages: deque[_Page] = deque()
        self._count = 0

    async def send(self, messages: Sequence[Message], until: int) -> None:
        """Send a page behind those before. With it, everything of the log up to `until` is sent.

        Raises:
            KafkaError: the broker is away.
        """
        futures: list[asyncio.Future[Any]] = []
        try:
            for message in messages:
                headers = kafka_headers(message.headers())
                futures.append(
                    await self._producer.send(
                        self._topic, value=message.body(), key=message.key.bytes, headers=headers
                    )
                )
        except BaseException:
            for future in futures:  # given up with the producer; nobody would look at what became of them
                future.cancel()
            raise
        acknowledged = asyncio.create_task(_acknowledged(futures, until))
        acknowledged.add_done_callback(lambda _task: self._landed())
        self._pages.append(_Page(len(futures), acknowledged))
        self._count += len(futures)

    @property
    def room(self) -> int:
        """How many more may be sent now."""
        return MOST - self._count

    @property
    def some_landed(self) -> bool:
        """Whether there is something to take note of: the page sent first is acknowledged, or has failed."""
        return bool(self._pages) and self._pages[0].acknowledged.done()

    @property
    def under_way(self) -> bool:
        """Whether anything is sent and not yet taken note of."""
        return bool(self._pages)

    def land(self) -> list[Landed]:
        """What has landed since this was last asked, as far as all before it has too.

        Raises:
            KafkaError: one send failed.
        """
        found: list[Landed] = []
        while self.some_landed:
            page = self._pages.popleft()
            self._count -= page.count
            found.append(page.acknowledged.result())
        return found

    async def all_land(self) -> list[Landed]:
        """As `land`, once everything has been acknowledged or failed."""
        if self._pages:
            await asyncio.wait([page.acknowledged for page in self._pages])
        return self.land()

    async def give_up(self) -> None:
        """Look at what is under way no more."""
        while self._pages:
            acknowledged = self._pages.popleft().acknowledged
            acknowledged.cancel()
            await asyncio.wait([acknowledged])
            if not acknowledged.cancelled():
                acknowledged.exception()  # looked at, so that nobody is told that it was not


async def _acknowledged(futures: Sequence[asyncio.Future[Any]], until: int) -> Landed:
    """All of a page. Raises KafkaError: one send failed."""
    first: dict[int, int] = {}
    last: dict[int, int] = {}
    for answer in await asyncio.gather(*futures, return_exceptions=True):
        if isinstance(answer, BaseException):
            raise answer
        first[answer.partition] = min(first.get(answer.partition, answer.offset), answer.offset)
        last[answer.partition] = max(last.get(answer.partition, answer.offset), answer.offset)
    known = {partition for partition, offset in first.items() if offset >= 0}
    return Landed(until, {p: first[p] for p in known}, {p: last[p] for p in known})
