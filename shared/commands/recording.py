"""Record what was decided: each event on the stream of its kind, in its envelope, followed by the misses it reveals."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

import orjson

from shared.access.policy import AccessPolicy
from shared.commands.loading import LoadedStream, Subject
from shared.commands.request import Request
from shared.commands.wiring import BadWiring, Wiring
from shared.domain.actors import Actor
from shared.domain.carried import Opened, carried_from, words_carried
from shared.domain.clock_facts import DeadlineMissed, is_of_clocks
from shared.domain.codec import encode, sealed_bytes
from shared.domain.command import public_name
from shared.domain.corrections import RecordCorrected
from shared.domain.decider import Per
from shared.domain.event import Envelope, Event, Record
from shared.domain.notes import Standing, notes_of_decision
from shared.domain.stream_state import StreamState
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
    answer: UUID | None = None
    """The id to answer with, where it is neither the command's own nor what this says of itself."""

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

    def __init__(
        self,
        service: str,
        team: Actor,
        wiring: Wiring,
        access: AccessPolicy,
        opened: Opened,
        *,
        walled: bool = False,
        patience: timedelta = timedelta(0),
    ) -> None:
        """`team` is the service as an actor: it recorded what nobody did, a miss. `opened` opens words that are carried on.
        `walled`: it stands behind a wall.
        `patience`: how long a clock that a fact of another service may still meet is not said missed.
        """
        self.patience = patience
        self._service = service
        self._own = team
        self._wiring = wiring
        self._access = access
        self._opened = opened
        self._walled = walled

    def record(self, decided: Decided, request: Request, subject: Subject, events: Sequence[Event]) -> None:
        """Add what was decided for one subject to `decided`: each event on the stream of its kind.

        Raises:
            BadWiring: an event stands on a stream that the decision did not take, or opens an episode where one runs.
        """
        writing = _Writing(subject, self.patience)
        for name, own_events in self._by_stream(subject, events, request).items():
            loaded = subject.streams[name]
            for on, of_episode in _episodes(loaded, own_events, request.happened_at):
                writing.begin(name, on)
                for event in of_episode:
                    self._add(writing, on, event, request.happened_at, request, subject)
        for on, note in writing.notes():
            self._add(writing, on, note, request.happened_at, request, subject)
        for on, missed in writing.misses(request.now):
            self._add(writing, on, missed, missed.due_at, request, subject)
        writing.write_to(decided)

    def _by_stream(
        self, subject: Subject, events: Sequence[Event], request: Request
    ) -> dict[str, list[Event]]:
        """The decided events by the name of the stream on which each stands."""
        touched: dict[str, list[Event]] = {}
        for event in events:
            stream = subject.stream if _of_the_kernel(event) else self._wiring.of_event(type(event))
            touched.setdefault(stream.name, []).append(event)
        for name, own_events in touched.items():
            if name not in subject.streams:
                raise BadWiring(
                    f"{own_events[0].NAME} stands on {name}, which {type(request.command).__name__} did not find: name "
                    f"it in the record of {subject.stream.name}, and refuse the command where it is not there"
                )
        return touched

    def _add(
        self,
        writing: "_Writing",
        on: LoadedStream,
        event: Event,
        happened_at: datetime,
        request: Request,
        subject: Subject,
    ) -> None:
        """Add an event to a stream: what was decided, or what the kernel says of the clocks that run there."""
        placed = event.placed(child=on.target.child or subject.target.child, happened_at=happened_at)
        writing.add(on.target.stream_id, placed, self._row(placed, on, request, subject))

    def _row(self, event: Event, on: LoadedStream, request: Request, subject: Subject) -> NewEvent:
        event_id, command_id = new_event_id(), str(request.command_id)
        first = carried_from(event, subject.earlier)
        actor, known_at = self._said_by(event, request)
        purpose, basis = self._access.basis(public_name(self._service, type(request.command)))
        cause = request.cause
        agency, organisation = actor.agency, actor.organisation
        if cause is not None and actor is request.actor:
            agency, organisation = cause.envelope.recorder
        if (
            first is not None
        ):  # who told of it, and when that was known, stays so whoever finds out of whom it was
            agency, organisation = first.envelope.recorder
            known_at = first.envelope.known
        envelope = Envelope(
            id=str(event_id),
            known_at=known_at.isoformat(),
            actor=str(actor.id),
            role=actor.role,
            agency=actor.agency,
            organisation=actor.organisation,
            purpose=purpose,
            basis=basis,
            correlation=cause.envelope.correlation if cause else command_id,
            causation=cause.envelope.id if cause else None,
            command=command_id,
            thing=str(_thing(on, subject)),
            trace=current(),
            sensitivity=event.SENSITIVITY,
            late=request.late and actor is request.actor and first is None,
            named=_named(on, subject),
            recorded_by_agency=agency if agency != actor.agency else None,
            recorded_by_organisation=organisation if organisation != actor.organisation else None,
            carries=str(first.envelope.event_id) if first is not None else None,
        )
        stream_id = on.target.stream_id
        return NewEvent(
            event_id=event_id,
            name=event.NAME,
            category=on.stream.name,
            state=encode(event, envelope),
            child=event.child,
            key=event.key(stream_id) if event.is_published(walled=self._walled) else None,
            plain=sealed_bytes(event, actor.signature) if first is None else self._carried(event, first),
            subject=event.subject(stream_id),
        )

    def _carried(self, event: Event, first: Record) -> bytes | None:
        """The words of an earlier event, to be sealed again: opened here, and neither decided on nor kept."""
        words = words_carried(event, first, self._opened)
        return orjson.dumps(words) if words else None

    def row_on(self, on: LoadedStream, event: Event, request: Request) -> tuple[NewEvent, Event]:
        """The row of an event on one stream, and the event as it is placed there: of what no subject decided."""
        happened_at = event.due_at if isinstance(event, DeadlineMissed) else request.happened_at
        placed = event.placed(child=on.target.child, happened_at=happened_at)
        subject = Subject(on.stream, on.target, {on.stream.name: on})
        return self._row(placed, on, request, subject), placed

    def _said_by(self, event: Event, request: Request) -> tuple[Actor, datetime]:
        """Whose word an event is, and since when it is known.

        A miss is the team's own, whoever's act brings it to light; and it is known no sooner than it happened, though
        that act was about a time before.
        """
        if isinstance(event, DeadlineMissed):
            return self._own, max(request.known_at, event.due_at)
        return request.actor, request.known_at


