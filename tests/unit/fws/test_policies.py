"""What family wellbeing does when others' facts arrive, and what its own lead to elsewhere."""

from datetime import timedelta

from services.fws.codes import Criterion, WhyDeclined
from services.fws.events import RequestReceived
from services.fws.policy import policy
from services.fws.streams.family_episode import (
    DeclineRequest,
    TakeRequest,
    TakeWithdrawal,
    WithdrawConsent,
)
from services.mash import codes
from services.mash import events as mash
from services.mash.streams.contact import DecideContact, RecordConsent
from shared.domain.code_lists import ConsentScope, ReferralSource
from shared.domain.instants import london
from shared.domain.policy import TaskFor
from shared.testing.deciders import story_of
from shared.testing.facts import ADULT, CHILD, SIBLING, actor, command_id
from shared.testing.policies import given_policy
from tests.unit.fws.families import FAMILY, KEYWORKER, MANAGER, allocated, others, requested, team
from tests.unit.mash.contacts import RECEIVE

DECIDED = london(2026, 1, 5, 15, 10)
ASKED = mash.EarlyHelpRequested(
    contact=command_id(7),
    source=ReferralSource.S2A,
    level=3,
    criteria=(codes.Criterion.ATTENDANCE,),
    consented_by=(ADULT,),
    children=FAMILY,
)
told = given_policy(policy)


def test_a_request_of_the_front_door_begins_the_episode_from_the_decision():
    arrival = told.when(ASKED, at=london(2026, 1, 5, 16), happened=DECIDED)
    arrival.then(
        TakeRequest(
            about=(CHILD,),
            request=arrival.record.envelope.command_id,
            family=FAMILY,
            contact=command_id(7),
            requested_at=DECIDED,
            source=ReferralSource.S2A,
            level=3,
            criteria=(Criterion.ATTENDANCE,),
            consented_by=(ADULT,),
        )
    )
    arrival.refusal_means("already_open", TaskFor("fws_manager"))


def test_of_a_request_that_did_not_say_with_whom_the_child_is_alone():
    arrival = told.when(ASKED.model_copy(update={"children": ()}), at=DECIDED)
    [(_, _, command)] = policy.react(arrival.record)
    assert command.family == (CHILD,)


def test_consent_withdrawn_at_the_front_door_is_taken_in():
    withdrawn = mash.ConsentWithdrawn(
        contact=command_id(7), withdrawn_by=ADULT, scope=(ConsentScope.REFERRAL,)
    )
    told.when(withdrawn, at=DECIDED).then(TakeWithdrawal(about=(CHILD,), contact=command_id(7)))
    told.when(
        withdrawn.model_copy(update={"scope": (ConsentScope.INFORMATION_SHARING,)}), at=DECIDED
    ).nothing()


def test_a_decision_for_early_help_begins_an_episode_of_the_whole_family():
    manager = actor("mash_manager")
    story = story_of(others[0], team).when(
        RECEIVE.model_copy(update={"about": FAMILY}), at=london(2026, 1, 5, 11), by=manager
    )
    contact = story.id
    consent = RecordConsent(
        re=contact, given_by=ADULT, scope=(ConsentScope.REFERRAL,), signed=True, young_person_asked=True
    )
    story = story.when(consent, at=london(2026, 1, 5, 15), by=manager)
    decide = DecideContact(
        re=contact,
        outcome=codes.Outcome.FAMILY_WELLBEING,
        level=3,
        rationale="Attendance.",
        criteria=(codes.Criterion.ATTENDANCE,),
    )
    story = story.when(decide, at=DECIDED, by=manager)
    begun = [one.event for one in story.followed if isinstance(one.event, RequestReceived)]
    assert [(one.child, set(one.family), one.contact) for one in begun] == [
        (child, set(FAMILY), contact) for child in FAMILY
    ]
    assert {one.request for one in begun} == {story.id}
    assert begun[0].allocate_by.due_at == DECIDED + timedelta(hours=24)


def test_a_request_declined_for_a_higher_need_is_a_contact_at_the_front_door():
    decline = DeclineRequest(
        about=(SIBLING,),
        reason=WhyDeclined.HIGHER_NEED,
        told_family=True,
        told_referrer=True,
        notes="A bruise.",
    )
    story = requested().when(decline, at=london(2026, 1, 6, 9), by=MANAGER)
    [received] = [one.event for one in story.followed if isinstance(one.event, mash.ContactReceived)]
    assert (received.child, received.source, received.referrer_agency) == (
        SIBLING,
        ReferralSource.S5D,
        "family_wellbeing",
    )
    assert story.clock("M1", about=SIBLING).due_at == london(2026, 1, 8)
    other = decline.model_copy(update={"reason": WhyDeclined.FAMILY_DECLINED})
    requested().when(other, at=london(2026, 1, 6, 9), by=MANAGER).follows()


def test_f12_consent_withdrawn_with_harm_is_a_contact_at_the_front_door():
    withdraw = WithdrawConsent(about=FAMILY, withdrawn_by=ADULT, harm=True, reason="He says stay out.")
    story = allocated().when(withdraw, at=london(2026, 1, 8, 9), by=KEYWORKER)
    received = [one.event for one in story.followed if isinstance(one.event, mash.ContactReceived)]
    assert [one.child for one in received] == [*FAMILY]
    harmless = withdraw.model_copy(update={"harm": False})
    allocated().when(harmless, at=london(2026, 1, 8, 9), by=KEYWORKER).follows()


def test_a_contact_about_a_child_with_early_help_is_a_task_for_the_keyworker():
    contact = RECEIVE.model_copy(update={"about": FAMILY})
    story = allocated().when(contact, at=london(2026, 1, 8, 9), by=actor("mash_manager"))
    story.tasks(("keyworker", "contact_received"), ("keyworker", "contact_received"))
    bare = story_of(*others, team).when(contact, at=london(2026, 1, 8, 9), by=actor("mash_manager"))
    bare.tasks()
