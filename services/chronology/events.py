"""What the chronology keeps: every event of a child's record and of its entries, versions and upcasters."""

from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.domain.event import Event, Sealed, Sensitivity
from shared.domain.instants import Instant
from shared.team.audience import Capacity, Involvement, Party, SeenBy
from shared.team.entries import Parts, Significance


class ChildEntry(BaseModel):
    """An entry of a child's record, but for its words: the fact it tells of, its title from codes, how it weighs.

    `recorded_at` is when its source recorded the fact, `late` that this was later than E1 allows. When it happened and
    was known stands with the event that brought it. `event` is the fact at its source, `caused_by` the command that
    made it, `thing` the contact, meeting or plan it belongs to.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    id: UUID
    source: str
    source_event: str
    event: UUID
    caused_by: UUID
    thing: UUID | None = None
    title: str
    topic: str
    significance: Significance
    recorded_at: Instant
    late: bool = False
    agency: str
    organisation: str | None = None
    role: str
    sensitivity: Sensitivity = "ordinary"
    corrects: UUID | None = None
    """The entry that it puts right, or withdraws."""

    @property
    def recorder(self) -> Party:
        """In whose name it was recorded."""
        return Party(agency=self.agency, organisation=self.organisation)


class EntryText(Sealed):
    """An entry in words: what each part is called, and what it says. `recorder` is who recorded it at its source.

    `care_parts` are for children's social care alone, as who told of a worry.
    """

    parts: Parts = ()
    care_parts: Parts = ()
    recorder: str | None = None


class EntryReceived(Event, name="chronology.EntryReceived", version=2, text=EntryText, fixed=()):
    """A team's fact, taken into the child's record with its three times, and everyone who may see it.

    The title is made from codes alone, so it may be shown to who may not see the text. The fact stands at
    `source_position` of its source's log, where its row had the chained digest `source_digest` (SHA-256, hexadecimal): so
    the chronology vouches for what the source's log says there. Version 1 did not keep it.
    """

    source_position: int
    source_digest: str | None = None
    entry: ChildEntry
    seen_by: tuple[SeenBy, ...]

    @staticmethod
    def upcast_v1_v2(_state: dict[str, Any]) -> None:
        """Nothing to change: what the row's digest was is not known of an entry of version 1."""


class EntryCorrected(Event, name="chronology.EntryCorrected", text=EntryText, fixed=()):
    """What an entry tells of was put right, or withdrawn, where it was recorded; the entry stays, and says so.

    `by` is the entry of the correction. Without a text the words stay as they were.
    """

    entry: UUID
    by: UUID
    withdrawn: bool = False
    title: str | None = None


class SignificanceText(Sealed):
    """Why it matters more, or less."""

    reason: str


class SignificanceChanged(
    Event, name="chronology.SignificanceChanged", text=SignificanceText, fixed=("was",)
):
    """A practitioner weighed an entry differently, with the reason."""

    entry: UUID
    significance: Significance
    was: Significance


class EntryShared(Event, name="chronology.EntryShared", fixed=()):
    """An earlier entry was opened to others: by rule, when a later fact of its thing brought them in.

    Carries the whole audience that results, so that page, feed and replay agree. `cause` is that later fact.
    """

    entry: UUID
    seen_by: tuple[SeenBy, ...]
    because: Literal["rule"]
    cause: UUID


class PartTaken(Party):
    """An organisation, and as what it took part in which thing."""

    capacity: Capacity
    thing: UUID


class InvolvementNoted(Event, name="chronology.InvolvementNoted", fixed=()):
    """An entry showed who is involved with the child: who acts or works with them, and who took part in what."""

    involves: tuple[Involvement, ...] = ()
    took_part: tuple[PartTaken, ...] = ()


class ThingEntryNoted(Event, name="chronology.ThingEntryNoted", fixed=()):
    """The entry that stands for a thing came in: who sees the thing, and what later facts may open to others."""

    entry: UUID
    thing: UUID
    source_event: str
    recorder: Party
    sensitivity: Sensitivity
    seen_by: tuple[SeenBy, ...]
