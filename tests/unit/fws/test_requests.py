"""A request for early help: its clocks, who accepts and declines it, and that a family is helped as one (F1, F3, F14, M16)."""

from datetime import timedelta
from uuid import uuid4

import pytest

from services.fws.codes import Criterion, WhyDeclined
from services.fws.events import (
    ConsentRecorded,
    EarlyHelpAccepted,
    EarlyHelpDeclined,
    KeyworkerAllocated,
    KeyworkerText,
    RequestConsentWithdrawn,
    RequestReceived,
)
from services.fws.streams.family_episode import (
    AcceptRequest,
    DeclineRequest,
    RecordConsent,
    TakeWithdrawal,
    WithdrawConsent,
)
from shared.domain.code_lists import ConsentScope
from shared.domain.instants import london
from shared.testing.facts import ADULT, CHILD, SIBLING
from tests.unit.fws.families import (
    ALLOCATE,
    CONTACT,
    FAMILY,
    KEYWORKER,
    KIM,
    MANAGER,
    REQUESTED,
    VISIT,
    allocated,
    request,
    requested,
)

TUESDAY = london(2026, 1, 6, 10)
DECLINE = DeclineRequest(
    about=FAMILY, reason=WhyDeclined.FAMILY_DECLINED, told_family=True, told_referrer=True
)
CONSENT = RecordConsent(
    about=FAMILY, given_by=ADULT, scope=(ConsentScope.HELP,), signed=True, young_person_asked=True
)


def test_f1_f2_and_f4_run_from_the_request():
    story = requested()
    story.clocks(at=REQUESTED, about=CHILD, F1="open", F2="open", F4="open", F3=None)
    for rule, due in (
        ("F1", REQUESTED + timedelta(hours=24)),
        ("F2", london(2026, 1, 13)),
        ("F4", london(2026, 2, 10)),
    ):
        assert story.clock(rule, about=SIBLING).due_at == due


def test_the_same_request_is_taken_once_and_another_is_for_a_manager():
    story = requested()
    story.when(request(CHILD), at=TUESDAY, by=MANAGER).nothing()
    other = request(CHILD, request=uuid4())
    story.when(other, at=TUESDAY, by=MANAGER).refused("F1", reason="already_open")


def test_allocating_accepts_the_request_and_meets_f1():
    story = allocated()
    text = KeyworkerText(worker_name="Kim Vale")
    story.then(
        KeyworkerAllocated(worker=KIM.id, sealed=text), EarlyHelpAccepted(criteria=(Criterion.ATTENDANCE,))
    )
    story.clocks(about=CHILD, F1="met").clocks(about=SIBLING, F1="met")
    again = story.when(ALLOCATE, at=TUESDAY + timedelta(days=1), by=MANAGER)
    again.then(KeyworkerAllocated(worker=KIM.id, sealed=text))


def test_a_request_is_accepted_once_with_a_criterion():
    accept = AcceptRequest(about=FAMILY, criteria=(Criterion.EXCLUSION,), reason="Since October.")
    story = requested(criteria=()).when(accept, at=TUESDAY, by=MANAGER)
    assert story.state.criteria == (Criterion.EXCLUSION,)
    story.when(accept, at=TUESDAY, by=MANAGER).nothing()
    assert story.when(ALLOCATE, at=TUESDAY, by=MANAGER).refusal is None


def test_f14_nobody_is_allocated_to_a_family_without_a_criterion():
    requested(criteria=()).when(ALLOCATE, at=TUESDAY, by=MANAGER).refused("F14")


def test_m16_nobody_is_allocated_without_consent_that_somebody_signed():
    story = requested(consented_by=())
    story.when(ALLOCATE, at=TUESDAY, by=MANAGER).refused("M16")
    unsigned = CONSENT.model_copy(update={"signed": False})
    story.when(unsigned, at=TUESDAY, by=KEYWORKER).when(ALLOCATE, at=TUESDAY, by=MANAGER).refused("M16")
    signed = story.when(CONSENT, at=TUESDAY, by=KEYWORKER)
    signed.then(
        ConsentRecorded(given_by=ADULT, scope=(ConsentScope.HELP,), signed=True, young_person_asked=True)
    )
    assert signed.when(ALLOCATE, at=TUESDAY, by=MANAGER).refusal is None


