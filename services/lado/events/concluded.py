"""How an allegation ends: its outcome, the referrals that follow, who was told, and its closing."""

from datetime import date

from services.lado.codes import AllegationOutcome, BarringBy, Standard
from services.lado.events.intake import SEALED
from shared.domain.event import Event, Sealed


class OutcomeText(Sealed):
    """Why."""

    reason: str = ""


class OutcomeDetermined(
    Event,
    name="lado.OutcomeDetermined",
    text=OutcomeText,
    meets=("L5",),
    fixed=("outcome",),
    sensitivity=SEALED,
):
    """What the allegation came to. Meets L5."""

    outcome: AllegationOutcome
    standard: Standard


class ReferralText(Sealed):
    """Why it was referred, or why not, and to whom."""

    reason: str
    regulator: str | None = None


class BarringReferralDecided(
    Event, name="lado.BarringReferralDecided", text=ReferralText, fixed=("referred",), sensitivity=SEALED
):
    """Whether the adult is referred to the barring service, and by whom (L6)."""

    referred: bool
    by: BarringBy | None = None
    on: date | None = None


class RegulatorReferralDecided(
    Event, name="lado.RegulatorReferralDecided", text=ReferralText, fixed=("referred",), sensitivity=SEALED
):
    """Whether the adult is referred to the regulator of their profession (L6)."""

    referred: bool
    on: date | None = None


class ToldText(Sealed):
    """By whom they were told what, or why not."""

    by: str | None = None
    what: str = ""
    why_not: str = ""


class AdultTold(Event, name="lado.AdultTold", text=ToldText, fixed=(), sensitivity=SEALED):
    """The adult was told of the allegation, or why not yet."""

    told: bool


class FamilyTold(Event, name="lado.FamilyTold", text=ToldText, fixed=(), sensitivity=SEALED):
    """The child's family was told, or why not."""

    told: bool


class ClosingText(Sealed):
    """What is left to say, and what was learnt."""

    notes: str = ""
    learning: str = ""


class AllegationClosed(
    Event,
    name="lado.AllegationClosed",
    text=ClosingText,
    ends=("L3", "L4", "L5"),
    fixed=(),
    sensitivity=SEALED,
):
    """It is closed: what still ran of its clocks ends."""
