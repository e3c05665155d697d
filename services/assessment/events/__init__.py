"""What referral and assessment tells: every event of the team, its versions and upcasters.

A field that holds a `Deadline` names in its type the rule whose clock it starts.
"""

from services.assessment.events.referral import (
    AllocationText,
    ImmediateHarmMarked,
    OpeningText,
    ReferralLevelled,
    ReferralOpened,
    WorkerAllocated,
)
from services.assessment.events.visits import ChildNotSeen, ChildSeen, VisitText

__all__ = [
    "AllocationText",
    "ChildNotSeen",
    "ChildSeen",
    "ImmediateHarmMarked",
    "OpeningText",
    "ReferralLevelled",
    "ReferralOpened",
    "VisitText",
    "WorkerAllocated",
]
