"""What a referral says in the chronology: opened, given to a worker."""

from services.assessment.entries.team import entries
from services.assessment.events import AllocationEnded, ReferralOpened, WorkerAllocated
from shared.team.entries import Entry, Text


@entries.on(ReferralOpened)
def _(event: ReferralOpened, text: Text) -> Entry:
    """Of a case from another authority, which one."""
    why = event.primary_need.label.lower() if event.primary_need else "need not stated yet"
    harm = " (immediate harm)" if event.immediate_harm else ""
    return Entry(
        title=f"Referral opened: {why}{harm}", topic="referral", parts=text.parts(from_authority="From")
    )


@entries.on(WorkerAllocated)
def _(event: WorkerAllocated, text: Text) -> Entry:
    days = event.assessment_due_in_working_days
    team = f" ({event.team.label.lower()})" if event.team else ""
    return Entry(
        title=f"Social worker allocated{team}; assessment within {days} working days",
        topic="referral",
        parts=text.parts(worker_name="Social worker", reason="Why this time"),
    )


@entries.on(AllocationEnded)
def _(event: AllocationEnded, text: Text) -> Entry:
    return Entry(
        title="Allocation of a social worker ended", topic="referral", parts=text.parts(reason="Why")
    )
