"""What the family wellbeing service tells of a request: received, accepted or declined, and of consent to help."""

from typing import Annotated
from uuid import UUID

from services.fws.codes import Criterion, WhyDeclined
from shared.domain.code_lists import ConsentHow, ConsentScope, ReferralSource
from shared.domain.event import Event, Sealed
from shared.domain.instants import Instant
from shared.domain.marks import Starts
from shared.domain.rules import Deadline


class RequestReceived(Event, name="fws.RequestReceived", fixed=()):
    """Early help was requested for a family: the child's episode begins. Starts F1, F2 and F4 from the request."""

    request: UUID
    """The front door's decision: one for all children of the family whom it named."""
    family: tuple[UUID, ...]
    """The children of the request, this one among them."""
    contact: UUID
    requested_at: Instant
    source: ReferralSource
    level: int
    criteria: tuple[Criterion, ...]
    consented_by: tuple[UUID, ...] = ()
    allocate_by: Annotated[Deadline, Starts("F1", of="requested_at")]
    visit_by: Annotated[Deadline, Starts("F2", of="requested_at")]
    share_by: Annotated[Deadline, Starts("F4", of="requested_at")]


class RequestConsentWithdrawn(Event, name="fws.RequestConsentWithdrawn", fixed=()):
    """The consent with which the front door had asked for help was withdrawn there (M16)."""

    contact: UUID


class AcceptedText(Sealed):
    """Why it was accepted."""

    reason: str = ""
    organisation_name: str | None = None


class EarlyHelpAccepted(
    Event,
    name="fws.EarlyHelpAccepted",
    crosses=True,
    text=AcceptedText,
    fixed=("criteria", "organisation", "organisation_name"),
):
    """The request was accepted: the family gets help."""

    criteria: tuple[Criterion, ...] = ()
    organisation: str | None = None


class DeclinedText(Sealed):
    """What else may help, and what is worrying where the need is higher."""

    service: str | None = None
    notes: str = ""


class EarlyHelpDeclined(
    Event,
    name="fws.EarlyHelpDeclined",
    crosses=True,
    text=DeclinedText,
    ends=("F1", "F2", "F3", "F4"),
    fixed=("reason",),
):
    """The request was declined for this child, who leaves the episode. Where the need is higher the front door gets it back."""

    reason: WhyDeclined
    told_family: bool
    told_referrer: bool


class ConsentText(Sealed):
    """What the young person said to it."""

    young_person_says: str = ""


class ConsentRecorded(
    Event, name="fws.ConsentRecorded", crosses=True, text=ConsentText, fixed=("given_by", "scope", "signed")
):
    """Somebody with parental responsibility, or a young person who is Gillick competent, agreed to help (M16)."""

    given_by: UUID
    scope: tuple[ConsentScope, ...]
    signed: bool
    young_person_asked: bool
    gillick_competent: bool = False
    how: ConsentHow | None = None


class WithdrawnText(Sealed):
    """Why, and how the family stays safe."""

    reason: str = ""
    safe_to_end: str = ""


class ConsentWithdrawn(
    Event, name="fws.ConsentWithdrawn", crosses=True, text=WithdrawnText, fixed=("withdrawn_by", "harm")
):
    """The family wants no more help (F12): the episode closes; where there is harm the front door gets it."""

    withdrawn_by: UUID
    harm: bool
