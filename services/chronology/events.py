"""What the chronology keeps: every event of a child's record and of its entries, versions and upcasters."""

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.chronology.codes import AccessRule, AccessVerdict, GlassReason
from shared.domain.code_lists import LawfulBasis
from shared.domain.event import Event, Sealed, Sensitivity
from shared.domain.instants import Instant
from shared.domain.marks import Starts
from shared.domain.rules import Deadline
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
    by: UUID | None = None
    """Who recorded it, for whom it is never restricted. Entries that came in before this was kept name nobody."""
    part_of: UUID | None = None
    """The contact or meeting that it was made for, where `thing` is another: restricted with that, it is restricted too."""

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


class EntryReceived(Event, name="chronology.EntryReceived", version=4, text=EntryText, fixed=()):
    """A team's fact, taken into the child's record with its three times, and everyone who may see it.

    The title is made from codes alone, so it may be shown to who may not see the text. The fact stands at
    `source_position` of its source's log, where its row had the chained digest `source_digest` (SHA-256, hexadecimal): so
    the chronology vouches for what the source's log says there. Version 1 did not keep it, nor version 2 who recorded it,
    nor version 3 what it is part of.
    """

    source_position: int
    source_digest: str | None = None
    entry: ChildEntry
    seen_by: tuple[SeenBy, ...]

    @staticmethod
    def upcast_v1_v2(_state: dict[str, Any]) -> None:
        """Nothing to change: what the row's digest was is not known of an entry of version 1."""

    @staticmethod
    def upcast_v2_v3(_state: dict[str, Any]) -> None:
        """Nothing to change: who recorded it is not known of an entry of version 2."""

    @staticmethod
    def upcast_v3_v4(_state: dict[str, Any]) -> None:
        """Nothing to change: an entry of version 3 is part of what it belongs to."""


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


ShownDepth = Literal["nothing", "withheld", "title", "whole"]
"""How much of an entry is shown: not even that there is one, that one is withheld, its title from codes, or all of it."""


class Shown(Party):
    """What somebody is shown of an entry once rule and persons have had their say.

    `until` (UTC) ends what a person shared for a time; from then on `after` is shown. `basis` is the lawful basis of a
    person's decision.
    """

    depth: ShownDepth = "whole"
    why: Literal["rule", "shared", "withheld", "restricted"] = "rule"
    basis: LawfulBasis | None = None
    until: Instant | None = None
    after: ShownDepth | None = None

    def at(self, now: datetime) -> ShownDepth:
        """What is shown at an instant."""
        return (
            self.after
            if self.after is not None and self.until is not None and now >= self.until
            else self.depth
        )


class AudienceDecision(BaseModel):
    """A person's decision on who sees an entry, as its event keeps it. An agency of many organisations without the name of
    one: all of them.

    `depth`: what those are shown, at least where it is shared, at most where it is withheld. `until` (UTC): then it no
    longer counts.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    parties: tuple[Party, ...]
    depth: ShownDepth
    lawful_basis: LawfulBasis
    until: Instant | None = None


class AudienceText(Sealed):
    """Why it is shared, or why showing it would do more harm; and the organisation by its name. Of what a rule opened,
    nothing.
    """

    reason: str | None = None
    organisation_name: str | None = None


class EntryShared(
    Event, name="chronology.EntryShared", version=2, text=AudienceText, fixed=("entry", "seen_by", "by_rule")
):
    """An entry was opened to others: by rule, when a later fact of its thing brought them in (`cause`); or by a person,
    on a lawful basis and with the reason (E5).

    Carries the whole audience that results, so that page, feed and replay agree; and, where a rule opened it, what rules
    alone say. Version 1 knew rules alone.
    """

    UNDONE_BY: ClassVar[str] = "withhold the entry from them, and say why"

    entry: UUID
    seen_by: tuple[Shown, ...]
    because: Literal["rule", "shared"]
    cause: UUID | None = None
    by_rule: tuple[SeenBy, ...] = ()
    decision: AudienceDecision | None = None

    @staticmethod
    def upcast_v1_v2(state: dict[str, Any]) -> None:
        """What resulted was what rules said."""
        state["by_rule"] = state["seen_by"]


class EntryWithheld(Event, name="chronology.EntryWithheld", text=AudienceText, fixed=("entry", "seen_by")):
    """A person of the team that recorded it withheld an entry from others, on a lawful basis and with the reason (E5).

    Carries the whole audience that results.
    """

    UNDONE_BY: ClassVar[str] = "share the entry with them, and say why"

    entry: UUID
    seen_by: tuple[Shown, ...]
    decision: AudienceDecision


class EntryRestricted(Event, name="chronology.EntryRestricted", version=3, fixed=()):
    """The entries of a contact or meeting, those before and those to come, are for few to read: as its team said.

    All others but who recorded one are shown `title` in its place. Said again, it names more of them. Where it `only_marks`,
    no entry is kept from anybody: those named are shown `title` beside the child's entries, and all others nothing. Where it
    is `until_decided`, it is so only until its team decides otherwise.
    """

    thing: UUID
    title: str
    roles: tuple[str, ...]
    named: tuple[UUID, ...] = ()
    only_marks: bool = False
    until_decided: bool = False

    @staticmethod
    def upcast_v1_v2(_state: dict[str, Any]) -> None:
        """There were no marks before."""

    @staticmethod
    def upcast_v2_v3(_state: dict[str, Any]) -> None:
        """Nothing to change: which of the two it was is not known, so it stays restricted."""


class RestrictionEnded(Event, name="chronology.RestrictionEnded", fixed=()):
    """The entries of what was held back until its team decided are as every other: it decided otherwise."""

    thing: UUID


class GlassText(Sealed):
    """In words, why it could not wait."""

    said: str


class GlassBroken(Event, name="chronology.GlassBroken", text=GlassText, fixed=("person", "until")):
    """A practitioner opened what is restricted of a child's record, to protect the child now; until (UTC), and no longer.

    `person` is who. Another manager reviews it (E4). Nothing that is sealed is opened.
    """

    person: UUID
    reason: GlassReason
    until: Instant
    review_by: Annotated[Deadline, Starts("E4")]


class AccessQuestioned(
    Event,
    name="chronology.AccessQuestioned",
    fixed=("person", "rule", "service", "position", "looked_at", "role", "agency", "times", "edition"),
):
    """The review of access found a look that somebody should account for, by one of its rules. It accuses nobody.

    `person` looked, at `looked_at` (UTC), as `role` of `agency`; the look stands at `position` of the record of who looked of
    `service`. `times` is how many looks the finding counts: the children of a day, the refusals of an hour. `edition` names
    the rules.
    """

    UNDONE_BY: ClassVar[str] = "review the access and say what you found (chronology.ReviewAccess)"

    person: UUID
    rule: AccessRule
    service: str
    position: int
    looked_at: Instant
    role: str
    agency: str
    times: int = 1
    edition: str


class ReviewText(Sealed):
    """What the manager found, and what follows."""

    note: str
    follow_up: str = ""


class AccessReviewed(Event, name="chronology.AccessReviewed", text=ReviewText, fixed=(), meets=("E4",)):
    """A manager, another than whose access it was, looked at it and said what they found."""

    verdict: AccessVerdict


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
