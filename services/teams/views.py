"""What the receiving teams look at: each child's case in each team, with what is due of it."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.teams.codes import TeamReview
from services.teams.events import (
    CaseAccepted,
    CaseDeclined,
    CaseHandedBack,
    CaseOffered,
    ChildSeen,
    TeamCaseClosed,
    TeamReviewHeld,
    TeamStepRecorded,
)
from shared.domain.event import Event, Record
from shared.domain.view import Index, Insert, Update, Upsert, View


@dataclass(frozen=True)
class CaseRow:
    """A child's case in one team. Its sealed text is the handover with which it was offered."""

    stream: UUID
    child: UUID
    team: str
    called: str
    agency: str
    offered_at: datetime
    occasion: str | None
    accept_by: datetime | None
    accepted_at: datetime | None
    worker: UUID | None
    """Of an open case; None once it is closed."""
    see_by: datetime | None
    seen_at: datetime | None
    review_by: datetime | None
    reviewed_at: datetime | None
    review_decided: str | None
    waits: bool
    """Whether it waits for the team's answer, or the team works with the child."""
    event: UUID | None
    sealed: bytes | None


cases = View(
    "cases",
    row=CaseRow,
    key=("stream",),
    indexes=(
        Index(("team", "offered_at", "stream"), where="waits"),
        Index(("offered_at", "stream"), where="waits", include=("team",)),
        ("child",),
        ("worker", "offered_at", "stream"),
    ),
    anew="stream",
)


@cases.on(CaseOffered)
def _(event: CaseOffered, record: Record) -> Upsert:
    return Upsert(
        stream=record.stream,
        child=event.child,
        team=event.team,
        called=event.called,
        agency=event.team_agency,
        offered_at=record.happened_at,
        occasion=event.occasion,
        accept_by=event.accept_by.due_at if event.accept_by else None,
        waits=True,
        event=record.sealed_by,
        sealed=record.sealed,
    )


@cases.on(CaseAccepted)
def _(event: CaseAccepted, record: Record) -> Update:
    return Update(
        {"stream": record.stream},
        accepted_at=record.happened_at,
        worker=event.worker,
        see_by=event.see_by.due_at if event.see_by else None,
        review_by=event.review_by.due_at if event.review_by else None,
    )


@cases.on(ChildSeen)
def _(event: ChildSeen, record: Record) -> Update:
    again = event.see_again_by.due_at if event.see_again_by else None
    return Update({"stream": record.stream}, seen_at=record.happened_at, see_by=again)


@cases.on(TeamReviewHeld)
def _(event: TeamReviewHeld, record: Record) -> Update:
    return Update(
        {"stream": record.stream},
        reviewed_at=record.happened_at,
        review_decided=event.decision.value,
        review_by=event.review_by.due_at if event.review_by else None,
    )


@cases.on(CaseDeclined, CaseHandedBack, TeamCaseClosed)
def _(_event: Event, record: Record) -> Update:
    return Update({"stream": record.stream}, waits=False, worker=None)


def waits_for(accepted: bool, seen: bool, to_be_seen: bool, decided: str | None) -> str:
    """What a case waits for, in words."""
    if not accepted:
        return "the team's answer"
    if decided == TeamReview.END.value:
        return "its end"
    return "the child to be seen" if to_be_seen and not seen else "its reviews and steps"


@dataclass(frozen=True)
class StepRow:
    """A step of a team's own that was done. Its words are in the chronology."""

    stream: UUID
    recorded: UUID
    child: UUID
    team: str
    step: str
    called: str
    done_at: datetime
    on_day: date | None


steps = View(
    "steps",
    row=StepRow,
    key=("stream", "recorded"),
    indexes=(("child", "done_at", "recorded"),),
    anew="stream",
)


@steps.on(TeamStepRecorded)
def _(event: TeamStepRecorded, record: Record) -> Insert:
    return Insert(
        stream=record.stream,
        recorded=record.envelope.event_id,
        child=event.child,
        team=event.team,
        step=event.step,
        called=event.step_called,
        done_at=record.happened_at,
        on_day=event.on_day,
    )
