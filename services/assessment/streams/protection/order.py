"""An emergency protection order: a court lets the child be kept safe for 8 days, once extended by at most 7 (A19)."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Annotated, Final, TypeAlias, assert_never

from pydantic import Field

from services.assessment.codes import ProtectionEnd
from services.assessment.events import (
    EmergencyProtectionEnded,
    EmergencyProtectionExtended,
    EmergencyProtectionRecorded,
    OrderText,
    PoliceProtectionEnded,
)
from services.assessment.streams.protection.state import (
    EmergencyProtectionOrder,
    OrderEvent,
    Protections,
    evolve_order,
)
from shared.domain.command import Command, refuse_all
from shared.domain.decider import Context, Per, Stream
from shared.domain.fields import ShortText, Text
from shared.domain.instants import LONDON, Moment, local_date, start_of_day, utc
from shared.domain.rules import Deadline

MOST_DAYS: Final = 8
"""An order is made for no more days (A19). Source: Children Act 1989, section 45(1)."""
MOST_DAYS_MORE: Final = 7
"""... and extended by no more, once. Source: section 45(5)."""

_Days = Annotated[int, Field(ge=1, le=1000, strict=True)]


class RecordEmergencyProtectionOrder(
    Command, name="assessment.RecordEmergencyProtectionOrder", opens=True, recorded_within="significant"
):
    """Record the order that a court made: for how many days, or until which instant (A19). Meets A12."""

    court: ShortText
    days: _Days = MOST_DAYS
    expires: Moment | None = None
    conditions: Text = ""


class ExtendEmergencyProtectionOrder(Command, name="assessment.ExtendEmergencyProtectionOrder"):
    """Record that the court extended the order: once, by 7 days at most (A19)."""

    days: _Days
    court: ShortText


class EndEmergencyProtectionOrder(Command, name="assessment.EndEmergencyProtectionOrder"):
    """Record how the order ended, and where the child is then. Meets A19."""

    to: ProtectionEnd


OrderCommand: TypeAlias = (
    RecordEmergencyProtectionOrder | ExtendEmergencyProtectionOrder | EndEmergencyProtectionOrder
)


def decide(
    command: OrderCommand, state: Protections, context: Context
) -> list[OrderEvent | PoliceProtectionEnded]:
    """What follows from a command on an emergency protection order.

    Raises:
        Refused: A19 for more days than the law allows, a second extension, or where no order runs.
    """
    order = state.emergency_protection_order
    match command:
        case RecordEmergencyProtectionOrder():
            return record_order(command, state, context)
        case ExtendEmergencyProtectionOrder():
            return [extend_order(command, order, context)]
        case EndEmergencyProtectionOrder():
            return [end_order(command, order, context)]
        case _:
            assert_never(command)


def record_order(
    command: RecordEmergencyProtectionOrder, state: Protections, context: Context
) -> list[OrderEvent | PoliceProtectionEnded]:
    """The court made it: it takes the place of police protection, and of an order that runs."""
    longest = context.deadline("A19", context.happened_at)
    expires, running, police = command.expires, state.emergency_protection_order, state.police_protection
    refuse_all(
        (
            "A19",
            command.days > MOST_DAYS or (expires is not None and expires > longest.due_at),
            f"an emergency protection order runs for {MOST_DAYS} days at most: check what the court said",
        ),
        (
            "A19",
            expires is not None and expires <= context.happened_at,
            "an order expires after it was made: check when it expires, or say when it was made",
        ),
        (
            "A19",
            running.runs and running.made_at is not None and context.happened_at < running.made_at,
            "an order that was made later runs on the child: correct when this one was made, or end that one first",
        ),
    )
    order = ProtectionEnd.EMERGENCY_PROTECTION_ORDER
    made = EmergencyProtectionRecorded(
        until=_until(command, longest, context),
        sealed=OrderText(court=command.court, conditions=command.conditions),
    )
    earlier = [EmergencyProtectionEnded(to=order)] if running.runs else list[OrderEvent]()
    in_its_place = police.runs and police.used_at is not None and police.used_at <= context.happened_at
    instead = [PoliceProtectionEnded(to=order)] if in_its_place else []
    return [*earlier, made, *instead]


def extend_order(
    command: ExtendEmergencyProtectionOrder, state: EmergencyProtectionOrder, context: Context
) -> EmergencyProtectionExtended:
    """Once, from when it would have run out."""
    refuse_all(
        _none_runs(state),
        (
            "A19",
            state.extended,
            "an emergency protection order is extended once: ask the court for another order",
        ),
        (
            "A19",
            command.days > MOST_DAYS_MORE,
            f"an emergency protection order is extended by {MOST_DAYS_MORE} days at most: check what the court said",
        ),
        (
            "A19",
            state.runs and state.until is not None and context.happened_at >= state.until.due_at,
            "the order had run out by then: record the court's new order",
        ),
    )
    assert state.until is not None
    return EmergencyProtectionExtended(
        days=command.days,
        until=replace(state.until, due_at=_days_later(state.until.due_at, command.days), agreed=True),
        sealed=OrderText(court=command.court),
    )


def end_order(
    command: EndEmergencyProtectionOrder, state: EmergencyProtectionOrder, context: Context
) -> EmergencyProtectionEnded:
    """It ended."""
    refuse_all(
        _none_runs(state),
        (
            "A19",
            state.runs and state.made_at is not None and context.happened_at < state.made_at,
            "the order cannot have ended before it was made: correct when it ended",
        ),
    )
    return EmergencyProtectionEnded(to=command.to)


def _none_runs(state: EmergencyProtectionOrder) -> tuple[str, bool, str]:
    return ("A19", not state.runs, "no emergency protection order runs on the child: record the order first")


def _until(command: RecordEmergencyProtectionOrder, longest: Deadline, context: Context) -> Deadline:
    """When the order runs out: at the instant the court named, else at the end of its last day."""
    if command.expires is not None:
        return replace(longest, due_at=command.expires, agreed=True)
    if command.days < MOST_DAYS:
        return context.deadline("A19", context.happened_at, limit=command.days)
    return longest


def _days_later(due_at: datetime, days: int) -> datetime:
    """The same hour in London so many days later, whichever way clocks change between: `due_at` is an end of day mostly."""
    hour: time = utc(due_at).astimezone(LONDON).time()
    day = local_date(due_at) + timedelta(days=days)
    return start_of_day(day) if hour == time() else utc(datetime.combine(day, hour, tzinfo=LONDON))


emergency_protection_order = Stream(
    name="emergency_protection_order",
    state=EmergencyProtectionOrder(),
    evolve=evolve_order,
    decide=decide,
    commands=OrderCommand,
    events=OrderEvent,
    per=Per.EPISODE,
    is_open=lambda state: state.runs,
    opened_by=(EmergencyProtectionRecorded,),
    clocks=("A19",),
    record=Protections,
)
