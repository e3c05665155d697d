"""The clocks of a stream, folded from what its events say to them. Pure.

Source: "How a clock runs" in the rules. A clock *is* a start. Starts, acts, ends and set limits (`marks`) of one rule
stand in one total order, whatever order they were written down in; the first act or end after a start stops its clock:
met by an act in time, missed and late by another, ended by an end. One act stops every clock of its rule that runs. A
start that continues a chain is a clock only where, of the starts that stand by themselves and the ends before it, the
last is a start; else it is dormant, and no clock. A correction restates what its event says, in that event's place.

That a due instant was missed is itself a fact, said once for each; that a manager named another one too. Both are of
the clock, and outlive a correction of its start.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from itertools import groupby
from typing import Final, NamedTuple, Self
from uuid import UUID

from shared.domain.clock_facts import NOTES, DeadlineMissed, DeadlineVaried, notes_of
from shared.domain.corrections import RecordCorrected
from shared.domain.event import Event
from shared.domain.marks import Mark, MarkKind
from shared.domain.rules import ClockState, Deadline, clock_state

LOOKED_BACK: Final = timedelta(days=92)
"""How far before its first clock a stream that opens is told of what happened: so much earlier its start may be corrected
to, and still find the acts that count."""


_ABOUT_OTHERS: Final = (DeadlineMissed, DeadlineVaried, RecordCorrected)
"""They carry no mark of their own: they say something of a clock, or of an event, that stands there already."""


@dataclass(frozen=True, slots=True)
class DeadlineClock:
    """One clock: its rule, the event that started it, the instants (UTC) that judge it."""

    deadline: Deadline
    """As its start says it."""
    started_by: UUID
    due_at: datetime
    """By now: what the start says, what was agreed, or what a manager named last."""
    acted_at: datetime | None = None
    ended_at: datetime | None = None
    varied: bool = False
    said: frozenset[datetime] = frozenset()
    """The due instants that facts say were missed."""

    @property
    def rule(self) -> str:
        """The rule's id."""
        return self.deadline.rule

    @property
    def running(self) -> bool:
        """Neither acted on nor ended."""
        return self.acted_at is None and self.ended_at is None

    def missed_by(self, now: datetime) -> bool:
        """Whether, at `now`, the due instant has passed unmet and no fact says so yet."""
        stopped = self.acted_at if self.acted_at is not None else self.ended_at
        in_time = stopped is not None and stopped < self.due_at
        return self.due_at <= now and not in_time and self.due_at not in self.said

    def state(self, now: datetime) -> ClockState:
        """How it stands at `now` (aware): exactly one of the five."""
        return clock_state(self.due_at, self.acted_at, self.ended_at, self.varied, now)


class _Placed(NamedTuple):
    """A mark in its place: the version of the event that says it, and that event's id."""

    mark: Mark
    version: int
    by: UUID
    withdrawn: bool = False
    """Of a start: a correction took it back. Its clock ended when it started, and stays visible."""

    @property
    def order(self) -> tuple[datetime, int, int]:
        return (self.mark.at, self.version, self.mark.rank)


def _placed_beside(event: Event, version: int, by: UUID) -> tuple[tuple[str, _Placed], ...]:
    """What an event says to clocks of other streams, with the name of each."""
    return tuple(
        (stream, _Placed(mark, version, by))
        for mark in event.marks_beside()
        if (stream := event.stream_beside(mark.rule)) is not None
    )


@dataclass(frozen=True, slots=True)
class _Variation:
    """A due instant that a manager named, in the order of the log: the last counts."""

    version: int
    rule: str
    started_by: UUID
    due_at: datetime

    @classmethod
    def of(cls, version: int, event: DeadlineVaried) -> Self:
        return cls(version, event.rule, event.started_by, event.due_at)


