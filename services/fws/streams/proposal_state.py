"""What decisions need to know of a child who is proposed for a step-up or a step-down."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias, assert_never
from uuid import UUID

from services.fws.codes import Direction
from services.fws.events import ProposalEnded, StepDownForPanel, StepUpProposed, TransferDecided

ProposalEvent: TypeAlias = StepUpProposed | StepDownForPanel | TransferDecided | ProposalEnded


@dataclass(frozen=True)
class TransferProposal:
    """One child's part in a proposal for the transfer panel."""

    direction: Direction | None = None
    proposal: UUID | None = None
    """Of a step-up: the one for all children of the family."""
    family: frozenset[UUID] = frozenset()
    proposed_at: datetime | None = None
    closed: bool = False

    @property
    def is_open(self) -> bool:
        """Whether it waits for the panel: until it was decided for or against, or ended."""
        return self.direction is not None and not self.closed

    @property
    def to_step_up(self) -> bool:
        """Whether a step-up waits for the panel."""
        return self.is_open and self.direction is Direction.STEP_UP


def evolve(state: TransferProposal, event: ProposalEvent) -> TransferProposal:
    """The proposal after one more fact."""
    match event:
        case StepUpProposed(proposal=proposal, family=family, happened_at=at):
            return TransferProposal(Direction.STEP_UP, proposal, frozenset(family), at)
        case StepDownForPanel(happened_at=at):
            return TransferProposal(Direction.STEP_DOWN, proposed_at=at)
        case TransferDecided():
            return replace(state, closed=not event.deferred)
        case ProposalEnded():
            return replace(state, closed=True)
        case _:
            assert_never(event)
