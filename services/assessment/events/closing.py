"""What referral and assessment tells of a case that goes elsewhere, or ends."""

from typing import Annotated
from uuid import UUID

from services.assessment.codes import ClosureReason
from shared.domain.code_lists import ReceivingTeam
from shared.domain.event import Event, Sealed
from shared.domain.marks import Starts
from shared.domain.rules import Deadline


class HandoverText(Sealed):
    """What the next team must know: the work so far, the risks, what is to be done by when."""

    handover: str
    risks: str = ""
    next_actions: tuple[str, ...] = ()


class CaseTransferred(
    Event, name="assessment.CaseTransferred", crosses=True, text=HandoverText, fixed=("to",)
):
    """The case goes to another team, with a handover. Starts T1, once an episode: a worker of that team is allocated."""

    to: ReceivingTeam
    hand_over_by: Annotated[Deadline, Starts("T1")] | None = None


class StepDownText(Sealed):
    """Why early help is enough from now on, and what it is to achieve."""

    reason: str
    goals: tuple[str, ...] = ()


class StepDownProposed(Event, name="assessment.StepDownProposed", crosses=True, text=StepDownText, fixed=()):
    """The worker proposes that family wellbeing takes it from here: the transfer panel decides."""

    agreed_with: tuple[UUID, ...] = ()


class ClosingText(Sealed):
    """What was achieved, and what stays."""

    notes: str = ""


class CaseClosed(
    Event,
    name="assessment.CaseClosed",
    crosses=True,
    text=ClosingText,
    ends=("A2", "A3", "A11", "T1"),
    beside={"A11": "strategy_due"},
    fixed=("reason", "no_further_action"),
):
    """The episode ends: with a reason, or as a referral on which no further action was taken. Ends its clocks."""

    reason: ClosureReason | None = None
    no_further_action: bool = False


class HandoverDue(Event, name="assessment.HandoverDue", fixed=()):
    """Conference made a child protection plan: the case is handed over. Starts T1, once an episode."""

    plan: UUID
    hand_over_by: Annotated[Deadline, Starts("T1")]


class ConferenceNoted(Event, name="assessment.ConferenceNoted", fixed=()):
    """A child protection conference was held about the child (A10)."""

    conference: UUID


class NoteAdded(Event, name="assessment.NoteAdded", fixed=()):
    """What was reported of a child with an open case is a note on it, for its worker (M9)."""

    contact: UUID
