"""Consuming: pages of a service's topics into its inbox, acknowledged after the database transaction that holds them.

On Apache Kafka the partitions are shared out by a consumer group with static membership. On the embedded broker,
whose group protocol is slow, every process reads every partition; its inbox drops what another process took.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any, Final, Literal
from uuid import UUID

import orjson
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage, TopicPartition

from shared.brokers import Brokers
from shared.checkpoints import CHECKPOINT_TOPIC
from shared.inbox import AWAY, Arrived, Inbox
from shared.inbox_rows import Gap
from shared.messages import RESEND_TOPIC, NotAMessage, plain_headers, topic_of
from shared.producer import start_producer, throw_away

log = logging.getLogger(__name__)

BrokerKind = Literal["embedded", "kafka"]
PARTITIONS: Final = 4
"""Of every topic of the embedded broker; `deploy/topics.yaml` says the same."""


STARTING: Final = 5.0
"""Seconds a start under way is let come to its end before it is cancelled."""


class Consumer:
    """Reads the topics of other services for one service."""

    def __init__(
        self,
        service: str,
        sources: Sequence[str],
        inbox: Inbox,
        bootstrap: str | Brokers,
        kind: BrokerKind,
        *,
        instance: str,
        resend: Callable[[UUID | None, int], Awaitable[None]],
        keep: Callable[[Sequence[bytes]], Awaitable[None]],
    ) -> None:
        """`sources`: the services whose events it reads. `instance`: this process among those of the service.
        `resend(key, after)` has this service's own relay send a key again, when another service asks for it.
        `keep(bodies)` keeps the checkpoints that every service publishes.
        """
        self._errors: dict[str, str] = {}
        self._service = service
        self._sources = tuple(sources)
        self._inbox = inbox
        self._bootstrap = Brokers.at(bootstrap)
        self._kind = kind
        self._instance = instance
        self._resend = resend
        self._keep = keep
        self._asking: AIOKafkaProducer | None = None
        self._broker: KafkaBroker | None = None
        self._stopping = asyncio.Event()
        self._starting: asyncio.Task[None] | None = None

    @property
    def error(self) -> str | None:
        """What keeps it from reading or taking in, as the kind of the error."""
        return next(iter(self._errors.values()), None)

    async def start(self) -> None:
        """Start reading, in the background for as long as the broker is away."""
        self._starting = asyncio.create_task(self._until_started(), name=f"consumer:{self._service}")

    async def stop(self) -> None:
        """Stop reading; a page that cannot be taken now is taken again by the next reader."""
        self._stopping.set()
        if self._starting is not None:
            # Not cut short at once: a start that is cancelled half-way leaves the framework's own producer open.
            await asyncio.wait([self._starting], timeout=STARTING)
            self._starting.cancel()
            with suppress(asyncio.CancelledError):
                await self._starting
        if self._broker is not None:
            await self._broker.stop()
        if self._asking is not None:
            await throw_away(self._asking)
            self._asking = None

    async def _until_started(self) -> None:
        pause = 0.1
        while not self._stopping.is_set():
            try:
                # First what can be given up cleanly: the framework leaves its own producer open where it cannot connect.
                if self._asking is None:
                    self._asking = await start_producer(self._bootstrap, idempotent=False)
                # Made anew each time: one that failed half-way cannot be started again.
                self._broker = self._made()
                await self._broker.start()
            except Exception as error:
                self._errors["broker"] = type(error).__name__
                log.warning("consumer waits for the broker", extra={"error": self.error})
                if self._broker is not None:
                    await self._broker.stop()
            else:
                self._errors.pop("broker", None)
                return
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)
            pause = min(pause * 2, 2.0)

    def _made(self) -> KafkaBroker:
        broker = KafkaBroker(
            self._bootstrap.bootstrap,
            security=self._bootstrap.security(),
            enable_idempotence=False,
            allow_auto_create_topics=False,
            logger=None,
            graceful_timeout=5.0,
        )
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
        topics = [topic_of(source) for source in self._sources]
        read = (
            (topics, PARTITIONS, self._service, self._page),
            ([RESEND_TOPIC], 1, f"{self._service}.resend", self._asked),
            ([CHECKPOINT_TOPIC], 1, f"{self._service}.checkpoints", self._checkpoints),
        )
        for names, count, group, handler in read:
            # Nobody waits for a checkpoint: an idle reader of them should cost next to nothing.
            options = common | ({"fetch_max_wait_ms": 1000} if names == [CHECKPOINT_TOPIC] else {})
            if names and self._kind == "embedded":
                partitions = [TopicPartition(topic, p) for topic in names for p in range(count)]
                broker.subscriber(partitions=partitions, group_id=group, **options)(handler)
            elif names:
                member = f"{group}.{self._instance}"
                broker.subscriber(*names, group_id=group, group_instance_id=member, **options)(handler)
        return broker

    async def _page(self, msg: KafkaMessage) -> None:
        # An exception that left this handler would be logged and passed, and the next acknowledgement would commit
        # beyond the page: so whatever happens, the page is taken before this returns.
        page = [_arrived(raw) for raw in msg.raw_message]
        await self._until_taken("page", msg, lambda: self._inbox.take(page))

    async def _checkpoints(self, msg: KafkaMessage) -> None:
        bodies = [raw.value or b"" for raw in msg.raw_message]
        await self._until_taken("checkpoints", msg, lambda: self._keep(bodies))

    async def _until_taken(self, what: str, msg: KafkaMessage, take: Callable[[], Awaitable[Any]]) -> None:
        pause = 0.05
        while not self._stopping.is_set():
            try:
                await take()
            except AWAY as error:
                self._errors[what] = type(error).__name__
                log.warning("consumer pauses", extra={"error": type(error).__name__})
            except Exception as error:
                self._errors[what] = type(error).__name__
                log.exception("page failed", extra={"error": type(error).__name__})
            else:
                self._errors.pop(what, None)
                await self._acknowledge(msg)
                return
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)
            pause = min(pause * 2, 2.0)
        # Stopping: nothing is acknowledged any more, so nothing is acknowledged beyond this page.

    async def _asked(self, msg: KafkaMessage) -> None:
        for raw in msg.raw_message:
            try:
                request = orjson.loads(raw.value)
                if request["source"] == self._service:
                    await self._resend(UUID(request["key"]), int(request["after"]))
            except AWAY as error:  # the reader asks again after a while
                log.warning("request to send again postponed", extra={"error": type(error).__name__})
            except Exception as error:  # whoever sent it may have sent anything
                log.error("malformed request to send again", extra={"error": type(error).__name__})
        await self._acknowledge(msg)

    async def _acknowledge(self, msg: KafkaMessage) -> None:
        try:
            await msg.ack()
        except Exception as error:  # the page is committed; read again, it is dropped as a duplicate
            log.warning("acknowledgement failed", extra={"error": type(error).__name__})

    async def look_again(self, *, gap_patience: float, ask_again: float) -> None:
        """Look at what waits in the inbox, and ask for what is missing: `gap_patience` seconds after that was noticed,
        and every `ask_again` seconds.

        Raises:
            Any of AWAY: nothing is lost.
        """
        held, parked = await self._inbox.tables.counts()
        if held or parked:
            await self._inbox.look_again()
        if held:
            await self.ask(await self._inbox.tables.gaps(gap_patience, ask_again))

    async def ask(self, gaps: Sequence[Gap]) -> None:
        """Ask sources to send keys again."""
        try:
            for gap in gaps:
                if self._asking is None:
                    self._asking = await start_producer(self._bootstrap, idempotent=False)
                request = {"source": gap.source, "key": str(gap.key), "after": gap.after}
                await self._asking.send_and_wait(RESEND_TOPIC, orjson.dumps(request), key=gap.key.bytes)
                log.info("asked to send again", extra={"source": gap.source, "after": gap.after})
        except KafkaError as error:  # asked again after a while
            log.warning("asking to send again postponed", extra={"error": type(error).__name__})
            asking, self._asking = self._asking, None
            if asking is not None:
                await throw_away(asking)


async def _undecoded(_message: Any) -> None:
    """Bodies are read by the inbox: the framework must neither parse them nor print them."""


def _arrived(raw: Any) -> Arrived:
    try:
        headers = plain_headers(raw.headers)
    except NotAMessage:
        headers = {}
    return Arrived(raw.topic, raw.partition, raw.offset, headers, raw.value or b"")
