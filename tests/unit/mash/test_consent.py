"""M10: who may consent, what it counts for, and asking other agencies without it."""

import pytest
from pydantic import ValidationError

from services.mash.events import (
    AgencyCheckRequested,
    AgencyInformationShared,
    CheckText,
    ConsentDispensed,
    ConsentRecorded,
    ConsentWithdrawn,
    FindingsText,
)
from services.mash.streams.contact import WithdrawConsent
from shared.domain.code_lists import ConsentScope, Extent, LawfulBasis
from shared.domain.instants import london
from shared.domain.people import KnownPerson, Span
from shared.testing.deciders import story_of
from shared.testing.facts import ADULT, CHILD, SIBLING, actor, organisation
from shared.testing.teams import team_of
from tests.unit.mash.contacts import (
    ANSWER,
    CHECK,
    CLOSE,
    CONSENT,
    DISPENSE,
    PEOPLE,
    RECEIVE,
    SCREEN,
    app,
    front_door,
    given,
)

MONDAY = london(2026, 12, 21, 15)
LATER = london(2026, 12, 21, 15, 5)
NEXT_DAY = london(2026, 12, 22, 11)
NURSE = actor("health_practitioner", "N. Roy")


def received(*about):
    return front_door.when(RECEIVE.model_copy(update={"about": about}), at=MONDAY)


def of(command, story, **more):
    return command.model_copy(update={"re": story.id, **more})


def test_consent_by_somebody_with_parental_responsibility_is_recorded():
    given().when(RECEIVE, at=MONDAY).when(CONSENT, at=LATER).then(
        ConsentRecorded(
            contact=given().when(RECEIVE, at=MONDAY).decided[0].contact,
            given_by=ADULT,
            scope=(ConsentScope.REFERRAL, ConsentScope.INFORMATION_SHARING),
            signed=True,
            young_person_asked=False,
        )
    )


def test_consent_by_somebody_without_is_refused():
    given().when(RECEIVE, at=MONDAY).when(CONSENT.model_copy(update={"given_by": SIBLING}), at=LATER).refused(
        "M10"
    )


def test_a_command_that_covers_a_child_for_whom_they_do_not_hold_it_is_refused_whole():
    both = received(CHILD, SIBLING)
    both.when(of(CONSENT, both), at=LATER).refused("M10")
    both.when(of(CONSENT, both, about=(CHILD,)), at=LATER).clocks(M1="open")


def test_parental_responsibility_counts_on_the_day_on_which_they_consented():
    ended = {(ADULT, "mother"): (Span(until=london(2026, 12, 1).date()),)}
    people = {**PEOPLE, CHILD: KnownPerson(kind="child", responsible=ended)}
    story = story_of(team_of(app, people=people)).when(RECEIVE, at=MONDAY)
    story.when(of(CONSENT, story), at=LATER).refused("M10")
    story.when(of(CONSENT, story), at=LATER, happened=MONDAY).refused("M10")


def test_a_young_person_who_is_gillick_competent_consents_for_themselves_alone():
    story = given().when(RECEIVE, at=MONDAY)
    own = CONSENT.model_copy(update={"given_by": CHILD})
    story.when(own, at=LATER).refused("M10")
    assert story.when(own.model_copy(update={"gillick_competent": True}), at=LATER).refusal is None


def test_no_agency_is_asked_with_neither_consent_nor_basis():
    story = received()
    story.when(of(CHECK, story), at=LATER).refused("M10")


@pytest.mark.parametrize("allowed_by", [CONSENT, DISPENSE], ids=["consent", "basis"])
def test_an_agency_is_asked_with_one_of_them_which_gathers_information(allowed_by):
    story = received()
    asked = (
        story.when(of(SCREEN, story), at=MONDAY)
        .when(of(allowed_by, story), at=LATER)
        .when(of(CHECK, story), at=LATER)
    )
    asked.then(
        AgencyCheckRequested(
            check=asked.id,
            contact=story.id,
            agency="health",
            extent=Extent.PARTIAL,
            sealed=CheckText(reason="Growth."),
        )
    ).clocks(of=story.id, M2="met", M1="open")


