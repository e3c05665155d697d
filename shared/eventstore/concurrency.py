"""Optimistic concurrency control: which append requests of a group stand against the log, and which conflict. Pure.

Requests of one group are checked in the order in which they came, each counting those before it, so that a group means
what its requests would mean one after the other.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Self
from uuid import UUID

from shared.eventstore.append import AnotherBody, Appended, AppendRequest, CommandWrites, Conflict, InboxMove


@dataclass(frozen=True, slots=True)
class Accepted:
    """A request that stands.

    Attributes:
        request: it; without its reads and heads where it was found to be committed.
        known: the commands of it that were done before, and where.
        parts: where each of its commands stands, once it is written.
    """

    request: AppendRequest
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
    def expected_by(cls, requests: Sequence[AppendRequest], versions: Mapping[UUID, int]) -> Self:
        """These versions; and as if no command were known and every head stood where the first to move it expects.

        For a first try: the primary key of the commands and the number of heads moved tell where it was hoped wrong.
        """
        heads: dict[tuple[str, UUID], int] = {}
        for request in requests:
            for head in request.heads:
                heads.setdefault((head.source, head.key), head.previous)
        return cls(versions, {}, heads)


def check(
    requests: Sequence[AppendRequest], state: LogState, *, after_disconnect: bool = False
) -> list[Verdict]:
    """Which requests stand, in order, each counting those before it.

    Args:
        after_disconnect: the requests may have been committed by a transaction whose end we did not see; then a head already
            at or beyond the request's position was moved by it.
    """
    versions, heads = dict(state.versions), dict(state.heads)
    bodies = {command: known.body for command, known in state.commands.items()}
    verdicts: list[Verdict] = []
    for request in requests:
        verdict = _one(request, state, versions, heads, bodies, after_disconnect=after_disconnect)
        verdicts.append(verdict)
        if isinstance(verdict, Accepted):
            for part in verdict.request.parts:
                if part.command in verdict.known:
                    continue
                bodies[part.command] = part.body
                for write in part.writes:
                    versions[write.stream_id] = write.expected + len(write.rows)
            for head in verdict.request.heads:
                heads[head.source, head.key] = head.position
    return verdicts


def check_optimistically(
    requests: Sequence[AppendRequest], versions: Mapping[UUID, int]
) -> list[Verdict] | None:
    """The verdicts where the streams stand at these versions, no command is known and every head stands as expected;
    None where a request would fall for what stands there, and must be looked up: it may be known.

    What falls only for a request before it is told so: whoever it is reads and decides again.
    """
    verdicts = check(requests, LogState.expected_by(requests, versions))
    for request, verdict in zip(requests, verdicts, strict=True):
        if not isinstance(verdict, Accepted):
            [alone] = check([request], LogState.expected_by([request], versions))
            if not isinstance(alone, Accepted):
                return None
    return verdicts


def expected_versions(requests: Iterable[AppendRequest]) -> dict[UUID, int]:
    """Every stream that is written or read, and the version at which the first of the requests expects it."""
    versions: dict[UUID, int] = {}
    for request in requests:
        for write in request.writes():
            versions.setdefault(write.stream_id, write.expected)
        for stream, version in request.reads:
            versions.setdefault(stream, version)
    return versions


def moved_heads(requests: Iterable[AppendRequest]) -> list[InboxMove]:
    """One move a key, from the first previous to the last position of the group. In one order, so that two processes
    do not wait for each other's.
    """
    moves: dict[tuple[str, UUID], InboxMove] = {}
    for request in requests:
        for head in request.heads:
            before = moves.get((head.source, head.key), head)
            moves[head.source, head.key] = replace(head, previous=before.previous)
    return [moves[place] for place in sorted(moves)]


def _one(
    request: AppendRequest,
    state: LogState,
    versions: Mapping[UUID, int],
    heads: Mapping[tuple[str, UUID], int],
    bodies: Mapping[UUID, bytes],
    *,
    after_disconnect: bool,
) -> Verdict:
    known: dict[UUID, Appended] = {}
    for part in request.parts:
        if part.command not in bodies:
            continue
        if bodies[part.command] != part.body:
            return AnotherBody()
        before = state.commands.get(part.command)
        if before is None:
            # The same command twice in one group: the second is decided again once the first stands.
            return Conflict("the same command is being written")
        known[part.command] = Appended(before.first, before.last, again=not _wrote(part, before))
    taken = all(heads.get((head.source, head.key), 0) >= head.position for head in request.heads)
    if after_disconnect and request.heads and taken and len(known) == len(request.parts):
        return Accepted(replace(request, heads=(), reads=()), known)  # the lost transaction had committed
    if not _heads_stand(request.heads, heads):
        return Conflict("the inbox head has moved on")
    fresh = [part for part in request.parts if part.command not in known]
    if known and not fresh:
        return Accepted(request, known)
    if any(versions.get(stream, 0) != version for stream, version in request.reads):
        return Conflict("a stream that was read has moved on")
    own: dict[UUID, int] = {}
    for part in fresh:
        for write in part.writes:
            if own.get(write.stream_id, versions.get(write.stream_id, 0)) != write.expected:
                return Conflict("a stream has moved on")
            own[write.stream_id] = write.expected + len(write.rows)
    return Accepted(request, known)


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
