"""What the inbox keeps: places, what is held, what is parked; and where a message stands at its place. Pure."""

import enum
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from shared.messaging.message import Message

Why = Literal["gap", "cause", "unknown"]
"""Why an event is held: behind something that is missing or stopped; for what it refers to; for a newer program or a
key that this one does not have.
"""


FORKED = "Forked"
"""The error of an event that shows that its source was restored to an older state."""


UNREADABLE = "unreadable:"
"""Before the topic: the source under which stands what is not an event of ours."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A message as the broker gave it."""

    topic: str
    partition: int
    offset: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class KeyPosition:
    """How far a key of a source is taken: position and event id of the last event (0 and None before the first), and
    the position of the parked event behind which it stands still, if it does. `waits`: something of the key, from
    whichever source, is held or parked.
    """

    position: int = 0
    event_id: UUID | None = None
    stopped: int | None = None
    waits: bool = False


class Order(enum.Enum):
    """What a message is at its place."""

    NEXT = "next"
    DUPLICATE = "duplicate"
    """Taken before, or parked itself."""
    BEHIND = "behind"
    """Something before it is missing, or stands still."""
    FORKED = "forked"
    """The source now says something else than it said before: its log was restored to an older state."""

    @classmethod
    def of(cls, message: Message, place: KeyPosition, *, retrying: bool = False) -> "Order":
        """Where it stands. `retrying`: a person has the parked event tried again."""
        stopped = None if retrying and place.stopped == message.position else place.stopped
        if message.position < place.position or message.position == stopped:
            return cls.DUPLICATE
        if message.position == place.position:
            return cls.DUPLICATE if place.event_id == message.event_id else cls.FORKED
        if stopped is not None or message.previous > place.position:
            return cls.BEHIND
        # Each message says the position before its own: one that passes over what was taken here is of a log in which
        # that is not.
        return cls.NEXT if message.previous == place.position else cls.FORKED


@dataclass(frozen=True, slots=True)
class Held:
    """An event that waits. `age` in seconds of the real clock, since it has waited for this reason."""

    source: str
    key: UUID
    position: int
    previous: int
    why: Why
    age: float
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Parked:
    """An event a person must look at. `error` is its kind and rule, nothing personal."""

    source: str
    key: UUID
    position: int
    error: str
    tries: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Consumed:
    """The next offset to read of a topic partition."""

    topic: str
    partition: int
    offset: int


@dataclass(frozen=True, slots=True)
class Gap:
    """A key of which something is missing after `after`."""

    source: str
    key: UUID
    after: int
