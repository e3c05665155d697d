"""Placing what was decided: on its streams, in an envelope, with the misses it was born with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from shared.access.policy import AccessPolicy
from shared.commands.session import StreamState
from shared.commands.targets import Target
from shared.domain.actors import Actor
from shared.domain.codec import encode, sealed_bytes
from shared.domain.command import Command, public_name
from shared.domain.deadlines import DeadlineMissed
from shared.domain.decider import Context, Stream
from shared.domain.event import Envelope, Event, Record
from shared.eventstore.append import CommandWrites, NewEvent, StreamWrite
from shared.infrastructure.ids import new_event_id
from shared.infrastructure.tracing import current


@dataclass(slots=True)
class Decided:
    """A command decided on given versions: what it would write, what it only read."""

    command_id: UUID
    rows: dict[UUID, tuple[int, list[NewEvent]]] = field(default_factory=dict)
    reads: dict[UUID, int] = field(default_factory=dict)
    folded: dict[UUID, StreamState] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)
    late: bool = False

    def part(self, body: bytes) -> CommandWrites:
        """What is appended for this command."""
        writes = tuple(
            StreamWrite(stream, expected, tuple(rows)) for stream, (expected, rows) in self.rows.items()
        )
        return CommandWrites(self.command_id, body, writes)

    def only_read(self) -> tuple[tuple[UUID, int], ...]:
        """The streams that were read and not written, with their versions."""
        return tuple((stream, version) for stream, version in self.reads.items() if stream not in self.rows)


@dataclass(frozen=True, slots=True)
class Decision:
    """What all events of one decision share: the command, for whom, in which context, and what caused it."""

    command: Command
    target: Target
    context: Context
    cause: Record | None
    late: bool


class EventRecorder:
    """Turns decided events into rows of one service's log."""

    def __init__(self, service: str, streams: Sequence[Stream], access: AccessPolicy) -> None:
        self._service = service
        self._own = Actor.service(service)
        self._streams = {stream.name: stream for stream in streams}
        self._of_event = {event: stream for stream in streams for event in stream.event_types()}
        self._access = access

    def place(
        self,
        decided: Decided,
        deed: Decision,
        own: Stream,
        streams: Mapping[str, tuple[UUID, StreamState]],
        events: Sequence[Event],
    ) -> None:
        """Add what was decided for one child to `decided`: each event on the stream of its kind.

        Misses that have become true and that no fact says yet follow the act that the stream was touched by. They, and
        those decided with it, are the team's own word, not the person's.
        """
        touched: dict[str, list[Event]] = {}
        for event in events:
            kind = self._of_event.get(type(event), own)
            touched.setdefault(kind.name, []).append(event)
        context = deed.context
        for name, own_events in touched.items():
            kind = self._streams[name]
            stream, folded = streams[name]
            start = folded.version
            rows: list[NewEvent] = []
            for event in own_events:
                placed = event.placed(child=deed.target.child, happened_at=context.happened_at)
                rows.append(self._row(placed, kind, stream, deed))
                folded = folded.after(kind, placed, rows[-1].event_id)
            for missed in folded.clocks.newly_missed(context.now):
                placed = missed.placed(child=deed.target.child, happened_at=missed.due_at)
                rows.append(self._row(placed, kind, stream, deed))
                folded = folded.after(kind, placed, rows[-1].event_id)
            decided.rows[stream] = (start, rows)
            decided.folded[stream] = folded
            decided.names += [row.name for row in rows]

    def _row(self, event: Event, kind: Stream, stream: UUID, deed: Decision) -> NewEvent:
        event_id = new_event_id()
        context, cause = deed.context, deed.cause
        actor, known_at = context.actor, context.known_at
        if isinstance(event, DeadlineMissed):
            # Whoever's act brings it to light, long after or about a time before: it is known once it has happened.
            actor, known_at = self._own, max(known_at, event.due_at)
        purpose, basis = self._access.basis(public_name(self._service, type(deed.command)))
        envelope = Envelope(
            id=str(event_id),
            known_at=known_at.isoformat(),
            actor=str(actor.id),
            role=actor.role,
            agency=actor.agency,
            organisation=actor.organisation,
            purpose=purpose,
            basis=basis,
            correlation=cause.envelope.correlation if cause else str(context.command_id),
            causation=cause.envelope.id if cause else None,
            command=str(context.command_id),
            thing=str(deed.target.thing),
            trace=current(),
            sensitivity=event.SENSITIVITY,
            late=deed.late and actor is context.actor,
        )
        return NewEvent(
            event_id=event_id,
            name=event.NAME,
            category=kind.name,
            state=encode(event, envelope),
            child=event.child,
            key=(event.child or stream) if event.CROSSES else None,
            plain=sealed_bytes(event, actor.name),
            subject=event.subject(stream),
        )
