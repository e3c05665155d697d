"""Before care proceedings: C9 and C18 to C22, over holidays and clock changes, in order, and to either end."""

from dataclasses import asdict
from datetime import date, timedelta

import pytest

from services.conference.api import _proceedings
from services.conference.codes import (
    CmrDecision,
    CmrTrigger,
    LegalPlanningOutcome,
    Order,
    PreProceedingsDecision,
    PreProceedingsEnd,
)
from services.conference.events import (
    CaseManagementReviewHeld,
    CaseManagementText,
    LegalPlanningDecided,
    LegalPlanningMeetingHeld,
    LetterBeforeProceedingsSent,
    PreProceedingsBegun,
    PreProceedingsEnded,
    PreProceedingsMeetingHeld,
    PreProceedingsReviewed,
    ProceedingsIssued,
)
from services.conference.streams.child_file import RecordCaseManagementReview
from services.conference.streams.pre_proceedings import (
    Agreed,
    DecideLegalPlanning,
    EndPreProceedings,
    HoldLegalPlanningMeeting,
    HoldPreProceedingsMeeting,
    IssueProceedings,
    ReviewPreProceedings,
    SendLetterBeforeProceedings,
)
from services.conference.views import tracker
from shared.domain.code_lists import Progress
from shared.domain.fields import Professional
from shared.domain.instants import london
from shared.team.deadlines import VaryDeadline
from shared.testing.facts import ADULT, event_id
from tests.unit.chronology.sights import CARE
from tests.unit.conference.conferences import CHAIR, EXPECT, MANAGER, conference, plan_made
from tests.unit.conference.test_entries import seen, title

A_MOMENT = timedelta(microseconds=1)
JUNE = london(2026, 6, 1, 10)
CMR = RecordCaseManagementReview(
    decision=CmrDecision.LEGAL_PLANNING,
    reason="Nothing changes.",
    trigger=CmrTrigger.NO_PROGRESS,
    present=("Mia",),
)
DECIDE = DecideLegalPlanning(reason="Drift.", decided_by=Professional(id=MANAGER.id, name="Ravi Cole"))
PLAN_MEETING = HoldLegalPlanningMeeting(
    present=("Counsel",), decision=LegalPlanningOutcome.PRE_PROCEEDINGS, threshold_met=True, advice="Write."
)
LETTER = SendLetterBeforeProceedings(to=(ADULT,), fgdm_offered=True, changes_needed=("Stop drinking.",))
AGREE = HoldPreProceedingsMeeting(
    present=("Counsel",),
    family=(ADULT,),
    legal_representation=True,
    agreement=(Agreed(what="Tests", owner="Grace", by=date(2026, 8, 1)),),
    contingency="Her aunt.",
)
REVIEW = ReviewPreProceedings(
    progress=Progress.SOME, decision=PreProceedingsDecision.CONTINUE, contingency="Her aunt."
)
ISSUE = IssueProceedings(order_sought=Order.INTERIM_CARE_ORDER, court_reference="XY26C00001")
END = EndPreProceedings(reason=PreProceedingsEnd.RISK_REDUCED)
STEPS = (DECIDE, PLAN_MEETING, LETTER, AGREE)


def reviewed(story=conference, at=JUNE):
    return story.when(CMR, at=at, by=MANAGER)


def come_to(*steps, at=JUNE):
    story = reviewed(at=at)
    for step in steps:
        story = story.when(step, at=at, by=MANAGER)
        assert story.refusal is None
    return story


# -- C9


def test_a_case_management_review_decides_on_legal_planning():
    story = reviewed()
    story.then(
        CaseManagementReviewHeld(
            decision=CmrDecision.LEGAL_PLANNING,
            trigger=CmrTrigger.NO_PROGRESS,
            sealed=CaseManagementText(reason="Nothing changes.", present=("Mia",)),
        )
    )
    decided = story.when(DECIDE, at=JUNE, by=MANAGER)
    assert [type(each) for each in decided.decided] == [PreProceedingsBegun, LegalPlanningDecided]


def test_without_one_it_is_refused_but_in_an_emergency():
    conference.when(DECIDE, at=JUNE, by=MANAGER).refused("C9")
    emergency = DECIDE.model_copy(update={"emergency": True})
    assert conference.when(emergency, at=JUNE, by=MANAGER).refusal is None


def test_one_from_before_the_plan_does_not_count():
    early = reviewed(at=london(2026, 4, 20, 10))
    plan = plan_made(early)
    plan.when(DECIDE, at=JUNE, by=MANAGER).refused("C9")
    assert reviewed(plan).when(DECIDE, at=JUNE, by=MANAGER).refusal is None


