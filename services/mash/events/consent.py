"""What the front door tells of consent, and of what other agencies are asked and answer."""

from datetime import date
from typing import Any
from uuid import UUID

from shared.domain.code_lists import ConsentHow, ConsentScope, Extent, LawfulBasis
from shared.domain.event import Event, Sealed


class ConsentText(Sealed):
    """What the young person said to it."""

    young_person_says: str = ""


class ConsentRecorded(
    Event, name="mash.ConsentRecorded", crosses=True, text=ConsentText, fixed=("given_by", "scope", "signed")
):
    """Somebody with parental responsibility, or a young person who is Gillick competent, agreed (M10)."""

    contact: UUID
    given_by: UUID
    scope: tuple[ConsentScope, ...]
    signed: bool
    young_person_asked: bool
    gillick_competent: bool = False
    how: ConsentHow | None = None


class WhyText(Sealed):
    """Why."""

    reason: str = ""


class ConsentDispensed(
    Event, name="mash.ConsentDispensed", crosses=True, text=WhyText, fixed=("lawful_basis",)
):
    """Other agencies are asked without consent, on this lawful basis, because to seek it would add to the risk (M10)."""

    contact: UUID
    lawful_basis: LawfulBasis


class ConsentWithdrawn(
    Event, name="mash.ConsentWithdrawn", crosses=True, text=WhyText, fixed=("withdrawn_by", "scope")
):
    """What was agreed to is withdrawn: from now on it counts for nothing."""

    contact: UUID
    withdrawn_by: UUID
    scope: tuple[ConsentScope, ...]


class CheckText(Sealed):
    """Why the agency is asked, and what."""

    reason: str
    questions: tuple[str, ...] = ()
    organisation_name: str | None = None


class AgencyCheckRequested(
    Event,
    name="mash.AgencyCheckRequested",
    version=2,
    crosses=True,
    text=CheckText,
    meets=("M2",),
    beside={"M2": "contact"},
    fixed=("agency", "organisation", "organisation_name"),
):
    """An agency is asked what it knows of the child, no more than the suspected risk asks for (M11). Meets M2."""

    check: UUID
    contact: UUID
    agency: str
    organisation: str | None = None
    """The id of this school, that ward; its name is sealed."""
    extent: Extent

    @staticmethod
    def upcast_v1_v2(_state: dict[str, Any]) -> None:
        """An organisation that was written by its name is no id of anybody: it stays what was said."""


class FindingsText(Sealed):
    """What the agency knows."""

    findings: str


class AgencyInformationShared(
    Event, name="mash.AgencyInformationShared", crosses=True, text=FindingsText, fixed=("shareable_with",)
):
    """The agency that was asked answered, and said who else may read it."""

    check: UUID
    contact: UUID
    agency: str
    organisation: str | None = None
    shareable_with: tuple[str, ...]
    nothing_known: bool = False
    known_since: date | None = None
