"""Under a plan: core groups (C2, C3, C24), visits by either team (C6), reviews (C4, C5), and its end (C5, C8)."""

from datetime import date, timedelta

import pytest

from services.conference.codes import Category, MeetingKind, PlanEnd, ReviewDecision
from services.conference.events import (
    CategoryChanged,
    ChildNotSeen,
    ChildProtectionPlanEnded,
    ChildSeen,
    ConferenceClosed,
    CoreGroupHeld,
    MinutesSent,
    PlanEndText,
    ReviewConferenceHeld,
    StepDownProposed,
)
from services.conference.streams.child_protection_plan import WITHOUT_REVIEW, EndPlan
from services.conference.streams.meeting import HoldReview
from shared.domain.instants import london
from shared.team.corrections import CorrectRecord
from shared.team.elsewhere import NoteAct
from shared.testing.facts import CHILD, event_id
from tests.unit.conference.conferences import (
    ALL,
    CHAIR,
    CORE_GROUP,
    END,
    HOLD,
    MANAGER,
    MINUTES,
    REVIEW,
    SCHEDULE,
    VISIT,
    WORKER,
    conference,
    plan_made,
    unborn,
)

A_MOMENT = timedelta(microseconds=1)
MAY = london(2026, 5, 12, 14)
JULY = london(2026, 7, 27, 11)
LATER = london(2026, 9, 1, 10)


# -- core groups


def test_the_first_core_group_meets_c2_and_starts_the_next():
    story = plan_made().when(CORE_GROUP, at=MAY, by=WORKER)
    assert isinstance(story.decided[0], CoreGroupHeld)
    story.clocks(C2="met", C3="open", C24="open")
    assert (story.clock("C3").due_at, story.clock("C24").due_at) == (london(2026, 6, 24), london(2026, 5, 28))
    again = story.when(CORE_GROUP, at=london(2026, 6, 23, 23, 59), by=WORKER)
    first, second = (one for one in again.stream("child_protection_plan").clocks if one.rule == "C3")
    assert (first.state(MAY), second.due_at) == ("met", london(2026, 8, 5))


def test_too_late_it_is_missed_and_starts_the_next_all_the_same():
    late = plan_made().when(CORE_GROUP, at=london(2026, 5, 15, 10), by=WORKER)
    late.missed("C2", "C6")
    late.clocks(C2="missed", C3="open")
    assert late.clock("C3").due_at == london(2026, 6, 27)


def test_without_a_plan_there_is_no_core_group():
    conference.when(CORE_GROUP, at=MAY, by=WORKER).refused("C2")
    ended = plan_made().when(END, at=JULY, by=CHAIR)
    ended.when(CORE_GROUP, at=LATER, by=WORKER).refused("C2")
    assert ended.when(CORE_GROUP, at=LATER, happened=MAY, by=WORKER).clocks(C2="met").refusal is None


def test_its_minutes_meet_c24():
    group = plan_made().when(CORE_GROUP, at=MAY, by=WORKER)
    sent = group.when(MINUTES.model_copy(update={"of": group.id}), at=london(2026, 5, 20, 9), by=WORKER)
    assert [type(each) for each in sent.decided] == [MinutesSent]
    assert sent.decided[0].meeting is MeetingKind.CORE_GROUP
    sent.clocks(of=group.id, C24="met").clocks(C23="open")


# -- visits


def test_a_visit_meets_c6_and_starts_it_anew():
    story = plan_made().when(VISIT, at=MAY, by=WORKER)
    assert isinstance(story.decided[0], ChildSeen)
    first, second = (one for one in story.stream("child_protection_plan").clocks if one.rule == "C6")
    assert (first.due_at, first.state(MAY)) == (london(2026, 5, 14), "met")
    assert (second.due_at, second.state(MAY)) == (london(2026, 5, 28), "open")


