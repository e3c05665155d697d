"""What the index of people tells: every event of People, its versions and upcasters."""

from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from shared.domain.code_lists import Disability, Ethnicity, Sex
from shared.domain.event import Event, Sealed
from shared.domain.people import PersonKind


class Relation(StrEnum):
    """What somebody is to a child."""

    MOTHER = "mother"
    FATHER = "father"
    STEPMOTHER = "stepmother"
    STEPFATHER = "stepfather"
    GRANDMOTHER = "grandmother"
    GRANDFATHER = "grandfather"
    SISTER = "sister"
    BROTHER = "brother"
    AUNT = "aunt"
    UNCLE = "uncle"
    COUSIN = "cousin"
    FOSTER_CARER = "foster_carer"
    CARER = "carer"
    GUARDIAN = "guardian"
    PARTNER_OF_PARENT = "partner_of_parent"
    HOUSEHOLD = "household"
    FRIEND = "friend"
    OTHER = "other"


class PersonText(Sealed):
    """Who it is. `born` and `due` are here for whoever reads the person's page: also an adult's, by which nothing is decided."""

    name: str
    nhs_number: str | None = None
    ethnicity: Ethnicity | None = None
    disability: tuple[Disability, ...] = ()
    sex: Sex | None = None
    born: date | None = None
    due: date | None = None


class PersonRegistered(
    Event,
    name="people.PersonRegistered",
    version=2,
    crosses=True,
    text=PersonText,
    fixed=("kind", "born", "due", "disabled", "disability", "looked_after", "has_nhs_number"),
):
    """A child or adult whom the platform may now speak of, by an id that says nothing.

    The open part outlives an erasure: it has what decisions need and no more. Of a child that is the day of birth, for ages
    and clocks are reckoned to the day; of an adult it is none (decision 33). Version 1 had an adult's too, and the sex.
    """

    kind: PersonKind
    born: date | None = None
    due: date | None = None
    disabled: bool = False
    looked_after: bool = False
    family: UUID | None = None
    has_nhs_number: bool = False

    @staticmethod
    def upcast_v1_v2(state: dict[str, Any]) -> None:
        """Leave out what no decision needs. It stays in the log as it was stored."""
        state.pop("sex", None)
        if state.get("kind") == "adult":
            state.pop("born", None)
            state.pop("due", None)


class NhsNumberText(Sealed):
    """The number."""

    nhs_number: str


class NhsNumberRecorded(Event, name="people.NhsNumberRecorded", text=NhsNumberText, fixed=()):
    """The person's NHS number, its check digit verified."""


class RelationshipRecorded(
    Event, name="people.RelationshipRecorded", crosses=True, fixed=("relation", "parental_responsibility")
):
    """What a person is to a child, and whether they hold parental responsibility."""

    person: UUID
    relation: Relation
    parental_responsibility: bool = False


class ProfessionalText(Sealed):
    """The professional's name as it was written."""

    name: str
    organisation: str | None = None


class ProfessionalRegistered(
    Event, name="people.ProfessionalRegistered", text=ProfessionalText, fixed=("name", "agency")
):
    """A professional, found by name and agency: whoever names them again means the same id."""

    agency: str


class NameTaken(Event, name="people.NameTaken", fixed=("by",)):
    """Somebody signed in as this professional for the first time: whoever else has the name is somebody else."""

    by: UUID
    """The sign-in, by the id made of issuer and subject."""


class ProfessionalSignedIn(
    Event, name="people.ProfessionalSignedIn", crosses=True, fixed=("professional", "agency", "same_name_as")
):
    """Of whom a sign-in is (its id is made of issuer and subject), said the first time and for good."""

    professional: UUID
    """Who it is: the professional of that name and agency, or, where another has signed in under it, one of their own."""
    agency: str
    same_name_as: UUID | None = None
    """The professional who has the same name and agency, and is somebody else."""
