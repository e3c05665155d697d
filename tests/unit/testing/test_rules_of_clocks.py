"""For each line of "How a clock runs" the rules that want it, by their own figures: met, missed, and out of order."""

from datetime import date, datetime, timedelta

import pytest

from shared.domain.event import Event
from shared.domain.instants import london
from shared.team.corrections import CorrectRecord
from shared.team.deadlines import VaryDeadline
from shared.testing.deciders import Story
from tests.unit.testing.toy_rules import (
    AwareOfFostering,
    ChildBorn,
    ConferenceScheduled,
    CoreGroupHeld,
    DiscussionHeld,
    DueDateCorrected,
    Fact,
    FosteringEnded,
    FosteringVisited,
    HandoverAccepted,
    HarmEscalated,
    HarmSuspected,
    IncidentNotified,
    Notified,
    OrderEnded,
    OrderExtended,
    OrderMade,
    PlanMade,
    ReceivedFact,
    ReportShown,
    ReviewHeld,
    SchoolTold,
    ShiftBegan,
    StepDeferred,
    StepProposed,
    StillMissing,
    UnbornConferenceHeld,
    UnbornConferenceRequested,
    given,
)

MONDAY = london(2026, 4, 13, 9)
DAY = timedelta(days=1)


def told(*facts: tuple[type[Event], datetime], at: datetime | None = None, **more) -> Story:
    """These facts, written down in this order, each when it happened or all of them `at` one later moment."""
    story = given()
    for what, happened in facts:
        now = max(at or happened, story.last.now if story.last else happened)
        story = story.when(Fact(what=what, **more), at=now, happened=happened)
    return story


def clocks(story: Story, rule: str, now: datetime) -> list[tuple[datetime, datetime, str]]:
    """Each clock of a rule: when it started, is due, and how it stands."""
    return [
        (one.deadline.starts_at, one.due_at, one.state(now))
        for one in story.stream("facts").clocks
        if one.rule == rule
    ]


def due(story: Story, rule: str) -> datetime:
    clock = story.clock(rule)
    assert clock is not None
    return clock.due_at


# -- stages of one rule (A9: another limit and another unit), a chain that ends with the arrangement


def test_a_first_visit_in_seven_working_days_then_six_weeks_and_after_a_year_twelve():
    year_on = MONDAY + 366 * DAY
    story = told(
        (AwareOfFostering, MONDAY), (FosteringVisited, MONDAY + 4 * DAY), (FosteringVisited, year_on)
    )
    assert clocks(story, "A9", year_on) == [
        (MONDAY, london(2026, 4, 23), "met"),
        (MONDAY + 4 * DAY, london(2026, 5, 30), "missed"),
        (year_on, london(2027, 7, 8), "open"),
    ]


def test_a_fostering_visit_written_down_before_its_arrangement_or_after_its_end_needs_nothing_special():
    before = told((FosteringVisited, MONDAY - DAY), (AwareOfFostering, MONDAY), at=MONDAY + DAY)
    assert clocks(before, "A9", MONDAY + DAY) == [(MONDAY, london(2026, 4, 23), "open")]
    after = told(
        (AwareOfFostering, MONDAY),
        (FosteringEnded, MONDAY + 3 * DAY),
        (FosteringVisited, MONDAY + 5 * DAY),
        (FosteringVisited, MONDAY + 2 * DAY),
        at=MONDAY + 6 * DAY,
    )
    assert [state for _, _, state in clocks(after, "A9", MONDAY + 6 * DAY)] == ["met", "ended"]


@pytest.mark.parametrize(("stage", "by"), [(None, london(2026, 4, 14)), ("can_wait", london(2026, 4, 17))])
def test_a_discussion_that_can_wait_has_another_limit_of_the_same_rule(stage: str | None, by: datetime):
    story = told((HarmSuspected, MONDAY), stage=stage)
    assert due(story, "A11") == by
    story.when(Fact(what=DiscussionHeld), at=by - timedelta(minutes=1)).clocks(A11="met")
    story.when(Fact(what=DiscussionHeld), at=by).clocks(A11="missed").missed("A11")


# -- one act, several rules (A11, F10, R8)


def test_one_discussion_meets_whatever_runs_and_starts_nothing():
    story = told((HarmSuspected, MONDAY), (HarmEscalated, MONDAY), (StillMissing, MONDAY - DAY / 2))
    story.when(Fact(what=DiscussionHeld), at=MONDAY + DAY / 8).clocks(A11="met", F10="met", R8="met")
    late = story.when(Fact(what=DiscussionHeld), at=MONDAY + 2 * DAY).missed("A11", "F10", "R8")
    in_time = late.when(Fact(what=DiscussionHeld), at=MONDAY + 3 * DAY, happened=MONDAY + DAY / 3)
    in_time.clocks(A11="met", F10="met", R8="met").missed()


