"""For tests: the logs of all teams of a story, in memory: which streams there are, and how each stands. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID, uuid5

from shared.domain.actors import Actor
from shared.domain.clock_facts import DeadlineMissed, is_of_clocks
from shared.domain.corrections import RecordCorrected
from shared.domain.decider import Per, Stream
from shared.domain.event import Event, Record
from shared.domain.stream_state import StreamState
from shared.testing.facts import THING, record
from shared.testing.teams import Team


@dataclass(frozen=True)
class Step:
    """Who did something, when, and what led to it. All instants are in UTC."""

    now: datetime
    happened: datetime
    known: datetime
    received: datetime
    by: Actor
    command: UUID
    cause: Record | None = None


@dataclass(frozen=True)
class StreamAt:
    """One stream of a team: which kind, of whom and what, and how it stands. Version 0: it is not there yet."""

    team: Team
    kind: Stream
    id: UUID
    child: UUID | None
    thing: UUID
    folded: StreamState
    episode: int = 1
    code: str = ""
    told: tuple[Record, ...] = ()
    named: UUID | None = None
    """The id that its child was named by, in the command that is decided here."""


@dataclass
class Logs:
    """What has been recorded so far, by every team. A step of a story works on a copy, and is dropped when refused."""

    streams: dict[UUID, StreamAt] = field(default_factory=dict)
    records: list[Record] = field(default_factory=list)

    def copy(self) -> "Logs":
        """The same, to go on from."""
        return Logs(dict(self.streams), list(self.records))

    # -- which stream

    def of_kind(self, team: Team, kind: Stream) -> list[StreamAt]:
        """All of a kind, in the order in which they were begun."""
        return [
            one for one in self.streams.values() if (one.team.name, one.kind.name) == (team.name, kind.name)
        ]

    def of_thing(self, team: Team, kind: Stream, thing: UUID, child: UUID | None) -> StreamAt:
        """The stream of a thing for one of its children, or for none."""
        return self._at(team, kind, uuid5(thing, str(child)) if child else thing, child, thing)

    def of_itself(self, team: Team, kind: Stream, person: UUID) -> StreamAt:
        """The stream that carries the person's own id."""
        return self._at(team, kind, person, person, person)

    def of_child(self, team: Team, kind: Stream, child: UUID, code: str = "") -> StreamAt:
        """The child's own stream of a kind; of episodes the open one, else the last."""
        if kind.per is not Per.EPISODE:
            own = uuid5(child, f"{team.name}/{kind.name}")
            return self._at(team, kind, own, child, own)
        last = [one for one in self.of_kind(team, kind) if (one.child, one.code) == (child, code)]
        return last[-1] if last else self.episode(team, kind, child, 1, code)

    def episode(self, team: Team, kind: Stream, child: UUID, n: int, code: str) -> StreamAt:
        """The child's n-th episode of a kind, from 1."""
        own = uuid5(child, f"{team.name}/{kind.name}/{code}/{n}" if code else f"{team.name}/{kind.name}/{n}")
        return replace(self._at(team, kind, own, child, own), episode=n, code=code)

    def of_team(self, team: Team, kind: Stream, child: UUID) -> StreamAt:
        """The stream of a kind, in a story of one child and one thing."""
        if kind.per is Per.ITSELF:
            return self.of_itself(team, kind, child)
        if kind.per in (Per.THING, Per.ALONE):
            return self.of_thing(team, kind, THING, child if kind.per is Per.THING else None)
        return self.of_child(team, kind, child)

    def _at(self, team: Team, kind: Stream, stream_id: UUID, child: UUID | None, thing: UUID) -> StreamAt:
        there = self.streams.get(stream_id)
        if there is not None and there.team.name != team.name:
            # Each team has a log of its own, in which the same id may be of something else.
            stream_id = uuid5(stream_id, team.name)
            there = self.streams.get(stream_id)
        return there or StreamAt(team, kind, stream_id, child, thing, StreamState(0, kind.state))

    def now(self, one: StreamAt) -> StreamAt:
        """The same stream as it stands by now."""
        return self.streams.get(one.id, one)

    # -- writing

    def begin(self, on: StreamAt, event: Event) -> StreamAt:
        """The stream that an event goes to: one that opens an episode after a closed one begins the next.

        Raises:
            AssertionError: the kernel would not let an episode begin so.
        """
        kind, on = on.kind, self.now(on)
        if not kind.opened_by or is_of_clocks(event) or isinstance(event, RecordCorrected):
            return on
        opens, empty = type(event) in kind.opened_by, on.folded.version == 0
        if empty != opens and (empty or kind.is_open(on.folded.state)):
            raise AssertionError(
                f"{event.NAME} {'begins' if empty else 'opens'} a {kind.name}: refuse it there"
            )
        if not opens or empty:
            return on
        assert on.child is not None
        return self.episode(on.team, kind, on.child, on.episode + 1, on.code)

    def append(
        self,
        on: StreamAt,
        event: Event,
        step: Step,
        *,
        thing: UUID | None = None,
        carries: Record | None = None,
    ) -> Record:
        """One event more, stored and folded. A miss is the team's own word, and known once it happened; what says an
        earlier record again (`carries`) has its words.
        """
        on = self.now(on)
        by, known = step.by, step.known
        if isinstance(event, DeadlineMissed):
            by, known = on.team.actor, max(step.known, event.due_at)
        fact = record(
            event,
            at=step.now,
            by=by,
            happened=event.due_at if isinstance(event, DeadlineMissed) else step.happened,
            known=known,
            child=on.child,
            stream=on.id,
            service=on.team.name,
            version=on.folded.version + 1,
            n=len(self.records) + 1,
            command=step.command,
            thing=thing or on.thing,
            cause=step.cause,
            carries=carries,
        )
        self.records.append(fact)
        self.streams[on.id] = replace(on, told=(*on.told, fact), folded=_folded(on, fact))
        return fact

    def missed(self, touched: Sequence[UUID], step: Step) -> list[DeadlineMissed]:
        """Record the misses that have become true of these streams, and that no fact says yet."""
        found: list[DeadlineMissed] = []
        for stream_id in dict.fromkeys(touched):
            for miss in self.streams[stream_id].folded.clocks.newly_missed(step.now):
                self.append(self.streams[stream_id], miss, step)
                found.append(miss)
        return found


def _folded(on: StreamAt, fact: Record) -> StreamState:
    """As the kernel folds it: where something is corrected, the whole stream anew."""
    told = (*on.told, fact)
    if any(isinstance(one.event, RecordCorrected) for one in told):
        return StreamState(0, on.kind.state).after_all(
            on.kind, [(one.event, one.envelope.event_id) for one in told]
        )
    return on.folded.after(on.kind, fact.event, fact.envelope.event_id)
