"""What the facts of referral and assessment say in the chronology. Nobody else sees them, but where an entry says so."""

from services.assessment.entries import asking, assessing, protection, referral, strategy, visits
from services.assessment.entries.team import entries
from services.assessment.events import AllocationEnded, AssessmentStarted, WorkerAllocated

entries.one(WorkerAllocated, AllocationEnded, AssessmentStarted)

__all__ = ["asking", "assessing", "entries", "protection", "referral", "strategy", "visits"]
