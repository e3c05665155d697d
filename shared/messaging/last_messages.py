"""Reads the last messages of a service's own topic: what it told others last, wherever its database stands now.

Only what is authentic counts: whoever else may write to the broker could keep a service from its work by one message.
"""

import asyncio
import logging
from collections.abc import Sequence
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from shared.crypto.secret_files import UnsafeSecret
from shared.crypto.transport_keys import NotAuthentic, NoTransportKey, TransportKeys
from shared.messaging.authentication import open_message
from shared.messaging.client import KafkaConnection
from shared.messaging.message import Message, NotAMessage, plain_headers
from shared.messaging.topics import PARTITIONS, topic_of

log = logging.getLogger(__name__)


MOST: Final = 50
"""Messages of each partition that are read: among the last ones may be older events, sent again, or none of ours."""


PATIENCE: Final = 5.0
"""Seconds that the broker is given."""


class BrokerAway(Exception):
    """The broker did not say within PATIENCE what the topic ends with."""


async def last_messages(brokers: KafkaConnection, service: str, keys: TransportKeys) -> list[Message]:
    """The last messages of each partition of the service's topic that are authentic; none where there are none.

    Raises:
        BrokerAway: the broker does not answer, or has no such topic.
    """
    topic = topic_of(service)
    places = [TopicPartition(topic, number) for number in range(PARTITIONS)]
    client = AIOKafkaConsumer(**brokers.client(), enable_auto_commit=False, fetch_max_wait_ms=50)
    try:
        async with asyncio.timeout(PATIENCE):
            await client.start()
            client.assign(places)
            records = await _read(client, places)
    except (KafkaError, TimeoutError, OSError) as error:
        raise BrokerAway(type(error).__name__) from None
    finally:
        await client.stop()
    found = [message for record in records if (message := _authentic(record, topic, keys)) is not None]
    if len(found) < len(records):
        # Whoever put it there: readers park it, with an alarm. It says nothing of the log.
        log.warning("not authentic on own topic", extra={"topic": topic, "count": len(records) - len(found)})
    return found


def _authentic(record: Any, topic: str, keys: TransportKeys) -> Message | None:
    """The message, where a holder of the topic's key made it as it is, and the key is still here."""
    try:
        return open_message(plain_headers(record.headers), record.value or b"", keys, topic=topic)
    except (NotAMessage, NotAuthentic, NoTransportKey, UnsafeSecret):
        return None


async def _read(client: AIOKafkaConsumer, places: Sequence[TopicPartition]) -> list[Any]:
    begins, ends = await client.beginning_offsets(places), await client.end_offsets(places)
    for place in places:
        client.seek(place, max(begins[place], ends[place] - MOST))
    found: list[Any] = []
    unread = {place for place in places if ends[place] > begins[place]}
    while unread:
        fetched = await client.getmany(*unread, timeout_ms=200)
        for records in fetched.values():
            found += records
        unread = {place for place in unread if await client.position(place) < ends[place]}
    return found
