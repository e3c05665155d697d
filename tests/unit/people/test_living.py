"""What becomes known of a person over time: numbers, names put right, where they live and learn, looked after, birth, death."""

from datetime import date

import pytest
from hypothesis import given as examples
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from services.people.codes import AddressKind, LegalStatus, LookedAfterEnd, Relation, UpnUnknown, Withheld
from services.people.events import (
    AddressRecorded,
    ChildBorn,
    CorrectedText,
    DeathRecorded,
    InvolvementRecorded,
    LookedAfterEnded,
    LookedAfterStarted,
    PersonCorrected,
    PersonRegistered,
    RecordRestricted,
    RelationshipEnded,
    RelationshipRecorded,
    SchoolRecorded,
    UpnRecorded,
)
from services.people.identifiers import Upn
from services.people.rules import RULES
from services.people.streams.person import (
    CorrectPerson,
    EndLookedAfter,
    EndRelationship,
    MarkUnborn,
    RecordAddress,
    RecordBirth,
    RecordDeath,
    RecordDisability,
    RecordEthnicity,
    RecordInvolvement,
    RecordLookedAfter,
    RecordSchool,
    RecordUpn,
    RegisterPerson,
    RelatePeople,
    RestrictRecord,
    person,
)
from shared.domain.code_lists import Disability, Ethnicity, Sex
from shared.domain.fields import Names
from shared.domain.instants import london
from shared.domain.people import KnownPerson, Span
from shared.team.known_people import know_person, known_person
from shared.testing.deciders import decider
from shared.testing.facts import ADULT

given = decider(person, RULES).given
NOW = london(2026, 4, 2, 16)
NAMES = Names(bytes(32), "childrens_social_care")
LATER = london(2026, 5, 4, 9)
TODAY, YESTERDAY = date(2026, 5, 4), date(2026, 5, 3)
AMARA = RegisterPerson(kind="child", name="Amara Test", born=date(2016, 5, 14))
BABY = RegisterPerson(kind="child", name="Baby Test", due=date(2026, 6, 1))
GRACE = RegisterPerson(kind="adult", name="Grace Test")
IN_CARE = RecordLookedAfter.model_validate({"from": "2026-05-01", "legal_status": "C2"})


def child():
    return given().when(AMARA, at=NOW)


def baby():
    return given().when(BABY, at=NOW)


def adult():
    return given().when(GRACE, at=NOW)


def in_words(story):
    return story.decided[0].sealed


# -- registering


def test_a_child_without_an_id_of_the_authority_gets_one_that_is_never_used_again():
    first, second = (
        in_words(child()),
        in_words(given().when(AMARA.model_copy(update={"la_child_id": "A1"}), at=NOW)),
    )
    assert len(first.la_child_id) == 20
    assert first.la_child_id.isalnum()
    assert second.la_child_id == "A1"
    assert in_words(adult()).la_child_id is None


@pytest.mark.parametrize("la_child_id", ["", "A-1", "A" * 21, "Ä1"])
def test_the_authoritys_id_has_letters_and_digits_alone(la_child_id):
    with pytest.raises(ValidationError):
        RegisterPerson.model_validate({**AMARA.model_dump(), "la_child_id": la_child_id})


def test_looked_after_at_registration_is_looked_after_from_that_day_with_a_status_nobody_knows():
    story = given().when(AMARA.model_copy(update={"looked_after": True}), at=NOW)
    registered, started = story.decided
    assert isinstance(registered, PersonRegistered)
    assert (started.since, started.legal_status) == (date(2026, 4, 2), None)


def test_names_and_where_somebody_comes_from_are_sealed():
    said = {
        "given_names": ["Amara", "Joy"],
        "family_name": "Test",
        "nationality": "Ghanaian",
        "languages": ["Twi"],
    }
    story = given().when(RegisterPerson.model_validate({**AMARA.model_dump(), **said}), at=NOW)
    assert "Ghanaian" not in story.decided[0].model_dump_json()
    assert (in_words(story).family_name, in_words(story).languages) == ("Test", ("Twi",))


# -- the unique pupil number (census 1510, 1530)


LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"


@examples(st.integers(1, 999), st.integers(0, 10**9 - 1), st.sampled_from("0123456789" + LETTERS))
def test_a_upn_fits_its_check_letter_and_no_other(authority, digits, last):
    rest = f"{authority:03d}{digits:09d}"[:11] + last
    values = [int(each) for each in rest[:-1]] + [int(last) if last.isdigit() else LETTERS.index(last)]
    letter = LETTERS[sum(weight * value for weight, value in enumerate(values, 2)) % 23]
    upn = TypeAdapter(Upn)
    assert upn.validate_python(f" {letter.lower()}{rest} ") == letter + rest
    for other in set(LETTERS) - {letter}:
        with pytest.raises(ValidationError, match="does not fit"):
            upn.validate_python(other + rest)


