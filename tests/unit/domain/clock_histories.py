"""Made-up histories of clocks, and what the rules say of them, read off line by line without any cleverness."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from typing import Annotated, Any, Protocol, TypeVar
from uuid import UUID

from shared.domain.clock_facts import ActNoted, ClockEnded, ClockStarted, DeadlineMissed, DeadlineVaried
from shared.domain.corrections import CorrectedText, RecordCorrected, correction_of
from shared.domain.deadlines import DeadlineClocks
from shared.domain.event import Event, Record
from shared.domain.instants import london
from shared.domain.marks import Mark, MarkKind, Sets, Starts
from shared.domain.rules import Deadline
from shared.testing.facts import STREAM, record

T0 = london(2026, 4, 2, 9)
HOUR = timedelta(hours=1)
T = TypeVar("T")


class Planned(Event, name="test_histories.Planned", ends=("Q",)):
    """A plan begins: P by itself, and Q once more."""

    visit_by: Annotated[Deadline, Starts("P", of="")] | None = None
    review_by: Annotated[Deadline, Starts("Q", of="")] | None = None


class Visited(Event, name="test_histories.Visited", meets=("P",), continues=("P",)):
    """A visit meets P, and goes on with it; it may meet Q."""

    again_by: Annotated[Deadline, Starts("P", of="")] | None = None
    reviewed: bool = False

    def clocks_met(self) -> tuple[str, ...]:
        return ("P", "Q") if self.reviewed else ("P",)


class Agreed(Event, name="test_histories.Agreed"):
    """A limit is agreed for what runs."""

    visit_by: Annotated[Deadline, Sets("P")] | None = None
    review_by: Annotated[Deadline, Sets("Q")] | None = None


class Told(Event, name="test_histories.Told", meets=("Q",), starts_first=("Q",)):
    """One fact starts Q, where it was known, and meets it."""

    tell_by: Annotated[Deadline, Starts("Q", of="")] | None = None


class Closed(Event, name="test_histories.Closed", ends=("P", "Q")):
    """Everything ends."""


class Silent(Event, name="test_histories.Silent"):
    """It says nothing to clocks."""


class Draw(Protocol):
    """Where a history's choices come from: hypothesis, or a seeded generator."""

    def number(self, least: int, most: int) -> int: ...
    def pick(self, several: Sequence[T]) -> T: ...


@dataclass
class Seeded:
    """Choices of a seeded generator."""

    random: Random

    def number(self, least: int, most: int) -> int:
        return self.random.randint(least, most)

    def pick(self, several: Sequence[T]) -> T:
        return self.random.choice(several)


@dataclass
class Drawn:
    """Choices of hypothesis."""

    draw: Callable[[Any], Any]

    def number(self, least: int, most: int) -> int:
        from hypothesis import strategies as st

        return self.draw(st.integers(least, most))

    def pick(self, several: Sequence[T]) -> T:
        from hypothesis import strategies as st

        return self.draw(st.sampled_from(list(several)))


def moment(draw: Draw) -> datetime:
    return T0 + draw.number(0, 12) * HOUR


def perhaps(draw: Draw, rule: str) -> Deadline | None:
    return None if draw.number(0, 2) == 0 else deadline(draw, rule)


def deadline(draw: Draw, rule: str) -> Deadline:
    starts = moment(draw)
    return Deadline(starts, starts + draw.number(0, 8) * HOUR, rule, "rules 2026-11; calendar EW-2026-11")


