"""An event on the wire: CloudEvents 1.0 in binary mode. Pure.

Headers carry what routing and ordering need and nothing personal; the body is JSON with the open part as stored and
the sealed part under the topic's transport key. Each message says the previous position of its key, so that a reader
notices a gap, a swap or a repetition without trusting the order of delivery.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson

from shared.messaging.topics import topic_of

_SOURCE: Final = re.compile(r"/safeguarding/([a-z][a-z0-9_-]{0,62})", re.ASCII)


_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,62}\.[A-Za-z][A-Za-z0-9]{0,127}", re.ASCII)


_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)


_TRACE: Final = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}", re.ASCII)


_LARGEST: Final = 2**63 - 1


class NotAMessage(ValueError):
    """What arrived is not an event of ours: a header or the body is missing or malformed."""


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

    @property
    def place(self) -> tuple[str, UUID]:
        """Source and key: within these, order holds."""
        return (self.source, self.key)

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


def parse(headers: Mapping[str, str], body: bytes, *, topic: str | None = None) -> Message:
    """Read a message as it arrived.

    Everything that the inbox gives to the database is checked here: a value the database refused would stop the
    reader at this message for good.

    Args:
        headers: as text.
        body: open and sealed part.
        topic: where it arrived. Only the source itself writes its topic, so one that names another is a forgery.

    Raises:
        NotAMessage: a header or the body is missing or malformed, or it arrived on another topic than its source's.
    """
    try:
        message = Message(
            event_id=UUID(headers["ce_id"]),
            source=_found(_SOURCE.fullmatch(headers["ce_source"])).group(1),
            name=_found(_NAME.fullmatch(headers["ce_type"])).group(),
            key=UUID(headers["ce_partitionkey"]),
            position=_number(headers["ce_position"]),
            previous=_number(headers["ce_previous"]),
            stream=UUID(headers["ce_stream"]),
            version=_number(headers["ce_streamversion"]),
            recorded_at=datetime.fromisoformat(headers["ce_time"]),
            trace=_trace(headers.get("ce_traceparent")),
            **_parts(body),
        )
    except (KeyError, ValueError, TypeError) as error:
        raise NotAMessage(f"not an event of ours: {type(error).__name__}") from None
    if headers.get("ce_specversion") != "1.0":
        raise NotAMessage("not CloudEvents 1.0")
    if message.recorded_at.tzinfo is None:
        raise NotAMessage("its time names no zone")
    if message.version < 1 or message.previous >= message.position:
        raise NotAMessage("its place in the log cannot be")
    if topic is not None and topic != message.topic:
        raise NotAMessage("its source does not write this topic")
    return message


def _found(match: re.Match[str] | None) -> re.Match[str]:
    if match is None:
        raise ValueError
    return match


def _number(text: str) -> int:
    """A place in a log. `int` alone would take signs, blanks, underscores, and what no bigint holds."""
    number = int(_found(_NUMBER.fullmatch(text)).group())
    if number > _LARGEST:
        raise ValueError
    return number


def _trace(text: str | None) -> str | None:
    """A trace context; one that is malformed is left out, as the standard has it: no fact is refused for it."""
    return text if text is not None and _TRACE.fullmatch(text) else None


def _parts(body: bytes) -> dict[str, Any]:
    # The open part is taken as the bytes it was stored as, not parsed and written again.
    start, middle = b'{"open":', b',"sealed":'
    at = body.rindex(middle)
    state = body[len(start) : at]
    if not (
        body.startswith(start) and body.endswith(b"}") and state.startswith(b"{") and state.endswith(b"}")
    ):
        raise ValueError
    sealed = orjson.loads(body[at + len(middle) : -1])
    return {
        "state": state,
        "sealed": None if sealed is None else b64decode(sealed, validate=True),
    }
