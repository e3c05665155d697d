"""What referral and assessment tells of a referral: opened, marked, levelled, given to a worker."""

from typing import Annotated, Any
from uuid import UUID

from shared.domain.code_lists import PrimaryNeed, ReferralSource
from shared.domain.event import Event, Sealed
from shared.domain.instants import Instant
from shared.domain.marks import Starts
from shared.domain.rules import Deadline


class ReferralOpened(
    Event,
    name="assessment.ReferralOpened",
    version=2,
    crosses=True,
    fixed=("received_at", "source", "referrer_agency", "level", "primary_need", "immediate_harm"),
):
    """A contact was accepted, or immediate harm identified before anything was decided: the child's episode begins.

    Starts A2 from the moment the contact was received, and of immediate harm A1 from when that was identified.
    """

    contact: UUID
    received_at: Instant
    source: ReferralSource
    referrer_agency: str | None = None
    level: int | None = None
    """None, as is the need: the front door has not decided yet."""
    primary_need: PrimaryNeed | None = None
    immediate_harm: bool = False
    see_child_by: Annotated[Deadline, Starts("A2", of="received_at")]
    see_today_by: Annotated[Deadline, Starts("A1")] | None = None

    @staticmethod
    def upcast_v1_v2(_state: dict[str, Any]) -> None:
        """No referral was opened by immediate harm before."""


class ImmediateHarmMarked(Event, name="assessment.ImmediateHarmMarked", fixed=("contact",)):
    """Immediate harm to a child whose referral is open: they are seen today (A1)."""

    contact: UUID
    see_today_by: Annotated[Deadline, Starts("A1")]


class ReferralLevelled(Event, name="assessment.ReferralLevelled", fixed=("contact", "level", "primary_need")):
    """The front door decided on the contact whose referral immediate harm had opened: its level and need are these."""

    contact: UUID
    level: int
    primary_need: PrimaryNeed


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
