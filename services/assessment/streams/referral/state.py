"""What decisions on a referral need to know, and what may be asked of any of them."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias, assert_never
from uuid import UUID

from services.assessment.events import (
    AllocationEnded,
    AssessmentTimeAgreed,
    CaseClosed,
    CaseTransferred,
    ConferenceNoted,
    ConferenceRequested,
    HandoverDue,
    ImmediateHarmMarked,
    NoteAdded,
    ReferralLevelled,
    ReferralOpened,
    StepDownProposed,
    WorkerAllocated,
)
from services.assessment.streams.protection_plan import ProtectionPlan
from shared.domain.code_lists import PrimaryNeed, ReceivingTeam
from shared.domain.command import Check

if TYPE_CHECKING:  # their decisions take a referral, and so import this
    from services.assessment.streams.assessment.state import Assessment
    from services.assessment.streams.child_in_need_plan import ChildInNeedPlan
    from services.assessment.streams.section47_enquiry import Section47Enquiry

ReferralEvent: TypeAlias = (
    ReferralOpened
    | ImmediateHarmMarked
    | ReferralLevelled
    | WorkerAllocated
    | AllocationEnded
    | AssessmentTimeAgreed
    | ConferenceRequested
    | ConferenceNoted
    | HandoverDue
    | NoteAdded
    | CaseTransferred
    | StepDownProposed
    | CaseClosed
)


@dataclass(frozen=True, slots=True)
class Referral:
    """What decisions on a referral need to know."""

    opened: bool = False
    closed: bool = False
    contact: UUID | None = None
    """The contact it came from, if it came from one."""
    received_at: datetime | None = None
    level: int | None = None
    harm_of: frozenset[UUID] = frozenset()
    """The contacts at which immediate harm was identified."""
    referrer_agency: str | None = None
    tell_referrer: bool = False
    """Whether there is a referrer who is to be told the outcome, and a way to reach them."""
    primary_need: PrimaryNeed | None = None
    worker: UUID | None = None
    team: ReceivingTeam | None = None
    working_days: int | None = None
    """How long the assessment may take, as manager and worker agreed or as was said with the first worker."""
    time_agreed: bool = False
    conference_requested: bool = False
    """Whether a child protection conference was asked for, or held: then it does not close as no further action (A10)."""
    conference_held: bool = False

    @property
    def is_open(self) -> bool:
        """Whether the episode runs."""
        return self.opened and not self.closed


@dataclass(frozen=True, slots=True)
class ReferralRecord:
    """What a decision takes: the referral, and what else is open on the child or was."""

    referral: Referral
    assessment: "Assessment"
    section47_enquiry: "Section47Enquiry"
    child_in_need_plan: "ChildInNeedPlan"
    protection_plan: ProtectionPlan
    strategy_due: object
    """Not looked at: closing ends what waits there."""

    def has_assessment(self, referral: UUID) -> bool:
        """Whether an assessment of this episode was started."""
        return self.assessment.referral == referral

    @property
    def had_enquiry(self) -> bool:
        """Whether a section 47 enquiry was decided on in this episode."""
        decided, received = self.section47_enquiry.decided_at, self.referral.received_at
        return decided is not None and received is not None and decided >= received

    @property
    def had_plan(self) -> bool:
        """Whether a child-in-need plan was started in this episode, or the child has a protection plan."""
        started, received = self.child_in_need_plan.started_at, self.referral.received_at
        in_need = started is not None and received is not None and started >= received
        return in_need or self.protection_plan.is_open


def evolve(state: Referral, event: ReferralEvent) -> Referral:
    """The referral after one more fact."""
    match event:
        case ReferralOpened():
            return _opened(state, event)
        case ImmediateHarmMarked(contact=contact):
            return replace(state, harm_of=state.harm_of | ({contact} if contact else set()))
        case ReferralLevelled(level=level, primary_need=need):
            return replace(state, level=level, primary_need=need)
        case WorkerAllocated():
            return replace(
                state,
                worker=event.worker,
                team=event.team,
                working_days=event.assessment_due_in_working_days,
                primary_need=state.primary_need or event.primary_need,
            )
        case AssessmentTimeAgreed(working_days=days):
            return replace(state, working_days=days, time_agreed=True)
        case ConferenceRequested():
            return replace(state, conference_requested=True)
        case ConferenceNoted():
            return replace(state, conference_held=True)
        case CaseClosed():
            return replace(state, closed=True)
        case AllocationEnded() | HandoverDue() | NoteAdded() | CaseTransferred() | StepDownProposed():
            return state
        case _:
            assert_never(event)


def _opened(state: Referral, event: ReferralOpened) -> Referral:
    harm_of = frozenset({event.contact} if event.immediate_harm and event.contact else ())
    return replace(
        state,
        opened=True,
        contact=event.contact,
        received_at=event.received_at,
        referrer_agency=event.referrer_agency,
        tell_referrer=event.tell_referrer,
        level=event.level,
        primary_need=event.primary_need,
        harm_of=harm_of,
    )


def none_open(state: Referral) -> Check:
    """Forbids (A10) what is done only on an open referral."""
    return (
        "A10",
        not state.is_open,
        "the child has no open referral: the front door accepts a contact first",
        "no_referral",
    )
