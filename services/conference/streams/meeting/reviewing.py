"""Reviewing a plan: it goes on, perhaps in another category, or it ends (C4, C5, C12)."""

from collections.abc import Sequence
from typing import TypeAlias

from pydantic import Field, model_validator

from services.conference.codes import Category, PlanEnd, ReviewDecision, ViewsThrough
from services.conference.events import (
    CategoryChanged,
    ChildProtectionPlanEnded,
    ConferenceAwaited,
    ConferenceClosed,
    ConferenceScheduled,
    PlanEndText,
    ReviewConferenceHeld,
    ReviewText,
    StepDownProposed,
    ViewOfAgency,
)
from services.conference.streams.meeting.holding import (
    AgencyViewSaid,
    Dissent,
    Views,
    closed,
    dissent_by,
    is_quorate,
    next_conference,
    not_quorate,
)
from services.conference.streams.meeting.state import MeetingAndCase
from services.conference.streams.plan_state import first_day, no_plan
from services.conference.streams.working_day import not_a_working_day
from shared.domain.code_lists import ConferenceKind, ConferenceOrigin, Progress
from shared.domain.command import Command, refuse_all
from shared.domain.decider import Context
from shared.domain.field_errors import refuse_fields
from shared.domain.fields import MOST_ITEMS, Agency, Distinct, Text
from shared.domain.instants import Day, local_date
from shared.team.meetings import Attendees, attendee_texts, parties_at

ReviewedHere: TypeAlias = (
    ReviewConferenceHeld
    | ConferenceClosed
    | ConferenceAwaited
    | ConferenceScheduled
    | CategoryChanged
    | ChildProtectionPlanEnded
    | StepDownProposed
)


class HoldReview(Command, name="conference.HoldReview", opens=True):
    """Record a review conference: the plan goes on, and the next review is due (C5), or it ends, and why."""

    present: Distinct[Agency]
    attended: Attendees = ()
    invited_absent: Distinct[Agency] = ()
    family_present: bool | None = None
    child_present: bool | None = None
    child_views: Text = ""
    given_through: ViewsThrough | None = None
    views: tuple[AgencyViewSaid, ...] = Views
    decision: ReviewDecision
    category: Category | None = None
    end_reason: PlanEnd | None = None
    dissent: tuple[Dissent, ...] = Field(default=(), max_length=MOST_ITEMS)
    progress: Progress | None = None
    why_not_quorate: Text = ""
    new_date: Day | None = None
    next_review: Day | None = None

    @model_validator(mode="after")
    def _complete(self) -> "HoldReview":
        refuse_fields(
            (
                "end_reason",
                self.decision is ReviewDecision.END and self.end_reason is None,
                "say why the plan ends",
                "missing",
            )
        )
        return self


def hold_review(command: HoldReview, state: MeetingAndCase, context: Context) -> Sequence[ReviewedHere]:
    """The plan was reviewed: never on its first day, nor out of working days."""
    plan, due = state.child_protection_plan, state.conference_due
    present = parties_at(command.present, command.attended)
    refuse_all(
        not_a_working_day(local_date(context.happened_at), context),
        no_plan("C4", plan, context),
        first_day("C4", plan, context),
        not_quorate(present, command.why_not_quorate, command.new_date),
        not_a_working_day(command.new_date, context),
    )
    assert plan.category is not None
    category = command.category or plan.category
    goes_on = command.decision is ReviewDecision.CONTINUE
    held = ReviewConferenceHeld(
        decision=command.decision,
        category=category,
        quorate=is_quorate(present),
        present=present,
        invited=due.invited if due.waits else (),
        invited_absent=command.invited_absent,
        awaited=due.reports_to if due.waits else None,
        family_present=command.family_present,
        child_present=command.child_present,
        given_through=command.given_through,
        views=tuple(ViewOfAgency(agency=each.agency, view=each.view) for each in command.views),
        dissent=dissent_by(command.dissent),
        progress=command.progress,
        new_date=command.new_date,
        next_review=command.next_review,
        letter_by=context.deadline("C13", context.happened_at),
        minutes_by=context.deadline("C23", context.happened_at),
        review_by=context.deadline("C5", context.happened_at) if goes_on else None,
        sealed=ReviewText(
            child_views=command.child_views,
            attended=attendee_texts(command.attended),
            why_not_quorate=command.why_not_quorate,
            dissent=tuple(each.reason for each in command.dissent),
        ),
    )
    return [
        held,
        *closed(due, context),
        *_of_the_plan(command, state, category, context),
        *next_conference(command.new_date, ConferenceKind.REVIEW, ConferenceOrigin.OTHER, context),
    ]


def _of_the_plan(
    command: HoldReview, state: MeetingAndCase, category: Category, context: Context
) -> list[CategoryChanged | ChildProtectionPlanEnded | StepDownProposed]:
    """What the review means to the plan. One that ended already, by now, is not changed by what is written down later."""
    plan, follows = (
        state.child_protection_plan,
        list[CategoryChanged | ChildProtectionPlanEnded | StepDownProposed](),
    )
    assert plan.category is not None
    assert plan.conference is not None
    if not plan.is_open:
        return []
    if category is not plan.category:
        follows.append(CategoryChanged(review=context.thing, category=category, was=plan.category))
    if command.end_reason is not None and command.decision is ReviewDecision.END:
        follows.append(
            ChildProtectionPlanEnded(
                reason=command.end_reason,
                conference=plan.conference,
                review=context.thing,
                sealed=PlanEndText(),
            )
        )
        if command.end_reason is PlanEnd.STEP_DOWN:
            follows.append(StepDownProposed(review=context.thing))
    return follows
