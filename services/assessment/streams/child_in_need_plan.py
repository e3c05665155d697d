"""A child-in-need plan: help with consent (A14), the child visited (A15), the plan reviewed (A18), until it ends."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, TypeAlias, assert_never
from uuid import UUID

from pydantic import Field

from services.assessment.codes import PlanDecision, PlanEnd
from services.assessment.events import (
    ChildInNeedPlanEnded,
    ChildInNeedPlanReviewed,
    ChildInNeedPlanStarted,
    NotesText,
    PlanConsentWithdrawn,
    PlanQuestioned,
    PlanText,
)
from services.assessment.streams.asking import may_consent
from services.assessment.streams.assessment.state import Assessment
from services.assessment.streams.protection_plan import ProtectionPlan
from services.assessment.streams.referral.state import Referral, none_open
from shared.domain.code_lists import Progress
from shared.domain.command import Check, Command, refuse_all
from shared.domain.decider import Context, Per, Stream
from shared.domain.fields import Agency, Distinct, PersonId, RequiredText, Text
from shared.domain.instants import Day, local_date
from shared.team.meetings import Actions, action_texts

PlanEvent: TypeAlias = (
    ChildInNeedPlanStarted
    | ChildInNeedPlanReviewed
    | ChildInNeedPlanEnded
    | PlanConsentWithdrawn
    | PlanQuestioned
)


@dataclass(frozen=True)
class ChildInNeedPlan:
    """What decisions on a plan need to know."""

    started_at: datetime | None = None
    consented_by: UUID | None = None
    partners: tuple[str, ...] = ()
    consent_withdrawn: bool = False
    ended: bool = False

    @property
    def runs(self) -> bool:
        """Whether the plan was started, and has not ended."""
        return self.started_at is not None and not self.ended

    def rests_on(self, who: UUID, at: datetime) -> bool:
        """Whether the plan runs with this person's consent, which they had given by then and not withdrawn before."""
        began = self.started_at is not None and self.started_at <= at
        return began and self.runs and not self.consent_withdrawn and self.consented_by == who


@dataclass(frozen=True)
class PlanAndCase:
    """What a decision takes: the plan, and what it rests on or is excluded by."""

    child_in_need_plan: ChildInNeedPlan
    referral: Referral
    assessment: Assessment
    protection_plan: ProtectionPlan


def evolve(state: ChildInNeedPlan, event: PlanEvent) -> ChildInNeedPlan:
    """The plan after one more fact."""
    match event:
        case ChildInNeedPlanStarted(happened_at=started_at, consented_by=consented_by, partners=partners):
            return replace(state, started_at=started_at, consented_by=consented_by, partners=partners)
        case ChildInNeedPlanEnded():
            return replace(state, ended=True)
        case PlanConsentWithdrawn():
            return replace(state, consent_withdrawn=True)
        case ChildInNeedPlanReviewed() | PlanQuestioned():
            return state
        case _:
            assert_never(event)


class StartChildInNeedPlan(Command, name="assessment.StartChildInNeedPlan", opens=True):
    """Start a plan for a child in need: with whose consent (A14), what it is to come to, and which agencies are part of it."""

    consented_by: PersonId
    gillick_competent: bool = False
    partners: Distinct[Agency] = ()
    outcomes: tuple[RequiredText, ...] = Field(min_length=1, max_length=100)
    actions: Actions = ()
    first_review: Day | None = None


class ReviewChildInNeedPlan(Command, name="assessment.ReviewChildInNeedPlan"):
    """Review the plan (A18): how far it has come, and what is decided. What is decided is done by its own command."""

    progress: Progress
    decision: PlanDecision
    present: Distinct[Agency] = ()
    scale: Annotated[int, Field(ge=0, le=10, strict=True)] | None = None
    notes: Text = ""
    next: Day | None = None


class EndChildInNeedPlan(Command, name="assessment.EndChildInNeedPlan"):
    """End the plan, and say why. Visits and reviews are due no longer (A15, A18)."""

    reason: PlanEnd
    notes: Text = ""


class CeaseChildInNeedPlan(Command, name="assessment.CeaseChildInNeedPlan", internal=True):
    """What another team told ends the plan: the child became looked after, or has a child protection plan."""

    reason: PlanEnd


PlanCommand: TypeAlias = (
    StartChildInNeedPlan | ReviewChildInNeedPlan | EndChildInNeedPlan | CeaseChildInNeedPlan
)


