"""How return interviews go (R1): of each return whether one was offered, accepted, held, and in time. Figures are made of it."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.missing.events import (
    ChildFound,
    ChildReportedMissing,
    EpisodeClosed,
    InterviewOffered,
    ReturnInterviewDeclined,
    ReturnInterviewRecorded,
    ReturnInterviewRequested,
)
from shared.domain.clock_facts import DeadlineVaried
from shared.domain.event import Record
from shared.domain.instants import local_date
from shared.domain.view import Update, Upsert, View


@dataclass(frozen=True)
class ReturnRow:
    """One child's episode, as far as an interview is concerned."""

    stream: UUID
    child: UUID
    origin: str
    """Where the child was missing from; `not_said`: a notice to the front door did not say."""
    month: date | None
    """The first day of the month of the return (London); None: the child is not back."""
    service: str | None
    """Who is to offer the interview; None: nobody was asked yet."""
    interview_by: datetime | None
    """None: there is none to be held."""
    offered: bool
    accepted: bool
    held: bool
    declined: bool
    answered_at: datetime | None
    """When it was held, or declined so that nothing is left to do."""
    counts: bool
    """Whether it was a missing child."""


returns = View(
    "returns", row=ReturnRow, key=("stream",), indexes=(("month", "origin", "service"),), anew="stream"
)


@returns.on(ChildReportedMissing)
def _(event: ChildReportedMissing, record: Record) -> Upsert:
    return Upsert(
        stream=record.stream,
        child=event.child,
        origin=event.missing_from.value if event.missing_from else "not_said",
        offered=False,
        accepted=False,
        held=False,
        declined=False,
        counts=True,
    )


@returns.on(ChildFound)
def _(event: ChildFound, record: Record) -> Update:
    return Update(
        {"stream": record.stream},
        month=local_date(record.happened_at).replace(day=1),
        interview_by=event.interview_by.due_at if event.interview_by else None,
    )


@returns.on(ReturnInterviewRequested)
def _(event: ReturnInterviewRequested, record: Record) -> Update:
    return Update({"stream": record.stream}, service=event.service.value)


@returns.on(InterviewOffered)
def _(event: InterviewOffered, record: Record) -> Update:
    if event.accepted:
        return Update({"stream": record.stream}, offered=True, accepted=True)
    return Update({"stream": record.stream}, offered=True)


@returns.on(ReturnInterviewDeclined)
def _(event: ReturnInterviewDeclined, record: Record) -> Update:
    """What a parent declined for a child who was not asked answers nothing."""
    if "R1" not in event.clocks_met():
        return Update({"stream": record.stream}, offered=True)
    return Update({"stream": record.stream}, offered=True, declined=True, answered_at=record.happened_at)


@returns.on(ReturnInterviewRecorded)
def _(_event: ReturnInterviewRecorded, record: Record) -> list[Update]:
    """Held is offered and accepted, whoever wrote that down. One that was declined first keeps when it was answered."""
    return [
        Update({"stream": record.stream}, offered=True, accepted=True, held=True, declined=False),
        Update({"stream": record.stream, "answered_at": None}, answered_at=record.happened_at),
    ]


@returns.on(EpisodeClosed)
def _(_event: EpisodeClosed, record: Record) -> Update:
    return Update({"stream": record.stream}, counts=False)


@returns.on(DeadlineVaried)
def _(event: DeadlineVaried, record: Record) -> Update | None:
    return Update({"stream": record.stream}, interview_by=event.due_at) if event.rule == "R1" else None
