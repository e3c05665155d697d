"""That a strategy discussion is due on a child: once significant harm is suspected (A11), after an escalation (F10), while
a child is still missing (R8). One discussion held since meets whichever of them run.
"""

from dataclasses import dataclass, replace
from typing import TypeAlias, assert_never
from uuid import UUID

from services.assessment.events import ExpectedDiscussionHeld, StrategyDiscussionExpected
from shared.domain.decider import Per, Stream
from shared.domain.instants import Instant

StrategyDueEvent: TypeAlias = StrategyDiscussionExpected | ExpectedDiscussionHeld


@dataclass(frozen=True)
class Expected:
    """A discussion that was called and not held yet, and when it was called."""

    discussion: UUID
    convened_at: Instant


@dataclass(frozen=True)
class StrategyDue:
    """The discussions that are expected, in the order in which they were called."""

    expected: tuple[Expected, ...] = ()

    def of(self, discussion: UUID | None) -> Expected | None:
        """That discussion; where none is named, the one called last."""
        found = [one for one in self.expected if discussion in (None, one.discussion)]
        return found[-1] if found else None


def evolve(state: StrategyDue, event: StrategyDueEvent) -> StrategyDue:
    """What is expected after one more fact."""
    match event:
        case StrategyDiscussionExpected(discussion=discussion, happened_at=convened_at):
            assert convened_at is not None
            return replace(state, expected=(*state.expected, Expected(discussion, convened_at)))
        case ExpectedDiscussionHeld(discussion=discussion):
            return replace(
                state, expected=tuple(one for one in state.expected if one.discussion != discussion)
            )
        case _:
            assert_never(event)


strategy_due = Stream(
    name="strategy_due",
    state=StrategyDue(),
    evolve=evolve,
    decide=lambda _command, _state, _context: [],
    commands=None,
    events=StrategyDueEvent,
    per=Per.CHILD,
    clocks=("A11", "F10", "R8"),
    noted=("A11", "F10", "R8"),
)
"""The child's own: neither what starts these clocks nor what meets them has to have a referral."""
