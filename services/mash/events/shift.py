"""What the front door tells of its hours out of office: a shift began, was handed over, and the handover was accepted."""

from typing import Annotated
from uuid import UUID

from shared.domain.event import Event, Sealed
from shared.domain.instants import Instant
from shared.domain.marks import Starts
from shared.domain.rules import Deadline


class ShiftBegan(Event, name="mash.ShiftBegan", by_itself=True, fixed=()):
    """Out-of-hours social work began for one period, from the close of office hours to their next opening, with its first
    contact received or its first act. Starts M19, wherever in the period that was.
    """

    since: Instant
    """The close of office hours from which the period runs; the shift's id follows from it."""
    until: Instant
    hand_over_by: Annotated[Deadline, Starts("M19")]


class HandoverText(Sealed):
    """What the day has to know, and what is left to do; `who` of each action where it was said."""

    notes: str
    actions: tuple[tuple[str, str], ...] = ()


class ShiftHandedOver(Event, name="mash.ShiftHandedOver", text=HandoverText, fixed=()):
    """Who worked the shift tells the day what came in and what is left to do. It waits to be accepted."""

    contacts: tuple[UUID, ...] = ()


class AcceptedText(Sealed):
    """What was said on accepting it."""

    notes: str = ""


class HandoverAccepted(Event, name="mash.HandoverAccepted", text=AcceptedText, meets=("M19",), fixed=()):
    """The day has taken the shift over. Meets M19; a contact of the night is decided all the same (M1)."""
