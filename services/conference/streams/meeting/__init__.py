"""A conference, a review or a core group: held, its decision sent, its minutes sent (C13, C23, C24)."""

from collections.abc import Sequence
from typing import TypeAlias, assert_never

from services.conference.streams.meeting.core_group import HoldCoreGroup, hold_core_group
from services.conference.streams.meeting.holding import HeldHere, HoldConference, hold_conference
from services.conference.streams.meeting.papers import (
    SendDecisionLetter,
    SendMinutes,
    send_decision_letter,
    send_minutes,
)
from services.conference.streams.meeting.reviewing import HoldReview, ReviewedHere, hold_review
from services.conference.streams.meeting.state import Meeting, MeetingAndCase, MeetingEvent, evolve
from shared.domain.decider import Context, Per, Stream

__all__ = [
    "HoldConference",
    "HoldCoreGroup",
    "HoldReview",
    "Meeting",
    "SendDecisionLetter",
    "SendMinutes",
    "decide",
    "evolve",
    "meeting",
]

MeetingCommand: TypeAlias = HoldConference | HoldReview | HoldCoreGroup | SendDecisionLetter | SendMinutes


def decide(
    command: MeetingCommand, state: MeetingAndCase, context: Context
) -> Sequence[MeetingEvent | HeldHere | ReviewedHere]:
    """What follows from a command on a meeting.

    Raises:
        Refused: C7 for a chair who decided in the case, C8 for a day that is no working day or a plan that is open, C12
            where it was not quorate and does not say why and when next, C2 and C4 where the child is on no plan, C4 on a
            plan's first day, C13 where no conference was held, E9 for minutes that are another's to send.
    """
    match command:
        case HoldConference():
            return hold_conference(command, state, context)
        case HoldReview():
            return hold_review(command, state, context)
        case HoldCoreGroup():
            return hold_core_group(command, state, context)
        case SendDecisionLetter():
            return send_decision_letter(command, state.meeting, context)
        case SendMinutes():
            return send_minutes(command, state.meeting, context)
        case _:
            assert_never(command)


meeting = Stream(
    name="meeting",
    state=Meeting(),
    evolve=evolve,
    decide=decide,
    commands=MeetingCommand,
    events=MeetingEvent,
    per=Per.THING,
    record=MeetingAndCase,
    clocks=("C13", "C23", "C24"),
    latest=lambda state: state.conference_at,
)
