"""What the front door sent the LADO, as it was taken in."""

from typing import Final
from uuid import UUID

from shared.domain.code_lists import ReferralSource
from shared.domain.event import Event, Sealed, Sensitivity
from shared.domain.instants import Instant

SEALED: Final[Sensitivity] = "sealed"
"""Of all that the LADO records: nobody but the LADO and deputies sees it (L9)."""


class IntakeText(Sealed):
    """Why the front door sent it."""

    rationale: str = ""


class IntakeItemPlaced(Event, name="lado.IntakeItemPlaced", text=IntakeText, fixed=(), sensitivity=SEALED):
    """A contact was routed to the LADO, and waits for the notification to be taken in."""

    contact: UUID
    routed_at: Instant
    received_at: Instant
    """When the front door received the contact."""
    source: ReferralSource
    referrer_agency: str | None = None


class IntakeItemIsOf(Event, name="lado.IntakeItemIsOf", fixed=(), by_itself=True, sensitivity=SEALED):
    """Of which children the contact is: on its stream about no child, so that who names the contact alone means them."""

    children: tuple[UUID, ...]


class IntakeItemTaken(Event, name="lado.IntakeItemTaken", fixed=(), by_itself=True, sensitivity=SEALED):
    """A notification was received of it: an allegation stands, and it waits no longer."""

    contact: UUID
    adult: UUID
    """As a keyed digest of the name: a second notification of the same adult is the same allegation."""
    allegation: UUID