def fact(draw: Draw, kind: type[Event] | None = None) -> Event:
    """An event of one of the classes above, or a noted one, that happened some time."""
    kind = kind or draw.pick(
        [Planned, Planned, Visited, Visited, Agreed, Told, Closed, Silent, ActNoted, ClockStarted, ClockEnded]
    )
    at = moment(draw)
    if kind is Planned:
        return Planned(visit_by=perhaps(draw, "P"), review_by=perhaps(draw, "Q"), happened_at=at)
    if kind is Visited:
        return Visited(again_by=perhaps(draw, "P"), reviewed=draw.number(0, 1) == 1, happened_at=at)
    if kind is Agreed:
        return Agreed(visit_by=perhaps(draw, "P"), review_by=perhaps(draw, "Q"), happened_at=at)
    if kind is Told:
        return Told(tell_by=perhaps(draw, "Q"), happened_at=at)
    if kind is Closed:
        return Closed(happened_at=at)
    if kind is ActNoted:
        return ActNoted(rule="P", act=UUID(int=7), next=perhaps(draw, "P"), continues=True, happened_at=at)
    if kind is ClockStarted:
        return ClockStarted(rule="Q", cause=UUID(int=8), deadline=deadline(draw, "Q"), happened_at=at)
    if kind is ClockEnded:
        return ClockEnded(rule="P", cause=UUID(int=9), happened_at=at)
    return Silent(happened_at=at)


@dataclass
class History:
    """One stream as it is written down, event by event."""

    records: list[Record] = field(default_factory=list)
    clocks: DeadlineClocks = field(default_factory=DeadlineClocks)
    now: datetime = T0

    def add(self, event: Event) -> Record:
        """Written down at `now`, after everything before it."""
        n = len(self.records) + 1
        made = record(event, at=self.now, version=n, n=n, stream=STREAM, service="mash")
        self.records.append(made)
        self.clocks = self.clocks.after(made.event, made.envelope.event_id, n)
        return made

    def say_misses(self) -> None:
        """The timers, or whoever touches the stream, say what was missed by now."""
        for missed in self.clocks.newly_missed(self.now):
            self.add(missed)

    def correctable(self) -> list[Record]:
        """What a person may correct: neither a correction nor a miss."""
        return [one for one in self.records if not isinstance(one.event, RecordCorrected | DeadlineMissed)]


def step(history: History, draw: Draw) -> None:
    """One thing more is written down: a fact, a correction, a withdrawal or its undoing, a variation, the misses."""
    history.now += draw.number(0, 3) * HOUR
    what = draw.number(0, 9)
    clocks = list(history.clocks)
    if what >= 8 and history.correctable():
        old = draw.pick(history.correctable())
        kind = type(old.event)
        if draw.number(0, 2) == 0:
            right = None
        elif isinstance(old.event, DeadlineVaried):
            right = old.event.model_copy(update={"due_at": moment(draw)})
        else:
            right = fact(draw, kind)
        history.add(correction_of(old, right, CorrectedText(reason="It was otherwise.")))
    elif what == 7 and clocks:
        clock = draw.pick(clocks)
        varied = DeadlineVaried(
            rule=clock.rule, started_by=clock.started_by, was_due_at=clock.due_at, due_at=moment(draw)
        )
        history.add(varied)
    elif what == 6:
        history.say_misses()
    else:
        history.add(fact(draw))


# -- the rules, line by line


@dataclass(frozen=True)
class Reading:
    """What the rules say of one clock."""

    rule: str
    started_by: UUID
    due_at: datetime
    acted_at: datetime | None
    ended_at: datetime | None
    varied: bool
    said: frozenset[datetime]


@dataclass(frozen=True)
class _Stated:
    mark: Mark
    version: int
    by: UUID
    withdrawn: bool = False

    @property
    def key(self) -> tuple[datetime, int, int]:
        kinds = {MarkKind.ACT: 1, MarkKind.END: 2, MarkKind.SET: 3, MarkKind.START: 4}
        return (self.mark.at, self.version, 0 if self.mark.first else kinds[self.mark.kind])


def brute_force(records: Sequence[Record]) -> set[Reading]:
    """Every clock, by asking of each start what the rules ask, over all marks."""
    stated = _stated(records)
    starts = [one for one in stated if one.mark.kind is MarkKind.START]
    return {reading for start in starts if (reading := _reading(start, stated, records)) is not None}


