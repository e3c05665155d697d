"""Entries: titles from codes alone, the words sealed, how an entry weighs, and who may see it."""

from dataclasses import replace

import pytest
from hypothesis import given as examples
from hypothesis import settings
from hypothesis import strategies as st

from services.assessment import events as assessment
from services.chronology.entries import Draft, audience, draft_of
from services.chronology.events import SeenBy
from services.mash import events as mash
from services.people.events import PersonRegistered
from shared.domain.actors import Actor
from shared.domain.code_lists import PrimaryNeed, ReferralSource
from shared.domain.deadlines import DeadlineMissed, DeadlineVaried, VariedText
from shared.domain.instants import london
from shared.domain.rules import Deadline
from shared.testing.facts import THING, actor, event_id, record
from tests.unit.chronology.samples import ANY, WRITTEN

NOW = london(2026, 4, 2, 17)
DUE = Deadline(
    london(2026, 4, 2, 16, 40), london(2026, 4, 8), rule="M1", edition="rules 2026-11; calendar EW-2026-11"
)
CARE = SeenBy(agency="childrens_social_care")
POLICE = SeenBy(agency="police")
MANAGER = actor("mash_manager", "Ana Lim")
OFFICER = actor("police_officer", "PC Hale")


def contact(referrer_agency="police", referrer_organisation=None):
    return mash.ContactReceived(
        contact=THING,
        source=ReferralSource.S6,
        referrer_agency=referrer_agency,
        referrer_organisation=referrer_organisation,
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
    outcome=mash.Outcome.REFERRAL_ACCEPTED,
    level=4,
    tell_by=DUE,
    sealed=mash.DecisionText(rationale="Neglect.", indicators=("Lack of food", "Cold")),
)
SCREENED = mash.ContactScreened(contact=THING, potential=mash.Potential.CHILD_PROTECTION, young_carer=True)
TOLD = mash.ReferrerInformed(contact=THING, outcome=True, sealed=mash.InformedText(message="Accepted."))
TOLD_NEXT = mash.ReferrerInformed(contact=THING, outcome=False, sealed=mash.InformedText(message="Soon."))
OPENED = assessment.ReferralOpened(
    contact=THING,
    received_at=NOW,
    source=ReferralSource.S6,
    level=4,
    primary_need=PrimaryNeed.N1,
    see_child_by=DUE,
)
ALLOCATED = assessment.WorkerAllocated(
    worker=THING,
    assessment_due_in_working_days=30,
    sealed=assessment.AllocationText(worker_name="Mia Dunn", reason=""),
)
SEEN = assessment.ChildSeen(
    alone=True, place=assessment.Place.RELATIVE_HOME, sealed=assessment.VisitText(words="I make the tea.")
)
NOT_SEEN = assessment.ChildNotSeen(
    place=assessment.Place.HOME, sealed=assessment.VisitText(words="", why_not_seen="Nobody opened.")
)
MISSED = DeadlineMissed(rule="M1", started_by=event_id(1), due_at=NOW)
VARIED = DeadlineVaried(
    rule="M1", started_by=event_id(1), was_due_at=NOW, due_at=NOW, sealed=VariedText(reason="Closed.")
)


