"""The work with a family: visits, the assessment, the plan and its reviews, with their clocks (F2-F9)."""

from datetime import date, timedelta

from services.fws.codes import FormalReview
from services.fws.events import (
    DraftAssessmentCompleted,
    FamilyVisited,
    FormalReviewHeld,
    HelpExtended,
    PlanLive,
    PlanReviewed,
    SupportMeetingHeld,
    WellbeingAssessmentShared,
)
from services.fws.streams.family_episode import ExtendHelp, HoldFormalReview, StartPlan
from shared.domain.code_lists import Progress
from shared.domain.instants import london
from shared.testing.facts import ADULT, CHILD, SIBLING
from tests.unit.fws.families import (
    DRAFT,
    FAMILY,
    KEYWORKER,
    MANAGER,
    MEET,
    PLAN,
    REVIEW,
    SHARE,
    VISIT,
    allocated,
    drafted,
    planned,
    requested,
    visited,
)

FRIDAY = london(2026, 1, 9, 16)
FORMAL = HoldFormalReview(about=FAMILY, progress=Progress.SOME, decision=FormalReview.EXTEND)
EXTEND = ExtendHelp(about=FAMILY, reason="A bereavement.", exceptional=True, until=date(2026, 7, 1))


def made(story, kind):
    return [one for one in story.decided if isinstance(one, kind)]


def test_a_visit_meets_f2_of_all_children_and_starts_f6():
    story = visited()
    assert [one.seen for one in made(story, FamilyVisited)] == [True, True]
    story.clocks(about=CHILD, F2="met", F6="open", F3=None)
    assert story.clock("F6", about=CHILD).due_at == london(2026, 2, 7)


def test_f3_a_child_not_seen_at_the_first_visit_is_seen_at_another():
    first = VISIT.model_copy(update={"children_seen": (CHILD,), "why_not_seen": "At his dad's."})
    story = allocated().when(first, at=FRIDAY, by=KEYWORKER)
    story.clocks(about=CHILD, F2="met", F3=None).clocks(about=SIBLING, F2="met", F3="open")
    assert story.clock("F3", about=SIBLING).due_at == london(2026, 1, 20)
    seen = story.when(VISIT, at=london(2026, 1, 19, 16), by=KEYWORKER)
    seen.clocks(about=SIBLING, F3="met")
    late = story.when(VISIT, at=london(2026, 1, 20, 16), by=KEYWORKER)
    late.missed("F3")
    later = seen.when(first, at=london(2026, 1, 26, 16), by=KEYWORKER)
    assert [one.see_by for one in made(later, FamilyVisited)] == [None, None]  # of the first visit alone


def test_f3_only_children_of_the_family_are_seen():
    visit = VISIT.model_copy(update={"children_seen": (CHILD, ADULT)})
    allocated().when(visit, at=FRIDAY, by=KEYWORKER).refused("F3")


def test_f6_each_visit_starts_the_next_and_a_meeting_is_none():
    story = visited().when(VISIT, at=london(2026, 1, 19, 16), by=KEYWORKER)
    story.clocks(about=CHILD, F6="open")
    assert story.clock("F6", about=CHILD).due_at == london(2026, 2, 17)
    meeting = planned()
    assert meeting.clock("F6", about=CHILD).acted_at is None


def test_f1_nobody_works_with_a_family_that_has_no_keyworker():
    for command in (VISIT, DRAFT, SHARE, MEET, REVIEW, FORMAL):
        answer = requested().when(command, at=FRIDAY, by=KEYWORKER)
        assert "F1" in answer.refusal.rules