@pytest.mark.parametrize(
    "number", ["", "A", "A12345678901", "112345678901X", "A1234567890I1", "A12345678901²"]
)
def test_what_is_no_upn_is_refused(number):
    with pytest.raises(ValidationError, match="UPN"):
        TypeAdapter(Upn).validate_python(number)


def test_a_childs_upn_or_why_there_is_none():
    child().when(RecordUpn(upn_unknown=UpnUnknown.UN1), at=LATER).then(
        UpnRecorded(unknown_because=UpnUnknown.UN1)
    )
    adult().when(RecordUpn(upn_unknown=UpnUnknown.UN1), at=LATER).refused("people")
    with pytest.raises(ValidationError, match="not both"):
        RecordUpn()


# -- put right


def test_what_is_put_right_is_said_and_nothing_else():
    right = CorrectPerson(born=date(2016, 5, 15), reason="The birth certificate says so.")
    child().when(right, at=LATER).then(
        PersonCorrected(
            born=date(2016, 5, 15),
            sealed=CorrectedText(reason="The birth certificate says so.", born=date(2016, 5, 15)),
        )
    )


def test_an_adults_day_of_birth_stays_sealed():
    right = CorrectPerson(born=date(1990, 5, 15), reason="A passport.")
    corrected = adult().when(right, at=LATER)
    assert corrected.decided[0].born is None
    assert in_words(corrected).born == date(1990, 5, 15)


def test_a_correction_says_something():
    with pytest.raises(ValidationError, match="say what is right"):
        CorrectPerson(reason="Hm.")


def test_ethnicity_and_disability_as_they_are_described_now():
    child().when(RecordEthnicity(ethnicity=Ethnicity.BAFR, described_by="Grace Test"), at=LATER).then(
        PersonCorrected(sealed=CorrectedText(ethnicity=Ethnicity.BAFR, described_by="Grace Test"))
    )
    child().when(RecordDisability(disability=(Disability.AUT,)), at=LATER).then(
        PersonCorrected(disabled=True)
    )
    child().when(RecordDisability(disability=(Disability.NONE,)), at=LATER).then(
        PersonCorrected(disabled=False)
    )


@pytest.mark.parametrize("disability", [["NONE", "AUT"], ["AUT", "AUT"], []])
def test_disabilities_that_do_not_go_together_are_no_command(disability):
    with pytest.raises(ValidationError):
        RecordDisability.model_validate({"disability": disability})


# -- how they live


def test_addresses_schools_and_involvement_have_their_days():
    address = RecordAddress.model_validate(
        {
            "kind": "home",
            "lines": ["1 Elm Road"],
            "postcode": "N1 1AA",
            "from": "2026-01-01",
            "to": "2026-02-01",
        }
    )
    child().when(address, at=LATER).then(
        AddressRecorded(kind=AddressKind.HOME, since=date(2026, 1, 1), until=date(2026, 2, 1))
    )
    elm = NAMES.organisation("Elm School")
    school = RecordSchool.model_validate({"school": "elm  school", "from": "2026-01-01"}, context=NAMES)
    child().when(school, at=LATER).then(SchoolRecorded(organisation=elm, since=date(2026, 1, 1)))
    none = RecordSchool(none_because="Excluded.")
    child().when(none, at=LATER).then(SchoolRecorded())
    adult().when(none, at=LATER).refused("people")
    said = {"agency": "health", "organisation": "Elm Ward"}
    involved = adult().when(RecordInvolvement.model_validate(said, context=NAMES), at=LATER)
    involved.then(InvolvementRecorded(agency="health", organisation=NAMES.organisation("Elm Ward")))
    assert in_words(involved).organisation_name == "Elm Ward"


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (RecordAddress, {"kind": "home", "lines": ["1"], "from": "2026-02-01", "to": "2026-01-01"}),
        (RecordAddress, {"kind": "home", "lines": []}),
        (RecordSchool, {}),
        (RecordSchool, {"school": "Elm School", "none_because": "Ill."}),
        (RecordInvolvement, {"agency": "the_press", "organisation": "x"}),
    ],
)
def test_what_does_not_go_together_is_no_command(command, said):
    with pytest.raises(ValidationError):
        command.model_validate(said, context=NAMES)


