"""An escalation between professionals who disagree: raised, answered stage by stage, resolved (E6). Pure.

Neither side decides for the other: what is kept is which stage it has reached, who was asked, what they answered, and
how it ended.
"""

from dataclasses import dataclass, replace
from typing import Any, assert_never
from uuid import UUID

from pydantic import Field

from shared.domain.code_lists import EscalationStage
from shared.domain.command import Check, Command, refuse_all
from shared.domain.decider import Context, Per, Stream
from shared.domain.event import Event, Sealed
from shared.domain.fields import Agency, RequiredText, ShortText
from shared.team.step_ref import StepRef, named


class EscalationText(Sealed):
    """Whom it was raised with, what is disagreed about, and what is wanted."""

    raised_with: str
    what: str
    wanted: str


class EscalationRaised(
    Event,
    name="team.EscalationRaised",
    crosses=True,
    text=EscalationText,
    fixed=("by_agency", "by_organisation", "their_agency", "stage"),
):
    """A practitioner raised a disagreement with a professional of an agency."""

    regarding: StepRef | None = None
    raised_by: UUID
    """The professional who raised it."""
    by_agency: str
    by_organisation: str | None = None
    their_agency: str
    """The agency that it is addressed to."""
    stage: EscalationStage


class AnswerText(Sealed):
    """What was answered."""

    answer: str


class EscalationAnswered(
    Event,
    name="team.EscalationAnswered",
    crosses=True,
    text=AnswerText,
    fixed=("by_agency", "by_organisation", "their_agency", "agreed", "stage"),
):
    """The agency addressed answered, at this stage."""

    by_agency: str
    by_organisation: str | None = None
    their_agency: str
    agreed: bool
    stage: EscalationStage


class ResolutionText(Sealed):
    """How it was resolved."""

    resolution: str


class EscalationResolved(
    Event,
    name="team.EscalationResolved",
    crosses=True,
    text=ResolutionText,
    fixed=("by_agency", "by_organisation", "their_agency", "agreed", "stage"),
):
    """The disagreement was settled, at this stage."""

    by_agency: str
    by_organisation: str | None = None
    their_agency: str
    agreed: bool
    stage: EscalationStage


class RaiseEscalation(Command, name="team.RaiseEscalation", opens=True, of_step=True):
    """A practitioner raises a disagreement about a child, or about what was done (`re`), with another agency (E6)."""

    raised_with: ShortText = Field(alias="with")
    their_agency: Agency
    stage: EscalationStage = EscalationStage.PRACTITIONER
    what: RequiredText
    wanted: RequiredText


class AnswerEscalation(Command, name="team.AnswerEscalation"):
    """The agency that an escalation (`re`) is addressed to answers it, at the stage it has reached or a further one."""

    answer: RequiredText
    agreed: bool
    stage: EscalationStage | None = None


class ResolveEscalation(Command, name="team.ResolveEscalation"):
    """Who raised an escalation (`re`), or a manager of the team, records how it was settled, and at which stage."""

    resolution: RequiredText
    stage: EscalationStage
    agreed: bool


@dataclass(frozen=True)
class Escalation:
    """Who raised it, to whom, the stage it has reached, and whether it is resolved."""

    raised_by: UUID | None = None
    by_agency: str = ""
    by_organisation: str | None = None
    their_agency: str = ""
    stage: EscalationStage = EscalationStage.PRACTITIONER
    resolved: bool = False


_Event = EscalationRaised | EscalationAnswered | EscalationResolved
_Command = RaiseEscalation | AnswerEscalation | ResolveEscalation


def _evolve(state: Escalation, event: _Event) -> Escalation:
    match event:
        case EscalationRaised():
            return replace(
                state,
                raised_by=event.raised_by,
                by_agency=event.by_agency,
                by_organisation=event.by_organisation,
                their_agency=event.their_agency,
                stage=event.stage,
            )
        case EscalationAnswered(stage=stage):
            return replace(state, stage=stage)
        case EscalationResolved(stage=stage):
            return replace(state, stage=stage, resolved=True)
        case _:
            assert_never(event)


def _decide(command: _Command, state: Escalation, context: Context) -> list[_Event]:
    match command:
        case RaiseEscalation():
            return [raise_escalation(command, context)]
        case AnswerEscalation():
            return [answer_escalation(command, state, context)]
        case ResolveEscalation():
            return [resolve_escalation(command, state, context)]
        case _:
            assert_never(command)


def raise_escalation(command: RaiseEscalation, context: Context) -> EscalationRaised:
    """An escalation, at the stage at which it is raised."""
    return EscalationRaised(
        regarding=named(context),
        raised_by=context.actor.id,
        by_agency=context.actor.agency,
        by_organisation=context.actor.organisation,
        their_agency=command.their_agency,
        stage=command.stage,
        sealed=EscalationText(raised_with=command.raised_with, what=command.what, wanted=command.wanted),
    )


def may_answer(state: Escalation, context: Context) -> tuple[Check, ...]:
    """The agency addressed answers (E9), while it is open."""
    return (
        (
            "E9",
            context.actor.agency != state.their_agency,
            "only the agency that this was raised with answers it; raise an escalation of your own",
        ),
        _not_resolved(state),
    )


def answer_escalation(command: AnswerEscalation, state: Escalation, context: Context) -> EscalationAnswered:
    """What the agency addressed answers.

    Raises:
        Refused: E9, by another agency; or it is resolved already.
    """
    refuse_all(*may_answer(state, context))
    return EscalationAnswered(
        **_between(state),
        agreed=command.agreed,
        stage=command.stage or state.stage,
        sealed=AnswerText(answer=command.answer),
    )


def may_resolve(state: Escalation, context: Context) -> tuple[Check, ...]:
    """Who raised it records how it was settled, or a manager of the team (E9), once."""
    return (
        (
            "E9",
            not (state.raised_by and context.actor.is_surely(state.raised_by)) and not context.manages,
            "somebody else raised this; ask them, or a manager of the team, to record how it was resolved",
        ),
        _not_resolved(state),
    )


def resolve_escalation(command: ResolveEscalation, state: Escalation, context: Context) -> EscalationResolved:
    """How it was settled.

    Raises:
        Refused: E9, by somebody who neither raised it nor is a manager of the team; or it is resolved already.
    """
    refuse_all(*may_resolve(state, context))
    return EscalationResolved(
        **_between(state),
        agreed=command.agreed,
        stage=command.stage,
        sealed=ResolutionText(resolution=command.resolution),
    )


def _not_resolved(state: Escalation) -> tuple[str, bool, str]:
    words = "this is resolved already; correct what was recorded if it is wrong, or raise a new escalation"
    return ("", state.resolved, words)


def _between(state: Escalation) -> dict[str, Any]:
    """The two agencies, who alone see what is said."""
    return {
        "by_agency": state.by_agency,
        "by_organisation": state.by_organisation,
        "their_agency": state.their_agency,
    }


escalation = Stream(
    name="escalation",
    state=Escalation(),
    evolve=_evolve,
    decide=_decide,
    commands=_Command,
    events=_Event,
    per=Per.THING,
    preconditions={AnswerEscalation: may_answer, ResolveEscalation: may_resolve},
)
"""One stream for each escalation and child."""
