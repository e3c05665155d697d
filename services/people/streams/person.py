"""A person: a child, or an adult who matters to one. The index every team refers to."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Final, assert_never
from uuid import UUID

from nhs_number import is_valid  # type: ignore[attr-defined]  # exported without being named in __all__
from pydantic import AfterValidator, Field, StringConstraints, model_validator

from services.people.events import (
    NhsNumberRecorded,
    NhsNumberText,
    PersonRegistered,
    PersonText,
    Relation,
    RelationshipRecorded,
)
from shared.domain.code_lists import Disability, Ethnicity, Sex
from shared.domain.command import Command, refuse_all
from shared.domain.decider import Context, Per, Stream
from shared.domain.fields import Distinct, PersonId, ShortText
from shared.domain.instants import Day, local_date
from shared.domain.limits import months_after
from shared.domain.people import PersonKind

PersonEvent = PersonRegistered | NhsNumberRecorded | RelationshipRecorded


MOST_MONTHS_DUE: Final = 24
"""How far ahead the birth of an unborn child may lie: more than a pregnancy, less than a slip of the year's digits."""


_WRITTEN_NUMBER: Final = 40
"""Most characters in which a number of ten digits may be written, its spaces among them."""


def _checked(number: str) -> str:
    digits = "".join(number.split())
    if not (digits.isascii() and digits.isdigit() and len(digits) == 10 and is_valid(digits)):
        raise ValueError(
            "this is no NHS number: ten digits, the last of which checks the others; read it again"
        )
    return digits


NhsNumber = Annotated[str, StringConstraints(max_length=_WRITTEN_NUMBER), AfterValidator(_checked)]
"""Ten digits with a valid check digit; spaces between them are dropped."""


@dataclass(frozen=True)
class Person:
    """What decisions on a person need to know."""

    kind: PersonKind | None = None
    born: date | None = None
    has_nhs_number: bool = False
    relations: frozenset[tuple[UUID, Relation, bool]] = frozenset()


def evolve(state: Person, event: PersonEvent) -> Person:
    """The person after one more fact."""
    match event:
        case PersonRegistered(kind=kind, born=born, has_nhs_number=has_nhs_number):
            return replace(state, kind=kind, born=born, has_nhs_number=has_nhs_number)
        case NhsNumberRecorded():
            return replace(state, has_nhs_number=True)
        case RelationshipRecorded(person=person, relation=relation, parental_responsibility=responsible):
            others = {known for known in state.relations if known[:2] != (person, relation)}
            return replace(state, relations=frozenset({*others, (person, relation, responsible)}))
        case _:
            assert_never(event)


class RegisterPerson(Command, name="people.RegisterPerson", opens=True):
    """Register a child or an adult. The command's id becomes the person's."""

    kind: PersonKind
    name: ShortText
    born: Day | None = None
    due: Day | None = None
    sex: Sex | None = None
    nhs_number: NhsNumber | None = None
    ethnicity: Ethnicity | None = None
    disability: Distinct[Disability] = ()
    looked_after: bool = False
    family: UUID | None = None

    @model_validator(mode="after")
    def _possible(self) -> "RegisterPerson":
        if Disability.NONE in self.disability and len(self.disability) > 1:
            raise ValueError("the disability NONE stands alone")
        if self.born and self.due:
            raise ValueError("give the day of birth, or the day an unborn child is due, not both")
        return self


class RecordNhsNumber(Command, name="people.RecordNhsNumber"):
    """Record the NHS number of a person who has none yet, checked by its last digit."""

    nhs_number: NhsNumber


class RelatePeople(Command, name="people.RelatePeople"):
    """Record what a person is to the child in `about`, and whether they hold parental responsibility."""

    person: PersonId
    relation: Relation = Field(alias="is")
    parental_responsibility: bool = False


PersonCommand = RegisterPerson | RecordNhsNumber | RelatePeople


def decide(command: PersonCommand, state: Person, context: Context) -> list[PersonEvent]:
    """What follows from a command about a person.

    Raises:
        Refused: E2 for a birth later than today; `people` for what cannot be said of this person.
    """
    match command:
        case RegisterPerson():
            return register_person(command, state, context)
        case RecordNhsNumber():
            return record_nhs_number(command, state)
        case RelatePeople():
            return relate_people(command, state, context)
        case _:
            assert_never(command)


def register_person(command: RegisterPerson, state: Person, context: Context) -> list[PersonEvent]:
    """Register somebody, once, with what is known of their birth."""
    refuse_all(
        (
            "people",
            state.kind is not None,
            "this person is registered already; to have the record corrected, ask a manager of the people index",
        ),
        (
            "E2",
            command.born is not None and command.born > local_date(context.now),
            "nobody is born later than today; for an unborn child give the day it is `due`",
        ),
        (
            "people",
            command.due is not None and command.due > months_after(local_date(context.now), MOST_MONTHS_DUE),
            "nobody is due later than two years from now; correct the day it is `due`",
        ),
        (
            "people",
            command.kind == "child" and command.born is None and command.due is None,
            "a child has a day of birth, or the day it is `due`; estimate it if need be",
        ),
    )
    return [
        PersonRegistered(
            kind=command.kind,
            born=command.born if command.kind == "child" else None,
            due=command.due if command.kind == "child" else None,
            disabled=bool(set(command.disability) - {Disability.NONE}),
            looked_after=command.looked_after,
            family=command.family,
            has_nhs_number=command.nhs_number is not None,
            sealed=PersonText(
                name=command.name,
                nhs_number=command.nhs_number,
                ethnicity=command.ethnicity,
                disability=command.disability,
                sex=command.sex,
                born=command.born,
                due=command.due,
            ),
        )
    ]


def record_nhs_number(command: RecordNhsNumber, state: Person) -> list[PersonEvent]:
    """Record it, once. It is sealed, so whether another one is the same cannot be told."""
    refuse_all(
        (
            "people",
            state.has_nhs_number,
            "this person's NHS number is recorded already; if it is wrong, ask a manager of the people index",
        )
    )
    return [NhsNumberRecorded(sealed=NhsNumberText(nhs_number=command.nhs_number))]


def relate_people(command: RelatePeople, state: Person, context: Context) -> list[PersonEvent]:
    """Record what somebody is to a child; said again it is already so, said otherwise it is so from now on."""
    refuse_all(
        (
            "people",
            command.person == context.child,
            "a person is not related to themselves; name somebody else",
        ),
        (
            "people",
            state.kind != "child",
            "put the child into `about`, and the other person into `with`",
        ),
    )
    if (command.person, command.relation, command.parental_responsibility) in state.relations:
        return []
    return [
        RelationshipRecorded(
            person=command.person,
            relation=command.relation,
            parental_responsibility=command.parental_responsibility,
        )
    ]


person = Stream(
    name="person",
    state=Person(),
    evolve=evolve,
    decide=decide,
    commands=PersonCommand,
    events=PersonEvent,
    per=Per.ITSELF,
)
