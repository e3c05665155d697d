"""A child-in-need plan and what others tell and hear of it: consent withdrawn here or there, looked after, the front door."""

from datetime import date, timedelta

import pytest

from services.assessment.app import app
from services.assessment.codes import ClosureReason, PlanEnd
from services.assessment.entries import entries
from services.assessment.events import ChildInNeedPlanEnded, ConsentWithdrawn, PlanConsentWithdrawn
from services.assessment.policy import policy
from services.assessment.streams.asking import TakeWithdrawal, WithdrawConsent
from services.assessment.streams.child_in_need_plan import CeaseChildInNeedPlan
from services.assessment.streams.protection_plan import NoteProtectionPlan
from services.assessment.streams.referral.closing import CloseReferral, ProposeStepDown
from services.assessment.views import plans
from services.mash.codes import CaseKind
from services.mash.policy import policy as mash_policy
from services.mash.streams.open_case import NoteCaseClosed, NoteCaseOpened
from services.people.events import LookedAfterStarted
from shared.domain.code_lists import ConsentScope
from shared.domain.instants import london
from shared.domain.people import KnownPerson
from shared.team.audience import agency
from shared.team.tasks import CompleteTask, TaskRaised
from shared.testing.deciders import story_of
from shared.testing.facts import ADULT, CHILD, STREAM, THING
from shared.testing.policies import given_policy
from shared.testing.teams import team_of
from tests.unit.assessment.plans import END, MANAGER, REVIEW, SEEN, STARTED, WORKER, assessed, planned
from tests.unit.assessment.referrals import open_referral

LATER = STARTED + timedelta(days=3)
WITHDRAW = WithdrawConsent(withdrawn_by=ADULT, scope=(ConsentScope.HELP,), reason="He wants no more visits.")
THERE = TakeWithdrawal(contact=THING, withdrawn_by=ADULT, scope=(ConsentScope.HELP,))


def tasks(story):
    return [one.event for one in story.records if isinstance(one.event, TaskRaised)]


@pytest.mark.parametrize("command", [WITHDRAW, THERE])
def test_consent_withdrawn_here_or_at_the_front_door_is_a_task_for_the_manager_and_the_plan_goes_on(command):
    story = planned().when(command, at=LATER, by=WORKER).clocks(A15="open", A18="open")
    assert PlanConsentWithdrawn in map(type, story.decided)
    (task,) = tasks(story)
    assert (task.role, task.reason, task.rules) == ("team_manager", "consent_withdrawn", ("A14",))
    assert (task.child, task.regarding, task.source) == (CHILD, story.id, "assessment")
    (row,) = story.rows(plans)
    assert (row.consent_withdrawn, row.is_open) == (True, True)


def test_the_manager_says_what_was_done_with_it():
    story = planned().when(WITHDRAW, at=LATER, by=WORKER)
    (raised,) = [one for one in story.records if isinstance(one.event, TaskRaised)]
    done = CompleteTask(re=raised.envelope.thing_id, about=(CHILD,), done="The plan ends.")
    story.when(done, at=LATER, by=WORKER).refused("E9")
    assert story.when(done, at=LATER, by=MANAGER).decided


def test_withdrawn_twice_it_is_one_task():
    story = planned().when(WITHDRAW, at=LATER, by=WORKER).when(WITHDRAW, at=LATER, by=WORKER).nothing()
    assert len(tasks(story)) == 1


@pytest.mark.parametrize("changed", [{"withdrawn_by": THING}, {"scope": (ConsentScope.INFORMATION_SHARING,)}])
def test_what_the_plan_does_not_rest_on_leaves_nothing_to_do(changed):
    story = planned().when(WITHDRAW.model_copy(update=changed), at=LATER, by=WORKER)
    assert not tasks(story)


def test_consent_withdrawn_before_it_was_given_to_the_plan_is_not_the_plans():
    before = STARTED - timedelta(hours=1)
    assert not tasks(planned().when(WITHDRAW, at=LATER, by=WORKER, happened=before))


def test_without_a_plan_there_is_no_task():
    ended = planned().when(END, at=LATER, by=WORKER)
    assert not tasks(ended.when(THERE, at=LATER))


