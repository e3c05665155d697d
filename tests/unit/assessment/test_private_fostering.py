"""Private fostering: visited from when the authority was aware, decided on, ended (A9, A16)."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from services.assessment.app import app as assessment
from services.assessment.codes import FosteringEnd, Place
from services.assessment.events import (
    ArrangementOpened,
    ChildSeen,
    FosteringDecisionText,
    FosteringEndText,
    FosteringVisitText,
    PrivateFosteringDecided,
    PrivateFosteringEnded,
    PrivateFosteringVisited,
    VisitText,
)
from services.assessment.rules import FIRST_YEAR, LATER_YEARS, RULES
from services.assessment.streams.private_fostering import (
    DecidePrivateFostering,
    EndPrivateFostering,
    OpenArrangement,
    RecordPrivateFosteringVisit,
)
from services.mash.app import app as front_door
from shared.domain.instants import london
from shared.testing.deciders import story_of
from shared.testing.facts import actor
from shared.testing.teams import team_of
from tests.unit.assessment.referrals import MANAGER, SEEN_ALONE, WORKER, given, open_referral
from tests.unit.mash.contacts import PEOPLE
from tests.unit.mash.test_child_file import FOSTERED

AWARE = london(2026, 4, 2, 16)
FIRST_DUE = london(2026, 4, 16)
A_MOMENT, DAY = timedelta(microseconds=1), timedelta(days=1)
VISIT = RecordPrivateFosteringVisit(
    seen=True, alone=True, carer_seen=True, words="I like it.", place=Place.HOME
)
NOT_SEEN = RecordPrivateFosteringVisit(seen=False, carer_seen=True, why_not_seen="At school.")
DECIDE = DecidePrivateFostering(suitable=True, parents_contacted=True, reason="Well cared for.")
END = EndPrivateFostering(reason=FosteringEnd.RETURNED_TO_PARENT, child_now_with="Mother")


def arranged():
    return given().when(OpenArrangement(aware_at=AWARE), at=AWARE)


def visited(at, story=None, **when):
    return (story or arranged()).when(VISIT, at=at, by=WORKER, **when)


def test_the_first_visit_is_due_in_seven_working_days_from_when_the_authority_was_aware():
    story = arranged()
    assert story.clock("A9").due_at == FIRST_DUE  # over Easter
    assert story.clock("A16").due_at == london(2026, 6, 6)
    visited(FIRST_DUE - A_MOMENT).missed()
    visited(FIRST_DUE).missed("A9")


def test_a_visit_says_who_was_seen_and_counts_as_any_visit():
    story = given().when(open_referral(AWARE), at=AWARE).when(OpenArrangement(aware_at=AWARE), at=AWARE)
    visited(AWARE + DAY, story).then(
        PrivateFosteringVisited(
            seen=True,
            carer_seen=True,
            visited_by=WORKER.id,
            next_visit_by=RULES.deadline("A9", AWARE + DAY, stage=FIRST_YEAR),
            sealed=FosteringVisitText(),
        ),
        ChildSeen(
            alone=True,
            place=Place.HOME,
            visit_again_by=RULES.deadline("A15", AWARE + DAY),
            sealed=VisitText(words="I like it."),
        ),
    ).clocks(A2="met", A9="open")


def test_one_at_which_the_child_was_not_seen_is_a_visit_and_meets_no_other_clock():
    story = given().when(open_referral(AWARE), at=AWARE).when(OpenArrangement(aware_at=AWARE), at=AWARE)
    story = story.when(NOT_SEEN, at=AWARE + DAY, by=WORKER)
    assert [one.NAME for one in story.decided] == ["assessment.PrivateFosteringVisited"]
    story.clocks(A2="open")
    assert story.clock("A9").due_at == london(2026, 5, 16)


def test_another_visit_is_none_of_private_fostering():
    story = arranged().when(SEEN_ALONE, at=AWARE + DAY, by=WORKER)
    assert story.refusal is None  # an arrangement is open, and a child is visited without a referral
    assert story.clock("A9").due_at == FIRST_DUE


@pytest.mark.parametrize(
    ("at", "due", "stage"),
    [
        pytest.param(
            london(2026, 4, 9, 9), london(2026, 5, 22), FIRST_YEAR, id="six weeks in the first year"
        ),
        pytest.param(london(2027, 4, 1, 23, 59), london(2027, 5, 14), FIRST_YEAR, id="on its last day"),
        pytest.param(london(2027, 4, 2, 0, 0), london(2027, 6, 26), LATER_YEARS, id="twelve weeks after it"),
        pytest.param(london(2026, 9, 25, 9), london(2026, 11, 7), FIRST_YEAR, id="as clocks go back"),
        pytest.param(london(2027, 3, 12, 9), london(2027, 4, 24), FIRST_YEAR, id="as clocks go forward"),
    ],
)
def test_from_each_visit_runs_the_time_until_the_next(at, due, stage):
    clock = visited(at).clock("A9")
    assert (clock.due_at, clock.deadline.stage) == (due, stage)


def test_visits_follow_each_other_by_when_they_happened():
    second, first = london(2026, 5, 20, 9), london(2026, 4, 9, 9)
    story = visited(second)
    story = visited(second + DAY, story, happened=first)
    assert story.clock("A9").deadline.starts_at == second
    assert {
        clock.deadline.starts_at
        for clock in story.streams["private_fostering_arrangement"].clocks.all
        if clock.rule == "A9"
    } == {AWARE, first, second}


def test_a_visit_before_the_authority_was_aware_answers_nothing():
    story = visited(AWARE + DAY, happened=AWARE - DAY)
    assert story.clock("A9").due_at == FIRST_DUE


def test_who_is_not_seen_alone_takes_a_reason_and_without_an_arrangement_there_is_nothing_to_visit():
    together = VISIT.model_copy(update={"alone": False})
    arranged().when(together, at=AWARE + DAY, by=WORKER).refused("A9")
    for command in (VISIT, DECIDE, END):
        given().when(command, at=AWARE, by=MANAGER).refused("A9")
    arranged().when(OpenArrangement(aware_at=AWARE), at=AWARE).refused("A9", reason="already_open")
    with pytest.raises(ValidationError, match="not seen alone"):
        RecordPrivateFosteringVisit(seen=False, alone=True, carer_seen=False)


@pytest.mark.parametrize(
    ("aware", "due"),
    [
        pytest.param(london(2026, 4, 3, 11), london(2026, 6, 6), id="from Good Friday"),
        pytest.param(london(2026, 12, 24, 9), london(2027, 2, 26), id="over Christmas"),
        pytest.param(london(2026, 10, 24, 9), london(2026, 12, 23), id="from a Saturday, as clocks go back"),
        pytest.param(london(2027, 3, 27, 9), london(2027, 5, 28), id="over Easter, as clocks go forward"),
    ],
)
def test_it_is_decided_within_forty_two_working_days_and_at_that_instant_late(aware, due):
    story = given().when(OpenArrangement(aware_at=aware), at=aware)
    assert story.clock("A16").due_at == due
    story.when(DECIDE, at=due - A_MOMENT, by=MANAGER).clocks(A16="met")
    story.when(DECIDE, at=due, by=MANAGER).clocks(A16="missed")
    passed = story.time_passes(until=due)
    passed.when(DECIDE, at=due + DAY, by=MANAGER, happened=due - A_MOMENT).clocks(A16="met")


def test_a_manager_who_did_not_visit_decides():
    story = visited(AWARE + DAY).when(DECIDE, at=AWARE + 2 * DAY, by=MANAGER)
    story.then(
        PrivateFosteringDecided(
            suitable=True, parents_contacted=True, sealed=FosteringDecisionText(reason="Well cared for.")
        )
    ).clocks(A16="met")
    own = arranged().when(VISIT, at=AWARE + DAY, by=MANAGER)
    own.when(DECIDE, at=AWARE + DAY, by=MANAGER).refused("A16")
    assert own.when(DECIDE, at=AWARE + DAY, by=actor("team_manager", "Another")).decided


def test_it_is_decided_with_the_parents_or_it_is_said_why_not():
    alone = DECIDE.model_copy(update={"parents_contacted": False})
    arranged().when(alone, at=AWARE, by=MANAGER).refused("A16")
    said = alone.model_copy(update={"why_not_contacted": "Nobody knows where they are."})
    assert arranged().when(said, at=AWARE, by=MANAGER).decided


def test_its_clocks_end_with_it_and_another_one_begins_anew():
    story = visited(AWARE + DAY).when(END, at=AWARE + 2 * DAY, by=WORKER)
    story.then(
        PrivateFosteringEnded(
            reason=FosteringEnd.RETURNED_TO_PARENT, sealed=FosteringEndText(child_now_with="Mother")
        )
    ).clocks(A9="ended", A16="ended")
    again = story.when(OpenArrangement(aware_at=AWARE + 9 * DAY), at=AWARE + 9 * DAY)
    again.clocks(A9="open", A16="open")


def test_the_front_doors_notice_opens_it_from_when_the_authority_was_aware():
    teams = story_of(team_of(front_door, people=PEOPLE), team_of(assessment, people=PEOPLE))
    story = teams.when(FOSTERED, at=AWARE).follows(ArrangementOpened)
    assert story.stream("private_fostering_arrangement", team="assessment").state.aware_at == AWARE
    story.when(FOSTERED, at=AWARE + DAY).tasks(("team_manager", "already_open"))
