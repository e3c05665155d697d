"""A shift: one period out of hours, from its first contact or act to the handover that the day accepts (M19). About no child."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, TypeAlias, assert_never

from pydantic import BaseModel, ConfigDict, Field

from services.mash.events import (
    AcceptedText,
    ContactReceived,
    HandoverAccepted,
    HandoverText,
    ShiftBegan,
    ShiftHandedOver,
)
from services.mash.out_of_hours import period_at
from shared.domain.command import Command, Over, refuse_all
from shared.domain.decider import Beginning, Context, Per, Stream
from shared.domain.event import Event
from shared.domain.fields import MOST_ITEMS, RequiredText, ShortText, Text, ThingId

ShiftEvent: TypeAlias = ShiftBegan | ShiftHandedOver | HandoverAccepted

OUT_OF_HOURS: Final = "out_of_hours_social_worker"
"""The role whose acts begin a shift."""
MOST_CONTACTS: Final = 500
"""Contacts of one handover: more than a borough receives from Christmas to the New Year."""


@dataclass(frozen=True)
class OutOfHoursShift:
    """What decisions on a shift need to know; nothing of it: it never began."""

    since: datetime | None = None
    handed_over_at: datetime | None = None
    accepted: bool = False


def evolve(state: OutOfHoursShift, event: ShiftEvent) -> OutOfHoursShift:
    """The shift after one more fact."""
    match event:
        case ShiftBegan(since=since):
            return replace(state, since=since)
        case ShiftHandedOver(happened_at=at):
            return replace(state, handed_over_at=at)
        case HandoverAccepted():
            return replace(state, accepted=True)
        case _:
            assert_never(event)


def began(events: Sequence[Event], context: Context) -> Beginning | None:
    """The shift that begins with what was decided, where it did not stand: of the period of a contact received, or of an
    act of an out-of-hours social worker.

    A handover is no work of the night in which it is written: it begins no shift. Two first contacts at once begin one,
    as its id follows from the period.
    """
    at = _called_for_at(events, context)
    period = period_at(at, context.rules) if at is not None else None
    if at is None or period is None:
        return None
    return Beginning(
        period.shift,
        ShiftBegan(
            since=period.since,
            until=period.until,
            hand_over_by=context.deadline("M19", at),
            happened_at=at,
        ),
    )


def _called_for_at(events: Sequence[Event], context: Context) -> datetime | None:
    """When what calls for a shift was: a contact when it was received, an act when it happened."""
    for event in events:
        if isinstance(event, ContactReceived):
            return event.received_at
        if isinstance(event, ShiftHandedOver | HandoverAccepted):
            return None
    return context.happened_at if events and context.actor.role == OUT_OF_HOURS else None


class OpenAction(BaseModel):
    """What is left to do, and for whom where that is known."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    what: RequiredText
    who: ShortText | None = None


class HandOverShift(
    Command, name="mash.HandOverShift", takes_next=True, over=Over("contacts", stream="contact")
):
    """Hand the earliest shift that waits over to the front door: its contacts, what the day has to know, what is left to
    do. It names no shift; the answer is that shift's id.
    """

    contacts: tuple[ThingId, ...] = Field(max_length=MOST_CONTACTS)
    notes: Text
    open_actions: tuple[OpenAction, ...] = Field(default=(), max_length=MOST_ITEMS)


class AcceptHandover(Command, name="mash.AcceptHandover"):
    """Take a shift (`re`) over that was handed over. Meets M19, and decides no contact of the night (M1)."""

    notes: Text = ""


ShiftCommand: TypeAlias = HandOverShift | AcceptHandover


def decide(command: ShiftCommand, state: OutOfHoursShift, context: Context) -> list[ShiftEvent]:
    """What follows from a command on a shift.

    Raises:
        Refused: M19 where no shift waits, or nothing was handed over; no rule, where it was accepted; E2 for what is said
            to have been done before it could be.
    """
    match command:
        case HandOverShift():
            return hand_over(command, state, context)
        case AcceptHandover():
            return accept_handover(command, state, context)
        case _:
            assert_never(command)


def hand_over(command: HandOverShift, state: OutOfHoursShift, context: Context) -> list[ShiftEvent]:
    """The shift, as it was worked."""
    refuse_all(
        (
            "M19",
            state.since is None or state.handed_over_at is not None,
            "no shift waits to be handed over: one begins with its first contact, or the first act in it; record that first",
        ),
        (
            "E2",
            state.since is not None and context.happened_at < state.since,
            "a shift is not handed over before it began: the earliest one that waits began later; correct the time",
        ),
    )
    return [
        ShiftHandedOver(
            contacts=tuple(dict.fromkeys(command.contacts)),
            sealed=HandoverText(
                notes=command.notes,
                actions=tuple((each.what, each.who or "") for each in command.open_actions),
            ),
        )
    ]


def accept_handover(command: AcceptHandover, state: OutOfHoursShift, context: Context) -> list[ShiftEvent]:
    """Accepted, once."""
    handed_over_at = state.handed_over_at
    refuse_all(
        (
            "M19",
            handed_over_at is None,
            "this shift was not handed over yet: whoever worked it, or a manager, hands it over first",
        ),
        ("", state.accepted, "this handover was accepted already: there is nothing left to accept"),
        (
            "E2",
            handed_over_at is not None and context.happened_at < handed_over_at,
            "a handover is not accepted before it was made; correct the time",
        ),
    )
    return [HandoverAccepted(sealed=AcceptedText(notes=command.notes))]


out_of_hours_shift = Stream(
    name="out_of_hours_shift",
    state=OutOfHoursShift(),
    evolve=evolve,
    decide=decide,
    commands=ShiftCommand,
    events=ShiftEvent,
    per=Per.ALONE,
    clocks=("M19",),
    begun_by=began,
    waits=lambda shift: shift.since if shift.handed_over_at is None else None,
)
