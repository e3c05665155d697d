"""The ids of topics: what tells a topic from another of the same name, made after it was deleted.

Offsets begin anew in the other, so a reader that goes on where it stood passes over what was sent again meanwhile, and
nothing would say so. Kafka gives each topic an id when it is made, and says it since version 10 of the metadata request
(KIP-516); the client library asks an older one, so this asks by itself, over the library's connection.
"""

import asyncio
from io import BytesIO
from typing import Any, Final
from uuid import UUID

from aiokafka.client import AIOKafkaClient
from aiokafka.errors import NoError, UnknownTopicOrPartitionError, for_code
from aiokafka.protocol.abstract import AbstractType
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import (
    Boolean,
    CompactArray,
    CompactString,
    Int16,
    Int32,
    Schema,
    TaggedFields,
)

from shared.messaging.client import KafkaConnection

METADATA: Final = 3
"""The key of the metadata request in Kafka's protocol."""

PATIENCE_MS: Final = 5_000
"""Milliseconds the broker is given to answer."""

_TEXT: Final = CompactString("utf-8")
_NONE: Final = UUID(int=0)


class _Uuid(AbstractType[UUID]):  # type: ignore[misc]
    @classmethod
    def decode(cls, data: BytesIO) -> UUID:
        return UUID(bytes=data.read(16))

    @classmethod
    def encode(cls, value: UUID) -> bytes:
        return value.bytes


class _MetadataResponse(Response):  # type: ignore[misc]
    API_KEY = METADATA
    API_VERSION = 10
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "brokers",
            CompactArray(
                ("node_id", Int32), ("host", _TEXT), ("port", Int32), ("rack", _TEXT), ("tags", TaggedFields)
            ),
        ),
        ("cluster_id", _TEXT),
        ("controller_id", Int32),
        (
            "topics",
            CompactArray(
                ("error_code", Int16),
                ("topic", _TEXT),
                ("topic_id", _Uuid),
                ("is_internal", Boolean),
                (
                    "partitions",
                    CompactArray(
                        ("error_code", Int16),
                        ("partition", Int32),
                        ("leader", Int32),
                        ("leader_epoch", Int32),
                        ("replicas", CompactArray(Int32)),
                        ("isr", CompactArray(Int32)),
                        ("offline_replicas", CompactArray(Int32)),
                        ("tags", TaggedFields),
                    ),
                ),
                ("authorized_operations", Int32),
                ("tags", TaggedFields),
            ),
        ),
        ("authorized_operations", Int32),
        ("tags", TaggedFields),
    )


class _MetadataRequest(RequestStruct):  # type: ignore[misc]
    API_KEY = METADATA
    API_VERSION = 10
    FLEXIBLE_VERSION = True
    RESPONSE_TYPE = _MetadataResponse
    SCHEMA = Schema(
        ("topics", CompactArray(("topic_id", _Uuid), ("topic", _TEXT), ("tags", TaggedFields))),
        ("allow_auto_topic_creation", Boolean),
        ("include_cluster_authorized_operations", Boolean),
        ("include_topic_authorized_operations", Boolean),
        ("tags", TaggedFields),
    )


class _TopicsRequest(Request[_MetadataRequest]):  # type: ignore[misc]
    API_KEY = METADATA

    def __init__(self, topics: tuple[str, ...]) -> None:
        self._topics = topics

    def build(self, request_struct_class: type[_MetadataRequest]) -> _MetadataRequest:
        return request_struct_class([(_NONE, topic, {}) for topic in self._topics], False, False, False, {})


class TopicIds:
    """Asks a broker for the ids of some topics. Connects when it is first asked; `stop` it.

    Args:
        bootstrap: the brokers, and the login where they ask for one.
        topics: their names.
    """

    def __init__(self, bootstrap: str | KafkaConnection, topics: tuple[str, ...]) -> None:
        self._connection = KafkaConnection.at(bootstrap)
        self._topics = topics
        self._client: AIOKafkaClient | None = None

    async def ask(self) -> dict[str, UUID | None]:
        """The id of each topic; None of one that is not there.

        Raises:
            KafkaError: the broker does not answer, or does not let this service see one of them.
            OSError, TimeoutError: it does not answer either.
        """
        try:
            client = await self._connected()
            found: Any = await client.send(client.get_random_node(), _TopicsRequest(self._topics))
        except BaseException:
            await self.stop()
            raise
        ids: dict[str, UUID | None] = dict.fromkeys(self._topics)
        for error_code, topic, topic_id, *_ in found.topics:
            error = for_code(error_code)
            if error is NoError:
                ids[topic] = topic_id
            elif error is not UnknownTopicOrPartitionError:
                raise error(topic)
        return ids

    async def stop(self) -> None:
        """Disconnect; the next question connects anew."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    async def _connected(self) -> AIOKafkaClient:
        if self._client is None:
            self._client = AIOKafkaClient(**self._connection.client(), request_timeout_ms=PATIENCE_MS)
            connecting = asyncio.create_task(self._client.bootstrap())
            try:
                await asyncio.shield(connecting)
            except asyncio.CancelledError:
                # The library leaves a connection open whose first request is cancelled half-way.
                await asyncio.wait([connecting], timeout=PATIENCE_MS / 1000)
                raise
        return self._client
