"""An event on the wire: CloudEvents 1.0 in binary mode. Pure.

Headers carry what routing and ordering need and nothing personal; the body is JSON with the open part as stored and
the sealed part under the topic's transport key, which authenticates all of it (`authentication.py`). Each message says the
previous position of its key, so that a reader notices a gap, a swap or a repetition without trusting the order of
delivery. Every value has one spelling and no other: what is authenticated is then exactly what was delivered.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar
from uuid import UUID

from shared.crypto.hash_chain import GENESIS
from shared.domain.event import event_types
from shared.messaging.topics import topic_of

_SOURCE: Final = re.compile(r"/safeguarding/([a-z][a-z0-9_-]{0,62})", re.ASCII)


_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,62}\.[A-Za-z][A-Za-z0-9]{0,127}", re.ASCII)


_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)


_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)


_DIGEST: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)


_TRACE: Final = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}", re.ASCII)


_LARGEST: Final = 2**63 - 1


_JSON: Final = "application/json"


_UTC: Final = timedelta(0)


def topic_for(source: str, name: str) -> str:
    """The topic on which a service publishes events of this stored name."""
    event = event_types().get(name)
    return event.INTAKE if event is not None and event.INTAKE else topic_of(source)


SourceKey = tuple[str, UUID]
"""A source service and a key of it: the unit within which order holds, and which has one inbox head."""


class NotAMessage(ValueError):
    """Not an event of ours: a header or the body is missing or malformed."""


@dataclass(slots=True)  # not frozen: it is sealed in place
class Message:
    """An event on its way from one service to the others. As parsed it is what somebody sent, and proves nothing yet.

    Attributes:
        event_id: of the event, at its source and on every log that takes it.
        source: the service that recorded it.
        name: its stored name.
        key: the opaque id of the child it is about (the stream's where there is none).
        position: where it stands in the source's log.
        previous: position of the event of the same key that was published before it; 0 for none.
        stream_id: the stream it stands on at its source.
        version: its version there.
        digest: of its row in the source's log, chained (SHA-256): what the source's checkpoints sign, so that whoever
            takes the event can later say what it was.
        previous_digest: the same of the event at `previous`; of none, what stands before position 1.
        recorded_at: when the source recorded it (UTC).
        state: the open part, as stored.
        sealed: the sealed part under the topic's transport key, which covers all the rest; also where no words are sealed.
        trace: the W3C trace context it belongs to. It alone is not authenticated: tools on the way may write it.
    """

    event_id: UUID
    source: str
    name: str
    key: UUID
    position: int
    previous: int
    stream_id: UUID
    version: int
    digest: bytes
    previous_digest: bytes
    recorded_at: datetime
    state: bytes
    sealed: bytes
    trace: str | None = None

    @property
    def topic(self) -> str:
        """The topic it is published on: its source's own, or where it is sent to one team alone."""
        return topic_for(self.source, self.name)

    @property
    def source_key(self) -> "SourceKey":
        """What it is ordered by: within a key of a source, events are taken in the order of that source's log."""
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
            "ce_stream": str(self.stream_id),
            "ce_streamversion": str(self.version),
            "ce_digest": self.digest.hex(),
            "ce_previousdigest": self.previous_digest.hex(),
            "content-type": _JSON,
        }
        if self.trace:
            headers["ce_traceparent"] = self.trace
        return headers

    def body(self) -> bytes:
        """The open part as stored, and the sealed part in base64."""
        return b'{"open":' + self.state + b',"sealed":"' + b64encode(self.sealed) + b'"}'


@dataclass(slots=True)
class OpenedMessage(Message):
    """A message that a holder of its topic's key made as it is. Nothing else is ever decided on."""

    text: bytes | None = field(default=None, repr=False)
    """The words of its sealed part, in memory only; None where there are none, or its subject was erased."""


M = TypeVar("M", bound=Message)


def kafka_headers(headers: Mapping[str, str]) -> list[tuple[str, bytes]]:
    """Headers as the client takes them."""
    return [(name, value.encode()) for name, value in headers.items()]


def plain_headers(headers: Iterable[tuple[str, bytes]]) -> dict[str, str]:
    """Headers as text, as the broker delivered them.

    Raises:
        NotAMessage: a header is not UTF-8.
    """
    try:
        return {name: (value or b"").decode() for name, value in headers}
    except UnicodeDecodeError:
        raise NotAMessage("a header is not UTF-8") from None


