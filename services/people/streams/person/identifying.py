"""Numbers by which other systems know a person, and what the census asks of a child: ethnicity and disability."""

from pydantic import Field, model_validator

from services.people.codes import UpnUnknown
from services.people.events import (
    CorrectedText,
    NhsNumberRecorded,
    NhsNumberText,
    PersonCorrected,
    UpnRecorded,
    UpnText,
)
from services.people.identifiers import NhsNumber, Upn
from services.people.streams.person.registering import none_stands_alone
from services.people.streams.person.state import Person, PersonEvent, only_of_a_child
from shared.domain.code_lists import Disability, Ethnicity
from shared.domain.command import Check, Command, refuse_all
from shared.domain.field_errors import refuse_fields
from shared.domain.fields import ShortText


class RecordNhsNumber(Command, name="people.RecordNhsNumber"):
    """Record the NHS number of a person who has none yet, checked by its last digit."""

    nhs_number: NhsNumber


class RecordUpn(Command, name="people.RecordUpn"):
    """Record a child's unique pupil number, checked by its letter; or why there is none."""

    upn: Upn | None = None
    former_upn: Upn | None = None
    upn_unknown: UpnUnknown | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> "RecordUpn":
        one = "give the UPN, or why there is none, and not both"
        refuse_fields(
            ("upn", self.upn is None and self.upn_unknown is None, one, "missing"),
            ("upn_unknown", self.upn is not None and self.upn_unknown is not None, one),
        )
        return self


class RecordEthnicity(Command, name="people.RecordEthnicity"):
    """Record ethnicity as the family describes it, and who did."""

    ethnicity: Ethnicity
    described_by: ShortText | None = None


class RecordDisability(Command, name="people.RecordDisability"):
    """Record disabilities; NONE stands alone, and each is named once."""

    disability: tuple[Disability, ...] = Field(min_length=1, max_length=len(Disability))

    @model_validator(mode="after")
    def _possible(self) -> "RecordDisability":
        refuse_fields(
            none_stands_alone(self.disability),
            (
                "disability",
                len(set(self.disability)) < len(self.disability),
                "a disability is named twice; name each once",
                "repeated",
            ),
        )
        return self


def may_record_nhs_number(state: Person) -> tuple[Check, ...]:
    """It is recorded once: sealed, so that whether another one is the same cannot be told."""
    return (
        (
            "people",
            state.has_nhs_number,
            "this person's NHS number is recorded already; if it is wrong, ask a manager to correct that record",
        ),
    )


def record_nhs_number(command: RecordNhsNumber, state: Person) -> list[PersonEvent]:
    """Record it, once. It is sealed, so whether another one is the same cannot be told."""
    refuse_all(*may_record_nhs_number(state))
    return [NhsNumberRecorded(sealed=NhsNumberText(nhs_number=command.nhs_number))]


def record_upn(command: RecordUpn, state: Person) -> list[PersonEvent]:
    """Record it; a child may get another, and then keeps the one before."""
    refuse_all(only_of_a_child(state))
    return [
        UpnRecorded(
            unknown_because=command.upn_unknown,
            sealed=UpnText(upn=command.upn, former_upn=command.former_upn),
        )
    ]


def record_ethnicity(command: RecordEthnicity) -> list[PersonEvent]:
    """As it is described now."""
    text = CorrectedText(ethnicity=command.ethnicity, described_by=command.described_by)
    return [PersonCorrected(sealed=text)]


def record_disability(command: RecordDisability) -> list[PersonEvent]:
    """As it is known now."""
    disabled = bool(set(command.disability) - {Disability.NONE})
    return [PersonCorrected(disabled=disabled, sealed=CorrectedText(disability=command.disability))]
