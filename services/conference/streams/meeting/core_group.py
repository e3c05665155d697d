"""A core group: those who work with the family meet between conferences (C2, C3)."""

from pydantic import Field

from services.conference.events import CoreGroupHeld, CoreGroupText
from services.conference.streams.meeting.state import MeetingAndCase, MeetingEvent
from services.conference.streams.plan_state import no_plan
from shared.domain.code_lists import Progress
from shared.domain.command import Command, refuse_all
from shared.domain.decider import Context
from shared.domain.fields import Agency, Distinct, PersonId, Text
from shared.team.meetings import Actions, Attendees, action_texts, attendee_texts, parties_at


class HoldCoreGroup(Command, name="conference.HoldCoreGroup", opens=True):
    """Record a core group: who was there, and how far the plan has come. The next one is due six weeks later (C3)."""

    present: Distinct[Agency]
    attended: Attendees = ()
    family: Distinct[PersonId] = ()
    progress: Progress
    scale: int | None = Field(default=None, ge=0, le=10, strict=True)
    actions: Actions = ()
    contingency_looked_at: bool | None = None
    notes: Text = ""


def hold_core_group(command: HoldCoreGroup, state: MeetingAndCase, context: Context) -> list[MeetingEvent]:
    """They met, under a plan."""
    refuse_all(no_plan("C2", state.child_protection_plan, context))
    return [
        CoreGroupHeld(
            progress=command.progress,
            scale=command.scale,
            present=parties_at(command.present, command.attended),
            family=command.family,
            contingency_looked_at=command.contingency_looked_at,
            next_by=context.deadline("C3", context.happened_at),
            minutes_by=context.deadline("C24", context.happened_at),
            sealed=CoreGroupText(
                attended=attendee_texts(command.attended),
                actions=action_texts(command.actions),
                notes=command.notes,
            ),
        )
    ]
