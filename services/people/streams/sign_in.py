"""A sign-in: of whom it is that an issuer calls by one subject. Said once, whatever the person is called later.

The first to sign in under a name that colleagues already use ("allocate Mia Dunn") is that professional. Another who has
the same name in the same agency is somebody else, with an id of their own.
"""

from dataclasses import dataclass
from uuid import UUID, uuid5

from services.people.events import NameTaken, ProfessionalSignedIn
from services.people.streams.professional import NamedProfessional
from shared.domain.command import Command
from shared.domain.decider import Context, Per, Stream
from shared.domain.fields import Agency


@dataclass(frozen=True)
class SignIn:
    """Of whom it is; None before the first time."""

    professional: UUID | None = None


def evolve(_state: SignIn, event: ProfessionalSignedIn) -> SignIn:
    """The sign-in once it is known of whom it is."""
    return SignIn(event.professional)


@dataclass(frozen=True)
class SignInAndName:
    """What a decision takes: the sign-in, and the professional of the name that the token gives."""

    sign_in: SignIn
    professional: NamedProfessional


class NoteSignIn(Command, name="people.NoteSignIn", opens=True, internal=True):
    """Somebody signed in: `subject` is made of issuer and subject, `named` of the name and agency in the token."""

    subject: UUID
    named: UUID
    agency: Agency

    def own_id(self) -> UUID:
        """The sign-in has an id of its own, made of issuer and subject."""
        return self.subject


def of_their_own(subject: UUID) -> UUID:
    """The id of a professional whose name belongs to somebody else: made of their sign-in, and another than it."""
    return uuid5(subject, "professional")


def decide(
    command: NoteSignIn, state: SignInAndName, _context: Context
) -> list[ProfessionalSignedIn | NameTaken]:
    """The first time, of whom it is; afterwards nothing, also under another name."""
    if state.sign_in.professional is not None:
        return []
    if state.professional.signed_in is None:
        return [
            ProfessionalSignedIn(professional=command.named, agency=command.agency),
            # On the professional's own stream: of two who come at once under one name, the second finds it taken.
            NameTaken(by=command.subject),
        ]
    return [
        ProfessionalSignedIn(
            professional=of_their_own(command.subject), agency=command.agency, same_name_as=command.named
        )
    ]


sign_in = Stream(
    name="sign_in",
    state=SignIn(),
    evolve=evolve,
    decide=decide,
    commands=NoteSignIn,
    events=ProfessionalSignedIn,
    per=Per.ITSELF,
    record=SignInAndName,
    found_by={"professional": "named"},
)
