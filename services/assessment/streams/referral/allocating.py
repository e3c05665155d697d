"""Giving a child a social worker, and agreeing how long the assessment may take (A3)."""

from typing import Annotated

from pydantic import Field

from services.assessment.events import AllocationText, WorkerAllocated
from services.assessment.rules import MOST_WORKING_DAYS
from services.assessment.streams.referral.state import Referral, ReferralEvent, none_open
from shared.domain.command import Command, refuse_all
from shared.domain.fields import Professional, Text


class AllocateWorker(Command, name="assessment.AllocateWorker"):
    """Give the child a social worker, and agree how many working days the assessment may take: at most 45 (A3)."""

    worker: Professional
    assessment_due_in_working_days: Annotated[int, Field(ge=1, le=1000, strict=True)] = MOST_WORKING_DAYS
    reason: Text = ""


def allocate_worker(command: AllocateWorker, state: Referral) -> list[ReferralEvent]:
    """Allocate a worker, or another; the same one for the same time is already so."""
    worker, days = command.worker, command.assessment_due_in_working_days
    refuse_all(
        (
            "A3",
            days > MOST_WORKING_DAYS,
            f"an assessment takes at most {MOST_WORKING_DAYS} working days; agree to fewer",
        ),
        none_open(state),
    )
    if (state.worker, state.working_days) == (worker.id, days):
        return []
    return [
        WorkerAllocated(
            worker=worker.id,
            worker_agency=worker.agency,
            assessment_due_in_working_days=days,
            sealed=AllocationText(worker_name=worker.name, reason=command.reason),
        )
    ]
