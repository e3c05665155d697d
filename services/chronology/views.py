"""What is read of the children's records: the entries, and who sees each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from services.chronology.events import (
    EntryCorrected,
    EntryReceived,
    EntryRestricted,
    EntryShared,
    EntryWithheld,
    RestrictionEnded,
    Shown,
    ShownDepth,
    SignificanceChanged,
)
from services.chronology.lenses import kept_under
from shared.domain.corrections import Corrected
from shared.domain.event import Event, Record
from shared.domain.view import Change, Index, Insert, Update, UpsertLike, View, Wall
from shared.team.erasure import ErasureKnown


@dataclass(frozen=True)
class EntryRow:
    """An entry. Times in UTC; `recorded_at` is when its source recorded it. `sealed` are the words of `event`."""

    stream: UUID
    entry: UUID
    child: UUID
    happened_at: datetime
    known_at: datetime
    recorded_at: datetime
    position: int
    source: str
    source_event: str
    caused_by: UUID
    thing: UUID | None
    title: str
    topic: str
    agency: str
    organisation: str | None
    role: str
    significance: str
    weighs: bool
    late: bool
    sensitivity: str
    event: UUID
    sealed: bytes | None
    corrects: UUID | None = None
    corrected_by: UUID | None = None
    withdrawn: bool = False
    by: UUID | None = None
    part_of: UUID | None = None


_AS_TOLD = (
    "source",
    "source_event",
    "caused_by",
    "thing",
    "title",
    "topic",
    "recorded_at",
    "late",
    "agency",
    "organisation",
    "role",
    "significance",
    "sensitivity",
    "corrects",
    "by",
    "part_of",
)
"""The columns that are fields of an entry by the same name."""


WEIGHS = "weighs AND sensitivity <> 'sealed'"
"""Which entries stand in the list of what weighs: nothing that is sealed stands in any list."""


NOW = "(SELECT nullif(current_setting('safeguarding.now', true), '')::timestamptz)"
"""The present instant by the service's clock, as the connection of a reader is told it."""

LASTS = f"(until IS NULL OR after <> 'gone' OR until > {NOW})"
"""That a row still shows something: what was shared for a time, and is nothing from then on, has not ended."""

_SEEN = (
    # A single row is asked for, so that PostgreSQL looks it up: all that an agency sees could be read to answer `EXISTS`.
    'SELECT true FROM "chronology_views"."seen" AS open_to '
    "WHERE open_to.entry = {table}.entry AND open_to.child = {table}.child "
    # A feed reads rows that show nothing any more, to say so; of the entries themselves it reads no more than a page.
    f"AND depth <> 'gone' AND {LASTS} LIMIT 1"
)


entries = View(
    "entries",
    row=EntryRow,
    key=("stream", "entry"),
    indexes=(
        ("child", "happened_at", "known_at", "recorded_at", "entry"),
        Index(("position", "entry"), where=WEIGHS),
        ("entry",),
    ),
    anew="stream",
    wall=Wall(
        "(SELECT current_setting('safeguarding.everything', true)) = 'on' AND sensitivity <> 'sealed' OR "
        f"({_SEEN})",
        through=("seen",),
    ),
)
"""Read by who sees the entry, through the wall of `seen`; by who reads everything, whatever is not sealed."""


@entries.on(EntryReceived)
def _(event: EntryReceived, record: Record) -> Insert:
    return Insert(
        stream=record.stream,
        entry=event.entry.id,
        child=event.child,
        happened_at=record.happened_at,
        known_at=record.envelope.known,
        position=record.position,
        weighs=event.entry.significance != "routine",
        event=record.sealed_by,
        sealed=record.sealed,
        **{name: getattr(event.entry, name) for name in _AS_TOLD},
    )


