"""A referral: one episode of a child, from the accepted contact on."""

from dataclasses import dataclass, replace
from typing import Annotated, assert_never
from uuid import UUID

from pydantic import Field, model_validator

from services.assessment.events import (
    AllocationText,
    ChildNotSeen,
    ChildSeen,
    ImmediateHarmMarked,
    Place,
    ReferralLevelled,
    ReferralOpened,
    VisitText,
    WorkerAllocated,
)
from services.assessment.rules import MOST_WORKING_DAYS
from shared.domain.code_lists import PrimaryNeed, ReferralSource
from shared.domain.command import Check, Command, refuse_all
from shared.domain.decider import Context, Per, Stream
from shared.domain.fields import Professional, Text
from shared.domain.instants import Instant

ReferralEvent = (
    ReferralOpened | ImmediateHarmMarked | ReferralLevelled | WorkerAllocated | ChildSeen | ChildNotSeen
)


@dataclass(frozen=True)
class Referral:
    """What decisions on a referral need to know."""

    contact: UUID | None = None
    level: int | None = None
    harm_of: frozenset[UUID] = frozenset()
    """The contacts at which immediate harm was identified."""
    worker: UUID | None = None
    working_days: int | None = None


def evolve(state: Referral, event: ReferralEvent) -> Referral:
    """The referral after one more fact."""
    match event:
        case ReferralOpened(contact=contact, level=level, immediate_harm=harm):
            return replace(state, contact=contact, level=level, harm_of=frozenset({contact} if harm else ()))
        case ImmediateHarmMarked(contact=contact):
            return replace(state, harm_of=state.harm_of | {contact})
        case ReferralLevelled(level=level):
            return replace(state, level=level)
        case WorkerAllocated(worker=worker, assessment_due_in_working_days=days):
            return replace(state, worker=worker, working_days=days)
        case ChildSeen() | ChildNotSeen():
            return state
        case _:
            assert_never(event)


class OpenReferral(Command, name="assessment.OpenReferral", opens=True, internal=True):
    """The front door accepted a contact: open the child's referral. A2 runs from when the contact was received."""

    contact: UUID
    received_at: Instant
    source: ReferralSource
    referrer_agency: str | None = None
    level: int
    primary_need: PrimaryNeed


class TakeImmediateHarm(Command, name="assessment.TakeImmediateHarm", opens=True, internal=True):
    """The front door identified immediate harm (M6): the child's referral opens at once, or the open one is marked."""

    contact: UUID
    received_at: Instant
    source: ReferralSource
    referrer_agency: str | None = None
    primary_need: PrimaryNeed | None = None


class AllocateWorker(Command, name="assessment.AllocateWorker"):
    """Give the child a social worker, and agree how many working days the assessment may take: at most 45 (A3)."""

    worker: Professional
    assessment_due_in_working_days: Annotated[int, Field(ge=1, le=1000, strict=True)] = MOST_WORKING_DAYS
    reason: Text = ""


class RecordVisit(Command, name="assessment.RecordVisit"):
    """Record a visit: whether each child was seen, alone or why not, and the child's own words (A2)."""

    seen: bool
    alone: bool = False
    why_not_alone: Text | None = None
    why_not_seen: Text | None = None
    words: Text = ""
    place: Place

    @model_validator(mode="after")
    def _consistent(self) -> "RecordVisit":
        if not self.seen and self.alone:
            raise ValueError("a child who was not seen was not seen alone")
        if not self.seen and not (self.why_not_seen or "").strip():
            raise ValueError("say in `why_not_seen` why the child was not seen")
        return self


ReferralCommand = OpenReferral | TakeImmediateHarm | AllocateWorker | RecordVisit


def decide(command: ReferralCommand, state: Referral, context: Context) -> list[ReferralEvent]:
    """What follows from a command on a child's referral.

    Raises:
        Refused: A10 where no referral is open (`no_referral`) or one is (`already_open`), A3 for more than 45
            working days, A2 for a child seen not alone without a reason.
    """
    match command:
        case OpenReferral():
            return open_referral(command, state, context)
        case TakeImmediateHarm():
            return take_immediate_harm(command, state, context)
        case AllocateWorker():
            return allocate_worker(command, state)
        case RecordVisit():
            return record_visit(command, state)
        case _:
            assert_never(command)


def open_referral(command: OpenReferral, state: Referral, context: Context) -> list[ReferralEvent]:
    """Open it; the same contact again is already so, and what immediate harm opened takes its level and need from it."""
    if state.contact == command.contact:
        if state.level is not None:
            return []
        return [
            ReferralLevelled(contact=command.contact, level=command.level, primary_need=command.primary_need)
        ]
    refuse_all(
        (
            "A10",
            state.contact is not None,
            "the child has an open referral: add what is new to it",
            "already_open",
        )
    )
    return [
        ReferralOpened(
            contact=command.contact,
            received_at=command.received_at,
            source=command.source,
            referrer_agency=command.referrer_agency,
            level=command.level,
            primary_need=command.primary_need,
            see_child_by=context.deadline("A2", command.received_at),
        )
    ]


def take_immediate_harm(command: TakeImmediateHarm, state: Referral, context: Context) -> list[ReferralEvent]:
    """See the child today: on the open referral, else on one that opens now."""
    if command.contact in state.harm_of:
        return []
    today = context.deadline("A1", context.happened_at)
    if state.contact is not None:
        return [ImmediateHarmMarked(contact=command.contact, see_today_by=today)]
    return [
        ReferralOpened(
            contact=command.contact,
            received_at=command.received_at,
            source=command.source,
            referrer_agency=command.referrer_agency,
            primary_need=command.primary_need,
            immediate_harm=True,
            see_child_by=context.deadline("A2", command.received_at),
            see_today_by=today,
        )
    ]


def allocate_worker(command: AllocateWorker, state: Referral) -> list[ReferralEvent]:
    """Allocate a worker, or another; the same one for the same time is already so."""
    worker, days = command.worker, command.assessment_due_in_working_days
    refuse_all(
        (
            "A3",
            days > MOST_WORKING_DAYS,
            f"an assessment takes at most {MOST_WORKING_DAYS} working days; agree to fewer",
        ),
        _none_open(state),
    )
    if (state.worker, state.working_days) == (worker.id, days):
        return []
    return [
        WorkerAllocated(
            worker=worker.id,
            worker_agency=worker.agency,
            assessment_due_in_working_days=days,
            sealed=AllocationText(worker_name=worker.name, reason=command.reason),
        )
    ]


def record_visit(command: RecordVisit, state: Referral) -> list[ReferralEvent]:
    """Record whether the child was seen. A visit before the contact was received answers nothing: A2 starts there."""
    refuse_all(
        (
            "A2",
            command.seen and not command.alone and not (command.why_not_alone or "").strip(),
            "say why the child was not seen alone",
        ),
        _none_open(state),
    )
    text = VisitText(
        words=command.words, why_not_alone=command.why_not_alone, why_not_seen=command.why_not_seen
    )
    if not command.seen:
        return [ChildNotSeen(place=command.place, sealed=text)]
    return [ChildSeen(alone=command.alone, place=command.place, sealed=text)]


def _none_open(state: Referral) -> Check:
    return (
        "A10",
        state.contact is None,
        "the child has no open referral: the front door accepts a contact first",
        "no_referral",
    )


referral = Stream(
    name="referral",
    state=Referral(),
    evolve=evolve,
    decide=decide,
    commands=ReferralCommand,
    events=ReferralEvent,
    per=Per.EPISODE,
    opened_by=(ReferralOpened,),
    clocks=("A1", "A2"),
)
