"""What referral and assessment tells: every event of the team, its versions and upcasters.

A field that holds a `Deadline` names in its type the rule whose clock it starts.
"""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from shared.domain.code_lists import PrimaryNeed, ReferralSource
from shared.domain.event import Event, Sealed
from shared.domain.instants import Instant
from shared.domain.marks import Starts
from shared.domain.rules import Deadline


class Place(StrEnum):
    """Where a child was visited."""

    HOME = "home"
    RELATIVE_HOME = "relative_home"
    SCHOOL = "school"
    NURSERY = "nursery"
    HOSPITAL = "hospital"
    PLACEMENT = "placement"
    OFFICE = "office"
    COMMUNITY = "community"
    OTHER = "other"


class ReferralOpened(
    Event,
    name="assessment.ReferralOpened",
    crosses=True,
    fixed=("received_at", "source", "referrer_agency", "level", "primary_need"),
):
    """A contact was accepted: the child's episode begins. Starts A2 from the moment the contact was received."""

    contact: UUID
    received_at: Instant
    source: ReferralSource
    referrer_agency: str | None = None
    level: int
    primary_need: PrimaryNeed
    see_child_by: Annotated[Deadline, Starts("A2", of="received_at")]


class AllocationText(Sealed):
    """Who was allocated, and why this time was agreed."""

    worker_name: str
    reason: str


class WorkerAllocated(
    Event,
    name="assessment.WorkerAllocated",
    crosses=True,
    text=AllocationText,
    fixed=("worker_name", "worker_agency", "assessment_due_in_working_days"),
):
    """A manager gave the child a social worker and agreed with them how long the assessment may take (A3)."""

    worker: UUID
    worker_agency: str | None = None
    """Where it is another than that of the manager who named them."""
    assessment_due_in_working_days: int


class VisitText(Sealed):
    """The child's own words, and why the child was not seen, or not alone."""

    words: str
    why_not_alone: str | None = None
    why_not_seen: str | None = None


class ChildSeen(Event, name="assessment.ChildSeen", crosses=True, text=VisitText, meets=("A2",), fixed=()):
    """A social worker saw the child. Meets A2 by a visit since the contact was received, where that clock starts."""

    alone: bool
    place: Place


class ChildNotSeen(Event, name="assessment.ChildNotSeen", crosses=True, text=VisitText, fixed=()):
    """A visit at which the child was not seen. Meets nothing."""

    place: Place
