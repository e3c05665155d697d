"""Members of a group commit: what they write, and which of them stand. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Self
from uuid import UUID


class Conflict(Exception):
    """A stream that was written or read has moved on since, or the inbox head has: read again, decide again."""


class AnotherBody(Exception):
    """The command id was used before for something else."""

    def __init__(self) -> None:
        super().__init__("this Idempotency-Key was used for another command; use a new key")


@dataclass(slots=True)  # not frozen: the store seals it in place
class Row:
    """One event as it will be stored. `key` is its key on the topic; None: it does not cross.

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
class Write:
    """New rows of one stream, expected to stand at version `expected`."""

    stream: UUID
    expected: int
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """What one command writes; `body` is the digest of what was asked."""

    command: UUID
    body: bytes
    writes: tuple[Write, ...]


@dataclass(frozen=True, slots=True)
class Head:
    """An inbox head moved from `previous` to `position`."""

    source: str
    key: UUID
    previous: int
    position: int
    event_id: UUID


@dataclass(frozen=True, slots=True)
class Member:
    """What stands or falls whole: the commands of one caller, the streams they only read, the heads they move."""

    parts: tuple[Part, ...] = ()
    reads: tuple[tuple[UUID, int], ...] = ()
    heads: tuple[Head, ...] = ()

    def writes(self) -> Iterator[Write]:
        """All writes of all parts."""
        for part in self.parts:
            yield from part.writes


@dataclass(frozen=True, slots=True)
class Appended:
    """Where a command's events stand: positions first..last. `again`: they stood there before."""

    first: int
    last: int
    again: bool = False


@dataclass(frozen=True, slots=True)
class Accepted:
    """The member stands. `known` are the parts of it that were done before."""

    member: Member
    known: Mapping[UUID, Appended] = field(default_factory=dict)
    parts: tuple[Appended, ...] = ()


Verdict = Accepted | BaseException


@dataclass(frozen=True, slots=True)
class Known:
    """A command that the log holds: the digest of its body, its positions, the first event it wrote."""

    body: bytes
    first: int
    last: int
    event_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What the lock lets us see: stream versions, known commands, positions of inbox heads."""

    versions: Mapping[UUID, int]
    commands: Mapping[UUID, Known]
    heads: Mapping[tuple[str, UUID], int]

    @classmethod
    def hoped(cls, members: Sequence[Member], versions: Mapping[UUID, int]) -> Self:
        """These versions; and as if no command were known and every head stood where the first to move it expects.

        For a first try: the primary key of the commands and the number of heads moved tell where it was hoped wrong.
        """
        heads: dict[tuple[str, UUID], int] = {}
        for member in members:
            for head in member.heads:
                heads.setdefault((head.source, head.key), head.previous)
        return cls(versions, {}, heads)


def judge(members: Sequence[Member], standing: Standing, *, settling: bool = False) -> list[Verdict]:
    """Which members stand, in order, each counting those before it.

    Args:
        settling: the members may have been committed by a transaction whose end we did not see; then a head already
            at or beyond the member's position was moved by it.
    """
    versions, heads = dict(standing.versions), dict(standing.heads)
    bodies = {command: known.body for command, known in standing.commands.items()}
    verdicts: list[Verdict] = []
    for member in members:
        verdict = _one(member, standing, versions, heads, bodies, settling=settling)
        verdicts.append(verdict)
        if isinstance(verdict, Accepted):
            for part in verdict.member.parts:
                if part.command in verdict.known:
                    continue
                bodies[part.command] = part.body
                for write in part.writes:
                    versions[write.stream] = write.expected + len(write.rows)
            for head in verdict.member.heads:
                heads[head.source, head.key] = head.position
    return verdicts


def hoped(members: Sequence[Member], versions: Mapping[UUID, int]) -> list[Verdict] | None:
    """The verdicts where the streams stand at these versions, no command is known and every head stands as expected;
    None where a member would fall for what stands there, and must be looked up: it may be known.

    What falls only for a member before it is told so: whoever it is reads and decides again.
    """
    verdicts = judge(members, Standing.hoped(members, versions))
    for member, verdict in zip(members, verdicts, strict=True):
        if not isinstance(verdict, Accepted):
            [alone] = judge([member], Standing.hoped([member], versions))
            if not isinstance(alone, Accepted):
                return None
    return verdicts


def expected_versions(members: Iterable[Member]) -> dict[UUID, int]:
    """Every stream that is written or read, and the version at which the first of the members expects it."""
    versions: dict[UUID, int] = {}
    for member in members:
        for write in member.writes():
            versions.setdefault(write.stream, write.expected)
        for stream, version in member.reads:
            versions.setdefault(stream, version)
    return versions


def moved_heads(members: Iterable[Member]) -> list[Head]:
    """One move a key, from the first previous to the last position of the group. In one order, so that two processes
    do not wait for each other's.
    """
    moves: dict[tuple[str, UUID], Head] = {}
    for member in members:
        for head in member.heads:
            before = moves.get((head.source, head.key), head)
            moves[head.source, head.key] = replace(head, previous=before.previous)
    return [moves[place] for place in sorted(moves)]


def _one(
    member: Member,
    standing: Standing,
    versions: Mapping[UUID, int],
    heads: Mapping[tuple[str, UUID], int],
    bodies: Mapping[UUID, bytes],
    *,
    settling: bool,
) -> Verdict:
    known: dict[UUID, Appended] = {}
    for part in member.parts:
        if part.command not in bodies:
            continue
        if bodies[part.command] != part.body:
            return AnotherBody()
        before = standing.commands.get(part.command)
        if before is None:
            # The same command twice in one group: the second is decided again once the first stands.
            return Conflict("the same command is being written")
        known[part.command] = Appended(before.first, before.last, again=not _wrote(part, before))
    taken = all(heads.get((head.source, head.key), 0) >= head.position for head in member.heads)
    if settling and member.heads and taken and len(known) == len(member.parts):
        return Accepted(replace(member, heads=(), reads=()), known)  # the lost transaction had committed
    if not _heads_stand(member.heads, heads):
        return Conflict("the inbox head has moved on")
    fresh = [part for part in member.parts if part.command not in known]
    if known and not fresh:
        return Accepted(member, known)
    if any(versions.get(stream, 0) != version for stream, version in member.reads):
        return Conflict("a stream that was read has moved on")
    own: dict[UUID, int] = {}
    for part in fresh:
        for write in part.writes:
            if own.get(write.stream, versions.get(write.stream, 0)) != write.expected:
                return Conflict("a stream has moved on")
            own[write.stream] = write.expected + len(write.rows)
    return Accepted(member, known)


def _heads_stand(moves: Sequence[Head], heads: Mapping[tuple[str, UUID], int]) -> bool:
    own: dict[tuple[str, UUID], int] = {}
    for move in moves:
        place = (move.source, move.key)
        if own.get(place, heads.get(place, 0)) != move.previous:
            return False
        own[place] = move.position
    return True


def _wrote(part: Part, known: Known) -> bool:
    """Whether this very attempt wrote the command: each attempt gives its events ids of their own."""
    first = next((row.event_id for write in part.writes for row in write.rows), None)
    return first is not None and first == known.event_id
