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
    """Whether the professional is registered, and described, and by which sign-in they came first; None: nobody has yet."""

    registered: bool = False
    described: bool = False
    signed_in: UUID | None = None


ProfessionalEvent = ProfessionalRegistered | NameTaken


def evolve(state: NamedProfessional, event: ProfessionalEvent) -> NamedProfessional:
    """Registered, and signed in for the first time, once and for all."""
    match event:
        case ProfessionalRegistered(described=described):
            return replace(state, registered=True, described=state.described or described)
        case NameTaken(by=by):
            return replace(state, signed_in=by)
        case _:
            assert_never(event)


class RegisterProfessional(Command, name="people.RegisterProfessional", opens=True):
    """Register a professional by name, of one's own agency unless another is named, and say what they are.

    Their id is made of name and agency: who was named before, and nothing more, is described by this.
    """

    professional: Professional
    organisation: ShortText | None = None
    team: ShortText | None = None
    job_title: ShortText | None = None
    registration_number: ShortText | None = None
    staff_id: ShortText | None = None

    @property
    def describes(self) -> bool:
        """Whether it says more than a name and an agency."""
        return any((self.organisation, self.team, self.job_title, self.registration_number, self.staff_id))

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
    """What follows from naming a professional: registered if nobody has been under this id, described once; else already so."""
    match command:
        case RegisterProfessional():
            return register_professional(command, state, context)
        case LearnProfessional():
            return learn_professional(command, state)
        case _:
            assert_never(command)


def register_professional(
    command: RegisterProfessional, state: NamedProfessional, context: Context
) -> list[ProfessionalRegistered]:
    """Of the agency named with them, else of the sender's own."""
    if state.registered and (state.described or not command.describes):
        return []
    name, agency, organisation = command.professional.of(context.actor.agency)
    text = ProfessionalText(
        name=name,
        organisation=command.organisation or organisation,
        team=command.team,
        job_title=command.job_title,
        registration_number=command.registration_number,
        staff_id=command.staff_id,
    )
    return [ProfessionalRegistered(agency=agency, described=command.describes, sealed=text)]


def learn_professional(command: LearnProfessional, state: NamedProfessional) -> list[ProfessionalRegistered]:
    """Of the agency that another team named with them."""
    if state.registered:
        return []
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
