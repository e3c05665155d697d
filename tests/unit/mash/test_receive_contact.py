"""Receiving a contact: what is kept of it, and the clocks it starts (M1, M3)."""

import pytest
from pydantic import ValidationError

from services.mash.events import ContactReceived, ContactText
from services.mash.streams.contact import ReceiveContact, Referrer
from shared.domain.code_lists import ReferralSource
from shared.domain.fields import Names
from shared.domain.instants import london
from shared.domain.rules import Deadline
from shared.testing.facts import THING
from tests.unit.mash.contacts import EW_2026, OFFICER, RECEIVE, given

THURSDAY = london(2026, 4, 2, 16, 40)


def received(at=THURSDAY, known=None, **more):
    return ContactReceived(
        contact=THING,
        source=ReferralSource.S6,
        referrer_agency="police",
        family_aware=True,
        received_at=at,
        known_at=known or at,
        decide_by=Deadline(at, london(2026, 4, 8), rule="M1", edition=EW_2026),
        inform_by=Deadline(at, london(2026, 4, 3, 16, 40), rule="M3", edition=EW_2026),
        **more,
    )


def test_a_contact_starts_the_decision_and_the_word_to_the_referrer():
    given().when(RECEIVE, at=THURSDAY, by=OFFICER).then(received()).clocks(
        M1="open", M2=None, M3="open", M4=None, M5=None
    )


def test_what_was_said_and_how_to_reach_the_referrer_is_sealed():
    text = ContactText(
        worries="Both girls hiding in a cupboard.",
        strengths="Grace asked for help.",
        referrer_name="PC Hale",
        referrer_contact="hale@police.example",
    )
    given().when(RECEIVE, at=THURSDAY, by=OFFICER).then(received(sealed=text))


def test_its_clocks_run_from_when_it_was_received_whenever_the_worrying_thing_happened():
    given().when(RECEIVE, at=THURSDAY, happened=london(2026, 3, 20, 9)).then(
        received(known=london(2026, 3, 20, 9))
    )


def test_its_clocks_run_from_the_receipt_that_our_own_staff_wrote_up_the_next_day():
    written_up = RECEIVE.model_copy(update={"received": THURSDAY})
    given().when(written_up, at=london(2026, 4, 7, 9)).then(received()).missed("M3")


def test_a_member_of_the_public_has_no_agency():
    referrer = RECEIVE.referrer.model_copy(update={"agency": None})
    story = given().when(RECEIVE.model_copy(update={"referrer": referrer}), at=THURSDAY)
    assert story.decided[0].referrer_agency is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("source", "6B"),
        ("worries", " \n"),
        ("worries", "a NUL \0 in it"),
        ("worries", "x" * 20_001),
        ("referrer", {"name": "", "contact": "020 7946 0000"}),
        ("referrer", {"name": "Rose Test", "contact": "020 7946 0000", "agency": "the_press"}),
        ("referrer", {"name": "Rose Test", "contact": "020 7946 0000", "organisation": "Elm School"}),
        ("referrer", {"contact": "020 7946 0000"}),
        ("channel", "pigeon"),
    ],
)
def test_a_contact_that_cannot_be_kept_is_no_command(field, value):
    with pytest.raises(ValidationError):
        ReceiveContact.model_validate({**RECEIVE.model_dump(), field: value})


def test_a_referrer_may_speak_for_one_school_of_their_agency():
    names = Names(bytes(32), "childrens_social_care")
    said = {**RECEIVE.referrer.model_dump(), "agency": "education", "organisation": " elm  SCHOOL "}
    referrer = Referrer.model_validate(said, context=names)
    story = given().when(RECEIVE.model_copy(update={"referrer": referrer}), at=THURSDAY)
    [received] = story.decided
    assert received.referrer_organisation == names.organisation("Elm School")
    assert received.sealed.referrer_organisation_name == "elm  SCHOOL"
    assert "elm" not in received.model_dump_json().casefold()


def test_strengths_may_be_left_out():
    assert ReceiveContact.model_validate({**RECEIVE.model_dump(), "strengths": ""}).strengths == ""
