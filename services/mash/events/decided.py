"""What the front door tells of harm, of decisions, and of what follows from them."""

from typing import Annotated, Any
from uuid import UUID

from services.mash.codes import Criterion, Outcome, StrategyWhen
from services.mash.events.consent import WhyText
from shared.domain.code_lists import PrimaryNeed, ReceivingTeam, ReferralSource, ToldHow
from shared.domain.event import Event, Sealed
from shared.domain.instants import Instant
from shared.domain.marks import Starts
from shared.domain.rules import Deadline


class HarmText(Sealed):
    """Why the child is in immediate danger, and where they are."""

    reason: str
    address_now: str = ""


class ImmediateHarmIdentified(
    Event,
    name="mash.ImmediateHarmIdentified",
    version=2,
    crosses=True,
    text=HarmText,
    fixed=("primary_need", "tell_referrer"),
):
    """A child is at immediate harm (M6): referral and assessment see them the same day, before anything is decided."""

    contact: UUID
    received_at: Instant
    source: ReferralSource
    referrer_agency: str | None = None
    tell_referrer: bool = True
    """Whether the referrer is told the outcome of what follows: not of a note, nor who cannot be reached."""
    primary_need: PrimaryNeed | None = None

    @staticmethod
    def upcast_v1_v2(state: dict[str, Any]) -> None:
        """Nobody can be told of whom nobody knows who they are."""
        state["tell_referrer"] = state["source"] not in {"9", "10"}


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
    version=2,
    crosses=True,
    text=DecisionText,
    meets=("M1", "M2", "M5"),
    fixed=("outcome", "level", "primary_need", "criteria", "strategy", "team"),
):
    """A manager or senior practitioner decided. Meets M1, M2 and M5, and starts M4 where the referrer can be reached."""

    contact: UUID
    outcome: Outcome
    level: int
    primary_need: PrimaryNeed | None = None
    criteria: tuple[Criterion, ...] = ()
    strategy: StrategyWhen | None = None
    team: ReceivingTeam | None = None
    tell_by: Annotated[Deadline, Starts("M4")] | None = None

    @staticmethod
    def upcast_v1_v2(_state: dict[str, Any]) -> None:
        """Of what was not asked before nothing was said."""


class ContactDecisionReviewed(
    Event,
    name="mash.ContactDecisionReviewed",
    crosses=True,
    text=WhyText,
    fixed=("upheld", "changed_to"),
):
    """The daily meeting looked at a decision (M17): upheld, or changed and then to be decided anew, once."""

    contact: UUID
    meeting: UUID
    outcome: Outcome
    """What had been decided."""
    upheld: bool
    changed_to: Outcome | None = None


class ReferralAccepted(
    Event,
    name="mash.ReferralAccepted",
    version=3,
    crosses=True,
    fixed=(
        "received_at",
        "source",
        "referrer_agency",
        "tell_referrer",
        "level",
        "primary_need",
        "strategy",
        "team",
    ),
):
    """The contact becomes a referral: assessment takes it from here. Carries the instants its clocks start from."""

    contact: UUID
    received_at: Instant
    source: ReferralSource
    referrer_agency: str | None = None
    tell_referrer: bool = True
    """Whether the referrer is told the outcome of what follows: not who cannot be reached."""
    level: int
    primary_need: PrimaryNeed
    strategy: StrategyWhen | None = None
    team: ReceivingTeam | None = None

    @staticmethod
    def upcast_v1_v2(_state: dict[str, Any]) -> None:
        """Of what was not asked before nothing was said."""

    @staticmethod
    def upcast_v2_v3(state: dict[str, Any]) -> None:
        """Nobody can be told of whom nobody knows who they are."""
        state["tell_referrer"] = state["source"] not in {"9", "10"}


class EarlyHelpRequested(
    Event,
    name="mash.EarlyHelpRequested",
    version=2,
    crosses=True,
    fixed=("level", "primary_need", "criteria", "consented_by", "children"),
):
    """The family agreed to help at level 3 (M16): family wellbeing takes it from here; its clocks run from the decision."""

    contact: UUID
    source: ReferralSource
    referrer_agency: str | None = None
    level: int
    primary_need: PrimaryNeed | None = None
    criteria: tuple[Criterion, ...]
    consented_by: tuple[UUID, ...]
    children: tuple[UUID, ...] = ()
    """All for whom it was decided together: a family gets help as one. Empty: it is not known who else."""

    @staticmethod
    def upcast_v1_v2(_state: dict[str, Any]) -> None:
        """With whom together a child was decided on was not said."""


class AllegationRouted(Event, name="mash.AllegationRouted", crosses=True, fixed=()):
    """The contact goes to the LADO. To all others it says no more than that."""

    contact: UUID


class LadoText(Sealed):
    """Why the contact goes to the LADO."""

    rationale: str


class LadoNotified(
    Event,
    name="mash.LadoNotified",
    intake="safeguarding.lado-intake.v1",
    text=LadoText,
    fixed=(),
    by_itself=True,
    sensitivity="restricted",
):
    """What the LADO needs of a contact that goes there. It is sent to the LADO alone, under the LADO's key."""

    contact: UUID
    received_at: Instant
    source: ReferralSource
    referrer_agency: str | None = None


class InformedText(Sealed):
    """What the referrer was told."""

    message: str


class ReferrerInformed(
    Event, name="mash.ReferrerInformed", version=2, crosses=True, text=InformedText, fixed=("outcome",)
):
    """The referrer was told what happens next (meets M3), or the outcome too (meets M4 as well)."""

    contact: UUID
    outcome: bool
    how: ToldHow | None = None

    def clocks_met(self) -> tuple[str, ...]:
        """M3 in any case; M4 when the outcome was told."""
        return ("M3", "M4") if self.outcome else ("M3",)

    @staticmethod
    def upcast_v1_v2(_state: dict[str, Any]) -> None:
        """Of what was not asked before nothing was said."""
