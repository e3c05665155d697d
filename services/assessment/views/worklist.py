"""What the assessment team looks at: the open referrals, and what each waits for."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.assessment.events import (
    CaseClosed,
    ImmediateHarmMarked,
    ReferralLevelled,
    ReferralOpened,
    WorkerAllocated,
)
from shared.domain.clock_facts import ActNoted, DeadlineVaried
from shared.domain.event import Record
from shared.domain.view import Delete, Update, Upsert, View


@dataclass(frozen=True)
class WorklistRow:
    """An open referral of one child."""

    stream: UUID
    child: UUID
    contact: UUID | None
    received_at: datetime
    see_child_by: datetime
    source: str
    level: int | None
    primary_need: str | None
    immediate_harm: bool
    worker: UUID | None
    team: str | None
    allocated_at: datetime | None
    last_seen_at: datetime | None
    """Also before the contact was received; who reads it looks at that."""
    event: UUID | None
    sealed: bytes | None


worklist = View(
    "worklist",
    row=WorklistRow,
    key=("stream",),
    anew="stream",
    indexes=(("see_child_by", "stream"), ("child",), ("worker",)),
)


@worklist.on(ReferralOpened)
def _(event: ReferralOpened, record: Record) -> Upsert:
    return Upsert(
        stream=record.stream,
        child=event.child,
        contact=event.contact,
        received_at=event.received_at,
        see_child_by=(event.see_today_by or event.see_child_by).due_at,
        source=event.source.value,
        level=event.level,
        primary_need=event.primary_need.value if event.primary_need else None,
        immediate_harm=event.immediate_harm,
    )


@worklist.on(ImmediateHarmMarked)
def _(event: ImmediateHarmMarked, record: Record) -> Update:
    """The child is seen today, whatever was due before."""
    return Update({"stream": record.stream}, immediate_harm=True, see_child_by=event.see_today_by.due_at)


@worklist.on(ReferralLevelled)
def _(event: ReferralLevelled, record: Record) -> Update:
    return Update({"stream": record.stream}, level=event.level, primary_need=event.primary_need.value)


@worklist.on(WorkerAllocated)
def _(event: WorkerAllocated, record: Record) -> Update:
    return Update(
        {"stream": record.stream},
        worker=event.worker,
        team=event.team.value if event.team else None,
        allocated_at=record.happened_at,
        event=record.sealed_by,
        sealed=record.sealed,
    )


@worklist.on(CaseClosed)
def _(event: CaseClosed, record: Record) -> Delete:
    """A closed referral waits for nothing."""
    return Delete(stream=record.stream)


@worklist.on(ActNoted)
def _(event: ActNoted, record: Record) -> Update | None:
    """A visit, by whichever team: it is noted where it answers that the child must be seen."""
    return Update({"stream": record.stream}, last_seen_at=record.happened_at) if event.rule == "A2" else None


@worklist.on(DeadlineVaried)
def _(event: DeadlineVaried, record: Record) -> Update | None:
    return (
        Update({"stream": record.stream}, see_child_by=event.due_at) if event.rule in {"A1", "A2"} else None
    )
