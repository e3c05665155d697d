"""Sends in flight: pages that a relay has sent and the broker has not acknowledged yet.

Several pages may be in flight at once, so that the relay does not wait for the broker after each; they are accounted for
in the order of the log, so that the cursor never passes a page that may still fail.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from aiokafka import AIOKafkaProducer

from shared.messaging.message import Message, kafka_headers

Place = tuple[str, int]
"""A topic, and a partition of it."""


@dataclass(frozen=True, slots=True)
class Landed:
    """A page that the broker has acknowledged.

    Attributes:
        until: with it, the broker has everything of the log up to this position.
        first: its first offset in each partition of a topic.
        last: its last one. A broker that recognised a send as a repetition has it, but may no longer know at which
            offset: partitions where that is so are left out of both.
    """

    until: int
    first: dict[Place, int]
    last: dict[Place, int]


@dataclass(frozen=True, slots=True)
class _Page:
    count: int
    acknowledged: asyncio.Task[Landed]


MOST: Final = 500
"""Most sends in flight."""


class InFlight:
    """The sends in flight of one producer. After a failure neither is used again."""

    def __init__(self, producer: AIOKafkaProducer, landed: Callable[[], None]) -> None:
        """`landed` is called when a page has been acknowledged, or has failed."""
        self._producer = producer
        self._landed = landed
        self._pages: deque[_Page] = deque()
        self._count = 0

    async def send(self, messages: Sequence[Message], until: int) -> None:
        """Send a page behind those before.

        Args:
            messages: the page.
            until: with it, everything of the log up to this position is sent.

        Raises:
            KafkaError: the broker is away.
        """
        futures: list[asyncio.Future[Any]] = []
        try:
            for message in messages:
                headers = kafka_headers(message.headers())
                futures.append(
                    await self._producer.send(
                        message.topic, value=message.body(), key=message.key.bytes, headers=headers
                    )
                )
        except BaseException:
            for future in futures:  # given up with the producer: nobody awaits them
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
        """Whether `land` has something to return or raise: the page sent first is acknowledged, or has failed."""
        return bool(self._pages) and self._pages[0].acknowledged.done()

    @property
    def under_way(self) -> bool:
        """Whether any page is in flight, or landed and not yet fetched by `land`."""
        return bool(self._pages)

    def land(self) -> list[Landed]:
        """The pages that have landed since the last call, up to the first that has not.

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
        """As `land`, once every page has been acknowledged or failed."""
        if self._pages:
            await asyncio.wait([page.acknowledged for page in self._pages])
        return self.land()

    async def give_up(self) -> None:
        """Forget what is in flight."""
        while self._pages:
            acknowledged = self._pages.popleft().acknowledged
            acknowledged.cancel()
            await asyncio.wait([acknowledged])
            if not acknowledged.cancelled():
                acknowledged.exception()  # fetched, or asyncio would log that it never was


async def _acknowledged(futures: Sequence[asyncio.Future[Any]], until: int) -> Landed:
    """Wait for all sends of a page. Raises KafkaError: one failed."""
    first: dict[Place, int] = {}
    last: dict[Place, int] = {}
    for answer in await asyncio.gather(*futures, return_exceptions=True):
        if isinstance(answer, BaseException):
            raise answer
        place = (answer.topic, answer.partition)
        first[place] = min(first.get(place, answer.offset), answer.offset)
        last[place] = max(last.get(place, answer.offset), answer.offset)
    known = {place for place, offset in first.items() if offset >= 0}
    return Landed(until, {p: first[p] for p in known}, {p: last[p] for p in known})