def test_f4_f5_the_assessment_is_drafted_shared_and_met_about():
    story = drafted()
    assert made(story, DraftAssessmentCompleted)
    story.clocks(about=CHILD, F4="open", F5="open", F5b="open")
    assert story.clock("F5", about=CHILD).due_at == london(2026, 2, 13)
    shared = story.when(SHARE, at=london(2026, 2, 6, 10), by=KEYWORKER)
    shared.then(WellbeingAssessmentShared(shared_with=(ADULT,)))
    shared.clocks(about=CHILD, F4="met")
    met = shared.when(MEET, at=london(2026, 2, 12, 15), by=KEYWORKER)
    met.clocks(about=CHILD, F5="met", F5b="met")
    late = shared.when(MEET, at=london(2026, 2, 13, 15), by=KEYWORKER)
    late.missed("F5", "F5", "F6", "F6").clocks(about=CHILD, F5="missed", F5b="met")


def test_f4_what_is_not_drafted_is_not_shared_and_what_is_not_shared_is_not_met_about():
    visited().when(SHARE, at=london(2026, 2, 6, 10), by=KEYWORKER).refused("F4")
    drafted().when(MEET, at=london(2026, 2, 6, 10), by=KEYWORKER).refused("F4")


def test_f7_f8_f9_a_meeting_with_a_plan_makes_it_live():
    story = planned()
    assert len(made(story, SupportMeetingHeld)) == len(made(story, PlanLive)) == len(FAMILY)
    for rule, due in (("F7", london(2026, 3, 26)), ("F8", london(2026, 5, 12)), ("F9", london(2026, 8, 12))):
        assert story.clock(rule, about=CHILD).due_at == due
    again = story.when(MEET, at=london(2026, 3, 2, 15), by=KEYWORKER)
    assert not made(again, PlanLive)


def test_f7_a_plan_is_started_once_where_the_meeting_carried_none():
    bare = MEET.model_copy(update={"plan": ()})
    story = drafted().when(SHARE, at=london(2026, 2, 6, 10), by=KEYWORKER)
    story = story.when(bare, at=london(2026, 2, 11, 15), by=KEYWORKER)
    assert not made(story, PlanLive)
    start = StartPlan(about=FAMILY, plan=PLAN)
    live = story.when(start, at=london(2026, 2, 13, 9), by=KEYWORKER)
    assert made(live, PlanLive)
    live.when(start, at=london(2026, 2, 16, 9), by=KEYWORKER).refused("F7")
    story.when(REVIEW, at=london(2026, 2, 16, 9), by=KEYWORKER).refused("F7")
    story.when(FORMAL, at=london(2026, 2, 16, 9), by=KEYWORKER).refused("F8")


def test_f7_f8_reviews():
    story = planned().when(REVIEW, at=london(2026, 3, 24, 15), by=KEYWORKER)
    story.then(PlanReviewed(progress=Progress.GOOD)).clocks(about=CHILD, F7="met", F8="open")
    formal = story.when(FORMAL, at=london(2026, 5, 11, 10), by=KEYWORKER)
    formal.then(FormalReviewHeld(progress=Progress.SOME, decision=FormalReview.EXTEND))
    formal.clocks(about=CHILD, F8="met")


def test_f9_help_is_extended_once_in_exceptional_circumstances_after_the_formal_review():
    at = london(2026, 5, 12, 10)
    planned().when(EXTEND, at=at, by=MANAGER).refused("F9")
    reviewed = planned().when(FORMAL, at=london(2026, 5, 11, 10), by=KEYWORKER)
    for wrong in ({"exceptional": False}, {"until": date(2026, 8, 12)}):
        reviewed.when(EXTEND.model_copy(update=wrong), at=at, by=MANAGER).refused("F9")
    extended = reviewed.when(EXTEND, at=at, by=MANAGER)
    assert made(extended, HelpExtended)
    extended.clocks(about=CHILD, F7="open", F9="open")
    assert extended.clock("F9", about=CHILD).due_at == london(2026, 8, 12)
    extended.when(EXTEND, at=at + timedelta(days=1), by=MANAGER).refused("F9")
    visited().when(EXTEND, at=at, by=MANAGER).refused("F9")
