"""The panel's agenda and its reviews, and the children's repeat patterns."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.missing.events import (
    EpisodeReviewedAtPanel,
    IncidentOnAgenda,
    IncidentReviewed,
    RepeatPatternDetected,
)
from shared.domain.event import Record
from shared.domain.view import Insert, Update, Upsert, View


@dataclass(frozen=True)
class AgendaRow:
    """One child's incident on the agenda of one panel."""

    panel: UUID
    about: UUID
    """The child's stream of the incident."""
    episode: UUID
    day: date
    carried: bool
    reviewed: bool


agenda = View("agenda", row=AgendaRow, key=("panel", "about"), anew="panel")


@agenda.on(IncidentOnAgenda)
def _(event: IncidentOnAgenda, record: Record) -> Upsert:
    return Upsert(
        panel=record.stream,
        about=event.about,
        episode=event.episode,
        day=event.panel,
        carried=event.carried,
        reviewed=False,
    )


@agenda.on(IncidentReviewed)
def _(event: IncidentReviewed, record: Record) -> Update:
    return Update({"panel": record.stream, "about": event.about}, reviewed=True)


@dataclass(frozen=True)
class ReviewRow:
    """What a panel said of one child's incident: its actions, by agency and day; their words are sealed."""

    stream: UUID
    event: UUID
    child: UUID
    episode: UUID
    day: date
    owners: list[str]
    due: list[date]
    sealed: bytes | None


reviews = View(
    "reviews",
    row=ReviewRow,
    key=("stream", "event"),
    indexes=(("child", "day", "event"),),
    anew="stream",
)


@reviews.on(EpisodeReviewedAtPanel)
def _(event: EpisodeReviewedAtPanel, record: Record) -> Insert:
    return Insert(
        stream=record.stream,
        event=record.sealed_by,
        child=event.child,
        episode=event.episode,
        day=event.panel,
        owners=list(event.owners),
        due=list(event.due),
        sealed=record.sealed,
    )


@dataclass(frozen=True)
class PatternRow:
    """A repeat pattern of a child, with the command of a person that completed it."""

    stream: UUID
    event: UUID
    child: UUID
    command: UUID
    by: str
    triggers: list[UUID]
    detected_at: datetime


patterns = View(
    "patterns",
    row=PatternRow,
    key=("stream", "event"),
    indexes=(("child", "detected_at", "event"),),
    anew="stream",
)


@patterns.on(RepeatPatternDetected)
def _(event: RepeatPatternDetected, record: Record) -> Insert:
    return Insert(
        stream=record.stream,
        event=record.envelope.event_id,
        child=event.child,
        command=record.envelope.root_id,
        by=event.by.value,
        triggers=list(event.triggers),
        detected_at=record.recorded_at,
    )
