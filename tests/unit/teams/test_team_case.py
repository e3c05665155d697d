"""A child's case in a receiving team: offered, answered, worked on, ended; its clocks by the team's row (Z1 to Z5)."""

from datetime import date, timedelta

import pytest
from pydantic import ValidationError

from services.teams.app import app
from services.teams.codes import TeamReview
from services.teams.events import (
    CaseAccepted,
    CaseDeclined,
    CaseHandedBack,
    CaseOffered,
    ChildNotSeen,
    ChildSeen,
    SessionsReached,
    StepDue,
    TeamCaseClosed,
    TeamReviewHeld,
    TeamStepRecorded,
)
from services.teams.views import cases, steps, waits_for
from shared.domain.instants import london
from shared.team.tasks import TaskRaised
from shared.testing.deciders import story_of
from shared.testing.facts import CHILD, SIBLING, actor
from tests.unit.teams.children import (
    LEAD,
    LOOKED_AFTER,
    MANAGER,
    MONDAY,
    OFFICER,
    TUESDAY,
    WORKER,
    accept,
    accepted,
    close,
    decline,
    hand_back,
    of_team,
    offer,
    offered,
    review,
    seen,
    step,
    team,
)

RULES = app.rules
LATER = london(2026, 6, 10, 14)


def tasks(story):
    """The tasks that were left to people: role and reason of each."""
    raised = [one.event for one in story.records if isinstance(one.event, TaskRaised)]
    return [(one.role, one.reason) for one in raised]


def test_z1_a_case_is_offered_with_a_handover_and_the_team_is_to_answer():
    story = offered()
    story.then(
        CaseOffered(
            team=LOOKED_AFTER,
            called="Children looked after",
            team_agency="childrens_social_care",
            accept_by=RULES.deadline("Z1", MONDAY, stage=LOOKED_AFTER),
        )
    )
    assert story.clock("Z1").due_at == london(2026, 6, 3)
    story.clocks(Z1="open", Z2=None, Z4=None)


def test_a10_a_child_has_one_open_case_in_a_team_and_may_have_one_in_several():
    offered().when(offer(), at=MONDAY, by=MANAGER).refused("A10", reason="already_open")
    accepted().when(offer(), at=LATER, by=MANAGER).refused("A10")
    both = accepted().when(offer("virtual_school"), at=LATER, by=MANAGER)
    assert both.refusal is None
    again = accepted().when(close(), at=LATER, by=LEAD).when(offer(), at=LATER, by=MANAGER)
    assert again.refusal is None
    again.clocks(Z1="open")


def test_z1_acceptance_meets_it_and_starts_what_the_row_asks_for():
    story = accepted()
    looked_after = {
        "team": LOOKED_AFTER,
        "called": "Children looked after",
        "team_agency": "childrens_social_care",
    }
    [made, *due] = story.decided
    assert isinstance(made, CaseAccepted)
    assert (made.team, made.called) == (looked_after["team"], looked_after["called"])
    assert {(one.step, one.due_by.rule) for one in due if isinstance(one, StepDue)} == {
        ("health_assessment", "Z5/health_assessment"),
        ("personal_education_plan", "Z5/personal_education_plan"),
        ("care_plan", "Z5/care_plan"),
    }
    story.clocks(Z1="met", Z2="open", Z3=None, Z4="open")
    assert story.clock("Z2").due_at == london(2026, 6, 10)
    assert story.clock("Z4").due_at == london(2026, 7, 1)
    assert story.clock("Z5/care_plan").due_at == london(2026, 6, 17)
    assert story.clock("Z5/health_assessment").due_at == london(2026, 7, 1)


def test_a_case_that_was_declined_goes_back_with_a_task():
    story = offered().when(decline(), at=TUESDAY, by=LEAD)
    story.then(CaseDeclined(team=LOOKED_AFTER, called="Children looked after"))
    story.clocks(Z1="ended")
    assert tasks(story) == [("team_manager", "case_declined")]
    story.when(accept(), at=TUESDAY, by=LEAD).refused("A10")


def test_a10_what_is_not_open_or_not_accepted_is_not_worked_on():
    bare = story_of(team)
    for command in (accept(), decline(), seen(), review(), step("care_plan"), hand_back(), close()):
        bare.when(command, at=TUESDAY, by=LEAD).refused("A10")
    for command in (seen(), review(), step("care_plan")):
        offered().when(command, at=TUESDAY, by=LEAD).refused("A10")
    accepted().when(accept(), at=LATER, by=LEAD).refused("A10", reason="already_accepted")
    accepted().when(decline(), at=LATER, by=LEAD).refused("A10")


