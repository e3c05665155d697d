"""Sign-ins: the first under a name is who was named, a second of that name is somebody else, another name changes nothing."""

from uuid import UUID, uuid4

from services.people.app import app
from services.people.events import NameTaken, ProfessionalSignedIn
from services.people.rules import RULES
from services.people.streams.professional import NamedProfessional
from services.people.streams.sign_in import NoteSignIn, SignIn, SignInAndName, of_their_own, sign_in
from shared.domain.actors import professional_id
from shared.domain.instants import london
from shared.team.sign_ins import KnownSignIn, KnowSignIn, SignInKnown, known_sign_in
from shared.testing.deciders import decider

NOW = london(2026, 4, 7, 9)
AGENCY = "childrens_social_care"
MIA = professional_id(bytes(32), "Mia Dunn", AGENCY)
FIRST, SECOND = uuid4(), uuid4()


def decided(subject: UUID, signed_in: SignIn, named: NamedProfessional) -> list:
    command = NoteSignIn(subject=subject, named=MIA, agency=AGENCY)
    return sign_in.decide(command, SignInAndName(signed_in, named), None)


def test_the_first_under_a_name_is_who_was_named():
    events = decided(FIRST, SignIn(), NamedProfessional(registered=True))
    assert events == [ProfessionalSignedIn(professional=MIA, agency=AGENCY), NameTaken(by=FIRST)]


def test_a_second_of_that_name_is_somebody_else():
    events = decided(SECOND, SignIn(), NamedProfessional(registered=True, signed_in=FIRST))
    assert events == [
        ProfessionalSignedIn(professional=of_their_own(SECOND), agency=AGENCY, same_name_as=MIA)
    ]


def test_whoever_has_signed_in_once_is_the_same_under_any_name():
    assert decided(FIRST, SignIn(MIA), NamedProfessional(registered=True)) == []
    assert decided(FIRST, SignIn(MIA), NamedProfessional(registered=True, signed_in=SECOND)) == []


def test_the_states_remember_it():
    signed_in = ProfessionalSignedIn(professional=MIA, agency=AGENCY)
    assert sign_in.evolve(SignIn(), signed_in) == SignIn(MIA)
    professional = next(each for each in app.streams if each.name == "professional")
    taken = professional.evolve(NamedProfessional(registered=True), NameTaken(by=FIRST))
    assert taken == NamedProfessional(registered=True, signed_in=FIRST)


def test_a_team_keeps_what_it_is_told_first():
    given = decider(known_sign_in, RULES).given
    story = given().when(KnowSignIn(about=(FIRST,), professional=MIA), at=NOW)
    story.then(SignInKnown(child=FIRST, professional=MIA))
    story.when(KnowSignIn(about=(FIRST,), professional=SECOND), at=NOW).nothing()
    assert known_sign_in.evolve(KnownSignIn(), SignInKnown(professional=MIA)) == KnownSignIn(MIA)
