"""Turns rows of the log that cross into messages: the words opened under their subject's key, and sealed under the topic's.

Beside the relay, which says when and in what order; so that what a message is made of stands in one place.
"""

from collections.abc import Sequence

import asyncpg

from shared.crypto.hash_chain import GENESIS
from shared.crypto.key_store import KeyStore
from shared.crypto.transport_keys import Content, TransportKeys
from shared.domain.codec import trace_of
from shared.infrastructure.tracing import current, following
from shared.messaging.authentication import seal_message
from shared.messaging.message import Message


class Outgoing:
    """Makes the messages of one service."""

    def __init__(self, service: str, keys: KeyStore, transport: TransportKeys) -> None:
        """`keys` open what its log keeps sealed; `transport` has the key of its topic."""
        self._service = service
        self._keys = keys
        self._transport = transport

    def messages(self, rows: Sequence[asyncpg.Record]) -> list[Message]:
        """These rows as messages, in their order; the words of all of them are opened together."""
        sealed = self._keys.open_many([(row["sealed"], row["event_id"]) for row in rows])
        return [self._message(row, plain) for row, plain in zip(rows, sealed, strict=True)]

    def _message(self, row: asyncpg.Record, plain: bytes | None) -> Message:
        """A row as a message: its words under the topic's key, with which all of it is authenticated."""
        with following(
            f"publish {row['topic']}",
            trace_of(row["state"]),
            service=self._service,
            event=row["topic"],
            position=row["notification_id"],
        ):
            trace = current()
        message = Message(
            event_id=row["event_id"],
            source=self._service,
            name=row["topic"],
            key=row["key"],
            position=row["notification_id"],
            previous=row["previous"],
            stream_id=row["originator_id"],
            version=row["originator_version"],
            digest=row["digest"],
            previous_digest=row["previous_digest"] or GENESIS,
            recorded_at=row["recorded_at"],
            state=row["state"],
            sealed=b"",
            trace=trace,
        )
        nothing = Content.NOTHING if row["sealed"] is None else Content.ERASED
        seal_message(message, self._transport, nothing if plain is None else Content.WORDS, plain or b"")
        return message
