"""The children whose early help is open, and what each waits for."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.fws.events import (
    EarlyHelpDeclined,
    EarlyHelpEnded,
    FamilyVisited,
    KeyworkerAllocated,
    PlanLive,
    RequestReceived,
    StepDownAgreed,
    SupportMeetingHeld,
    WellbeingAssessmentShared,
)
from shared.domain.event import Event, Record
from shared.domain.view import Update, Upsert, View


@dataclass(frozen=True)
class EpisodeRow:
    """One child's part in a family's early help, from the request on."""

    stream: UUID
    child: UUID
    request: UUID
    contact: UUID | None
    """At the front door; None: it was stepped down from social care."""
    requested_at: datetime
    level: int | None
    worker: UUID | None
    visited_at: datetime | None
    seen_at: datetime | None
    shared: bool
    met: bool
    plan_live_at: datetime | None
    waits: bool
    """Whether it runs."""
    event: UUID | None
    sealed: bytes | None


worklist = View(
    "worklist",
    row=EpisodeRow,
    key=("stream",),
    indexes=(("waits", "requested_at", "stream"), ("child",)),
    anew="stream",
)


@worklist.on(RequestReceived)
def _(event: RequestReceived, record: Record) -> Upsert:
    return Upsert(
        stream=record.stream,
        child=event.child,
        request=event.request,
        contact=event.contact,
        requested_at=event.requested_at,
        level=event.level,
        shared=False,
        met=False,
        waits=True,
    )


@worklist.on(StepDownAgreed)
def _(event: StepDownAgreed, record: Record) -> Upsert:
    return Upsert(
        stream=record.stream,
        child=event.child,
        request=event.request,
        contact=None,
        requested_at=record.happened_at,
        level=None,
        shared=False,
        met=False,
        waits=True,
    )


@worklist.on(KeyworkerAllocated)
def _(event: KeyworkerAllocated, record: Record) -> Update:
    return Update(
        {"stream": record.stream}, worker=event.worker, event=record.sealed_by, sealed=record.sealed
    )


@worklist.on(FamilyVisited)
def _(event: FamilyVisited, record: Record) -> Update:
    at = record.happened_at
    if event.seen:
        return Update({"stream": record.stream}, visited_at=at, seen_at=at)
    return Update({"stream": record.stream}, visited_at=at)


@worklist.on(WellbeingAssessmentShared)
def _(_event: WellbeingAssessmentShared, record: Record) -> Update:
    return Update({"stream": record.stream}, shared=True)


@worklist.on(SupportMeetingHeld)
def _(_event: SupportMeetingHeld, record: Record) -> Update:
    return Update({"stream": record.stream}, met=True)


@worklist.on(PlanLive)
def _(_event: PlanLive, record: Record) -> Update:
    return Update({"stream": record.stream}, plan_live_at=record.happened_at)


@worklist.on(EarlyHelpDeclined, EarlyHelpEnded)
def _(_event: Event, record: Record) -> Update:
    return Update({"stream": record.stream}, waits=False)