class _Writing:
    """What one decision adds to the streams of its subject, while it is written down.

    A stream is called by its kind. Where an event opens a child's next episode, the kind is another stream from there
    on; what was added to the one before stays with that.
    """

    def __init__(self, subject: Subject, patience: timedelta) -> None:
        self._patience = patience
        # What the command refers to by `re` is not decided on, but what it meets there is noted on it.
        referred = {subject.referred.stream.name: subject.referred} if subject.referred else {}
        self._before = {**referred, **subject.streams}
        self._where = {name: each.target.stream_id for name, each in self._before.items()}
        self._by_id = {each.target.stream_id: each for each in self._before.values()}
        self._rows: dict[UUID, list[NewEvent]] = {}
        self._expected: dict[UUID, int] = {}

    def begin(self, name: str, on: LoadedStream) -> None:
        """What is added to this kind goes to this stream from here on: the child's next episode, or the same one."""
        stream_id = on.target.stream_id
        if stream_id != self._where[name]:
            self._before[name] = self._by_id[stream_id] = on
            self._where[name] = stream_id

    def add(self, stream_id: UUID, event: Event, row: NewEvent) -> None:
        """An event, placed, and its row.

        Raises:
            BadWiring: it speaks of clocks that do not run here: nobody would hear it.
        """
        on = self._by_id[stream_id]
        self._expected.setdefault(stream_id, on.folded.version)
        self._rows.setdefault(stream_id, []).append(row)
        marks = event.marks()
        if _says_for_itself(type(event)) and (
            unheard := {mark.rule for mark in marks} - set(on.stream.clocks)
        ):
            raise BadWiring(
                f"{event.NAME} speaks of {', '.join(sorted(unheard))}, whose clocks {on.stream.name} does not keep"
            )
        folded = on.folded.after(on.stream, event, row.event_id, marks)
        self._by_id[stream_id] = LoadedStream(on.stream, on.target, folded)

    def notes(self) -> list[tuple[LoadedStream, Event]]:
        """What was added means to clocks on streams beside, each with the stream that keeps them."""
        touched = [self._by_id[stream_id].folded.clocks for stream_id in self._rows]
        if not any(clocks.beside for clocks in touched) and all(self._expected.values()):
            return []  # nothing that speaks to others was added, and nothing opened that would be told: of most decisions
        now = {name: self._by_id[stream_id] for name, stream_id in self._where.items()}
        return [
            (now[name], note) for name, note in notes_of_decision(_standing(self._before), _standing(now))
        ]

    def misses(self, now: datetime) -> list[tuple[LoadedStream, DeadlineMissed]]:
        """The misses that have become true of what was touched, and that no fact says yet."""
        touched = [self._by_id[stream_id] for stream_id in self._rows]
        return [(on, missed) for on in touched for missed in newly_missed(on, now, self._patience)]

    def write_to(self, decided: Decided) -> None:
        """Add it all to what is decided."""
        for stream_id, rows in self._rows.items():
            decided.write(stream_id, self._expected[stream_id], rows, self._by_id[stream_id].folded)


