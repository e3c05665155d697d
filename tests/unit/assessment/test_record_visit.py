"""Recording a visit: whether the child was seen, alone or why not, and the child's own words (A2)."""

import pytest
from pydantic import ValidationError

from services.assessment.codes import Place
from services.assessment.events import ChildNotSeen, ChildSeen, VisitText
from services.assessment.streams.child_file import RecordVisit
from shared.domain.instants import london
from shared.domain.rules import Deadline
from tests.unit.assessment.referrals import EW_2026, NOT_SEEN, RECEIVED, SEEN_ALONE, WORKER, given, opened

TUESDAY = london(2026, 4, 7, 16, 20)
TOGETHER = RecordVisit(seen=True, why_not_alone="She is two.", words="", place=Place.NURSERY)


def again(seen, due):
    """Of a child with a child-in-need plan the next visit is due then (A15)."""
    return Deadline(seen, due, rule="A15", edition=EW_2026)


def test_the_childs_own_words_are_sealed():
    opened().when(SEEN_ALONE, at=TUESDAY, by=WORKER, happened=london(2026, 4, 7, 14)).then(
        ChildSeen(
            alone=True,
            place=Place.HOME,
            visit_again_by=again(london(2026, 4, 7, 14), london(2026, 5, 7)),
            sealed=VisitText(words="I make Esi's tea."),
        )
    ).clocks(A2="met")


def test_not_alone_takes_a_reason():
    opened().when(TOGETHER, at=TUESDAY).then(
        ChildSeen(
            alone=False,
            place=Place.NURSERY,
            visit_again_by=again(TUESDAY, london(2026, 5, 7)),
            sealed=VisitText(words="", why_not_alone="She is two."),
        )
    ).clocks(A2="met")


@pytest.mark.parametrize("reason", [None, "", "  \n"])
def test_not_alone_without_a_reason_is_refused(reason):
    opened().when(TOGETHER.model_copy(update={"why_not_alone": reason}), at=TUESDAY).refused("A2").clocks(
        A2="open"
    )


def test_a_child_who_was_not_seen_still_waits():
    opened().when(NOT_SEEN, at=TUESDAY).then(
        ChildNotSeen(place=Place.HOME, sealed=VisitText(words="", why_not_seen="Nobody opened."))
    ).clocks(A2="open")


def test_a_child_who_was_not_seen_was_not_seen_alone():
    with pytest.raises(ValidationError, match="was not seen alone"):
        RecordVisit(seen=False, alone=True, place=Place.HOME)


def test_a_visit_before_the_contact_does_not_answer_it():
    before = london(2026, 4, 1, 15)
    opened().when(SEEN_ALONE, at=TUESDAY, happened=before).then(
        ChildSeen(alone=True, place=Place.HOME, visit_again_by=again(before, london(2026, 5, 2)))
    ).clocks(A2="open")


def test_a_visit_between_the_contact_and_its_decision_answers_it():
    opened().when(SEEN_ALONE, at=TUESDAY, happened=RECEIVED).clocks(A2="met")


def test_written_down_late_it_still_answers_and_the_miss_stays():
    story = opened().time_passes(until=london(2026, 4, 10)).missed("A2")
    story.when(SEEN_ALONE, at=london(2026, 4, 13, 9), happened=london(2026, 4, 9, 16)).missed().clocks(
        A2="met"
    )


def test_without_a_referral_there_is_no_visit():
    given().when(SEEN_ALONE, at=TUESDAY).refused("A10", reason="no_referral")


def test_where_both_forbid_it_both_are_named():
    given().when(TOGETHER.model_copy(update={"why_not_alone": None}), at=TUESDAY).refused("A2", "A10")


def test_a_colleagues_earlier_visit_recorded_afterwards_was_in_time():
    story = opened().time_passes(until=london(2026, 4, 11)).missed("A2")
    story = story.when(SEEN_ALONE, at=london(2026, 4, 11, 9)).clocks(A2="missed")
    story.when(SEEN_ALONE, at=london(2026, 4, 13, 9), happened=TUESDAY).missed().clocks(A2="met")


@pytest.mark.parametrize("why", [None, "", " \n"])
def test_a_child_who_was_not_seen_takes_a_reason(why):
    with pytest.raises(ValidationError, match="why the child was not seen"):
        RecordVisit(seen=False, why_not_seen=why, place=Place.HOME)