def test_nor_does_one_from_before_a_further_incident_under_it():
    plan = reviewed(plan_made(), at=london(2026, 5, 5, 10))
    incident = plan.when(EXPECT.model_copy(update={"section_47": event_id(96)}), at=london(2026, 5, 20, 10))
    incident.when(DECIDE, at=JUNE, by=MANAGER).refused("C9")
    assert reviewed(incident).when(DECIDE, at=JUNE, by=MANAGER).refusal is None


# -- C18 to C22


@pytest.mark.parametrize(
    ("done", "command", "rule"),
    [
        ((), PLAN_MEETING, "C18"),
        ((DECIDE,), LETTER, "C18"),
        ((DECIDE, PLAN_MEETING), AGREE, "C20"),
        ((DECIDE, PLAN_MEETING, LETTER), REVIEW, "C21"),
        ((), END, "C22"),
    ],
    ids=["meeting", "letter", "agreement", "review", "end"],
)
def test_nothing_is_done_before_what_it_follows(done, command, rule):
    come_to(*done).when(command, at=JUNE, by=MANAGER).refused(rule)


@pytest.mark.parametrize(
    ("rule", "done", "act", "start", "due"),
    [
        ("C18", (DECIDE,), PLAN_MEETING, JUNE, london(2026, 6, 16)),
        ("C18", (DECIDE,), PLAN_MEETING, london(2026, 12, 22, 10), london(2027, 1, 9)),
        ("C18", (DECIDE,), PLAN_MEETING, london(2026, 4, 2, 10), london(2026, 4, 21)),
        ("C19", (DECIDE, PLAN_MEETING), LETTER, JUNE, london(2026, 6, 16)),
        ("C19", (DECIDE, PLAN_MEETING), LETTER, london(2026, 3, 27, 10), london(2026, 4, 15)),
        ("C20", (DECIDE, PLAN_MEETING, LETTER), AGREE, JUNE, london(2026, 6, 16)),
        ("C20", (DECIDE, PLAN_MEETING, LETTER), AGREE, london(2026, 10, 23, 10), london(2026, 11, 7)),
        ("C21", STEPS, REVIEW, JUNE, london(2026, 7, 14)),
        ("C21", STEPS, REVIEW, london(2026, 10, 1, 10), london(2026, 11, 13)),
        ("C22", (DECIDE, PLAN_MEETING, LETTER), ISSUE, JUNE, london(2026, 9, 22)),
        ("C22", (DECIDE, PLAN_MEETING, LETTER), END, london(2026, 12, 1, 10), london(2027, 3, 24)),
    ],
)
def test_each_is_due_and_late_at_that_instant(rule, done, act, start, due):
    story = come_to(*done, at=start)
    assert story.clock(rule).due_at == due
    first = story.clock(rule)
    in_time = story.when(act, at=due - A_MOMENT, by=MANAGER).stream("pre_proceedings").clocks
    assert in_time.find(rule, first.started_by).state(due) == "met"
    late = story.when(act, at=due, by=MANAGER).stream("pre_proceedings").clocks
    assert late.find(rule, first.started_by).state(due) == "missed"
    filed = story.when(act, at=due + timedelta(days=2), happened=due - A_MOMENT, by=MANAGER)
    assert filed.stream("pre_proceedings").clocks.find(rule, first.started_by).state(due) == "met"


def test_a_meeting_that_decides_otherwise_asks_for_no_letter_and_not_met_closes_it():
    for decision in (LegalPlanningOutcome.ISSUE_NOW, LegalPlanningOutcome.MORE_INFORMATION):
        other = PLAN_MEETING.model_copy(update={"decision": decision})
        story = come_to(DECIDE).when(other, at=JUNE, by=MANAGER)
        assert isinstance(story.decided[0], LegalPlanningMeetingHeld)
        story.clocks(C18="met", C19=None)
        story.when(LETTER, at=JUNE, by=MANAGER).refused("C18")
    not_met = PLAN_MEETING.model_copy(
        update={"decision": LegalPlanningOutcome.NOT_MET, "threshold_met": False}
    )
    closed = come_to(DECIDE).when(not_met, at=JUNE, by=MANAGER)
    closed.when(END, at=JUNE, by=MANAGER).refused("C22")
    assert len(closed.when(DECIDE, at=JUNE, by=MANAGER).decided) == 2


def test_the_letter_offers_family_group_decision_making_or_says_why_not():
    silent = LETTER.model_copy(update={"fgdm_offered": False})
    come_to(DECIDE, PLAN_MEETING).when(silent, at=JUNE, by=MANAGER).refused("C19")
    said = silent.model_copy(update={"why_not_offered": "He would find her."})
    story = come_to(DECIDE, PLAN_MEETING).when(said, at=JUNE, by=MANAGER)
    assert isinstance(story.decided[0], LetterBeforeProceedingsSent)
    story.clocks(C19="met", C20="open", C22="open")


