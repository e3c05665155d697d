"""What is written with a contact or without: young carers, private fostering, FGM, Prevent, the police, enquiries, links."""

from datetime import date

import pytest
from pydantic import ValidationError

from services.mash.codes import Concern, Fgm, LinkWhy, PrivateFosterer, StatusAnswer, WhyPolice
from services.mash.events import (
    ContactsLinked,
    PrivateFosteringNotified,
    StatusEnquiryAnswered,
    YoungCarerIdentified,
)
from services.mash.streams.child_file import (
    AnswerStatusEnquiry,
    Carer,
    IdentifyYoungCarer,
    LinkContacts,
    NotifyPrivateFostering,
    ReferToPrevent,
    TellPolice,
)
from services.mash.streams.contact import ReceiveContact
from shared.domain.code_lists import LawfulBasis
from shared.domain.instants import london
from shared.domain.people import KnownPerson
from shared.testing.deciders import story_of
from shared.testing.facts import CHILD, actor
from shared.testing.teams import team_of
from tests.unit.mash.contacts import CONSENT, FGM_REPORT, PEOPLE, RECEIVE, SCREEN, app, front_door

MONDAY = london(2026, 4, 13, 12)
LATER = london(2026, 4, 13, 15)
NURSE = actor("health_practitioner", "N. Roy")
CARER = IdentifyYoungCarer(referred_to="Young carers' service")
FOSTERED = NotifyPrivateFostering(
    carer=Carer(name="Rose Test", relation=PrivateFosterer.NEIGHBOUR), expected_to_last_days=28
)
PREVENT = ReferToPrevent(immediate_risk=True, reason="Videos.")


def told(**more) -> ReceiveContact:
    return RECEIVE.model_copy(update=more)


def of(command, story, **more):
    return command.model_copy(update={"re": story.id, **more})


# -- young carers (M12)


def test_a_young_carer_is_referred_with_consent_or_on_a_basis():
    front_door.when(CARER, at=MONDAY).refused("M12")
    front_door.when(CARER.model_copy(update={"consent": True}), at=MONDAY).then(
        YoungCarerIdentified(consent=True)
    )
    basis = CARER.model_copy(update={"lawful_basis": LawfulBasis.CHILDREN_ACT_1989_S17})
    front_door.when(basis, at=MONDAY).then(
        YoungCarerIdentified(consent=False, lawful_basis=LawfulBasis.CHILDREN_ACT_1989_S17)
    )


def test_consent_that_stands_on_the_contact_counts():
    story = front_door.when(RECEIVE, at=MONDAY)
    story.when(of(CARER, story), at=LATER).refused("M12")
    agreed = story.when(of(CONSENT, story), at=LATER)
    agreed.when(of(CARER, story), at=LATER).then(YoungCarerIdentified(contact=story.id, consent=True))


# -- private fostering (A9)


def test_visits_run_from_when_the_authority_knew():
    front_door.when(FOSTERED, at=LATER, happened=MONDAY).then(
        PrivateFosteringNotified(
            relation=PrivateFosterer.NEIGHBOUR, expected_to_last_days=28, aware_at=MONDAY
        )
    )
    story = front_door.when(RECEIVE, at=MONDAY)
    story.when(of(FOSTERED, story), at=LATER).then(
        PrivateFosteringNotified(
            contact=story.id,
            relation=PrivateFosterer.NEIGHBOUR,
            expected_to_last_days=28,
            aware_at=MONDAY,
        )
    )


def aged(born: date, *, disabled=False):
    people = {**PEOPLE, CHILD: KnownPerson(kind="child", born=born, disabled=disabled)}
    return story_of(team_of(app, people=people))


@pytest.mark.parametrize(
    ("story", "changes"),
    [
        (front_door, {"expected_to_last_days": 27}),
        (front_door, {"carer": Carer(name="Rose Test", relation=PrivateFosterer.GRANDPARENT)}),
        (aged(date(2010, 4, 13)), {}),
        (aged(date(2008, 4, 13), disabled=True), {}),
    ],
    ids=["too short", "a close relative", "sixteen", "eighteen and disabled"],
)
def test_what_is_no_private_fostering_is_refused(story, changes):
    story.when(FOSTERED.model_copy(update=changes), at=MONDAY).refused("A9")


