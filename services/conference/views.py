"""What the conference team looks at: the conferences that wait, the children on a plan, and how far pre-proceedings have come."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.conference.codes import LegalPlanningOutcome
from services.conference.events import (
    CategoryChanged,
    ChildProtectionPlanEnded,
    ChildProtectionPlanMade,
    ConferenceAskedFor,
    ConferenceAwaited,
    ConferenceClosed,
    ConferenceExpected,
    ConferenceNotNeeded,
    ConferenceScheduled,
    LegalPlanningDecided,
    LegalPlanningMeetingHeld,
    LetterBeforeProceedingsSent,
    PlanTransferInReceived,
    PreProceedingsBegun,
    PreProceedingsEnded,
    PreProceedingsMeetingHeld,
    PreProceedingsReviewed,
    ProceedingsIssued,
)
from shared.domain.clock_facts import DeadlineVaried
from shared.domain.event import Record
from shared.domain.view import Update, Upsert, View


@dataclass(frozen=True)
class WaitingRow:
    """A conference on one child that is to be held. Its sealed text is that of the day on which it is."""

    stream: UUID
    child: UUID
    kind: str
    origin: str
    awaited_since: datetime
    hold_by: datetime | None
    """A5, C15 or C16, whichever it is; None: none of them runs."""
    scheduled_for: date | None
    chair: UUID | None
    show_report_by: datetime | None
    their_category: str | None
    """Of a child on another authority's plan: until the conference is held it is theirs."""
    waits: bool
    event: UUID | None
    sealed: bytes | None


worklist = View(
    "worklist",
    row=WaitingRow,
    key=("stream",),
    anew="stream",
    indexes=(("waits", "awaited_since", "stream"), ("child",)),
)


@worklist.on(ConferenceAwaited)
def _(event: ConferenceAwaited, record: Record) -> Upsert:
    return Upsert(
        stream=record.stream,
        child=event.child,
        kind=event.kind.value,
        origin=event.origin.value,
        awaited_since=record.happened_at,
        waits=True,
    )


@worklist.on(ConferenceExpected)
def _(event: ConferenceExpected, record: Record) -> Update:
    return Update({"stream": record.stream}, hold_by=event.hold_by.due_at)


@worklist.on(ConferenceAskedFor)
def _(event: ConferenceAskedFor, record: Record) -> Update:
    limit = event.hold_before_birth_by
    changes = {"hold_by": limit.due_at} if limit else {}
    return Update({"stream": record.stream}, kind=event.kind.value, origin=event.origin.value, **changes)


@worklist.on(PlanTransferInReceived)
def _(event: PlanTransferInReceived, record: Record) -> Update:
    return Update(
        {"stream": record.stream}, hold_by=event.hold_by.due_at, their_category=event.category.value
    )


@worklist.on(ConferenceScheduled)
def _(event: ConferenceScheduled, record: Record) -> Update:
    return Update(
        {"stream": record.stream},
        kind=event.kind.value,
        origin=event.origin.value,
        scheduled_for=event.date,
        chair=event.chair,
        show_report_by=event.show_report_by.due_at if event.show_report_by else None,
        event=record.sealed_by,
        sealed=record.sealed,
    )


@worklist.on(ConferenceNotNeeded)
def _(event: ConferenceNotNeeded, record: Record) -> Update:
    return Update({"stream": record.stream}, hold_by=None, waits=not event.closes)


@worklist.on(ConferenceClosed)
def _(event: ConferenceClosed, record: Record) -> Update:
    return Update({"stream": record.stream}, waits=False)


@worklist.on(DeadlineVaried)
def _(event: DeadlineVaried, record: Record) -> Update | None:
    match event.rule:
        case "A5" | "C15" | "C16":
            return Update({"stream": record.stream}, hold_by=event.due_at)
        case "C25":
            return Update({"stream": record.stream}, show_report_by=event.due_at)
    return None


