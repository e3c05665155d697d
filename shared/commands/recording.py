"""Record what was decided: each event on the stream of its kind, in its envelope, followed by the misses it reveals."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from shared.access.policy import AccessPolicy
from shared.commands.loading import LoadedStream, Subject
from shared.commands.request import Request
from shared.commands.session import StreamState
from shared.domain.actors import Actor
from shared.domain.codec import encode, sealed_bytes
from shared.domain.command import public_name
from shared.domain.deadlines import DeadlineMissed
from shared.domain.decider import Stream
from shared.domain.event import Envelope, Event
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
            StreamWrite(stream_id, expected, tuple(rows)) for stream_id, (expected, rows) in self.rows.items()
        )
        return CommandWrites(self.command_id, body, writes)

    def only_read(self) -> tuple[tuple[UUID, int], ...]:
        """The streams that were read and not written, with their versions."""
        return tuple(
            (stream_id, version) for stream_id, version in self.reads.items() if stream_id not in self.rows
        )

    def write(self, stream_id: UUID, expected: int, rows: Sequence[NewEvent], folded: StreamState) -> None:
        """Add rows to a stream, which then stands as `folded`."""
        self.rows.setdefault(stream_id, (expected, []))[1].extend(rows)
        self.folded[stream_id] = folded
        self.names += [row.name for row in rows]


class EventRecorder:
    """Turns decided events into rows of one service's log."""

    def __init__(self, service: str, team: Actor, streams: Sequence[Stream], access: AccessPolicy) -> None:
        """`team` is the service as an actor: it recorded what nobody did, a miss."""
        self._service = service
        self._own = team
        self._of_event = {event: stream.name for stream in streams for event in stream.event_types()}
        self._access = access

    def record(self, decided: Decided, request: Request, subject: Subject, events: Sequence[Event]) -> None:
        """Add what was decided for one subject to `decided`: each event on the stream of its kind."""
        touched: dict[str, list[Event]] = {}
        for event in events:
            touched.setdefault(self._of_event.get(type(event), subject.stream.name), []).append(event)
        for name, own_events in touched.items():
            self._on(subject.streams[name], own_events, decided, request, subject)

    def _on(
        self,
        loaded: LoadedStream,
        events: Iterable[Event],
        decided: Decided,
        request: Request,
        subject: Subject,
    ) -> None:
        """Add events to one stream, and the misses that have become true of it."""
        folded = loaded.folded
        rows: list[NewEvent] = []

        def add(event: Event, happened_at: datetime) -> None:
            nonlocal folded
            placed = event.placed(child=subject.target.child, happened_at=happened_at)
            rows.append(self._row(placed, loaded, request, subject))
            folded = folded.after(loaded.stream, placed, rows[-1].event_id)

        for event in events:
            add(event, request.happened_at)
        for missed in newly_missed(folded, request.now):
            add(missed, missed.due_at)
        decided.write(loaded.stream_id, loaded.folded.version, rows, folded)

    def _row(self, event: Event, loaded: LoadedStream, request: Request, subject: Subject) -> NewEvent:
        event_id = new_event_id()
        actor, known_at = self._said_by(event, request)
        purpose, basis = self._access.basis(public_name(self._service, type(request.command)))
        cause = request.cause
        envelope = Envelope(
            id=str(event_id),
            known_at=known_at.isoformat(),
            actor=str(actor.id),
            role=actor.role,
            agency=actor.agency,
            organisation=actor.organisation,
            purpose=purpose,
            basis=basis,
            correlation=cause.envelope.correlation if cause else str(request.command_id),
            causation=cause.envelope.id if cause else None,
            command=str(request.command_id),
            thing=str(subject.target.thing),
            trace=current(),
            sensitivity=event.SENSITIVITY,
            late=request.late and actor is request.actor,
        )
        return NewEvent(
            event_id=event_id,
            name=event.NAME,
            category=loaded.stream.name,
            state=encode(event, envelope),
            child=event.child,
            key=(event.child or loaded.stream_id) if event.CROSSES else None,
            plain=sealed_bytes(event, actor.name),
            subject=event.subject(loaded.stream_id),
        )

    def _said_by(self, event: Event, request: Request) -> tuple[Actor, datetime]:
        """Whose word an event is, and since when it is known.

        A miss is the team's own, whoever's act brings it to light; and it is known no sooner than it happened, though
        that act was about a time before.
        """
        if isinstance(event, DeadlineMissed):
            return self._own, max(request.known_at, event.due_at)
        return request.actor, request.known_at


def newly_missed(folded: StreamState, now: datetime) -> Iterator[DeadlineMissed]:
    """The misses that have become true of a stream, and that no fact says yet."""
    yield from folded.clocks.newly_missed(now)
