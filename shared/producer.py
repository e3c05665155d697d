"""The Kafka producer of the relay and of requests to send again: started, and thrown away unflushed after a failure."""

import asyncio
from contextlib import suppress

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from shared.brokers import Brokers


async def start_producer(bootstrap: str | Brokers, *, idempotent: bool) -> AIOKafkaProducer:
    """A producer that is told of every send when all replicas have it.

    Args:
        bootstrap: the brokers; an address alone where they ask nobody who connects.
        idempotent: where the broker can tell a repeated send from a new one.

    Raises:
        KafkaError: the broker does not answer.
    """
    producer = AIOKafkaProducer(
        **Brokers.at(bootstrap).client(),
        acks="all",
        enable_idempotence=idempotent,
        linger_ms=0,
        request_timeout_ms=10_000,
        retry_backoff_ms=50,
    )
    try:
        await producer.start()
    except BaseException:
        await throw_away(producer)
        raise
    return producer


async def throw_away(producer: AIOKafkaProducer) -> None:
    """End a producer without flushing: after a failure it still holds sends that were given up, and flushing them
    would publish events out of order after those that a new producer sends from the cursor.
    """
    producer._closed = True  # noqa: SLF001 - `stop()` flushes, and there is no other way to end one
    sending = None if producer._sender is None else producer._sender.sender_task  # noqa: SLF001
    if sending is not None:
        # What is on the wire is waited for; what is not is never sent. Waited for as a task of its own, so that this
        # one being cancelled meanwhile is neither taken for that, nor lost.
        sending.cancel()
        await asyncio.wait([sending])
        with suppress(asyncio.CancelledError, KafkaError):
            sending.result()
    await producer.client.close()
