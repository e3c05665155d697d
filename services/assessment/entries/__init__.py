"""What the facts of referral and assessment say in the chronology. Nobody else sees them, but where an entry says so."""

from services.assessment.entries import (
    asking,
    assessing,
    closing,
    fostering,
    plan,
    protection,
    referral,
    strategy,
    visits,
)
from services.assessment.entries.team import entries
from services.assessment.events import (
    AllocationEnded,
    AssessmentStarted,
    ChildSeen,
    PrivateFosteringVisited,
    WorkerAllocated,
)

entries.one(WorkerAllocated, AllocationEnded, AssessmentStarted)
entries.one(PrivateFosteringVisited, ChildSeen)

__all__ = [
    "asking",
    "assessing",
    "closing",
    "entries",
    "fostering",
    "plan",
    "protection",
    "referral",
    "strategy",
    "visits",
]