def test_a_discussion_before_the_start_meets_nothing_also_when_written_down_after():
    story = told((HarmSuspected, MONDAY), (DiscussionHeld, MONDAY - DAY), at=MONDAY + DAY / 4)
    story.clocks(A11="open")


# -- set before varied (A19's one extension)


def test_an_extension_gives_the_instant_and_nobody_varied_it():
    story = told((OrderMade, MONDAY), (OrderExtended, MONDAY + 7 * DAY))
    clock = story.clock("A19")
    assert clock is not None
    assert (clock.due_at, clock.varied) == (london(2026, 4, 29), False)
    story.clocks(london(2026, 4, 28), A19="open").clocks(london(2026, 4, 29), A19="missed")
    story.when(Fact(what=OrderEnded), at=london(2026, 4, 28)).clocks(A19="met")


def test_an_extension_written_down_after_the_first_instant_passed_leaves_the_miss_and_is_answered():
    story = told((OrderMade, MONDAY)).time_passes(until=london(2026, 4, 23)).missed("A19")
    late = story.when(Fact(what=OrderExtended), at=london(2026, 4, 23), happened=MONDAY + 7 * DAY)
    late.missed().clocks(A19="open").time_passes(until=london(2026, 4, 29)).missed("A19")


# -- starts that stand by themselves (C3, C4, C5) and a rule whose stages differ in what meets them (C16)


def test_the_first_review_is_due_in_three_months_the_next_six_months_after_each():
    story = told(
        (PlanMade, MONDAY), (ReviewHeld, london(2026, 7, 1, 10)), (ReviewHeld, london(2027, 1, 20, 10))
    )
    assert clocks(story, "C4", london(2027, 1, 21)) == [(MONDAY, london(2026, 7, 14), "met")]
    assert [(by, state) for _, by, state in clocks(story, "C5", london(2027, 1, 21))] == [
        (london(2027, 1, 2), "missed"),
        (london(2027, 7, 21), "open"),
    ]


def test_a_core_group_starts_the_next_with_no_plan_written_down_yet_and_in_any_order():
    held = [(CoreGroupHeld, MONDAY + n * 30 * DAY) for n in (0, 1, 2)]
    late = MONDAY + 61 * DAY
    one, other = told(*held, at=late), told(held[2], held[0], held[1], at=late)
    assert clocks(one, "C3", late) == clocks(other, "C3", late)
    assert [state for _, _, state in clocks(one, "C3", late)] == ["met", "met", "open"]


def test_before_the_birth_a_conference_counts_back_and_after_it_a_review_counts_on():
    story = told((UnbornConferenceRequested, MONDAY), day=date(2026, 8, 31))
    assert due(story, "C16/a") == london(2026, 6, 23)
    met = story.when(Fact(what=UnbornConferenceHeld), at=london(2026, 6, 22, 10))
    assert [state for _, _, state in clocks(met, "C16/a", MONDAY + DAY)] == ["met"]
    born = met.when(Fact(what=ChildBorn), at=london(2026, 8, 20, 7))
    assert clocks(born, "C16/b", born.last.now) == [(london(2026, 8, 20), london(2026, 9, 21), "open")]
    reviewed = born.when(Fact(what=ReviewHeld), at=london(2026, 9, 20, 10))
    assert [state for _, _, state in clocks(reviewed, "C16/b", reviewed.last.now)] == ["met"]
    born.time_passes(until=london(2026, 9, 21)).missed("C16/b")


def test_a_corrected_due_date_starts_it_anew_and_the_birth_ends_it():
    story = told((UnbornConferenceRequested, MONDAY), day=date(2026, 8, 31))
    anew = story.when(Fact(what=DueDateCorrected, day=date(2026, 9, 14)), at=MONDAY + 20 * DAY)
    assert [(by, state) for _, by, state in clocks(anew, "C16/a", MONDAY + 21 * DAY)] == [
        (london(2026, 6, 23), "ended"),
        (london(2026, 7, 7), "open"),
    ]
    early = anew.when(Fact(what=ChildBorn), at=MONDAY + 40 * DAY)
    assert [state for _, _, state in clocks(early, "C16/a", MONDAY + 41 * DAY)] == ["ended", "ended"]