def decide(command: PlanCommand, state: PlanAndCase, context: Context) -> Sequence[PlanEvent]:
    """What follows from a command on a child-in-need plan.

    Raises:
        Refused: A14 for consent by somebody who may not give it; C8 where a plan of either kind is open; A10 without an open
            referral or an authorised assessment; A18 where no plan is open.
    """
    plan = state.child_in_need_plan
    match command:
        case StartChildInNeedPlan():
            return start_plan(command, state, context)
        case ReviewChildInNeedPlan():
            return review_plan(command, plan, context)
        case EndChildInNeedPlan():
            return end_plan(command, plan, context)
        case CeaseChildInNeedPlan():
            return cease_plan(command, plan, context)
        case _:
            assert_never(command)


def start_plan(command: StartChildInNeedPlan, state: PlanAndCase, context: Context) -> list[PlanEvent]:
    """Start it, where somebody agreed who may, and no other plan is open."""
    refuse_all(
        may_consent(command.consented_by, context, gillick_competent=command.gillick_competent),
        (
            "C8",
            state.child_in_need_plan.runs,
            "the child has a child-in-need plan already: review it, or end it first",
        ),
        (
            "C8",
            state.protection_plan.is_open,
            "the child has a child protection plan: that is their plan until it ends",
        ),
        none_open(state.referral),
        (
            "A10",
            not state.assessment.authorised,
            "a plan follows an assessment that a manager has authorised: have that done first",
        ),
    )
    return [
        ChildInNeedPlanStarted(
            consented_by=command.consented_by,
            gillick_competent=command.gillick_competent,
            partners=command.partners,
            first_review=command.first_review,
            visit_by=context.deadline("A15", context.happened_at),
            review_by=context.deadline("A18", context.happened_at),
            sealed=PlanText(outcomes=command.outcomes, actions=action_texts(command.actions)),
        )
    ]


def review_plan(command: ReviewChildInNeedPlan, state: ChildInNeedPlan, context: Context) -> list[PlanEvent]:
    """It was reviewed; unless it is to end, the next review is due."""
    refuse_all(*_none_runs(state, context))
    to_end = command.decision is PlanDecision.END
    return [
        ChildInNeedPlanReviewed(
            progress=command.progress,
            decision=command.decision,
            present=command.present,
            partners=state.partners,
            scale=command.scale,
            next=command.next,
            review_by=None if to_end else context.deadline("A18", context.happened_at),
            sealed=NotesText(notes=command.notes),
        )
    ]


def end_plan(command: EndChildInNeedPlan, state: ChildInNeedPlan, context: Context) -> list[PlanEvent]:
    """It ended."""
    refuse_all(*_none_runs(state, context))
    return [
        ChildInNeedPlanEnded(
            reason=command.reason, partners=state.partners, sealed=NotesText(notes=command.notes)
        )
    ]


def cease_plan(command: CeaseChildInNeedPlan, state: ChildInNeedPlan, context: Context) -> list[PlanEvent]:
    """It ends with what another team told. Where it began only after that day, the team did not know: the two may stand
    beside each other, or the other may have ended since, so that a manager looks.
    """
    began, at = state.started_at, context.happened_at
    if not state.runs or began is None:
        return []
    if local_date(at) < local_date(began):
        return [PlanQuestioned(reason=command.reason, happened_at=began)]
    return [ChildInNeedPlanEnded(reason=command.reason, partners=state.partners, happened_at=max(at, began))]


def _none_runs(state: ChildInNeedPlan, context: Context) -> tuple[Check, ...]:
    """Forbids (A18) what is done only while a plan runs."""
    return (
        ("A18", not state.runs, "the child has no open child-in-need plan: start one first", "no_plan"),
        (
            "A18",
            state.runs and state.started_at is not None and context.happened_at < state.started_at,
            "the plan had not begun by then: correct when this happened",
        ),
    )


child_in_need_plan = Stream(
    name="child_in_need_plan",
    state=ChildInNeedPlan(),
    evolve=evolve,
    decide=decide,
    commands=PlanCommand,
    events=PlanEvent,
    per=Per.EPISODE,
    is_open=lambda state: state.runs,
    opened_by=(ChildInNeedPlanStarted,),
    record=PlanAndCase,
    clocks=("A15", "A18"),
    noted=("A15",),
)