@pytest.mark.parametrize(
    ("event", "title", "topic", "significance", "parts"),
    [
        (
            contact(),
            "Contact received from the police",
            "contact",
            "routine",
            (("What is worrying", "In a cupboard."), ("Told by", "PC Hale")),
        ),
        (
            SCREENED,
            "Contact screened: potential child protection; may be a young carer",
            "contact",
            "routine",
            (),
        ),
        (
            DECIDED,
            "Contact decided: referral accepted, level 4",
            "contact",
            "significant",
            (("Why", "Neglect."), ("Indicators considered", "Lack of food; Cold")),
        ),
        (TOLD, "Referrer told the outcome", "contact", "routine", (("Message", "Accepted."),)),
        (TOLD_NEXT, "Referrer told what happens next", "contact", "routine", (("Message", "Soon."),)),
        (OPENED, "Referral opened: abuse, neglect and exploitation", "referral", "routine", ()),
        (
            ALLOCATED,
            "Social worker allocated; assessment within 30 working days",
            "referral",
            "routine",
            (("Social worker", "Mia Dunn"),),
        ),
        (
            SEEN,
            "Child seen alone (relative home)",
            "visit",
            "significant",
            (("The child's words", "I make the tea."),),
        ),
        (
            NOT_SEEN,
            "Visit at which the child was not seen (home)",
            "visit",
            "significant",
            (("Why not seen", "Nobody opened."),),
        ),
        (MISSED, "Deadline missed: M1", "deadline", "significant", ()),
        (VARIED, "Deadline varied: M1", "deadline", "routine", (("Why", "Closed."),)),
    ],
    ids=lambda value: getattr(value, "NAME", ""),
)
def test_what_an_event_says(event, title, topic, significance, parts):
    draft = draft_of(record(event, at=NOW, service="mash"))
    assert (draft.title, draft.topic, draft.significance, draft.parts) == (title, topic, significance, parts)


def test_every_written_event_is_tried_above():
    tried = {contact(), SCREENED, DECIDED, TOLD, OPENED, ALLOCATED, SEEN, NOT_SEEN, MISSED, VARIED}
    assert {type(event) for event in tried} == set(WRITTEN)


@settings(max_examples=300)
@examples(ANY)
def test_nothing_of_the_sealed_part_is_in_a_title_or_a_topic(event):
    stands = record(event, at=NOW, service="mash")
    draft = draft_of(stands)
    assert "§" not in f"{draft.title}{draft.topic}{draft.significance}"
    assert not any("§" in repr(each) for each in audience(stands, draft))


@examples(ANY)
def test_an_erased_text_leaves_the_title(event):
    erased = record(
        event.model_copy(update={"sealed": None}), at=NOW, by=actor("mash_manager", ""), service="mash"
    )
    assert erased.text is None
    whole, skeleton = draft_of(record(event, at=NOW, service="mash")), draft_of(erased)
    assert (skeleton.title, skeleton.topic, skeleton.parts) == (whole.title, whole.topic, ())


@examples(ANY, st.sampled_from([MANAGER, OFFICER]))
def test_social_care_sees_every_entry_and_each_agency_stands_once(event, by):
    stands = record(event, at=NOW, by=by, service="mash")
    seen = audience(stands, draft_of(stands))
    assert CARE in seen
    assert len({(each.agency, each.organisation) for each in seen}) == len(seen)


# The sharing table, where nobody said otherwise: (the entry, recorded by, who sees it).
@pytest.mark.parametrize(
    ("event", "by", "seen_by"),
    [
        pytest.param(contact(), MANAGER, {CARE, POLICE}, id="contact: the referrer's agency"),
        pytest.param(contact(None), MANAGER, {CARE}, id="contact from the family: nobody else"),
        pytest.param(
            contact("health"),
            OFFICER,
            {CARE, POLICE, SeenBy(agency="health")},
            id="contact: who recorded it, and the referrer's agency",
        ),
        pytest.param(SCREENED, MANAGER, {CARE}, id="screening: nobody else"),
        pytest.param(DECIDED, MANAGER, {CARE}, id="decision: nobody else"),
        pytest.param(TOLD, MANAGER, {CARE}, id="word to the referrer: nobody else"),
        pytest.param(OPENED, MANAGER, {CARE}, id="referral opened: nobody else"),
        pytest.param(ALLOCATED, MANAGER, {CARE}, id="allocation: nobody else"),
        pytest.param(SEEN, MANAGER, {CARE}, id="visit: nobody else"),
        pytest.param(NOT_SEEN, MANAGER, {CARE}, id="visit without the child: nobody else"),
        pytest.param(
            MISSED,
            Actor.service("mash", "childrens_social_care"),
            {CARE},
            id="deadline missed: the team's own agency",
        ),
        pytest.param(VARIED, MANAGER, {CARE}, id="deadline varied: nobody else"),
    ],
)
def test_who_sees_an_entry_when_nobody_said_otherwise(event, by, seen_by):
    stands = record(event, at=NOW, by=by, service="mash")
    assert set(audience(stands, draft_of(stands))) == seen_by


