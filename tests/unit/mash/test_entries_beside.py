"""What consent, checks, harm and all else beside the decision say in the chronology, and who then sees them."""

import pytest

from services.mash import events as mash
from services.mash.codes import Fgm, Outcome, PrivateFosterer, RiskLevel, WhyPolice
from services.mash.entries import entries
from services.mash.rules import RULES
from shared.domain.code_lists import ConsentScope, Extent, LawfulBasis, ReferralSource
from shared.domain.instants import london
from shared.team.audience import SeenBy
from shared.testing.entries import given_entries
from shared.testing.facts import ADULT, THING, actor, event_id
from tests.unit.chronology.sights import CARE, sights, taken_in
from tests.unit.mash.contacts import (
    ANSWER,
    CHECK,
    CLOSE,
    CONSENT,
    HARM,
    LADO,
    MANAGER,
    OFFICER,
    RECEIVE,
    front_door,
)

NOW = london(2026, 4, 2, 17)
NURSE = actor("health_practitioner", "N. Roy")
POLICE = SeenBy(agency="police")
given = given_entries(entries, RULES)

TITLES = [
    (
        mash.ConsentRecorded(
            contact=THING,
            given_by=ADULT,
            scope=(ConsentScope.REFERRAL, ConsentScope.INFORMATION_SHARING),
            signed=True,
            young_person_asked=False,
        ),
        "Consent given: referral, information sharing, signed",
    ),
    (
        mash.ConsentDispensed(contact=THING, lawful_basis=LawfulBasis.VITAL_INTERESTS),
        "Consent not sought: Vital interests",
    ),
    (
        mash.ConsentWithdrawn(contact=THING, withdrawn_by=ADULT, scope=(ConsentScope.HELP,)),
        "Consent withdrawn: help",
    ),
    (
        mash.AgencyCheckRequested(check=event_id(1), contact=THING, agency="health", extent=Extent.MINIMAL),
        "Health asked for information (minimal)",
    ),
    (
        mash.AgencyInformationShared(
            check=event_id(1), contact=THING, agency="health", shareable_with=(), nothing_known=True
        ),
        "Health answered: nothing known",
    ),
    (
        mash.ImmediateHarmIdentified(contact=THING, received_at=NOW, source=ReferralSource.S6),
        "Immediate harm identified: the child is to be seen today",
    ),
    (
        mash.EarlyHelpRequested(
            contact=THING, source=ReferralSource.S6, level=3, criteria=(), consented_by=(ADULT,)
        ),
        "Early help requested, level 3",
    ),
    (
        mash.ContactDecisionReviewed(
            contact=THING,
            meeting=event_id(2),
            outcome=Outcome.SIGNPOSTED,
            upheld=False,
            changed_to=Outcome.REFERRAL_ACCEPTED,
        ),
        "Contact decision looked at by the daily meeting: changed to referral accepted",
    ),
    (
        mash.ConsultationRecorded(their_agency="education", family_aware=False, referral_to_follow=True),
        "Consultation with education: the family does not know",
    ),
    (
        mash.DomesticAbuseRiskAssessed(
            contact=THING, police_risk=RiskLevel.MEDIUM, specialist_risk=RiskLevel.HIGH, marac=True
        ),
        "Domestic abuse risk: high (police: medium); referred to the MARAC",
    ),
    (mash.SchoolTold(contact=THING, told=False), "School not told of domestic abuse"),
    (mash.YoungCarerIdentified(consent=True), "Young carer identified and referred"),
    (
        mash.PrivateFosteringNotified(relation=PrivateFosterer.HOST_FAMILY, aware_at=NOW),
        "Private fostering notified: with host family",
    ),
    (
        mash.FgmPoliceReportRecorded(how_known=Fgm.OBSERVED),
        "Female genital mutilation (observed) reported to the police",
    ),
    (mash.PreventReferralMade(immediate_risk=True), "Prevent lead told; immediate risk"),
    (mash.PoliceTold(why=WhyPolice.SEXUAL_EXPLOITATION), "Police told: sexual exploitation"),
]


@pytest.mark.parametrize(("event", "title"), TITLES, ids=lambda value: getattr(value, "NAME", ""))
def test_its_title_is_made_of_codes(event, title):
    assert given.when(event, at=NOW).entry.title == title


@pytest.mark.parametrize(
    "event",
    [mash.AllegationRouted(contact=THING), mash.ContactRestricted(contact=THING)],
    ids=lambda event: event.NAME,
)
def test_what_is_said_elsewhere_or_to_few_makes_none(event):
    given.when(event, at=NOW).nothing()


def seen(story):
    return sights(taken_in(story.records, {"mash": (entries, RULES)}))


def test_who_is_asked_sees_the_request_and_of_the_contact_as_much_as_was_asked_for():
    for extent, depth in ((Extent.FULL, "whole"), (Extent.PARTIAL, "title")):
        story = front_door.when(RECEIVE, at=NOW, by=OFFICER)
        story = story.when(CONSENT.model_copy(update={"re": story.id}), at=NOW, by=MANAGER)
        ask = CHECK.model_copy(update={"re": story.records[0].event.contact, "extent": extent})
        found = seen(story.when(ask, at=NOW, by=MANAGER))
        health = SeenBy(agency="health")
        assert found["Contact received from the police"] == {
            CARE,
            POLICE,
            health.model_copy(update={"depth": depth}),
        }
        assert found[f"Health asked for information ({extent.value})"] == {CARE, health}
        assert found["Consent given: referral, information sharing, signed"] == {CARE}


def test_the_answer_is_seen_by_whom_it_names_and_by_who_gave_it_and_not_by_the_referrer():
    story = front_door.when(RECEIVE, at=NOW, by=OFFICER)
    contact = story.id
    story = story.when(CONSENT.model_copy(update={"re": contact}), at=NOW, by=MANAGER)
    story = story.when(CHECK.model_copy(update={"re": contact}), at=NOW, by=MANAGER)
    found = seen(story.when(ANSWER.model_copy(update={"re": story.id}), at=NOW, by=NURSE))
    assert found["Health answered: information shared"] == {CARE, SeenBy(agency="health")}


def test_immediate_harm_is_critical_and_for_social_care():
    story = front_door.when(RECEIVE, at=NOW, by=OFFICER)
    story = story.when(HARM.model_copy(update={"re": story.id}), at=NOW, by=MANAGER)
    assert seen(story)["Immediate harm identified: the child is to be seen today"] == {CARE}
    assert story.entries(entries)[-1].entry.significance == "critical"


def test_a_contact_about_somebody_in_trust_is_restricted_as_it_is_told_and_routing_it_tells_no_word():
    in_trust = RECEIVE.model_copy(update={"person_in_trust": True})
    story = front_door.when(in_trust, at=NOW, by=OFFICER)
    assert entries.restriction(story.records[0]).until_decided
    routed = story.when(LADO.model_copy(update={"re": story.id}), at=NOW, by=MANAGER)
    decided = routed.entries(entries)[-1].entry
    assert decided.title == "A contact was made and is restricted"
    assert decided.parts == decided.care_parts == ()
    assert story.when(CLOSE.model_copy(update={"re": story.id}), at=NOW, by=MANAGER).refusal is None
