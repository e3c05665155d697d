"""What is done at once, or told and kept, without a clock: consultations (M8), what agencies are asked (M11), the police
(M13), status enquiries (M20), and harmful sexual behaviour between two children (M21)."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from services.mash.codes import LinkWhy, StatusAnswer, WhyPolice
from services.mash.entries import entries
from services.mash.events import (
    AgencyCheckRequested,
    ConsultationRecorded,
    ContactsLinked,
    PoliceTold,
    StatusEnquiryAnswered,
)
from services.mash.rules import RULES
from services.mash.streams.agency_check import RequestAgencyCheck
from services.mash.streams.child_file import AnswerStatusEnquiry, LinkContacts, TellPolice
from services.mash.streams.consultation import RecordConsultation
from shared.access.policy import AccessPolicy
from shared.domain.code_lists import Extent, LawfulBasis
from shared.domain.command import NotFound
from shared.domain.instants import london
from shared.team.audience import SeenBy
from shared.testing.deciders import story_of
from shared.testing.facts import CHILD, SIBLING, actor
from shared.testing.teams import team_of
from tests.unit.chronology.sights import CARE, sights, taken_in
from tests.unit.mash.contacts import CHECK, DISPENSE, PEOPLE, RECEIVE, SCREENER, app, front_door

NOON, LATER = london(2026, 4, 13, 12), london(2026, 4, 13, 15)
WORKER = actor("mash_social_worker", "Sam Ode")
TABLE = AccessPolicy.read(Path(__file__).parents[3] / "services")
at_the_door = story_of(team_of(app, TABLE, people=PEOPLE), access=TABLE)
CONSULTS = RecordConsultation.model_validate(
    {
        "about": (CHILD,),
        "with": "L. Shaw",
        "their_agency": "education",
        "advice": "Send a referral with what he says.",
        "family_aware": True,
        "referral_to_follow": True,
    }
)
ASKS = AnswerStatusEnquiry(
    about=(CHILD,),
    asked_by="L. Shaw",
    their_agency="education",
    basis=LawfulBasis.PUBLIC_TASK,
    why="A new pupil.",
    answer=StatusAnswer.OPEN_SOCIAL_CARE,
)
TELL = TellPolice(
    about=(CHILD,), why=WhyPolice.CRIMINAL_EXPLOITATION, told="DS Cole", police_reference="101/2026/9"
)


def of(command, contact, **more):
    return command.model_copy(update={"re": contact, "about": (), **more})


def seen_by(story):
    return sights(taken_in(story.records, {"mash": (entries, RULES)}))


# -- M8


def test_a_consultation_has_the_names_of_both_and_is_no_referral_m8():
    story = at_the_door.when(CONSULTS, at=NOON, by=WORKER)
    story.then(ConsultationRecorded(their_agency="education", family_aware=True, referral_to_follow=True))
    assert {story.records[0].text[name] for name in ("consulted_by", "recorded_by")} == {"L. Shaw", "Sam Ode"}
    assert not story.stream("contact").stands
    story.clocks(M8=None, M1=None, M3=None).follows()


@pytest.mark.parametrize("why", ["", "He hears her calls."])
def test_where_the_family_does_not_know_it_is_recorded_with_why_or_without_m8(why):
    unaware = CONSULTS.model_copy(update={"family_aware": False, "why_not_aware": why})
    story = at_the_door.when(unaware, at=NOON, by=WORKER)
    assert story.records[0].text["why_not_aware"] == why
    assert story.entries(entries)[0].entry.title.endswith("the family does not know")


def test_a_screener_is_not_consulted_m8_m7():
    at_the_door.when(CONSULTS, at=NOON, by=SCREENER).refused("E9", "M7")


# -- M11


@pytest.mark.parametrize("extent", sorted(Extent))
def test_an_agency_is_asked_so_much_and_told_why_m11(extent):
    received = front_door.when(RECEIVE, at=NOON)
    contact = received.id
    asked = received.when(of(DISPENSE, contact), at=NOON).when(of(CHECK, contact, extent=extent), at=LATER)
    assert [(type(one), one.extent) for one in asked.decided] == [(AgencyCheckRequested, extent)]
    assert asked.clocks(M11=None).decided[0].sealed.reason == "Growth."
    # Who is asked for all of it sees the contact whole; who is asked for less, its title.
    depth = "whole" if extent is Extent.FULL else "title"
    assert SeenBy(agency="health", depth=depth) in seen_by(asked)["Contact received from the police"]


@pytest.mark.parametrize("missing", [{"extent": None}, {"reason": " "}, {"reason": None}])
def test_nobody_is_asked_without_saying_how_much_and_why_m11(missing):
    whole = {"agency": "health", "extent": "minimal", "reason": "Growth."}
    with pytest.raises(ValidationError):
        RequestAgencyCheck.model_validate({**whole, **missing})


# -- M13


@pytest.mark.parametrize("why", [WhyPolice.SEXUAL_EXPLOITATION, WhyPolice.CRIMINAL_EXPLOITATION])
def test_of_exploitation_the_police_are_told_with_a_contact_or_without_m13(why):
    tell = TELL.model_copy(update={"why": why})
    alone = at_the_door.when(tell, at=LATER, happened=NOON, by=WORKER)
    alone.then(PoliceTold(why=why)).clocks(M13=None)
    assert alone.decided[0].happened_at == NOON
    received = front_door.when(RECEIVE, at=NOON)
    received.when(of(tell, received.id), at=LATER, by=WORKER).then(PoliceTold(contact=received.id, why=why))
    assert seen_by(alone)[f"Police told: {why.replace('_', ' ')}"] == {CARE, SeenBy(agency="police")}


def test_telling_the_police_is_no_clocks_act_and_no_screeners_m13_m7():
    at_the_door.when(TELL, at=NOON, by=SCREENER).refused("E9", "M7")
    assert "M13" not in {rule for stream in app.streams for rule in stream.clocks}


# -- M20


def test_an_enquiry_is_answered_with_its_basis_and_kept_as_a_look_is_m20():
    story = at_the_door.when(ASKS, at=NOON, by=SCREENER)
    story.then(
        StatusEnquiryAnswered(
            their_agency="education",
            lawful_basis=LawfulBasis.PUBLIC_TASK,
            answer=StatusAnswer.OPEN_SOCIAL_CARE,
        )
    )
    assert story.clocks(M20=None).records[0].text["asked_by"] == "L. Shaw"
    assert ASKS.shows() == "status_enquiry:education:public_task"
    assert story.entries(entries) == []


@pytest.mark.parametrize("missing", ["basis", "why", "asked_by"])
def test_nobody_is_answered_without_who_asks_why_and_on_which_basis_m20(missing):
    with pytest.raises(ValidationError):
        AnswerStatusEnquiry.model_validate({**ASKS.model_dump(), missing: None})


# -- M21


def test_harmful_sexual_behaviour_stands_with_both_children_m21():
    one = front_door.when(RECEIVE, at=NOON)
    two = one.when(RECEIVE.model_copy(update={"about": (SIBLING,)}), at=NOON)
    link = LinkContacts(re=one.id, other=two.id, why=LinkWhy.HARMFUL_SEXUAL_BEHAVIOUR)
    linked = two.when(link, at=LATER, by=SCREENER).clocks(M21=None).decided
    assert [(one_.child, one_.contact, one_.other) for one_ in linked] == [
        (CHILD, one.id, two.id),
        (SIBLING, two.id, one.id),
    ]
    assert {type(each) for each in linked} == {ContactsLinked}


def test_a_child_of_both_contacts_has_the_link_once_m21():
    one = front_door.when(RECEIVE.model_copy(update={"about": (CHILD, SIBLING)}), at=NOON)
    two = one.when(RECEIVE, at=NOON)
    link = LinkContacts(re=two.id, other=one.id, why=LinkWhy.SIBLINGS)
    linked = two.when(link, at=LATER).decided
    assert [(each.child, each.contact) for each in linked] == [(CHILD, two.id), (SIBLING, one.id)]


def test_a_contact_that_there_is_not_is_linked_to_none_m21():
    one = front_door.when(RECEIVE, at=NOON)
    link = LinkContacts(re=one.id, other=CHILD, why=LinkWhy.FOLLOWS)
    with pytest.raises(NotFound):
        one.when(link, at=LATER)
