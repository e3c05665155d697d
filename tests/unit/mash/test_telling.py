"""Telling and judging: the school (M23), the specialist's risk (M18), a consultation (M8), who may read a restricted one."""

import pytest
from pydantic import ValidationError

from services.mash.codes import RiskLevel
from services.mash.events import (
    ConsultationRecorded,
    ContactRestricted,
    DomesticAbuseRiskAssessed,
    SchoolTold,
)
from services.mash.streams.consultation import RecordConsultation
from services.mash.streams.contact import AssessDomesticAbuseRisk, InformSchool, RestrictContact
from shared.domain.fields import Names
from shared.domain.instants import london
from shared.testing.facts import THING
from tests.unit.mash.contacts import RECEIVE, RISK, SCREEN, TELL_SCHOOL, front_door, given

NOON = london(2026, 4, 13, 12)
LATER = london(2026, 4, 13, 15)
CONSULTS = {
    "with": "L. Shaw",
    "their_agency": "education",
    "advice": "Send the referral with what he says.",
    "family_aware": False,
    "referral_to_follow": True,
}


def received():
    return given().when(RECEIVE, at=NOON)


def test_the_school_is_told_or_it_is_said_why_not():
    received().when(TELL_SCHOOL, at=LATER).then(SchoolTold(contact=THING, told=True))
    not_told = InformSchool(school="Elm School", not_told_because="The father is its caretaker.")
    received().when(not_told, at=LATER).then(SchoolTold(contact=THING, told=False))
    with pytest.raises(ValidationError, match=r"told\s+say who at the school was told"):
        InformSchool(school="Elm School")


def test_a_high_risk_goes_to_the_marac_or_it_is_said_why_not():
    received().when(RISK, at=LATER).then(
        DomesticAbuseRiskAssessed(
            contact=THING, police_risk=RiskLevel.MEDIUM, specialist_risk=RiskLevel.HIGH, marac=True
        )
    )
    kept = RISK.model_copy(update={"marac": False})
    assert received().when(kept, at=LATER).refusal is None
    received().when(kept.model_copy(update={"rationale": " "}), at=LATER).refused("M18")
    lower = AssessDomesticAbuseRisk(
        police_risk=RiskLevel.HIGH, specialist_risk=RiskLevel.MEDIUM, rationale="", marac=False
    )
    assert received().when(lower, at=LATER).refusal is None


def test_a_consultation_is_recorded_also_where_nobody_says_why_the_family_does_not_know():
    consults = RecordConsultation.model_validate(CONSULTS)
    story = front_door.when(consults, at=NOON)
    story.then(
        ConsultationRecorded(their_agency="education", family_aware=False, referral_to_follow=True)
    ).clocks(M1=None)
    assert story.decided[0].sealed.consulted_by == "L. Shaw"


def restrict(*names):
    return RestrictContact.model_validate(
        {"named": list(names), "reason": "Her aunt works here."},
        context=Names(bytes(32), "childrens_social_care"),
    )


def test_who_was_named_stays_named():
    ana, jo = restrict("Ana Lim").named[0].id, restrict("Jo Bell").named[0].id
    first = received().when(restrict("Ana Lim"), at=LATER)
    first.then(ContactRestricted(contact=THING, named=(ana,)))
    first.when(restrict("Ana Lim"), at=LATER).nothing()
    both = first.when(restrict("Jo Bell"), at=LATER)
    assert both.state.restricted_to == set(both.decided[0].named) == {ana, jo}


def test_what_is_held_back_until_it_is_decided_may_be_restricted_for_good():
    held_back = given().when(RECEIVE.model_copy(update={"person_in_trust": True}), at=LATER)
    held_back.when(restrict(), at=LATER).then(ContactRestricted(contact=THING)).when(
        restrict(), at=LATER
    ).nothing()


def test_no_list_of_young_carers_is_no_answer():
    received().when(SCREEN.model_copy(update={"young_carers": None}), at=LATER).refused("M12")
    assert received().when(SCREEN.model_copy(update={"young_carers": ()}), at=LATER).refusal is None
