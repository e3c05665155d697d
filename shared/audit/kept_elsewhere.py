"""What is kept elsewhere of a service's own checkpoints, read from the topic on which every service publishes them.

A service whose database was put back to an older state has checkpoints that fit its log, and both lack what happened since.
Others know better: the topic keeps the last checkpoint of each service for ever (it is compacted), and every service that
keeps others' checkpoints publishes there, under a name of its own, the last one that it keeps of each. A checkpoint carries
its signature, so it does not matter who brought it; who did is said so that an operator knows whom to ask.
"""

import asyncio
from typing import Final

import orjson
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from shared.audit.checkpoint import Checkpoint, NotACheckpoint, PublicKeys
from shared.audit.end_check import Vouched
from shared.messaging.client import KafkaConnection
from shared.messaging.last_messages import BrokerAway
from shared.messaging.topics import CHECKPOINT_TOPIC

PATIENCE: Final = 10.0
"""Seconds that the broker is given to hand the topic over: some ten thousand short messages where much happens."""

KEPT_BY: Final = "kept_by"
"""The field beside a checkpoint's own that says which other service keeps it, and published it for that."""


def key_of(service: str, kept_by: str | None = None) -> bytes:
    """The key under which a service publishes its own checkpoint, or another the one that it keeps of that service.

    One key for each who vouches: compaction keeps the last message of each, so nobody's word takes another's away.
    """
    return (service if kept_by is None else f"{service} kept by {kept_by}").encode()


def as_kept(checkpoint: Checkpoint, kept_by: str) -> bytes:
    """A checkpoint of another service, as who keeps it publishes it."""
    return orjson.dumps(checkpoint.fields() | {KEPT_BY: kept_by})


async def kept_elsewhere(brokers: KafkaConnection, service: str, keys: PublicKeys) -> list[Vouched]:
    """The last checkpoints of this service that it signed itself and others, or the topic, have; by position.

    Raises:
        BrokerAway: the broker does not answer, or has no such topic.
    """
    place = TopicPartition(CHECKPOINT_TOPIC, 0)
    client = AIOKafkaConsumer(**brokers.client(), enable_auto_commit=False, fetch_max_wait_ms=50)
    try:
        async with asyncio.timeout(PATIENCE):
            await client.start()
            client.assign([place])
            await client.seek_to_beginning(place)
            bodies = await _read(client, place)
    except (KafkaError, TimeoutError, OSError) as error:
        raise BrokerAway(type(error).__name__) from None
    finally:
        await client.stop()
    last: dict[str, Checkpoint] = {}
    for who, checkpoint in _signed(bodies, service, keys):
        if who not in last or checkpoint.last > last[who].last:
            last[who] = checkpoint
    by_end: dict[tuple[int, bytes], list[str]] = {}
    for who, checkpoint in sorted(last.items()):
        by_end.setdefault((checkpoint.last, checkpoint.head), []).append(who)
    return [
        Vouched(position, head, f"its own checkpoint, which {_and(who)} has,")
        for (position, head), who in sorted(by_end.items())
    ]


async def _read(client: AIOKafkaConsumer, place: TopicPartition) -> list[bytes]:
    """All that stands on the topic now. A page that is empty ends it too: the embedded broker does not know where it ends."""
    ends = await client.end_offsets([place])
    found: list[bytes] = []
    while True:
        pages = await client.getmany(place, timeout_ms=200)
        records = pages.get(place, [])
        found += [record.value for record in records if record.value]
        if not records and await client.position(place) >= ends[place]:
            return found


def _signed(bodies: list[bytes], service: str, keys: PublicKeys) -> list[tuple[str, Checkpoint]]:
    """Checkpoints of the service that it signed, with who has them. What anybody else wrote there says nothing."""
    found = []
    named = f'"{service}"'.encode()
    for body in bodies:
        if named not in body:
            continue
        try:
            checkpoint = Checkpoint.parse(body)
        except NotACheckpoint:
            continue
        if checkpoint.service == service and keys.signed(checkpoint):
            who = orjson.loads(body).get(KEPT_BY)
            found.append((who if isinstance(who, str) and who.isidentifier() else "the topic", checkpoint))
    return found


def _and(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
