"""People: registering somebody, an NHS number, and what somebody is to a child."""

from datetime import date

import pytest
from pydantic import ValidationError

from services.people.codes import Relation
from services.people.events import (
    NhsNumberRecorded,
    NhsNumberText,
    PersonRegistered,
    PersonText,
    RelationshipRecorded,
)
from services.people.rules import RULES
from services.people.streams.person import RecordNhsNumber, RegisterPerson, RelatePeople, person
from shared.domain.code_lists import Disability, Ethnicity, Sex
from shared.domain.instants import london
from shared.testing.deciders import decider
from shared.testing.facts import ADULT, CHILD, actor

given = decider(person, RULES).given
CLERK = actor("business_support", "Lee Park")
NOW = london(2026, 4, 2, 16)
AMARA = RegisterPerson(
    kind="child",
    name="Amara Test",
    born=date(2016, 5, 14),
    sex=Sex.F,
    nhs_number="999 000 0379",
    ethnicity=Ethnicity.BAFR,
    disability=(Disability.NONE,),
)
GRACE = RegisterPerson(kind="adult", name="Grace Test")
MOTHER = RelatePeople(person=ADULT, relation=Relation.MOTHER, parental_responsibility=True)


def child():
    return given().when(AMARA, at=NOW)


def test_who_it_is_is_sealed_and_what_decisions_need_is_not():
    given().when(AMARA, at=NOW, by=CLERK).then(
        PersonRegistered(
            kind="child",
            born=date(2016, 5, 14),
            has_nhs_number=True,
            sealed=PersonText(
                name="Amara Test",
                nhs_number="9990000379",
                ethnicity=Ethnicity.BAFR,
                disability=(Disability.NONE,),
                sex=Sex.F,
                born=date(2016, 5, 14),
                la_child_id=CHILD.hex[:20].upper(),
            ),
        )
    )


def test_no_decision_needs_the_day_on_which_an_adult_was_born_so_it_is_sealed():
    grace = GRACE.model_copy(update={"born": date(1988, 3, 2), "sex": Sex.F})
    text = PersonText(name="Grace Test", born=date(1988, 3, 2), sex=Sex.F)
    story = given(child=ADULT).when(grace, at=NOW)
    story.then(PersonRegistered(kind="adult", sealed=text))
    [told] = story.records
    assert (told.event.born, told.event.due) == (None, None)


def test_what_was_stored_of_an_adult_before_is_read_without_it():
    stored = {"kind": "adult", "born": "1988-03-02", "sex": "F", "family": str(ADULT)}
    PersonRegistered.upcast_v1_v2(stored)
    assert stored == {"kind": "adult", "family": str(ADULT)}
    child = {"kind": "child", "born": "2016-05-14", "sex": "F"}
    PersonRegistered.upcast_v1_v2(child)
    assert child == {"kind": "child", "born": "2016-05-14"}


def test_an_adult_needs_no_day_of_birth():
    given().when(GRACE, at=NOW).then(PersonRegistered(kind="adult"))


def test_an_unborn_child_has_the_day_it_is_due():
    unborn = RegisterPerson(kind="child", name="Unborn Test", due=date(2026, 8, 1))
    given().when(unborn, at=NOW).then(PersonRegistered(kind="child", due=date(2026, 8, 1)))


def test_a_child_without_either_is_refused():
    given().when(RegisterPerson(kind="child", name="Amara Test"), at=NOW).refused("people")


def test_a_disability_is_marked_open_and_named_sealed():
    command = AMARA.model_copy(update={"disability": (Disability.AUT, Disability.LD)})
    assert given().when(command, at=NOW).decided[0].disabled


@pytest.mark.parametrize(
    ("born", "at", "refused"),
    [
        pytest.param(date(2026, 4, 3), NOW, True, id="tomorrow"),
        pytest.param(date(2026, 4, 2), NOW, False, id="today"),
        pytest.param(
            date(2026, 7, 2), london(2026, 7, 2, 0, 30), False, id="today in London, not yet in UTC"
        ),
    ],
)
def test_nobody_is_born_later_than_today(born, at, refused):
    story = given().when(AMARA.model_copy(update={"born": born}), at=at)
    if refused:
        story.refused("E2")
    else:
        assert story.refusal is None


