"""Under which id a professional who signs in stands, as People told this team. Pure; every team has it without writing it.

Who signs in is known by issuer and subject, and whoever is named, by name and agency. That both are one person is said
once, by People, which sees every first sign-in; each team keeps it in its own log, so that an author who is asked for
later is found under either id, also while People is away. What People tells is recognised by the event's stored name,
because the kernel imports no team.
"""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from shared.domain.command import Command
from shared.domain.decider import Context, Per, Stream
from shared.domain.event import Event, Record
from shared.domain.policy import Policy
from shared.domain.view import Upsert, View

VIEW: Final = "sign_ins"
"""The read table of every service, People's among them, that tells the id of who signs in."""


class SignInKnown(Event, name="team.SignInKnown", fixed=()):
    """People told this team of whom a sign-in is. It never changes, whatever the person is called."""

    professional: UUID


class KnowSignIn(Command, name="team.KnowSignIn", opens=True, internal=True):
    """Take in of whom a sign-in is. `about` is the id that was made of issuer and subject."""

    professional: UUID


@dataclass(frozen=True)
class KnownSignIn:
    """Of whom it is; None before People said so."""

    professional: UUID | None = None


def _evolve(_state: KnownSignIn, event: SignInKnown) -> KnownSignIn:
    return KnownSignIn(event.professional)


def _decide(command: KnowSignIn, state: KnownSignIn, _context: Context) -> list[SignInKnown]:
    return [] if state.professional is not None else [SignInKnown(professional=command.professional)]


known_sign_in = Stream(
    name="known_sign_in",
    state=KnownSignIn(),
    evolve=_evolve,
    decide=_decide,
    commands=KnowSignIn,
    events=SignInKnown,
    per=Per.ITSELF,
)
"""One stream for each issuer and subject a team was told of."""


def know_sign_in(event: Any, record: Record) -> KnowSignIn:
    """People said of whom a sign-in is."""
    return KnowSignIn(about=(record.stream,), professional=event.professional)


def sign_in_policy(service: str) -> Policy:
    """What every team does when somebody has signed in for the first time."""
    policy = Policy(service)
    policy.on_names("people.ProfessionalSignedIn")(know_sign_in)
    return policy


@dataclass(frozen=True)
class SignInRow:
    """A sign-in (the id made of issuer and subject), and the id of the professional whose it is."""

    subject: UUID
    professional: UUID


def sign_in_list() -> View[SignInRow]:
    """The view `sign_ins` of a team."""
    view = View(VIEW, row=SignInRow, key=("subject",), anew="subject")

    @view.on(SignInKnown)
    def known(event: SignInKnown, record: Record) -> Upsert:
        return Upsert(subject=record.stream, professional=event.professional)

    return view
