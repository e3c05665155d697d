"""That a strategy discussion is due: A11 from the front door's word, F10 and R8 from others', and one discussion meets
whichever of them run. Over nights, weekends, bank holidays and both clock changes, and at the very instant.
"""

from datetime import timedelta

import pytest

from services.assessment.codes import StrategyDecision
from services.mash.codes import StrategyWhen
from shared.domain.instants import london
from shared.team.elsewhere import NoteEnd, NoteStart
from shared.testing.facts import event_id
from tests.unit.assessment.referrals import CONTACT
from tests.unit.assessment.strategy import HOLD, MANAGER, TUESDAY, assessment, decided, with_front_door
from tests.unit.mash.contacts import HARM, RECEIVE, STRATEGY

A_MOMENT = timedelta(microseconds=1)
CAN_WAIT = "can_wait"
ESCALATED = london(2026, 4, 2, 18)

clocks = pytest.mark.parametrize(
    ("rule", "stage", "start", "due"),
    [
        pytest.param("A11", None, london(2026, 4, 2, 9), london(2026, 4, 3), id="the same day"),
        pytest.param("A11", None, london(2026, 8, 29, 23, 59), london(2026, 8, 30), id="on a Saturday night"),
        pytest.param("A11", None, london(2026, 3, 29), london(2026, 3, 30), id="the day of 23 hours"),
        pytest.param("A11", None, london(2026, 10, 25), london(2026, 10, 26), id="the day of 25 hours"),
        pytest.param("A11", CAN_WAIT, london(2026, 4, 2, 9), london(2026, 4, 10), id="over Easter"),
        pytest.param("A11", CAN_WAIT, london(2026, 12, 24, 16), london(2027, 1, 1), id="over Christmas"),
        pytest.param(
            "A11", CAN_WAIT, london(2026, 11, 13, 21), london(2026, 11, 19), id="on a Friday evening"
        ),
        pytest.param("F10", None, london(2026, 4, 2, 18), london(2026, 4, 3), id="escalated"),
        pytest.param("R8", None, london(2026, 4, 2, 18), london(2026, 4, 3, 18), id="missing for 24 hours"),
        pytest.param(
            "R8", None, london(2026, 3, 28, 18), london(2026, 3, 29, 19), id="missing, clocks forward"
        ),
        pytest.param(
            "R8", None, london(2026, 10, 24, 18), london(2026, 10, 25, 17), id="missing, clocks back"
        ),
    ],
)


def begun(rule, stage, start):
    """It is due on the child, by a fact of another team."""
    return assessment.when(NoteStart(rule=rule, cause=event_id(99), stage=stage), at=start)


@clocks
def test_it_is_due_at(rule, stage, start, due):
    assert begun(rule, stage, start).clock(rule).due_at == due


@clocks
def test_a_discussion_a_moment_before_meets_it_and_at_the_instant_is_late(rule, stage, start, due):
    story = begun(rule, stage, start)
    story.when(HOLD, at=due - A_MOMENT, by=MANAGER).missed().clocks(**{rule: "met"})
    story.when(HOLD, at=due, by=MANAGER).missed(rule).clocks(**{rule: "missed"})


@clocks
def test_unanswered_it_is_missed_once(rule, stage, start, due):
    story = begun(rule, stage, start)
    story.time_passes(until=due - A_MOMENT).missed().clocks(due - A_MOMENT, **{rule: "open"})
    story.time_passes(until=due).missed(rule).time_passes(until=due + timedelta(days=9)).missed()


def all_three():
    """All three run on the child."""
    story = begun("A11", None, ESCALATED)
    for rule in ("F10", "R8"):
        story = story.when(NoteStart(rule=rule, cause=event_id(99)), at=ESCALATED)
    return story


