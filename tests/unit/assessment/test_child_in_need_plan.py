"""A child-in-need plan: with consent by whom it counts (A14), one plan at a time (C8), after an authorised assessment (A10)."""

from datetime import date, timedelta

import pytest

from services.assessment.codes import PlanDecision, PlanEnd
from services.assessment.events import (
    ChildInNeedPlanEnded,
    ChildInNeedPlanReviewed,
    ChildInNeedPlanStarted,
    NotesText,
    PlanQuestioned,
    PlanText,
)
from services.assessment.streams.child_in_need_plan import CeaseChildInNeedPlan
from services.assessment.streams.protection_plan import NoteProtectionPlan, NoteProtectionPlanEnd
from shared.domain.code_lists import Progress
from shared.domain.instants import london
from shared.domain.rules import Deadline
from shared.team.meetings import ActionText
from shared.testing.facts import ADULT, CHILD, THING
from tests.unit.assessment.plans import (
    END,
    MANAGER,
    REVIEW,
    START,
    STARTED,
    WORKER,
    assessed,
    planned,
    unassessed,
)

EW_2026 = "rules 2026-11; calendar EW-2026-11"
LATER = STARTED + timedelta(days=30)
A_MOMENT = timedelta(microseconds=1)


def test_it_starts_with_consent_and_visits_and_a_review_are_due():
    assessed().when(START, at=STARTED, by=WORKER).then(
        ChildInNeedPlanStarted(
            consented_by=ADULT,
            partners=("education",),
            first_review=date(2026, 6, 1),
            visit_by=Deadline(STARTED, london(2026, 5, 20), rule="A15", edition=EW_2026),
            review_by=Deadline(STARTED, london(2026, 6, 2), rule="A18", edition=EW_2026),
            sealed=PlanText(
                outcomes=("Ava eats and sleeps well",),
                actions=(ActionText(what="Breakfast club", owner="education", by="2026-05-01"),),
            ),
        )
    ).clocks(A15="open", A18="open")


def test_a_first_review_that_is_named_moves_no_clock():
    early = START.model_copy(update={"first_review": date(2026, 4, 27)})
    assert assessed().when(early, at=STARTED, by=WORKER).clock("A18").due_at == london(2026, 6, 2)


@pytest.mark.parametrize(
    ("who", "competent", "may"),
    [
        (ADULT, False, True),
        (CHILD, True, True),
        (CHILD, False, False),
        (THING, False, False),
        (THING, True, False),
    ],
)
def test_who_consents_holds_parental_responsibility_or_is_the_competent_child(who, competent, may):
    command = START.model_copy(update={"consented_by": who, "gillick_competent": competent})
    story = assessed().when(command, at=STARTED, by=WORKER)
    assert bool(story.decided) == may
    if not may:
        story.refused("A14")


def test_without_an_authorised_assessment_there_is_no_plan():
    unassessed().when(START, at=STARTED, by=WORKER).refused("A10")


def test_a_child_has_one_plan_at_a_time():
    planned().when(START, at=LATER, by=WORKER).refused("C8")
    ended = planned().when(END, at=LATER, by=WORKER)
    assert ended.when(START, at=LATER + timedelta(days=1), by=WORKER).clocks(A15="open", A18="open").decided


def test_nor_one_beside_a_child_protection_plan():
    protected = assessed().when(NoteProtectionPlan(plan=THING), at=STARTED)
    protected.when(START, at=STARTED, by=WORKER).refused("C8")
    over = protected.when(NoteProtectionPlanEnd(plan=THING), at=STARTED)
    assert over.when(START, at=STARTED, by=WORKER).decided


@pytest.mark.parametrize("decision", PlanDecision)
def test_a_review_starts_the_next_unless_the_plan_is_to_end(decision):
    command = REVIEW.model_copy(update={"decision": decision})
    story = planned().when(command, at=LATER, by=WORKER)
    to_end = decision is PlanDecision.END
    story.then(
        ChildInNeedPlanReviewed(
            progress=Progress.GOOD,
            decision=decision,
            present=("education",),
            partners=("education",),
            review_by=None if to_end else Deadline(LATER, london(2026, 7, 2), rule="A18", edition=EW_2026),
            sealed=NotesText(notes=""),
        )
    ).clocks(A18="met" if to_end else "open", A15="missed")


def test_it_ends_and_nothing_is_due_any_more():
    story = planned().when(END, at=STARTED + timedelta(days=9), by=WORKER)
    story.then(
        ChildInNeedPlanEnded(reason=PlanEnd.GOALS_MET, partners=("education",), sealed=NotesText(notes=""))
    ).clocks(A15="ended", A18="ended")


@pytest.mark.parametrize("command", [REVIEW, END])
def test_where_no_plan_is_open_there_is_nothing_to_review_or_end(command):
    assessed().when(command, at=STARTED, by=WORKER).refused("A18", reason="no_plan")
    planned().when(END, at=LATER, by=WORKER).when(command, at=LATER, by=WORKER).refused("A18")
    planned().when(command, at=LATER, by=WORKER, happened=STARTED - A_MOMENT).refused("A18")


def test_what_others_tell_ends_a_plan_that_had_begun_and_no_other():
    cease = CeaseChildInNeedPlan(reason=PlanEnd.LOOKED_AFTER)
    planned().when(cease, at=LATER).then(
        ChildInNeedPlanEnded(reason=PlanEnd.LOOKED_AFTER, partners=("education",))
    )
    the_day_before = STARTED - timedelta(days=1)
    planned().when(cease, at=LATER, happened=the_day_before).then(
        PlanQuestioned(reason=PlanEnd.LOOKED_AFTER, happened_at=STARTED)
    )
    (same_day,) = planned().when(cease, at=LATER, happened=STARTED - A_MOMENT).decided
    assert same_day.happened_at == STARTED
    assessed().when(cease, at=LATER).nothing()
    planned().when(END, at=LATER, by=MANAGER).when(cease, at=LATER).nothing()
