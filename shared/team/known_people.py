"""What a team knows of the people it is told about: a stream of its own log for each person.

So a command about an unknown child is refused by a read that the append guards.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from shared.domain.command import Command
from shared.domain.decider import Context, Per, Stream
from shared.domain.event import Event

PersonKind = Literal["child", "adult"]


class PersonKnown(Event, name="team.PersonKnown"):
    """People told this team of a person: now commands may be about them."""

    kind: PersonKind
    born: date | None = None


@dataclass(frozen=True)
class KnownPerson:
    """What a team knows of a person."""

    kind: PersonKind | None = None
    born: date | None = None


class KnowPerson(Command, name="team.KnowPerson", opens=True, internal=True):
    """Take in that People registered or corrected a person."""

    kind: PersonKind
    born: date | None = None


def _evolve(state: KnownPerson, event: PersonKnown) -> KnownPerson:
    return replace(state, kind=event.kind, born=event.born)


def _decide(command: KnowPerson, state: KnownPerson, context: Context) -> list[Event]:
    if (state.kind, state.born) == (command.kind, command.born):
        return []
    return [PersonKnown(child=context.child, kind=command.kind, born=command.born)]


known_person = Stream(
    name="known_person",
    state=KnownPerson(),
    evolve=_evolve,
    decide=_decide,
    commands=KnowPerson,
    events=PersonKnown,
    per=Per.CHILD,
)
"""One stream for each person a team has been told of."""
