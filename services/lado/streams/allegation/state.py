"""What decisions on an allegation need to know, and what forbids most of them."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias, assert_never
from uuid import UUID

from services.lado.codes import AllegationOutcome, Threshold
from services.lado.events import (
    AdultTold,
    AllegationClosed,
    AllegationReceived,
    AllegationReviewed,
    AllegationsMeetingHeld,
    BarringReferralDecided,
    ChildAtRiskNotified,
    FamilyTold,
    OutcomeDetermined,
    ReadersNamed,
    RegulatorReferralDecided,
    SealedRecordExists,
    StrandRecorded,
    SuspensionDecided,
    ThresholdDecided,
)
from services.lado.streams.intake_item import IntakeItem
from shared.domain.command import Check
from shared.domain.decider import Context

AllegationEvent: TypeAlias = (
    AllegationReceived
    | ThresholdDecided
    | AllegationsMeetingHeld
    | AllegationReviewed
    | StrandRecorded
    | SuspensionDecided
    | OutcomeDetermined
    | BarringReferralDecided
    | RegulatorReferralDecided
    | AdultTold
    | FamilyTold
    | AllegationClosed
    | ChildAtRiskNotified
    | ReadersNamed
    | SealedRecordExists
)


@dataclass(frozen=True, slots=True)
class Allegation:
    """An allegation, of one child or of none."""

    received_at: datetime | None = None
    adult: UUID | None = None
    words: frozenset[UUID] = frozenset()
    """Keyed digests of the words that say who the adult is (L8)."""
    threshold: Threshold | None = None
    outcome: AllegationOutcome | None = None
    barring_decided: bool = False
    regulator_decided: bool = False
    readers: frozenset[UUID] = frozenset()
    """The professionals to whom it is shown that a sealed record exists."""
    closed: bool = False

    @property
    def meets_threshold(self) -> bool:
        """Whether it is an allegation (L2), and no concern that stays with the employer."""
        return self.threshold is Threshold.ALLEGATION


@dataclass(frozen=True)
class AllegationAndItem:
    """What a decision takes: the allegation, and what the front door sent."""

    allegation: Allegation
    intake_item: IntakeItem


def evolve(state: Allegation, event: AllegationEvent) -> Allegation:
    """The allegation after one more fact."""
    match event:
        case AllegationReceived(received_at=received_at, adult=adult, words=words):
            return replace(state, received_at=received_at, adult=adult, words=frozenset(words))
        case ThresholdDecided(decision=decision):
            return replace(state, threshold=decision)
        case OutcomeDetermined(outcome=outcome):
            return replace(state, outcome=outcome)
        case BarringReferralDecided():
            return replace(state, barring_decided=True)
        case RegulatorReferralDecided():
            return replace(state, regulator_decided=True)
        case ReadersNamed(named=named):
            return replace(state, readers=state.readers | set(named))
        case AllegationClosed():
            return replace(state, closed=True)
        case (
            AllegationsMeetingHeld()
            | AllegationReviewed()
            | StrandRecorded()
            | SuspensionDecided()
            | AdultTold()
            | FamilyTold()
            | ChildAtRiskNotified()
            | SealedRecordExists()
        ):
            return state
        case _:
            assert_never(event)


def closed_already(state: Allegation) -> Check:
    """Forbids what is done of an open allegation alone."""
    return (
        "",
        state.closed,
        "the allegation is closed: receive what is new as a notification of its own",
        "closed",
    )


def below_threshold(state: Allegation, _context: Context | None = None) -> Check:
    """Forbids (L2) what is done of an allegation that meets the threshold alone."""
    return (
        "L2",
        not state.meets_threshold,
        (
            "this did not meet the threshold: it stays with the employer"
            if state.threshold
            else "decide first whether it meets the threshold"
        ),
        "below_threshold",
    )
