"""An access to a child's record that somebody has to look at: the glass was broken, and another manager reviews it (E4)."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Annotated, Final, TypeAlias, assert_never
from uuid import UUID

from pydantic import Field

from services.chronology.codes import AccessVerdict, GlassReason
from services.chronology.events import AccessReviewed, GlassBroken, GlassText, ReviewText
from shared.domain.command import Command, refuse_all
from shared.domain.decider import Context, Per, Stream
from shared.domain.fields import RequiredText, Text

HOURS: Final = 4
"""For how long broken glass opens what is restricted, where nobody says otherwise (local)."""
MOST_HOURS: Final = 24

AccessEvent: TypeAlias = GlassBroken | AccessReviewed


@dataclass(frozen=True)
class Access:
    """Who had access, and what a manager found of it."""

    person: UUID | None = None
    verdict: AccessVerdict | None = None


def evolve(state: Access, event: AccessEvent) -> Access:
    """The access after one more fact."""
    match event:
        case GlassBroken(person=person):
            return replace(state, person=person)
        case AccessReviewed(verdict=verdict):
            return replace(state, verdict=verdict)
        case _:
            assert_never(event)


class BreakGlass(Command, name="chronology.BreakGlass", opens=True):
    """Open what is restricted of a child's record, to protect the child now: say why. Another manager reviews it (E4).

    What is sealed stays sealed.
    """

    reason: GlassReason
    said: RequiredText
    hours: Annotated[int, Field(ge=1, le=MOST_HOURS, strict=True)] = HOURS


class ReviewAccess(Command, name="chronology.ReviewAccess"):
    """A manager, another than who opened it, says whether an access was justified, and what follows. `re` is the access."""

    verdict: AccessVerdict
    note: RequiredText
    follow_up: Text = ""


AccessCommand: TypeAlias = BreakGlass | ReviewAccess


def decide(command: AccessCommand, state: Access, context: Context) -> list[AccessEvent]:
    """What follows from a command on an access.

    Raises:
        Refused: E4, by who had the access themselves; without a rule, reviewed already.
    """
    match command:
        case BreakGlass():
            return break_glass(command, context)
        case ReviewAccess():
            return review_access(command, state, context)
        case _:
            assert_never(command)


def break_glass(command: BreakGlass, context: Context) -> list[AccessEvent]:
    """It opens at once, whenever it is said to have happened: what is past cannot be opened."""
    return [
        GlassBroken(
            person=context.actor.id,
            reason=command.reason,
            until=context.now + timedelta(hours=command.hours),
            review_by=context.deadline("E4", context.happened_at),
            sealed=GlassText(said=command.said),
        )
    ]


def review_access(command: ReviewAccess, state: Access, context: Context) -> list[AccessEvent]:
    """The same finding again is already so; what was found once is not found otherwise."""
    refuse_all(
        (
            "E4",
            state.person is not None and context.actor.may_be(state.person),
            "this was your own access: another manager reviews it",
        ),
        (
            "",
            state.verdict not in (None, command.verdict),
            "another manager has reviewed this; raise an escalation where you find otherwise",
        ),
    )
    if state.verdict is not None:
        return []
    text = ReviewText(note=command.note, follow_up=command.follow_up)
    return [AccessReviewed(verdict=command.verdict, sealed=text)]


access = Stream(
    name="access",
    state=Access(),
    evolve=evolve,
    decide=decide,
    commands=AccessCommand,
    events=AccessEvent,
    per=Per.THING,
    clocks=("E4",),
)
