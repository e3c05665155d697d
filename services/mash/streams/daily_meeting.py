"""The daily meeting of the front door: it looks at every decision since the last one (M17). About no child."""

from dataclasses import dataclass

from services.mash.events import DailyMeetingHeld
from services.mash.streams.contact import HoldDailyMeeting
from shared.domain.decider import Context, Per, Stream


@dataclass(frozen=True)
class DailyMeeting:
    """No decision looks at what a meeting did before: what it changed stands with the contacts."""


def decide(command: HoldDailyMeeting, _state: DailyMeeting, _context: Context) -> list[DailyMeetingHeld]:
    """It was held; what it says of each contact stands with the contact."""
    contacts = dict.fromkeys(each.contact for each in command.decisions)
    return [DailyMeetingHeld(present=command.present, contacts=tuple(contacts))]


daily_meeting = Stream(
    name="daily_meeting",
    state=DailyMeeting(),
    evolve=lambda state, _event: state,
    decide=decide,
    commands=HoldDailyMeeting,
    events=DailyMeetingHeld,
    per=Per.ALONE,
)