@pytest.mark.parametrize(
    ("seen", "due"),
    [
        (london(2026, 12, 18, 15), london(2027, 1, 7)),
        (london(2026, 4, 1, 15), london(2026, 4, 18)),
        (london(2026, 3, 27, 15), london(2026, 4, 15)),
        (london(2026, 10, 23, 15), london(2026, 11, 7)),
    ],
    ids=["Christmas and New Year", "Easter", "clocks forward and Easter", "clocks back"],
)
def test_the_next_visit_is_ten_working_days_on(seen, due):
    story = plan_made(conference, at=london(2026, 1, 12, 10)).when(VISIT, at=seen, by=WORKER)
    assert story.clock("C6").due_at == due
    story.when(VISIT, at=due - A_MOMENT, by=WORKER)
    first = [one for one in story.stream("child_protection_plan").clocks if one.rule == "C6"][-1]
    assert first.state(due - A_MOMENT) == "open"
    assert first.state(due) == "missed"


def test_a_visit_of_the_other_team_counts_too_and_one_before_the_plan_does_not():
    seen = NoteAct(rule="C6", act=event_id(98), repeats=True)
    plan_made().when(seen, at=MAY).clocks(C6="open")
    early = conference.when(seen, at=london(2026, 4, 20, 10))
    assert plan_made(early).clocks(C6="open").clock("C6").due_at == london(2026, 5, 14)


def test_visits_written_down_out_of_order_are_one_chain():
    story = plan_made().when(VISIT, at=london(2026, 5, 20, 9), by=WORKER)
    both = story.when(VISIT, at=london(2026, 5, 21, 9), happened=MAY, by=WORKER)
    clocks = [one for one in both.stream("child_protection_plan").clocks if one.rule == "C6"]
    assert [(one.due_at, one.state(london(2026, 5, 21, 9))) for one in clocks] == [
        (london(2026, 5, 14), "met"),
        (london(2026, 5, 28), "met"),
        (london(2026, 6, 5), "open"),
    ]


def test_a_visit_that_was_withdrawn_meets_nothing():
    story = plan_made().when(VISIT, at=MAY, by=WORKER)
    gone = story.when(
        CorrectRecord(re=story.id, withdrawn=True, reason="Of another child."), at=MAY, by=WORKER
    )
    gone.clocks(C6="ended")
    assert [one.state(MAY) for one in gone.stream("child_protection_plan").clocks if one.rule == "C6"] == [
        "open",
        "ended",
    ]


def test_not_seen_it_meets_nothing():
    command = VISIT.model_copy(update={"seen": False, "alone": False, "why_not_seen": "Asleep."})
    story = plan_made().when(command, at=MAY, by=WORKER)
    assert isinstance(story.decided[0], ChildNotSeen)
    story.clocks(C6="open")


def test_a_visit_is_to_a_child_on_a_plan_and_says_why_not_alone():
    conference.when(VISIT, at=MAY, by=WORKER).refused("C6")
    together = VISIT.model_copy(update={"alone": False})
    plan_made().when(together, at=MAY, by=WORKER).refused("C6")
    assert plan_made(unborn).when(together, at=MAY, by=WORKER).refusal is None


# -- reviews


def test_a_review_that_goes_on_meets_c4_and_starts_c5():
    story = plan_made().when(REVIEW, at=JULY, by=CHAIR)
    assert isinstance(story.decided[0], ReviewConferenceHeld)
    story.clocks(C4="met", C5="open", C13="open", C23="open")
    assert story.clock("C5").due_at == london(2027, 1, 28)
    again = story.when(REVIEW, at=london(2027, 1, 27, 16), by=CHAIR)
    first, second = (one for one in again.stream("child_protection_plan").clocks if one.rule == "C5")
    assert (first.state(JULY), second.due_at) == ("met", london(2027, 7, 28))


@pytest.mark.parametrize(
    ("held", "due"),
    [
        (london(2026, 11, 30, 10), london(2027, 3, 1)),
        (london(2026, 1, 30, 10), london(2026, 5, 1)),
        (london(2027, 12, 29, 10), london(2028, 3, 30)),
    ],
    ids=["to the end of February", "to the end of April", "over a leap day"],
)
def test_three_months_keep_the_day_or_take_the_months_last(held, due):
    assert plan_made(conference, at=held).clock("C4").due_at == due


def test_it_closes_the_conference_that_waited():
    story = plan_made().when(SCHEDULE.model_copy(update={"date": JULY.date()}), at=MAY, by=CHAIR)
    reviewed = story.when(REVIEW, at=JULY, by=CHAIR)
    assert [type(each) for each in reviewed.decided] == [ReviewConferenceHeld, ConferenceClosed]


