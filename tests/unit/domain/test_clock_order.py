"""How clocks run when facts are written down late, out of order, corrected or withdrawn; each with the rule that wants it."""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

import pytest

from shared.domain.clock_facts import ActNoted, ClockEnded, ClockStarted, DeadlineVaried
from shared.domain.corrections import CorrectedText, correction_of
from shared.domain.deadlines import DeadlineClock
from shared.domain.event import Event
from shared.domain.instants import Instant, london
from shared.domain.marks import MarkKind, Sets, Starts, WrongRule
from shared.domain.rules import Deadline
from tests.unit.domain.clock_histories import History

DAY = timedelta(days=1)
MONDAY = london(2026, 4, 13, 9)
TEXT = CorrectedText(reason="The date was wrong.")


class PlanBegan(Event, name="test_order.PlanBegan"):
    """A child-in-need plan: A15 begins with it."""

    visit_by: Annotated[Deadline, Starts("A15")]


class PlanEnded(Event, name="test_order.PlanEnded", ends=("A15",)):
    """The plan ends, and its visits with it."""


class Visited(Event, name="test_order.Visited", meets=("A15",), continues=("A15",)):
    """A visit goes on with the visits of a plan."""

    visit_by: Annotated[Deadline, Starts("A15")]


class GroupHeld(Event, name="test_order.GroupHeld", meets=("C3",)):
    """A core group starts the next by itself."""

    meet_by: Annotated[Deadline, Starts("C3")]


class Notified(Event, name="test_order.Notified", meets=("L1",), starts_first=("L1",)):
    """The organisation knew, and tells: one fact starts and meets L1."""

    knew_at: Instant
    tell_by: Annotated[Deadline, Starts("L1", of="knew_at")]


class Opened(Event, name="test_order.Opened"):
    assess_by: Annotated[Deadline, Starts("A3")]


class Agreed(Event, name="test_order.Agreed"):
    """Manager and worker agree the timescale: set, not varied."""

    assess_by: Annotated[Deadline, Sets("A3")]


def deadline(rule: str, start: datetime, days: float) -> Deadline:
    return Deadline(start, start + days * DAY, rule, "rules 2026-11; calendar EW-2026-11")


def plan(at: datetime) -> PlanBegan:
    return PlanBegan(visit_by=deadline("A15", at, 28), happened_at=at)


def visit(at: datetime) -> Visited:
    return Visited(visit_by=deadline("A15", at, 28), happened_at=at)


def told(*events: Event, now: datetime = MONDAY + 100 * DAY) -> History:
    history = History(now=now)
    for event in events:
        history.add(event)
    return history


def shown(history: History, now: datetime | None = None) -> list[tuple[datetime, str]]:
    """Each clock by its start, and how it stands."""
    return [(clock.deadline.starts_at, clock.state(now or history.now)) for clock in history.clocks]


# -- chains: A9, A15, A18, C6, C21, L4, Z4 (rules, "How a clock runs" 5 and 8)


def test_a_visit_meets_the_clock_before_it_and_starts_its_own():
    history = told(plan(MONDAY), visit(MONDAY + 10 * DAY), visit(MONDAY + 30 * DAY))
    assert shown(history, MONDAY + 40 * DAY) == [
        (MONDAY, "met"),
        (MONDAY + 10 * DAY, "met"),
        (MONDAY + 30 * DAY, "open"),
    ]


def test_visits_written_down_in_any_order_give_the_same_clocks():
    visits = [visit(MONDAY + days * DAY) for days in (10, 30, 50)]
    one = told(plan(MONDAY), *visits)
    other = told(visits[2], visits[0], plan(MONDAY), visits[1])
    assert shown(one) == shown(other)


def test_a_visit_before_the_plan_starts_nothing_also_when_it_was_written_down_first():
    history = told(visit(MONDAY - 3 * DAY), plan(MONDAY))
    assert shown(history, MONDAY) == [(MONDAY, "open")]


def test_a_visit_after_the_plans_end_starts_nothing():
    history = told(plan(MONDAY), visit(MONDAY + 60 * DAY), PlanEnded(happened_at=MONDAY + 5 * DAY))
    assert shown(history) == [(MONDAY, "ended")]


def test_a_second_plan_runs_again():
    history = told(
        plan(MONDAY),
        PlanEnded(happened_at=MONDAY + 5 * DAY),
        plan(MONDAY + 9 * DAY),
        visit(MONDAY + 12 * DAY),
    )
    assert shown(history, MONDAY + 13 * DAY) == [
        (MONDAY, "ended"),
        (MONDAY + 9 * DAY, "met"),
        (MONDAY + 12 * DAY, "open"),
    ]