@entries.on(EntryCorrected)
def _(event: EntryCorrected, record: Record) -> Iterator[Change]:
    """It stands where its right times put it. What is withdrawn stays as it was told, and says that it is."""
    place = {"stream": record.stream, "entry": event.entry}
    yield Update(place, corrected_by=event.by, withdrawn=event.withdrawn)
    if event.title is not None:
        yield Update(place, title=event.title, happened_at=record.happened_at, known_at=record.envelope.known)
    if record.sealed is not None:
        yield Update(place, event=record.sealed_by, sealed=record.sealed)


@entries.on(SignificanceChanged)
def _(event: SignificanceChanged, record: Record) -> Update:
    return Update(
        {"stream": record.stream, "entry": event.entry},
        significance=event.significance,
        weighs=event.significance != "routine",
    )


@dataclass(frozen=True)
class SeenRow:
    """How an entry is seen under one name: by an agency, and under `organisation` as `lenses` has it. Facts of one command
    about several children may be one entry of each, under one id: so `child` is of the key.

    Beside that stands what a page is ordered and filtered by, as the entry has it. Times in UTC. `depth` `gone`: seen by
    nobody (any more). What a person shared for a time is so until `until`, and `after` from then on. `decided_by` is the event
    that decided it, on which lawful `basis` where a person did; `position` that of what last changed the row.
    """

    entry: UUID
    agency: str
    organisation: str
    child: UUID
    happened_at: datetime
    known_at: datetime
    recorded_at: datetime
    depth: Literal["title", "whole", "withheld", "gone"]
    why: Literal["rule", "shared", "withheld", "restricted"]
    decided_by: UUID
    topic: str
    by_agency: str
    significance: str
    position: int
    basis: str | None = None
    until: datetime | None = None
    after: str | None = None
    thing: UUID | None = None
    part_of: UUID | None = None


_PAGE = ("agency", "organisation", "child", "happened_at", "known_at", "recorded_at", "entry")

_NOBODY = Shown(agency="", organisation="", depth="nothing")
"""Whom the row is for of an entry that nobody sees: later ones are made like it."""


seen = View(
    "seen",
    row=SeenRow,
    key=("entry", "child", "agency", "organisation"),
    indexes=(
        Index(
            _PAGE,
            where="depth <> 'gone'",
            include=("depth", "topic", "by_agency", "significance", "until", "after"),
        ),
        # A feed: what changed after a position; and what was shared until an instant that has come.
        Index(("agency", "organisation", "position", "entry", "child"), include=("depth",)),
        Index(("agency", "organisation", "until", "entry", "child"), where="until IS NOT NULL"),
        Index(("child", "thing"), where="thing IS NOT NULL"),
        Index(("child", "part_of"), where="part_of IS NOT NULL"),
    ),
    wall=Wall(
        "agency = (SELECT current_setting('safeguarding.agency', true)) AND organisation IN "
        "((SELECT current_setting('safeguarding.every', true)), (SELECT current_setting('safeguarding.own', true))) "
        f"AND ((SELECT current_setting('safeguarding.feed', true)) = 'on' OR depth <> 'gone' AND {LASTS})"
    ),
)
"""Who reads finds what shows something; a feed also what does not any more, so that its reader can be told so."""


@seen.on(EntryReceived)
def _(event: EntryReceived, record: Record) -> Iterator[Change]:
    """By rule. Where it is open to nobody, a row for nobody stands for it."""
    shown = [Shown(**one.model_dump()) for one in event.seen_by]
    for one in kept_under(shown) or (_NOBODY,):
        yield Insert(
            entry=event.entry.id,
            agency=one.agency,
            organisation=one.organisation,
            child=event.child,
            happened_at=record.happened_at,
            known_at=record.envelope.known,
            recorded_at=event.entry.recorded_at,
            depth=_kept(one.depth),
            why="rule",
            decided_by=record.envelope.event_id,
            topic=event.entry.topic,
            by_agency=event.entry.agency,
            significance=event.entry.significance,
            position=record.position,
            thing=event.entry.thing,
            part_of=event.entry.part_of,
        )


