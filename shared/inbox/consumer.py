"""Consuming: pages of a service's topics into its inbox, acknowledged after the database transaction that holds them.

On Apache Kafka the partitions are shared out by a consumer group with static membership. On the embedded broker,
whose group protocol is slow, every process reads every partition; its inbox drops what another process took.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, Final
from uuid import UUID

import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage
from faststream.kafka import TopicPartition as Partition

from shared.inbox.buffer import ConsumerBuffer
from shared.inbox.inbox import Inbox
from shared.inbox.positions import Arrived, Gap
from shared.inbox.processing import AWAY
from shared.messaging.client import KafkaConnection, abandon, start_producer
from shared.messaging.message import NotAMessage, plain_headers
from shared.messaging.topics import CHECKPOINT_TOPIC, PARTITIONS, RESEND_TOPIC, BrokerKind, topic_of

log = logging.getLogger(__name__)


RARELY: Final[dict[str, Any]] = {"batch_timeout_ms": 100, "fetch_max_wait_ms": 500}
"""How topics are read on which little comes, and where half a second more is nothing."""


STARTING: Final = 5.0
"""Seconds a start under way is let come to its end before it is cancelled."""


class Consumer:
    """Reads the topics of other services for one service."""

    def __init__(
        self,
        service: str,
        sources: Sequence[str],
        inbox: Inbox,
        bootstrap: str | KafkaConnection,
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
        self._arrivals = ConsumerBuffer(inbox, self._until_done)
        self._bootstrap = KafkaConnection.at(bootstrap)
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

    @property
    def tasks(self) -> dict[str, asyncio.Task[None] | None]:
        """What must run from `start` to `stop`."""
        return self._arrivals.tasks

    async def start(self) -> None:
        """Start reading, in the background for as long as the broker is away."""
        self._arrivals.start()
        self._starting = asyncio.create_task(self._until_started(), name=f"consumer:{self._service}")

    async def stop(self) -> None:
        """Stop reading; a page that cannot be taken now is taken again by the next reader."""
        self._stopping.set()
        if self._starting is not None:
            # Not cut short at once: the client leaves a connection open whose first question is cancelled half-way.
            await asyncio.wait([self._starting], timeout=STARTING)
            self._starting.cancel()
            with suppress(asyncio.CancelledError):
                await self._starting
        await self._arrivals.stop()  # while there is still a client to acknowledge to
        if self._broker is not None:
            await self._broker.stop()
        if self._asking is not None:
            await abandon(self._asking)
            self._asking = None

    async def _until_started(self) -> None:
        pause = 0.1
        while not self._stopping.is_set():
            try:
                # Made anew each time: one that failed half-way cannot be started again.
                self._broker = self._made()
                await self._broker.start()
            except Exception as error:
                self._errors["broker"] = type(error).__name__
                log.warning("consumer waits for the broker", extra={"error": self.error})
                await self._give_up_reader()
            else:
                self._errors.pop("broker", None)
                return
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)
            pause = min(pause * 2, 2.0)

    async def _give_up_reader(self) -> None:
        """End a reader whose start failed. That it cannot be ended in order either is no reason to try no further."""
        try:
            if self._broker is not None:
                await self._broker.stop()
        except Exception as error:
            log.warning("reader not ended in order", extra={"error": type(error).__name__})

    def _made(self) -> KafkaBroker:
        broker = KafkaBroker(
            self._bootstrap.bootstrap,
            security=self._bootstrap.security(),
            # Else it starts a producer and an administrator that nothing uses, and leaves them open when cancelled.
            consumer_only=True,
            allow_auto_create_topics=False,
            # Handlers take a message and nothing else: what would look for more to give them does so in a thread.
            apply_types=False,
            logger=None,
            graceful_timeout=5.0,
        )
        common: dict[str, Any] = {
            "batch": True,
            "max_records": 500,
            "batch_timeout_ms": 5,
            # Apache Kafka answers when something comes; the embedded broker only looks again when it has waited.
            "fetch_max_wait_ms": 20 if self._kind == "embedded" else 500,
            "auto_offset_reset": "earliest",
            "ack_policy": AckPolicy.MANUAL,
            "no_reply": True,
            "decoder": _as_it_came,
        }
        topics = [topic_of(source) for source in self._sources]
        read = (
            (topics, PARTITIONS, self._service, self._page),
            ([RESEND_TOPIC], 1, f"{self._service}.resend", self._asked),
            ([CHECKPOINT_TOPIC], 1, f"{self._service}.checkpoints", self._checkpoints),
        )
        for names, count, group, handler in read:
            # Nobody waits for a checkpoint, nor for a request that is made seconds after what it is about: an idle
            # reader of them should cost next to nothing.
            options = common | ({} if names is topics else RARELY)
            if names and self._kind == "embedded":
                partitions = [Partition(topic, p) for topic in names for p in range(count)]
                broker.subscriber(partitions=partitions, group_id=group, **options)(handler)
            elif names:
                member = f"{group}.{self._instance}"
                broker.subscriber(*names, group_id=group, group_instance_id=member, **options)(handler)
        return broker

    async def _page(self, msg: KafkaMessage) -> None:
        # Only taken over: the client reads on while this is taken, and is told of it when it is.
        page = [_arrived(raw) for raw in msg.raw_message]
        await self._arrivals.put(page, partial(self._acknowledge, msg.consumer))

    async def _checkpoints(self, msg: KafkaMessage) -> None:
        # An exception that left this handler would be logged and passed, and the next acknowledgement would commit
        # beyond the page: so whatever happens, the page is kept before this returns.
        bodies = [raw.value or b"" for raw in msg.raw_message]
        if await self._until_done("checkpoints", lambda: self._keep(bodies)):
            await self._acknowledge_all(msg)

    async def _until_done(self, what: str, do: Callable[[], Awaitable[Any]]) -> bool:
        """Whether it was done before all was to stop; it is tried at least once."""
        pause = 0.05
        while True:
            try:
                await do()
            except AWAY as error:
                self._errors[what] = type(error).__name__
                log.warning("consumer pauses", extra={"error": type(error).__name__})
            except Exception as error:
                self._errors[what] = type(error).__name__
                log.exception("page failed", extra={"error": type(error).__name__})
            else:
                self._errors.pop(what, None)
                return True
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)
            if self._stopping.is_set():
                return False
            pause = min(pause * 2, 2.0)

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
        await self._acknowledge_all(msg)

    async def _acknowledge_all(self, msg: KafkaMessage) -> None:
        """All that its reader has read: for a handler that returns only when it is done."""
        try:
            await msg.ack()
        except Exception as error:  # read again, it does nothing
            log.warning("acknowledgement failed", extra={"error": type(error).__name__})

    async def _acknowledge(self, reader: AIOKafkaConsumer, places: Mapping[tuple[str, int], int]) -> None:
        """These places and no others: the reader is ahead of what was taken."""
        try:
            mine = reader.assignment()  # a group may have given some of them to another process meanwhile
            offsets = {TopicPartition(*place): offset for place, offset in places.items()}
            if offsets := {place: offset for place, offset in offsets.items() if place in mine}:
                await reader.commit(offsets)
        except Exception as error:  # what was taken is committed; read again, it is dropped as a duplicate
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
                await abandon(asking)


async def _as_it_came(message: KafkaMessage) -> KafkaMessage:
    """Bodies are read by the inbox: the framework must neither parse them nor print them."""
    return message


def _arrived(raw: Any) -> Arrived:
    try:
        headers = plain_headers(raw.headers)
    except NotAMessage:
        headers = {}
    return Arrived(raw.topic, raw.partition, raw.offset, headers, raw.value or b"")
