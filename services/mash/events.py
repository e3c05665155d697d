"""What the front door tells: every event of MASH, its versions and upcasters.

A field that holds a `Deadline` names in its type the rule whose clock it starts.
"""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from shared.domain.code_lists import PrimaryNeed, ReferralSource
from shared.domain.event import Event, Sealed
from shared.domain.instants import Instant
from shared.domain.marks import Starts
from shared.domain.rules import Deadline


class Potential(StrEnum):
    """What a contact may turn out to be, as the screener sees it."""

    CHILD_PROTECTION = "child_protection"
    CHILD_IN_NEED = "child_in_need"
    EARLY_HELP = "early_help"
    INFORMATION = "information"


class Outcome(StrEnum):
    """What was decided on a contact."""

    ADVICE_AND_INFORMATION = "advice_and_information"
    SIGNPOSTED = "signposted"
    OTHER_SPECIALIST_SERVICE = "other_specialist_service"
    REFERRAL_ACCEPTED = "referral_accepted"
    NO_FURTHER_ACTION = "no_further_action"


class ContactText(Sealed):
    """What was said, and how to reach the referrer."""

    worries: str
    strengths: str
    referrer_name: str
    referrer_contact: str


class ContactReceived(Event, name="mash.ContactReceived", crosses=True, text=ContactText, fixed=()):
    """Somebody told the front door of a worry about a child. Starts M1 and M3 from the moment it was received."""

    contact: UUID
    source: ReferralSource
    referrer_agency: str | None = None
    referrer_organisation: str | None = None
    family_aware: bool
    received_at: Instant
    decide_by: Annotated[Deadline, Starts("M1", of="received_at")]
    inform_by: Annotated[Deadline, Starts("M3", of="received_at")]


class ContactScreened(Event, name="mash.ContactScreened", crosses=True, fixed=("potential", "young_carer")):
    """A screener looked at it: what it may be, whether the child may be a young carer (M12). May start M2."""

    contact: UUID
    potential: Potential
    young_carer: bool
    gather_by: Annotated[Deadline, Starts("M2")] | None = None


class HeldText(Sealed):
    """What the decision waits for."""

    reason: str


class ContactHeld(Event, name="mash.ContactHeld", text=HeldText, meets=("M1",), fixed=()):
    """A manager holds it for more information, once. Meets M1 and starts M5."""

    contact: UUID
    decide_by: Annotated[Deadline, Starts("M5")]


class DecisionText(Sealed):
    """Why it was decided so, and the indicators that were considered; they guide and never decide."""

    rationale: str
    indicators: tuple[str, ...] = ()
    service: str | None = None


class ContactDecided(
    Event,
    name="mash.ContactDecided",
    crosses=True,
    text=DecisionText,
    meets=("M1", "M2", "M5"),
    fixed=("outcome", "level", "primary_need"),
):
    """A manager or senior practitioner decided. Meets M1, M2 and M5, and starts M4."""

    contact: UUID
    outcome: Outcome
    level: int
    primary_need: PrimaryNeed | None = None
    tell_by: Annotated[Deadline, Starts("M4")]


class ReferralAccepted(
    Event,
    name="mash.ReferralAccepted",
    crosses=True,
    fixed=("received_at", "source", "referrer_agency", "level", "primary_need"),
):
    """The contact becomes a referral: assessment takes it from here. Carries the instants its clocks start from."""

    contact: UUID
    received_at: Instant
    source: ReferralSource
    referrer_agency: str | None = None
    level: int
    primary_need: PrimaryNeed


class InformedText(Sealed):
    """What the referrer was told."""

    message: str


class ReferrerInformed(
    Event, name="mash.ReferrerInformed", crosses=True, text=InformedText, fixed=("outcome",)
):
    """The referrer was told what happens next (meets M3), or the outcome too (meets M4 as well)."""

    contact: UUID
    outcome: bool

    def clocks_met(self) -> tuple[str, ...]:
        """M3 in any case; M4 when the outcome was told."""
        return ("M3", "M4") if self.outcome else ("M3",)