def test_where_fewer_weeks_remain_than_the_rule_asks_for_no_clock_starts():
    assert clocks(told((UnbornConferenceRequested, MONDAY), day=date(2026, 6, 1)), "C16/a", MONDAY) == []


# -- a fact that starts and meets one rule (L1)


@pytest.mark.parametrize(
    ("knew", "told_at", "state"),
    [
        (
            london(2026, 4, 2, 16),
            london(2026, 4, 7, 23, 59),
            "met",
        ),  # over Easter, to the end of the next working day
        (london(2026, 4, 2, 16), london(2026, 4, 8), "missed"),
        (london(2026, 4, 2, 16), london(2026, 4, 2, 16), "met"),  # told in the instant it was known
    ],
)
def test_the_organisation_tells_by_the_end_of_the_next_working_day(knew, told_at, state):
    story = given().when(Fact(what=Notified, since=knew), at=told_at)
    story.clocks(L1=state).missed(*(["L1"] if state == "missed" else []))


def test_a_notification_found_to_have_come_in_time_is_judged_anew():
    story = given().when(Fact(what=Notified, since=MONDAY), at=MONDAY + 3 * DAY).missed("L1")
    right = CorrectRecord(re=story.id, reason="The letter came on Monday.", right_happened=MONDAY + DAY / 4)
    story.when(right, at=MONDAY + 4 * DAY).clocks(L1="met").missed()


# -- instants that are not a count (F11, C25, M19, M23)


def test_a_deferred_step_goes_to_the_panel_after_and_each_is_judged_by_its_own():
    story = told((StepProposed, london(2026, 4, 16, 10)))  # the panel has begun: the next one
    assert due(story, "F11") == london(2026, 4, 24)
    deferred = story.when(Fact(what=StepDeferred), at=london(2026, 4, 23, 10, 30))
    assert clocks(deferred, "F11", deferred.last.now) == [
        (london(2026, 4, 16, 10), london(2026, 4, 24), "met"),
        (london(2026, 4, 23, 10, 30), london(2026, 5, 1), "open"),
    ]
    deferred.time_passes(until=london(2026, 5, 1)).missed("F11")


def test_a_report_is_shown_three_clear_working_days_before_and_a_new_date_counts_anew():
    story = told((ConferenceScheduled, MONDAY), day=date(2026, 5, 6))
    assert due(story, "C25") == london(2026, 4, 30)  # over the bank holiday of 4 May
    moved = story.when(Fact(what=ConferenceScheduled, day=date(2026, 5, 20)), at=MONDAY + DAY)
    assert [(by, state) for _, by, state in clocks(moved, "C25", MONDAY + DAY)] == [
        (london(2026, 4, 30), "ended"),
        (london(2026, 5, 15), "open"),
    ]
    moved.when(Fact(what=ReportShown), at=london(2026, 5, 14, 23)).clocks(C25="met")
    moved.when(Fact(what=ReportShown), at=london(2026, 5, 15)).clocks(C25="missed")


@pytest.mark.parametrize(
    ("began", "by"),
    [
        (london(2026, 4, 2, 18), london(2026, 4, 7, 10)),  # Maundy Thursday, to Tuesday after Easter
        (london(2026, 4, 14, 8, 30), london(2026, 4, 14, 10)),
        (london(2026, 4, 14, 10), london(2026, 4, 15, 10)),
    ],
)
def test_a_shift_is_handed_over_in_the_first_working_hour(began: datetime, by: datetime):
    story = told((ShiftBegan, began))
    assert due(story, "M19") == by
    story.when(Fact(what=HandoverAccepted), at=by - timedelta(minutes=1)).clocks(M19="met")
    story.when(Fact(what=HandoverAccepted), at=by).clocks(M19="missed")
    late = story.time_passes(until=by + DAY).missed("M19")
    late.when(Fact(what=HandoverAccepted), at=by + DAY, happened=by - timedelta(minutes=5)).clocks(M19="met")


def test_a_school_is_told_before_nine_from_when_the_incident_was_received():
    written_up = ReceivedFact(what=IncidentNotified, received=london(2026, 4, 17, 23))
    story = given().when(written_up, at=london(2026, 4, 20, 11)).missed("M23")
    assert due(story, "M23") == london(2026, 4, 20, 9)
    told_then = story.when(
        Fact(what=SchoolTold), at=london(2026, 4, 20, 12), happened=london(2026, 4, 20, 8, 30)
    )
    told_then.clocks(M23="met")


# -- varied before and after the miss, within a bound, and under a correction of the start


def vary(rule: str, to: datetime) -> VaryDeadline:
    return VaryDeadline(rule=rule, due=to, reason="The paediatrician is away.")


