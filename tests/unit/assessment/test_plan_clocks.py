"""A15 and A18: visits to a child with a plan, and its reviews. Chains over bank holidays and both clock changes, at the very
instant, and in whatever order they are written down.
"""

from datetime import timedelta

import pytest

from services.assessment.codes import PlanDecision
from shared.domain.instants import london
from shared.team.elsewhere import NoteAct
from shared.testing.facts import event_id
from tests.unit.assessment.plans import END, REVIEW, SEEN, START, STARTED, WORKER, assessed, planned

A_MOMENT = timedelta(microseconds=1)
A_DAY = timedelta(days=1)
clocks = pytest.mark.parametrize(
    ("at", "visit", "review"),
    [
        pytest.param(london(2026, 4, 20, 10), london(2026, 5, 20), london(2026, 6, 2), id="over May Day"),
        pytest.param(london(2026, 11, 30, 9), london(2026, 12, 31), london(2027, 1, 12), id="over Christmas"),
        pytest.param(london(2027, 3, 5, 16), london(2027, 4, 7), london(2027, 4, 17), id="clocks go forward"),
        pytest.param(
            london(2026, 10, 2, 16), london(2026, 10, 31), london(2026, 11, 14), id="clocks go back"
        ),
        pytest.param(london(2026, 7, 4, 11), london(2026, 8, 1), london(2026, 8, 16), id="on a Saturday"),
    ],
)


def by(story, rule):
    """Every clock of a rule on the plan: when it is due, and how it stands by now."""
    clocks = story.streams["child_in_need_plan"].clocks
    return [(one.due_at, one.state(story.last.now)) for one in clocks if one.rule == rule]


@clocks
def test_they_are_due_at(at, visit, review):
    story = planned_at(at)
    assert (story.clock("A15").due_at, story.clock("A18").due_at) == (visit, review)


@clocks
def test_a_visit_a_moment_before_is_in_time_and_at_the_instant_late(at, visit, review):
    in_time = planned_at(at).when(SEEN, at=visit - A_MOMENT, by=WORKER).missed()
    assert [state for _, state in by(in_time, "A15")] == ["met", "open"]
    late = planned_at(at).when(SEEN, at=visit, by=WORKER).missed("A15")
    assert [state for _, state in by(late, "A15")] == ["missed", "open"]


@clocks
def test_so_it_is_with_a_review(at, visit, review):
    in_time = planned_at(at).when(REVIEW, at=review - A_MOMENT, by=WORKER)
    assert [state for _, state in by(in_time, "A18")] == ["met", "open"]
    late = planned_at(at).when(REVIEW, at=review, by=WORKER)
    assert [state for _, state in by(late, "A18")] == ["missed", "open"]


@clocks
def test_a_missed_one_starts_nothing_by_itself(at, visit, review):
    story = planned_at(at).time_passes(until=review + 90 * A_DAY).missed("A15", "A18")
    assert [len(by(story, rule)) for rule in ("A15", "A18")] == [1, 1]
    story.time_passes(until=review + 180 * A_DAY).missed()


def planned_at(at):
    """A plan that began at an instant, after an assessment long before."""
    return assessed().when(START, at=max(at, STARTED), by=WORKER, happened=at)


def test_each_visit_meets_the_clock_before_it_and_starts_the_next():
    second = (
        planned()
        .when(SEEN, at=london(2026, 5, 5, 15), by=WORKER)
        .when(SEEN, at=london(2026, 5, 28, 15), by=WORKER)
    )
    assert by(second, "A15") == [
        (london(2026, 5, 20), "met"),
        (london(2026, 6, 4), "met"),
        (london(2026, 6, 26), "open"),
    ]


def test_in_whatever_order_visits_are_written_down():
    first, second = london(2026, 5, 5, 15), london(2026, 5, 28, 15)
    in_order = planned().when(SEEN, at=first, by=WORKER).when(SEEN, at=second, by=WORKER)
    late = planned().when(SEEN, at=second, by=WORKER).when(SEEN, at=second + A_DAY, by=WORKER, happened=first)
    assert [due for due, _ in by(late, "A15")] == [due for due, _ in by(in_order, "A15")]
    assert [state for _, state in by(late, "A15")] == ["met", "met", "open"]


def test_a_visit_before_the_plan_answers_nothing_and_one_written_down_before_it_was_typed_up_counts():
    before = assessed().when(SEEN, at=STARTED, by=WORKER, happened=STARTED - A_DAY)
    assert by(before.when(START, at=STARTED, by=WORKER), "A15") == [(london(2026, 5, 20), "open")]
    seen = assessed().when(SEEN, at=STARTED + 3 * A_DAY, by=WORKER)
    typed_up = seen.when(START, at=STARTED + 4 * A_DAY, by=WORKER, happened=STARTED)
    assert [state for _, state in by(typed_up, "A15")] == ["met", "open"]


def test_a_visit_of_another_team_counts_as_of_when_it_happened():
    seen = planned().when(NoteAct(rule="A15", act=event_id(9), repeats=True), at=STARTED + 3 * A_DAY)
    assert [state for _, state in by(seen, "A15")] == ["met", "open"]


def test_a_child_without_a_plan_has_no_visit_due():
    assessed().when(SEEN, at=STARTED, by=WORKER).clocks(A15=None)


def test_after_its_end_a_visit_starts_nothing_and_before_it_still_counts():
    ended = planned().when(END, at=STARTED + 10 * A_DAY, by=WORKER)
    after = ended.when(SEEN, at=STARTED + 11 * A_DAY, by=WORKER)
    assert [state for _, state in by(after, "A15")] == ["ended"]
    late = ended.when(SEEN, at=STARTED + 11 * A_DAY, by=WORKER, happened=STARTED + 9 * A_DAY)
    assert [state for _, state in by(late, "A15")] == ["met", "ended"]


def test_a_review_that_decides_to_end_is_met_and_followed_by_none():
    to_end = REVIEW.model_copy(update={"decision": PlanDecision.END})
    story = planned().when(to_end, at=STARTED + 20 * A_DAY, by=WORKER)
    assert [state for _, state in by(story, "A18")] == ["met"]


def test_the_next_plan_has_clocks_of_its_own():
    ended = planned().when(END, at=STARTED + 10 * A_DAY, by=WORKER)
    again = ended.when(START, at=STARTED + 20 * A_DAY, by=WORKER)
    assert [state for _, state in by(again, "A15")] == ["open"]
