"""What the chronology keeps: every event of a child's record, its versions and upcasters."""

from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.domain.event import Event, Sealed, Sensitivity
from shared.domain.instants import Instant

Significance = Literal["critical", "significant", "routine"]
Depth = Literal["title", "whole"]


class SeenBy(BaseModel):
    """An agency, or one organisation of it, that may see an entry: its title alone, or whole."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    agency: str
    organisation: str | None = None
    depth: Depth = "whole"


class EntryText(Sealed):
    """An entry in words: what each part is called, and what it says. `recorder` is who recorded it at its source."""

    parts: tuple[tuple[str, str], ...] = ()
    recorder: str | None = None


class EntryReceived(Event, name="chronology.EntryReceived", text=EntryText):
    """A team's fact, taken into the child's record with its three times, and who may see it when nobody says
    otherwise. The title is made from codes alone, so it may be shown to who may not see the text.
    """

    entry: UUID
    source: str
    source_position: int
    source_event: str
    caused_by: UUID
    thing: UUID | None = None
    title: str
    topic: str
    known_at: Instant
    recorded_at: Instant
    recorded_late: bool = False
    agency: str
    organisation: str | None = None
    role: str
    significance: Significance
    sensitivity: Sensitivity = "ordinary"
    seen_by: tuple[SeenBy, ...]


class SignificanceText(Sealed):
    """Why it matters more, or less."""

    reason: str


class SignificanceChanged(Event, name="chronology.SignificanceChanged", text=SignificanceText):
    """A practitioner weighed an entry differently, with the reason."""

    entry: UUID
    significance: Significance
    was: Significance
