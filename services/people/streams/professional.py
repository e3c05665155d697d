"""A professional: whoever is named by name and agency, once, so that every record of them holds the same id."""

from dataclasses import dataclass, replace
from uuid import UUID

from services.people.events import ProfessionalRegistered, ProfessionalText
from shared.domain.command import Command
from shared.domain.decider import Context, Per, Stream
from shared.domain.fields import Agency, Professional, ShortText


@dataclass(frozen=True)
class Registered:
    """Whether the professional is registered."""

    registered: bool = False


def evolve(state: Registered, _event: ProfessionalRegistered) -> Registered:
    """Registered, once and for all."""
    return replace(state, registered=True)


class RegisterProfessional(Command, name="people.RegisterProfessional", opens=True):
    """Register a professional of one's own agency by name. Their id is made of name and agency."""

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


def decide(
    command: RegisterProfessional | LearnProfessional, state: Registered, context: Context
) -> list[ProfessionalRegistered]:
    """Registered if nobody has; else already so."""
    if state.registered:
        return []
    agency = command.agency if isinstance(command, LearnProfessional) else context.actor.agency
    organisation = command.organisation if isinstance(command, RegisterProfessional) else None
    text = ProfessionalText(name=command.professional.name, organisation=organisation)
    return [ProfessionalRegistered(agency=agency, sealed=text)]


professional = Stream(
    name="professional",
    state=Registered(),
    evolve=evolve,
    decide=decide,
    commands=RegisterProfessional | LearnProfessional,
    events=ProfessionalRegistered,
    per=Per.ITSELF,
)
