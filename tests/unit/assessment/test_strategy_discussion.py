"""A strategy discussion: called, held, quorate or not (A8), and what it begins."""

from datetime import timedelta

import pytest

from services.assessment.codes import SECTION_47, StrategyDecision
from services.assessment.events import (
    ConvenedText,
    ExpectedDiscussionHeld,
    ReferralOpened,
    Section47Decided,
    StrategyDiscussionConvened,
    StrategyDiscussionExpected,
    StrategyMeetingHeld,
    StrategyText,
)
from shared.domain.code_lists import ReferralSource
from shared.domain.fields import Organisation
from shared.domain.instants import london
from shared.team.audience import party
from shared.team.meetings import ActionText, Attendee, AttendeeText
from shared.testing.facts import SIBLING
from tests.unit.assessment.referrals import CONTACT, open_referral
from tests.unit.assessment.strategy import ALL_THREE, CONVENE, HOLD, MANAGER, TUESDAY, assessment, decided

RULES_OF_2026 = "rules 2026-11; calendar EW-2026-11"
EARLIER = TUESDAY - timedelta(hours=3)
OTHERS = [one for one in StrategyDecision if one not in SECTION_47]


def referred():
    """A child with an open referral of a contact."""
    return assessment.when(open_referral(), at=EARLIER)


def held(story):
    (meeting,) = [one for one in story.decided if isinstance(one, StrategyMeetingHeld)]
    return meeting


def test_a_discussion_decides_on_section_47_and_the_enquiry_is_open_from_then_on():
    story = referred().when(HOLD, at=TUESDAY, by=MANAGER)
    story.then(
        StrategyMeetingHeld(
            decision=StrategyDecision.SECTION_47_JOINT,
            begins_section_47=True,
            quorate=True,
            present=tuple(party(each) for each in ALL_THREE),
            contact=CONTACT,
            sealed=StrategyText(actions=(ActionText(what="Medical", owner="health", by="2026-12-30"),)),
        ),
        Section47Decided(discussion=story.id),
    )
    assert story.streams["section47_enquiry"].state.runs


def test_about_a_child_without_a_referral_it_opens_one_received_when_it_was_held():
    story = assessment.when(HOLD, at=TUESDAY, by=MANAGER, happened=EARLIER)
    (opened,) = [one for one in story.decided if isinstance(one, ReferralOpened)]
    assert (opened.contact, opened.source, opened.received_at) == (None, ReferralSource.S5A, EARLIER)
    assert story.clock("A2").due_at == london(2027, 1, 5)


def test_where_it_was_called_before_the_referral_was_received_then():
    story = assessment.when(CONVENE, at=EARLIER, by=MANAGER).when(HOLD, at=TUESDAY, by=MANAGER)
    (opened,) = [one for one in story.decided if isinstance(one, ReferralOpened)]
    assert opened.received_at == EARLIER


def test_it_is_called_with_whom_and_why_and_nothing_is_met_by_that():
    story = assessment.when(CONVENE, at=EARLIER, by=MANAGER)
    story.then(
        StrategyDiscussionConvened(
            planned_for=CONVENE.when,
            invited=ALL_THREE,
            sealed=ConvenedText(why="A burn that nobody explains."),
        ),
        StrategyDiscussionExpected(discussion=story.id),
    ).clocks(A11=None, A2=None)


def test_holding_it_names_the_one_that_was_called_and_once_alone():
    called = assessment.when(CONVENE, at=EARLIER, by=MANAGER)
    first = called.when(HOLD, at=TUESDAY, by=MANAGER)
    assert held(first).convened == called.id
    assert ExpectedDiscussionHeld in map(type, first.decided)
    again = first.when(HOLD, at=TUESDAY + timedelta(hours=1), by=MANAGER)
    assert held(again).convened is None


def test_of_two_that_were_called_re_says_which_was_held():
    first = assessment.when(CONVENE, at=EARLIER, by=MANAGER)
    both = first.when(CONVENE, at=EARLIER + timedelta(hours=1), by=MANAGER)
    story = both.when(HOLD.model_copy(update={"re": first.id}), at=TUESDAY, by=MANAGER)
    assert held(story).convened == first.id
    assert [one.discussion for one in story.streams["strategy_due"].state.expected] == [both.id]


def test_it_is_one_discussion_for_all_the_children_it_is_about():
    both = HOLD.model_copy(update={"about": (assessment.child, SIBLING)})
    story = assessment.when(both, at=TUESDAY, by=MANAGER)
    meetings = [one for one in story.decided if isinstance(one, StrategyMeetingHeld)]
    assert [one.child for one in meetings] == [assessment.child, SIBLING]
    assert story.stream("section47_enquiry", about=SIBLING).state.discussion == story.id


@pytest.mark.parametrize("decision", sorted(SECTION_47))
@pytest.mark.parametrize("missing", ALL_THREE)
def test_without_one_of_the_three_it_cannot_decide_on_section_47(decision, missing):
    there = tuple(each for each in ALL_THREE if each != missing)
    command = decided(decision, present=there, why_not_quorate="Snow.")
    assessment.when(command, at=TUESDAY, by=MANAGER).refused("A8")


@pytest.mark.parametrize("decision", OTHERS)
def test_not_quorate_it_is_recorded_with_the_reason_where_it_decides_otherwise(decision):
    command = decided(decision, present=("childrens_social_care", "education"), why_not_quorate="Snow.")
    meeting = held(assessment.when(command, at=TUESDAY, by=MANAGER))
    assert not meeting.quorate
    assert not meeting.begins_section_47


@pytest.mark.parametrize("reason", ["", " \n"])
def test_not_quorate_and_no_reason_is_refused(reason):
    command = decided(
        StrategyDecision.ASSESSMENT_ONLY, present=("childrens_social_care",), why_not_quorate=reason
    )
    assessment.when(command, at=TUESDAY, by=MANAGER).refused("A8")


def test_who_is_named_with_an_agency_was_there_for_it():
    ward = Organisation(id="ward", name="Elm Ward")
    nurse = Attendee(name="A. Nurse", agency="health", organisation=ward)
    command = decided(
        StrategyDecision.SECTION_47_JOINT, present=("childrens_social_care", "police"), attended=(nurse,)
    )
    meeting = held(assessment.when(command, at=TUESDAY, by=MANAGER))
    assert meeting.present == (party("childrens_social_care"), party("police"), party("health", "ward"))
    assert meeting.sealed.attended == (
        AttendeeText(name="A. Nurse", agency="health", organisation_name="Elm Ward"),
    )


def test_another_discussion_while_an_enquiry_is_open_begins_no_second():
    story = assessment.when(HOLD, at=EARLIER, by=MANAGER).when(HOLD, at=TUESDAY, by=MANAGER)
    assert not held(story).begins_section_47
    assert Section47Decided not in map(type, story.decided)


@pytest.mark.parametrize("decision", OTHERS)
def test_another_decision_begins_no_enquiry(decision):
    story = assessment.when(decided(decision), at=TUESDAY, by=MANAGER)
    assert Section47Decided not in map(type, story.decided)
    assert not story.streams["section47_enquiry"].version