def test_one_discussion_meets_all_three_quorate_or_not():
    held = all_three().when(HOLD, at=ESCALATED + timedelta(hours=1), by=MANAGER)
    held.clocks(A11="met", F10="met", R8="met")
    alone = decided(
        StrategyDecision.ANOTHER_MEETING,
        present=("childrens_social_care",),
        why_not_quorate="Nobody answers.",
    )
    all_three().when(alone, at=ESCALATED + timedelta(hours=1), by=MANAGER).clocks(
        A11="met", F10="met", R8="met"
    )


def test_one_held_before_they_began_meets_none():
    before = ESCALATED - timedelta(hours=1)
    story = all_three().when(HOLD, at=ESCALATED, by=MANAGER, happened=before)
    story.clocks(A11="open", F10="open", R8="open")


def test_written_down_before_the_start_arrives_it_counts_by_when_it_was_held():
    after = ESCALATED + timedelta(hours=2)
    held = assessment.when(HOLD, at=after, by=MANAGER)
    start = NoteStart(rule="A11", cause=event_id(99))
    held.when(start, at=after, happened=ESCALATED).missed().clocks(A11="met")


def test_written_down_late_it_was_in_time_and_the_miss_stays():
    story = all_three().time_passes(until=ESCALATED + timedelta(days=2)).missed("A11", "F10", "R8")
    happened = ESCALATED + timedelta(hours=5)
    story.when(HOLD, at=ESCALATED + timedelta(days=3), by=MANAGER, happened=happened).missed().clocks(
        A11="met", F10="met", R8="met"
    )


def test_the_return_of_a_missing_child_ends_r8_alone():
    story = all_three().when(NoteEnd(rule="R8", cause=event_id(98)), at=ESCALATED + timedelta(hours=3))
    story.clocks(A11="open", F10="open", R8="ended")


def test_it_needs_no_referral():
    assert not all_three().streams["referral"].version


# -- what the front door says


def received():
    return with_front_door.when(RECEIVE, at=TUESDAY)


@pytest.mark.parametrize(
    ("when", "due_at"),
    [
        (StrategyWhen.SAME_DAY, london(2026, 12, 30)),
        (StrategyWhen.WITHIN_3_WORKING_DAYS, london(2027, 1, 5)),
    ],
)
def test_strategy_discussion_now_starts_it_from_the_decision(when, due_at):
    story = received()
    decide = STRATEGY.model_copy(update={"re": story.id, "strategy": when})
    decided_late = story.when(decide, at=TUESDAY + timedelta(hours=1)).clocks(A11="open")
    assert decided_late.clock("A11").deadline.starts_at == TUESDAY + timedelta(hours=1)
    assert decided_late.clock("A11").due_at == due_at


def test_immediate_harm_starts_it_the_same_day():
    story = received()
    harmed = story.when(HARM.model_copy(update={"re": story.id}), at=TUESDAY).clocks(A1="open", A11="open")
    assert harmed.clock("A11").due_at == london(2026, 12, 30)


def test_the_same_discussion_answers_harm_and_the_decision_after_it():
    story = received()
    harmed = story.when(HARM.model_copy(update={"re": story.id}), at=TUESDAY)
    decided_too = harmed.when(STRATEGY.model_copy(update={"re": story.id}), at=TUESDAY + timedelta(hours=1))
    held = decided_too.when(HOLD, at=TUESDAY + timedelta(hours=2), by=MANAGER)
    due = held.stream("strategy_due", team="assessment").clocks
    assert [one.state(held.last.now) for one in due if one.rule == "A11"] == ["met", "met"]


def test_an_accepted_contact_that_asks_for_none_starts_none():
    story = received()
    accepted = STRATEGY.model_copy(update={"re": story.id, "outcome": "referral_accepted", "strategy": None})
    story.when(accepted, at=TUESDAY).clocks(A11=None)


def test_who_told_of_it_is_told_that_it_was_held():
    story = received()
    decided_now = story.when(STRATEGY.model_copy(update={"re": story.id}), at=TUESDAY)
    held = decided_now.when(HOLD, at=TUESDAY + timedelta(hours=1), by=MANAGER)
    assert held.decided[0].contact == story.id != CONTACT
