"""The open child-in-need plans, the oldest first. When visits and reviews are due stands on the board of deadlines."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.assessment.events import (
    ChildInNeedPlanEnded,
    ChildInNeedPlanReviewed,
    ChildInNeedPlanStarted,
    PlanConsentWithdrawn,
)
from shared.domain.event import Record
from shared.domain.view import Update, Upsert, View


@dataclass(frozen=True)
class PlanRow:
    """A child-in-need plan of one child."""

    stream: UUID
    child: UUID
    started_at: datetime
    first_review: date | None
    reviewed_at: datetime | None
    """When the review happened that was recorded last ..."""
    decision: str | None
    """... and what it decided."""
    consent_withdrawn: bool
    ended: str | None
    is_open: bool
    event: UUID | None
    sealed: bytes | None


plans = View(
    "plans",
    row=PlanRow,
    key=("stream",),
    anew="stream",
    indexes=(("is_open", "started_at", "stream"), ("child",)),
)


@plans.on(ChildInNeedPlanStarted)
def _(event: ChildInNeedPlanStarted, record: Record) -> Upsert:
    return Upsert(
        stream=record.stream,
        child=event.child,
        started_at=record.happened_at,
        first_review=event.first_review,
        consent_withdrawn=False,
        is_open=True,
        event=record.sealed_by,
        sealed=record.sealed,
    )


@plans.on(ChildInNeedPlanReviewed)
def _(event: ChildInNeedPlanReviewed, record: Record) -> Update:
    return Update({"stream": record.stream}, reviewed_at=record.happened_at, decision=event.decision.value)


@plans.on(PlanConsentWithdrawn)
def _(_event: PlanConsentWithdrawn, record: Record) -> Update:
    return Update({"stream": record.stream}, consent_withdrawn=True)


@plans.on(ChildInNeedPlanEnded)
def _(event: ChildInNeedPlanEnded, record: Record) -> Update:
    return Update({"stream": record.stream}, ended=event.reason.value, is_open=False)
