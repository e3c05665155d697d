"""Giving a child a social worker, starting the assessment, and agreeing how long it may take (A3)."""

from datetime import date
from typing import Annotated

from pydantic import Field

from services.assessment.codes import AssessmentKind
from services.assessment.events import (
    AllocationEnded,
    AllocationText,
    AssessmentStarted,
    AssessmentTimeAgreed,
    EndedText,
    TimeText,
    WorkerAllocated,
)
from services.assessment.rules import MOST_WORKING_DAYS
from services.assessment.streams.referral.state import Referral, ReferralRecord, none_open
from shared.domain.code_lists import PrimaryNeed, ReceivingTeam
from shared.domain.command import Check, Command, refuse_all
from shared.domain.decider import Context
from shared.domain.event import Event
from shared.domain.fields import Professional, Text
from shared.domain.instants import Day
from shared.team.deadlines import VaryDeadline, decide_deadline

Days = Annotated[int, Field(ge=1, le=1000, strict=True)]


class AllocateWorker(Command, name="assessment.AllocateWorker"):
    """Give the child a social worker, and agree how many working days the assessment may take: at most 45 (A3).

    The first worker starts the assessment. Where another time was agreed before, a new one varies it.
    """

    worker: Professional
    assessment_due_in_working_days: Days | None = Field(
        default=None, description="left out: what was agreed, else 45"
    )
    reason: Text = ""
    team: ReceivingTeam | None = None
    former_ended_because: Text = ""
    primary_need: PrimaryNeed | None = None


class StartAssessment(Command, name="assessment.StartAssessment"):
    """Start an assessment before a worker is allocated, or another one after the first, and agree how long it may take."""

    due_in_working_days: Days | None = None
    reason: Text = ""
    kind: AssessmentKind = AssessmentKind.CHILDREN_AND_FAMILIES
    review_on: Day | None = None


def allocate_worker(command: AllocateWorker, record: ReferralRecord, context: Context) -> list[Event]:
    """Allocate a worker, or another; the same one for the same time is already so."""
    state, days = record.referral, command.assessment_due_in_working_days
    refuse_all(_too_long(days), none_open(state))
    agreed = _agree(days, command.reason, state, context)
    started = [] if record.has_assessment(context.thing) else [_started(context)]
    return [*_allocated(command, state), *agreed, *started]


def start_assessment(command: StartAssessment, record: ReferralRecord, context: Context) -> list[Event]:
    """Start it, where none is open."""
    state, days = record.referral, command.due_in_working_days
    refuse_all(
        _too_long(days),
        none_open(state),
        (
            "A10",
            record.assessment.is_open,
            "an assessment is open: complete it, and have it authorised, before another one starts",
        ),
    )
    agreed = _agree(days, command.reason, state, context)
    return [*agreed, _started(context, command.kind, command.review_on)]


def _too_long(days: int | None) -> Check:
    return (
        "A3",
        days is not None and days > MOST_WORKING_DAYS,
        f"an assessment takes at most {MOST_WORKING_DAYS} working days; agree to fewer",
    )


def _allocated(command: AllocateWorker, state: Referral) -> list[Event]:
    """The new worker, and the end of the former one's allocation."""
    worker, team = command.worker, command.team or state.team
    need = command.primary_need if state.primary_need is None else None
    if (worker.id, team) == (state.worker, state.team) and need is None:
        return []
    allocated: list[Event] = [
        WorkerAllocated(
            worker=worker.id,
            worker_agency=worker.agency,
            assessment_due_in_working_days=command.assessment_due_in_working_days
            or state.working_days
            or MOST_WORKING_DAYS,
            team=team,
            primary_need=need,
            sealed=AllocationText(worker_name=worker.name, reason=command.reason),
        )
    ]
    if state.worker is not None and state.worker != worker.id:
        ended = EndedText(reason=command.former_ended_because)
        allocated.append(AllocationEnded(worker=state.worker, team=state.team, sealed=ended))
    return allocated


def _agree(days: int | None, reason: str, state: Referral, context: Context) -> list[Event]:
    """The first agreement sets the limit; a later one of another time varies it, as long as the clock runs."""
    if days is None:
        return []
    assert state.received_at is not None
    due = context.deadline("A3", state.received_at, limit=days)
    if not state.time_agreed:
        return [AssessmentTimeAgreed(working_days=days, assess_by=due, sealed=TimeText(reason=reason))]
    clock = context.clocks.latest("A3")
    if clock is None or not clock.running or due.due_at == clock.due_at:
        return []
    why = reason if reason.strip() else "Another time was agreed."
    return decide_deadline(VaryDeadline(rule="A3", due=due.due_at, reason=why), context)


def _started(
    context: Context,
    kind: AssessmentKind = AssessmentKind.CHILDREN_AND_FAMILIES,
    review_on: date | None = None,
) -> AssessmentStarted:
    return AssessmentStarted(referral=context.thing, kind=kind, review_on=review_on)
