"""What referral and assessment does when the conference team's facts arrive: plans, conferences, visits (C8, T1, A1, A2, A10, A15)."""

from datetime import date, timedelta

import pytest

from services.assessment.codes import ClosureReason, PlanEnd, TransferKind
from services.assessment.events import ChildInNeedPlanEnded, HandoverDue, ReferralOpened
from services.assessment.policy import policy
from services.assessment.rules import RULES
from services.assessment.streams.child_in_need_plan import CeaseChildInNeedPlan
from services.assessment.streams.protection_plan import NoteProtectionPlan, NoteProtectionPlanEnd
from services.assessment.streams.referral import (
    CloseReferral,
    TakeConferenceHeld,
    TakePlanMade,
    TakePlanTransferIn,
)
from services.conference import codes
from services.conference import events as conference
from services.conference.rules import RULES as CONFERENCE_RULES
from shared.domain.code_lists import ConferenceKind, ConferenceOrigin, PrimaryNeed, ReferralSource
from shared.team.elsewhere import NoteAct
from shared.team.tasks import RaiseTask
from shared.testing.facts import CHILD, STREAM, THING, event_id
from shared.testing.policies import given_policy
from tests.unit.assessment.plans import MANAGER, STARTED, assessed, planned
from tests.unit.assessment.referrals import ALLOCATE, open_referral
from tests.unit.assessment.strategy import assessment

DAY = timedelta(days=1)
LATER = STARTED + 3 * DAY
ABOUT = (CHILD,)


def due(rule, at=LATER):
    return CONFERENCE_RULES.deadline(rule, at)


MADE = conference.ChildProtectionPlanMade(
    conference=THING,
    category=codes.Category.NEG,
    previous_plans=0,
    core_group_by=due("C2"),
    review_by=due("C4"),
    visit_by=due("C6"),
)
ENDED = conference.ChildProtectionPlanEnded(reason=codes.PlanEnd.NO_LONGER_AT_RISK, conference=THING)
HELD = conference.ConferenceHeld(
    kind=ConferenceKind.INITIAL,
    origin=ConferenceOrigin.SECTION_47,
    decision=codes.ConferenceDecision.NO_PLAN,
    quorate=True,
    present=(),
    family_present=True,
    letter_by=due("C13"),
    minutes_by=due("C23"),
)
MOVED = conference.PlanTransferInReceived(
    category=codes.Category.EMO,
    moved_on=date(2026, 4, 22),
    primary_need=PrimaryNeed.N1,
    hold_by=due("C15", STARTED),
)
SEEN = conference.ChildSeen(alone=True, place=codes.Place.HOME, visit_by=due("C6"))


def arrives(event):
    return given_policy(policy).when(event, at=LATER, service="conference")


def test_a_plan_that_was_made_takes_the_place_of_one_in_need_and_the_case_is_handed_over():
    arrives(MADE).then(
        NoteProtectionPlan(about=ABOUT, plan=STREAM),
        CeaseChildInNeedPlan(about=ABOUT, reason=PlanEnd.CHILD_PROTECTION_PLAN),
        TakePlanMade(about=ABOUT, plan=STREAM),
    )
    story = planned().when(CeaseChildInNeedPlan(reason=PlanEnd.CHILD_PROTECTION_PLAN), at=LATER)
    (ended,) = story.decided
    assert isinstance(ended, ChildInNeedPlanEnded)
    story.clocks(A15="ended", A18="ended")


def test_t1_runs_from_the_plan_once_an_episode_until_a_worker_is_allocated():
    made = assessed().when(TakePlanMade(plan=THING), at=LATER)
    made.then(HandoverDue(plan=THING, hand_over_by=RULES.deadline("T1", LATER))).clocks(T1="open")
    allocated = made.when(ALLOCATE.model_copy(update={"reason": "The new team."}), at=LATER + DAY, by=MANAGER)
    allocated.when(TakePlanMade(plan=STREAM), at=LATER + 2 * DAY).nothing()


def test_without_a_referral_nothing_is_handed_over():
    assessment.when(TakePlanMade(plan=THING), at=LATER).nothing()


def test_the_end_of_a_plan_is_a_task_for_the_manager():
    arrives(ENDED).then(
        NoteProtectionPlanEnd(about=ABOUT, plan=STREAM),
        RaiseTask(
            about=ABOUT,
            role="team_manager",
            reason="protection_plan_ended",
            regarding=event_id(1),
            source="conference",
        ),
    )


def test_after_a_conference_the_case_does_not_close_as_no_further_action():
    arrives(HELD).then(TakeConferenceHeld(about=ABOUT, conference=STREAM))
    referred = assessment.when(open_referral(STARTED), at=STARTED)
    held = referred.when(TakeConferenceHeld(conference=THING), at=LATER)
    held.when(TakeConferenceHeld(conference=THING), at=LATER).nothing()
    held.when(CloseReferral(no_further_action=True), at=LATER, by=MANAGER).refused("A10")
    assert held.when(CloseReferral(reason=ClosureReason.RC7), at=LATER, by=MANAGER).decided


def test_a_plan_that_moved_here_opens_a_referral_where_none_is_open():
    told = TakePlanTransferIn(about=ABOUT, received_at=STARTED, primary_need=PrimaryNeed.N1)
    arrives(MOVED).then(told)
    story = assessment.when(told, at=LATER)
    (opened,) = story.decided
    assert isinstance(opened, ReferralOpened)
    assert (opened.source, opened.received_at) == (ReferralSource.S5C, STARTED)
    assert (opened.transfer, opened.tell_referrer) == (TransferKind.CHILD_PROTECTION, False)
    story.when(told, at=LATER).nothing()


def test_a_visit_by_the_other_team_counts_for_all_that_it_answers_here():
    act = event_id(1)
    arrives(SEEN).then(
        NoteAct(about=ABOUT, rule="A1", act=act),
        NoteAct(about=ABOUT, rule="A2", act=act),
        NoteAct(about=ABOUT, rule="A15", act=act, repeats=True),
    )


@pytest.mark.parametrize("when", ["before", "after"])
def test_it_counts_as_of_when_it_happened_whenever_its_message_comes(when):
    seen = NoteAct(rule="A2", act=event_id(7))
    if when == "before":
        story = assessment.when(seen, at=STARTED + DAY).when(
            open_referral(STARTED), at=STARTED + 2 * DAY, happened=STARTED
        )
    else:
        story = assessment.when(open_referral(STARTED), at=STARTED).when(seen, at=STARTED + DAY)
    story.clocks(A2="met")
