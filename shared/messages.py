"""An event on the wire: CloudEvents 1.0 in binary mode. Pure.

Headers carry what routing and ordering need and nothing personal; the body is JSON with the open part as stored and
the sealed part under the topic's transport key. Each message says the previous position of its key, so that a reader
notices a gap, a swap or a repetition without trusting the order of delivery.
"""

from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson

TOPIC_VERSION: Final = "v1"
RESEND_TOPIC: Final = "safeguarding.resend.v1"
"""Where a reader asks a source to send a key again."""


class NotAMessage(ValueError):
    """What arrived is not an event of ours: a header or the body is missing or malformed."""


def topic_of(service: str) -> str:
    """The one topic a service publishes on."""
    return f"safeguarding.{service}.{TOPIC_VERSION}"


@dataclass(frozen=True, slots=True)
class Message:
    """An event on its way from one service to the others.

    `key` is the opaque id of the child it is about (the stream's where there is none); `position` its place in the
    source's log; `previous` the position of the event with the same key that was published before it, 0 for none.
    """

    event_id: UUID
    source: str
    name: str
    key: UUID
    position: int
    previous: int
    stream: UUID
    version: int
    recorded_at: datetime
    state: bytes
    sealed: bytes | None
    trace: str | None = None

    @property
    def topic(self) -> str:
        """Its topic."""
        return topic_of(self.source)

    def headers(self) -> dict[str, str]:
        """CloudEvents attributes and our extensions, as header names and values."""
        headers = {
            "ce_specversion": "1.0",
            "ce_id": str(self.event_id),
            "ce_source": f"/safeguarding/{self.source}",
            "ce_type": self.name,
            "ce_time": self.recorded_at.isoformat(),
            "ce_partitionkey": str(self.key),
            "ce_position": str(self.position),
            "ce_previous": str(self.previous),
            "ce_stream": str(self.stream),
            "ce_streamversion": str(self.version),
            "content-type": "application/json",
        }
        if self.trace:
            headers["ce_traceparent"] = self.trace
        return headers

    def body(self) -> bytes:
        """The open part as stored, and the sealed part in base64."""
        sealed = b"null" if self.sealed is None else b'"' + b64encode(self.sealed) + b'"'
        return b'{"open":' + self.state + b',"sealed":' + sealed + b"}"


def kafka_headers(headers: Mapping[str, str]) -> list[tuple[str, bytes]]:
    """Headers as the client takes them."""
    return [(name, value.encode()) for name, value in headers.items()]


def plain_headers(headers: Iterable[tuple[str, bytes]]) -> dict[str, str]:
    """Headers as they arrived, as text.

    Raises:
        NotAMessage: a header is not UTF-8.
    """
    try:
        return {name: (value or b"").decode() for name, value in headers}
    except UnicodeDecodeError:
        raise NotAMessage("a header is not UTF-8") from None


def parse(headers: Mapping[str, str], body: bytes) -> Message:
    """Read a message as it arrived.

    Raises:
        NotAMessage: a header or the body is missing or malformed.
    """
    try:
        source = headers["ce_source"].removeprefix("/safeguarding/")
        return Message(
            event_id=UUID(headers["ce_id"]),
            source=source,
            name=headers["ce_type"],
            key=UUID(headers["ce_partitionkey"]),
            position=int(headers["ce_position"]),
            previous=int(headers["ce_previous"]),
            stream=UUID(headers["ce_stream"]),
            version=int(headers["ce_streamversion"]),
            recorded_at=datetime.fromisoformat(headers["ce_time"]),
            trace=headers.get("ce_traceparent"),
            **_parts(body),
        )
    except (KeyError, ValueError, TypeError) as error:
        raise NotAMessage(f"not an event of ours: {type(error).__name__}") from None


def _parts(body: bytes) -> dict[str, Any]:
    # The open part is taken as the bytes it was stored as, not parsed and written again.
    start, middle = b'{"open":', b',"sealed":'
    at = body.rindex(middle)
    if not body.startswith(start) or not body.endswith(b"}"):
        raise ValueError
    sealed = orjson.loads(body[at + len(middle) : -1])
    return {
        "state": body[len(start) : at],
        "sealed": None if sealed is None else b64decode(sealed, validate=True),
    }
