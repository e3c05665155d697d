"""A professional: whoever is named by name and agency, once, so that every record of them holds the same id."""

from dataclasses import dataclass, replace
from typing import assert_never
from uuid import UUID

from services.people.events import NameTaken, ProfessionalRegistered, ProfessionalText
from shared.domain.command import Command
from shared.domain.decider import Context, Per, Stream
from shared.domain.fields import Agency, Professional, ShortText


@dataclass(frozen=True)
class NamedProfessional:
    """Whether the professional is registered, and by which sign-in they came first; None: nobody has yet."""

    registered: bool = False
    signed_in: UUID | None = None


ProfessionalEvent = ProfessionalRegistered | NameTaken


def evolve(state: NamedProfessional, event: ProfessionalEvent) -> NamedProfessional:
    """Registered, and signed in for the first time, once and for all."""
    match event:
        case ProfessionalRegistered():
            return replace(state, registered=True)
        case NameTaken(by=by):
            return replace(state, signed_in=by)
        case _:
            assert_never(event)


class RegisterProfessional(Command, name="people.RegisterProfessional", opens=True):
    """Register a professional by name, of one's own agency unless another is named. Their id is made of both."""

    professional: Professional
    organisation: ShortText | None = None

    def own_id(self) -> UUID:
        """The professional's id."""
        return self.professional.id


class LearnProfessional(Command, name="people.LearnProfessional", opens=True, internal=True):
    """Another team named a professional: register them if nobody has."""

    professional: Professional
    agency: Agency

    def own_id(self) -> UUID:
        """The professional's id."""
        return self.professional.id


ProfessionalCommand = RegisterProfessional | LearnProfessional


def decide(
    command: ProfessionalCommand, state: NamedProfessional, context: Context
) -> list[ProfessionalRegistered]:
    """What follows from naming a professional: registered if nobody has been under this id; else already so."""
    if state.registered:
        return []
    match command:
        case RegisterProfessional():
            return register_professional(command, context)
        case LearnProfessional():
            return learn_professional(command)
        case _:
            assert_never(command)


def register_professional(command: RegisterProfessional, context: Context) -> list[ProfessionalRegistered]:
    """Of the agency named with them, else of the sender's own."""
    name, agency, organisation = command.professional.of(context.actor.agency)
    text = ProfessionalText(name=name, organisation=command.organisation or organisation)
    return [ProfessionalRegistered(agency=agency, sealed=text)]


def learn_professional(command: LearnProfessional) -> list[ProfessionalRegistered]:
    """Of the agency that another team named with them."""
    return [
        ProfessionalRegistered(agency=command.agency, sealed=ProfessionalText(name=command.professional.name))
    ]


professional = Stream(
    name="professional",
    state=NamedProfessional(),
    evolve=evolve,
    decide=decide,
    commands=ProfessionalCommand,
    events=ProfessionalEvent,
    per=Per.ITSELF,
)
