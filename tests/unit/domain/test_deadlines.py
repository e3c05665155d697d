"""Clocks folded from a stream's events: met, missed once for each due, varied, ended."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Annotated
from uuid import UUID, uuid4

import pytest

from shared.domain.clock_facts import DeadlineMissed, DeadlineVaried
from shared.domain.deadlines import DeadlineClock, DeadlineClocks
from shared.domain.event import Event
from shared.domain.marks import Starts
from shared.domain.rules import Deadline, clock_state

T0 = datetime(2026, 4, 2, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
DUE = T0 + 24 * HOUR
START = UUID(int=1)
VERSIONS = count(1)


class Began(Event, name="test_clocks.Began"):
    due: Annotated[Deadline, Starts("M1", of="")]
    tell: Annotated[Deadline, Starts("M3", of="")] | None = None


class Acted(Event, name="test_clocks.Acted", meets=("M1",)):
    pass


class Ceased(Event, name="test_clocks.Ceased", ends=("M1", "M3")):
    pass


class Repeated(Event, name="test_clocks.Repeated", meets=("M1",)):
    due: Annotated[Deadline, Starts("M1", of="")]


class Perhaps(Event, name="test_clocks.Perhaps"):
    outcome: bool

    def clocks_met(self) -> tuple[str, ...]:
        return ("M1",) if self.outcome else ()


def due(rule: str = "M1", at: datetime = DUE, start: datetime = T0) -> Deadline:
    return Deadline(start, at, rule, "test")


def then(clocks: DeadlineClocks, event: Event, event_id: UUID | None = None) -> DeadlineClocks:
    """One event more; its version is its place in the order of writing down."""
    version = next(VERSIONS)
    return clocks.after(event, event_id or UUID(int=1000 + version), version)


def begun(*more: Event) -> DeadlineClocks:
    clocks = then(DeadlineClocks(), Began(due=due(), happened_at=T0), START)
    for event in more:
        clocks = then(clocks, event)
    return clocks


def only(clocks: DeadlineClocks) -> DeadlineClock:
    [clock] = clocks
    return clock


def state(clock: DeadlineClock, now: datetime) -> str:
    return clock_state(clock.due_at, clock.acted_at, clock.ended_at, clock.varied, now)


def test_a_clock_starts_with_the_event_that_carries_its_deadline():
    clock = only(begun())
    assert (clock.rule, clock.started_by, clock.due_at, clock.running) == ("M1", START, DUE, True)
    two = then(DeadlineClocks(), Began(due=due(), tell=due("M3"), happened_at=T0), START)
    assert [clock.rule for clock in two] == ["M1", "M3"]


def test_what_concerns_no_clock_changes_nothing():
    clocks = begun()
    assert then(clocks, Perhaps(outcome=False, happened_at=T0)) is clocks


@pytest.mark.parametrize(
    ("act", "now", "missed", "shown"),
    [
        (None, DUE - timedelta(microseconds=1), False, "open"),
        (None, DUE, True, "missed"),
        (DUE - timedelta(microseconds=1), DUE + HOUR, False, "met"),  # in time, recorded late
        (DUE, DUE, True, "missed"),  # at the very instant it is late
        (DUE + HOUR, DUE + HOUR, True, "missed"),
    ],
)
def test_met_before_missed_at_the_instant(act, now, missed, shown):
    clocks = begun(Acted(happened_at=act)) if act else begun()
    assert only(clocks).missed_by(now) is missed
    assert [each.due_at for each in clocks.newly_missed(now)] == ([DUE] if missed else [])
    assert state(only(clocks), now) == shown


def test_a_miss_is_said_once_and_happened_at_its_due():
    clocks = begun()
    [missed] = clocks.newly_missed(DUE + 5 * HOUR)
    assert missed == DeadlineMissed(rule="M1", started_by=START, due_at=DUE, happened_at=DUE)
    clocks = then(clocks, missed)
    assert clocks.newly_missed(DUE + 9 * HOUR) == ()
    clocks = then(clocks, Acted(happened_at=DUE + HOUR))
    assert clocks.newly_missed(DUE + 9 * HOUR) == ()
    assert state(only(clocks), DUE + 9 * HOUR) == "missed"


def test_an_act_in_time_that_is_recorded_after_the_miss_answers_it():
    clocks = begun()
    clocks = then(then(clocks, clocks.newly_missed(DUE)[0]), Acted(happened_at=DUE - HOUR))
    assert state(only(clocks), DUE + HOUR) == "met"
    assert only(clocks).said == {DUE}
    assert clocks.newly_missed(DUE + HOUR) == ()


@pytest.mark.parametrize("first_recorded", [0, 1])
def test_of_several_acts_the_one_that_happened_first_counts(first_recorded):
    acts = [Acted(happened_at=DUE + HOUR), Acted(happened_at=DUE - HOUR)]
    clocks = begun(acts[first_recorded], acts[1 - first_recorded])
    assert only(clocks).acted_at == DUE - HOUR
    assert not only(clocks).running


def test_an_earlier_act_recorded_later_answers_the_miss_and_the_miss_stays():
    clocks = begun(Acted(happened_at=DUE + HOUR))
    clocks = then(clocks, clocks.newly_missed(DUE + HOUR)[0])
    clocks = then(clocks, Acted(happened_at=DUE - HOUR))
    assert state(only(clocks), DUE + 2 * HOUR) == "met"
    assert only(clocks).said == {DUE}
    assert clocks.newly_missed(DUE + 2 * HOUR) == ()


def test_what_an_act_says_may_decide_whether_it_meets():
    assert only(begun(Perhaps(outcome=False, happened_at=T0))).running
    assert not only(begun(Perhaps(outcome=True, happened_at=T0))).running


@pytest.mark.parametrize(("at", "shown"), [(DUE - HOUR, "ended"), (DUE, "missed"), (DUE + HOUR, "missed")])
def test_a_clock_ends_only_before_it_is_due(at, shown):
    clocks = begun(Ceased(happened_at=at))
    assert state(only(clocks), DUE + 2 * HOUR) == shown
    assert bool(clocks.newly_missed(DUE + 2 * HOUR)) is (shown == "missed")
    assert only(then(clocks, Acted(happened_at=at + HOUR))).acted_at is None  # it had stopped
    assert only(then(clocks, Acted(happened_at=T0))).ended_at is None  # an act before the end stops it


def varied(to: datetime, was: datetime = DUE) -> DeadlineVaried:
    return DeadlineVaried(rule="M1", started_by=START, was_due_at=was, due_at=to, happened_at=T0)


def test_varied_before_it_was_missed():
    later = DUE + 24 * HOUR
    clocks = begun(varied(later))
    assert only(clocks).deadline.due_at == DUE  # the old one stays visible
    assert state(only(clocks), DUE + HOUR) == "varied"
    assert clocks.newly_missed(DUE + HOUR) == ()
    assert [each.due_at for each in clocks.newly_missed(later)] == [later]


def test_varied_after_it_was_missed_it_can_be_missed_once_more():
    later = DUE + 24 * HOUR
    clocks = begun()
    clocks = then(then(clocks, clocks.newly_missed(DUE)[0]), varied(later))
    assert clocks.newly_missed(later - HOUR) == ()
    [second] = clocks.newly_missed(later)
    assert second.due_at == later
    assert then(clocks, second).newly_missed(later + HOUR) == ()
    assert state(only(then(clocks, Acted(happened_at=later - HOUR))), later) == "met"


def test_a_repeating_clock_restarts_from_the_act_that_meets_it():
    second = uuid4()
    next_due = DUE + 24 * HOUR
    repeated = Repeated(due=due(at=next_due, start=T0 + HOUR), happened_at=T0 + HOUR)
    clocks = then(begun(), repeated, second)
    first, following = clocks
    assert first.acted_at == T0 + HOUR
    assert (following.started_by, following.due_at, following.running) == (second, next_due, True)
    assert clocks.latest("M1") == following
    assert clocks.find("M1", START) == first
    assert clocks.find("M1", uuid4()) is None
    assert clocks.latest("M9") is None


def test_clocks_of_other_facts_and_rules_stay_as_they_are():
    other = UUID(int=2)
    clocks = then(DeadlineClocks(), Began(due=due(), tell=due("M3"), happened_at=T0), START)
    clocks = then(clocks, Began(due=due(), happened_at=T0), other)
    moved = then(clocks, varied(DUE + HOUR))
    assert {(c.rule, c.started_by): c.due_at for c in moved} == {
        ("M1", START): DUE + HOUR,
        ("M3", START): DUE,
        ("M1", other): DUE,
    }
    said = then(clocks, DeadlineMissed(rule="M1", started_by=other, due_at=DUE))
    assert {(c.rule, c.started_by): set(c.said) for c in said if c.said} == {("M1", other): {DUE}}
    assert [(each.rule, each.started_by) for each in said.newly_missed(DUE)] == [("M1", START), ("M3", START)]
