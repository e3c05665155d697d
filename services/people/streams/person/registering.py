"""Registering a person, once, with what is known of them; and putting it right."""

from datetime import date
from typing import Final
from uuid import UUID

from pydantic import Field, model_validator

from services.people.codes import UpnUnknown, Withheld
from services.people.events import (
    CorrectedText,
    LookedAfterStarted,
    PersonCorrected,
    PersonRegistered,
    PersonText,
    RecordRestricted,
    RestrictedText,
)
from services.people.identifiers import ChildId, NhsNumber, Upn
from services.people.streams.person.state import Person, PersonEvent
from shared.domain.code_lists import Disability, Ethnicity, Sex
from shared.domain.command import Check, Command, refuse_all
from shared.domain.decider import Context
from shared.domain.field_errors import FieldCheck, refuse_fields
from shared.domain.fields import Distinct, RequiredText, ShortText
from shared.domain.instants import Day, local_date
from shared.domain.limits import months_after
from shared.domain.people import PersonKind

MOST_MONTHS_DUE: Final = 24
"""How far ahead the birth of an unborn child may lie: more than a pregnancy, less than a slip of the year's digits."""
CHILD_ID_LENGTH: Final = 20
"""Characters of the authority's id of a child that is made where none is given: as many as the census takes."""


class RegisterPerson(Command, name="people.RegisterPerson", opens=True):
    """Register a child or an adult. The command's id becomes the person's.

    `disability` left out is not known; NONE is none. `name` is what is shown, the names beside it are its parts.
    """

    kind: PersonKind
    name: ShortText
    given_names: Distinct[ShortText] = ()
    family_name: ShortText | None = None
    former_names: Distinct[ShortText] = ()
    born: Day | None = None
    born_estimated: bool = False
    due: Day | None = None
    sex: Sex | None = None
    nhs_number: NhsNumber | None = None
    la_child_id: ChildId | None = None
    upn: Upn | None = None
    upn_unknown: UpnUnknown | None = None
    ethnicity: Ethnicity | None = None
    disability: Distinct[Disability] = ()
    looked_after: bool = False
    family: UUID | None = None
    languages: Distinct[ShortText] = ()
    nationality: ShortText | None = None
    uasc_from: Day | None = None
    uasc_to: Day | None = None
    placing_authority: ShortText | None = None

    @model_validator(mode="after")
    def _possible(self) -> "RegisterPerson":
        refuse_fields(
            none_stands_alone(self.disability),
            _born_or_due(self.born, self.due),
            (
                "upn_unknown",
                self.upn is not None and self.upn_unknown is not None,
                "give the UPN, or why there is none, and not both",
            ),
            _in_order(self.uasc_from, self.uasc_to),
        )
        return self


class CorrectPerson(Command, name="people.CorrectPerson"):
    """Put right, or add, what is known of who a person is, and say why. What is left out stays as it was."""

    name: ShortText | None = None
    given_names: Distinct[ShortText] | None = None
    family_name: ShortText | None = None
    former_names: Distinct[ShortText] | None = None
    born: Day | None = None
    born_estimated: bool | None = None
    due: Day | None = None
    sex: Sex | None = None
    ethnicity: Ethnicity | None = None
    disability: Distinct[Disability] | None = None
    family: UUID | None = None
    languages: Distinct[ShortText] | None = None
    nationality: ShortText | None = None
    uasc_from: Day | None = None
    uasc_to: Day | None = None
    reason: RequiredText

    @model_validator(mode="after")
    def _possible(self) -> "CorrectPerson":
        said = self.model_dump(exclude_none=True, exclude={"about", "re", "happened", "known", "reason"})
        refuse_fields(
            none_stands_alone(self.disability or ()),
            _born_or_due(self.born, self.due),
            _in_order(self.uasc_from, self.uasc_to),
            ("reason", not said, "say what is right: everything but the reason is left out"),
        )
        return self


class RestrictRecord(Command, name="people.RestrictRecord"):
    """Say that a person's name, address, school or whereabouts is for few to know, and why."""

    what: Distinct[Withheld] = Field(min_length=1)
    reason: RequiredText
    until: Day | None = None


def none_stands_alone(disability: tuple[Disability, ...]) -> FieldCheck:
    """Wrong: to have no disability, and one."""
    both = Disability.NONE in disability and len(disability) > 1
    return "disability", both, "NONE stands alone: take it out, or the others"