def test_every_rule_that_forbids_the_letter_is_named():
    silent = LETTER.model_copy(update={"fgdm_offered": False})
    conference.when(silent, at=JUNE, by=MANAGER).refused("C19", "C18")


def test_a_review_that_goes_on_starts_the_next_and_another_does_not():
    story = come_to(*STEPS)
    assert isinstance(story.decided[0], PreProceedingsMeetingHeld)
    again = story.when(REVIEW, at=london(2026, 7, 1, 10), by=MANAGER)
    assert isinstance(again.decided[0], PreProceedingsReviewed)
    again.clocks(C21="open")
    assert again.clock("C21").due_at == london(2026, 8, 13)
    ends = REVIEW.model_copy(update={"decision": PreProceedingsDecision.ISSUE})
    again.when(ends, at=london(2026, 8, 3, 10), by=MANAGER).clocks(C21="met")


@pytest.mark.parametrize(("command", "fact"), [(ISSUE, ProceedingsIssued), (END, PreProceedingsEnded)])
def test_either_end_meets_c22_and_ends_what_is_left(command, fact):
    story = come_to(DECIDE, PLAN_MEETING, LETTER).when(command, at=london(2026, 6, 8, 10), by=MANAGER)
    assert type(story.decided[-1]) is fact
    story.clocks(C18="met", C19="met", C20="ended", C22="met")
    story.when(END, at=london(2026, 6, 9, 10), by=MANAGER).refused("C22")


def test_proceedings_are_issued_whatever_came_before():
    story = conference.when(ISSUE, at=JUNE, by=MANAGER)
    assert [type(each) for each in story.decided] == [PreProceedingsBegun, ProceedingsIssued]


def test_decided_on_again_the_meeting_is_due_anew():
    story = come_to(DECIDE).when(DECIDE, at=london(2026, 6, 3, 10), by=MANAGER)
    assert [type(each) for each in story.decided] == [LegalPlanningDecided]


# -- who sees it, and the tracker


def test_nobody_else_sees_it_but_that_proceedings_were_issued_who_was_at_the_conference():
    story = reviewed(plan_made())
    for step in (*STEPS, REVIEW, ISSUE):
        story = story.when(step, at=london(2026, 6, 5, 10), by=MANAGER)
        assert story.refusal is None
    found = seen(story)
    assert found["Care proceedings issued"] == {CARE, *title("police", "health", "education")}
    for said in (
        "Case management review: legal planning",
        "Legal planning decided",
        "Legal planning meeting: pre-proceedings",
        "Letter before proceedings sent",
        "Pre-proceedings meeting held",
        "Pre-proceedings reviewed: some progress; continue",
    ):
        assert found[said] == {CARE}
    ended = seen(come_to(DECIDE).when(END, at=JUNE, by=MANAGER))
    assert ended["Pre-proceedings ended: the risk is less"] == {CARE}
    assert "Care proceedings issued" in seen(conference.when(ISSUE, at=JUNE, by=MANAGER))


def test_the_tracker_says_how_far_each_has_come():
    story = come_to(*STEPS)
    (row,) = story.rows(tracker)
    assert (row.decided_at, row.decision, row.written_at, row.agreed_at) == (
        JUNE,
        "pre_proceedings",
        JUNE,
        JUNE,
    )
    assert (row.finish_by, row.is_open) == (london(2026, 9, 22), True)
    shown = _proceedings(asdict(row), None)
    assert (shown["due_at"], shown["agreed_at"], shown["ended_by"]) == (
        "2026-09-21T23:00:00+00:00",
        "2026-06-01T09:00:00+00:00",
        None,
    )
    moved = VaryDeadline(rule="C22", due=london(2026, 10, 1, 17), reason="An expert is late.")
    (row,) = story.when(moved, at=london(2026, 7, 1, 9), by=CHAIR).rows(tracker)
    assert row.finish_by == london(2026, 10, 1, 17)
    (row,) = story.when(REVIEW, at=london(2026, 7, 1, 10), by=MANAGER).rows(tracker)
    assert row.reviewed_at == london(2026, 7, 1, 10)
    (row,) = story.when(END, at=london(2026, 7, 2, 10), by=MANAGER).rows(tracker)
    assert (row.is_open, row.ended_by) == (False, "risk_reduced")
    (row,) = conference.when(ISSUE, at=JUNE, by=MANAGER).rows(tracker)
    assert (row.is_open, row.ended_by) == (False, "issued")