def test_a_missed_deadline_of_family_wellbeing_is_its_own():
    stands = record(MISSED, at=NOW, by=Actor.service("fws", "family_wellbeing"), service="fws")
    assert set(audience(stands, draft_of(stands))) == {CARE, SeenBy(agency="family_wellbeing")}


def test_an_organisation_stands_for_itself_alone():
    school = actor("designated_safeguarding_lead", organisation="Elm School")
    stands = record(contact(), at=NOW, by=school)
    assert SeenBy(agency="education", organisation="Elm School") in audience(stands, draft_of(stands))
    assert SeenBy(agency="education") not in audience(stands, draft_of(stands))


ELM = SeenBy(agency="education", organisation="Elm School")
OAK = SeenBy(agency="education", organisation="Oak School")
EDUCATION = SeenBy(agency="education")


@pytest.mark.parametrize(
    ("event", "organisation", "seen_by"),
    [
        pytest.param(contact("education"), "Elm School", {CARE, ELM}, id="a school's own worry: that school"),
        pytest.param(contact("education"), None, {CARE, EDUCATION}, id="recorded for the whole agency"),
        pytest.param(contact("education", "Elm School"), "Elm School", {CARE, ELM}, id="it names itself"),
        pytest.param(
            contact("education", "Oak School"), "Elm School", {CARE, ELM, OAK}, id="for another school"
        ),
        pytest.param(contact("police"), "Elm School", {CARE, ELM, POLICE}, id="for another agency"),
    ],
)
def test_one_school_does_not_show_its_worry_to_another(event, organisation, seen_by):
    school = actor("designated_safeguarding_lead", organisation=organisation)
    stands = record(event, at=NOW, by=school)
    assert set(audience(stands, draft_of(stands))) == seen_by


def test_the_front_door_shows_a_contact_to_the_one_school_it_came_from():
    for event, whom in [(contact("education", "Elm School"), ELM), (contact("education"), EDUCATION)]:
        stands = record(event, at=NOW, by=MANAGER)
        assert set(audience(stands, draft_of(stands))) == {CARE, whom}


def of_sensitivity(sensitivity, by, also=(POLICE,)):
    stands = record(TOLD, at=NOW, by=by)
    stands = replace(stands, envelope=replace(stands.envelope, sensitivity=sensitivity))
    return set(audience(stands, Draft(title="An allegation", topic="allegation", also=also)))


@pytest.mark.parametrize("by", [MANAGER, OFFICER, Actor.service("lado", "lado")])
def test_a_sealed_entry_is_seen_by_those_it_names_and_nobody_else(by):
    assert of_sensitivity("sealed", by, also=()) == set()
    assert of_sensitivity("sealed", by, also=(SeenBy(agency="health"),)) == {SeenBy(agency="health")}


def test_of_a_restricted_entry_others_see_the_title():
    title = SeenBy(agency="police", depth="title")
    assert of_sensitivity("ordinary", MANAGER) == {CARE, POLICE}
    assert of_sensitivity("restricted", MANAGER) == {CARE, title}
    assert of_sensitivity("restricted", MANAGER, also=(CARE, POLICE)) == {CARE, title}
    assert of_sensitivity("restricted", OFFICER) == {CARE, POLICE}
    school = actor("designated_safeguarding_lead", organisation="Elm School")
    assert of_sensitivity("restricted", school, also=(OAK,)) == {
        CARE,
        ELM,
        SeenBy(agency="education", organisation="Oak School", depth="title"),
    }


def test_an_event_without_a_row_makes_no_entry():
    assert draft_of(record(PersonRegistered(kind="adult"), at=NOW)) is None


@examples(ANY)
def test_every_text_of_the_samples_would_show_if_it_leaked(event):
    text = record(event, at=NOW, by=MANAGER, service="mash").text
    said = {name: value for name, value in text.items() if name != "recorded_by"}
    assert all("§" in repr(value) or not value for value in said.values())
    assert said.keys() == set(event.TEXT.model_fields if event.TEXT else ())
