"""Before care proceedings: legal planning, the letter, the agreement and its reviews, until they are issued or end (C18-C22)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias, assert_never

from pydantic import BaseModel, ConfigDict, Field

from services.conference.codes import (
    LegalPlanningOutcome,
    Order,
    PreProceedingsDecision,
    PreProceedingsEnd,
)
from services.conference.events import (
    AgreementText,
    IssuedText,
    LegalMeetingText,
    LegalPlanningDecided,
    LegalPlanningMeetingHeld,
    LegalPlanningText,
    LetterBeforeProceedingsSent,
    LetterBeforeText,
    PreProceedingsBegun,
    PreProceedingsEnded,
    PreProceedingsEndText,
    PreProceedingsMeetingHeld,
    PreProceedingsReviewed,
    PreProceedingsReviewText,
    ProceedingsIssued,
)
from services.conference.streams.child_file import ChildFile
from services.conference.streams.conference_due import ConferenceDue
from services.conference.streams.plan_state import ChildProtectionPlan
from shared.domain.code_lists import Progress
from shared.domain.command import Check, Command, refuse_all
from shared.domain.decider import Context, Per, Stream
from shared.domain.fields import (
    MOST_ITEMS,
    Distinct,
    PersonId,
    Professional,
    RequiredText,
    ShortText,
    Text,
)
from shared.domain.instants import Day

PreProceedingsEvent: TypeAlias = (
    PreProceedingsBegun
    | LegalPlanningDecided
    | LegalPlanningMeetingHeld
    | LetterBeforeProceedingsSent
    | PreProceedingsMeetingHeld
    | PreProceedingsReviewed
    | ProceedingsIssued
    | PreProceedingsEnded
)

_GOES_ON = frozenset({PreProceedingsDecision.CONTINUE, PreProceedingsDecision.EXTEND})


@dataclass(frozen=True)
class PreProceedings:
    """What decisions need to know: how far it has come."""

    begun: bool = False
    decided: bool = False
    to_be_written: bool = False
    """Whether a legal planning meeting decided on pre-proceedings."""
    written: bool = False
    met: bool = False
    closed: bool = False

    @property
    def is_open(self) -> bool:
        """Whether it runs."""
        return self.begun and not self.closed


@dataclass(frozen=True)
class ProceedingsAndCase:
    """What a decision takes: how far it has come, the plan, what waits, and the child's file."""

    pre_proceedings: PreProceedings
    child_protection_plan: ChildProtectionPlan
    conference_due: ConferenceDue
    child_file: ChildFile


def evolve(state: PreProceedings, event: PreProceedingsEvent) -> PreProceedings:
    """How far it has come after one more fact."""
    match event:
        case PreProceedingsBegun():
            return PreProceedings(begun=True)
        case LegalPlanningDecided():
            return replace(state, decided=True)
        case LegalPlanningMeetingHeld(decision=decision):
            written = state.to_be_written or decision is LegalPlanningOutcome.PRE_PROCEEDINGS
            closed = state.closed or decision is LegalPlanningOutcome.NOT_MET
            return replace(state, to_be_written=written, closed=closed)
        case LetterBeforeProceedingsSent():
            return replace(state, written=True)
        case PreProceedingsMeetingHeld():
            return replace(state, met=True)
        case PreProceedingsReviewed():
            return state
        case ProceedingsIssued() | PreProceedingsEnded():
            return replace(state, closed=True)
        case _:
            assert_never(event)


class DecideLegalPlanning(Command, name="conference.DecideLegalPlanning"):
    """Decide on legal planning: after a case management review, or in an emergency (C9). The meeting is due by C18."""

    reason: RequiredText
    emergency: bool = False
    decided_by: Professional | None = None


class HoldLegalPlanningMeeting(Command, name="conference.HoldLegalPlanningMeeting"):
    """Record the legal planning meeting: whether the threshold is met, and what follows (C18)."""

    present: tuple[ShortText, ...] = Field(max_length=MOST_ITEMS)
    decision: LegalPlanningOutcome
    threshold_met: bool
    advice: Text = ""
    reason: Text = ""


class SendLetterBeforeProceedings(Command, name="conference.SendLetterBeforeProceedings"):
    """Send the letter before proceedings: what has to change, and the offer of family group decision-making (C19)."""

    to: Distinct[PersonId] = Field(min_length=1)
    fgdm_offered: bool
    why_not_offered: Text = ""
    meeting_on: Day | None = None
    concerns: tuple[RequiredText, ...] = Field(default=(), max_length=MOST_ITEMS)
    changes_needed: tuple[RequiredText, ...] = Field(max_length=MOST_ITEMS)


