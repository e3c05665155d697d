"""The board: every episode with what it waits for, looked-after children first (R4)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from services.missing.codes import Condition, Risk
from services.missing.events import (
    BecameLookedAfter,
    ChildFound,
    ChildReportedMissing,
    EpisodeClosed,
    EpisodeReviewedAtPanel,
    ReturnInterviewDeclined,
    ReturnInterviewRecorded,
    ReturnInterviewRequested,
    RiskUpdated,
    SightingRecorded,
)
from shared.domain.clock_facts import DeadlineVaried
from shared.domain.event import Record
from shared.domain.view import Update, Upsert, View

UNGRADED: Final = Risk.MEDIUM.rank
"""Where who is not graded stands in the list."""
BACK: Final = 10
"""Who is back stands after who is missing."""


@dataclass(frozen=True)
class BoardRow:
    """One child's episode. Its sealed text is the report's."""

    stream: UUID
    episode: UUID
    child: UUID
    missing_since: datetime
    received_at: datetime
    missing_from: str | None
    category: str
    risk: str | None
    looked_after: bool
    rank: int
    """0 first: looked after, then by the grade, then who is back."""
    last_sighting_at: datetime | None
    returned_at: datetime | None
    interview_by: datetime | None
    interview_of: UUID | None
    """Who is to offer the interview, by name ..."""
    interview_by_service: str | None
    """... or as which service."""
    interviewed: bool
    reviewed: bool
    review_by: datetime
    waits: bool
    event: UUID
    sealed: bytes | None


board = View(
    "board",
    row=BoardRow,
    key=("stream",),
    indexes=(("waits", "rank", "missing_since", "stream"), ("child",)),
    anew="stream",
)


@board.on(ChildReportedMissing)
def _(event: ChildReportedMissing, record: Record) -> Upsert:
    return Upsert(
        stream=record.stream,
        episode=event.episode,
        child=event.child,
        missing_since=record.happened_at,
        received_at=event.received_at,
        missing_from=event.missing_from.value if event.missing_from else None,
        category=event.category.value,
        risk=event.police_risk.value if event.police_risk else None,
        looked_after=event.looked_after,
        rank=0 if event.looked_after else 1 + (event.police_risk.rank if event.police_risk else UNGRADED),
        interviewed=False,
        reviewed=False,
        review_by=event.review_by.due_at,
        waits=True,
        event=record.sealed_by,
        sealed=record.sealed,
    )


@board.on(BecameLookedAfter)
def _(_event: BecameLookedAfter, record: Record) -> list[Update]:
    """First from now on, as long as the child is missing (R4)."""
    return [
        Update({"stream": record.stream}, looked_after=True),
        Update({"stream": record.stream, "returned_at": None}, rank=0),
    ]


@board.on(RiskUpdated)
def _(event: RiskUpdated, record: Record) -> list[Update]:
    of_others = {"stream": record.stream, "looked_after": False}
    return [
        Update({"stream": record.stream}, risk=event.police_risk.value),
        Update(of_others, rank=1 + event.police_risk.rank),
    ]


@board.on(SightingRecorded)
def _(_event: SightingRecorded, record: Record) -> Update:
    return Update({"stream": record.stream}, last_sighting_at=record.happened_at)


@board.on(ChildFound)
def _(event: ChildFound, record: Record) -> Update:
    return Update(
        {"stream": record.stream},
        returned_at=record.happened_at,
        rank=BACK,
        interview_by=event.interview_by.due_at if event.interview_by else None,
        interviewed=event.condition is Condition.DECEASED,
    )


@board.on(ReturnInterviewRequested)
def _(event: ReturnInterviewRequested, record: Record) -> Update:
    return Update(
        {"stream": record.stream}, interview_of=event.interviewer, interview_by_service=event.service.value
    )


@board.on(ReturnInterviewRecorded)
def _(_event: ReturnInterviewRecorded, record: Record) -> list[Update]:
    return _interview_done(record)


@board.on(ReturnInterviewDeclined)
def _(event: ReturnInterviewDeclined, record: Record) -> list[Update]:
    return _interview_done(record) if "R1" in event.clocks_met() else []


def _interview_done(record: Record) -> list[Update]:
    """It waits for nothing more where the panel has looked at it."""
    return [
        Update({"stream": record.stream}, interviewed=True),
        Update({"stream": record.stream, "reviewed": True}, waits=False),
    ]


@board.on(EpisodeReviewedAtPanel)
def _(event: EpisodeReviewedAtPanel, record: Record) -> list[Update]:
    """It waits for nothing more where the interview was held or declined."""
    graded = [Update({"stream": record.stream}, risk=event.risk.value)] if event.risk else []
    return [
        *graded,
        Update({"stream": record.stream}, reviewed=True),
        Update({"stream": record.stream, "interviewed": True}, waits=False),
    ]


@board.on(EpisodeClosed)
def _(_event: EpisodeClosed, record: Record) -> Update:
    return Update({"stream": record.stream}, waits=False)


@board.on(DeadlineVaried)
def _(event: DeadlineVaried, record: Record) -> Update | None:
    columns = {"R1": "interview_by", "R3": "review_by"}
    column = columns.get(event.rule)
    return Update({"stream": record.stream}, **{column: event.due_at}) if column else None