def test_e9_the_people_of_one_team_do_nothing_for_another():
    other = of_team("team_lead", "youth_justice", agency="youth_offending")
    for command in (accept(), decline(), hand_back(), close()):
        offered().when(command, at=TUESDAY, by=other).refused("E9")
    for command in (seen(), review(), step("care_plan")):
        accepted().when(command, at=LATER, by=of_team("team_worker", "leaving_care")).refused("E9")
    accepted().when(seen(), at=LATER, by=actor("team_worker")).refused("E9")  # the token names no team
    both = of_team("team_worker", "leaving_care", LOOKED_AFTER)
    assert accepted().when(seen(), at=LATER, by=both).refusal is None


def test_z2_and_z3_each_visit_starts_the_next():
    story = accepted().when(seen(), at=LATER - timedelta(days=1), by=WORKER)
    story.clocks(Z2="met", Z3="open")
    assert story.clock("Z3").due_at == london(2026, 7, 22)
    second = story.when(seen(), at=london(2026, 7, 21, 9), by=WORKER).clocks(Z3="open")
    assert second.clock("Z3").due_at == london(2026, 9, 2)
    late = accepted().when(seen(), at=london(2026, 6, 10), by=WORKER)
    late.clocks(Z2="missed")


def test_a_child_who_was_not_seen_meets_nothing():
    story = accepted().when(seen(seen=False, alone=False, why_not_seen="Out."), at=LATER, by=WORKER)
    assert isinstance(story.decided[0], ChildNotSeen)
    story.clocks(Z2="missed", Z3=None)


def test_a2_a_child_is_seen_alone_or_it_is_said_why_not():
    accepted().when(seen(alone=False), at=LATER, by=WORKER).refused("A2")
    accepted().when(seen(alone=False, why_not_alone=" "), at=LATER, by=WORKER).refused("A2")
    why = seen(alone=False, why_not_alone="She asked for her carer.")
    assert isinstance(accepted().when(why, at=LATER, by=WORKER).decided[0], ChildSeen)
    with pytest.raises(ValidationError):
        type(why)(about=(CHILD,), team=LOOKED_AFTER, seen=False, alone=True, place="home")


def test_z3_where_a_placement_is_meant_to_last_visits_are_further_apart():
    story = accepted().when(review(permanent=True), at=london(2026, 6, 29, 10), by=OFFICER)
    story = story.when(seen(), at=london(2026, 6, 30, 10), by=WORKER)
    assert story.clock("Z3").due_at == london(2026, 10, 1)
    moved = story.when(review(permanent=False), at=london(2026, 9, 1, 10), by=WORKER)
    moved = moved.when(seen(), at=london(2026, 9, 2, 10), by=WORKER)
    assert moved.clock("Z3").due_at == london(2026, 10, 15)


def test_z4_the_first_review_the_second_and_all_later_ones_have_limits_of_their_own():
    story = accepted().when(review(), at=london(2026, 6, 30, 10), by=WORKER)
    assert isinstance(story.decided[0], TeamReviewHeld)
    assert story.clock("Z4").due_at == london(2026, 10, 1)
    story = story.when(review(), at=london(2026, 9, 30, 10), by=WORKER)
    assert story.clock("Z4").due_at == london(2027, 3, 31)
    story = story.when(review(), at=london(2027, 3, 30, 10), by=WORKER)
    assert story.clock("Z4").due_at == london(2027, 10, 1)
    ended = story.when(review(decision=TeamReview.END), at=london(2027, 9, 30, 10), by=WORKER)
    ended.clocks(Z4="met")
    assert ended.decided[0].review_by is None


def test_a_reviewing_officer_records_a_review_of_any_team():
    assert accepted().when(review(), at=LATER, by=OFFICER).refusal is None


def test_z5_a_step_meets_its_own_clock_alone():
    story = accepted().when(step("care_plan"), at=LATER, by=WORKER)
    story.then(
        TeamStepRecorded(
            team=LOOKED_AFTER, called="Children looked after", step="care_plan", step_called="Care plan"
        )
    )
    story.clocks(
        **{"Z5/care_plan": "met", "Z5/health_assessment": "open", "Z5/personal_education_plan": "open"}
    )
    free = story.when(step("life_story"), at=LATER, by=WORKER)
    free.clocks(**{"Z5/life_story": None, "Z5/health_assessment": "open"})


def test_z5_a_health_assessment_comes_again_by_the_childs_age():
    story = accepted().when(step("health_assessment"), at=LATER, by=WORKER)
    assert story.clock("Z5/health_assessment").due_at == london(2027, 6, 11)
    young = story_of(team, child=SIBLING).when(offer(about=(SIBLING,)), at=MONDAY, by=MANAGER)
    young = young.when(accept().model_copy(update={"about": (SIBLING,)}), at=TUESDAY, by=LEAD)
    young = young.when(step("health_assessment", about=(SIBLING,)), at=LATER, by=WORKER)
    assert young.clock("Z5/health_assessment").due_at == london(2026, 12, 11)


