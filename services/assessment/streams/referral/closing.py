"""Where a case goes from here: to another team, to early help, or to its end (A10, T1)."""

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.assessment.codes import ClosureReason
from services.assessment.events import (
    CaseClosed,
    CaseTransferred,
    ClosingText,
    HandoverText,
    StepDownProposed,
    StepDownText,
)
from services.assessment.streams.referral.state import Referral, ReferralRecord, none_open
from shared.domain.code_lists import ReceivingTeam
from shared.domain.command import Check, Command, refuse_all
from shared.domain.decider import Context
from shared.domain.event import Event
from shared.domain.field_errors import refuse_fields
from shared.domain.fields import Distinct, PersonId, RequiredText, Text
from shared.domain.instants import Day


class NextAction(BaseModel):
    """What the next team does, and by when."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    what: RequiredText
    by: Day | None = None


class TransferCase(Command, name="assessment.TransferCase"):
    """Hand the case to another team, with what it must know. A worker of that team is allocated within the time (T1)."""

    to: ReceivingTeam
    handover: RequiredText
    risks: Text = ""
    next_actions: tuple[NextAction, ...] = Field(default=(), max_length=100)


class ProposeStepDown(Command, name="assessment.ProposeStepDown"):
    """Propose that family wellbeing takes it from here: the transfer panel decides."""

    reason: RequiredText
    agreed_with: Distinct[PersonId] = ()
    goals: tuple[RequiredText, ...] = Field(default=(), max_length=100)


class CloseReferral(Command, name="assessment.CloseReferral"):
    """Close the child's case: with the census's reason, or as a referral on which no further action was taken (A10)."""

    reason: ClosureReason | None = None
    no_further_action: bool = False
    notes: Text = ""

    @model_validator(mode="after")
    def _why(self) -> "CloseReferral":
        refuse_fields(
            (
                "reason",
                self.reason is None and not self.no_further_action,
                "say why it closes, or that there is no further action",
                "missing",
            )
        )
        return self


def transfer_case(command: TransferCase, state: Referral, context: Context) -> list[Event]:
    """Transferred. T1 starts where it neither runs nor was met: a case is handed over once an episode."""
    refuse_all(none_open(state))
    first = context.clocks.latest("T1") is None
    actions = tuple(
        f"{one.what} (by {one.by:%d %B %Y})" if one.by else one.what for one in command.next_actions
    )
    return [
        CaseTransferred(
            to=command.to,
            hand_over_by=context.deadline("T1", context.happened_at) if first else None,
            sealed=HandoverText(handover=command.handover, risks=command.risks, next_actions=actions),
        )
    ]


def propose_step_down(command: ProposeStepDown, record: ReferralRecord) -> list[Event]:
    """Proposed, where nothing keeps the case in children's social care."""
    refuse_all(none_open(record.referral), *_unfinished(record, "before early help is proposed"))
    return [
        StepDownProposed(
            agreed_with=command.agreed_with,
            sealed=StepDownText(reason=command.reason, goals=command.goals),
        )
    ]


def close_referral(command: CloseReferral, record: ReferralRecord, context: Context) -> list[Event]:
    """Closed, where nothing is left to do; as no further action only where nothing was done."""
    received = record.referral.received_at
    refuse_all(
        none_open(record.referral),
        # An end before its start would leave the clocks of receipt running on a closed case, and nobody would hear it.
        (
            "E2",
            received is not None and context.happened_at < received,
            "a case does not close before what opened it was received; correct the time",
        ),
        *_unfinished(record, "before the case closes"),
        (
            "A10",
            record.child_in_need_plan.runs,
            "a child-in-need plan is open: end it before the case closes",
            "plan_open",
        ),
        (
            "A10",
            command.no_further_action and _was_worked_on(record, context),
            (
                "an assessment, a section 47 enquiry, a conference or a plan was begun: the case closes with a reason, and "
                "not as no further action"
            ),
        ),
    )
    return [
        CaseClosed(
            reason=command.reason,
            no_further_action=command.no_further_action,
            sealed=ClosingText(notes=command.notes),
        )
    ]


def _was_worked_on(record: ReferralRecord, context: Context) -> bool:
    return (
        record.has_assessment(context.thing)
        or record.had_enquiry
        or record.referral.conference_requested
        or record.referral.conference_held
        or record.had_plan
    )


def _unfinished(record: ReferralRecord, before: str) -> tuple[Check, ...]:
    """Forbids (A10) leaving behind what is not finished."""
    return (
        (
            "A10",
            record.assessment.is_open,
            f"an assessment is open: have it completed and authorised {before}",
            "assessment_open",
        ),
        (
            "A10",
            record.section47_enquiry.runs,
            f"a section 47 enquiry is open: conclude it {before}",
            "enquiry_open",
        ),
        (
            "A10",
            record.protection_plan.is_open,
            f"the child has a child protection plan: it ends {before}",
            "protection_plan_open",
        ),
    )
