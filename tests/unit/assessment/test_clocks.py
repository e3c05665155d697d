"""A2 over Easter, Christmas, a Friday evening and both clock changes: met, missed, and at the very instant."""

from datetime import timedelta

import pytest

from shared.domain.instants import london
from shared.team.deadlines import VaryDeadline
from tests.unit.assessment.referrals import MANAGER, SEEN_ALONE, given, open_referral

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
