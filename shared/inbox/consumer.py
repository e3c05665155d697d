"""The Kafka consumer: reads pages of a service's topics, and commits their offsets once what they hold is committed.

On Apache Kafka the partitions are shared out by a consumer group with static membership. On the embedded broker,
whose group protocol is slow, every process reads every partition; its inbox drops what another process took.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, cast

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage
from faststream.kafka import TopicPartition as Partition

from shared.inbox.buffer import ConsumerBuffer
from shared.inbox.failures import AWAY
from shared.inbox.inbox import Inbox
from shared.inbox.positions import RawMessage
from shared.inbox.topic_watch import LOOK, TopicWatch
from shared.inbox.topics_read import TopicsRead
from shared.infrastructure.background import BACKOFF, end, run_forever
from shared.infrastructure.logs import error_fields
from shared.infrastructure.postgres import DATABASE_AWAY
from shared.messaging.client import KafkaConnection
from shared.messaging.message import NotAMessage, plain_headers
from shared.messaging.topic_ids import TopicIds
from shared.messaging.topics import PARTITIONS, BrokerKind

log = logging.getLogger(__name__)


METADATA_AGE_MS: Final = 3_000
"""Milliseconds after which the client asks which topics and partitions there are.

A topic that was deleted and made again is shared out by the group no sooner: the client's own default is five minutes.
"""


RARELY: Final[dict[str, Any]] = {"batch_timeout_ms": 100, "fetch_max_wait_ms": 500}
"""How topics are read on which little comes and half a second more is nothing: an idle reader should cost no work."""


STARTING: Final = 5.0
"""Seconds a start under way is left to finish before it is cancelled."""


Handle = Callable[[Sequence[bytes]], Awaitable[None]]
"""Does what a page of bodies asks for, and returns when that is committed; tried again until it does."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """A topic of one partition that is read beside the events, such as others' checkpoints.

    Attributes:
        topic: its name.
        purpose: in a word; it names the consumer group after the service.
        handle: what is done with a page.
    """

    topic: str
    purpose: str
    handle: Handle


class Consumer:
    """Reads the topics of other services for one service."""

    def __init__(
        self,
        service: str,
        topics: Sequence[str],
        inbox: Inbox,
        bootstrap: str | KafkaConnection,
        kind: BrokerKind,
        *,
        instance: str,
        beside: Sequence[Subscription] = (),
    ) -> None:
        """Prepare to read.

        Args:
            service: whose consumer groups these are.
            topics: those whose events are taken in: other services' own, and its intakes.
            inbox: takes them in.
            bootstrap: the brokers, and the login where they ask for one.
            kind: of broker.
            instance: this process among those of the service; static membership of the groups goes by it.
            beside: what else is read.
        """
        self._errors: dict[str, str] = {}
        self._service = service
        self._topics = tuple(topics)
        self._buffer = ConsumerBuffer(inbox, self._until_done)
        self._bootstrap = KafkaConnection.at(bootstrap)
        self._kind = kind
        self._instance = instance
        self._beside = tuple(beside)
        self._broker: KafkaBroker | None = None
        self._stopping = asyncio.Event()
        self._starting: asyncio.Task[None] | None = None
        every = (*self._topics, *(one.topic for one in self._beside))
        self._ids = TopicIds(self._bootstrap, every)
        self.topics = TopicWatch(
            self._ids,
            TopicsRead(inbox.tables.pool, service),
            self._clients,
            self._buffer.settled,
            ends=kind == "kafka",
        )
        """Whether the broker is there, and the topics that are read."""
        self._watching: asyncio.Task[None] | None = None

    @property
    def error(self) -> str | None:
        """What keeps it from reading or taking in, as the kind of the error."""
        return next(iter(self._errors.values()), self.topics.error)

    @property
    def tasks(self) -> dict[str, asyncio.Task[None] | None]:
        """What must run from `start` to `stop`."""
        return {**self._buffer.tasks, "watching topics": self._watching}

    async def start(self) -> None:
        """Start reading, in the background for as long as the broker is away."""
        self._buffer.start()
        self._starting = asyncio.create_task(self._until_started(), name=f"consumer:{self._service}")
        self._watching = asyncio.create_task(self._watch(self._starting), name=f"topics:{self._service}")

    async def stop(self) -> None:
        """Stop reading; a page that cannot be taken now is read again by the next consumer."""
        self._stopping.set()
        await end(self._watching)
        await self._ids.stop()
        if self._starting is not None:
            # Not cut short at once: the client leaves a connection open whose first request is cancelled half-way.
            await asyncio.wait([self._starting], timeout=STARTING)
            self._starting.cancel()
            with suppress(asyncio.CancelledError):
                await self._starting
        await self._buffer.stop()  # while there is still a client to commit offsets with
        if self._broker is not None:
            await self._broker.stop()

    async def _until_started(self) -> None:
        for pause in BACKOFF.pauses():
            try:
                # Made anew each time: one that failed half-way cannot be started again.
                self._broker = self._client()
                await self._broker.start()
            except Exception as error:
                self._errors["broker"] = type(error).__name__
                self.topics.broker_away(error)
                await self._give_up_client()
            else:
                self._errors.pop("broker", None)
                return
            if await self._stopped_within(pause):
                return

    async def _watch(self, starting: asyncio.Task[None]) -> None:
        """Watch the topics, from a moment after there is a client that reads them."""
        await asyncio.wait([starting])
        if await self._stopped_within(LOOK):
            return
        away = (*DATABASE_AWAY, KafkaError)
        await run_forever(self.topics.look, name=f"topics:{self._service}", away=away, every=LOOK)

    async def _give_up_client(self) -> None:
        """End a client whose start failed. That it cannot be ended in order either is no reason to try no further."""
        try:
            if self._broker is not None:
                await self._broker.stop()
        except Exception as error:
            log.warning("client not ended in order", extra={"error": type(error).__name__})

    def _clients(self) -> list[AIOKafkaConsumer]:
        """The clients that read now."""
        found = (
            [] if self._broker is None else [cast("Any", each).consumer for each in self._broker.subscribers]
        )
        return [client for client in found if client is not None]

    def _client(self) -> KafkaBroker:
        """A client with every subscription, not started."""
        broker = KafkaBroker(
            self._bootstrap.bootstrap,
            security=self._bootstrap.security(),
            metadata_max_age_ms=METADATA_AGE_MS,
            # Else it starts a producer and an administrator that nothing uses, and leaves them open when cancelled.
            consumer_only=True,
            allow_auto_create_topics=False,
            # Handlers take a message and nothing else: what would look for more to give them does so in a thread.
            apply_types=False,
            logger=None,
            graceful_timeout=5.0,
        )
        if self._topics:
            self._subscribe(broker, self._topics, PARTITIONS, self._service, self._take)
        for one in self._beside:
            group = f"{self._service}.{one.purpose}"
            self._subscribe(broker, [one.topic], 1, group, self._handler(one), **RARELY)
        return broker

    def _subscribe(
        self,
        broker: KafkaBroker,
        topics: Sequence[str],
        partitions: int,
        group: str,
        handler: Callable[[KafkaMessage], Awaitable[None]],
        **options: Any,
    ) -> None:
        options = {
            "batch": True,
            "max_records": 500,
            "batch_timeout_ms": 5,
            # Apache Kafka answers when something comes; the embedded broker only looks again when it has waited.
            "fetch_max_wait_ms": 20 if self._kind == "embedded" else 500,
            "auto_offset_reset": "earliest",
            "ack_policy": AckPolicy.MANUAL,
            "no_reply": True,
            "decoder": _undecoded,
            "group_id": group,
        } | options
        if self._kind == "embedded":
            assigned = [Partition(topic, partition) for topic in topics for partition in range(partitions)]
            broker.subscriber(partitions=assigned, **options)(handler)
        else:
            broker.subscriber(*topics, group_instance_id=f"{group}.{self._instance}", **options)(handler)

    async def _take(self, msg: KafkaMessage) -> None:
        # Into the buffer and no further: the client reads on while this is taken, and its offsets are committed then.
        page = [_raw_message(record) for record in msg.raw_message]
        await self._buffer.put(page, partial(self._commit, msg.consumer))

    def _handler(self, subscription: Subscription) -> Callable[[KafkaMessage], Awaitable[None]]:
        # An exception that left a handler would be logged and passed, and the next commit would cover the page too: so
        # whatever happens, the page is handled before this returns.
        async def handle(msg: KafkaMessage) -> None:
            bodies = [record.value or b"" for record in msg.raw_message]
            if await self._until_done(subscription.purpose, lambda: subscription.handle(bodies)):
                await self._commit_all(msg)

        return handle

    async def _until_done(self, what: str, do: Callable[[], Awaitable[Any]]) -> bool:
        """Whether it was done before the consumer was stopped; it is tried at least once."""
        for pause in BACKOFF.pauses():
            try:
                await do()
            except AWAY as error:
                self._errors[what] = type(error).__name__
                log.warning("consumer pauses", extra={"error": type(error).__name__})
            except Exception as error:
                self._errors[what] = type(error).__name__
                log.error("page failed", extra=error_fields(error))
            else:
                self._errors.pop(what, None)
                return True
            if await self._stopped_within(pause):
                break
        return False

    async def _stopped_within(self, seconds: float) -> bool:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)
        return self._stopping.is_set()

    async def _commit_all(self, msg: KafkaMessage) -> None:
        """Commit all that its client has read: for a handler that returns only when it is done."""
        try:
            await msg.ack()
        except Exception as error:  # read again, it does nothing
            log.warning("offsets not committed", extra={"error": type(error).__name__})

    async def _commit(self, client: AIOKafkaConsumer, offsets: Mapping[tuple[str, int], int]) -> None:
        """Commit these offsets and no others: the client has read further than was taken."""
        try:
            mine = client.assignment()  # a group may have given some of them to another process meanwhile
            found = {TopicPartition(*partition): offset for partition, offset in offsets.items()}
            if found := {partition: offset for partition, offset in found.items() if partition in mine}:
                await client.commit(found)
        except (
            Exception
        ) as error:  # what was taken is committed in the database; read again, it is a duplicate
            log.warning("offsets not committed", extra={"error": type(error).__name__})


async def _undecoded(message: KafkaMessage) -> KafkaMessage:
    """Bodies are parsed by the inbox: the framework must neither parse them nor print them."""
    return message


def _raw_message(record: Any) -> RawMessage:
    try:
        headers = plain_headers(record.headers)
    except NotAMessage:
        headers = {}
    return RawMessage(record.topic, record.partition, record.offset, headers, record.value or b"")
