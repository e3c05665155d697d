"""A1, A2 and A3 over Easter, Christmas, a Friday evening and both clock changes: met, missed, and at the very instant."""

from datetime import timedelta

import pytest

from services.assessment.streams.referral import TakeImmediateHarm
from shared.domain.code_lists import ReferralSource
from shared.domain.instants import london
from shared.team.deadlines import VaryDeadline
from tests.unit.assessment.referrals import (
    ALLOCATE,
    CONTACT,
    MANAGER,
    SEEN_ALONE,
    WORKER,
    given,
    open_referral,
)
from tests.unit.assessment.test_assessment import AUTHORISE, COMPLETE

clocks = pytest.mark.parametrize(
    ("received", "due"),
    [
        pytest.param(london(2026, 4, 2, 16, 40), london(2026, 4, 10), id="before Easter"),
        pytest.param(london(2026, 4, 3, 11), london(2026, 4, 10), id="on Good Friday"),
        pytest.param(london(2026, 12, 23, 16), london(2026, 12, 31), id="before Christmas"),
        pytest.param(london(2026, 12, 28, 9), london(2027, 1, 1), id="on Boxing Day's substitute"),
        pytest.param(london(2026, 12, 31, 23, 59), london(2027, 1, 7), id="over the new year"),
        pytest.param(london(2026, 11, 13, 21), london(2026, 11, 19), id="on a Friday evening"),
        pytest.param(london(2026, 3, 27, 12), london(2026, 4, 2), id="as clocks go forward"),
        pytest.param(london(2026, 10, 23, 12), london(2026, 10, 29), id="as clocks go back"),
    ],
)
A_MOMENT = timedelta(microseconds=1)


def opened(received):
    return given().when(open_referral(received), at=received)


@clocks
def test_it_is_due_at(received, due):
    assert opened(received).clock("A2").due_at == due


@clocks
def test_a_moment_before_it_is_met(received, due):
    opened(received).when(SEEN_ALONE, at=due - A_MOMENT).missed().clocks(A2="met")


@clocks
def test_at_the_very_instant_it_is_late(received, due):
    opened(received).when(SEEN_ALONE, at=due).missed("A2").clocks(A2="missed")


@clocks
def test_unanswered_it_is_open_until_then_and_missed_from_then_on_once(received, due):
    story = opened(received).clocks(due - A_MOMENT, A2="open")
    story.time_passes(until=due - A_MOMENT).missed()
    story.time_passes(until=due).missed("A2").time_passes(until=due + timedelta(days=30)).missed()


@clocks
def test_a_manager_names_another_instant_before_or_after_it_was_missed(received, due):
    later = due + timedelta(days=1)
    vary = VaryDeadline(rule="A2", due=later, reason="In hospital elsewhere.")
    opened(received).when(vary, at=due - A_MOMENT, by=MANAGER).clocks(A2="varied").when(
        SEEN_ALONE, at=due
    ).clocks(A2="met")
    after = opened(received).time_passes(until=due).when(vary, at=due, by=MANAGER).clocks(A2="varied")
    after.time_passes(until=later).missed("A2").clocks(A2="missed")


@pytest.mark.parametrize(
    ("received", "days", "due"),
    [
        pytest.param(
            london(2026, 4, 2, 16, 40), None, london(2026, 6, 11), id="over Easter and two bank holidays"
        ),
        pytest.param(london(2026, 12, 21, 14, 30), 20, london(2027, 1, 22), id="over Christmas"),
        pytest.param(
            london(2026, 3, 28, 9), 1, london(2026, 3, 31), id="from a Saturday, as clocks go forward"
        ),
        pytest.param(
            london(2026, 10, 24, 9), 1, london(2026, 10, 27), id="from a Saturday, as clocks go back"
        ),
        pytest.param(london(2026, 4, 3, 11), 2, london(2026, 4, 9), id="from Good Friday"),
    ],
)
def test_an_assessment_is_due_from_receipt_and_at_the_very_instant_late(received, days, due):
    allocate = ALLOCATE.model_copy(update={"assessment_due_in_working_days": days})
    story = opened(received).when(allocate, at=received, by=MANAGER)
    assert story.clock("A3").due_at == due
    story = story.when(COMPLETE, at=received, by=WORKER)
    story.when(AUTHORISE, at=due - A_MOMENT, by=MANAGER).clocks(A3="met")
    late = story.when(AUTHORISE, at=due, by=MANAGER).clocks(A3="missed")
    assert "A3" in {one.rule for one in late.misses}
    story.when(AUTHORISE, at=due + timedelta(days=3), by=MANAGER, happened=due - A_MOMENT).clocks(A3="met")


def test_an_agreed_time_that_is_over_already_is_missed_at_once():
    received = london(2026, 4, 13, 9)
    allocate = ALLOCATE.model_copy(update={"assessment_due_in_working_days": 2})
    story = opened(received).when(allocate, at=london(2026, 4, 20, 9), by=MANAGER)
    assert "A3" in {one.rule for one in story.misses}


@pytest.mark.parametrize(
    ("harm", "due"),
    [
        pytest.param(london(2026, 4, 2, 16, 40), london(2026, 4, 3), id="on a working day"),
        pytest.param(london(2026, 4, 3, 0, 0), london(2026, 4, 4), id="at the first instant of Good Friday"),
        pytest.param(london(2026, 12, 25, 23, 59), london(2026, 12, 26), id="late on Christmas Day"),
        pytest.param(
            london(2026, 3, 29, 0, 30), london(2026, 3, 30), id="on the Sunday when clocks go forward"
        ),
        pytest.param(
            london(2026, 10, 25, 0, 30), london(2026, 10, 26), id="on the Sunday when clocks go back"
        ),
    ],
)
def test_a_child_at_immediate_harm_is_seen_the_same_day_whichever_day_it_is(harm, due):
    taken = TakeImmediateHarm(contact=CONTACT, received_at=harm, source=ReferralSource.S6)
    story = given().when(taken, at=harm).clocks(A1="open", A2="open")
    assert story.clock("A1").due_at == due
    story.when(SEEN_ALONE, at=due - A_MOMENT, by=WORKER).missed().clocks(A1="met")
    story.when(SEEN_ALONE, at=due, by=WORKER).missed("A1").clocks(A1="missed")
    passed = story.time_passes(until=due).missed("A1")
    late = passed.when(SEEN_ALONE, at=due + timedelta(hours=9), by=WORKER, happened=due - A_MOMENT)
    late.missed().clocks(A1="met", A2="met")


def test_the_earliest_visit_since_answers_in_whatever_order_they_are_written_down():
    received = london(2026, 4, 13, 9)
    second, first = received + timedelta(days=4), received + timedelta(days=1)
    story = opened(received).when(SEEN_ALONE, at=second, by=WORKER).clocks(A2="missed")
    story = story.when(SEEN_ALONE, at=second + timedelta(hours=1), by=WORKER, happened=first)
    story.clocks(A2="met")
    assert story.clock("A2").acted_at == first