class Agreed(BaseModel):
    """What was agreed: who does what, by which day."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    what: RequiredText
    owner: ShortText
    by: Day


class HoldPreProceedingsMeeting(Command, name="conference.HoldPreProceedingsMeeting"):
    """Record the meeting with the family and their lawyers: what was agreed, and what happens if it fails (C20)."""

    present: tuple[ShortText, ...] = Field(max_length=MOST_ITEMS)
    family: Distinct[PersonId]
    legal_representation: bool
    agreement: tuple[Agreed, ...] = Field(max_length=MOST_ITEMS)
    contingency: Text
    assessments: tuple[ShortText, ...] = Field(default=(), max_length=MOST_ITEMS)


class ReviewPreProceedings(Command, name="conference.ReviewPreProceedings"):
    """Review the agreement: how far it has come, whether it goes on, and what happens if it fails (C21)."""

    progress: Progress
    decision: PreProceedingsDecision
    contingency: Text
    reason: Text = ""
    next: Day | None = None


class IssueProceedings(Command, name="conference.IssueProceedings"):
    """Record that care proceedings were issued, and which order is sought (C22)."""

    order_sought: Order
    issued_on: Day | None = None
    court_reference: ShortText | None = None
    reason: Text = ""


class EndPreProceedings(Command, name="conference.EndPreProceedings"):
    """End the pre-proceedings, and say why (C22)."""

    reason: PreProceedingsEnd
    notes: Text = ""


PreProceedingsCommand: TypeAlias = (
    DecideLegalPlanning
    | HoldLegalPlanningMeeting
    | SendLetterBeforeProceedings
    | HoldPreProceedingsMeeting
    | ReviewPreProceedings
    | IssueProceedings
    | EndPreProceedings
)


def decide(
    command: PreProceedingsCommand, state: ProceedingsAndCase, context: Context
) -> Sequence[PreProceedingsEvent]:
    """What follows from a command on the pre-proceedings of a child.

    Raises:
        Refused: C9 without a case management review; C18 where legal planning was not decided, or no meeting decided on
            pre-proceedings; C19 where family group decision-making was not offered, and not why; C20, C21 and C22 where
            what comes before was not done.
    """
    stage = state.pre_proceedings
    match command:
        case DecideLegalPlanning():
            return decide_legal_planning(command, state, context)
        case HoldLegalPlanningMeeting():
            return hold_legal_planning_meeting(command, stage, context)
        case SendLetterBeforeProceedings():
            return send_letter(command, stage, context)
        case HoldPreProceedingsMeeting():
            return hold_meeting(command, stage, context)
        case ReviewPreProceedings():
            return review(command, stage, context)
        case IssueProceedings():
            return issue(command, state)
        case EndPreProceedings():
            return end(command, stage)
        case _:
            assert_never(command)


def decide_legal_planning(
    command: DecideLegalPlanning, state: ProceedingsAndCase, context: Context
) -> list[PreProceedingsEvent]:
    """It is decided on; said again, the meeting is due anew."""
    refuse_all(_without_review(command, state))
    decided_by = command.decided_by
    return [
        *_begun(state.pre_proceedings),
        LegalPlanningDecided(
            emergency=command.emergency,
            decided_by=decided_by.id if decided_by else None,
            hold_by=context.deadline("C18", context.happened_at),
            sealed=LegalPlanningText(
                reason=command.reason, decided_by_name=decided_by.name if decided_by else ""
            ),
        ),
    ]


def _without_review(command: DecideLegalPlanning, state: ProceedingsAndCase) -> Check:
    """Forbids (C9) legal planning without a case management review since the plan, or the incident under it."""
    plan, due = state.child_protection_plan, state.conference_due
    since = plan.since if plan.is_open else None
    if since is not None and due.expected_at is not None and due.expected_at > since:
        since = (
            due.expected_at
        )  # a section 47 enquiry on a child who is on a plan is a further serious incident
    reviewed_at = state.child_file.managed_at
    reviewed = reviewed_at is not None and (since is None or reviewed_at >= since)
    return (
        "C9",
        not (command.emergency or reviewed),
        (
            "a case management review decides on legal planning: record one that was held since the plan was made, or since "
            "the last incident; or say that it is an emergency"
        ),
    )


def hold_legal_planning_meeting(
    command: HoldLegalPlanningMeeting, state: PreProceedings, context: Context
) -> list[PreProceedingsEvent]:
    """It was held; where it decides on pre-proceedings, the letter is due."""
    refuse_all(
        ("C18", not (state.is_open and state.decided), "legal planning was not decided on: do that first")
    )
    writes = command.decision is LegalPlanningOutcome.PRE_PROCEEDINGS
    return [
        LegalPlanningMeetingHeld(
            decision=command.decision,
            threshold_met=command.threshold_met,
            letter_by=context.deadline("C19", context.happened_at) if writes else None,
            sealed=LegalMeetingText(present=command.present, advice=command.advice, reason=command.reason),
        )
    ]


def send_letter(
    command: SendLetterBeforeProceedings, state: PreProceedings, context: Context
) -> list[PreProceedingsEvent]:
    """It was sent: the meeting is due, and the whole phase is limited."""
    refuse_all(
        (
            "C19",
            not command.fgdm_offered and not command.why_not_offered.strip(),
            "family group decision-making is offered with the letter: say why it was not",
        ),
        (
            "C18",
            not (state.is_open and state.to_be_written),
            "no legal planning meeting decided on pre-proceedings: record it first",
        ),
    )
    return [
        LetterBeforeProceedingsSent(
            to=command.to,
            fgdm_offered=command.fgdm_offered,
            meeting_on=command.meeting_on,
            meet_by=context.deadline("C20", context.happened_at),
            finish_by=context.deadline("C22", context.happened_at),
            sealed=LetterBeforeText(
                concerns=command.concerns,
                changes_needed=command.changes_needed,
                why_not_offered=command.why_not_offered,
            ),
        )
    ]


def hold_meeting(
    command: HoldPreProceedingsMeeting, state: PreProceedings, context: Context
) -> list[PreProceedingsEvent]:
    """They agreed; the agreement is reviewed."""
    refuse_all(
        ("C20", not (state.is_open and state.written), "no letter before proceedings was sent: send it first")
    )
    return [
        PreProceedingsMeetingHeld(
            family=command.family,
            legal_representation=command.legal_representation,
            agreed_by=tuple(each.by for each in command.agreement),
            review_by=context.deadline("C21", context.happened_at),
            sealed=AgreementText(
                present=command.present,
                agreement=tuple(f"{each.what} ({each.owner})" for each in command.agreement),
                contingency=command.contingency,
                assessments=command.assessments,
            ),
        )
    ]


def review(
    command: ReviewPreProceedings, state: PreProceedings, context: Context
) -> list[PreProceedingsEvent]:
    """It was reviewed; where it goes on, the next review is due."""
    refuse_all(
        (
            "C21",
            not (state.is_open and state.met),
            "no agreement was made: record the meeting with the family first",
        )
    )
    goes_on = command.decision in _GOES_ON
    return [
        PreProceedingsReviewed(
            progress=command.progress,
            decision=command.decision,
            next=command.next,
            review_by=context.deadline("C21", context.happened_at) if goes_on else None,
            sealed=PreProceedingsReviewText(contingency=command.contingency, reason=command.reason),
        )
    ]


def issue(command: IssueProceedings, state: ProceedingsAndCase) -> list[PreProceedingsEvent]:
    """They were issued, whatever came before."""
    return [
        *_begun(state.pre_proceedings),
        ProceedingsIssued(
            order_sought=command.order_sought,
            issued_on=command.issued_on,
            conference=state.child_protection_plan.conference,
            sealed=IssuedText(court_reference=command.court_reference or "", reason=command.reason),
        ),
    ]


def end(command: EndPreProceedings, state: PreProceedings) -> list[PreProceedingsEvent]:
    """They end."""
    refuse_all(("C22", not state.is_open, "no pre-proceedings run on this child: there is nothing to end"))
    return [PreProceedingsEnded(reason=command.reason, sealed=PreProceedingsEndText(notes=command.notes))]


def _begun(state: PreProceedings) -> list[PreProceedingsBegun]:
    """Each episode begins with this."""
    return [] if state.is_open else [PreProceedingsBegun()]


pre_proceedings = Stream(
    name="pre_proceedings",
    state=PreProceedings(),
    evolve=evolve,
    decide=decide,
    commands=PreProceedingsCommand,
    events=PreProceedingsEvent,
    per=Per.EPISODE,
    is_open=lambda state: state.is_open,
    opened_by=(PreProceedingsBegun,),
    record=ProceedingsAndCase,
    clocks=("C18", "C19", "C20", "C21", "C22"),
)