def test_the_day_before_the_birthday_it_still_is_and_of_a_disabled_child_to_eighteen():
    assert aged(date(2010, 4, 14)).when(FOSTERED, at=MONDAY).refusal is None
    assert aged(date(2010, 4, 13), disabled=True).when(FOSTERED, at=MONDAY).refusal is None


# -- female genital mutilation (M14)


@pytest.mark.parametrize("known", [Fgm.TOLD, Fgm.OBSERVED])
def test_it_is_due_the_working_day_after_it_was_known_and_met_by_the_report_on_the_childs_file(known):
    """Known on Maundy Thursday, written down after Easter: the clock runs from when the professional knew."""
    thursday = london(2026, 4, 2, 16)
    story = front_door.when(told(fgm=known), at=london(2026, 4, 7, 9), happened=thursday, by=NURSE)
    clock = story.clock("M14")
    assert (clock.deadline.starts_at, clock.due_at) == (thursday, london(2026, 4, 8))
    story.when(of(FGM_REPORT, story), at=london(2026, 4, 7, 23), by=NURSE).clocks(M14="met")
    late = story.when(of(FGM_REPORT, story), at=london(2026, 4, 8), by=NURSE)
    late.clocks(M14="missed")


@pytest.mark.parametrize("known", [Fgm.SUSPECTED, Fgm.AT_RISK])
def test_of_a_suspicion_no_clock_runs_and_no_such_report_is_made(known):
    story = front_door.when(told(fgm=known), at=MONDAY).clocks(M14=None)
    report = of(FGM_REPORT, story, how_known=known)
    story.when(report, at=LATER, by=NURSE).refused("M14")


def test_screening_starts_it_from_when_it_was_known_and_only_once():
    story = front_door.when(RECEIVE, at=MONDAY, happened=london(2026, 4, 10, 9))
    found = of(SCREEN, story, concerns=(Concern.FGM_TOLD,))
    screened = story.when(found, at=LATER)
    assert screened.clock("M14").deadline.starts_at == london(2026, 4, 10, 9)
    known = front_door.when(told(fgm=Fgm.TOLD), at=MONDAY)
    again = known.when(found.model_copy(update={"re": known.id}), at=LATER)
    assert len([one for one in again.stream("contact").clocks if one.rule == "M14"]) == 1


def test_a_report_without_a_contact_stands_on_the_childs_file():
    assert front_door.when(FGM_REPORT, at=MONDAY, by=NURSE).refusal is None


def test_of_a_woman_the_duty_is_not_the_professionals_own():
    aged(date(2008, 4, 13)).when(FGM_REPORT, at=MONDAY, by=NURSE).refused("M14")


# -- Prevent and the police (M13, M15)


def test_of_immediate_risk_the_police_are_told_first():
    front_door.when(PREVENT, at=MONDAY).refused("M15")
    police = front_door.when(TellPolice(why=WhyPolice.RADICALISATION), at=MONDAY)
    assert police.when(PREVENT, at=LATER).refusal is None
    assert front_door.when(PREVENT.model_copy(update={"police_reference": "X1"}), at=MONDAY).refusal is None
    assert front_door.when(PREVENT.model_copy(update={"immediate_risk": False}), at=MONDAY).refusal is None


# -- enquiries and links (M20, M21)


def test_an_enquiry_is_answered_and_kept_with_its_basis():
    asks = AnswerStatusEnquiry(
        asked_by="L. Shaw",
        their_agency="education",
        basis=LawfulBasis.PUBLIC_TASK,
        why="A new pupil.",
        answer=StatusAnswer.NOT_KNOWN,
    )
    front_door.when(asks, at=MONDAY).then(
        StatusEnquiryAnswered(
            their_agency="education", lawful_basis=LawfulBasis.PUBLIC_TASK, answer=StatusAnswer.NOT_KNOWN
        )
    )


def test_two_contacts_are_linked_and_one_is_not_linked_to_itself():
    one = front_door.when(RECEIVE, at=MONDAY)
    two = one.when(RECEIVE, at=LATER)
    link = LinkContacts(re=one.id, other=two.id, why=LinkWhy.HARMFUL_SEXUAL_BEHAVIOUR)
    two.when(link, at=LATER).then(
        ContactsLinked(contact=one.id, other=two.id, why=LinkWhy.HARMFUL_SEXUAL_BEHAVIOUR)
    )
    with pytest.raises(ValidationError, match="another contact than the first"):
        LinkContacts(re=one.id, other=one.id, why=LinkWhy.SIBLINGS)
