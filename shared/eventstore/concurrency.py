"""Members of a group commit: what they write, and which of them stand. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Self
from uuid import UUID

from shared.eventstore.append import AnotherBody, Appended, AppendRequest, CommandWrites, Conflict, InboxMove


@dataclass(frozen=True, slots=True)
class Accepted:
    """The member stands. `known` are the parts of it that were done before."""

    member: AppendRequest
    known: Mapping[UUID, Appended] = field(default_factory=dict)
    parts: tuple[Appended, ...] = ()


Verdict = Accepted | BaseException


@dataclass(frozen=True, slots=True)
class KnownCommand:
    """A command that the log holds: the digest of its body, its positions, the first event it wrote."""

    body: bytes
    first: int
    last: int
    event_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class LogState:
    """What the lock lets us see: stream versions, known commands, positions of inbox heads."""

    versions: Mapping[UUID, int]
    commands: Mapping[UUID, KnownCommand]
    heads: Mapping[tuple[str, UUID], int]

    @classmethod
    def expected_by(cls, members: Sequence[AppendRequest], versions: Mapping[UUID, int]) -> Self:
        """These versions; and as if no command were known and every head stood where the first to move it expects.

        For a first try: the primary key of the commands and the number of heads moved tell where it was hoped wrong.
        """
        heads: dict[tuple[str, UUID], int] = {}
        for member in members:
            for head in member.heads:
                heads.setdefault((head.source, head.key), head.previous)
        return cls(versions, {}, heads)


def check(members: Sequence[AppendRequest], standing: LogState, *, settling: bool = False) -> list[Verdict]:
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


def check_optimistically(
    members: Sequence[AppendRequest], versions: Mapping[UUID, int]
) -> list[Verdict] | None:
    """The verdicts where the streams stand at these versions, no command is known and every head stands as expected;
    None where a member would fall for what stands there, and must be looked up: it may be known.

    What falls only for a member before it is told so: whoever it is reads and decides again.
    """
    verdicts = check(members, LogState.expected_by(members, versions))
    for member, verdict in zip(members, verdicts, strict=True):
        if not isinstance(verdict, Accepted):
            [alone] = check([member], LogState.expected_by([member], versions))
            if not isinstance(alone, Accepted):
                return None
    return verdicts


def expected_versions(members: Iterable[AppendRequest]) -> dict[UUID, int]:
    """Every stream that is written or read, and the version at which the first of the members expects it."""
    versions: dict[UUID, int] = {}
    for member in members:
        for write in member.writes():
            versions.setdefault(write.stream, write.expected)
        for stream, version in member.reads:
            versions.setdefault(stream, version)
    return versions


def moved_heads(members: Iterable[AppendRequest]) -> list[InboxMove]:
    """One move a key, from the first previous to the last position of the group. In one order, so that two processes
    do not wait for each other's.
    """
    moves: dict[tuple[str, UUID], InboxMove] = {}
    for member in members:
        for head in member.heads:
            before = moves.get((head.source, head.key), head)
            moves[head.source, head.key] = replace(head, previous=before.previous)
    return [moves[place] for place in sorted(moves)]


def _one(
    member: AppendRequest,
    standing: LogState,
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


def _heads_stand(moves: Sequence[InboxMove], heads: Mapping[tuple[str, UUID], int]) -> bool:
    own: dict[tuple[str, UUID], int] = {}
    for move in moves:
        place = (move.source, move.key)
        if own.get(place, heads.get(place, 0)) != move.previous:
            return False
        own[place] = move.position
    return True


def _wrote(part: CommandWrites, known: KnownCommand) -> bool:
    """Whether this very attempt wrote the command: each attempt gives its events ids of their own."""
    first = next((row.event_id for write in part.writes for row in write.rows), None)
    return first is not None and first == known.event_id
