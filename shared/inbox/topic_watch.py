"""Watches the topics that a service reads: is the broker there, are they, and are they still the same ones.

Without it a reader whose topic is gone stands still and says nothing; and one whose topic was deleted and made again goes
on at an offset of the old one, and passes over what is sent again meanwhile. What is passed over is missed where a later
event of its key comes (a gap), and never where none comes. So a topic made again is read from its beginning, by every
process of the service; the inbox drops what it has.

The ids that were read are kept beside the offsets (`topics_read`), so that a topic made again while no process of the
service ran is seen too. On a broker that lost a topic's end and kept its id, offsets beyond the end tell it; the embedded
broker does not say where a topic ends, and loses all of it or nothing.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from shared.inbox.topics_read import TopicsRead
from shared.messaging.topic_ids import TopicIds
from shared.messaging.topics import PARTITIONS

log = logging.getLogger(__name__)


LOOK: Final = 2.0
"""Seconds between two looks."""


ASKING: Final = 5.0
"""Seconds the broker is given to answer: the client itself would wait for one that is away."""


REJOINING: Final = 30.0
"""Seconds in which a group shares out a topic that was made again; what is not ours then is another process's."""


SEEKING: Final = 10.0
"""Seconds one look may take to go back to the beginning; the next look goes on."""


AWAY: Final = (KafkaError, OSError, TimeoutError)
"""The broker is away."""


class TopicWatch:
    """Watches some topics for one process, and has them read again where they were made again.

    Args:
        ids: asks the broker.
        read: what was read, as the database keeps it.
        clients: the clients that read now; none before they have started.
        settled: waits until all that was read so far is taken and its offsets are noted.
        ends: whether the broker says where a topic ends.
    """

    def __init__(
        self,
        ids: TopicIds,
        read: TopicsRead,
        clients: Callable[[], Collection[AIOKafkaConsumer]],
        settled: Callable[[], Awaitable[None]],
        *,
        ends: bool,
    ) -> None:
        self.away_since: datetime | None = None
        """Since when the broker has not answered (UTC, by the real clock); None where it does."""
        self.gone: tuple[str, ...] = ()
        """Topics that are not there, or were made again and are not read yet."""
        self._ids = ids
        self._read = read
        self._clients = clients
        self._settled = settled
        self._ends = ends
        self._known: dict[str, UUID] | None = None
        self._missing: frozenset[str] = frozenset()
        self._again: dict[str, float] = {}
        self._sought: set[TopicPartition] = set()

    @property
    def error(self) -> str | None:
        """What keeps topics from being read, as the kind of an error."""
        return "TopicGone" if self.gone else None

    async def look(self) -> None:
        """Look once.

        Raises:
            Any of DATABASE_AWAY: it is looked at again.
        """
        try:
            async with asyncio.timeout(ASKING):
                found = await self._ids.ask()
        except AWAY as error:
            self.broker_away(error)
            return
        if self.away_since is not None:
            away = datetime.now(UTC) - self.away_since
            self.away_since = None
            log.warning("broker is back", extra={"seconds": round(away.total_seconds(), 1)})
        self._say_missing(found)
        there = {topic: topic_id for topic, topic_id in found.items() if topic_id is not None}
        if self._known is None:
            self._known = await self._read.ids()
        for topic in [
            topic for topic, topic_id in there.items() if self._known.get(topic, topic_id) != topic_id
        ]:
            log.warning("topic was made again: it is read from its beginning", extra={"topic": topic})
            self._begin_again(topic)
        for topic in await self._beyond_their_ends(there) if self._ends else ():
            log.warning("topic lost its end: it is read from its beginning", extra={"topic": topic})
            self._begin_again(topic)
        if self._again or self._known != there:
            async with asyncio.timeout(SEEKING):
                await self._read_again(there)
        self.gone = tuple(sorted(self._missing | {topic for topic in self._again if not self._reads(topic)}))

    def broker_away(self, error: Exception) -> None:
        """Somebody found that the broker does not answer. Said once, until it answers a look."""
        if self.away_since is None:
            self.away_since = datetime.now(UTC)
            log.warning("broker away", extra={"error": type(error).__name__})

    async def _read_again(self, there: Mapping[str, UUID]) -> None:
        """Go back to the beginning of what was made again, as far as it is this process's, once all that was read of what
        was there before is taken and noted: offsets noted later would be those of another topic.
        """
        places = {client: self._to_seek(client) for client in self._clients()}
        try:
            for client, mine in places.items():
                client.pause(
                    *(client.assignment() if mine else ())
                )  # else something else would always be coming
            if any(places.values()):
                await self._settled()
            await self._read.note(there)
            self._known = {**(self._known or {}), **there}
            for client, mine in places.items():
                if mine:
                    await client.seek_to_beginning(*mine)
                    self._sought |= mine
        finally:
            for client in places:
                client.resume(*client.assignment())
        read = {
            topic
            for topic in self._again
            if all(TopicPartition(topic, n) in self._sought for n in range(PARTITIONS))
        }
        now = time.monotonic()
        self._again = {
            topic: until for topic, until in self._again.items() if topic not in read and now < until
        }

    def _to_seek(self, client: AIOKafkaConsumer) -> set[TopicPartition]:
        return {place for place in client.assignment() if place.topic in self._again} - self._sought

    async def _beyond_their_ends(self, there: Mapping[str, UUID]) -> set[str]:
        """Topics of which more is consumed than there is; what was consumed is forgotten. None where nobody can say."""
        # Asked in this order: what comes meanwhile is behind an end that was asked for later.
        consumed = await self._read.consumed()
        ends: dict[TopicPartition, int] = {}
        with suppress(
            *AWAY
        ):  # just made again, a topic may have no leader yet; and who is away is told by the next look
            async with asyncio.timeout(ASKING):
                for client in self._clients():
                    mine = [place for place in client.assignment() if place.topic in there]
                    ends |= await client.end_offsets(mine) if mine else {}
        beyond = [place for place, end in ends.items() if consumed.get(place, 0) > end]
        if beyond:
            await self._read.forget(beyond)
        return {place.topic for place in beyond}

    def _say_missing(self, found: Mapping[str, UUID | None]) -> None:
        missing = frozenset(topic for topic, topic_id in found.items() if topic_id is None)
        for topic in missing - self._missing:
            log.error("topic is gone: what is on it cannot be read", extra={"topic": topic})
        for topic in self._missing - missing:
            log.warning("topic is back", extra={"topic": topic})
        self._missing = missing
        self.gone = tuple(sorted(missing | set(self.gone)))

    def _begin_again(self, topic: str) -> None:
        self._again[topic] = time.monotonic() + REJOINING
        self._sought = {place for place in self._sought if place.topic != topic}

    def _reads(self, topic: str) -> bool:
        return any(place.topic == topic for place in self._sought)
