"""The index, folded from stories: who is known, who is related, whose number is still to be found."""

from datetime import date

from services.people.codes import Relation
from services.people.rules import RULES
from services.people.streams.person import RecordNhsNumber, RegisterPerson, RelatePeople, person
from services.people.streams.professional import RegisterProfessional, professional
from services.people.views import people, professionals, relationships
from shared.domain.fields import Professional
from shared.domain.instants import london
from shared.domain.view_fold import fold
from shared.testing.deciders import decider
from shared.testing.facts import ADULT, CHILD, actor

given = decider(person, RULES).given
NOW = london(2026, 4, 2, 16)
LATER = london(2026, 4, 3, 9)
AMARA = RegisterPerson(kind="child", name="Amara Test", born=date(2016, 5, 14))


def test_a_child_without_a_number_waits_for_it():
    row = fold(people, given().when(AMARA, at=NOW).records)[CHILD,]
    assert (row.kind, row.registered_at) == ("child", NOW)
    assert not hasattr(row, "born"), "when somebody was born is read with their name, by who may read texts"
    assert row.wants_number


def test_an_adult_does_not():
    story = given(child=ADULT).when(RegisterPerson(kind="adult", name="Grace Test"), at=NOW)
    assert not fold(people, story.records)[ADULT,].wants_number


def test_a_number_found_later_stands_beside_who_it_is():
    story = given().when(AMARA, at=NOW).when(RecordNhsNumber(nhs_number="9990000379"), at=LATER)
    row = fold(people, story.records)[CHILD,]
    assert not row.wants_number
    registered, found = story.records
    assert (row.sealed, row.event) == (registered.sealed, registered.envelope.event_id)
    assert (row.number_sealed, row.number_event) == (found.sealed, found.envelope.event_id)


def test_relations_are_by_child_and_person():
    mother = RelatePeople(person=ADULT, relation=Relation.MOTHER)
    gained = mother.model_copy(update={"parental_responsibility": True})
    story = given().when(AMARA, at=NOW).when(mother, at=NOW).when(gained, at=LATER)
    (row,) = fold(relationships, story.records).values()
    assert (row.child, row.person, row.relation) == (CHILD, ADULT, "mother")
    assert row.parental_responsibility


def test_professionals_are_by_id():
    nurse = RegisterProfessional(professional=Professional(id=ADULT, name="N. Roy"))
    story = decider(professional, RULES).given().when(nurse, at=NOW, by=actor("health_practitioner"))
    row = fold(professionals, story.records)[ADULT,]
    assert (row.agency, row.sealed) == ("health", story.records[0].sealed)
