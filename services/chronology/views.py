"""What is read of the children's records: the entries, and who may see each."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.chronology.events import EntryReceived, SignificanceChanged
from shared.domain.event import Record
from shared.domain.view import Change, Insert, Update, View


@dataclass(frozen=True)
class EntryRow:
    """An entry. Times in UTC; `recorded_at` is when its source recorded it."""

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


entries = View(
    "entries",
    row=EntryRow,
    key=("entry",),
    indexes=(("child", "happened_at", "known_at", "recorded_at", "entry"), ("weighs", "position", "entry")),
)


@entries.on(EntryReceived)
def _(event: EntryReceived, record: Record) -> Insert:
    return Insert(
        entry=event.entry,
        child=event.child,
        happened_at=record.happened_at,
        known_at=event.known_at,
        recorded_at=event.recorded_at,
        position=record.position,
        source=event.source,
        source_event=event.source_event,
        caused_by=event.caused_by,
        thing=event.thing,
        title=event.title,
        topic=event.topic,
        agency=event.agency,
        organisation=event.organisation,
        role=event.role,
        significance=event.significance,
        weighs=event.significance != "routine",
        late=event.recorded_late,
        sensitivity=event.sensitivity,
        event=record.envelope.event_id,
        sealed=record.sealed,
    )


@entries.on(SignificanceChanged)
def _(event: SignificanceChanged, _record: Record) -> Update:
    return Update(
        {"entry": event.entry}, significance=event.significance, weighs=event.significance != "routine"
    )


@dataclass(frozen=True)
class AudienceRow:
    """Who may see an entry, and how deep. An empty organisation stands for the whole agency."""

    entry: UUID
    agency: str
    organisation: str
    depth: str


audience = View("audience", row=AudienceRow, key=("entry", "agency", "organisation"))


@audience.on(EntryReceived)
def _(event: EntryReceived, _record: Record) -> Iterator[Change]:
    for seen in event.seen_by:
        yield Insert(
            entry=event.entry, agency=seen.agency, organisation=seen.organisation or "", depth=seen.depth
        )