@dataclass(frozen=True)
class PlanRow:
    """A child on a child protection plan; what is due on it stands on the deadline board. The sealed text is the plan's."""

    stream: UUID
    child: UUID
    conference: UUID
    since: datetime
    category: str
    ended_at: datetime | None
    end_reason: str | None
    is_open: bool
    event: UUID | None
    sealed: bytes | None


plans = View(
    "plans",
    row=PlanRow,
    key=("stream",),
    anew="stream",
    indexes=(("is_open", "since", "stream"), ("child",)),
)


@plans.on(ChildProtectionPlanMade)
def _(event: ChildProtectionPlanMade, record: Record) -> Upsert:
    return Upsert(
        stream=record.stream,
        child=event.child,
        conference=event.conference,
        since=record.happened_at,
        category=event.category.value,
        is_open=True,
        event=record.sealed_by,
        sealed=record.sealed,
    )


@plans.on(CategoryChanged)
def _(event: CategoryChanged, record: Record) -> Update:
    return Update({"stream": record.stream}, category=event.category.value)


@plans.on(ChildProtectionPlanEnded)
def _(event: ChildProtectionPlanEnded, record: Record) -> Update:
    return Update(
        {"stream": record.stream},
        ended_at=record.happened_at,
        end_reason=event.reason.value,
        is_open=False,
    )


@dataclass(frozen=True)
class TrackerRow:
    """How far the pre-proceedings of one child have come. The sealed text is that of the last step. For few: what is said to
    a lawyer is privileged.
    """

    stream: UUID
    child: UUID
    decided_at: datetime | None
    emergency: bool
    decision: str | None
    written_at: datetime | None
    finish_by: datetime | None
    agreed_at: datetime | None
    reviewed_at: datetime | None
    ended_at: datetime | None
    ended_by: str | None
    is_open: bool
    event: UUID | None
    sealed: bytes | None


tracker = View(
    "tracker",
    row=TrackerRow,
    key=("stream",),
    anew="stream",
    indexes=(("is_open", "decided_at", "stream"), ("child",)),
)


@tracker.on(PreProceedingsBegun)
def _(event: PreProceedingsBegun, record: Record) -> Upsert:
    return Upsert(
        stream=record.stream,
        child=event.child,
        decided_at=record.happened_at,
        emergency=False,
        is_open=True,
    )


def _step(record: Record, **changes: Any) -> Update:
    """A step, with its own words in the place of those before."""
    return Update({"stream": record.stream}, event=record.sealed_by, sealed=record.sealed, **changes)


@tracker.on(LegalPlanningDecided)
def _(event: LegalPlanningDecided, record: Record) -> Update:
    return _step(record, decided_at=record.happened_at, emergency=event.emergency)


@tracker.on(LegalPlanningMeetingHeld)
def _(event: LegalPlanningMeetingHeld, record: Record) -> Update:
    open_ = {"is_open": False} if event.decision is LegalPlanningOutcome.NOT_MET else {}
    return _step(record, decision=event.decision.value, **open_)


@tracker.on(LetterBeforeProceedingsSent)
def _(event: LetterBeforeProceedingsSent, record: Record) -> Update:
    return _step(record, written_at=record.happened_at, finish_by=event.finish_by.due_at)


@tracker.on(PreProceedingsMeetingHeld)
def _(event: PreProceedingsMeetingHeld, record: Record) -> Update:
    return _step(record, agreed_at=record.happened_at)


@tracker.on(PreProceedingsReviewed)
def _(event: PreProceedingsReviewed, record: Record) -> Update:
    return _step(record, reviewed_at=record.happened_at)


@tracker.on(ProceedingsIssued)
def _(event: ProceedingsIssued, record: Record) -> Update:
    return _step(record, ended_at=record.happened_at, ended_by="issued", is_open=False)


@tracker.on(PreProceedingsEnded)
def _(event: PreProceedingsEnded, record: Record) -> Update:
    return _step(record, ended_at=record.happened_at, ended_by=event.reason.value, is_open=False)


@tracker.on(DeadlineVaried)
def _(event: DeadlineVaried, record: Record) -> Update | None:
    return Update({"stream": record.stream}, finish_by=event.due_at) if event.rule == "C22" else None
