"""Wait for somebody who was registered a moment ago: People's word of them may still be on its way through the broker.

A command about an unknown person is tried again for two seconds. Who is unknown then is answered "not found" only where
this service has taken in all that People had published when the command came. That is told by offsets: the ends of
People's topic are asked of the broker when the person is first missed (no earlier than the command came), and compared
with what the inbox has consumed, in the transactions of its effects. Neither People's head nor what its relay was
acknowledged is visible here, and a position carried in its messages would say nothing of the messages that have not
come. Where the broker does not answer, nobody can tell, and the command is to be sent again.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from typing import Final, TypeVar
from uuid import UUID

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from shared.domain.command import PersonNotKnown
from shared.inbox.tables import InboxTables
from shared.messaging.client import KafkaConnection
from shared.messaging.topics import PARTITIONS, topic_of

PATIENCE: Final = 2.0
"""Seconds for which a command waits for somebody to become known."""


PAUSE: Final = 0.05
"""Seconds between two tries; a person registered is usually known within one or two."""


ASKING: Final = 1.0
"""Seconds the broker is given to say where a topic ends."""


class StillOnTheirWay(Exception):
    """Somebody is not known here, and may have been registered all the same: send the command again shortly."""

    def __init__(self) -> None:
        super().__init__(
            "one of the people is not known here yet; if they were just registered, send the command again"
        )


Ends = Mapping[tuple[str, int], int]
"""Where topics end: by topic and partition, the offset that the next message will have."""


_T = TypeVar("_T")


class Newcomers:
    """Runs commands of one service, and waits for people who may still become known.

    Args:
        ends: where People's topic ends; None: the broker does not say.
        tables: how far this service's inbox is.
        source: the service that registers people.
    """

    def __init__(
        self,
        ends: Callable[[], Awaitable[Ends | None]],
        tables: InboxTables,
        *,
        source: str,
        patience: float = PATIENCE,
    ) -> None:
        self._ends = ends
        self._tables = tables
        self._source = source
        self._patience = patience

    async def wait_for(self, run: Callable[[], Awaitable[_T]]) -> _T:
        """What `run` answers. Tried again while it speaks of somebody unknown, until the patience is over.

        Raises:
            PersonNotKnown: they were unknown after all that People had published had been taken in.
            StillOnTheirWay: they may have been registered, and not have arrived.
            Whatever else `run` raises.
        """
        try:
            return await run()
        except PersonNotKnown:
            until = time.monotonic() + self._patience
        ends = await self._ends()
        while time.monotonic() < until:
            await asyncio.sleep(PAUSE)
            with suppress(PersonNotKnown):
                return await run()
        # Looked at before the last try: what had been taken in by then, this try has seen.
        offsets = await self._tables.offsets() if ends is not None else {}
        try:
            return await run()
        except PersonNotKnown as unknown:
            if ends is None or not _reached(offsets, ends) or await self._waiting(unknown.people):
                raise StillOnTheirWay from None
            raise

    async def _waiting(self, people: Sequence[UUID]) -> bool:
        """Whether something of these people came, and is held or parked."""
        return await self._tables.waits(self._source, people)


def _reached(offsets: Mapping[str, int], ends: Ends) -> bool:
    return all(offsets.get(f"{topic}/{partition}", 0) >= end for (topic, partition), end in ends.items())


class TopicEnds:
    """Asks the broker where one service's topic ends. Connects when it is first asked; `stop` it."""

    def __init__(self, bootstrap: str | KafkaConnection, source: str) -> None:
        self._connection = KafkaConnection.at(bootstrap)
        self._partitions = [TopicPartition(topic_of(source), n) for n in range(PARTITIONS)]
        self._client: AIOKafkaConsumer | None = None
        self._lock = asyncio.Lock()

    async def ask(self) -> Ends | None:
        """Where the topic ends now; None: the broker does not say within a second."""
        async with (
            self._lock
        ):  # one question at a time: the next one gets a connection that works, or makes one
            try:
                async with asyncio.timeout(ASKING):
                    if self._client is None:
                        self._client = await self._connected()
                    found = await self._client.end_offsets(self._partitions)
            except (KafkaError, TimeoutError, OSError):
                await self._give_up()
                return None
            return {(place.topic, place.partition): end for place, end in found.items()}

    async def stop(self) -> None:
        """Disconnect."""
        async with self._lock:
            await self._give_up()

    async def _connected(self) -> AIOKafkaConsumer:
        client = AIOKafkaConsumer(**self._connection.client(), enable_auto_commit=False)
        try:
            await client.start()
        except BaseException:
            await client.stop()
            raise
        return client

    async def _give_up(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            with suppress(KafkaError, OSError):
                await client.stop()
