"""What the front door's facts say in the chronology, and who then sees them."""

import pytest

from services.mash import codes
from services.mash import events as mash
from services.mash.entries import entries
from services.mash.rules import RULES
from shared.domain.clock_facts import DeadlineMissed
from shared.domain.code_lists import PrimaryNeed, ReferralSource
from shared.domain.instants import london
from shared.domain.rules import Deadline
from shared.team.audience import SeenBy, party, referrer
from shared.team.entries import Entry
from shared.testing.entries import given_entries
from shared.testing.facts import THING, actor, event_id
from shared.testing.facts import organisation as named
from tests.unit.chronology.sights import CARE, sights, taken_in
from tests.unit.mash import contacts

NOW = london(2026, 4, 2, 17)
DUE = Deadline(
    london(2026, 4, 2, 16, 40), london(2026, 4, 8), rule="M1", edition="rules 2026-11; calendar EW-2026-11"
)
given = given_entries(entries, RULES)


def contact(agency="police", organisation=None):
    return mash.ContactReceived(
        contact=THING,
        source=ReferralSource.S6,
        referrer_agency=agency,
        referrer_organisation=organisation,
        family_aware=True,
        received_at=NOW,
        decide_by=DUE,
        inform_by=DUE,
        sealed=mash.ContactText(
            worries="In a cupboard.",
            strengths="",
            referrer_name="PC Hale",
            referrer_contact="hale@police.example",
        ),
    )


DECIDED = mash.ContactDecided(
    contact=THING,
    outcome=codes.Outcome.REFERRAL_ACCEPTED,
    level=4,
    tell_by=DUE,
    sealed=mash.DecisionText(rationale="Neglect.", indicators=("Lack of food", "Cold")),
)
SCREENED = mash.ContactScreened(contact=THING, potential=codes.Potential.CHILD_PROTECTION, young_carer=True)
TOLD = mash.ReferrerInformed(contact=THING, outcome=True, sealed=mash.InformedText(message="Accepted."))
TOLD_NEXT = mash.ReferrerInformed(contact=THING, outcome=False, sealed=mash.InformedText(message="Soon."))
ACCEPTED = mash.ReferralAccepted(
    contact=THING, received_at=NOW, source=ReferralSource.S6, level=4, primary_need=PrimaryNeed.N1
)


@pytest.mark.parametrize(
    ("event", "entry"),
    [
        (
            contact(),
            Entry(
                "Contact received from the police",
                "contact",
                parts=[("What is worrying", "In a cupboard.")],
                care_parts=[("Told by", "PC Hale")],
                seen_by=[referrer(party("police"))],
            ),
        ),
        (
            contact(None),
            Entry(
                "Contact received from the police",
                "contact",
                parts=[("What is worrying", "In a cupboard.")],
                care_parts=[("Told by", "PC Hale")],
                seen_by=[referrer()],
            ),
        ),
        (
            SCREENED,
            Entry("Contact screened: potential child protection; may be a young carer", "contact"),
        ),
        (
            DECIDED,
            Entry(
                "Contact decided: referral accepted, level 4",
                "contact",
                "significant",
                parts=[("Why", "Neglect."), ("Indicators considered", "Lack of food; Cold")],
            ),
        ),
        (
            TOLD,
            Entry(
                "Referrer told the outcome",
                "contact",
                parts=[("Message", "Accepted.")],
                seen_by=[referrer(of=THING)],
            ),
        ),
        (
            TOLD_NEXT,
            Entry(
                "Referrer told what happens next",
                "contact",
                parts=[("Message", "Soon.")],
                seen_by=[referrer(of=THING)],
            ),
        ),
        (
            DeadlineMissed(rule="M4", started_by=event_id(1), due_at=NOW),
            Entry("Not done in time: tell the referrer the outcome (M4)", "deadline", "significant"),
        ),
    ],
    ids=lambda value: getattr(value, "NAME", ""),
)
def test_what_an_event_says(event, entry):
    given.when(event, at=NOW).then(entry)


def test_the_referral_is_said_by_the_decision_it_stands_beside():
    given.when(ACCEPTED, at=NOW).nothing()
    assert mash.ReferralAccepted in entries.reasons


def story(agency, organisation=None, by=contacts.SCREENER):
    said = named(organisation) if organisation else None
    told = contacts.RECEIVE.referrer.model_copy(update={"agency": agency, "organisation": said})
    receive = contacts.RECEIVE.model_copy(update={"referrer": told})
    done = contacts.given().when(receive, at=NOW, by=by)
    for command in (contacts.SCREEN, contacts.ACCEPT, contacts.TELL_OUTCOME):
        done = done.when(command, at=NOW, by=contacts.MANAGER)
    return sights(taken_in(done.records, {"mash": (entries, RULES)}))


def test_the_referrers_school_sees_the_contact_and_what_it_was_told_and_nothing_else():
    school = SeenBy(agency="education", organisation="Elm School")
    seen = story("education", "Elm School")
    assert seen["Contact received from the police"] == {CARE, school}
    assert seen["Referrer told the outcome"] == {CARE, school}
    assert seen["Contact screened: potential child protection"] == {CARE}
    assert seen["Contact decided: referral accepted, level 4"] == {CARE}


def test_of_a_worry_from_the_family_nobody_else_sees_anything():
    assert all(seen == {CARE} for seen in story(None).values())


def test_who_writes_down_anothers_worry_sees_it_beside_them():
    officer = actor("police_officer", "PC Hale")
    seen = story("health", "Elm Ward", by=officer)["Contact received from the police"]
    assert seen == {CARE, SeenBy(agency="police"), SeenBy(agency="health", organisation="Elm Ward")}
