"""Append requests and their results: what a caller asks the log to write, the events as rows, what it is answered."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID


class LogUnavailable(Exception):
    """The database did not answer in time. Whether the command was done is settled by sending it again with its id."""

    def __init__(self) -> None:
        super().__init__("the log cannot be reached; send the command again with the same Idempotency-Key")


class LogAltered(Exception):
    """What stands at a position is not what this process wrote there: altered, or taken away.

    Found where the next group is appended, whoever asked for it; nothing more is appended until a person has looked.

    Attributes:
        position: of that row.
    """

    def __init__(self, position: int) -> None:
        super().__init__(
            f"position {position} of the log is not what was written there: it was altered, or taken away; run "
            "`safeguarding verify`, and compare with a backup"
        )
        self.position = position


class NotStorable(Exception):
    """The database cannot hold this request's values. It does not repeat them: they may be personal."""

    def __init__(self, error: str) -> None:
        super().__init__(
            f"this cannot be stored ({error}): look for a NUL character or a value that is too large"
        )
        self.error = error


class KeyGone(Exception):
    """Words about this subject stand sealed in the log, and the key they were sealed with is not in the key store.

    Lost, or taken away: no second key is made, which would hide it. Nothing in words is recorded about the subject until
    the key store was restored; nobody is named.
    """

    def __init__(self) -> None:
        super().__init__(
            "the key that this record's words are kept under is missing, so nothing was added to it; tell those who run the "
            "service: they restore the key store"
        )


class SubjectErased(Exception):
    """The subject's key was destroyed on purpose, and that is recorded: nothing in words is recorded about it again."""

    def __init__(self) -> None:
        super().__init__("this record was erased, so nothing more can be written in it")


class Conflict(Exception):
    """A stream that was written or read has moved on since, or the inbox head has: read again, decide again."""


class AnotherBody(Exception):
    """The command id was used before for something else."""

    def __init__(self) -> None:
        super().__init__("this Idempotency-Key was used for another command; use a new key")


@dataclass(slots=True)  # not frozen: it is sealed in place
class NewEvent:
    """One event as it will be stored. `category` is the kind of its stream; `key` its key on the topic, None where it does not cross.

    Personal text comes as `plain`, with the `subject` whose key is to seal it; the store sets `sealed` when the group it
    is written in is sealed.
    """

    event_id: UUID
    name: str
    category: str
    state: bytes
    sealed: bytes | None = None
    child: UUID | None = None
    key: UUID | None = None
    plain: bytes | None = field(default=None, repr=False)
    subject: UUID | None = None


@dataclass(frozen=True, slots=True)
class StreamWrite:
    """New events of one stream, which is expected to stand at version `expected`."""

    stream_id: UUID
    expected: int
    rows: tuple[NewEvent, ...]


@dataclass(frozen=True, slots=True)
class CommandWrites:
    """What one command writes; `body` is the digest of what was asked."""

    command: UUID
    body: bytes
    writes: tuple[StreamWrite, ...]


@dataclass(frozen=True, slots=True)
class InboxMove:
    """An inbox head moved from `previous` to `position`. `digest` is that of the event's row in its source's log."""

    source: str
    key: UUID
    previous: int
    position: int
    event_id: UUID
    digest: bytes

    @property
    def mark(self) -> bytes:
        """What is kept of every event taken: the first half of its digest."""
        return half_of(self.digest)


def half_of(digest: bytes) -> bytes:
    """The first 16 bytes of a row's digest: nobody finds another row that has them too."""
    return digest[:16]


@dataclass(frozen=True, slots=True)
class AppendRequest:
    """What one caller asks to be appended whole or not at all.

    Attributes:
        parts: the commands, each with what it writes.
        reads: streams that were only read, each with the version it must still stand at.
        heads: the inbox heads that are moved with it.
    """

    parts: tuple[CommandWrites, ...] = ()
    reads: tuple[tuple[UUID, int], ...] = ()
    heads: tuple[InboxMove, ...] = ()

    def writes(self) -> Iterator[StreamWrite]:
        """All writes of all parts."""
        for part in self.parts:
            yield from part.writes


@dataclass(frozen=True, slots=True)
class Appended:
    """Where a command's events stand: positions first..last. `again`: they stood there before."""

    first: int
    last: int
    again: bool = False