def _stated(records: Sequence[Record]) -> list[_Stated]:
    """What each event says by now: the last correction counts, and keeps the event's place; a start that it says no
    longer is withdrawn, as it was said last.
    """
    found: list[_Stated] = []
    for one in records:
        if isinstance(one.event, RecordCorrected | DeadlineMissed | DeadlineVaried):
            continue
        said: list[Event | None] = [one.event]
        said += [
            later.event.right()
            for later in records
            if isinstance(later.event, RecordCorrected) and later.event.corrects.version == one.version
        ]
        last = () if said[-1] is None else said[-1].marks()
        found += [_Stated(mark, one.version, one.envelope.event_id) for mark in last]
        starts: dict[str, Mark] = {}
        for event in said:
            for mark in () if event is None else event.marks():
                if mark.kind is MarkKind.START:
                    starts[mark.rule] = mark
        kept = {mark.rule for mark in last if mark.kind is MarkKind.START}
        found += [
            _Stated(mark, one.version, one.envelope.event_id, withdrawn=True)
            for rule, mark in starts.items()
            if rule not in kept
        ]
    return found


def _reading(start: _Stated, stated: Sequence[_Stated], records: Sequence[Record]) -> Reading | None:
    assert start.mark.deadline is not None
    of_rule = [one for one in stated if one.mark.rule == start.mark.rule]
    if start.mark.continues:
        before = [
            one
            for one in of_rule
            if one.key < start.key
            and (
                one.mark.kind is MarkKind.END
                or (one.mark.kind is MarkKind.START and not one.mark.continues and not one.withdrawn)
            )
        ]
        if not before or max(before, key=lambda one: one.key).mark.kind is MarkKind.END:
            return None
    stops = [one for one in of_rule if one.key > start.key and one.mark.kind in (MarkKind.ACT, MarkKind.END)]
    stop = min(stops, key=lambda one: one.key, default=None)
    agreed = [
        one
        for one in of_rule
        if one.mark.kind is MarkKind.SET and one.key > start.key and (stop is None or one.key < stop.key)
    ]
    varied = _variations(start, records)
    due = start.mark.deadline.due_at
    if agreed and not start.withdrawn:
        last = max(agreed, key=lambda one: one.key).mark.deadline
        assert last is not None
        due = last.due_at
    acted = ended = None
    if start.withdrawn:
        ended = start.mark.at
    elif stop is not None and stop.mark.kind is MarkKind.ACT:
        acted = stop.mark.at
    elif stop is not None:
        ended = stop.mark.at
    said = frozenset(
        one.event.due_at
        for one in records
        if isinstance(one.event, DeadlineMissed)
        and (one.event.rule, one.event.started_by) == (start.mark.rule, start.by)
    )
    return Reading(start.mark.rule, start.by, varied[-1] if varied else due, acted, ended, bool(varied), said)


def _variations(start: _Stated, records: Sequence[Record]) -> list[datetime]:
    """The due instants that managers named, as they are right by now, in the order in which they were said."""
    found = []
    for one in records:
        if not isinstance(one.event, DeadlineVaried):
            continue
        right: Event | None = one.event
        for later in records:
            if isinstance(later.event, RecordCorrected) and later.event.corrects.version == one.version:
                right = later.event.right()
        if isinstance(right, DeadlineVaried) and (right.rule, right.started_by) == (
            start.mark.rule,
            start.by,
        ):
            found.append(right.due_at)
    return found


def folded(clocks: DeadlineClocks) -> set[Reading]:
    """The clocks of a fold, as readings."""
    return {Reading(c.rule, c.started_by, c.due_at, c.acted_at, c.ended_at, c.varied, c.said) for c in clocks}


def written_anew(records: Sequence[Record]) -> DeadlineClocks:
    """The clocks of these facts, written down in this order."""
    clocks = DeadlineClocks()
    for version, one in enumerate(records, 1):
        clocks = clocks.after(one.event, one.envelope.event_id, version)
    return clocks


def shifted(one: Record, at: datetime) -> Record:
    """The same fact, happened and started at another moment."""
    changes: dict[str, Any] = {"happened_at": at}
    for name in type(one.event).model_fields:
        value = getattr(one.event, name)
        if isinstance(value, Deadline):
            changes[name] = replace(value, starts_at=at, due_at=at + (value.due_at - value.starts_at))
    return replace(one, event=one.event.model_copy(update=changes))