def test_it_is_said_that_consent_was_withdrawn():
    story = planned().when(WITHDRAW, at=LATER, by=WORKER)
    assert isinstance(story.decided[0], ConsentWithdrawn)


def test_who_becomes_looked_after_has_no_child_in_need_plan_any_more():
    today = LookedAfterStarted(since=LATER.date())
    cease = CeaseChildInNeedPlan(about=(CHILD,), reason=PlanEnd.LOOKED_AFTER)
    given_policy(policy).when(today, at=LATER, service="people").then(cease)
    since = LookedAfterStarted(since=STARTED.date())
    begun = cease.model_copy(update={"happened": london(2026, 4, 20), "known": LATER})
    given_policy(policy).when(since, at=LATER, service="people").then(begun)
    story = planned().when(CeaseChildInNeedPlan(reason=PlanEnd.LOOKED_AFTER), at=LATER)
    story.clocks(A15="ended", A18="ended")


def test_the_front_door_knows_that_a_plan_is_open_and_that_it_ended():
    started = planned().decided[0]
    given_policy(mash_policy).when(started, at=STARTED).then(
        NoteCaseOpened(about=(CHILD,), kind=CaseKind.PLAN, case=STREAM)
    )
    ended = ChildInNeedPlanEnded(reason=PlanEnd.GOALS_MET)
    given_policy(mash_policy).when(ended, at=STARTED).then(
        NoteCaseClosed(about=(CHILD,), kind=CaseKind.PLAN, case=STREAM)
    )


def test_the_agencies_that_are_part_of_it_see_it():
    story = planned().when(REVIEW, at=LATER, by=WORKER).when(END, at=LATER, by=WORKER)
    told = [one.entry for one in story.entries(entries, team="assessment")][-3:]
    assert [one.title for one in told] == [
        "Child-in-need plan started",
        "Child-in-need plan reviewed: good progress; continue",
        "Child-in-need plan ended: goals met",
    ]
    assert all(tuple(one.seen_by) == (agency("education"),) for one in told)
    assert dict(told[0].parts) == {
        "What it is to come to": "Ava eats and sleeps well",
        "Actions": "Breakfast club (education, by 2026-05-01)",
    }


def test_an_open_plan_is_listed_and_an_ended_one_is_not():
    (row,) = planned().when(REVIEW, at=LATER, by=WORKER).rows(plans)
    assert (row.child, row.started_at, row.reviewed_at) == (CHILD, STARTED, LATER)
    assert (row.decision, row.is_open) == ("continue", True)
    (row,) = planned().when(END, at=LATER, by=WORKER).rows(plans)
    assert (row.ended, row.is_open) == ("goals_met", False)


def test_a_case_does_not_close_over_an_open_plan_nor_as_no_further_action_after_one():
    close = CloseReferral(reason=ClosureReason.RC7)
    planned().when(close, at=LATER, by=MANAGER).refused("A10", reason="plan_open")
    ended = planned().when(END, at=LATER, by=WORKER)
    assert ended.when(close, at=LATER, by=MANAGER).decided
    ended.when(CloseReferral(no_further_action=True), at=LATER, by=MANAGER).refused("A10")


def test_nor_over_a_child_protection_plan():
    protected = assessed().when(NoteProtectionPlan(plan=THING), at=LATER)
    close = CloseReferral(reason=ClosureReason.RC7)
    protected.when(close, at=LATER, by=MANAGER).refused("A10", reason="protection_plan_open")
    down = ProposeStepDown(reason="Steady since.")
    protected.when(down, at=LATER, by=WORKER).refused("A10", reason="protection_plan_open")


def test_a_visit_may_be_recorded_as_long_as_the_plan_is_open():
    assert planned().when(SEEN, at=LATER, by=WORKER).decided


def test_about_an_unborn_child_seen_means_that_the_mother_was_seen():
    unborn = story_of(team_of(app, people={CHILD: KnownPerson(kind="child", due=date(2026, 9, 1))}))
    referred = unborn.when(open_referral(STARTED), at=STARTED)
    mother = SEEN.model_copy(update={"alone": False})
    referred.when(mother, at=LATER, by=WORKER).clocks(A2="met")
