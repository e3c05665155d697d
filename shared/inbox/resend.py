"""Requests to send a key again: asked of other services over Kafka, and answered by this service's own relay.

A gap mostly closes by itself. Where it does not, the messages are gone from the topic (retention, a topic made anew), and
only the log of their source still has them.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

import orjson
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from shared.inbox.failures import AWAY
from shared.inbox.positions import Gap
from shared.messaging.client import KafkaConnection, abandon, start_producer
from shared.messaging.topics import RESEND_TOPIC

log = logging.getLogger(__name__)


Resend = Callable[[UUID | None, int], Awaitable[None]]
"""Has this service's relay send a key (None: all of them) again, from after a position."""


class ResendRequests:
    """Asks other services to send keys again, and answers what they ask. A request that is lost is made again later."""

    def __init__(self, service: str, bootstrap: str | KafkaConnection, resend: Resend) -> None:
        self._service = service
        self._bootstrap = KafkaConnection.at(bootstrap)
        self._resend = resend
        self._producer: AIOKafkaProducer | None = None

    async def ask(self, gaps: Sequence[Gap]) -> None:
        """Ask each gap's source to send its key again. While the broker is away nothing is asked, nor raised."""
        try:
            for gap in gaps:
                if self._producer is None:
                    self._producer = await start_producer(self._bootstrap, idempotent=False)
                request = {"source": gap.source, "key": str(gap.key), "after": gap.after}
                await self._producer.send_and_wait(RESEND_TOPIC, orjson.dumps(request), key=gap.key.bytes)
                log.info("asked to send again", extra={"source": gap.source, "after": gap.after})
        except KafkaError as error:
            log.warning("asking to send again postponed", extra={"error": type(error).__name__})
            await self.stop()

    async def answer(self, bodies: Sequence[bytes]) -> None:
        """Have the relay send what is asked of this service. A malformed request is logged and dropped: whoever wrote
        it may have written anything.
        """
        for body in bodies:
            try:
                request = orjson.loads(body)
                if request["source"] == self._service:
                    await self._resend(UUID(request["key"]), int(request["after"]))
            except AWAY as error:  # the reader asks again after a while
                log.warning("request to send again postponed", extra={"error": type(error).__name__})
            except Exception as error:
                log.error("malformed request to send again", extra={"error": type(error).__name__})

    async def stop(self) -> None:
        """End the producer; the next request starts another."""
        producer, self._producer = self._producer, None
        if producer is not None:
            await abandon(producer)
