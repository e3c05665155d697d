"""What is open on a child in other teams, as far as the front door has heard: it makes a report a note on that case (M9)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias, assert_never
from uuid import UUID

from services.mash.codes import CaseKind
from services.mash.events import CaseClosedNoted, CaseOpenNoted
from shared.domain.command import Command
from shared.domain.decider import Context, Per, Stream

OpenCaseEvent: TypeAlias = CaseOpenNoted | CaseClosedNoted


@dataclass(frozen=True)
class OpenCase:
    """The cases that are open, each by its kind and its own id."""

    cases: frozenset[tuple[CaseKind, UUID]] = frozenset()

    def __bool__(self) -> bool:
        """Whether any is."""
        return bool(self.cases)


def evolve(state: OpenCase, event: OpenCaseEvent) -> OpenCase:
    """What is open after one more fact."""
    match event:
        case CaseOpenNoted(kind=kind, case=case):
            return replace(state, cases=state.cases | {(kind, case)})
        case CaseClosedNoted(kind=kind, case=case):
            return replace(state, cases=state.cases - {(kind, case)})
        case _:
            assert_never(event)


class NoteCaseOpened(Command, name="mash.NoteCaseOpened", internal=True):
    """Another team opened a case on the child."""

    kind: CaseKind
    case: UUID


class NoteCaseClosed(Command, name="mash.NoteCaseClosed", internal=True):
    """Another team closed its case on the child."""

    kind: CaseKind
    case: UUID


OpenCaseCommand: TypeAlias = NoteCaseOpened | NoteCaseClosed


def decide(command: OpenCaseCommand, state: OpenCase, _context: Context) -> list[OpenCaseEvent]:
    """Noted once."""
    known = (command.kind, command.case) in state.cases
    match command:
        case NoteCaseOpened(kind=kind, case=case):
            return [] if known else [CaseOpenNoted(kind=kind, case=case)]
        case NoteCaseClosed(kind=kind, case=case):
            return [CaseClosedNoted(kind=kind, case=case)] if known else []
        case _:
            assert_never(command)


def as_one(own: OpenCase, others: Sequence[OpenCase]) -> OpenCase:
    """What is open under several ids of one child."""
    return OpenCase(own.cases.union(*(each.cases for each in others)))


open_case = Stream(
    name="open_case",
    state=OpenCase(),
    evolve=evolve,
    decide=decide,
    commands=OpenCaseCommand,
    events=OpenCaseEvent,
    per=Per.CHILD,
    each_id=True,
    as_one=as_one,
)
