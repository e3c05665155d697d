"""Consuming: pages of a service's topics into its inbox, acknowledged after the database transaction that holds them.

On Apache Kafka the partitions are shared out by a consumer group with static membership. On the embedded broker,
whose group protocol is slow, every process reads every partition; its inbox drops what another process took.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, Literal
from uuid import UUID

import orjson
from aiokafka import AIOKafkaProducer
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage, TopicPartition

from shared.inbox import AWAY, Arrived, Inbox
from shared.inbox_tables import Gap
from shared.messages import RESEND_TOPIC, NotAMessage, plain_headers, topic_of

log = logging.getLogger(__name__)

BrokerKind = Literal["embedded", "kafka"]
PARTITIONS: Final = 4
"""Of every topic of the embedded broker; `deploy/topics.yaml` says the same."""


class Consumer:
    """Reads the topics of other services for one service."""

    def __init__(
        self,
        service: str,
        sources: Sequence[str],
        inbox: Inbox,
        bootstrap: str,
        kind: BrokerKind,
        *,
        instance: str,
        resend: Callable[[UUID | None, int], Awaitable[None]],
    ) -> None:
        """`sources`: the services whose events it reads. `instance`: this process among those of the service.
        `resend(key, after)` has this service's own relay send a key again, when another service asks for it.
        """
        self._service = service
        self._inbox = inbox
        self._bootstrap = bootstrap
        self._resend = resend
        self._asking: AIOKafkaProducer | None = None
        self._broker = KafkaBroker(bootstrap, enable_idempotence=False, logger=None)
        common: dict[str, Any] = {
            "batch": True,
            "max_records": 500,
            "batch_timeout_ms": 5,
            "fetch_max_wait_ms": 20,
            "auto_offset_reset": "earliest",
            "ack_policy": AckPolicy.MANUAL,
            "no_reply": True,
            "decoder": _undecoded,
        }
        topics = [topic_of(source) for source in sources]
        if kind == "embedded":
            partitions = [TopicPartition(topic, p) for topic in topics for p in range(PARTITIONS)]
            if partitions:
                self._broker.subscriber(partitions=partitions, group_id=service, **common)(self._page)
            self._broker.subscriber(
                partitions=[TopicPartition(RESEND_TOPIC, 0)], group_id=f"{service}.resend", **common
            )(self._asked)
        else:
            if topics:
                self._broker.subscriber(
                    *topics, group_id=service, group_instance_id=f"{service}.{instance}", **common
                )(self._page)
            self._broker.subscriber(
                RESEND_TOPIC,
                group_id=f"{service}.resend",
                group_instance_id=f"{service}.resend.{instance}",
                **common,
            )(self._asked)

    async def start(self) -> None:
        """Start reading."""
        await self._broker.start()

    async def stop(self) -> None:
        """Stop reading; a page in work is taken again by the next reader."""
        await self._broker.stop()
        if self._asking is not None:
            await self._asking.stop()
            self._asking = None

    async def _page(self, msg: KafkaMessage) -> None:
        # An exception that left this handler would be logged and passed, and the next acknowledgement would commit
        # beyond the page: so whatever happens, the page is taken before this returns.
        page = [_arrived(raw) for raw in msg.raw_message]
        pause = 0.05
        while True:
            try:
                await self._inbox.take(page)
                break
            except AWAY as error:
                log.warning("consumer pauses", extra={"error": type(error).__name__})
            except Exception as error:
                log.exception("page failed", extra={"error": type(error).__name__})
            await asyncio.sleep(pause)
            pause = min(pause * 2, 2.0)
        await self._acknowledge(msg)

    async def _asked(self, msg: KafkaMessage) -> None:
        for raw in msg.raw_message:
            try:
                request = orjson.loads(raw.value)
                if request["source"] == self._service:
                    await self._resend(UUID(request["key"]), int(request["after"]))
            except AWAY as error:  # the reader asks again after a while
                log.warning("request to send again postponed", extra={"error": type(error).__name__})
            except (ValueError, KeyError, TypeError) as error:
                log.error("malformed request to send again", extra={"error": type(error).__name__})
        await self._acknowledge(msg)

    async def _acknowledge(self, msg: KafkaMessage) -> None:
        try:
            await msg.ack()
        except Exception as error:  # the page is committed; read again, it is dropped as a duplicate
            log.warning("acknowledgement failed", extra={"error": type(error).__name__})

    async def ask(self, gaps: Sequence[Gap]) -> None:
        """Ask sources to send keys again."""
        if not gaps:
            return
        if self._asking is None:
            producer = AIOKafkaProducer(bootstrap_servers=self._bootstrap, acks="all")
            await producer.start()
            self._asking = producer
        for gap in gaps:
            request = {"source": gap.source, "key": str(gap.key), "after": gap.after}
            await self._asking.send_and_wait(RESEND_TOPIC, orjson.dumps(request), key=gap.key.bytes)
            log.info("asked to send again", extra={"source": gap.source, "after": gap.after})


async def _undecoded(_message: Any) -> None:
    """Bodies are read by the inbox: the framework must neither parse them nor print them."""


def _arrived(raw: Any) -> Arrived:
    try:
        headers = plain_headers(raw.headers)
    except NotAMessage:
        headers = {}
    return Arrived(raw.topic, raw.partition, raw.offset, headers, raw.value or b"")
