"""Who decided in a child's case elsewhere: they are no independent chair of its conference (C7)."""

from dataclasses import dataclass, replace
from typing import assert_never
from uuid import UUID

from services.conference.codes import LineManagement as Did
from services.conference.events import LineManagementNoted
from shared.domain.command import Check, Command
from shared.domain.decider import Context, Per, Stream


@dataclass(frozen=True)
class LineManagement:
    """Who allocated, authorised, agreed an enquiry or held a strategy discussion on the child."""

    known: frozenset[tuple[UUID, Did]] = frozenset()

    @property
    def people(self) -> frozenset[UUID]:
        """All of them."""
        return frozenset(who for who, _ in self.known)


class NoteLineManagement(Command, name="conference.NoteLineManagement", internal=True):
    """Somebody decided in the child's case."""

    who: UUID
    did: Did


def evolve(state: LineManagement, event: LineManagementNoted) -> LineManagement:
    """Who is known after one more fact."""
    match event:
        case LineManagementNoted(who=who, did=did):
            return replace(state, known=state.known | {(who, did)})
        case _:
            assert_never(event)


def decide(
    command: NoteLineManagement, state: LineManagement, _context: Context
) -> list[LineManagementNoted]:
    """Noted once."""
    if (command.who, command.did) in state.known:
        return []
    return [LineManagementNoted(who=command.who, did=command.did)]


def chair_in_line(chair: UUID, state: LineManagement, context: Context) -> Check:
    """Forbids (C7) a chair who decided in the case; who scheduled or held it too, where they are that chair."""
    own = any(context.actor.may_be(each) for each in state.people)
    themselves = context.actor.may_be(chair)
    return (
        "C7",
        chair in state.people or (themselves and own),
        (
            "the chair has decided in this child's case (allocated, authorised, agreed an enquiry or held a strategy "
            "discussion): name a chair who has not"
        ),
    )


line_management = Stream(
    name="line_management",
    state=LineManagement(),
    evolve=evolve,
    decide=decide,
    commands=NoteLineManagement,
    events=LineManagementNoted,
    per=Per.CHILD,
)
