"""A conference that is waited for: why, when it is held, who is invited, until it is held or is not needed (A5, C15, C16)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias, assert_never

from services.conference.events import ConferenceAwaited
from services.conference.streams.conference_due.expecting import (
    ExpectConference,
    NoConferenceNeeded,
    NoteBirth,
    NoteDueDate,
    TakeRequest,
    TransferPlanIn,
    expect,
    not_needed,
    note_birth,
    note_due_date,
    take_request,
    transfer_in,
)
from services.conference.streams.conference_due.preparing import (
    InviteAgency,
    ReceiveReport,
    ScheduleConference,
    invite,
    receive_report,
    schedule,
)
from services.conference.streams.conference_due.state import ConferenceDue, DueEvent, evolve
from services.conference.streams.line_management import LineManagement
from services.conference.streams.plan_state import ChildProtectionPlan
from shared.domain.decider import Context, Per, Stream

__all__ = [
    "ConferenceDue",
    "ExpectConference",
    "InviteAgency",
    "NoConferenceNeeded",
    "NoteBirth",
    "NoteDueDate",
    "ReceiveReport",
    "ScheduleConference",
    "TakeRequest",
    "TransferPlanIn",
    "conference_due",
    "decide",
    "evolve",
]


@dataclass(frozen=True)
class DueAndCase:
    """What a decision takes: the conference that waits, the child's plan, and who is no independent chair."""

    conference_due: ConferenceDue
    child_protection_plan: ChildProtectionPlan
    line_management: LineManagement


Preparing: TypeAlias = ScheduleConference | InviteAgency | ReceiveReport
Expecting: TypeAlias = (
    ExpectConference | TakeRequest | NoConferenceNeeded | NoteBirth | NoteDueDate | TransferPlanIn
)
DueCommand: TypeAlias = Preparing | Expecting


def decide(command: DueCommand, state: DueAndCase, context: Context) -> Sequence[DueEvent]:
    """What follows from a command on a conference that is waited for.

    Raises:
        Refused: C8 for a day that is no working day, or a plan that is open here; C7 for a chair who decided in the case; A4
            where no conference is asked for; E9 for another agency's report.
    """
    due, plan = state.conference_due, state.child_protection_plan
    match command:
        case ScheduleConference():
            return schedule(command, due, plan, state.line_management, context)
        case InviteAgency():
            return invite(command, due, context)
        case ReceiveReport():
            return receive_report(command, due, context)
        case ExpectConference():
            return expect(command, due, plan, context)
        case TakeRequest():
            return take_request(command, due, context)
        case NoConferenceNeeded():
            return not_needed(command, due)
        case NoteBirth():
            return note_birth(command, due, plan, context)
        case NoteDueDate():
            return note_due_date(command, due, context)
        case TransferPlanIn():
            return transfer_in(command, due, plan, context)
        case _:
            assert_never(command)


conference_due = Stream(
    name="conference_due",
    state=ConferenceDue(),
    evolve=evolve,
    decide=decide,
    commands=DueCommand,
    events=DueEvent,
    per=Per.EPISODE,
    is_open=lambda state: state.waits,
    opened_by=(ConferenceAwaited,),
    record=DueAndCase,
    clocks=("A5", "C15", "C16", "C25"),
)
