"""A child protection plan as decisions see it: the state alone, which conferences, reviews and visits look at."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TypeAlias, assert_never
from uuid import UUID

from services.conference.codes import Category
from services.conference.events import (
    CategoryChanged,
    ChildProtectionPlanEnded,
    ChildProtectionPlanMade,
    PlanTransferOutRecorded,
    StepDownProposed,
)
from shared.domain.command import Check
from shared.domain.decider import Context
from shared.domain.instants import local_date

PlanEvent: TypeAlias = (
    ChildProtectionPlanMade
    | CategoryChanged
    | ChildProtectionPlanEnded
    | StepDownProposed
    | PlanTransferOutRecorded
)


@dataclass(frozen=True)
class ChildProtectionPlan:
    """What decisions need to know of the child's plan, the open one or the last."""

    conference: UUID | None = None
    since: datetime | None = None
    category: Category | None = None
    ended_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether the child is on a plan."""
        return self.since is not None and self.ended_at is None

    @property
    def first_day(self) -> date | None:
        """The day on which it started (London)."""
        return local_date(self.since) if self.since else None

    def stood_at(self, at: datetime) -> bool:
        """Whether the child was on it at an instant: what is written down after its end may have happened before."""
        return self.since is not None and (self.ended_at is None or at < self.ended_at)


def evolve(state: ChildProtectionPlan, event: PlanEvent) -> ChildProtectionPlan:
    """The plan after one more fact."""
    match event:
        case ChildProtectionPlanMade(conference=conference, category=category, happened_at=since):
            return ChildProtectionPlan(conference=conference, since=since, category=category)
        case CategoryChanged(category=category):
            return replace(state, category=category)
        case ChildProtectionPlanEnded(happened_at=at):
            return replace(state, ended_at=at)
        case StepDownProposed() | PlanTransferOutRecorded():
            return state
        case _:
            assert_never(event)


def no_plan(rule: str, state: ChildProtectionPlan, context: Context) -> Check:
    """Forbids what is done under a plan where the child was on none."""
    return (
        rule,
        not state.stood_at(context.happened_at),
        "the child was on no child protection plan then: a conference makes one first, or correct the time",
        "no_plan",
    )


def first_day(rule: str, state: ChildProtectionPlan, context: Context) -> Check:
    """Forbids what is not done on the day on which a plan starts, or before it."""
    return (
        rule,
        state.first_day is not None and local_date(context.happened_at) <= state.first_day,
        "a plan is neither reviewed nor ended on the day on which it starts, or before: correct the day",
    )