def test_m16_consent_is_given_by_somebody_with_parental_responsibility():
    stranger = CONSENT.model_copy(update={"given_by": SIBLING})
    requested().when(stranger, at=TUESDAY, by=KEYWORKER).refused("M16")
    own = CONSENT.model_copy(update={"about": (CHILD,), "given_by": CHILD, "gillick_competent": True})
    assert requested().when(own, at=TUESDAY, by=KEYWORKER).refusal is None


def test_consent_withdrawn_at_the_front_door_counts_no_longer():
    withdrawn = TakeWithdrawal(about=(CHILD,), contact=CONTACT)
    story = requested().when(withdrawn, at=TUESDAY, by=MANAGER).then(RequestConsentWithdrawn(contact=CONTACT))
    story.when(withdrawn, at=TUESDAY, by=MANAGER).nothing()
    story.when(ALLOCATE, at=TUESDAY, by=MANAGER).refused("M16")
    elsewhere = TakeWithdrawal(about=(CHILD,), contact=uuid4())
    requested().when(elsewhere, at=TUESDAY, by=MANAGER).nothing()


def test_f3_a_family_is_helped_as_one():
    part = ALLOCATE.model_copy(update={"about": (CHILD,)})
    requested().when(part, at=TUESDAY, by=MANAGER).refused("F3")
    visit = VISIT.model_copy(update={"about": (CHILD,), "children_seen": (CHILD,)})
    allocated().when(visit, at=london(2026, 1, 9, 16), by=KEYWORKER).refused("F3")


def test_f3_who_is_declined_leaves_the_family_s_episode():
    story = requested().when(DECLINE.model_copy(update={"about": (SIBLING,)}), at=TUESDAY, by=MANAGER)
    story.then(EarlyHelpDeclined(reason=WhyDeclined.FAMILY_DECLINED, told_family=True, told_referrer=True))
    story.clocks(about=SIBLING, F1="ended", F2="ended", F4="ended").clocks(about=CHILD, F1="open")
    alone = story.when(ALLOCATE.model_copy(update={"about": (CHILD,)}), at=TUESDAY, by=MANAGER)
    assert alone.refusal is None
    story.when(ALLOCATE, at=TUESDAY, by=MANAGER).refused("F1", reason="not_open")


def test_f1_whom_a_keyworker_works_with_is_not_declined():
    allocated().when(DECLINE, at=TUESDAY, by=MANAGER).refused("F1")


@pytest.mark.parametrize("command", [ALLOCATE, DECLINE, VISIT, CONSENT])
def test_f1_nothing_is_done_on_no_request(command):
    declined = requested().when(DECLINE, at=TUESDAY, by=MANAGER)
    answer = declined.when(command, at=london(2026, 1, 9, 16), by=MANAGER)
    assert "F1" in answer.refusal.rules
    assert answer.refusal.reason == "not_open"


def test_f12_help_is_voluntary():
    withdraw = WithdrawConsent(about=(CHILD,), withdrawn_by=ADULT, harm=False)
    story = allocated().when(withdraw, at=TUESDAY + timedelta(days=1), by=KEYWORKER)
    assert story.refusal is None
    assert not story.state.consented
    after = requested().when(DECLINE, at=TUESDAY, by=MANAGER).when(withdraw, at=TUESDAY, by=KEYWORKER)
    after.refused("F12")


def test_after_it_was_declined_another_request_begins_anew():
    declined = requested().when(DECLINE, at=TUESDAY, by=MANAGER)
    again = declined.when(request(CHILD, request=uuid4(), family=(CHILD,)), at=TUESDAY, by=MANAGER)
    assert isinstance(again.decided[0], RequestReceived)
    assert again.state.is_open
