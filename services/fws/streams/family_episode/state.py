"""What decisions on a family's early help need to know, for one of its children."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias, assert_never
from uuid import UUID

from services.fws.codes import Criterion
from services.fws.events import (
    ConsentRecorded,
    ConsentWithdrawn,
    DraftAssessmentCompleted,
    EarlyHelpAccepted,
    EarlyHelpDeclined,
    EarlyHelpEnded,
    EndingMeetingHeld,
    FamilyVisited,
    FormalReviewHeld,
    HelpExtended,
    ImmediateEscalationRaised,
    KeyworkerAllocated,
    PlanLive,
    PlanReviewed,
    RequestConsentWithdrawn,
    RequestReceived,
    StepDownAgreed,
    StepDownReceived,
    SupportMeetingHeld,
    WellbeingAssessmentShared,
)
from services.fws.streams.proposal_state import TransferProposal
from shared.domain.code_lists import ConsentScope
from shared.domain.command import Check
from shared.domain.decider import Context

EpisodeEvent: TypeAlias = (
    RequestReceived
    | StepDownAgreed
    | StepDownReceived
    | RequestConsentWithdrawn
    | EarlyHelpAccepted
    | EarlyHelpDeclined
    | ConsentRecorded
    | ConsentWithdrawn
    | KeyworkerAllocated
    | FamilyVisited
    | DraftAssessmentCompleted
    | WellbeingAssessmentShared
    | SupportMeetingHeld
    | PlanLive
    | PlanReviewed
    | FormalReviewHeld
    | HelpExtended
    | ImmediateEscalationRaised
    | EndingMeetingHeld
    | EarlyHelpEnded
)


@dataclass(frozen=True)
class FamilyEpisode:
    """One child's part in a family's early help."""

    request: UUID | None = None
    """The front door's decision, or the transfer panel's."""
    family: frozenset[UUID] = frozenset()
    """The children whom the request named, this one among them."""
    contact: UUID | None = None
    """At the front door; None: it was stepped down from social care."""
    stepped_down: bool = False
    requested_at: datetime | None = None
    criteria: tuple[Criterion, ...] = ()
    consented: bool = False
    """Whether somebody who may has signed, and nobody withdrew it."""
    accepted: bool = False
    allocated: bool = False
    visited: bool = False
    drafted: bool = False
    shared: bool = False
    plan_live_at: datetime | None = None
    end_by: datetime | None = None
    reviewed_formally: bool = False
    extended: bool = False
    ending_meeting: bool = False
    harmed: bool = False
    """Whether consent was withdrawn and there was harm: then nothing waits for a panel (F10)."""
    escalated: bool = False
    closed: bool = False

    @property
    def is_open(self) -> bool:
        """Whether it runs: from the request until it was declined, ended or handed over."""
        return self.request is not None and not self.closed


def evolve(state: FamilyEpisode, event: EpisodeEvent) -> FamilyEpisode:
    """The episode after one more fact."""
    match event:
        case RequestReceived():
            return FamilyEpisode(
                request=event.request,
                family=frozenset(event.family),
                contact=event.contact,
                requested_at=event.requested_at,
                criteria=event.criteria,
                consented=bool(event.consented_by),
            )
        case StepDownAgreed():
            return FamilyEpisode(
                request=event.request,
                family=frozenset(event.family),
                requested_at=event.happened_at,
                stepped_down=True,
                criteria=(Criterion.PREVIOUSLY_IN_NEED,),
            )
        case StepDownReceived(consented_by=consented_by):
            return replace(state, consented=state.consented or consented_by is not None)
        case EarlyHelpAccepted(criteria=criteria):
            return replace(state, accepted=True, criteria=criteria or state.criteria)
        case ConsentRecorded(scope=scope, signed=signed):
            return replace(state, consented=state.consented or (signed and _to_help(scope)))
        case ConsentWithdrawn(harm=harm):
            return replace(state, consented=False, harmed=state.harmed or harm)
        case RequestConsentWithdrawn():
            return replace(state, consented=False)
        case KeyworkerAllocated():
            return replace(state, allocated=True)
        case FamilyVisited():
            return replace(state, visited=True)
        case DraftAssessmentCompleted():
            return replace(state, drafted=True)
        case WellbeingAssessmentShared():
            return replace(state, shared=True)
        case PlanLive(happened_at=live_at, end_by=end_by):
            return replace(state, plan_live_at=live_at, end_by=end_by.due_at)
        case FormalReviewHeld():
            return replace(state, reviewed_formally=True)
        case HelpExtended():
            return replace(state, extended=True)
        case EndingMeetingHeld():
            return replace(state, ending_meeting=True)
        case ImmediateEscalationRaised():
            return replace(state, escalated=True)
        case EarlyHelpDeclined() | EarlyHelpEnded():
            return replace(state, closed=True)
        case SupportMeetingHeld() | PlanReviewed():
            return state
        case _:
            assert_never(event)


@dataclass(frozen=True)
class EpisodeOfChild:
    """What a decision takes: the family's early help, and whether the transfer panel is to decide on it."""

    family_episode: FamilyEpisode
    transfer_proposal: TransferProposal


def _to_help(scope: Iterable[ConsentScope]) -> bool:
    return bool({ConsentScope.REFERRAL, ConsentScope.HELP} & set(scope))


def whole_family(state: FamilyEpisode, context: Context) -> Check:
    """Forbids (F3) what is about a part of the children alone: a family gets help together, until some of them leave it."""
    left_out = [
        child
        for child, other in context.together.items()
        if other.request is None or (other.request == state.request and other.is_open)
    ]
    return (
        "F3",
        bool(left_out),
        "this is about all children of the family's early help: send it about every one of them",
    )


def nothing_open(state: FamilyEpisode, rule: str) -> Check:
    """Forbids what is done in an open episode alone."""
    return (
        rule,
        not state.is_open,
        "early help is not open for this child: the front door requests it first",
        "not_open",
    )


def not_allocated(state: FamilyEpisode) -> Check:
    """Forbids work with the family before anybody was given it."""
    return (
        "F1",
        state.is_open and not state.allocated,
        "nobody works with this family yet: a manager allocates a keyworker first",
    )


def working(state: FamilyEpisode, context: Context) -> Sequence[Check]:
    """What forbids any work with a family: nothing is open, nobody was allocated, a part of the children."""
    return (nothing_open(state, "F1"), not_allocated(state), whole_family(state, context))