def test_z5_a_step_that_was_done_on_an_earlier_day_counts_from_then():
    story = accepted().when(step("care_plan", on=date(2026, 6, 16)), at=london(2026, 6, 18, 9), by=WORKER)
    story.clocks(**{"Z5/care_plan": "met"})
    before = accepted().when(step("care_plan", on=date(2026, 5, 1)), at=LATER, by=WORKER)
    assert before.decided[0].happened_at == TUESDAY  # the team had no case before
    accepted().when(step("care_plan", on=date(2026, 6, 11)), at=LATER, by=WORKER).refused("E2")


def test_a_step_or_a_team_without_a_row_is_refused():
    accepted().when(step("care_package"), at=LATER, by=WORKER).refused(reason="no_such_step")
    story_of(team).when(offer("the_moon"), at=MONDAY, by=MANAGER).refused(reason="no_such_team")


def test_at_the_last_session_a_lead_is_asked_to_bring_it_to_its_end():
    story, at = accepted("staying_together"), TUESDAY
    worker = of_team("team_worker", "staying_together")
    for _ in range(17):
        at += timedelta(days=7)
        story = story.when(seen("staying_together"), at=at, by=worker)
    assert tasks(story) == []
    story.clocks(Z2="met", Z3=None, Z4=None)
    last = story.when(seen("staying_together"), at=at + timedelta(days=7), by=worker)
    assert [type(one) for one in last.decided] == [ChildSeen, SessionsReached]
    assert tasks(last) == [("team_lead", "sessions_reached")]


def test_a_team_that_sees_the_child_before_each_review_shows_where_it_did_not():
    officer = of_team("team_lead", "independent_reviewing")
    story = accepted("independent_reviewing")
    unseen = story.when(review("independent_reviewing"), at=LATER, by=officer)
    assert unseen.decided[0].seen_before is False
    after = unseen.when(seen("independent_reviewing"), at=LATER, by=officer)
    assert after.when(review("independent_reviewing"), at=LATER, by=officer).decided[0].seen_before is True
    assert accepted().when(review(), at=LATER, by=WORKER).decided[0].seen_before is None


@pytest.mark.parametrize(("command", "kind"), [(hand_back(), CaseHandedBack), (close(), TeamCaseClosed)])
def test_its_end_ends_every_clock(command, kind):
    story = accepted().when(seen(), at=london(2026, 6, 9, 9), by=WORKER)
    story = story.when(step("care_plan"), at=london(2026, 6, 9, 9), by=WORKER).when(
        command, at=LATER, by=LEAD
    )
    assert type(story.decided[0]) is kind
    running = [one for one in story.stream("team_case").clocks if one.running]
    assert running == []
    story.clocks(**{"Z3": "ended", "Z4": "ended", "Z5/health_assessment": "ended", "Z5/care_plan": "met"})
    story.when(seen(), at=LATER, by=WORKER).refused("A10")


def test_what_is_handed_back_is_a_task_for_a_manager_and_what_is_closed_is_none():
    assert tasks(accepted().when(hand_back(), at=LATER, by=LEAD)) == [("team_manager", "case_handed_back")]
    assert tasks(accepted().when(close(), at=LATER, by=LEAD)) == []


# -- the lists


def test_the_list_has_each_case_with_what_is_due_of_it():
    (row,) = offered().rows(cases)
    assert (row.team, row.waits, row.worker, row.accept_by) == (LOOKED_AFTER, True, None, london(2026, 6, 3))
    story = accepted().when(seen(), at=LATER, by=WORKER).when(step("life_story"), at=LATER, by=WORKER)
    (row,) = story.rows(cases)
    assert (row.accepted_at, row.seen_at, row.see_by, row.review_by) == (
        TUESDAY,
        LATER,
        london(2026, 7, 23),
        london(2026, 7, 1),
    )
    assert [(one.step, one.called) for one in story.rows(steps)] == [("life_story", "Life story work")]
    (closed,) = story.when(close(), at=LATER, by=LEAD).rows(cases)
    assert (closed.waits, closed.worker) == (False, None)


def test_it_says_what_a_case_waits_for():
    assert waits_for(False, False, False, None) == "the team's answer"
    assert waits_for(True, False, True, None) == "the child to be seen"
    assert waits_for(True, True, True, "continue") == "its reviews and steps"
    assert waits_for(True, True, True, "end") == "its end"
