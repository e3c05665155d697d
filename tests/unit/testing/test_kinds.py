"""The kit does as the kernel: of several things each is decided for its item, and a second episode begins anew."""

from datetime import date

import pytest

from services.mash.streams.open_case import open_case
from shared.domain.instants import london
from shared.domain.people import KnownPerson
from shared.domain.rules import Rulebook
from shared.testing.deciders import decider
from shared.testing.facts import CHILD, THING
from tests.integration.toy_kinds import (
    CarerNoted,
    ConferenceHeld,
    DecisionReviewed,
    EndPlan,
    HoldConference,
    HoldMeeting,
    MeetingHeld,
    NoteCarer,
    PlanEnded,
    PlanMade,
    PlanReviewed,
    Reviewed,
    TakeContact,
    child_file,
    conference,
    contact,
    meeting,
    plan,
)
from tests.integration.toy_team import RULES as TOY_RULES

RULES: Rulebook = TOY_RULES
MONDAY = london(2026, 4, 13, 9)
HELD = HoldMeeting(decisions=(Reviewed(contact=THING, upheld=True),))


def test_a_meeting_is_about_no_child() -> None:
    story = decider(meeting, RULES).given().when(HELD, at=MONDAY).then(MeetingHeld(contacts=(THING,)))
    assert [(fact.event.child, fact.stream) for fact in story.records] == [(None, THING)]


def test_of_several_things_each_is_decided_for_its_own_item() -> None:
    given = decider(contact, RULES, beside=[open_case]).given
    story = given().when(TakeContact(about=(CHILD,)), at=MONDAY).when(HELD, at=MONDAY)
    [reviewed] = story.decided
    assert isinstance(reviewed, DecisionReviewed)
    assert (reviewed.upheld, reviewed.children) == (True, (CHILD,))
    story.when(
        HELD.model_copy(update={"decisions": (Reviewed(contact=THING, upheld=False),)}), at=MONDAY
    ).refused("M17")


def test_what_is_known_of_the_child_is_said_once_for_the_story() -> None:
    ten = {CHILD: KnownPerson(kind="child", born=date(2016, 4, 13))}
    note = NoteCarer(about=(CHILD,))
    known = decider(child_file, RULES, beside=[contact], people=ten).given()
    known.when(note, at=MONDAY).then(CarerNoted(reviews=0, age=10))
    unknown = decider(child_file, RULES, beside=[contact]).given()
    unknown.when(note, at=MONDAY).then(CarerNoted(reviews=0))


def test_the_second_plan_begins_a_stream_of_its_own() -> None:
    held = HoldConference(about=(CHILD,))
    given = decider(conference, RULES, beside=[plan]).given
    story = given().when(held, at=MONDAY).then(ConferenceHeld(), PlanMade())
    story = story.when(held, at=MONDAY).then(ConferenceHeld(), PlanReviewed())
    ended = given(ConferenceHeld(), PlanMade(), PlanEnded(), at=MONDAY).when(held, at=MONDAY)
    made = [fact for fact in ended.records if isinstance(fact.event, PlanMade)]
    assert [fact.version for fact in made] == [1, 1]
    assert len({fact.stream for fact in made}) == 2
    with pytest.raises(AssertionError, match="PlanMade opens a plan"):
        story.when(HoldConference(about=(CHILD,), careless=True), at=MONDAY)
    with pytest.raises(AssertionError, match="PlanEnded begins a plan"):
        decider(plan, RULES).given().when(EndPlan(about=(CHILD,)), at=MONDAY)
