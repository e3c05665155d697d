"""What decisions on a referral need to know, and what may be asked of any of them."""

from dataclasses import dataclass, replace
from typing import TypeAlias, assert_never
from uuid import UUID

from services.assessment.events import (
    ChildNotSeen,
    ChildSeen,
    ImmediateHarmMarked,
    ReferralLevelled,
    ReferralOpened,
    WorkerAllocated,
)
from shared.domain.command import Check

ReferralEvent: TypeAlias = (
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


def none_open(state: Referral) -> Check:
    """Forbids (A10) what is done only on an open referral."""
    return (
        "A10",
        state.contact is None,
        "the child has no open referral: the front door accepts a contact first",
        "no_referral",
    )
