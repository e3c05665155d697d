"""Measured beside: a message produced to a topic of the same broker and consumed again, at the same rate, nothing else."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvloop
from aiokafka import AIOKafkaConsumer, TopicPartition

from shared.messaging.client import start_producer
from shared.messaging.topics import PARTITIONS
from tests.benchmarks.workers import Round, serve

BYTES = 1100
"""As long as the message of the fact that is measured."""


@asynccontextmanager
async def opened(arguments: dict[str, Any]) -> AsyncIterator[Round]:
    """A producer and a consumer, set as the platform's own are."""
    bootstrap, topic = arguments["bootstrap"], arguments["topic"]
    producer = await start_producer(bootstrap, idempotent=False)
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=20,
    )
    consumer.assign([TopicPartition(topic, partition) for partition in range(PARTITIONS)])
    await consumer.start()
    seen: dict[bytes, float] = {}

    async def consume() -> None:
        async for message in consumer:
            seen[message.value[:16]] = time.monotonic()

    consuming = asyncio.create_task(consume())

    async def one_round(order: dict[str, Any]) -> dict[str, Any]:
        sent: dict[bytes, float] = {}
        began = time.monotonic()

        async def one(at: float) -> None:
            await asyncio.sleep(max(0.0, at - time.monotonic()))
            own = secrets.token_bytes(16)
            sent[own] = time.monotonic()
            future = await producer.send(topic, value=own + bytes(BYTES - 16), key=own)
            await future

        await asyncio.gather(
            *(one(began + n / order["rate"]) for n in range(int(order["rate"] * order["seconds"])))
        )
        until = time.monotonic() + 20
        while not sent.keys() <= seen.keys():
            if consuming.done():
                consuming.result()
            if time.monotonic() > until:
                raise TimeoutError(f"{len(sent.keys() - seen.keys())} messages did not come back")
            await asyncio.sleep(0.05)
        return {"seconds": [seen[own] - at for own, at in sent.items()]}

    yield one_round
    consuming.cancel()
    await consumer.stop()
    await producer.stop()


if __name__ == "__main__":
    uvloop.run(serve(opened))