def test_a_new_instant_lies_within_the_rules_own_bound_or_a_year():
    missing = told((StillMissing, MONDAY))
    bound = london(2026, 4, 21)  # the end of the seventh day from now
    missing.when(vary("R8", bound), at=MONDAY).clocks(R8="varied")
    missing.when(vary("R8", bound + timedelta(seconds=1)), at=MONDAY).refused("R8")
    plan = told((PlanMade, MONDAY))
    plan.when(vary("C4", london(2027, 4, 14)), at=MONDAY).clocks(C4="varied")
    plan.when(vary("C4", london(2027, 4, 14, 0, 1)), at=MONDAY).refused("C4")
    plan.when(vary("C4", MONDAY), at=MONDAY).refused("C4")


def test_varied_before_the_miss_the_old_instant_is_never_missed():
    story = told((StillMissing, MONDAY)).when(vary("R8", MONDAY + 3 * DAY), at=MONDAY + DAY / 2).missed()
    story.time_passes(until=MONDAY + DAY).missed()
    story.when(Fact(what=DiscussionHeld), at=MONDAY + 2 * DAY).clocks(R8="met").missed()
    story.time_passes(until=MONDAY + 3 * DAY).missed("R8")


def test_varied_after_the_miss_both_stay_and_the_new_instant_may_be_missed_once_more():
    story = told((StillMissing, MONDAY)).time_passes(until=MONDAY + DAY).missed("R8")
    varied = story.when(vary("R8", MONDAY + 3 * DAY), at=MONDAY + DAY).clocks(R8="varied").missed()
    varied.when(Fact(what=DiscussionHeld), at=MONDAY + 2 * DAY).clocks(R8="met")
    again = varied.time_passes(until=MONDAY + 3 * DAY).missed("R8")
    clock = again.clock("R8")
    assert clock is not None
    assert clock.said == {MONDAY + DAY, MONDAY + 3 * DAY}


def test_a_clock_that_passed_unsaid_is_said_with_its_variation():
    story = told((StillMissing, MONDAY)).when(vary("R8", MONDAY + 4 * DAY), at=MONDAY + 2 * DAY)
    assert [event.NAME for event in story.decided] == ["team.DeadlineMissed", "team.DeadlineVaried"]
    story.clocks(R8="varied")


def test_a_clock_born_past_due_is_missed_with_its_birth_and_met_by_what_was_done_in_time():
    late = given().when(Fact(what=StillMissing), at=MONDAY + 3 * DAY, happened=MONDAY).missed("R8")
    late.when(Fact(what=DiscussionHeld), at=MONDAY + 3 * DAY, happened=MONDAY + DAY / 2).clocks(R8="met")
    first_act = told((DiscussionHeld, MONDAY + DAY / 2), (StillMissing, MONDAY), at=MONDAY + 3 * DAY)
    first_act.missed().clocks(R8="met")


@pytest.mark.parametrize("order", ["varied, then corrected", "corrected, then varied"])
def test_a_varied_instant_outlives_a_correction_of_its_start(order: str):
    story = told((StillMissing, MONDAY))
    earlier = CorrectRecord(re=story.id, reason="He left before.", right_happened=MONDAY - DAY / 4)
    steps = [vary("R8", MONDAY + 3 * DAY), earlier]
    for command in steps if order.startswith("varied") else reversed(steps):
        story = story.when(command, at=MONDAY + DAY / 4)
    assert clocks(story, "R8", MONDAY + DAY / 4) == [(MONDAY - DAY / 4, MONDAY + 3 * DAY, "varied")]


def test_a_correction_of_the_start_alone_moves_the_instant_and_brings_the_miss_to_light():
    story = told((StillMissing, MONDAY))
    earlier = CorrectRecord(re=story.id, reason="He left before.", right_happened=MONDAY - DAY)
    story.when(earlier, at=MONDAY + DAY / 4).missed("R8").clocks(R8="missed")


def test_a_withdrawn_start_ended_when_it_started_and_its_withdrawal_can_be_undone():
    story = told((StillMissing, MONDAY))
    started = story.id
    gone = story.when(
        CorrectRecord(re=started, reason="He was in his room.", withdrawn=True), at=MONDAY + DAY / 4
    )
    assert clocks(gone, "R8", MONDAY + DAY / 2) == [(MONDAY, MONDAY + DAY, "ended")]
    again = CorrectRecord(re=started, reason="He was not.", right_happened=MONDAY)
    gone.when(again, at=MONDAY + DAY / 2).clocks(R8="open")
