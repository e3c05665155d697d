"""An access to records that another manager has to look at (E4): the glass was broken, or the review of access asks about it."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Annotated, Final, TypeAlias, assert_never
from uuid import UUID

from pydantic import Field, StringConstraints

from services.chronology.codes import AccessRule, AccessVerdict, GlassReason
from services.chronology.events import AccessQuestioned, AccessReviewed, GlassBroken, GlassText, ReviewText
from shared.domain.command import Command, refuse_all
from shared.domain.decider import Context, Per, Stream
from shared.domain.fields import Agency, RequiredText, Text
from shared.domain.instants import Instant

HOURS: Final = 4
"""For how long broken glass opens what is restricted, where nobody says otherwise (local)."""
MOST_HOURS: Final = 24
MOST_LOOKS: Final = 1_000_000
MOST_POSITION: Final = 2**63 - 1
"""The last that PostgreSQL's bigint holds."""

AccessEvent: TypeAlias = GlassBroken | AccessQuestioned | AccessReviewed


@dataclass(frozen=True)
class Access:
    """Who had access, and what a manager found of it."""

    person: UUID | None = None
    verdict: AccessVerdict | None = None


def evolve(state: Access, event: AccessEvent) -> Access:
    """The access after one more fact."""
    match event:
        case GlassBroken(person=person) | AccessQuestioned(person=person):
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

    def about_strangers(self) -> bool:
        """Broken glass is of a child's record."""
        return False


class QuestionAccess(Command, name="chronology.QuestionAccess", opens=True):
    """Ask about a look that the review of access found by one of its rules: about the child, or, of many, about nobody.

    `looked_at`, `position` and `service` say which look; whoever looked is asked nothing by this: a manager who is
    somebody else says what they found (ReviewAccess).
    """

    person: UUID
    rule: AccessRule
    service: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{1,30}$", max_length=31)]
    position: Annotated[int, Field(ge=1, le=MOST_POSITION, strict=True)]
    looked_at: Instant
    role: Annotated[str, StringConstraints(pattern=r"^[a-z_]+$", max_length=60)]
    agency: Agency
    times: Annotated[int, Field(ge=1, le=MOST_LOOKS, strict=True)] = 1
    edition: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9 .-]*$", max_length=60)]


class ReviewAccess(Command, name="chronology.ReviewAccess"):
    """A manager, another than whose access it was, says whether it was justified, and what follows. `re` is the access."""

    verdict: AccessVerdict
    note: RequiredText
    follow_up: Text = ""


AccessCommand: TypeAlias = BreakGlass | QuestionAccess | ReviewAccess


def decide(command: AccessCommand, state: Access, context: Context) -> list[AccessEvent]:
    """What follows from a command on an access.

    Raises:
        Refused: E4, by who had the access themselves; without a rule, reviewed already.
    """
    match command:
        case BreakGlass():
            return break_glass(command, context)
        case QuestionAccess():
            return question_access(command, context)
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


def question_access(command: QuestionAccess, context: Context) -> list[AccessEvent]:
    """It is asked about what was: no look lies in the future."""
    refuse_all(("E2", command.looked_at > context.now, "give the instant of the look, which is past"))
    return [
        AccessQuestioned(
            person=command.person,
            rule=command.rule,
            service=command.service,
            position=command.position,
            looked_at=command.looked_at,
            role=command.role,
            agency=command.agency,
            times=command.times,
            edition=command.edition,
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
    childless=True,
    clocks=("E4",),
)
