"""Assessments that wait: to be completed, to be authorised by another than their author, to be shared."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.assessment.events import (
    AssessmentAuthorised,
    AssessmentCompleted,
    AssessmentStarted,
    OutcomeShared,
)
from shared.domain.event import Record
from shared.domain.view import Update, Upsert, View


@dataclass(frozen=True)
class AssessmentRow:
    """An assessment of one child."""

    stream: UUID
    child: UUID
    referral: UUID
    kind: str
    started_at: datetime
    completed_at: datetime | None
    author: UUID | None
    """Who completed it last, and so does not authorise it."""
    outcome: str | None
    authorised_at: datetime | None
    waits_for: str | None
    """None: for nothing."""
    waits: bool


assessments = View(
    "assessments",
    row=AssessmentRow,
    key=("stream",),
    anew="stream",
    indexes=(("waits", "started_at", "stream"), ("child",)),
)


@assessments.on(AssessmentStarted)
def _(event: AssessmentStarted, record: Record) -> Upsert:
    return Upsert(
        stream=record.stream,
        child=event.child,
        referral=event.referral,
        kind=event.kind.value,
        started_at=record.happened_at,
        waits_for="completion",
        waits=True,
    )


@assessments.on(AssessmentCompleted)
def _(event: AssessmentCompleted, record: Record) -> Update:
    return Update(
        {"stream": record.stream},
        completed_at=record.happened_at,
        author=event.author,
        outcome=event.outcome.value,
        waits_for="authorisation",
    )


@assessments.on(AssessmentAuthorised)
def _(event: AssessmentAuthorised, record: Record) -> Update:
    """Where there is nobody to tell, it waits for nothing more."""
    told = bool(event.to_tell)
    return Update(
        {"stream": record.stream},
        outcome=event.outcome.value,
        authorised_at=record.happened_at,
        waits_for="sharing" if told else None,
        waits=told,
    )


@assessments.on(OutcomeShared)
def _(event: OutcomeShared, record: Record) -> Update | None:
    return Update({"stream": record.stream}, waits_for=None, waits=False) if event.completes else None