def test_looked_after_begins_changes_its_status_and_ends():
    started = child().when(IN_CARE, at=LATER)
    started.then(LookedAfterStarted(since=date(2026, 5, 1), legal_status=LegalStatus.C2))
    started.when(IN_CARE, at=LATER).refused("people")
    other = IN_CARE.model_copy(update={"legal_status": LegalStatus.V2})
    assert started.when(other, at=LATER).refusal is None
    ended = EndLookedAfter(until=TODAY, reason=LookedAfterEnd.RETURNED_HOME)
    started.when(ended, at=LATER).then(
        LookedAfterEnded(until=TODAY, reason=LookedAfterEnd.RETURNED_HOME)
    ).when(ended, at=LATER).refused("people")
    child().when(ended, at=LATER).refused("people")
    adult().when(IN_CARE, at=LATER).refused("people")


def test_it_neither_begins_nor_ends_on_a_day_to_come_nor_ends_before_it_began():
    child().when(IN_CARE.model_copy(update={"since": date(2026, 5, 5)}), at=LATER).refused("E2")
    before = EndLookedAfter(until=date(2026, 4, 30), reason=LookedAfterEnd.OTHER)
    child().when(IN_CARE, at=LATER).when(before, at=LATER).refused("people")


# -- birth and death


def test_an_unborn_child_is_due_another_day_and_then_born_under_the_same_id():
    moved = baby().when(MarkUnborn(due=date(2026, 6, 8)), at=LATER)
    moved.then(PersonCorrected(due=date(2026, 6, 8)))
    moved.when(MarkUnborn(due=date(2026, 6, 8)), at=LATER).nothing()
    born = moved.when(RecordBirth(born=YESTERDAY, sex=Sex.F), at=LATER)
    born.then(ChildBorn(born=YESTERDAY))
    born.when(RecordBirth(born=YESTERDAY), at=LATER).refused("people")
    born.when(MarkUnborn(due=date(2026, 6, 8)), at=LATER).refused("people")
    baby().when(RecordBirth(born=date(2026, 5, 5)), at=LATER).refused("E2")
    adult().when(MarkUnborn(due=date(2026, 6, 8)), at=LATER).refused("people")


def test_a_death_is_recorded_once_and_another_day_puts_it_right():
    died = child().when(RecordDeath(died=YESTERDAY), at=LATER).then(DeathRecorded(died=YESTERDAY))
    died.when(RecordDeath(died=YESTERDAY), at=LATER).nothing()
    died.when(RecordDeath(died=TODAY), at=LATER).then(DeathRecorded(died=TODAY))
    child().when(RecordDeath(died=date(2026, 5, 5)), at=LATER).refused("E2")
    child().when(RecordDeath(died=date(2016, 5, 13)), at=LATER).refused("people")


# -- relationships, and what every team then knows


MOTHER = RelatePeople(person=ADULT, relation=Relation.MOTHER, parental_responsibility=True)


def test_a_relationship_ends_and_may_begin_again():
    related = child().when(MOTHER, at=NOW)
    ends = EndRelationship(person=ADULT, relation=Relation.MOTHER, on=TODAY)
    ended = related.when(ends, at=LATER).then(
        RelationshipEnded(person=ADULT, relation=Relation.MOTHER, until=TODAY)
    )
    ended.when(ends, at=LATER).refused("people")
    assert ended.when(MOTHER, at=LATER).refusal is None


def test_two_adults_may_be_related_and_parental_responsibility_is_for_a_child():
    partner = RelatePeople(person=ADULT, relation=Relation.PARTNER)
    adult().when(partner, at=LATER).then(RelationshipRecorded(person=ADULT, relation=Relation.PARTNER))
    adult().when(MOTHER, at=LATER).refused("people")


def test_a_record_is_restricted():
    child().when(RestrictRecord(what=(Withheld.ADDRESS,), reason="Threats."), at=LATER).then(
        RecordRestricted(what=(Withheld.ADDRESS,))
    )


def test_every_team_knows_what_decisions_need_of_it():
    steps = [
        (MOTHER, NOW),
        (IN_CARE, LATER),
        (EndLookedAfter(until=TODAY, reason=LookedAfterEnd.OTHER), LATER),
        (RecordDisability(disability=(Disability.AUT,)), LATER),
        (EndRelationship(person=ADULT, relation=Relation.MOTHER, on=TODAY), LATER),
    ]
    story = child()
    for command, at in steps:
        story = story.when(command, at=at)
    team = decider(known_person, RULES).given()
    for record in story.records:
        team = team.when(know_person(record.event, record), at=LATER, happened=record.happened_at)
    known: KnownPerson = team.state
    assert (known.kind, known.born, known.disabled) == ("child", date(2016, 5, 14), True)
    assert known.looked_after == (Span(since=date(2026, 5, 1), until=TODAY),)
    assert not known.responsible_on(TODAY)
    assert known.responsible_on(YESTERDAY) == {ADULT}
