"""What a correction may name, which values it may give, and which times: as recording would have taken them."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.assessment.rules import RULES as ASSESSMENT_RULES
from services.assessment.streams.child_file import RecordVisit
from services.assessment.streams.referral import OpenReferral, referral
from services.mash.codes import Outcome
from services.people.rules import RULES as PEOPLE_RULES
from services.people.streams.person import RegisterPerson, RelatePeople, person
from shared.domain.actors import Actor
from shared.domain.code_lists import PrimaryNeed, ReferralSource
from shared.domain.instants import london
from shared.team.corrections import CorrectRecord
from shared.team.deadlines import VaryDeadline
from shared.testing.deciders import Story, decider
from shared.testing.facts import SIBLING, THING, actor
from tests.unit.assessment.referrals import BESIDE
from tests.unit.mash.contacts import (
    ACCEPT,
    CLOSE,
    HOLD,
    MANAGER,
    OFFICER,
    RECEIVE,
    SCREEN,
    given,
)

MONDAY = london(2026, 4, 13, 10)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TUESDAY, WEDNESDAY = MONDAY + DAY, MONDAY + 2 * DAY


def right(story: Story, *, of: UUID | None = None, at=WEDNESDAY, by=MANAGER, **what: Any) -> Story:
    """The last step, or the one named, is corrected."""
    said = CorrectRecord(re=of or story.id, reason="It was otherwise.", **what)
    return story.when(said, at=at, by=by)


def received() -> Story:
    return given().when(RECEIVE, at=MONDAY, by=OFFICER)


def decided() -> Story:
    return received().when(ACCEPT, at=MONDAY + HOUR, by=MANAGER)


def registered() -> Story:
    registers = RegisterPerson(kind="child", name="Ava Test", born=london(2020, 1, 2, 0).date())
    return decider(person, PEOPLE_RULES).given().when(registers, at=MONDAY, by=MANAGER)


def opened() -> Story:
    opens = OpenReferral(
        contact=THING, received_at=MONDAY, source=ReferralSource.S6, level=3, primary_need=PrimaryNeed.N1
    )
    service = decider(referral, ASSESSMENT_RULES, beside=BESIDE).given()
    return service.when(opens, at=MONDAY, by=Actor.service("assessment", "childrens_social_care"))


# -- what may be named


@pytest.mark.parametrize(
    ("story", "fields"),
    [
        (decided, {"outcome": "no_further_action"}),
        (decided, {"level": 2}),
        (decided, {"primary_need": None}),
        (decided, {"tell_by": {}}),
        (decided, {"contact": str(SIBLING)}),
        (lambda: received().when(SCREEN, at=MONDAY + HOUR), {"potential": "information"}),
        (lambda: received().when(SCREEN, at=MONDAY + HOUR), {"young_carer": True}),
        (registered, {"born": "2019-01-02"}),
        (registered, {"disability": ["AUT"]}),
        (registered, {"family": str(SIBLING)}),
        (
            lambda: registered().when(RelatePeople(person=SIBLING, relation="sister"), at=MONDAY),
            {"is": "aunt"},
        ),
    ],
)
def test_what_more_than_the_record_follows_from_is_not_corrected(story, fields) -> None:
    right(story(), fields=fields).refused("E3")


def test_the_refusal_says_what_may_be_named() -> None:
    refused = right(decided(), fields={"outcome": "advice_and_information"})
    assert "of it may be corrected: indicators, rationale, service" in refused.refusal.message


def test_a_field_is_called_as_the_command_calls_it_or_as_the_record_does() -> None:
    what = {"referrer_name": "PC Hales", "worries": "Alone.", "family_aware": False}
    (correction,) = right(received(), fields=what).decided
    assert correction.sealed.text["referrer_name"] == "PC Hales"
    assert (correction.body["family_aware"], correction.sealed.text["worries"]) == (False, "Alone.")
    for name in ("received", "received_at"):
        (correction,) = right(received(), fields={name: (MONDAY - HOUR).isoformat()}).decided
        assert correction.right().received_at == MONDAY - HOUR


# -- which values


@pytest.mark.parametrize(
    ("story", "fields"),
    [
        (decided, {"rationale": ""}),
        (decided, {"rationale": "   "}),
        (decided, {"rationale": "a\0b"}),
        (decided, {"rationale": None}),
        (decided, {"indicators": "Lack of food"}),
        (received, {"family_aware": "perhaps"}),
        (received, {"source": "99Z"}),
        (received, {"referrer_agency": "the neighbours"}),
        (registered, {"nhs_number": "943 476 5918"}),
        (registered, {"nhs_number": 9434765919}),
        (registered, {"name": "Ava\nTest"}),
    ],
)
def test_a_value_that_no_command_would_take_is_refused_and_not_repeated(story, fields) -> None:
    refused = right(story(), fields=fields).refused("E3")
    (value,) = fields.values()
    assert "cannot be so" in refused.refusal.message
    assert not str(value).strip() or str(value) not in refused.refusal.message


def test_a_value_is_kept_as_the_command_would_keep_it() -> None:
    (correction,) = right(registered(), fields={"nhs_number": "943 476 5919", "name": " Ava Best "}).decided
    assert (correction.sealed.text["nhs_number"], correction.sealed.text["name"]) == (
        "9434765919",
        "Ava Best",
    )


def test_what_is_right_must_go_together_with_the_rest() -> None:
    signposts = CLOSE.model_copy(update={"outcome": Outcome.SIGNPOSTED, "service": "The food bank"})
    story = received().when(signposts, at=MONDAY + HOUR)
    assert "does not go together" in right(story, fields={"service": None}).refused("E3").refusal.message
    (correction,) = right(story, fields={"service": "The library"}).decided
    assert correction.sealed.text["service"] == "The library"


def test_an_optional_text_is_taken_away() -> None:
    visit = RecordVisit(seen=True, alone=True, words="Fine.", why_not_alone="Was asleep.", place="home")
    story = opened().when(visit, at=TUESDAY, by=actor("social_worker"))
    (correction,) = right(story, fields={"why_not_alone": None}).decided
    assert "why_not_alone" not in correction.sealed.text
    assert correction.sealed.text["words"] == "Fine."


# -- whose records


def test_what_a_service_took_in_is_corrected_where_it_was_recorded() -> None:
    for what in ({"withdrawn": True}, {"right_happened": MONDAY - HOUR}):
        assert "where it was recorded" in right(opened(), **what).refused("E3").refusal.message


# -- which times


def test_when_it_happened_is_held_against_when_it_was_known() -> None:
    told = given().when(RECEIVE, at=TUESDAY, happened=MONDAY, known=MONDAY + HOUR, by=OFFICER)
    right(told, right_happened=MONDAY + 2 * HOUR).refused("E2")
    right(told, right_known=MONDAY - HOUR).refused("E2")
    both = right(told, right_happened=MONDAY + 2 * HOUR, right_known=MONDAY + 3 * HOUR)
    assert both.decided
    right(both, of=told.id, right_happened=MONDAY + 4 * HOUR).refused("E2")
    assert right(both, of=told.id, right_happened=MONDAY).decided


def test_what_was_known_as_it_happened_moves_with_it() -> None:
    assert right(received(), right_happened=MONDAY - HOUR).decided


def test_nothing_is_corrected_to_before_its_contact_was_received() -> None:
    story = received().when(HOLD, at=TUESDAY, by=MANAGER)
    right(story, right_happened=MONDAY - HOUR).refused("E2")
    assert right(story, right_happened=MONDAY + HOUR).decided


def test_a_contact_is_not_corrected_to_after_what_was_done_with_it() -> None:
    story = received()
    held = story.when(HOLD, at=TUESDAY, by=MANAGER)
    when = (TUESDAY + HOUR).isoformat()
    right(held, of=story.id, fields={"received": when}).refused("E2")


def test_a_visit_is_of_the_child_and_may_have_been_at_any_time() -> None:
    visit = RecordVisit(seen=True, alone=True, place="home")
    early = opened().when(visit, at=TUESDAY, happened=MONDAY - DAY, by=actor("social_worker"))
    for when in (MONDAY - HOUR, MONDAY + HOUR):
        assert right(early, right_happened=when).decided
    later = opened().when(visit, at=TUESDAY, by=actor("social_worker")).clocks(A2="met")
    right(later, right_happened=MONDAY - HOUR).clocks(A2="open")


def test_receipt_is_corrected_by_our_own_staff_to_no_later_than_now() -> None:
    right(received(), by=OFFICER, fields={"received": (MONDAY - HOUR).isoformat()}).refused("E2")
    right(received(), fields={"received": (WEDNESDAY + HOUR).isoformat()}).refused("E2")
    assert right(received(), fields={"received": (MONDAY - HOUR).isoformat()}).decided


# -- a varied deadline


def varied() -> Story:
    vary = VaryDeadline(rule="M1", due=WEDNESDAY + DAY, reason="The GP is away.")
    return received().when(vary, at=MONDAY + HOUR, by=MANAGER)


@pytest.mark.parametrize(
    "what",
    [
        {"right_happened": MONDAY},
        {"right_known": TUESDAY},
        {"fields": {"rule": "M3"}},
        {"fields": {"was_due_at": MONDAY.isoformat()}},
        {"fields": {"started_by": str(SIBLING)}},
    ],
)
def test_of_a_varied_deadline_only_the_instant_and_the_reason_are_corrected(what) -> None:
    right(varied(), **what).refused("E3")


def test_the_right_instant_is_bound_as_the_first_was() -> None:
    right(varied(), fields={"due": (WEDNESDAY - HOUR).isoformat()}).refused("M1")
    right(varied(), fields={"due": (WEDNESDAY + 400 * DAY).isoformat()}).refused("M1")
    story = right(varied(), fields={"due": (WEDNESDAY + 2 * DAY).isoformat(), "reason": "The GP is ill."})
    clock = story.stream("contact").clocks.latest("M1")
    assert (clock.due_at, clock.varied) == (WEDNESDAY + 2 * DAY, True)


# -- the clocks


def test_clocks_of_receipt_run_from_the_right_receipt_and_not_from_when_it_happened() -> None:
    earlier, story = MONDAY - HOUR, received()
    moved = right(story, fields={"received": earlier.isoformat()}).stream("contact").clocks
    assert {clock.rule: clock.deadline.starts_at for clock in moved} == {"M1": earlier, "M3": earlier}
    told = given().when(RECEIVE, at=TUESDAY, happened=MONDAY, by=OFFICER)
    kept = right(told, right_happened=MONDAY - HOUR).stream("contact").clocks
    assert {clock.deadline.starts_at for clock in kept} == {TUESDAY}


def test_a_screening_that_was_withdrawn_started_no_clock() -> None:
    story = received().when(SCREEN, at=MONDAY + HOUR)
    again = right(story, at=MONDAY + 2 * HOUR, withdrawn=True).when(SCREEN, at=MONDAY + 3 * HOUR)
    latest = again.stream("contact").clocks.latest("M2")
    assert (latest.deadline.starts_at, latest.running) == (MONDAY + 3 * HOUR, True)
