"""What is told before care proceedings: the case management review, legal planning, the letter, the agreement, how it ended."""

from datetime import date
from typing import Annotated
from uuid import UUID

from services.conference.codes import (
    CmrDecision,
    CmrTrigger,
    LegalPlanningOutcome,
    Order,
    PreProceedingsDecision,
    PreProceedingsEnd,
)
from shared.domain.code_lists import Progress
from shared.domain.event import Event, Sealed
from shared.domain.marks import Starts
from shared.domain.rules import Deadline


class CaseManagementText(Sealed):
    """Why, and who was there."""

    reason: str
    present: tuple[str, ...] = ()


class CaseManagementReviewHeld(
    Event,
    name="conference.CaseManagementReviewHeld",
    crosses=True,
    text=CaseManagementText,
    fixed=("decision",),
):
    """Without progress, or after a further serious incident, a review decided whether legal planning begins (C9)."""

    decision: CmrDecision
    trigger: CmrTrigger


class PreProceedingsBegun(Event, name="conference.PreProceedingsBegun", fixed=()):
    """What may lead to care proceedings on the child begins here."""


class LegalPlanningText(Sealed):
    """Why, and who decided."""

    reason: str
    decided_by_name: str = ""


class LegalPlanningDecided(
    Event,
    name="conference.LegalPlanningDecided",
    crosses=True,
    text=LegalPlanningText,
    fixed=("decided_by_name",),
):
    """Legal planning was decided on: a meeting is held within C18."""

    emergency: bool = False
    decided_by: UUID | None = None
    hold_by: Annotated[Deadline, Starts("C18")]


class LegalMeetingText(Sealed):
    """Who was there, the advice, and why."""

    present: tuple[str, ...] = ()
    advice: str = ""
    reason: str = ""


class LegalPlanningMeetingHeld(
    Event,
    name="conference.LegalPlanningMeetingHeld",
    crosses=True,
    text=LegalMeetingText,
    meets=("C18",),
    fixed=("decision",),
):
    """The legal planning meeting was held. Meets C18; where it decides on pre-proceedings, the letter is due by C19."""

    decision: LegalPlanningOutcome
    threshold_met: bool
    letter_by: Annotated[Deadline, Starts("C19")] | None = None


class LetterBeforeText(Sealed):
    """What worries, what has to change, and why no family group decision-making was offered."""

    concerns: tuple[str, ...] = ()
    changes_needed: tuple[str, ...] = ()
    why_not_offered: str = ""


class LetterBeforeProceedingsSent(
    Event,
    name="conference.LetterBeforeProceedingsSent",
    crosses=True,
    text=LetterBeforeText,
    meets=("C19",),
    fixed=(),
):
    """The letter before proceedings was sent. Meets C19; the meeting is due by C20, the whole phase by C22."""

    to: tuple[UUID, ...]
    fgdm_offered: bool
    """Whether family group decision-making was offered."""
    meeting_on: date | None = None
    meet_by: Annotated[Deadline, Starts("C20")]
    finish_by: Annotated[Deadline, Starts("C22")]


class AgreementText(Sealed):
    """Who was there, what was agreed, what happens if it fails, which assessments are made."""

    present: tuple[str, ...] = ()
    agreement: tuple[str, ...] = ()
    contingency: str = ""
    assessments: tuple[str, ...] = ()


class PreProceedingsMeetingHeld(
    Event,
    name="conference.PreProceedingsMeetingHeld",
    crosses=True,
    text=AgreementText,
    meets=("C20",),
    fixed=(),
):
    """The family and their lawyers agreed what changes. Meets C20; the agreement is reviewed by C21."""

    family: tuple[UUID, ...]
    legal_representation: bool
    agreed_by: tuple[date, ...] = ()
    """By when each thing that was agreed is done."""
    review_by: Annotated[Deadline, Starts("C21")]


class PreProceedingsReviewText(Sealed):
    """What happens if it fails, and why."""

    contingency: str
    reason: str = ""


class PreProceedingsReviewed(
    Event,
    name="conference.PreProceedingsReviewed",
    crosses=True,
    text=PreProceedingsReviewText,
    meets=("C21",),
    fixed=("decision",),
):
    """The agreement was reviewed. Meets C21, and starts it anew where it goes on."""

    progress: Progress
    decision: PreProceedingsDecision
    next: date | None = None
    """An appointment, which moves no clock."""
    review_by: Annotated[Deadline, Starts("C21")] | None = None


class IssuedText(Sealed):
    """The court's reference, and why."""

    court_reference: str = ""
    reason: str = ""


class ProceedingsIssued(
    Event,
    name="conference.ProceedingsIssued",
    crosses=True,
    text=IssuedText,
    meets=("C22",),
    ends=("C18", "C19", "C20", "C21"),
    fixed=(),
):
    """Care proceedings were issued. Meets C22, and ends C18 to C21."""

    order_sought: Order
    issued_on: date | None = None
    conference: UUID | None = None
    """The conference that made the child's plan: the agencies of it know that proceedings were issued."""


class PreProceedingsEndText(Sealed):
    """What was said of it."""

    notes: str = ""


class PreProceedingsEnded(
    Event,
    name="conference.PreProceedingsEnded",
    crosses=True,
    text=PreProceedingsEndText,
    meets=("C22",),
    ends=("C18", "C19", "C20", "C21"),
    fixed=(),
):
    """The pre-proceedings ended. Meets C22, and ends C18 to C21."""

    reason: PreProceedingsEnd
