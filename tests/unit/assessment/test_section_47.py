"""A section 47 enquiry: never without a strategy discussion (A4), begun once (A10), its outcome agreed (A13)."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid5

import pytest

from services.assessment.app import app
from services.assessment.codes import Section47Kind, Section47Outcome
from services.assessment.events import (
    ConferenceRequested,
    ConferenceText,
    Section47Concluded,
    Section47Decided,
    Section47Initiated,
    Section47Text,
)
from shared.domain.code_lists import ConferenceKind, ConferenceOrigin
from shared.domain.fields import Professional
from shared.domain.people import KnownPerson
from shared.testing.deciders import story_of
from shared.testing.facts import CHILD
from shared.testing.teams import team_of
from tests.unit.assessment.referrals import open_referral
from tests.unit.assessment.strategy import (
    CONFERENCE,
    HOLD,
    INITIATE,
    MANAGER,
    NO_CONFERENCE,
    REQUEST,
    TUESDAY,
    WORKER,
    assessment,
    enquiry,
)

LATER = TUESDAY + timedelta(days=10)
A_MOMENT = timedelta(microseconds=1)


def test_work_begins_on_what_a_discussion_decided():
    story = enquiry()
    command = INITIATE.model_copy(update={"kind": Section47Kind.JOINT})
    story.when(command, at=TUESDAY, by=WORKER).then(
        Section47Initiated(discussion=story.id, kind=Section47Kind.JOINT)
    )


def test_without_a_strategy_discussion_there_is_no_enquiry():
    referred = assessment.when(open_referral(), at=TUESDAY)
    referred.when(INITIATE, at=LATER, by=WORKER).refused("A4", reason="no_enquiry")
    referred.when(NO_CONFERENCE, at=LATER, by=WORKER).refused("A4", reason="no_enquiry")


@pytest.mark.parametrize("command", [INITIATE, NO_CONFERENCE])
def test_it_does_not_go_before_the_discussion_that_decided_on_it(command):
    enquiry().when(command, at=LATER, by=WORKER, happened=TUESDAY - A_MOMENT).refused("A4")
    enquiry().when(command, at=LATER, by=WORKER, happened=TUESDAY).missed()


def test_work_begins_once():
    begun = enquiry().when(INITIATE, at=TUESDAY, by=WORKER)
    begun.when(INITIATE, at=LATER, by=WORKER).refused("A10")


def test_it_is_concluded_without_a_conference_also_where_nobody_said_that_work_began():
    story = enquiry()
    story.when(NO_CONFERENCE, at=LATER, by=WORKER).then(
        Section47Concluded(
            discussion=story.id,
            outcome=Section47Outcome.SUBSTANTIATED_NO_CONTINUING_RISK,
            conference_required=False,
            agreed_by=MANAGER.id,
            sealed=Section47Text(agreed_by_name="Ravi Cole"),
        )
    )


def test_a_conference_that_is_required_is_asked_for_at_once():
    story = enquiry().when(CONFERENCE, at=LATER, by=WORKER)
    _, asked = story.decided
    (on,) = [one for one in story.records if isinstance(one.event, Section47Concluded)]
    assert asked.model_copy(update={"sealed": None}) == ConferenceRequested(
        kind=ConferenceKind.INITIAL,
        origin=ConferenceOrigin.SECTION_47,
        section_47=on.stream,
        child=CHILD,
        happened_at=LATER,
    )
    assert asked.sealed == ConferenceText(reason="He does not see the danger.")


def test_about_an_unborn_child_it_is_the_conference_before_birth():
    unborn = {CHILD: KnownPerson(kind="child", due=date(2027, 5, 1))}
    story = story_of(team_of(app, people=unborn)).when(HOLD, at=TUESDAY, by=MANAGER)
    _, asked = story.when(CONFERENCE, at=LATER, by=WORKER).decided
    assert asked.kind is ConferenceKind.PRE_BIRTH


def test_nobody_agrees_their_own_conclusion():
    own = NO_CONFERENCE.model_copy(update={"agreed_by": Professional(id=WORKER.id, name="Mia Dunn")})
    enquiry().when(own, at=LATER, by=WORKER).refused("A13")


def test_nor_under_the_name_that_they_signed_in_with():
    signed_in = replace(WORKER, id=uuid5(WORKER.id, "sign-in"), named=WORKER.id)
    own = NO_CONFERENCE.model_copy(update={"agreed_by": Professional(id=WORKER.id, name="Mia Dunn")})
    enquiry().when(own, at=LATER, by=signed_in).refused("A13")


def test_a_child_at_continuing_risk_goes_to_a_conference_or_it_is_said_why_not():
    without = CONFERENCE.model_copy(update={"conference_required": False, "reason": " "})
    enquiry().when(without, at=LATER, by=WORKER).refused("A13")
    because = without.model_copy(update={"threshold_not_met_because": "He moved out."})
    assert enquiry().when(because, at=LATER, by=WORKER).decided


def test_where_several_rules_forbid_it_each_is_named():
    own = CONFERENCE.model_copy(update={"agreed_by": Professional(id=WORKER.id, name="Mia Dunn")})
    assessment.when(own, at=LATER, by=WORKER).refused("A13", "A4", "A10")


def test_once_concluded_there_is_nothing_left_of_it():
    concluded = enquiry().when(NO_CONFERENCE, at=LATER, by=WORKER)
    concluded.when(INITIATE, at=LATER, by=WORKER).refused("A4")
    concluded.when(NO_CONFERENCE, at=LATER, by=WORKER).refused("A4")


def test_a_later_discussion_begins_the_next():
    concluded = enquiry().when(NO_CONFERENCE, at=LATER, by=WORKER)
    again = concluded.when(HOLD, at=LATER + timedelta(days=1), by=MANAGER)
    (meeting, decided) = again.decided
    assert meeting.begins_section_47
    assert decided.model_copy(update={"child": None, "happened_at": None}) == Section47Decided(
        discussion=again.id
    )


def test_a_manager_asks_for_the_conference_that_an_enquiry_found_to_be_needed():
    concluded = enquiry().when(CONFERENCE, at=LATER, by=WORKER)
    (asked,) = concluded.when(REQUEST, at=LATER, by=MANAGER).decided
    assert (asked.kind, asked.origin) == (ConferenceKind.INITIAL, ConferenceOrigin.SECTION_47)


@pytest.mark.parametrize("before", [enquiry(), enquiry().when(NO_CONFERENCE, at=LATER, by=WORKER)])
def test_an_initial_conference_needs_an_enquiry_that_concluded_so(before):
    before.when(REQUEST, at=LATER, by=MANAGER).refused("A4")


@pytest.mark.parametrize(
    ("kind", "origin"),
    [
        (ConferenceKind.PRE_BIRTH, ConferenceOrigin.OTHER),
        (ConferenceKind.TRANSFER_IN, ConferenceOrigin.TRANSFER_IN),
    ],
)
def test_any_other_conference_is_asked_for_without_an_enquiry(kind, origin):
    referred = assessment.when(open_referral(), at=TUESDAY)
    request = REQUEST.model_copy(update={"kind": kind})
    (asked,) = referred.when(request, at=LATER, by=MANAGER).decided
    assert asked.origin is origin


def test_without_a_referral_no_conference_is_asked_for():
    request = REQUEST.model_copy(update={"kind": ConferenceKind.PRE_BIRTH})
    assessment.when(request, at=LATER, by=MANAGER).refused("A10", reason="no_referral")