def test_a_missed_clock_starts_nothing_and_the_late_visit_goes_on():
    history = told(plan(MONDAY), now=MONDAY + 30 * DAY)
    history.say_misses()
    history.add(visit(MONDAY + 30 * DAY))
    assert shown(history) == [(MONDAY, "missed"), (MONDAY + 30 * DAY, "open")]


def test_a_start_by_itself_needs_no_chain():
    """C3, C5, F6 and Z3 start at each act by themselves."""
    held = GroupHeld(meet_by=deadline("C3", MONDAY, 42), happened_at=MONDAY)
    assert shown(told(held), MONDAY) == [(MONDAY, "open")]


# -- one act, several clocks; one fact, two marks


def test_one_act_stops_every_clock_of_its_rule_that_runs():
    """A11, F10 and R8 in one: one discussion meets all that run on the child."""
    history = told(plan(MONDAY), plan(MONDAY + DAY), visit(MONDAY + 2 * DAY))
    assert [state for _, state in shown(history, MONDAY + 3 * DAY)] == ["met", "met", "open"]


@pytest.mark.parametrize(("days", "state"), [(0.5, "met"), (1, "missed"), (3, "missed")])
def test_a_fact_that_starts_and_meets_a_rule_starts_first(days: float, state: str):
    """L1: from when the organisation knew until it told."""
    knew = MONDAY
    fact = Notified(knew_at=knew, tell_by=deadline("L1", knew, 1), happened_at=knew + days * DAY)
    assert shown(told(fact)) == [(knew, state)]
    at_once = Notified(knew_at=knew, tell_by=deadline("L1", knew, 1), happened_at=knew)
    assert shown(told(at_once)) == [(knew, "met")]


def test_a_first_agreement_sets_the_limit_and_is_no_variation():
    history = told(
        Opened(assess_by=deadline("A3", MONDAY, 63), happened_at=MONDAY),
        Agreed(assess_by=deadline("A3", MONDAY, 20), happened_at=MONDAY + DAY),
    )
    [clock] = history.clocks
    assert (clock.due_at, clock.varied, clock.state(MONDAY + 2 * DAY)) == (MONDAY + 20 * DAY, False, "open")
    assert clock.missed_by(MONDAY + 20 * DAY)


def test_a_variation_outlives_an_agreement_and_a_correction_of_the_start():
    history = told(Opened(assess_by=deadline("A3", MONDAY, 63), happened_at=MONDAY), now=MONDAY + DAY)
    opened = history.records[0]
    history.add(varied(only(history), MONDAY + 70 * DAY))
    history.add(Agreed(assess_by=deadline("A3", MONDAY, 20), happened_at=MONDAY + DAY))
    assert (only(history).due_at, only(history).varied) == (MONDAY + 70 * DAY, True)
    right = Opened(assess_by=deadline("A3", MONDAY - 2 * DAY, 63), happened_at=MONDAY - 2 * DAY)
    history.add(correction_of(opened, right, TEXT))
    assert (only(history).deadline.starts_at, only(history).due_at) == (MONDAY - 2 * DAY, MONDAY + 70 * DAY)


# -- corrections (rules 8; E3)


def only(history: History) -> DeadlineClock:
    [clock] = history.clocks
    return clock


def varied(clock: DeadlineClock, to: datetime) -> DeadlineVaried:
    return DeadlineVaried(rule=clock.rule, started_by=clock.started_by, was_due_at=clock.due_at, due_at=to)


def test_a_correction_that_moves_an_act_judges_anew_what_it_met_and_started():
    history = told(plan(MONDAY), now=MONDAY + 40 * DAY)
    late = history.add(visit(MONDAY + 30 * DAY))
    history.say_misses()
    assert shown(history) == [(MONDAY, "missed"), (MONDAY + 30 * DAY, "open")]
    history.add(correction_of(late, visit(MONDAY + 20 * DAY), TEXT))
    assert shown(history) == [(MONDAY, "met"), (MONDAY + 20 * DAY, "open")]
    [first, _] = history.clocks
    assert first.said == {MONDAY + 28 * DAY}  # the miss stays, and is answered


def test_a_withdrawn_act_starts_and_meets_nothing_and_stays_visible():
    history = told(plan(MONDAY), now=MONDAY + 40 * DAY)
    made_up = history.add(visit(MONDAY + 10 * DAY))
    history.add(correction_of(made_up, None, TEXT))
    assert shown(history, MONDAY + 20 * DAY) == [(MONDAY, "open"), (MONDAY + 10 * DAY, "ended")]
    history.add(correction_of(made_up, visit(MONDAY + 12 * DAY), TEXT))
    assert shown(history, MONDAY + 20 * DAY) == [(MONDAY, "met"), (MONDAY + 12 * DAY, "open")]