@seen.on(EntryShared)
def _(event: EntryShared, record: Record) -> Iterator[Change]:
    """It carries the whole audience that results, and nothing else of the entry."""
    return _audience(event, record)


@seen.on(EntryWithheld)
def _(event: EntryWithheld, record: Record) -> Iterator[Change]:
    """It carries the whole audience that results: who sees nothing any more has a row that says so."""
    return _audience(event, record)


def _audience(event: EntryShared | EntryWithheld, record: Record) -> Iterator[Change]:
    for one in kept_under(event.seen_by):
        yield UpsertLike(
            {"entry": event.entry, "child": event.child},
            agency=one.agency,
            organisation=one.organisation,
            depth=_kept(one.depth),
            why=one.why,
            basis=one.basis,
            until=one.until,
            after=_kept(one.after) if one.after is not None else None,
            decided_by=record.envelope.event_id,
            position=record.position,
        )


def _kept(depth: ShownDepth) -> Literal["title", "whole", "withheld", "gone"]:
    """How rows call it: of what is shown to nobody a row is kept, which says that it is gone."""
    return "gone" if depth == "nothing" else depth


@seen.on(EntryCorrected)
def _(event: EntryCorrected, record: Record) -> Update:
    """It stands where its right times put it; what is withdrawn stays where it was told."""
    place = {"entry": event.entry, "child": event.child}
    if event.title is None:
        return Update(place, position=record.position)
    return Update(
        place, position=record.position, happened_at=record.happened_at, known_at=record.envelope.known
    )


@seen.on(SignificanceChanged)
def _(event: SignificanceChanged, record: Record) -> Update:
    return Update(
        {"entry": event.entry, "child": event.child},
        significance=event.significance,
        position=record.position,
    )


@seen.on(EntryRestricted)
def _(event: EntryRestricted, record: Record) -> Iterator[Update]:
    """Who sees what stays as it is, and most are shown one title in its place: so every feed tells of it again. A mark that
    is shown to some changes nothing for others: no feed stirs when one is made.
    """
    if not event.only_marks:
        yield from _told_again(event.child, event.thing, record)


@seen.on(RestrictionEnded)
def _(event: RestrictionEnded, record: Record) -> Iterator[Update]:
    """It is shown as it is again, and so told again."""
    yield from _told_again(event.child, event.thing, record)


def _told_again(child: UUID | None, thing: UUID, record: Record) -> Iterator[Update]:
    """The entries of a thing, and those of what was done for it elsewhere."""
    yield Update({"child": child, "thing": thing}, position=record.position)
    yield Update({"child": child, "part_of": thing}, position=record.position)


@seen.on(ErasureKnown)
def _(event: ErasureKnown, record: Record) -> Update:
    """Of who was erased no words are left to show: every feed that told some tells of it again, without."""
    return Update({"child": event.child}, position=record.position)


@seen.on_stream_corrected(SignificanceChanged)
def _(right: Sequence[Record], correction: Record) -> Iterator[Change]:
    """It weighs what the last that is left says."""
    weighs: dict[UUID, str] = {}
    for record in right:
        match record.event:
            case EntryReceived(entry=entry):
                weighs[entry.id] = entry.significance
            case SignificanceChanged(entry=entry_id, significance=changed):
                weighs[entry_id] = changed
    for entry_id, significance in weighs.items():
        yield Update(
            {"entry": entry_id, "child": correction.event.child},
            significance=significance,
            position=correction.position,
        )


@seen.on_corrected(
    EntryReceived, EntryShared, EntryWithheld, EntryCorrected, EntryRestricted, RestrictionEnded, ErasureKnown
)
def _(_right: Event | None, _corrected: Corrected, _correction: Record) -> None:
    """These follow from other teams' facts, which are corrected there; or were decided, and are undone by a decision."""