@pytest.mark.parametrize(
    ("due", "refused"), [(date(2028, 4, 2), False), (date(2028, 4, 3), True), (date(9999, 12, 31), True)]
)
def test_nobody_is_due_later_than_two_years_from_now(due, refused):
    story = given().when(RegisterPerson(kind="child", name="Unborn Test", due=due), at=NOW)
    if refused:
        story.refused("people")
    else:
        assert story.state.kind == "child"


def test_what_is_said_twice_of_somebody_counts_once():
    fields = {**AMARA.model_dump(by_alias=True), "disability": ["MOB", "LD", "MOB"]}
    assert RegisterPerson.model_validate(fields).disability == (Disability.MOB, Disability.LD)


def test_nobody_is_registered_twice_under_one_id():
    story = child().when(AMARA, at=NOW).refused("people")
    assert "people.CorrectPerson" in story.refusal.message


def test_a_number_found_later_is_sealed():
    amara = AMARA.model_copy(update={"nhs_number": None})
    story = given().when(amara, at=NOW).when(RecordNhsNumber(nhs_number="9990000379"), at=NOW)
    story.then(NhsNumberRecorded(sealed=NhsNumberText(nhs_number="9990000379")))
    assert story.state.has_nhs_number


@pytest.mark.parametrize("number", ["9990000379", "9990000743"])
def test_a_second_number_is_refused_as_the_first_is_sealed_and_cannot_be_compared(number):
    found = AMARA.model_copy(update={"nhs_number": None})
    later = given().when(found, at=NOW).when(RecordNhsNumber(nhs_number="9990000379"), at=NOW)
    for story in (child(), later):
        refused = story.when(RecordNhsNumber(nhs_number=number), at=NOW).refused("people")
        assert "ask a manager to correct that record" in refused.refusal.message
        assert number not in refused.refusal.message


@pytest.mark.parametrize("number", ["9990000378", "999000037", "99900003790", "999000037X", "٩٩٩٠٠٠٠٣٧٩", ""])
def test_a_number_whose_last_digit_does_not_check_is_no_number(number):
    with pytest.raises(ValidationError, match="this is no NHS number") as caught:
        RecordNhsNumber(nhs_number=number)
    assert not number or number not in str(caught.value)


@pytest.mark.parametrize(
    "fields",
    [
        {"disability": ["NONE", "AUT"]},
        {"due": "2026-08-01"},
        {"name": "  "},
        {"name": "Amara\r\nTest"},
        {"name": "Amara\u202eTest"},
        {"born": 0},
        {"born": "0001-01-01"},
        {"disability": ["MOB"] * 20_000},
        {"kind": "dog"},
        {"nhs_number": "9990000378"},
    ],
)
def test_what_cannot_be_is_no_command(fields):
    with pytest.raises(ValidationError):
        RegisterPerson.model_validate({**AMARA.model_dump(mode="json"), **fields})


def test_what_somebody_is_to_a_child():
    child().when(MOTHER, at=NOW).then(
        RelationshipRecorded(person=ADULT, relation=Relation.MOTHER, parental_responsibility=True)
    )


def test_the_same_again_is_already_so_and_responsibility_gained_is_not():
    before = MOTHER.model_copy(update={"parental_responsibility": False})
    related = child().when(before, at=NOW)
    related.when(before, at=NOW).nothing()
    gained = related.when(MOTHER, at=NOW).then(
        RelationshipRecorded(person=ADULT, relation=Relation.MOTHER, parental_responsibility=True)
    )
    assert gained.state.relations == {(ADULT, Relation.MOTHER, True)}


def test_one_person_can_be_several_things_to_a_child():
    carer = MOTHER.model_copy(update={"relation": Relation.CARER})
    assert len(child().when(MOTHER, at=NOW).when(carer, at=NOW).state.relations) == 2


def test_only_a_child_has_people_around_it():
    given().when(GRACE, at=NOW).when(MOTHER, at=NOW).refused("people")


def test_nobody_is_related_to_themselves():
    child().when(MOTHER.model_copy(update={"person": CHILD}), at=NOW).refused("people")
