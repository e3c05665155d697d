"""What referral and assessment tells of a referral: opened, marked, levelled, given to a worker."""

from typing import Annotated, Any
from uuid import UUID

from services.assessment.codes import TransferKind
from shared.domain.code_lists import PrimaryNeed, ReceivingTeam, ReferralSource
from shared.domain.event import Event, Sealed
from shared.domain.instants import Instant
from shared.domain.marks import Sets, Starts
from shared.domain.rules import Deadline


class OpeningText(Sealed):
    """Of a case that another authority hands over: which one."""

    from_authority: str | None = None


class ReferralOpened(
    Event,
    name="assessment.ReferralOpened",
    version=3,
    crosses=True,
    text=OpeningText,
    fixed=(
        "received_at",
        "source",
        "referrer_agency",
        "level",
        "primary_need",
        "immediate_harm",
        "tell_referrer",
        "transfer",
    ),
):
    """The child's episode begins: a contact was accepted, immediate harm identified before anything was decided, a strategy
    discussion held of a child without a referral, or a case taken over from another authority.

    Starts A2 and A3 from the moment it was received, and of immediate harm A1 from when that was identified.
    """

    contact: UUID | None = None
    """The contact it came from, if it came from one."""
    received_at: Instant
    source: ReferralSource
    referrer_agency: str | None = None
    level: int | None = None
    """None, as is the need: the front door has not decided yet."""
    primary_need: PrimaryNeed | None = None
    immediate_harm: bool = False
    tell_referrer: bool = True
    """Whether there is a referrer who is to be told the outcome (A6), and a way to reach them."""
    transfer: TransferKind | None = None
    """Of a case that another authority hands over: as what it was open there."""
    see_child_by: Annotated[Deadline, Starts("A2", of="received_at")]
    assess_by: Annotated[Deadline, Starts("A3", of="received_at")] | None = None
    """None: it was opened before this clock was kept."""
    see_today_by: Annotated[Deadline, Starts("A1")] | None = None

    @staticmethod
    def upcast_v1_v2(_state: dict[str, Any]) -> None:
        """No referral was opened by immediate harm before."""

    @staticmethod
    def upcast_v2_v3(state: dict[str, Any]) -> None:
        """Nobody can be told of whom nobody knows who they are."""
        state["tell_referrer"] = state["source"] not in {"9", "10"}


class ImmediateHarmMarked(Event, name="assessment.ImmediateHarmMarked", version=2, fixed=("contact",)):
    """Immediate harm to a child whose referral is open: they are seen today (A1)."""

    contact: UUID | None = None
    """None: it was escalated from early help that had not come from the front door."""
    see_today_by: Annotated[Deadline, Starts("A1")]

    @staticmethod
    def upcast_v1_v2(_state: dict[str, Any]) -> None:
        """All harm was told with a contact before."""


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
    version=2,
    crosses=True,
    text=AllocationText,
    meets=("T1",),
    fixed=("worker_name", "worker_agency", "assessment_due_in_working_days", "team", "primary_need"),
):
    """A manager gave the child a social worker, of a team; and said how long the assessment may take (A3). Meets T1, where
    the case was handed over.
    """

    worker: UUID
    worker_agency: str | None = None
    """Where it is another than that of the manager who named them."""
    assessment_due_in_working_days: int
    team: ReceivingTeam | None = None
    primary_need: PrimaryNeed | None = None
    """Of a referral that came without one."""

    @staticmethod
    def upcast_v1_v2(_state: dict[str, Any]) -> None:
        """Of what was not asked before nothing was said."""


class EndedText(Sealed):
    """Why they work with the child no longer."""

    reason: str = ""


class AllocationEnded(
    Event, name="assessment.AllocationEnded", crosses=True, text=EndedText, fixed=("worker", "team")
):
    """A worker works with the child no longer: another one does."""

    worker: UUID
    team: ReceivingTeam | None = None


class TimeText(Sealed):
    """Why this time was agreed."""

    reason: str = ""


class AssessmentTimeAgreed(
    Event, name="assessment.AssessmentTimeAgreed", text=TimeText, fixed=("working_days", "assess_by")
):
    """Manager and worker agreed how long the assessment may take. The first agreement varies nothing (A3)."""

    working_days: int
    assess_by: Annotated[Deadline, Sets("A3")]
