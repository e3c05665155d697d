"""What is read of the children's records: the entries, and who may see each."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.chronology.events import EntryCorrected, EntryReceived, EntryShared, SignificanceChanged
from shared.domain.corrections import Corrected
from shared.domain.event import Record
from shared.domain.view import Change, Insert, Update, Upsert, View


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
)
"""The columns that are fields of an entry by the same name."""


entries = View(
    "entries",
    row=EntryRow,
    key=("stream",),
    indexes=(
        ("child", "happened_at", "known_at", "recorded_at", "entry"),
        ("weighs", "position", "entry"),
        ("entry",),
    ),
    anew="stream",
)


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
    place = {"stream": record.stream}
    yield Update(place, corrected_by=event.by, withdrawn=event.withdrawn)
    if event.title is not None:
        yield Update(place, title=event.title, happened_at=record.happened_at, known_at=record.envelope.known)
    if record.sealed is not None:
        yield Update(place, event=record.sealed_by, sealed=record.sealed)


@entries.on(SignificanceChanged)
def _(event: SignificanceChanged, record: Record) -> Update:
    return Update(
        {"stream": record.stream}, significance=event.significance, weighs=event.significance != "routine"
    )


@dataclass(frozen=True)
class AudienceRow:
    """Who may see an entry, and how deep. An empty organisation: none is named, which of most agencies means all of it."""

    entry: UUID
    agency: str
    organisation: str
    depth: str


audience = View("audience", row=AudienceRow, key=("entry", "agency", "organisation"))


@audience.on(EntryReceived)
def _(event: EntryReceived, _record: Record) -> Iterator[Change]:
    for seen in event.seen_by:
        yield Insert(
            entry=event.entry.id, agency=seen.agency, organisation=seen.organisation or "", depth=seen.depth
        )


@audience.on(EntryShared)
def _(event: EntryShared, _record: Record) -> Iterator[Change]:
    for seen in event.seen_by:
        yield Upsert(
            entry=event.entry, agency=seen.agency, organisation=seen.organisation or "", depth=seen.depth
        )


@audience.on_corrected(EntryReceived, EntryShared)
def _(_right: EntryReceived | EntryShared | None, _corrected: Corrected, _correction: Record) -> None:
    """Who sees an entry is decided when it comes in, and by sharing it: correcting either changes nothing here."""