@cache
def _says_for_itself(event: type[Event]) -> bool:
    """Whether the rules that an event speaks of depend on what it says, so that its class could not be looked at."""
    return event.clocks_met is not Event.clocks_met or event.clocks_ended is not Event.clocks_ended


def _standing(streams: Mapping[str, LoadedStream]) -> dict[str, Standing]:
    return {
        name: Standing(each.folded.clocks, each.folded.version > 0, each.stream.per is Per.EPISODE)
        for name, each in streams.items()
    }


def _of_the_kernel(event: Event) -> bool:
    """Whether it stands on no kind of stream of its own, but where the clock runs, or what it corrects stands."""
    return is_of_clocks(event) or type(event) is RecordCorrected


def newly_missed(on: LoadedStream, now: datetime, patience: timedelta) -> Iterator[DeadlineMissed]:
    """The misses that have become true of a stream, and that no fact says yet.

    Of a rule that a fact of another service may still meet or end they are left to the timer for a while, as that fact
    may be on its way.
    """
    for missed in on.folded.clocks.newly_missed(now):
        if missed.rule not in on.stream.noted or missed.due_at <= now - patience:
            yield missed


def _episodes(
    loaded: LoadedStream, events: Iterable[Event], happened_at: datetime
) -> Iterator[tuple[LoadedStream, list[Event]]]:
    """The streams that these events of one kind stand on: an event that opens an episode begins the next stream.

    Raises:
        BadWiring: an episode begins with another event, or with one that comes while an episode runs.
    """
    stream, on, own = loaded.stream, loaded, list[Event]()
    if not stream.opened_by:
        yield loaded, list(events)
        return
    state, empty = loaded.folded.state, loaded.folded.version == 0
    for event in events:
        opens = type(event) in stream.opened_by
        if empty and not opens:
            raise BadWiring(
                f"{event.NAME} cannot begin a {stream.name}: refuse the command where none is open"
            )
        if opens and not empty:
            if stream.is_open(state) or on.target.following is None:
                raise BadWiring(
                    f"{event.NAME} opens a {stream.name} where one is open, or was named by `re`: refuse the command there"
                )
            if own:
                yield on, own
            on, own = _next(on), []
            state = stream.state
        own.append(event)
        if not _of_the_kernel(event):
            state = stream.evolve(state, event.placed(child=on.target.child, happened_at=happened_at))
        empty = False
    yield on, own


def _next(closed: LoadedStream) -> LoadedStream:
    """The episode after a closed one. That there is none yet is guarded by the append, at version 0."""
    assert closed.target.following is not None
    return LoadedStream(closed.stream, closed.target.following, StreamState(0, closed.stream.state))


def _thing(on: LoadedStream, subject: Subject) -> UUID:
    """What an event belongs to: the thing or episode it stands on; on a child's own stream, what the command is of."""
    return subject.target.thing if on.stream.per is Per.CHILD else on.target.thing


def _named(on: LoadedStream, subject: Subject) -> str | None:
    """The id that the child was named by, where the stream is recorded about another id of the same child."""
    named = subject.target.named or subject.target.child
    return str(named) if named and on.target.child and named != on.target.child else None
