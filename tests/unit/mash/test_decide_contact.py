"""Deciding a contact: outcome, level of need and why (M1), and what it starts (M4)."""

import pytest
from pydantic import ValidationError

from services.mash.codes import Outcome
from services.mash.events import ContactDecided, DecisionText, ReferralAccepted
from services.mash.streams.contact import DecideContact
from shared.domain.code_lists import PrimaryNeed, ReferralSource
from shared.domain.instants import london
from shared.domain.rules import Deadline
from shared.testing.facts import THING
from tests.unit.mash.contacts import ACCEPT, CLOSE, EW_2026, HOLD, MANAGER, RECEIVE, SCREEN, given

THURSDAY = london(2026, 4, 2, 16, 40)
DECIDED = london(2026, 4, 2, 17, 50)
TELL_BY = Deadline(DECIDED, london(2026, 4, 3, 17, 50), rule="M4", edition=EW_2026)


def received():
    return given().when(RECEIVE, at=THURSDAY)


def test_an_accepted_contact_becomes_a_referral_with_the_instants_its_clocks_start_from():
    received().when(ACCEPT, at=DECIDED, by=MANAGER).then(
        ContactDecided(
            contact=THING,
            outcome=Outcome.REFERRAL_ACCEPTED,
            level=4,
            primary_need=PrimaryNeed.N1,
            tell_by=TELL_BY,
            sealed=DecisionText(rationale="Pattern of neglect.", indicators=("Lack of food",)),
        ),
        ReferralAccepted(
            contact=THING,
            received_at=THURSDAY,
            source=ReferralSource.S6,
            referrer_agency="police",
            level=4,
            primary_need=PrimaryNeed.N1,
        ),
    )


def test_any_other_outcome_stays_at_the_front_door():
    received().when(CLOSE, at=DECIDED).then(
        ContactDecided(contact=THING, outcome=Outcome.NO_FURTHER_ACTION, level=1, tell_by=TELL_BY)
    )


def test_it_meets_what_waits_for_it_and_starts_the_word_to_the_referrer():
    received().when(SCREEN, at=THURSDAY).when(ACCEPT, at=DECIDED).clocks(
        M1="met", M2="met", M3="open", M4="open", M5=None
    )
    received().when(HOLD, at=THURSDAY).when(ACCEPT, at=DECIDED).clocks(M1="met", M5="met", M4="open")


def test_the_word_to_the_referrer_is_due_from_when_it_was_decided_not_from_when_that_was_written_down():
    received().when(CLOSE, at=london(2026, 4, 4, 9), happened=DECIDED).then(
        ContactDecided(contact=THING, outcome=Outcome.NO_FURTHER_ACTION, level=1, tell_by=TELL_BY)
    ).missed("M3", "M4").clocks(M1="met")


def test_it_is_decided_once():
    received().when(CLOSE, at=DECIDED).when(ACCEPT, at=DECIDED).refused("M1", reason="already_decided")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"outcome": "referral_accepted", "primary_need": None}, "primary_need"),
        ({"outcome": "signposted"}, "name the service"),
        ({"outcome": "other_specialist_service"}, "name the service"),
        ({"level": 0}, "greater than or equal to 1"),
        ({"level": 5}, "less than or equal to 4"),
        ({"level": True}, "valid integer"),
        ({"outcome": "taken_no_further"}, "Input should be"),
        ({"indicators": [""]}, "at least 1 character"),
    ],
)
def test_a_decision_that_says_too_little_or_too_much_is_no_command(changes, says):
    with pytest.raises(ValidationError, match=says):
        DecideContact.model_validate({**CLOSE.model_dump(), **changes})
