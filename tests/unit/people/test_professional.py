"""Professionals: whoever is named by name and agency, once."""

from services.people.events import ProfessionalRegistered, ProfessionalText
from services.people.rules import RULES
from services.people.streams.professional import LearnProfessional, RegisterProfessional, professional
from shared.domain.actors import professional_id
from shared.domain.fields import Names, Professional
from shared.domain.instants import london
from shared.testing.deciders import decider
from shared.testing.facts import actor

given = decider(professional, RULES).given
NOW = london(2026, 4, 7, 9)
NAMES = Names(bytes(32), "health")
NURSE = Professional.named("N. Roy", NAMES)
DOCTOR = actor("health_practitioner", "A. Khan")


def test_a_professional_is_of_the_agency_of_whoever_names_them():
    given().when(RegisterProfessional(professional=NURSE, organisation="Elm Ward"), at=NOW, by=DOCTOR).then(
        ProfessionalRegistered(
            child=NURSE.id,
            agency="health",
            described=True,
            sealed=ProfessionalText(name="N. Roy", organisation="Elm Ward"),
        )
    )


def test_another_team_says_of_which_agency():
    given().when(LearnProfessional(professional=NURSE, agency="health"), at=NOW).then(
        ProfessionalRegistered(child=NURSE.id, agency="health", sealed=ProfessionalText(name="N. Roy"))
    )


def test_whoever_names_them_again_means_the_same():
    known = given().when(RegisterProfessional(professional=NURSE), at=NOW, by=DOCTOR)
    known.when(LearnProfessional(professional=NURSE, agency="health"), at=NOW).nothing()
    known.when(RegisterProfessional(professional=NURSE), at=NOW, by=DOCTOR).nothing()


def test_the_id_is_made_of_name_and_agency():
    again = Professional.named("  n. ROY ", NAMES)
    assert again.id == NURSE.id == professional_id(bytes(32), "N. Roy", "health")
    assert Professional.named("N. Roy", Names(bytes(32), "police")).id != NURSE.id


def test_who_was_named_and_no_more_is_described_once():
    known = given().when(LearnProfessional(professional=NURSE, agency="health"), at=NOW)
    describe = RegisterProfessional(
        professional=NURSE,
        team="Paediatrics",
        job_title="Ward sister",
        registration_number="12A3456E",
        staff_id="S-77",
    )
    described = known.when(describe, at=NOW, by=DOCTOR)
    described.then(
        ProfessionalRegistered(
            child=NURSE.id,
            agency="health",
            described=True,
            sealed=ProfessionalText(
                name="N. Roy",
                team="Paediatrics",
                job_title="Ward sister",
                registration_number="12A3456E",
                staff_id="S-77",
            ),
        )
    )
    described.when(describe, at=NOW, by=DOCTOR).nothing()
