"""Opening a referral: the child's episode, and when the child must be seen (A2)."""

from uuid import uuid5

from services.assessment.events import ReferralOpened
from shared.domain.code_lists import PrimaryNeed, ReferralSource
from shared.domain.instants import london
from shared.domain.rules import Deadline
from shared.testing.facts import THING
from tests.unit.assessment.referrals import CONTACT, DECIDED, EW_2026, RECEIVED, given, open_referral, opened


def test_the_child_is_seen_within_three_working_days_of_when_the_contact_was_received():
    given().when(open_referral(), at=DECIDED).then(
        ReferralOpened(
            contact=CONTACT,
            received_at=RECEIVED,
            source=ReferralSource.S6,
            referrer_agency="police",
            level=4,
            primary_need=PrimaryNeed.N1,
            see_child_by=Deadline(RECEIVED, london(2026, 4, 10), rule="A2", edition=EW_2026),
            assess_by=Deadline(RECEIVED, london(2026, 6, 11), rule="A3", edition=EW_2026),
        )
    ).clocks(A2="open", A3="open")


def test_a_contact_decided_too_late_opens_a_referral_that_is_late_already():
    late = london(2026, 4, 10)
    given().when(open_referral(), at=late).missed("A2").clocks(A2="missed")


def test_the_time_a_message_took_does_not_count():
    given().when(open_referral(), at=london(2026, 4, 9), happened=DECIDED, known=DECIDED).missed().clocks(
        A2="open"
    )


def test_the_same_contact_again_is_already_so():
    opened().when(open_referral(), at=london(2026, 4, 3, 9)).nothing()


def test_another_contact_is_for_a_person_to_look_at():
    another = open_referral(contact=uuid5(THING, "another contact"))
    opened().when(another, at=london(2026, 4, 3, 9)).refused("A10", reason="already_open")
