"""Allocating a social worker, and agreeing how long the assessment may take (A3)."""

import pytest
from pydantic import ValidationError

from services.assessment.events import AllocationText, WorkerAllocated
from services.assessment.streams.referral import AllocateWorker
from shared.domain.fields import Professional
from shared.domain.instants import london
from tests.unit.assessment.referrals import ALLOCATE, MANAGER, WORKER, given, opened

TUESDAY = london(2026, 4, 7, 9, 15)


def agreed(days):
    return ALLOCATE.model_copy(update={"assessment_due_in_working_days": days})


def test_a_manager_allocates_and_agrees_the_time():
    opened().when(ALLOCATE, at=TUESDAY, by=MANAGER).then(
        WorkerAllocated(
            worker=WORKER.id,
            assessment_due_in_working_days=30,
            sealed=AllocationText(worker_name="Mia Dunn", reason="Moderate complexity."),
        )
    )


@pytest.mark.parametrize("days", [1, 45])
def test_up_to_45_working_days_may_be_agreed(days):
    opened().when(agreed(days), at=TUESDAY).then(
        WorkerAllocated(worker=WORKER.id, assessment_due_in_working_days=days)
    )


@pytest.mark.parametrize("days", [46, 1000])
def test_more_than_45_is_refused(days):
    opened().when(agreed(days), at=TUESDAY).refused("A3")


@pytest.mark.parametrize("days", [0, -1, 30.5, "30", True])
def test_what_is_no_number_of_days_is_no_command(days):
    with pytest.raises(ValidationError):
        AllocateWorker.model_validate({**ALLOCATE.model_dump(), "assessment_due_in_working_days": days})


def test_the_same_again_is_already_so():
    opened().when(ALLOCATE, at=TUESDAY).when(ALLOCATE, at=TUESDAY).nothing()


def test_another_worker_or_another_time_is_a_new_allocation():
    other = Professional(id=MANAGER.id, name="Ravi Cole")
    allocated = opened().when(ALLOCATE, at=TUESDAY)
    allocated.when(ALLOCATE.model_copy(update={"worker": other}), at=TUESDAY).then(
        WorkerAllocated(worker=other.id, assessment_due_in_working_days=30)
    )
    allocated.when(agreed(20), at=TUESDAY).then(
        WorkerAllocated(worker=WORKER.id, assessment_due_in_working_days=20)
    )


def test_without_a_referral_there_is_nothing_to_allocate():
    given().when(ALLOCATE, at=TUESDAY).refused("A10", reason="no_referral")


def test_where_both_forbid_it_both_are_named():
    given().when(agreed(46), at=TUESDAY).refused("A3", "A10")
