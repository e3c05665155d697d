"""A conference, a review or a core group that was held, as decisions on its letter and minutes see it."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias, assert_never

from services.conference.codes import MeetingKind
from services.conference.events import (
    ConferenceHeld,
    CoreGroupHeld,
    DecisionLetterSent,
    MinutesSent,
    ReviewConferenceHeld,
)
from services.conference.streams.conference_due import ConferenceDue
from services.conference.streams.line_management import LineManagement
from services.conference.streams.plan_state import ChildProtectionPlan

MeetingEvent: TypeAlias = (
    ConferenceHeld | ReviewConferenceHeld | CoreGroupHeld | DecisionLetterSent | MinutesSent
)


@dataclass(frozen=True)
class Meeting:
    """What was held, and when; nothing of it: it was not."""

    kind: MeetingKind | None = None
    held_at: datetime | None = None

    @property
    def conference_at(self) -> datetime | None:
        """When it was held, where it is a conference or a review, of which a decision letter is sent."""
        return self.held_at if self.kind in (MeetingKind.CONFERENCE, MeetingKind.REVIEW) else None


@dataclass(frozen=True)
class MeetingAndCase:
    """What a decision takes: the meeting, the conference that waits, the plan, and who is no independent chair."""

    meeting: Meeting
    conference_due: ConferenceDue
    child_protection_plan: ChildProtectionPlan
    line_management: LineManagement


def evolve(state: Meeting, event: MeetingEvent) -> Meeting:
    """The meeting after one more fact."""
    match event:
        case ConferenceHeld(happened_at=at):
            return replace(state, kind=MeetingKind.CONFERENCE, held_at=at)
        case ReviewConferenceHeld(happened_at=at):
            return replace(state, kind=MeetingKind.REVIEW, held_at=at)
        case CoreGroupHeld(happened_at=at):
            return replace(state, kind=MeetingKind.CORE_GROUP, held_at=at)
        case DecisionLetterSent() | MinutesSent():
            return state
        case _:
            assert_never(event)
