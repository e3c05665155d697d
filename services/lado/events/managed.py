"""How an allegation is managed: meetings and reviews, the strands of looking into it, and whether the adult was suspended."""

from datetime import date
from typing import Annotated

from services.lado.codes import Party, Strand, StrandStatus
from services.lado.events.intake import SEALED
from shared.domain.event import Event, Sealed
from shared.domain.marks import Starts
from shared.domain.rules import Deadline


class AttendedText(Sealed):
    """Somebody who was at a meeting."""

    name: str = ""
    party: Party | None = None


class MeetingText(Sealed):
    """What the meeting decided, and who was there by name."""

    decisions: tuple[str, ...] = ()
    attended: tuple[AttendedText, ...] = ()


class AllegationsMeetingHeld(
    Event,
    name="lado.AllegationsMeetingHeld",
    text=MeetingText,
    meets=("L3",),
    fixed=(),
    sensitivity=SEALED,
):
    """An allegations management meeting was held. Meets L3, and starts L4."""

    present: tuple[Party, ...]
    strands: tuple[Strand, ...] = ()
    next_on: date | None = None
    review_by: Annotated[Deadline, Starts("L4")]


class ReviewText(Sealed):
    """What the review found."""

    notes: str


class AllegationReviewed(
    Event,
    name="lado.AllegationReviewed",
    text=ReviewText,
    meets=("L4",),
    continues=("L4",),
    fixed=(),
    sensitivity=SEALED,
):
    """The allegation was reviewed. Meets L4, and starts it anew."""

    progress: tuple[tuple[Strand, StrandStatus], ...] = ()
    next_on: date | None = None
    review_by: Annotated[Deadline, Starts("L4")]


class StrandText(Sealed):
    """Who leads it, and what it found."""

    lead: str | None = None
    outcome: str = ""
    reference: str | None = None


class StrandRecorded(Event, name="lado.StrandRecorded", text=StrandText, fixed=(), sensitivity=SEALED):
    """How one strand stands: the police's, social care's, the employer's."""

    strand: Strand
    status: StrandStatus


class SuspensionText(Sealed):
    """Who decided, why, and what else was considered."""

    decided_by: str
    reason: str
    alternatives: tuple[str, ...] = ()


class SuspensionDecided(
    Event, name="lado.SuspensionDecided", text=SuspensionText, fixed=(), sensitivity=SEALED
):
    """The employer decided whether the adult is suspended meanwhile."""

    suspended: bool