def test_consent_to_something_else_is_no_consent_to_ask():
    story = received()
    other = of(CONSENT, story, scope=(ConsentScope.HELP,))
    story.when(other, at=LATER).when(of(CHECK, story), at=LATER).refused("M10")


def test_withdrawn_it_counts_no_longer():
    story = received()
    withdraw = WithdrawConsent(re=story.id, withdrawn_by=ADULT, scope=(ConsentScope.INFORMATION_SHARING,))
    story.when(withdraw, at=LATER).refused("M10")
    story.when(of(CONSENT, story), at=LATER).when(withdraw, at=LATER).then(
        ConsentWithdrawn(contact=story.id, withdrawn_by=ADULT, scope=(ConsentScope.INFORMATION_SHARING,))
    ).when(of(CHECK, story), at=LATER).refused("M10")


def test_what_was_done_without_consent_says_on_which_basis():
    story = received()
    story.when(of(DISPENSE, story), at=LATER).then(
        ConsentDispensed(contact=story.id, lawful_basis=LawfulBasis.CHILDREN_ACT_1989_S47)
    )


def test_a_check_covers_the_children_of_its_contact_and_each_of_them_needs_the_consent():
    both = received(CHILD, SIBLING)
    for_one = both.when(of(CONSENT, both, about=(CHILD,)), at=LATER)
    for_one.when(of(CHECK, both), at=LATER).refused("M10")
    asked = for_one.when(of(CHECK, both, about=(CHILD,)), at=LATER)
    assert [event.child for event in asked.decided] == [CHILD]


def test_of_a_decided_contact_nobody_is_asked_from_here():
    story = received()
    decided = story.when(of(CONSENT, story), at=LATER).when(of(CLOSE, story), at=LATER)
    decided.when(of(CHECK, story), at=LATER).refused("M1")


def asked(**more):
    story = received()
    return story.when(of(CONSENT, story), at=LATER).when(of(CHECK, story, **more), at=LATER)


def test_the_agency_asked_answers_and_says_who_may_read_it():
    story = asked()
    story.when(of(ANSWER, story), at=NEXT_DAY, by=NURSE).then(
        AgencyInformationShared(
            check=story.id,
            contact=story.decided[0].contact,
            agency="health",
            shareable_with=("childrens_social_care", "health"),
            sealed=FindingsText(findings="Lost weight."),
        )
    )


def test_another_agency_does_not_answer_and_the_front_door_may_for_it():
    story = asked()
    story.when(of(ANSWER, story), at=NEXT_DAY, by=actor("police_officer")).refused("E9")
    assert story.when(of(ANSWER, story), at=NEXT_DAY, by=actor("mash_social_worker")).refusal is None


def test_of_an_agency_of_many_organisations_only_the_one_that_was_asked_answers():
    story = asked(organisation=organisation("Elm Surgery"))
    other = actor("health_practitioner", organisation="Oak Surgery")
    own = actor("health_practitioner", organisation="Elm Surgery")
    story.when(of(ANSWER, story), at=NEXT_DAY, by=other).refused("E9")
    answered = story.when(of(ANSWER, story), at=NEXT_DAY, by=own)
    assert answered.decided[0].organisation == "Elm Surgery"


def test_it_is_answered_once():
    story = asked()
    answered = story.when(of(ANSWER, story), at=NEXT_DAY, by=NURSE)
    again = answered.when(of(ANSWER, story), at=NEXT_DAY, by=NURSE)
    assert again.refusal is not None
    assert again.refusal.rules == ()


def test_consent_to_nothing_is_no_consent():
    with pytest.raises(ValidationError):
        CONSENT.model_validate({**CONSENT.model_dump(), "scope": []})
