"""Reads the last messages of a service's own topic: what it told others last, wherever its database stands now."""

import asyncio
from typing import Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from shared.messaging.client import KafkaConnection
from shared.messaging.message import Message, NotAMessage, parse, plain_headers
from shared.messaging.topics import PARTITIONS, topic_of

MOST: Final = 50
"""Messages of each partition that are read: among the last ones may be older events, sent again, or none of ours."""


PATIENCE: Final = 5.0
"""Seconds that the broker is given."""


class BrokerAway(Exception):
    """The broker did not say within PATIENCE what the topic ends with."""


async def last_messages(brokers: KafkaConnection, service: str) -> list[Message]:
    """The last messages of each partition of the service's topic that are events of it; none where it is empty.

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
            return await _read(client, places, topic)
    except (KafkaError, TimeoutError, OSError) as error:
        raise BrokerAway(type(error).__name__) from None
    finally:
        await client.stop()


async def _read(client: AIOKafkaConsumer, places: list[TopicPartition], topic: str) -> list[Message]:
    begins, ends = await client.beginning_offsets(places), await client.end_offsets(places)
    for place in places:
        client.seek(place, max(begins[place], ends[place] - MOST))
    found: list[Message] = []
    unread = {place for place in places if ends[place] > begins[place]}
    while unread:
        fetched = await client.getmany(*unread, timeout_ms=200)
        for records in fetched.values():
            for record in records:
                try:
                    found.append(parse(plain_headers(record.headers), record.value or b"", topic=topic))
                except NotAMessage:
                    continue  # whoever put it there, it says nothing of the log
        unread = {place for place in unread if await client.position(place) < ends[place]}
    return found