def parse(headers: Mapping[str, str], body: bytes, *, topic: str | None = None) -> Message:
    """Parse a message as the broker delivered it. Whoever may write to the topic may have made it. Raises as `parsed`."""
    return parsed(Message, headers, body, topic=topic)


def parsed(kind: type[M], headers: Mapping[str, str], body: bytes, *, topic: str | None = None) -> M:
    """As `parse`, a message of this class.

    Everything that the inbox gives to the database is checked here: a value the database refused would stop the
    reader at this message for good.

    Args:
        kind: the class.
        headers: as text.
        body: open and sealed part.
        topic: the topic it was read from; None where that was checked before. Only the source itself writes its topic, so one that names another is a forgery.

    Raises:
        NotAMessage: a header or the body is missing or malformed, or it was read from another topic than its source's.
    """
    try:
        message = kind(
            event_id=_id(headers["ce_id"]),
            source=_found(_SOURCE.fullmatch(headers["ce_source"])).group(1),
            name=_found(_NAME.fullmatch(headers["ce_type"])).group(),
            key=_id(headers["ce_partitionkey"]),
            position=_number(headers["ce_position"]),
            previous=_number(headers["ce_previous"]),
            stream_id=_id(headers["ce_stream"]),
            version=_number(headers["ce_streamversion"]),
            digest=_digest(headers["ce_digest"]),
            previous_digest=_digest(headers["ce_previousdigest"]),
            recorded_at=_instant(headers["ce_time"]),
            trace=_trace(headers.get("ce_traceparent")),
            **_parts(body),
        )
    except (KeyError, ValueError, TypeError) as error:
        raise NotAMessage(f"not an event of ours: {type(error).__name__}") from None
    if headers.get("ce_specversion") != "1.0" or headers.get("content-type") != _JSON:
        raise NotAMessage("not CloudEvents 1.0 in JSON")
    if message.version < 1 or message.previous >= message.position:
        raise NotAMessage("its position or version cannot be")
    if (message.previous == 0) != (message.previous_digest == GENESIS):
        raise NotAMessage("its previous digest cannot be")
    if message.topic != topic_of(message.source) and message.name.partition(".")[0] != message.source:
        raise NotAMessage("what is sent to one team alone is sent by the team whose fact it is")
    if topic is not None and topic != message.topic:
        raise NotAMessage("its source does not write this topic")
    return message


def _found(match: re.Match[str] | None) -> re.Match[str]:
    if match is None:
        raise ValueError
    return match


def _id(text: str) -> UUID:
    return UUID(_found(_ID.fullmatch(text)).group())


def _instant(text: str) -> datetime:
    """An instant in UTC, spelled as Python spells it."""
    instant = datetime.fromisoformat(text)
    if instant.utcoffset() != _UTC or instant.isoformat() != text:
        raise ValueError
    return instant


def _number(text: str) -> int:
    """A position in a log. `int` alone would take signs, blanks, underscores, and what no bigint holds."""
    number = int(_found(_NUMBER.fullmatch(text)).group())
    if number > _LARGEST:
        raise ValueError
    return number


def _digest(text: str) -> bytes:
    """A digest in 64 lower-case hexadecimal digits: one spelling and no other."""
    return bytes.fromhex(_found(_DIGEST.fullmatch(text)).group())


def _trace(text: str | None) -> str | None:
    """A trace context; one that is malformed is left out, as the standard has it: no fact is refused for it."""
    return text if text is not None and _TRACE.fullmatch(text) else None


def _parts(body: bytes) -> dict[str, Any]:
    # The open part is taken as the bytes it was stored as, not parsed and written again.
    start, middle, end = b'{"open":', b',"sealed":"', b'"}'
    at = body.rindex(middle)
    state, text = body[len(start) : at], body[at + len(middle) : -len(end)]
    if not (
        body.startswith(start) and body.endswith(end) and state.startswith(b"{") and state.endswith(b"}")
    ):
        raise ValueError
    sealed = b64decode(text, validate=True)
    if b64encode(sealed) != text:  # the last digit has bits that decoding ignores
        raise ValueError
    return {"state": state, "sealed": sealed}