@dataclass(frozen=True)
class DeadlineClocks:
    """All clocks that ever ran on a stream."""

    _placed: tuple[_Placed, ...] = ()
    _varied: tuple[_Variation, ...] = ()
    _said: frozenset[tuple[str, UUID, datetime]] = frozenset()
    _beside: tuple[tuple[str, _Placed], ...] = ()
    """What events of this stream say to clocks of other streams, with the name of each."""
    _earliest: datetime | None = field(default=None, compare=False)
    """No due instant that was ever said lies before it: until then nothing can have been missed."""
    _heard: frozenset[tuple[str, UUID]] = frozenset()
    """Of each rule, the events that stand elsewhere and are noted here."""

    def __iter__(self) -> Iterator[DeadlineClock]:
        return iter(self.all)

    @cached_property
    def all(self) -> tuple[DeadlineClock, ...]:
        """Every clock, in the order in which they started."""
        by_rule = sorted(self._placed, key=lambda one: (one.mark.rule, one.order))
        found = [
            (one.order, clock)
            for _, marks in groupby(by_rule, key=lambda one: one.mark.rule)
            for one, clock in self._of_rule(marks)
        ]
        return tuple(clock for _, clock in sorted(found, key=lambda each: (each[0], each[1].rule)))

    def after(
        self, event: Event, event_id: UUID, version: int, marks: tuple[Mark, ...] | None = None
    ) -> Self:
        """The clocks once `event` (with its id and its version on the stream) is taken in; `marks`: what it says to
        clocks of its own stream, where the caller has asked it already.
        """
        if type(event) in _ABOUT_OTHERS:  # as `is_of_clocks`: cheaper than asking for each
            match event:
                case DeadlineMissed(rule=rule, started_by=started, due_at=due):
                    return replace(self, _said=self._said | {(rule, started, due)})
                case DeadlineVaried():
                    varied = (*self._varied, _Variation.of(version, event))
                    return replace(self, _varied=varied, _earliest=self._earlier(event.due_at))
                case RecordCorrected():
                    return self._restated(event)
        told = self._with_beside(event, version, event_id) if event.BESIDE else self
        if isinstance(event, NOTES):
            told = replace(told, _heard=self._heard | {(event.rule, event.of)})
        if marks is None:
            marks = event.marks()
        return told._with(marks, version, event_id) if marks else told  # noqa: SLF001 - another of this class

    @property
    def beside(self) -> frozenset[str]:
        """The names of the streams to whose clocks events of this stream said something."""
        return frozenset(name for name, _ in self._beside)

    def noted_on(self, stream: str) -> list[Event]:
        """What events of this stream say to the clocks of another one, as it is noted there, in the order in which they
        were written down.
        """
        return self._noted(one for name, one in self._beside if name == stream)

    def noted_at_opening(self, stream: str, starts: Sequence[datetime]) -> list[Event]:
        """The same for a stream that opens only now, whose own clocks start at these instants.

        What happened long before can mean nothing to it. A clock that stands by itself, and began before the stream's
        own, was another's: a plan's transfer is not that of the next plan.
        """
        first = min(starts, default=None)
        return self._noted(
            one
            for name, one in self._beside
            if name == stream
            and (first is None or one.mark.at >= first - LOOKED_BACK)
            and (
                one.mark.kind is not MarkKind.START
                or one.mark.continues
                or (first is not None and one.mark.at >= first)
            )
        )

    def _noted(self, placed: Iterable[_Placed]) -> list[Event]:
        by_event: dict[UUID, list[Mark]] = {}
        for one in placed:
            if not one.withdrawn:
                by_event.setdefault(one.by, []).append(one.mark)
        return [note for event_id, marks in by_event.items() for note in notes_of(marks, event_id)]

    def said_to(self, stream: str) -> dict[UUID, list[Mark]]:
        """What events of this stream say to the clocks of another one, by the event, in the order written down."""
        by_event: dict[UUID, list[Mark]] = {}
        for name, one in self._beside:
            if name == stream and not one.withdrawn:
                by_event.setdefault(one.by, []).append(one.mark)
        return by_event

    def has_noted(self, rule: str, event: UUID) -> bool:
        """Whether an event that stands elsewhere is noted here, for this rule."""
        return (rule, event) in self._heard

    def runs_at(self, rule: str, at: datetime) -> bool:
        """Whether what the clocks of a rule are for stood at an instant: it had begun, and not ended since."""
        turns = [
            one
            for one in self._placed
            if one.mark.rule == rule and one.mark.at <= at and not one.withdrawn
            if one.mark.kind is MarkKind.END or (one.mark.kind is MarkKind.START and not one.mark.continues)
        ]
        return bool(turns) and max(turns, key=lambda one: one.order).mark.kind is MarkKind.START

    def starts(self) -> tuple[datetime, ...]:
        """When the clocks of this stream start, those that were withdrawn among them."""
        return tuple(one.mark.at for one in self._placed if one.mark.kind is MarkKind.START)

    def find(self, rule: str, started_by: UUID) -> DeadlineClock | None:
        """The clock of this rule that this event started."""
        return next(
            (clock for clock in self.all if (clock.rule, clock.started_by) == (rule, started_by)), None
        )

    def latest(self, rule: str) -> DeadlineClock | None:
        """The last clock of this rule to start."""
        return next((clock for clock in reversed(self.all) if clock.rule == rule), None)

    def newly_missed(self, now: datetime) -> tuple[DeadlineMissed, ...]:
        """The misses that `now` makes true and no event says yet, each happened at its due instant."""
        if self._earliest is None or now < self._earliest:
            return ()
        return tuple(
            DeadlineMissed(rule=c.rule, started_by=c.started_by, due_at=c.due_at, happened_at=c.due_at)
            for c in self.all
            if c.missed_by(now)
        )

    # -- taking in

    def _with(
        self,
        marks: Iterable[Mark],
        version: int,
        by: UUID,
        *,
        kept: Iterable[_Placed] | None = None,
        varied: tuple[_Variation, ...] | None = None,
    ) -> Self:
        placed = [_Placed(mark, version, by) for mark in marks]
        dues = [one.mark.deadline.due_at for one in placed if one.mark.deadline is not None]
        # Made by hand: `replace` looks through the fields each time, and this is done for every event with a mark.
        return type(self)(
            (*(self._placed if kept is None else kept), *placed),
            self._varied if varied is None else varied,
            self._said,
            self._beside,
            self._earlier(*dues),
            self._heard,
        )

    def _with_beside(self, event: Event, version: int, by: UUID) -> Self:
        return replace(self, _beside=(*self._beside, *_placed_beside(event, version, by)))

    def _earlier(self, *dues: datetime) -> datetime | None:
        if not dues:
            return self._earliest
        return min(dues) if self._earliest is None else min(self._earliest, *dues)

    def _restated(self, correction: RecordCorrected) -> Self:
        """What the corrected event says now, in its place. What it started and starts no longer is withdrawn."""
        version, right = correction.corrects.version, correction.right()
        beside = tuple(each for each in self._beside if each[1].version != version)
        if right is not None and right.BESIDE:
            beside += _placed_beside(right, version, correction.corrects.event)
        varied = tuple(one for one in self._varied if one.version != version)
        if isinstance(right, DeadlineVaried):
            varied = (*varied, _Variation.of(version, right))
            return replace(self, _varied=varied, _beside=beside, _earliest=self._earlier(right.due_at))
        marks = () if right is None else right.marks()
        started = {mark.rule for mark in marks if mark.kind is MarkKind.START}
        kept = []
        for one in self._placed:
            if one.version != version:
                kept.append(one)
            elif one.mark.kind is MarkKind.START and one.mark.rule not in started:
                kept.append(one._replace(withdrawn=True))
        told = replace(self, _beside=beside)
        return told._with(marks, version, correction.corrects.event, kept=kept, varied=varied)  # noqa: SLF001 - as above

    # -- judging

    def _of_rule(self, marks: Iterable[_Placed]) -> Iterator[tuple[_Placed, DeadlineClock]]:
        """The clocks of one rule, from its marks in their order."""
        running: list[_Placed] = []
        agreed: dict[_Placed, datetime] = {}
        chain = False
        for one in marks:
            match one.mark.kind:
                case MarkKind.ACT:
                    yield from ((each, self._clock(each, agreed, acted_at=one.mark.at)) for each in running)
                    running = []
                case MarkKind.END:
                    yield from ((each, self._clock(each, agreed, ended_at=one.mark.at)) for each in running)
                    running, chain = [], False
                case MarkKind.SET:
                    assert one.mark.deadline is not None
                    agreed |= dict.fromkeys(running, one.mark.deadline.due_at)
                case MarkKind.START:
                    if one.mark.continues and not chain:
                        continue
                    if one.withdrawn:
                        yield one, self._clock(one, agreed, ended_at=one.mark.at)
                        continue
                    chain = chain or not one.mark.continues
                    running.append(one)
        yield from ((each, self._clock(each, agreed)) for each in running)

    def _clock(
        self,
        start: _Placed,
        agreed: dict[_Placed, datetime],
        *,
        acted_at: datetime | None = None,
        ended_at: datetime | None = None,
    ) -> DeadlineClock:
        deadline = start.mark.deadline
        assert deadline is not None
        own = (deadline.rule, start.by)
        varied = [(one.version, one.due_at) for one in self._varied if (one.rule, one.started_by) == own]
        return DeadlineClock(
            deadline=deadline,
            started_by=start.by,
            due_at=max(varied)[1] if varied else agreed.get(start, deadline.due_at),
            acted_at=acted_at,
            ended_at=ended_at,
            varied=bool(varied),
            said=frozenset(due for rule, by, due in self._said if (rule, by) == own),
        )


NO_CLOCKS: Final = DeadlineClocks()
"""Of a stream that says nothing to clocks, as most do: one for all of them."""