def _born_or_due(born: date | None, due: date | None) -> FieldCheck:
    both = born is not None and due is not None
    return "due", both, "give the day of birth, or the day an unborn child is due, and not both"


def _in_order(since: date | None, until: date | None) -> FieldCheck:
    backwards = since is not None and until is not None and until < since
    return "uasc_to", backwards, "the last day lies before the first; correct the days"


def register_person(command: RegisterPerson, state: Person, context: Context) -> list[PersonEvent]:
    """Register somebody, once, with what is known of their birth."""
    is_child = command.kind == "child"
    refuse_all(
        (
            "people",
            state.kind is not None,
            "this person is registered already; put right what is wrong (people.CorrectPerson)",
        ),
        not_born_later_than_today(command.born, context),
        not_due_too_late(command.due, context),
        (
            "people",
            is_child and command.born is None and command.due is None,
            "a child has a day of birth, or the day on which it is due; estimate it if need be",
        ),
    )
    registered = PersonRegistered(
        kind=command.kind,
        born=command.born if is_child else None,
        due=command.due if is_child else None,
        born_estimated=command.born_estimated,
        disabled=_disabled(command.disability),
        looked_after=command.looked_after,
        family=command.family,
        has_nhs_number=command.nhs_number is not None,
        has_upn=command.upn is not None,
        upn_unknown=command.upn_unknown,
        uasc_from=command.uasc_from,
        uasc_to=command.uasc_to,
        sealed=PersonText(
            name=command.name,
            given_names=command.given_names or None,
            family_name=command.family_name,
            former_names=command.former_names or None,
            nhs_number=command.nhs_number,
            la_child_id=command.la_child_id or (_child_id(context) if is_child else None),
            upn=command.upn,
            ethnicity=command.ethnicity,
            disability=command.disability,
            sex=command.sex,
            born=command.born,
            due=command.due,
            languages=command.languages or None,
            nationality=command.nationality,
            placing_authority=command.placing_authority,
        ),
    )
    if not (command.looked_after and is_child):
        return [registered]
    return [registered, LookedAfterStarted(since=local_date(context.happened_at))]


def _child_id(context: Context) -> str:
    """Made of the person's own id, so that it is never used again."""
    return context.thing.hex[:CHILD_ID_LENGTH].upper()


def _disabled(disability: tuple[Disability, ...]) -> bool:
    return bool(set(disability) - {Disability.NONE})


def correct_person(command: CorrectPerson, state: Person, context: Context) -> list[PersonEvent]:
    """Put it right."""
    refuse_all(
        not_born_later_than_today(command.born, context),
        not_due_too_late(command.due, context),
        (
            "people",
            command.due is not None and state.born is not None,
            "this child is born already: correct the day of birth instead",
        ),
    )
    is_child = state.kind == "child"
    return [
        PersonCorrected(
            born=command.born if is_child else None,
            due=command.due if is_child else None,
            born_estimated=command.born_estimated,
            disabled=None if command.disability is None else _disabled(command.disability),
            family=command.family,
            uasc_from=command.uasc_from,
            uasc_to=command.uasc_to,
            sealed=CorrectedText(
                reason=command.reason,
                name=command.name,
                given_names=command.given_names,
                family_name=command.family_name,
                former_names=command.former_names,
                sex=command.sex,
                ethnicity=command.ethnicity,
                disability=command.disability,
                born=command.born,
                due=command.due,
                languages=command.languages,
                nationality=command.nationality,
            ),
        )
    ]


def restrict_record(command: RestrictRecord) -> list[PersonEvent]:
    """For few to know."""
    return [
        RecordRestricted(what=command.what, until=command.until, sealed=RestrictedText(reason=command.reason))
    ]


def not_born_later_than_today(born: date | None, context: Context) -> Check:
    """Forbids (E2) a birth to come."""
    return (
        "E2",
        born is not None and born > local_date(context.now),
        "nobody is born later than today; for an unborn child give the day on which it is due",
    )


def not_due_too_late(due: date | None, context: Context) -> Check:
    """Forbids a birth that lies too far ahead to be one."""
    return (
        "people",
        due is not None and due > months_after(local_date(context.now), MOST_MONTHS_DUE),
        "nobody is due later than two years from now; correct the day on which it is due",
    )