def test_a_withdrawn_end_never_was():
    history = told(plan(MONDAY), now=MONDAY + 10 * DAY)
    ended = history.add(PlanEnded(happened_at=MONDAY + 5 * DAY))
    history.add(visit(MONDAY + 8 * DAY))
    assert shown(history) == [(MONDAY, "ended")]
    history.add(correction_of(ended, None, TEXT))
    assert shown(history) == [(MONDAY, "met"), (MONDAY + 8 * DAY, "open")]


def test_a_withdrawn_variation_gives_the_instant_back():
    history = told(plan(MONDAY), now=MONDAY + DAY)
    first = history.add(varied(only(history), MONDAY + 50 * DAY))
    second = history.add(varied(only(history), MONDAY + 60 * DAY))
    history.add(correction_of(second, None, TEXT))
    assert (only(history).due_at, only(history).varied) == (MONDAY + 50 * DAY, True)
    history.add(correction_of(first, None, TEXT))
    assert (only(history).due_at, only(history).varied) == (MONDAY + 28 * DAY, False)


def test_each_due_instant_is_said_once():
    history = told(plan(MONDAY), now=MONDAY + 30 * DAY)
    history.say_misses()
    first = history.add(varied(only(history), MONDAY + 20 * DAY))
    history.say_misses()
    history.add(correction_of(first, None, TEXT))
    assert history.clocks.newly_missed(history.now) == ()
    assert only(history).said == {MONDAY + 28 * DAY, MONDAY + 20 * DAY}


# -- what stands elsewhere


def test_an_act_noted_meets_and_goes_on_as_if_it_stood_here():
    """C6: the visit is assessment's, the clock the plan's in conference."""
    noted = ActNoted(
        rule="A15",
        act=UUID(int=1),
        next=deadline("A15", MONDAY + 10 * DAY, 28),
        continues=True,
        happened_at=MONDAY + 10 * DAY,
    )
    assert shown(told(noted, plan(MONDAY)), MONDAY + 11 * DAY) == [
        (MONDAY, "met"),
        (MONDAY + 10 * DAY, "open"),
    ]
    history = told(plan(MONDAY), now=MONDAY + 20 * DAY)
    history.add(correction_of(history.add(noted), None, TEXT))
    assert shown(history) == [(MONDAY, "open"), (MONDAY + 10 * DAY, "ended")]


def test_a_clock_started_and_ended_elsewhere():
    """R8: the report and the return are missing's, the clock assessment's."""
    started = ClockStarted(
        rule="R8", cause=UUID(int=1), deadline=deadline("R8", MONDAY, 1), happened_at=MONDAY
    )
    assert shown(told(started), MONDAY) == [(MONDAY, "open")]
    returned = ClockEnded(rule="R8", cause=UUID(int=2), happened_at=MONDAY + 0.5 * DAY)
    assert shown(told(returned, started)) == [(MONDAY, "ended")]


# -- what is refused


def test_a_deadline_of_another_rule_is_refused():
    wrong = PlanBegan(visit_by=deadline("A18", MONDAY, 42), happened_at=MONDAY)
    with pytest.raises(WrongRule, match=r"PlanBegan\.visit_by is of A15, and was given a deadline of A18"):
        wrong.marks()
    with pytest.raises(ValueError, match="carries a deadline of A18"):
        ClockStarted(
            rule="R8", cause=UUID(int=1), deadline=deadline("A18", MONDAY, 1), happened_at=MONDAY
        ).marks()


def test_a_deadline_with_another_start_than_its_field_names_is_refused():
    """So a correction of that field moves the clock, and no other does."""
    wrong = PlanBegan(visit_by=deadline("A15", MONDAY - DAY, 28), happened_at=MONDAY)
    with pytest.raises(WrongRule, match="starts at its happened_at, and was given another start"):
        wrong.marks()
    with pytest.raises(TypeError, match="starts A15 from received_at, which is no field of"):

        class Nowhere(Event, name="test_order.Nowhere"):
            due: Annotated[Deadline, Starts("A15", of="received_at")]


def test_a_field_that_names_no_rule_or_two_of_one_rule_are_refused_when_the_class_is_made():
    with pytest.raises(TypeError, match=r"Unnamed\.due holds a deadline: name its rule in its type"):

        class Unnamed(Event, name="test_order.Unnamed"):
            due: Deadline | None = None

    with pytest.raises(TypeError, match="has two fields of A15"):

        class Twice(Event, name="test_order.Twice"):
            due: Annotated[Deadline, Starts("A15")]
            other: Annotated[Deadline, Sets("A15")] | None = None

    with pytest.raises(TypeError, match="says how it starts A18, and has no field that does"):

        class Strange(Event, name="test_order.Strange", continues=("A18",)):
            due: Annotated[Deadline, Sets("A18")]


def test_marks_need_to_know_when():
    with pytest.raises(ValueError, match="say when it happened"):
        PlanEnded().marks()
    assert [mark.kind for mark in visit(MONDAY).marks()] == [MarkKind.ACT, MarkKind.START]
