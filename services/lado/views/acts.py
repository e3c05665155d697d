"""What was done of an allegation, act by act, in the order in which it happened: its page, and the LADO's part of a
child's chronology.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

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
    StrandRecorded,
    SuspensionDecided,
    ThresholdDecided,
)
from shared.domain.event import Event, Record
from shared.domain.view import Insert, View


@dataclass(frozen=True)
class ActRow:
    """One act; its words are sealed, and its codes are read with them from the log."""

    stream: UUID
    event: UUID
    allegation: UUID
    child: UUID | None
    command: UUID
    kind: str
    code: str | None
    happened_at: datetime
    known_at: datetime
    recorded_at: datetime
    recorded_by: UUID
    late: bool
    sealed: bytes | None


acts = View(
    "acts",
    row=ActRow,
    key=("stream", "event"),
    indexes=(
        ("allegation", "happened_at", "event"),
        ("child", "happened_at", "known_at", "recorded_at", "event"),
    ),
    anew="stream",
)

KINDS: Final[dict[type[Event], str]] = {
    AllegationReceived: "notification",
    ThresholdDecided: "threshold",
    AllegationsMeetingHeld: "meeting",
    AllegationReviewed: "review",
    StrandRecorded: "strand",
    SuspensionDecided: "suspension",
    OutcomeDetermined: "outcome",
    BarringReferralDecided: "barring",
    RegulatorReferralDecided: "regulator",
    AdultTold: "adult_told",
    FamilyTold: "family_told",
    AllegationClosed: "closed",
    ChildAtRiskNotified: "child_at_risk",
    ReadersNamed: "readers",
}


@acts.on(*KINDS)
def _(event: Event, record: Record) -> Insert:
    return Insert(
        stream=record.stream,
        event=record.sealed_by,
        allegation=record.envelope.thing_id,
        child=event.child,
        command=record.envelope.command_id,
        kind=KINDS[type(event)],
        code=_code(event),
        happened_at=record.happened_at,
        known_at=record.envelope.known,
        recorded_at=record.recorded_at,
        recorded_by=UUID(record.envelope.actor),
        late=record.envelope.late,
        sealed=record.sealed,
    )


def _code(event: Event) -> str | None:
    """What the act says in one code, for its title."""
    match event:
        case ThresholdDecided(decision=decision):
            return decision.value
        case OutcomeDetermined(outcome=outcome):
            return outcome.value
        case StrandRecorded(strand=strand, status=status):
            return f"{strand.value}:{status.value}"
        case ChildAtRiskNotified(to=to):
            return to.value
        case SuspensionDecided(suspended=said):
            return "suspended" if said else "not_suspended"
        case BarringReferralDecided(referred=said) | RegulatorReferralDecided(referred=said):
            return "referred" if said else "not_referred"
        case AdultTold(told=said) | FamilyTold(told=said):
            return "told" if said else "not_told"
        case _:
            return None
