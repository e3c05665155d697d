"""Whatever is done with a child's plan, in whatever order and however late: what must always hold."""

from datetime import timedelta
from itertools import pairwise

from hypothesis import given as examples
from hypothesis import strategies as st

from services.assessment.codes import PlanDecision, PlanEnd
from services.assessment.events import (
    ChildInNeedPlanEnded,
    ChildInNeedPlanReviewed,
    ChildInNeedPlanStarted,
    ChildSeen,
    PlanQuestioned,
)
from services.assessment.streams.asking import WithdrawConsent
from services.assessment.streams.child_in_need_plan import CeaseChildInNeedPlan
from services.assessment.streams.protection_plan import NoteProtectionPlan, NoteProtectionPlanEnd
from shared.domain.code_lists import ConsentScope
from shared.team.tasks import TaskRaised
from shared.testing.facts import ADULT, THING
from tests.unit.assessment.plans import END, REVIEW, SEEN, START, STARTED, WORKER, assessed

BEFORE = assessed()
STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                START,
                SEEN,
                SEEN,
                REVIEW,
                REVIEW.model_copy(update={"decision": PlanDecision.END}),
                END,
                WithdrawConsent(withdrawn_by=ADULT, scope=(ConsentScope.HELP,)),
                CeaseChildInNeedPlan(reason=PlanEnd.LOOKED_AFTER),
                NoteProtectionPlan(plan=THING),
                NoteProtectionPlanEnd(plan=THING),
            ]
        ),
        st.integers(1, 900),
        st.integers(0, 600),
    ),
    max_size=12,
)


def play(steps):
    """A story of these steps, hours apart and recorded late. Whatever is raised beside a refusal ends the test."""
    story, now = BEFORE, STARTED
    stories = [story]
    for command, hours, ago in steps:
        now += timedelta(hours=hours)
        story = story.when(command, at=now, by=WORKER, happened=max(now - timedelta(hours=ago), STARTED))
        stories.append(story)
    return stories


def turns(story):
    return [
        one for one in story.records if isinstance(one.event, ChildInNeedPlanStarted | ChildInNeedPlanEnded)
    ]


@examples(STEPS)
def test_one_plan_is_open_at_a_time_and_none_beside_a_protection_plan(steps):
    for story in play(steps):
        kinds = [type(one.event) for one in turns(story)]
        assert kinds == [ChildInNeedPlanStarted, ChildInNeedPlanEnded] * (len(kinds) // 2) + kinds[:1] * (
            len(kinds) % 2
        )
        started = story.decided and isinstance(story.decided[0], ChildInNeedPlanStarted)
        assert not (started and story.streams["protection_plan"].state.is_open)


@examples(STEPS)
def test_a_plan_ends_no_sooner_than_it_began_and_is_reviewed_only_while_it_runs(steps):
    story = play(steps)[-1]
    for on in (one for one in story.logs.streams.values() if one.kind.name == "child_in_need_plan"):
        told = [fact for fact in on.told if isinstance(fact.event, on.kind.event_types())]
        # What is only asked about a plan stands at the other team's moment, which may be before the plan began.
        own = [fact for fact in told if not isinstance(fact.event, PlanQuestioned)]
        assert all(fact.happened_at >= told[0].happened_at for fact in own)
        assert not any(
            isinstance(fact.event, ChildInNeedPlanReviewed) for fact in told if _ended_before(fact, told)
        )


def _ended_before(fact, told):
    earlier = told[: told.index(fact)]
    return any(isinstance(one.event, ChildInNeedPlanEnded) for one in earlier)


@examples(STEPS)
def test_each_clock_is_in_one_of_five_states_and_answered_by_the_first_act_since(steps):
    story = play(steps)[-1]
    now = story.last.now
    seen = sorted(one.happened_at for one in story.records if isinstance(one.event, ChildSeen))
    for on in (one for one in story.logs.streams.values() if one.kind.name == "child_in_need_plan"):
        for clock in on.folded.clocks:
            assert clock.state(now) in {"met", "missed", "varied", "ended", "open"}
            assert clock.acted_at is None or clock.ended_at is None
            if clock.rule == "A15" and clock.acted_at is not None:
                since = [at for at in seen if at >= clock.deadline.starts_at]
                assert clock.acted_at in since
                assert not [at for at in since if clock.deadline.starts_at < at < clock.acted_at]


@examples(STEPS)
def test_nothing_runs_on_a_plan_that_ended(steps):
    story = play(steps)[-1]
    for on in (one for one in story.logs.streams.values() if one.kind.name == "child_in_need_plan"):
        if on.folded.version and on.folded.state.ended:
            assert not [clock for clock in on.folded.clocks if clock.running]


@examples(STEPS)
def test_a_plans_consent_is_withdrawn_once_and_leaves_one_task(steps):
    story = play(steps)[-1]
    plans = sum(isinstance(one.event, ChildInNeedPlanStarted) for one in story.records)
    left = [one for one in story.records if isinstance(one.event, TaskRaised)]
    assert len(left) <= plans


@examples(STEPS)
def test_a_refusal_names_a_rule_and_changes_nothing(steps):
    for before, after in pairwise(play(steps)):
        if after.refusal is not None:
            assert after.refusal.rules
            assert after.records == before.records
