"""The allegations: how each stands, of each child or of none."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.lado.events import (
    AllegationClosed,
    AllegationReceived,
    AllegationReviewed,
    AllegationsMeetingHeld,
    OutcomeDetermined,
    ThresholdDecided,
)
from shared.domain.event import Event, Record
from shared.domain.view import Index, Update, Upsert, View


@dataclass(frozen=True)
class AllegationRow:
    """One child's part of an allegation, or one about no child."""

    stream: UUID
    allegation: UUID
    child: UUID | None
    contact: UUID | None
    adult: UUID
    """The keyed digest of who it is: of whom other allegations are found by it."""
    received_at: datetime
    setting: str | None
    historic: bool
    threshold: str | None
    threshold_at: datetime | None
    met_at: datetime | None
    reviewed_at: datetime | None
    due_at: datetime | None
    """What is due next of threshold, meeting and review."""
    outcome: str | None
    concluded_at: datetime | None
    closed_at: datetime | None
    waits: bool
    """Whether it is open."""
    event: UUID | None
    sealed: bytes | None


allegations = View(
    "allegations",
    row=AllegationRow,
    key=("stream",),
    indexes=(
        ("waits", "received_at", "stream"),
        ("allegation", "stream"),
        ("adult", "received_at", "stream"),
        ("child", "stream"),
        Index(("received_at", "stream"), include=("setting", "threshold", "outcome", "concluded_at")),
    ),
    anew="stream",
)


@allegations.on(AllegationReceived)
def _(event: AllegationReceived, record: Record) -> Upsert:
    return Upsert(
        stream=record.stream,
        allegation=record.envelope.thing_id,
        child=event.child,
        contact=event.contact,
        adult=event.adult,
        received_at=event.received_at,
        setting=event.setting.value if event.setting else None,
        historic=event.historic,
        due_at=event.decide_by.due_at,
        waits=True,
        event=record.sealed_by,
        sealed=record.sealed,
    )


@allegations.on(ThresholdDecided)
def _(event: ThresholdDecided, record: Record) -> Update:
    return Update(
        {"stream": record.stream},
        threshold=event.decision.value,
        threshold_at=record.happened_at,
        due_at=event.meet_by.due_at if event.meet_by else None,
    )


@allegations.on(AllegationsMeetingHeld)
def _(event: AllegationsMeetingHeld, record: Record) -> Update:
    return Update({"stream": record.stream}, met_at=record.happened_at, due_at=event.review_by.due_at)


@allegations.on(AllegationReviewed)
def _(event: AllegationReviewed, record: Record) -> Update:
    return Update({"stream": record.stream}, reviewed_at=record.happened_at, due_at=event.review_by.due_at)


@allegations.on(OutcomeDetermined)
def _(event: OutcomeDetermined, record: Record) -> Update:
    return Update({"stream": record.stream}, outcome=event.outcome.value, concluded_at=record.happened_at)


@allegations.on(AllegationClosed)
def _(_event: Event, record: Record) -> Update:
    return Update({"stream": record.stream}, closed_at=record.happened_at, due_at=None, waits=False)
