"""What the inbox keeps (heads, held, parked), and how a message stands to the head of its key. Pure."""

import enum
from collections.abc import Container
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from shared.eventstore.append import half_of
from shared.messaging.message import Message

Why = Literal["gap", "cause", "unknown"]
"""Why an event is held: behind a gap, or an event of its key that is held or parked; for its cause, what it refers to;
or unknown, for a newer program than this one, or a key of our own that is gone.
"""


FORKED = "Forked"
"""The error of an event that shows that its source says something else now than what was taken from it."""


UNREADABLE = "unreadable:"
"""Prefix of the source under which a message is parked that cannot be parsed, or proves no origin; its topic follows.

Nothing that it says of itself is believed: not its source, its key, nor its position.
"""


@dataclass(frozen=True, slots=True)
class RawMessage:
    """A message as the broker delivered it, not parsed."""

    topic: str
    partition: int
    offset: int
    headers: dict[str, str]
    body: bytes


Mark = tuple[str, int, bytes]
"""What is kept of every event taken: its source, its position there, and the first half of its row's digest."""


def mark_of(message: Message) -> Mark:
    """The mark of an event."""
    return (message.source, message.position, half_of(message.digest))


def _mark_before(message: Message) -> Mark:
    return (message.source, message.previous, half_of(message.previous_digest))


@dataclass(frozen=True, slots=True)
class KeyPosition:
    """The inbox head of a key of a source: how far it is taken.

    Attributes:
        position: of the last event taken; 0 before the first.
        event_id: of that event; None before the first.
        digest: of its row in the source's log; None before the first, and where it was not kept.
        stopped: position of the parked event behind which the key's later events queue; None where there is none.
        waits: whether anything of the key, from whichever source, is held or parked.
    """

    position: int = 0
    event_id: UUID | None = None
    digest: bytes | None = None
    stopped: int | None = None
    waits: bool = False

    def is_of(self, message: Message) -> bool:
        """Whether this is the very event it stands on, as it was taken."""
        at = (self.position, self.event_id) == (message.position, message.event_id)
        return at and self.digest in (None, message.digest)

    def is_before(self, message: Message) -> bool:
        """Whether a message says of the event before it what was taken here."""
        return self.position == message.previous and self.digest in (None, message.previous_digest)


class Order(enum.Enum):
    """How a message stands to the head of its key."""

    NEXT = "next"
    """Next in line: its previous position is the head."""
    DUPLICATE = "duplicate"
    """Taken before, or parked itself."""
    BEHIND = "behind"
    """Behind a gap, or behind a parked event."""
    FORKED = "forked"
    """The source's log says something else than what was taken: it was put back to an older state, or altered, or forged."""

    @classmethod
    def of(
        cls, message: Message, head: KeyPosition, taken: Container["Mark"], *, retrying: bool = False
    ) -> "Order":
        """The order of a message after a head.

        Args:
            message: it.
            head: of its key.
            taken: marks of events that were taken, that of `doubtful` among them where it was.
            retrying: a person has the parked event tried again.
        """
        stopped = None if retrying and head.stopped == message.position else head.stopped
        if message.position == stopped:
            return cls.DUPLICATE
        if message.position <= head.position:
            if head.is_of(message) or mark_of(message) in taken:
                return cls.DUPLICATE
            return cls.BEHIND if stopped is not None and message.position > stopped else cls.FORKED
        if stopped is not None or message.previous > head.position:
            return cls.BEHIND
        # Each message says the position before its own, and what stood there: one that passes over what was taken here,
        # or says something else of it, is of a log in which that is not.
        follows = head.is_before(message) or _mark_before(message) in taken
        return cls.NEXT if follows and message.previous == head.position else cls.FORKED


def doubtful(message: Message, head: KeyPosition) -> Mark | None:
    """The mark to look up before the order of a message after a head can be told; None where the head tells it."""
    if message.position <= head.position:
        return None if head.is_of(message) else mark_of(message)
    if message.previous != head.position or head.is_before(message):
        return None
    return _mark_before(message)


@dataclass(frozen=True, slots=True)
class Held:
    """A message that waits, as it was kept: authenticated when it came, and again when it is opened.

    Attributes:
        source: the service it came from; and so key, position and previous position, as it was kept under.
        headers: as it came.
        body: as it came.
        why: what it waits for.
        age: seconds of the real clock since it has waited for this reason.
    """

    source: str
    key: UUID
    position: int
    previous: int
    headers: dict[str, str]
    body: bytes
    why: Why
    age: float


@dataclass(frozen=True, slots=True)
class Parked:
    """An event, or a message that is none of ours, that a person must look at.

    Attributes:
        source: the service it came from; for what cannot be read or proves no origin, UNREADABLE and the topic.
        key: of the event; for what cannot be read, an id made from topic, partition and offset.
        position: of the event in its source's log; for what cannot be read, its offset.
        error: kind and rule of the error, nothing personal.
        tries: how often it was tried.
        headers: as delivered.
        body: as delivered.
    """

    source: str
    key: UUID
    position: int
    error: str
    tries: int
    headers: dict[str, str]
    body: bytes

    @property
    def topic(self) -> str | None:
        """The topic it was read from, where it could not be read then; None of an event whose source is known."""
        return self.source.removeprefix(UNREADABLE) if self.source.startswith(UNREADABLE) else None


@dataclass(frozen=True, slots=True)
class Consumed:
    """The next offset to read of a topic partition."""

    topic: str
    partition: int
    offset: int


@dataclass(frozen=True, slots=True)
class Gap:
    """A key of a source of which the events after position `after` are missing."""

    source: str
    key: UUID
    after: int
