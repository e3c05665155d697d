"""Whether the child has a child protection plan, as far as conference has told this team: it excludes one in need (C8)."""

from dataclasses import dataclass, replace
from typing import TypeAlias, assert_never
from uuid import UUID

from services.assessment.events import ProtectionPlanEndNoted, ProtectionPlanNoted
from shared.domain.command import Command
from shared.domain.decider import Context, Per, Stream

ProtectionPlanEvent: TypeAlias = ProtectionPlanNoted | ProtectionPlanEndNoted


@dataclass(frozen=True)
class ProtectionPlan:
    """The plans that are open: one, or after a merge of two records two."""

    plans: frozenset[UUID] = frozenset()
    ended: frozenset[UUID] = frozenset()
    """Those of which the end is known, also where it was heard of before they began."""
    ever: bool = False
    """Whether there ever was one."""

    @property
    def is_open(self) -> bool:
        """Whether the child has a child protection plan."""
        return bool(self.plans)


def evolve(state: ProtectionPlan, event: ProtectionPlanEvent) -> ProtectionPlan:
    """What is known after one more fact."""
    match event:
        case ProtectionPlanNoted(plan=plan):
            return replace(state, plans=state.plans | {plan}, ever=True)
        case ProtectionPlanEndNoted(plan=plan):
            return replace(state, plans=state.plans - {plan}, ended=state.ended | {plan}, ever=True)
        case _:
            assert_never(event)


class NoteProtectionPlan(Command, name="assessment.NoteProtectionPlan", internal=True):
    """Conference made a child protection plan."""

    plan: UUID


class NoteProtectionPlanEnd(Command, name="assessment.NoteProtectionPlanEnd", internal=True):
    """Conference ended a child protection plan."""

    plan: UUID


ProtectionPlanCommand: TypeAlias = NoteProtectionPlan | NoteProtectionPlanEnd


def decide(
    command: ProtectionPlanCommand, state: ProtectionPlan, _context: Context
) -> list[ProtectionPlanEvent]:
    """Noted once; a plan whose end was heard of first is none that is open."""
    match command:
        case NoteProtectionPlan(plan=plan):
            return [] if plan in state.plans | state.ended else [ProtectionPlanNoted(plan=plan)]
        case NoteProtectionPlanEnd(plan=plan):
            return [] if plan in state.ended else [ProtectionPlanEndNoted(plan=plan)]
        case _:
            assert_never(command)


protection_plan = Stream(
    name="protection_plan",
    state=ProtectionPlan(),
    evolve=evolve,
    decide=decide,
    commands=ProtectionPlanCommand,
    events=ProtectionPlanEvent,
    per=Per.CHILD,
)
