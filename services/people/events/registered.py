"""What the index of people tells of who there is: registered, corrected, identified, related; and who works with them."""

from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from services.people.codes import MergeReason, Relation, UpnUnknown, Withheld
from shared.domain.code_lists import Disability, Ethnicity, Sex
from shared.domain.event import Event, Sealed
from shared.domain.people import PersonKind


class PersonText(Sealed):
    """Who it is. `born` and `due` are here for whoever reads the person's page: also an adult's, by which nothing is decided."""

    name: str
    nhs_number: str | None = None
    ethnicity: Ethnicity | None = None
    disability: tuple[Disability, ...] = ()
    sex: Sex | None = None
    born: date | None = None
    due: date | None = None
    given_names: tuple[str, ...] | None = None
    family_name: str | None = None
    former_names: tuple[str, ...] | None = None
    la_child_id: str | None = None
    upn: str | None = None
    languages: tuple[str, ...] | None = None
    nationality: str | None = None
    placing_authority: str | None = None


class PersonRegistered(
    Event,
    name="people.PersonRegistered",
    version=3,
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
    born_estimated: bool = False
    has_upn: bool = False
    upn_unknown: UpnUnknown | None = None
    uasc_from: date | None = None
    """From when to when the child was an unaccompanied asylum-seeking child."""
    uasc_to: date | None = None

    @staticmethod
    def upcast_v1_v2(state: dict[str, Any]) -> None:
        """Leave out what no decision needs. It stays in the log as it was stored."""
        state.pop("sex", None)
        if state.get("kind") == "adult":
            state.pop("born", None)
            state.pop("due", None)

    @staticmethod
    def upcast_v2_v3(_state: dict[str, Any]) -> None:
        """Of what was not asked before nothing was said."""


class CorrectedText(Sealed):
    """What is right, of what was corrected; and why."""

    reason: str = ""
    name: str | None = None
    given_names: tuple[str, ...] | None = None
    family_name: str | None = None
    former_names: tuple[str, ...] | None = None
    sex: Sex | None = None
    ethnicity: Ethnicity | None = None
    described_by: str | None = None
    disability: tuple[Disability, ...] | None = None
    born: date | None = None
    due: date | None = None
    languages: tuple[str, ...] | None = None
    nationality: str | None = None


class PersonCorrected(
    Event,
    name="people.PersonCorrected",
    crosses=True,
    text=CorrectedText,
    fixed=("born", "due", "disabled", "disability"),
):
    """Something of who a person is was put right, or is known now. What it leaves out stays as it was."""

    born: date | None = None
    due: date | None = None
    born_estimated: bool | None = None
    disabled: bool | None = None
    family: UUID | None = None
    uasc_from: date | None = None
    uasc_to: date | None = None


class UpnText(Sealed):
    """The number, and the one before it."""

    upn: str | None = None
    former_upn: str | None = None


class UpnRecorded(Event, name="people.UpnRecorded", crosses=True, text=UpnText, fixed=("unknown_because",)):
    """The child's unique pupil number, its check letter verified; or why there is none."""

    unknown_because: UpnUnknown | None = None


class RestrictedText(Sealed):
    """Why."""

    reason: str = ""


class RecordRestricted(
    Event, name="people.RecordRestricted", crosses=True, text=RestrictedText, fixed=("what", "until")
):
    """Of this person a name, an address, a school or their whereabouts is for few to know."""

    what: tuple[Withheld, ...]
    until: date | None = None


class NhsNumberText(Sealed):
    """The number."""

    nhs_number: str


class NhsNumberRecorded(Event, name="people.NhsNumberRecorded", text=NhsNumberText, fixed=()):
    """The person's NHS number, its check digit verified."""


class MergedText(Sealed):
    """What was noted when it was merged."""

    notes: str = ""


class PeopleMerged(
    Event,
    name="people.PeopleMerged",
    crosses=True,
    text=MergedText,
    fixed=("merge", "kept", "people", "reasons", "notes"),
):
    """Records are of one person, said on each of them: from now on their ids mean the same. One is kept.

    Every team acts on it, so it is no longer corrected: it is undone by PeopleUnmerged.
    """

    UNDONE_BY: ClassVar[str] = "say that they are different people (people.UnmergePeople)"

    merge: UUID
    """The command that merged them: what an unmerge names."""
    kept: UUID
    people: tuple[UUID, ...]
    """All ids, in the order in which they were named."""
    reasons: tuple[MergeReason, ...]


class UnmergedText(Sealed):
    """Why they are two people after all."""

    reason: str


class PeopleUnmerged(
    Event,
    name="people.PeopleUnmerged",
    crosses=True,
    text=UnmergedText,
    fixed=("merge", "kept", "people"),
):
    """They are different people after all, said on each of their records: each id is one by itself again."""

    UNDONE_BY: ClassVar[str] = "merge them again (people.MergePeople)"

    merge: UUID
    """The command that had merged them."""
    kept: UUID
    people: tuple[UUID, ...]


class RelationshipRecorded(
    Event,
    name="people.RelationshipRecorded",
    version=2,
    crosses=True,
    fixed=("relation", "parental_responsibility", "since"),
):
    """What somebody is to a person, and whether they hold parental responsibility for them."""

    person: UUID
    relation: Relation
    parental_responsibility: bool = False
    since: date | None = None

    @staticmethod
    def upcast_v1_v2(_state: dict[str, Any]) -> None:
        """Nobody had said since when."""


class EndedText(Sealed):
    """Why."""

    reason: str = ""


class RelationshipEnded(
    Event, name="people.RelationshipEnded", crosses=True, text=EndedText, fixed=("relation", "until")
):
    """Somebody is that to a person no longer."""

    person: UUID
    relation: Relation
    until: date


class ProfessionalText(Sealed):
    """The professional's name as it was written."""

    name: str
    organisation: str | None = None
    team: str | None = None
    job_title: str | None = None
    registration_number: str | None = None
    """With the body that registers the profession, as Social Work England."""
    staff_id: str | None = None


class ProfessionalRegistered(
    Event,
    name="people.ProfessionalRegistered",
    version=2,
    text=ProfessionalText,
    fixed=("name", "agency", "described"),
):
    """A professional, found by name and agency: whoever names them again means the same id.

    Said a second time where they had only been named, and somebody now says what they are.
    """

    agency: str
    described: bool = False
    """Whether anything is said of them beside name and agency."""

    @staticmethod
    def upcast_v1_v2(_state: dict[str, Any]) -> None:
        """Nobody was asked what they are."""


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
