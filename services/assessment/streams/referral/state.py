"""What decisions on a referral need to know, and what may be asked of any of them."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias, assert_never
from uuid import UUID

from services.assessment.events import (
    ImmediateHarmMarked,
    ReferralLevelled,
    ReferralOpened,
    WorkerAllocated,
)
from shared.domain.command import Check

ReferralEvent: TypeAlias = ReferralOpened | ImmediateHarmMarked | ReferralLevelled | WorkerAllocated


@dataclass(frozen=True, slots=True)
class Referral:
    """What decisions on a referral need to know."""

    opened: bool = False
    closed: bool = False
    contact: UUID | None = None
    """The contact it came from, if it came from one."""
    received_at: datetime | None = None
    level: int | None = None
    harm_of: frozenset[UUID] = frozenset()
    """The contacts at which immediate harm was identified."""
    worker: UUID | None = None
    working_days: int | None = None

    @property
    def is_open(self) -> bool:
        """Whether the episode runs."""
        return self.opened and not self.closed


def evolve(state: Referral, event: ReferralEvent) -> Referral:
    """The referral after one more fact."""
    match event:
        case ReferralOpened(contact=contact, level=level, immediate_harm=harm, received_at=received):
            return replace(
                state,
                opened=True,
                contact=contact,
                received_at=received,
                level=level,
                harm_of=frozenset({contact} if harm and contact else ()),
            )
        case ImmediateHarmMarked(contact=contact):
            return replace(state, harm_of=state.harm_of | {contact})
        case ReferralLevelled(level=level):
            return replace(state, level=level)
        case WorkerAllocated(worker=worker, assessment_due_in_working_days=days):
            return replace(state, worker=worker, working_days=days)
        case _:
            assert_never(event)


def none_open(state: Referral) -> Check:
    """Forbids (A10) what is done only on an open referral."""
    return (
        "A10",
        not state.is_open,
        "the child has no open referral: the front door accepts a contact first",
        "no_referral",
    )
