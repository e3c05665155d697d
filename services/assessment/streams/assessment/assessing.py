"""Assessing: what was identified, what worker and family say, how safe the child is, and what it came to."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.assessment.codes import AssessmentOutcome, Factor, FamilyNetwork, Scaler
from services.assessment.events import (
    AssessmentCompleted,
    CompletedText,
    FactorsRecorded,
    FamilyNetworkMeetingDeclined,
    FamilyNetworkMeetingHeld,
    NetworkText,
    SafetyScaled,
    ScaleText,
    SignsOfSafetyAnswered,
    SignsOfSafetyText,
)
from services.assessment.streams.assessment.state import Assessment, AssessmentEvent, none_runs
from shared.domain.command import Check, Command, refuse_all
from shared.domain.decider import Context
from shared.domain.field_errors import refuse_fields
from shared.domain.fields import Agency, Distinct, PersonId, RequiredText, ShortText, Text
from shared.domain.instants import Day

Scale = Annotated[int, Field(ge=0, le=10, strict=True)]
"""How safe the child is: from 0, danger, to 10, safe enough to close."""


class Answers(BaseModel):
    """The seven questions of Signs of Safety."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    harm: Text = ""
    danger: Text = ""
    complicating: Text = ""
    strengths: Text = ""
    safety: Text = ""
    needed: Text = ""
    family_wants: Text = ""


class Step(BaseModel):
    """What somebody of the family's network does, and by when."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    what: RequiredText
    owner: ShortText
    by: Day | None = None


class RecordFactors(Command, name="assessment.RecordFactors"):
    """Record what the assessment identified, by the census's codes. What was recorded before counts no longer."""

    factors: Distinct[Factor] = Field(min_length=1)


class AnswerSignsOfSafety(Command, name="assessment.AnswerSignsOfSafety"):
    """Answer questions of Signs of Safety, with the family's own words."""

    harm: Text = ""
    danger: Text = ""
    complicating: Text = ""
    strengths: Text = ""
    safety: Text = ""
    needed: Text = ""
    family_wants: Text = ""


class ScaleSafety(Command, name="assessment.ScaleSafety"):
    """Say how safe the child is, from 0 to 10, and who says so."""

    scale: Scale
    by: Scaler = Scaler.WORKER
    reason: Text = ""


class HoldFamilyNetworkMeeting(Command, name="assessment.HoldFamilyNetworkMeeting"):
    """Record that the family's network met and what it plans; or that it did not, and whether it was offered (A17)."""

    held: bool
    offered: bool = False
    why_not: Text = ""
    family: Distinct[PersonId] = ()
    present: Distinct[Agency] = ()
    plan: tuple[Step, ...] = Field(default=(), max_length=100)

    @model_validator(mode="after")
    def _said(self) -> "HoldFamilyNetworkMeeting":
        unsaid = not self.held and not self.offered and not self.why_not.strip()
        refuse_fields(("why_not", unsaid, "say why a family network meeting was not offered", "missing"))
        return self


class CompleteAssessment(Command, name="assessment.CompleteAssessment"):
    """Complete the assessment: what it came to. It may carry what finer commands record, and a manager authorises it."""

    outcome: AssessmentOutcome
    factors: Distinct[Factor] = ()
    safety_scale: Scale | None = None
    signs_of_safety: Answers | None = None
    child_views: Text = ""
    analysis: Text = ""
    family_network: FamilyNetwork | None = None


def record_factors(command: RecordFactors, state: Assessment) -> list[AssessmentEvent]:
    """What was identified; the same again is already so."""
    refuse_all(_none_beside_others(command.factors), none_runs(state))
    if frozenset(command.factors) == frozenset(state.factors):
        return []
    return [FactorsRecorded(factors=command.factors)]


def answer_signs_of_safety(command: AnswerSignsOfSafety, state: Assessment) -> list[AssessmentEvent]:
    """The answers."""
    refuse_all(none_runs(state))
    return [SignsOfSafetyAnswered(sealed=_answers(command))]


def scale_safety(command: ScaleSafety, state: Assessment) -> list[AssessmentEvent]:
    """The scale."""
    refuse_all(none_runs(state))
    return [SafetyScaled(scale=command.scale, by=command.by, sealed=ScaleText(reason=command.reason))]


def hold_network_meeting(command: HoldFamilyNetworkMeeting, state: Assessment) -> list[AssessmentEvent]:
    """Held, or not."""
    refuse_all(none_runs(state))
    plan = tuple(_in_words(step) for step in command.plan)
    text = NetworkText(plan=plan, why_not=command.why_not)
    if not command.held:
        return [FamilyNetworkMeetingDeclined(offered=command.offered, sealed=text)]
    return [FamilyNetworkMeetingHeld(family=command.family, present=command.present, sealed=text)]


def complete_assessment(
    command: CompleteAssessment, state: Assessment, context: Context
) -> list[AssessmentEvent]:
    """Completed; and anew, as long as it is not authorised."""
    refuse_all(_none_beside_others(command.factors), none_runs(state))
    answers = command.signs_of_safety
    return [
        AssessmentCompleted(
            outcome=command.outcome,
            factors=command.factors,
            safety_scale=command.safety_scale,
            family_network=command.family_network,
            author=context.actor.id,
            sealed=CompletedText(
                child_views=command.child_views,
                analysis=command.analysis,
                signs_of_safety=_answers(answers) if answers else None,
            ),
        )
    ]


def _none_beside_others(factors: tuple[Factor, ...]) -> Check:
    """Forbids (A10) that none is identified, and something beside it (census rule 8869)."""
    return (
        "A10",
        Factor.F21 in factors and len(factors) > 1,
        "no factors identified (21) stands alone: leave it out, or the others",
    )


def _answers(said: Answers | AnswerSignsOfSafety) -> SignsOfSafetyText:
    return SignsOfSafetyText(
        harm=said.harm or None,
        danger=said.danger or None,
        complicating=said.complicating or None,
        strengths=said.strengths or None,
        safety=said.safety or None,
        needed=said.needed or None,
        family_wants=said.family_wants or None,
    )


def _in_words(step: Step) -> str:
    by = f", by {step.by:%d %B %Y}" if step.by else ""
    return f"{step.what} ({step.owner}{by})"
