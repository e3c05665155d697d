"""What the conference team looks at: the conferences that wait, and the children who are on a plan."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

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
    PlanTransferInReceived,
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
