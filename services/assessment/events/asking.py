"""What referral and assessment tells of consent, and of what other agencies are asked and answer."""

from datetime import date
from uuid import UUID

from shared.domain.code_lists import ConsentHow, ConsentScope, Extent, LawfulBasis
from shared.domain.event import Event, Sealed


class ConsentText(Sealed):
    """What the young person said to it."""

    young_person_says: str = ""


class ConsentRecorded(
    Event,
    name="assessment.ConsentRecorded",
    crosses=True,
    text=ConsentText,
    fixed=("given_by", "scope", "signed"),
):
    """Somebody with parental responsibility, or a young person who is Gillick competent, agreed (A7, A14)."""

    given_by: UUID
    scope: tuple[ConsentScope, ...]
    signed: bool
    young_person_asked: bool
    gillick_competent: bool = False
    how: ConsentHow | None = None


class WithdrawnText(Sealed):
    """Why."""

    reason: str = ""


class ConsentWithdrawn(
    Event,
    name="assessment.ConsentWithdrawn",
    crosses=True,
    text=WithdrawnText,
    fixed=("withdrawn_by", "scope"),
):
    """What was agreed to is withdrawn: from now on it counts for nothing."""

    withdrawn_by: UUID
    scope: tuple[ConsentScope, ...]


class ConsentTaken(Event, name="assessment.ConsentTaken", fixed=()):
    """At the front door somebody agreed, who could: it counts here too, until it is withdrawn (A7)."""

    contact: UUID
    given_by: UUID
    scope: tuple[ConsentScope, ...]


class DispensingTaken(Event, name="assessment.DispensingTaken", fixed=()):
    """At the front door it was decided to ask other agencies without consent: that counts here too (A7)."""

    contact: UUID
    lawful_basis: LawfulBasis


class WithdrawalTaken(Event, name="assessment.WithdrawalTaken", fixed=()):
    """At the front door consent was withdrawn: it counts no longer here either."""

    contact: UUID
    scope: tuple[ConsentScope, ...]


class AgencyAsked(Event, name="assessment.AgencyAsked", fixed=()):
    """An agency was asked what it knows of the child, here or at the front door: it is told the outcome (A6)."""

    check: UUID
    agency: str
    contact: UUID | None = None
    """The front door's contact that it was asked about; None: it was asked here."""


class CheckText(Sealed):
    """Why the agency is asked, and what."""

    reason: str
    questions: tuple[str, ...] = ()
    organisation_name: str | None = None


class AgencyCheckRequested(
    Event,
    name="assessment.AgencyCheckRequested",
    crosses=True,
    text=CheckText,
    fixed=("agency", "organisation", "organisation_name"),
):
    """An agency is asked what it knows of the child, for the assessment."""

    check: UUID
    agency: str
    organisation: str | None = None
    """The id of this school, that ward; its name is sealed."""
    extent: Extent


class FindingsText(Sealed):
    """What the agency knows."""

    findings: str


class AgencyInformationShared(
    Event,
    name="assessment.AgencyInformationShared",
    crosses=True,
    text=FindingsText,
    fixed=("shareable_with",),
):
    """The agency that was asked answered, and said who else may read it."""

    check: UUID
    agency: str
    organisation: str | None = None
    shareable_with: tuple[str, ...]
    nothing_known: bool = False
    known_since: date | None = None
