"""Allocating a social worker, and agreeing how long the assessment may take (A3)."""

from datetime import date

import pytest
from pydantic import ValidationError

from services.assessment.codes import AssessmentKind
from services.assessment.events import (
    AllocationEnded,
    AllocationText,
    AssessmentStarted,
    AssessmentTimeAgreed,
    EndedText,
    WorkerAllocated,
)
from services.assessment.streams.assessment import AuthoriseAssessment, CompleteAssessment
from services.assessment.streams.referral import AllocateWorker, StartAssessment, TakeImmediateHarm
from shared.domain.clock_facts import DeadlineVaried
from shared.domain.code_lists import PrimaryNeed, ReceivingTeam, ReferralSource
from shared.domain.fields import Professional
from shared.domain.instants import london
from shared.domain.rules import Deadline
from shared.testing.facts import THING
from tests.unit.assessment.referrals import (
    ALLOCATE,
    CONTACT,
    EW_2026,
    MANAGER,
    RECEIVED,
    WORKER,
    given,
    opened,
)

TUESDAY = london(2026, 4, 7, 9, 15)


def agreed(days):
    return ALLOCATE.model_copy(update={"assessment_due_in_working_days": days})


STARTED = AssessmentStarted(referral=THING, kind=AssessmentKind.CHILDREN_AND_FAMILIES)
OTHER = Professional(id=MANAGER.id, name="Ravi Cole")


def time_agreed(days, due):
    limit = Deadline(RECEIVED, due, rule="A3", edition=EW_2026, agreed=True)
    return AssessmentTimeAgreed(working_days=days, assess_by=limit)


def test_a_manager_allocates_agrees_the_time_and_the_assessment_starts():
    opened().when(ALLOCATE, at=TUESDAY, by=MANAGER).then(
        WorkerAllocated(
            worker=WORKER.id,
            assessment_due_in_working_days=30,
            sealed=AllocationText(worker_name="Mia Dunn", reason="Moderate complexity."),
        ),
        time_agreed(30, london(2026, 5, 20)),
        STARTED,
    ).clocks(A3="open")


@pytest.mark.parametrize(("days", "due"), [(1, london(2026, 4, 8)), (45, london(2026, 6, 11))])
def test_up_to_45_working_days_may_be_agreed_from_when_the_contact_was_received(days, due):
    story = opened().when(agreed(days), at=TUESDAY)
    assert story.clock("A3").due_at == due
    assert not story.clock("A3").varied


def test_where_no_time_is_agreed_45_working_days_stand_and_the_first_agreement_varies_nothing():
    story = opened().when(agreed(None), at=TUESDAY)
    story.then(WorkerAllocated(worker=WORKER.id, assessment_due_in_working_days=45), STARTED)
    assert story.clock("A3").due_at == london(2026, 6, 11)
    first = story.when(agreed(20), at=TUESDAY).then(time_agreed(20, london(2026, 5, 6)))
    first.clocks(A3="open")


def test_a_later_agreement_is_a_variation_with_its_reason():
    story = opened().when(ALLOCATE, at=TUESDAY).when(agreed(40), at=TUESDAY, by=MANAGER)
    (varied,) = story.decided
    assert isinstance(varied, DeadlineVaried)
    assert (varied.was_due_at, varied.due_at) == (london(2026, 5, 20), london(2026, 6, 4))
    assert varied.sealed.reason == "Moderate complexity."
    story.clocks(A3="varied")
    story.when(agreed(40), at=TUESDAY, by=MANAGER).nothing()


def test_a_later_agreement_names_no_instant_that_has_passed():
    story = opened().when(ALLOCATE, at=TUESDAY)
    story.when(agreed(1), at=london(2026, 4, 20), by=MANAGER).refused("A3")


@pytest.mark.parametrize("days", [46, 1000])
def test_more_than_45_is_refused(days):
    opened().when(agreed(days), at=TUESDAY).refused("A3")


@pytest.mark.parametrize("days", [0, -1, 30.5, "30", True])
def test_what_is_no_number_of_days_is_no_command(days):
    with pytest.raises(ValidationError):
        AllocateWorker.model_validate({**ALLOCATE.model_dump(), "assessment_due_in_working_days": days})


def test_the_same_again_is_already_so():
    opened().when(ALLOCATE, at=TUESDAY).when(ALLOCATE, at=TUESDAY).nothing()


def test_another_worker_ends_the_formers_allocation_and_the_time_stands():
    allocated = opened().when(ALLOCATE, at=TUESDAY)
    other = ALLOCATE.model_copy(
        update={
            "worker": OTHER,
            "assessment_due_in_working_days": None,
            "former_ended_because": "On leave.",
            "team": ReceivingTeam.CHILDREN_WITH_DISABILITIES,
        }
    )
    allocated.when(other, at=TUESDAY).then(
        WorkerAllocated(
            worker=OTHER.id,
            assessment_due_in_working_days=30,
            team=ReceivingTeam.CHILDREN_WITH_DISABILITIES,
        ),
        AllocationEnded(worker=WORKER.id, sealed=EndedText(reason="On leave.")),
    ).clocks(A3="open")


def test_the_need_is_said_where_the_referral_came_without_one():
    harmed = given().when(
        TakeImmediateHarm(contact=CONTACT, received_at=RECEIVED, source=ReferralSource.S6), at=RECEIVED
    )
    need = ALLOCATE.model_copy(update={"primary_need": PrimaryNeed.N5})
    assert harmed.when(need, at=TUESDAY).decided[0].primary_need is PrimaryNeed.N5
    assert opened().when(need, at=TUESDAY).decided[0].primary_need is None


def test_an_assessment_starts_before_a_worker_is_allocated_and_is_the_same_one():
    story = opened().when(StartAssessment(due_in_working_days=20), at=TUESDAY, by=WORKER)
    story.then(time_agreed(20, london(2026, 5, 6)), STARTED).clocks(A3="open")
    then = story.when(agreed(None), at=TUESDAY)
    then.then(WorkerAllocated(worker=WORKER.id, assessment_due_in_working_days=20))


def test_one_assessment_is_open_at_a_time():
    allocated = opened().when(ALLOCATE, at=TUESDAY)
    allocated.when(StartAssessment(), at=TUESDAY, by=MANAGER).refused("A10")
    opened().when(StartAssessment(due_in_working_days=46), at=TUESDAY).refused("A3")
    given().when(StartAssessment(), at=TUESDAY).refused("A10", reason="no_referral")


def completed(story):
    said = CompleteAssessment(outcome="no_further_action", factors=("21",))
    return story.when(said, at=TUESDAY, by=WORKER).when(AuthoriseAssessment(), at=TUESDAY, by=MANAGER)


def test_another_assessment_of_the_episode_starts_after_the_first_and_has_no_clock_of_its_own():
    story = completed(opened().when(ALLOCATE, at=TUESDAY, by=MANAGER)).clocks(A3="met")
    again = StartAssessment(due_in_working_days=20, kind="pre_birth", review_on="2026-05-01")
    second = AssessmentStarted(referral=THING, kind=AssessmentKind.PRE_BIRTH, review_on=date(2026, 5, 1))
    story.when(again, at=TUESDAY, by=WORKER).then(second).clocks(A3="met")


def test_without_a_referral_there_is_nothing_to_allocate():
    given().when(ALLOCATE, at=TUESDAY).refused("A10", reason="no_referral")


def test_where_both_forbid_it_both_are_named():
    given().when(agreed(46), at=TUESDAY).refused("A3", "A10")
