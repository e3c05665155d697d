"""Asking other agencies during an assessment: with consent, also the front door's, or on its basis (A7, A14)."""

import pytest

from services.assessment.events import (
    AgencyAsked,
    AgencyCheckRequested,
    AgencyInformationShared,
    CheckText,
    ConsentRecorded,
    ConsentText,
    ConsentWithdrawn,
    FindingsText,
    WithdrawnText,
)
from services.assessment.streams.agency_check import RequestAgencyCheck, ReturnAgencyCheck
from services.assessment.streams.asking import (
    RecordConsent,
    TakeConsent,
    TakeDispensing,
    TakeWithdrawal,
    WithdrawConsent,
)
from shared.domain.code_lists import ConsentScope, Extent, LawfulBasis
from shared.domain.instants import london
from shared.testing.facts import ADULT, CHILD, SIBLING, THING, actor, organisation
from tests.unit.assessment.referrals import (
    ALLOCATE,
    CONTACT,
    DECIDED,
    MANAGER,
    WORKER,
    given,
    open_referral,
    opened,
)
from tests.unit.assessment.test_assessment import AUTHORISE, COMPLETE

MAY = london(2026, 5, 5, 15)
SHARING = (ConsentScope.INFORMATION_SHARING,)
CONSENT = RecordConsent(given_by=ADULT, scope=SHARING, signed=True, young_person_asked=False)
ASK = RequestAgencyCheck(agency="health", extent=Extent.PARTIAL, reason="Growth.", questions=("Weight?",))
ANSWER = ReturnAgencyCheck(findings="Lost weight.", shareable_with=("childrens_social_care",))
NURSE = actor("health_practitioner", "N. Roy")


def test_somebody_with_parental_responsibility_agrees():
    opened().when(CONSENT, at=MAY, by=WORKER).then(
        ConsentRecorded(
            given_by=ADULT, scope=SHARING, signed=True, young_person_asked=False, sealed=ConsentText()
        )
    )


@pytest.mark.parametrize(
    ("who", "competent", "may"),
    [(ADULT, False, True), (SIBLING, False, False), (CHILD, True, True), (CHILD, False, False)],
)
def test_who_may_agree(who, competent, may):
    said = CONSENT.model_copy(update={"given_by": who, "gillick_competent": competent})
    story = opened().when(said, at=MAY, by=WORKER)
    assert story.decided if may else story.refused("A14")


def test_an_agency_is_asked_with_consent_and_then_told_the_outcome():
    story = opened().when(ALLOCATE, at=DECIDED, by=MANAGER)
    story.when(ASK, at=MAY, by=WORKER).refused("A7")
    story = story.when(CONSENT, at=MAY, by=WORKER).when(ASK, at=MAY, by=WORKER)
    story.then(
        AgencyCheckRequested(
            check=THING,
            agency="health",
            extent=Extent.PARTIAL,
            sealed=CheckText(reason="Growth.", questions=("Weight?",)),
        ),
        AgencyAsked(check=THING, agency="health"),
    )
    story = story.when(COMPLETE, at=MAY, by=WORKER).when(AUTHORISE, at=MAY, by=MANAGER)
    assert story.decided[0].to_tell == ("health", "police")


def test_consent_of_another_scope_does_not_do():
    help_alone = CONSENT.model_copy(update={"scope": (ConsentScope.HELP,)})
    opened().when(help_alone, at=MAY, by=WORKER).when(ASK, at=MAY, by=WORKER).refused("A7")


@pytest.mark.parametrize(
    "taken",
    [
        TakeConsent(contact=CONTACT, given_by=ADULT, scope=SHARING),
        TakeDispensing(contact=CONTACT, lawful_basis=LawfulBasis.CHILDREN_ACT_1989_S47),
    ],
)
def test_what_the_front_door_recorded_counts_here_too(taken):
    story = given().when(taken, at=DECIDED).when(open_referral(), at=DECIDED)
    assert story.when(ASK, at=MAY, by=WORKER).decided


@pytest.mark.parametrize("withdrawn_here", [True, False])
def test_until_it_is_withdrawn_here_or_there(withdrawn_here):
    taken = TakeConsent(contact=CONTACT, given_by=ADULT, scope=(*SHARING, ConsentScope.REFERRAL))
    withdrawal = (
        WithdrawConsent(withdrawn_by=ADULT, scope=SHARING, reason="No more.")
        if withdrawn_here
        else TakeWithdrawal(contact=CONTACT, withdrawn_by=ADULT, scope=SHARING)
    )
    story = (
        given().when(taken, at=DECIDED).when(open_referral(), at=DECIDED).when(withdrawal, at=MAY, by=WORKER)
    )
    if withdrawn_here:
        story.then(
            ConsentWithdrawn(withdrawn_by=ADULT, scope=SHARING, sealed=WithdrawnText(reason="No more."))
        )
    story.when(ASK, at=MAY, by=WORKER).refused("A7")


def test_what_nobody_agreed_to_is_withdrawn_already():
    opened().when(WithdrawConsent(withdrawn_by=ADULT, scope=SHARING), at=MAY, by=WORKER).nothing()


def test_the_agency_that_was_asked_answers_once_or_the_team_for_it():
    story = opened().when(CONSENT, at=MAY, by=WORKER).when(ASK, at=MAY, by=WORKER)
    said = AgencyInformationShared(
        check=THING,
        agency="health",
        shareable_with=("childrens_social_care",),
        sealed=FindingsText(findings="Lost weight."),
    )
    story.when(ANSWER, at=MAY, by=NURSE).then(said)
    story.when(ANSWER, at=MAY, by=WORKER).then(said)
    story.when(ANSWER, at=MAY, by=actor("police_officer")).refused("E9")
    story.when(ANSWER, at=MAY, by=NURSE).when(ANSWER, at=MAY, by=NURSE).refused()


def test_of_an_agency_of_many_the_one_that_was_named_answers():
    elm = ASK.model_copy(update={"agency": "education", "organisation": organisation("Elm School")})
    story = opened().when(CONSENT, at=MAY, by=WORKER).when(elm, at=MAY, by=WORKER)
    lead = "designated_safeguarding_lead"
    story.when(ANSWER, at=MAY, by=actor(lead, organisation="Oak School")).refused("E9")
    assert story.when(ANSWER, at=MAY, by=actor(lead, organisation="Elm School")).decided
