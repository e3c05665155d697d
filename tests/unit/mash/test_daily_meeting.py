"""M17: the daily meeting looks at every decision; one that it changes is decided anew, once."""

import pytest

from services.mash.codes import Outcome
from services.mash.events import ContactDecisionReviewed, DailyMeetingHeld
from services.mash.streams.contact import HoldDailyMeeting, MeetingDecision
from shared.domain.instants import london
from shared.testing.facts import CHILD, SIBLING
from tests.unit.mash.contacts import ACCEPT, CLOSE, RECEIVE, front_door

MONDAY = london(2026, 4, 13, 12)
DECIDED = london(2026, 4, 13, 15)
TUESDAY = london(2026, 4, 14, 9)
LATER = london(2026, 4, 14, 10)


def meeting(*decisions):
    return HoldDailyMeeting(present=("childrens_social_care", "police"), decisions=decisions)


def changed(contact, **more):
    said = {"changed_to": Outcome.REFERRAL_ACCEPTED, "reason": "The third in a month."}
    return MeetingDecision(contact=contact, upheld=False, **said | more)


def decided(*about):
    story = front_door.when(RECEIVE.model_copy(update={"about": about}), at=MONDAY)
    return story.id, story.when(CLOSE.model_copy(update={"re": story.id}), at=DECIDED)


def test_a_decision_is_upheld_and_nothing_else_changes():
    contact, story = decided()
    held = story.when(meeting(MeetingDecision(contact=contact, upheld=True)), at=TUESDAY)
    was_held, reviewed = held.decided
    assert isinstance(was_held, DailyMeetingHeld)
    assert isinstance(reviewed, ContactDecisionReviewed)
    assert (was_held.child, was_held.contacts) == (None, (contact,))
    assert (reviewed.child, reviewed.meeting, reviewed.upheld) == (CHILD, held.id, True)
    assert reviewed.outcome is Outcome.NO_FURTHER_ACTION
    held.when(ACCEPT.model_copy(update={"re": contact}), at=LATER).refused("M1")


def test_a_changed_one_is_decided_anew_once_and_the_word_to_the_referrer_runs_again():
    contact, story = decided()
    again = ACCEPT.model_copy(update={"re": contact})
    anew = story.when(meeting(changed(contact)), at=TUESDAY).when(again, at=LATER)
    assert anew.refusal is None
    anew.clocks(of=contact, M1="met", M4="open")
    anew.when(again, at=LATER).refused("M1")


def test_one_that_was_decided_anew_is_not_changed_a_second_time():
    contact, story = decided()
    anew = story.when(meeting(changed(contact)), at=TUESDAY).when(
        ACCEPT.model_copy(update={"re": contact}), at=LATER
    )
    anew.when(meeting(changed(contact)), at=LATER).refused("M17")
    assert anew.when(meeting(MeetingDecision(contact=contact, upheld=True)), at=LATER).refusal is None


@pytest.mark.parametrize("more", [{"changed_to": None}, {"reason": " "}], ids=["to what", "why"])
def test_a_change_says_to_what_and_why(more):
    contact, story = decided()
    story.when(meeting(changed(contact, **more)), at=TUESDAY).refused("M17")


def test_a_contact_that_is_not_decided_is_no_matter_for_the_meeting():
    story = front_door.when(RECEIVE, at=MONDAY)
    story.when(meeting(MeetingDecision(contact=story.id, upheld=True)), at=TUESDAY).refused("M17")


def test_one_refused_decision_refuses_the_meeting_and_changes_none():
    contact, story = decided()
    other = story.when(RECEIVE.model_copy(update={"about": (SIBLING,)}), at=DECIDED)
    both = meeting(changed(contact), MeetingDecision(contact=other.id, upheld=True))
    refused = other.when(both, at=TUESDAY)
    refused.refused("M17")
    refused.when(ACCEPT.model_copy(update={"re": contact}), at=LATER).refused("M1")


def test_children_who_were_decided_apart_are_looked_at_apart():
    contact, story = decided(CHILD, SIBLING)
    held = story.when(meeting(changed(contact, about=(CHILD,))), at=TUESDAY)
    anew = ACCEPT.model_copy(update={"re": contact})
    held.when(anew, at=LATER).refused("M1")
    assert held.when(anew.model_copy(update={"about": (CHILD,)}), at=LATER).refusal is None
