"""The decision letter of a conference or review (C13), and the minutes of what was held (C23, C24)."""

from pydantic import BaseModel, ConfigDict, Field

from services.conference.codes import LetterTo, MeetingKind
from services.conference.events import DecisionLetterSent, MinutesSent, SentText
from services.conference.streams.meeting.state import Meeting, MeetingEvent
from shared.domain.code_lists import ToldHow
from shared.domain.command import Check, Command, refuse_all
from shared.domain.decider import Context
from shared.domain.fields import MOST_ITEMS, Agency, Distinct, PersonId, RequiredText, ShortText, ThingId


class NotSent(BaseModel):
    """Somebody to whom nothing was sent, and why."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    who: ShortText
    reason: RequiredText


class SendDecisionLetter(Command, name="conference.SendDecisionLetter", thing_in="of"):
    """Send the decision of a conference or review: of the one named, else of the one that each child had last (C13)."""

    of: ThingId | None = None
    to: Distinct[LetterTo]
    agencies: Distinct[Agency] = ()
    people: Distinct[PersonId] = ()
    how: ToldHow | None = None
    not_sent: tuple[NotSent, ...] = Field(default=(), max_length=MOST_ITEMS)


class SendMinutes(Command, name="conference.SendMinutes", thing_in="of"):
    """Send the minutes of a conference or review (C23), or of a core group (C24)."""

    of: ThingId
    to: Distinct[LetterTo]
    agencies: Distinct[Agency] = ()
    people: Distinct[PersonId] = ()
    how: ToldHow | None = None


def send_decision_letter(command: SendDecisionLetter, state: Meeting, context: Context) -> list[MeetingEvent]:
    """The letter, of what decided something."""
    refuse_all(
        (
            "C13",
            state.conference_at is None,
            "there is no conference or review to send the decision of: record first that it was held",
        ),
        _before_it_was_held("C13", state, context),
    )
    return [
        DecisionLetterSent(
            to=command.to,
            agencies=command.agencies,
            people=command.people,
            how=command.how,
            sealed=SentText(not_sent=tuple(f"{each.who}: {each.reason}" for each in command.not_sent)),
        )
    ]


_CASEWORK = frozenset({"social_worker", "team_manager"})
"""They send the minutes of core groups alone."""


def send_minutes(command: SendMinutes, state: Meeting, context: Context) -> list[MeetingEvent]:
    """The minutes."""
    of_core_group = state.kind is MeetingKind.CORE_GROUP
    refuse_all(
        (
            "E9",
            context.actor.role in _CASEWORK and not of_core_group,
            "the minutes of a conference are sent by its chair or administrator; those of a core group are yours",
        ),
        _before_it_was_held("C24" if of_core_group else "C23", state, context),
    )
    assert state.kind is not None
    return [
        MinutesSent(
            meeting=state.kind,
            to=command.to,
            agencies=command.agencies,
            people=command.people,
            how=command.how,
        )
    ]


def _before_it_was_held(rule: str, state: Meeting, context: Context) -> Check:
    early = state.held_at is not None and context.happened_at < state.held_at
    return rule, early, "nothing is sent of a meeting before it was held: correct the time"