def test_a_category_that_changes_is_a_fact_of_its_own():
    emotional = REVIEW.model_copy(update={"category": Category.EMO})
    story = plan_made().when(emotional, at=JULY, by=CHAIR)
    assert story.decided[1] == CategoryChanged(
        child=CHILD, happened_at=JULY, review=story.id, category=Category.EMO, was=Category.NEG
    )
    unsaid = story.when(REVIEW.model_copy(update={"category": None}), at=LATER, by=CHAIR)
    assert [each.category for each in unsaid.decided] == [Category.EMO]


def test_a_review_ends_the_plan_and_what_was_due_on_it():
    story = plan_made().when(CORE_GROUP, at=MAY, by=WORKER).when(VISIT, at=MAY, by=WORKER)
    ended = story.when(END, at=london(2026, 5, 20, 11), by=CHAIR)
    assert [type(each) for each in ended.decided] == [ReviewConferenceHeld, ChildProtectionPlanEnded]
    ended.clocks(C2="met", C3="ended", C4="met", C5=None, C6="ended", C13="open")


def test_stepping_down_is_proposed_with_it():
    down = END.model_copy(update={"end_reason": PlanEnd.STEP_DOWN})
    story = plan_made().when(down, at=JULY, by=CHAIR)
    assert [type(each) for each in story.decided][1:] == [ChildProtectionPlanEnded, StepDownProposed]


def test_a_review_is_never_on_the_plans_first_day_nor_out_of_working_days_nor_without_a_plan():
    plan_made().when(REVIEW, at=london(2026, 4, 28, 16), by=CHAIR).refused("C4")
    plan_made().when(REVIEW, at=london(2026, 7, 25, 10), by=CHAIR).refused("C8")
    conference.when(REVIEW, at=JULY, by=CHAIR).refused("C4")


def test_it_is_quorate_or_says_why_not_and_when_the_next_is():
    few = REVIEW.model_copy(update={"present": ALL[:2]})
    plan_made().when(few, at=JULY, by=CHAIR).refused("C12")
    both = {"why_not_quorate": "Two were ill.", "new_date": date(2026, 8, 5)}
    story = plan_made().when(few.model_copy(update=both), at=JULY, by=CHAIR)
    assert not story.decided[0].quorate
    assert story.decided[-1].date == date(2026, 8, 5)


def test_one_that_ends_the_plan_says_why():
    with pytest.raises(ValueError, match="end_reason"):
        HoldReview(present=ALL, decision=ReviewDecision.END)


# -- its end, and the next one


@pytest.mark.parametrize("reason", PlanEnd)
def test_only_what_happened_ends_a_plan_without_a_review(reason):
    story = plan_made().when(EndPlan(reason=reason), at=JULY, by=CHAIR)
    if reason not in WITHOUT_REVIEW:
        story.refused("C5")
        return
    (ended,) = story.decided
    assert (ended.reason, ended.review, ended.sealed) == (reason, None, PlanEndText())
    story.clocks(C4="ended")


def test_it_does_not_end_on_the_day_on_which_it_started():
    died = EndPlan(reason=PlanEnd.DIED)
    plan_made().when(died, at=london(2026, 4, 28, 23), by=CHAIR).refused("C8")
    assert plan_made().when(died, at=london(2026, 4, 29), by=CHAIR).refusal is None


def test_what_ended_does_not_end_again():
    died = EndPlan(reason=PlanEnd.DIED)
    conference.when(died, at=JULY, by=CHAIR).refused("C5")
    plan_made().when(died, at=JULY, by=CHAIR).when(died, at=LATER, by=CHAIR).refused("C5")


def test_a_second_plan_has_clocks_of_its_own():
    ended = plan_made().when(END, at=JULY, by=CHAIR)
    second = ended.when(HOLD.model_copy(update={"previous_plans": 1}), at=LATER, by=CHAIR)
    second.clocks(C2="open", C4="open", C6="open")
    late = second.when(VISIT, at=london(2026, 9, 2, 9), happened=london(2026, 5, 6, 9), by=MANAGER)
    assert late.clock("C6").deadline.starts_at == LATER
