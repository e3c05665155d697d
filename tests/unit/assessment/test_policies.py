"""What assessment does when others' facts arrive."""

import pytest

from services.assessment.policy import policy
from services.assessment.streams.asking import TakeCheck, TakeConsent, TakeDispensing, TakeWithdrawal
from services.assessment.streams.referral import OpenReferral
from services.mash import events as mash
from services.mash.codes import Potential
from services.mash.events import ContactScreened, ReferralAccepted
from shared.domain.code_lists import ConsentScope, Extent, LawfulBasis, PrimaryNeed, ReferralSource
from shared.domain.instants import london, utc
from shared.domain.policy import TaskFor
from shared.testing.facts import ADULT, CHILD
from shared.testing.policies import given_policy
from tests.unit.assessment.referrals import CONTACT, DECIDED, RECEIVED

ACCEPTED = ReferralAccepted(
    contact=CONTACT,
    received_at=RECEIVED,
    source=ReferralSource.S6,
    referrer_agency="police",
    level=4,
    primary_need=PrimaryNeed.N1,
)


def test_an_accepted_contact_opens_the_childs_referral_from_its_own_instants():
    given_policy(policy).when(ACCEPTED, at=london(2026, 4, 3, 9), happened=DECIDED).then(
        OpenReferral(
            about=(CHILD,),
            contact=CONTACT,
            received_at=RECEIVED,
            source=ReferralSource.S6,
            referrer_agency="police",
            level=4,
            primary_need=PrimaryNeed.N1,
            happened=DECIDED,
            known=DECIDED,
        )
    )


def test_where_a_referral_is_open_a_manager_looks():
    arrived = given_policy(policy).when(ACCEPTED, at=DECIDED)
    arrived.refusal_means("already_open", TaskFor("team_manager"))
    arrived.refusal_means("anything_else", None)


def test_what_stays_at_the_front_door_asks_for_nothing():
    screened = ContactScreened(contact=CONTACT, potential=Potential.EARLY_HELP, young_carer=False)
    given_policy(policy).when(screened, at=DECIDED).nothing()


@pytest.mark.parametrize(
    ("event", "command"),
    [
        (
            mash.ConsentRecorded(
                contact=CONTACT,
                given_by=ADULT,
                scope=(ConsentScope.INFORMATION_SHARING,),
                signed=True,
                young_person_asked=False,
            ),
            TakeConsent(contact=CONTACT, given_by=ADULT, scope=(ConsentScope.INFORMATION_SHARING,)),
        ),
        (
            mash.ConsentDispensed(contact=CONTACT, lawful_basis=LawfulBasis.PUBLIC_TASK),
            TakeDispensing(contact=CONTACT, lawful_basis=LawfulBasis.PUBLIC_TASK),
        ),
        (
            mash.ConsentWithdrawn(contact=CONTACT, withdrawn_by=ADULT, scope=(ConsentScope.REFERRAL,)),
            TakeWithdrawal(contact=CONTACT, withdrawn_by=ADULT, scope=(ConsentScope.REFERRAL,)),
        ),
        (
            mash.AgencyCheckRequested(check=ADULT, contact=CONTACT, agency="police", extent=Extent.FULL),
            TakeCheck(check=ADULT, contact=CONTACT, agency="police"),
        ),
    ],
    ids=lambda one: one.NAME,
)
def test_what_the_front_door_asked_and_may_ask_is_known_here(event, command):
    dated = {"about": (CHILD,), "happened": utc(DECIDED), "known": utc(DECIDED)}
    given_policy(policy).when(event, at=DECIDED).then(command.model_copy(update=dated))
