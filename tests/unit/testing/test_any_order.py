"""Made-up histories of a family on the kit: after every step each stream's clocks are what the rules say of what stands.

And every act that happened while a plan ran counts for that plan, in whatever order plans, visits, ends, corrections and
what other services did were written down.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from uuid import UUID, uuid5

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.clock_facts import (
    ActNoted,
    ClockEnded,
    ClockStarted,
    DeadlineMissed,
    DeadlineVaried,
    is_a_record,
)
from shared.domain.command import Command
from shared.domain.corrections import RecordCorrected, as_corrected
from shared.domain.deadlines import DeadlineClocks
from shared.domain.event import Event, Record
from shared.domain.instants import london
from shared.domain.marks import MarkKind
from shared.team.corrections import CorrectRecord
from shared.team.deadlines import VaryDeadline
from shared.team.elsewhere import NoteAct, NotedElsewhere
from shared.testing.deciders import Story, story_of
from shared.testing.facts import CHILD
from shared.testing.logs import StreamAt
from tests.unit.domain.clock_histories import Draw, Drawn, Seeded, brute_force, folded
from tests.unit.testing.toy_family import Close, EndPlan, Hold, Open, StartPlan, Visit, Want, family

T0 = london(2026, 4, 7, 9)
HOUR = timedelta(hours=1)
NOTES = (ActNoted, ClockStarted, ClockEnded)


@dataclass
class Told:
    """A story while it is made up, and the steps that may be corrected."""

    story: Story = field(default_factory=lambda: story_of(family))
    now: datetime = T0
    steps: list[UUID] = field(default_factory=list)
    n: int = 0

    def happened(self, draw: Draw) -> datetime:
        """Up to two days ago; never at an instant at which something else happened."""
        self.n += 1
        return self.now - draw.number(0, 48) * HOUR - timedelta(seconds=self.n)

    def do(self, command: Command, *, happened: datetime | None = None, by=None) -> None:
        """What is refused changes nothing."""
        before = len(self.story.records)
        self.story = self.story.when(command, at=self.now, happened=happened, by=by)
        if len(self.story.records) > before and not isinstance(command, CorrectRecord):
            self.steps.append(self.story.id)


def step(told: Told, draw: Draw) -> None:
    """One thing more is written down."""
    told.now += draw.number(1, 12) * HOUR
    what = draw.number(0, 13)
    if what in (0, 1):
        told.do(draw.pick([Open(), Close()]), happened=told.happened(draw))
    elif what in (2, 3):
        told.do(draw.pick([StartPlan(), EndPlan()]), happened=told.happened(draw))
    elif what in (4, 5, 6):
        told.do(Visit(), happened=told.happened(draw))
    elif what == 7:
        act = NoteAct(rule="A15", act=uuid5(CHILD, str(told.n)), repeats=True)
        told.do(act, happened=told.happened(draw), by=family.actor)
    elif what == 8:
        told.do(draw.pick([Want(), Hold()]), happened=told.happened(draw))
    elif what == 9:
        later = told.now + draw.number(1, 60) * HOUR
        told.do(VaryDeadline(rule=draw.pick(["A15", "A11"]), due=later, reason="Away."))
    elif what == 10:
        told.story = told.story.time_passes(until=told.now)
    elif told.steps:
        re, right = draw.pick(told.steps), told.happened(draw)
        if draw.number(0, 2) == 0:
            told.do(CorrectRecord(re=re, reason="It was not so.", withdrawn=True))
        else:
            told.do(CorrectRecord(re=re, reason="It was then.", right_happened=right))


# -- what the rules say


def streams(story: Story, kind: str) -> list[StreamAt]:
    return [one for one in story.logs.streams.values() if one.kind.name == kind]


def standing(one: StreamAt) -> list[tuple[Record, Event]]:
    """What stands on a stream by now, each with the record that said it first."""
    by_version = {record.version: record for record in one.told}
    told = ((record.version, record.event) for record in one.told)
    return [(by_version[version], event) for version, event in as_corrected(told)]


def acts(story: Story) -> list[datetime]:
    """When the child was seen, whoever recorded it, as it is right by now."""
    found = [
        event.happened_at
        for kind in ("referral", "elsewhere")
        for one in streams(story, kind)
        for _, event in standing(one)
        if any(mark.rule == "A15" and mark.kind is MarkKind.ACT for mark in event.marks_beside())
    ]
    return sorted(at for at in found if at is not None)


Reading = tuple[datetime, datetime | None, datetime | None]
"""A clock: when it started, was met, ended."""


def of_plan(one: StreamAt, seen: Sequence[datetime]) -> set[Reading]:
    """The clocks of a plan, read off line by line: it runs from its start to its end, and each visit in it counts."""
    marks: list[tuple[datetime, str]] = [(at, "seen") for at in seen]
    for _, event in standing(one):
        if is_a_record(type(event)) and not isinstance(event, DeadlineVaried):
            kinds = {mark.kind for mark in event.marks()}
            assert event.happened_at is not None
            marks.append((event.happened_at, "start" if MarkKind.START in kinds else "end"))
    found: set[Reading] = set()
    began: datetime | None = None
    for at, kind in sorted(marks):
        if kind == "start":
            began = at
            found |= {(at, None, None)}
        elif began is not None:
            open_ones = {each for each in found if each[1] is None and each[2] is None}
            stopped = {(each[0], at, None) if kind == "seen" else (each[0], None, at) for each in open_ones}
            found = (found - open_ones) | stopped
            if kind == "seen":
                found |= {(at, None, None)}
            else:
                began = None
    return found


def read(clocks: DeadlineClocks) -> set[Reading]:
    """As the fold has them. What was withdrawn ended when it started, and is no clock of what stands."""
    return {
        (one.deadline.starts_at, one.acted_at, one.ended_at)
        for one in clocks
        if one.ended_at != one.deadline.starts_at
    }


def check(story: Story, now: datetime) -> None:
    """All that must hold after every step."""
    for one in story.logs.streams.values():
        clocks = one.folded.clocks
        assert folded(clocks) == brute_force(one.told)
        for clock in clocks:
            assert clock.state(now) in {"met", "ended", "missed", "varied", "open"}
        said = [
            (e.event.rule, e.event.started_by, e.event.due_at)
            for e in one.told
            if isinstance(e.event, DeadlineMissed)
        ]
        assert len(said) == len(set(said))
    for one in streams(story, "plan"):
        assert read(one.folded.clocks) == of_plan(one, acts(story))


def play(draw: Draw, steps: int) -> Told:
    told = Told()
    for _ in range(steps):
        step(told, draw)
        check(told.story, told.now)
    return told


@settings(max_examples=60)
@given(st.data())
def test_every_act_while_a_plan_ran_counts_for_it_after_every_step(data: st.DataObject) -> None:
    draw = Drawn(data.draw)
    play(draw, draw.number(3, 16))


@pytest.mark.parametrize("seed", range(40))
def test_long_histories_too(seed: int) -> None:
    told = play(Seeded(Random(seed)), 40)
    kinds = {type(one.event) for one in told.story.records}
    assert kinds & {ActNoted, RecordCorrected, NotedElsewhere}
