"""Plans of two teams that hear of each other late: at most one of a kind, and none of one beside the other in silence (C8)."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.assessment.app import app as assessment_app
from services.assessment.codes import PlanEnd
from services.assessment.events import ChildInNeedPlanEnded, PlanQuestioned
from services.assessment.streams.assessment import AuthoriseAssessment
from services.conference.app import app as conference_app
from shared.domain.instants import london
from shared.team.tasks import TaskRaised
from shared.testing.deciders import story_of
from shared.testing.facts import CHILD
from shared.testing.teams import team_of
from tests.unit.assessment.plans import COMPLETE, END, MANAGER, PEOPLE, SEEN, START, WORKER
from tests.unit.assessment.referrals import ALLOCATE, open_referral
from tests.unit.conference.conferences import CHAIR, EXPECT, HOLD, SCHEDULE
from tests.unit.conference.conferences import END as END_PROTECTION

TUESDAY = london(2026, 4, 28, 10)
"""The day of the conference."""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TASK = ("team_manager", "plan_beside_another")


def both():
    """Assessment and conference, with an authorised assessment here and a conference to be held there."""
    story = story_of(team_of(assessment_app, people=PEOPLE), team_of(conference_app, people=PEOPLE))
    at = TUESDAY - 10 * DAY
    for command, by in (
        (open_referral(at), MANAGER),
        (ALLOCATE, MANAGER),
        (SEEN, WORKER),
        (COMPLETE, WORKER),
        (AuthoriseAssessment(), MANAGER),
        (EXPECT, MANAGER),
        (SCHEDULE, CHAIR),
    ):
        story = story.when(command, at=at, by=by)
        assert story.refusal is None
    return story


def open_plans(story):
    """How many plans of each kind are open."""
    return {
        kind: sum(
            one.kind.is_open(one.folded.state)
            for one in story.logs.streams.values()
            if one.kind.name == kind and one.child == CHILD
        )
        for kind in ("child_in_need_plan", "child_protection_plan")
    }


def tasks(story):
    raised = [one.event for one in story.records if isinstance(one.event, TaskRaised)]
    return [(one.role, one.reason) for one in raised]


def test_c8_a_protection_plan_ends_the_one_in_need_that_had_begun_however_late_it_is_heard_of():
    story = both().when(START, at=TUESDAY - DAY, by=WORKER)
    story = story.when(HOLD, at=TUESDAY, by=CHAIR, delivered=False)
    assert open_plans(story) == {"child_in_need_plan": 1, "child_protection_plan": 1}
    late = story.delivered(at=TUESDAY + 3 * DAY)
    (ended,) = [one.event for one in late.records if isinstance(one.event, ChildInNeedPlanEnded)]
    assert (ended.reason, ended.happened_at) == (PlanEnd.CHILD_PROTECTION_PLAN, TUESDAY)
    assert open_plans(late) == {"child_in_need_plan": 0, "child_protection_plan": 1}
    assert TASK not in tasks(late)


@pytest.mark.parametrize(("began", "repaired"), [(HOUR, True), (DAY, False)], ids=["the same day", "later"])
def test_c8_a_plan_that_began_before_anybody_here_knew_is_ended_or_a_managers_task(began, repaired):
    held = both().when(HOLD, at=TUESDAY, by=CHAIR, delivered=False)
    beside = held.when(START, at=TUESDAY + began, by=WORKER, delivered=False)
    assert open_plans(beside) == {"child_in_need_plan": 1, "child_protection_plan": 1}
    heard = beside.delivered(at=TUESDAY + 2 * DAY)
    assert (open_plans(heard)["child_in_need_plan"] == 0) is repaired
    assert (TASK in tasks(heard)) is not repaired
    assert any(isinstance(one.event, PlanQuestioned) for one in heard.records) is not repaired
    settled = heard.when(END, at=TUESDAY + 2 * DAY, by=MANAGER)  # what a manager does with the task
    assert open_plans(settled)["child_in_need_plan"] == 0


def test_c8_once_it_is_known_no_plan_in_need_begins_beside_a_protection_plan():
    story = both().when(HOLD, at=TUESDAY, by=CHAIR)
    story.when(START, at=TUESDAY + DAY, by=WORKER).refused("C8")


def test_an_end_that_is_heard_of_before_the_beginning_leaves_no_plan_open_for_ever():
    story = both().when(HOLD, at=TUESDAY, by=CHAIR, delivered=False)
    ended = story.when(END_PROTECTION, at=london(2026, 7, 20, 10), by=CHAIR, delivered=False)
    for order in permutations(range(2)):
        plan = [
            one for one in ended.on_the_way if one.event.NAME.startswith("conference.ChildProtectionPlan")
        ]
        heard = replace(ended, on_the_way=tuple(plan[n] for n in order)).delivered()
        assert not heard.stream("protection_plan", team="assessment").state.is_open
        started = heard.when(START, at=london(2026, 7, 21, 10), by=WORKER)
        assert started.refusal is None


ACTS = {
    "start": (START, WORKER),
    "end": (END, MANAGER),
    "conference": (HOLD.model_copy(), CHAIR),
    "expect": (EXPECT, MANAGER),
    "review ends": (END_PROTECTION, CHAIR),
}
steps = st.lists(
    st.tuples(st.sampled_from(sorted(ACTS)), st.integers(1, 72), st.booleans()), min_size=1, max_size=10
)


@settings(deadline=None, max_examples=120)
@given(steps, st.randoms(use_true_random=False))
def test_whatever_arrives_in_whatever_order_no_two_plans_stand_in_silence(chosen, order):
    """Held back, and delivered in any order: one plan of a kind at most; of both kinds a manager has a task."""
    story, at = both(), TUESDAY - DAY
    for name, hours, at_once in chosen:
        at += hours * HOUR
        command, by = ACTS[name]
        story = story.when(command, at=at, by=by, delivered=False)
        if at_once:
            story = shuffled(story, order).delivered(at=at)
    story = shuffled(story, order).delivered(at=at)
    now = open_plans(story)
    assert max(now.values()) <= 1
    assert min(now.values()) == 0 or TASK in tasks(story)


def shuffled(story, order):
    waiting = list(story.on_the_way)
    order.shuffle(waiting)
    return replace(story, on_the_way=tuple(waiting))
