"""What decisions on an assessment need to know, and what may be asked of any of them."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias, assert_never
from uuid import UUID

from services.assessment.codes import AssessmentKind, AssessmentOutcome, Factor, FamilyNetwork
from services.assessment.events import (
    AssessmentAuthorised,
    AssessmentCompleted,
    AssessmentStarted,
    FactorsRecorded,
    FamilyNetworkMeetingDeclined,
    FamilyNetworkMeetingHeld,
    OutcomeShared,
    SafetyScaled,
    SignsOfSafetyAnswered,
)
from services.assessment.streams.asking import Asking
from services.assessment.streams.child_file import ChildFile
from services.assessment.streams.referral.state import Referral
from shared.domain.command import Check

AssessmentEvent: TypeAlias = (
    AssessmentStarted
    | FactorsRecorded
    | SignsOfSafetyAnswered
    | SafetyScaled
    | FamilyNetworkMeetingHeld
    | FamilyNetworkMeetingDeclined
    | AssessmentCompleted
    | AssessmentAuthorised
    | OutcomeShared
)


@dataclass(frozen=True, slots=True)
class Assessment:
    """What decisions on an assessment need to know."""

    referral: UUID | None = None
    """The episode that it is of; None: there is no assessment."""
    kind: AssessmentKind = AssessmentKind.CHILDREN_AND_FAMILIES
    factors: tuple[Factor, ...] = ()
    safety_scale: int | None = None
    family_network: FamilyNetwork | None = None
    outcome: AssessmentOutcome | None = None
    """What it came to; None: it is not completed."""
    authors: frozenset[UUID] = frozenset()
    """Whoever completed it: one who wrote it anew beside the first."""
    authorised: bool = False
    to_tell: frozenset[str] = frozenset()
    """Who is told the outcome."""
    settled: frozenset[str] = frozenset()
    """Who was told, or is not told by a decision."""
    told_at: datetime | None = None
    """When the last of them was told."""

    @property
    def is_open(self) -> bool:
        """Whether it waits to be completed or authorised."""
        return self.referral is not None and not self.authorised


@dataclass(frozen=True, slots=True)
class AssessmentRecord:
    """What a decision takes: the assessment, its referral, visits, and who was asked about the child."""

    assessment: Assessment
    referral: Referral
    child_file: ChildFile
    asking: Asking


def evolve(state: Assessment, event: AssessmentEvent) -> Assessment:
    """The assessment after one more fact."""
    match event:
        case AssessmentStarted(referral=referral, kind=kind):
            return replace(state, referral=referral, kind=kind)
        case FactorsRecorded(factors=factors):
            return replace(state, factors=factors)
        case SafetyScaled(scale=scale):
            return replace(state, safety_scale=scale)
        case FamilyNetworkMeetingHeld():
            return replace(state, family_network=FamilyNetwork.HELD)
        case FamilyNetworkMeetingDeclined(offered=offered):
            said = FamilyNetwork.OFFERED_DECLINED if offered else FamilyNetwork.NOT_OFFERED
            return replace(state, family_network=said)
        case AssessmentCompleted():
            return replace(
                state,
                outcome=event.outcome,
                factors=event.factors or state.factors,
                safety_scale=state.safety_scale if event.safety_scale is None else event.safety_scale,
                family_network=event.family_network or state.family_network,
                authors=state.authors | {event.author},
            )
        case AssessmentAuthorised(to_tell=to_tell):
            return replace(state, authorised=True, to_tell=frozenset(to_tell))
        case OutcomeShared():
            return _shared(state, event)
        case SignsOfSafetyAnswered():
            return state
        case _:
            assert_never(event)


def _shared(state: Assessment, event: OutcomeShared) -> Assessment:
    told = [at for at in (state.told_at, event.happened_at) if at is not None]
    return replace(
        state,
        settled=state.settled | {*event.to, *event.not_shared},
        told_at=max(told, default=None),
    )


def none_runs(state: Assessment) -> Check:
    """Forbids (A10) what is done only while an assessment runs."""
    return (
        "A10",
        not state.is_open,
        "the child has no open assessment: allocate a worker, or start one, first",
        "no_assessment",
    )
