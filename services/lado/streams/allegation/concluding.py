"""Concluding an allegation: its outcome, the referrals that follow, who is told, and closing it (L6)."""

from pydantic import Field

from services.lado.codes import AllegationOutcome, BarringBy, Standard
from services.lado.events import (
    AdultTold,
    AllegationClosed,
    BarringReferralDecided,
    ClosingText,
    FamilyTold,
    OutcomeDetermined,
    OutcomeText,
    ReferralText,
    RegulatorReferralDecided,
    ToldText,
)
from services.lado.streams.allegation.receiving import before_receipt
from services.lado.streams.allegation.state import (
    Allegation,
    AllegationEvent,
    below_threshold,
    closed_already,
)
from shared.domain.command import Check, Command, refuse_all
from shared.domain.decider import Context
from shared.domain.fields import RequiredText, ShortText, Text
from shared.domain.instants import Day


class DetermineOutcome(Command, name="lado.DetermineOutcome"):
    """Determine what the allegation came to, on the balance of probabilities (L5, L6)."""

    outcome: AllegationOutcome
    reason: Text = ""
    standard: Standard = Standard.BALANCE_OF_PROBABILITIES


class DecideBarringReferral(Command, name="lado.DecideBarringReferral"):
    """Decide whether the adult is referred to the barring service, by whom, or why not (L6)."""

    referred: bool
    by: BarringBy | None = None
    reason: RequiredText
    on: Day | None = None


class DecideRegulatorReferral(Command, name="lado.DecideRegulatorReferral"):
    """Decide whether the adult is referred to the regulator of their profession, or why not (L6)."""

    referred: bool
    regulator: ShortText | None = Field(default=None, repr=False)
    reason: RequiredText
    on: Day | None = None


class TellAdult(Command, name="lado.TellAdult"):
    """Record that the adult was told of the allegation, by whom, or why not yet."""

    told: bool
    by: ShortText | None = Field(default=None, repr=False)
    what: Text = ""
    why_not_yet: Text = ""


class TellFamily(Command, name="lado.TellFamily"):
    """Record that the child's family was told, or why not."""

    told: bool
    what: Text = ""
    why_not: Text = ""


class Close(Command, name="lado.Close"):
    """Close an allegation: with its outcome, and where it is substantiated with both referrals decided (L6)."""

    notes: Text = ""
    learning: Text = ""


def may_determine(state: Allegation, _context: Context) -> tuple[Check, ...]:
    """Of an open allegation that meets the threshold (L2)."""
    return closed_already(state), below_threshold(state)


def determine_outcome(
    command: DetermineOutcome, state: Allegation, context: Context
) -> list[AllegationEvent]:
    """Once; what turned out to be wrong is withdrawn first."""
    refuse_all(*may_determine(state, context), before_receipt(state, context))
    if state.outcome is command.outcome:
        return []
    refuse_all(
        (
            "L6",
            state.outcome is not None,
            "the outcome is determined already: withdraw that record first (CorrectRecord), where it was wrong",
            "already_determined",
        )
    )
    return [
        OutcomeDetermined(
            outcome=command.outcome,
            standard=command.standard,
            sealed=OutcomeText(reason=command.reason),
        )
    ]


def decide_barring(command: DecideBarringReferral) -> list[AllegationEvent]:
    """As it was decided; also after closing, when more is known."""
    text = ReferralText(reason=command.reason)
    return [BarringReferralDecided(referred=command.referred, by=command.by, on=command.on, sealed=text)]


def decide_regulator(command: DecideRegulatorReferral) -> list[AllegationEvent]:
    """As it was decided; also after closing, when more is known."""
    text = ReferralText(reason=command.reason, regulator=command.regulator)
    return [RegulatorReferralDecided(referred=command.referred, on=command.on, sealed=text)]


def tell_adult(command: TellAdult) -> list[AllegationEvent]:
    """Told, or why not yet."""
    text = ToldText(by=command.by, what=command.what, why_not=command.why_not_yet)
    return [AdultTold(told=command.told, sealed=text)]


def tell_family(command: TellFamily) -> list[AllegationEvent]:
    """Told, or why not."""
    text = ToldText(what=command.what, why_not=command.why_not)
    return [FamilyTold(told=command.told, sealed=text)]


def may_close(state: Allegation, _context: Context) -> tuple[Check, ...]:
    """With what L6 asks for; what did not meet the threshold needs no outcome (L2)."""
    substantiated = state.outcome is AllegationOutcome.SUBSTANTIATED
    left = [
        word
        for word, decided in (
            ("to the barring service", state.barring_decided),
            ("to the regulator", state.regulator_decided),
        )
        if not decided
    ]
    return (
        ("L2", state.threshold is None, "decide first whether it meets the threshold"),
        (
            "L6",
            state.meets_threshold and state.outcome is None,
            "determine the outcome of the allegation first",
        ),
        (
            "L6",
            substantiated and bool(left),
            f"decide first whether the adult is referred {' and '.join(left)}, or why not",
        ),
    )


def close(command: Close, state: Allegation, context: Context) -> list[AllegationEvent]:
    """Closed; again it is already so."""
    if state.closed:
        return []
    refuse_all(*may_close(state, context), before_receipt(state, context))
    return [AllegationClosed(sealed=ClosingText(notes=command.notes, learning=command.learning))]
