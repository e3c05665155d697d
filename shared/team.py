"""What every team's service does alike: the clocks' own commands, and what it knows of the people it is told about.

`VaryDeadline` and `CheckDeadline` are decided here for every stream, from the clocks folded beside its state. What a
team knows of a person (that the person exists, child or adult, when born) is a stream of its own log, so that a
command about an unknown child is refused by a read that the append guards.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, assert_never
from uuid import UUID

from shared.clock import Instant
from shared.clocks import DeadlineMissed, DeadlineVaried, VariedText
from shared.decider import Command, Context, Per, Refused, Stream
from shared.event import Event
from shared.texts import Said

PersonKind = Literal["child", "adult"]


class CheckDeadline(Command, name="team.CheckDeadline", internal=True):
    """A timer asks whether a clock that fell due was met. Decided as at the due instant."""

    rule: str
    started_by: UUID


class VaryDeadline(Command, name="team.VaryDeadline"):
    """A manager names a new due instant for the last clock of a rule on the thing, with the reason.

    Before or after it was missed; both stay visible. The new instant may not have passed.
    """

    rule: str
    due: Instant
    reason: Said


def decide_clock(command: CheckDeadline | VaryDeadline, context: Context) -> list[Event]:
    """What a timer or a manager changes of a stream's clocks.

    Raises:
        Refused: the clock does not run on this stream, or the new instant has passed.
    """
    match command:
        case CheckDeadline(rule=rule, started_by=started_by):
            clock = context.clocks.find(rule, started_by)
            if clock is None or not clock.missed_by(context.now):
                return []
            return [
                DeadlineMissed(
                    rule=rule, started_by=started_by, due_at=clock.due_at, happened_at=clock.due_at
                )
            ]
        case VaryDeadline(rule=rule, due=due, reason=reason):
            clock = context.clocks.latest(rule)
            if clock is None:
                raise Refused(
                    f"no {rule} clock runs here; look at the deadline board for those that do", rule=rule
                )
            if not clock.running:
                raise Refused(
                    f"the {rule} clock has already stopped; there is nothing left to vary", rule=rule
                )
            if due <= context.now:
                raise Refused("name a new instant that has not passed yet", rule=rule)
            if due == clock.due_at:
                return []
            # The instant given up may have passed with nobody having said so: that stays a fact of its own.
            missed = DeadlineMissed(
                rule=rule, started_by=clock.started_by, due_at=clock.due_at, happened_at=clock.due_at
            )
            return [
                *([missed] if clock.missed_by(context.now) else []),
                DeadlineVaried(
                    rule=rule,
                    started_by=clock.started_by,
                    was_due_at=clock.due_at,
                    due_at=due,
                    sealed=VariedText(reason=reason),
                ),
            ]
        case _:
            assert_never(command)


class PersonKnown(Event, name="team.PersonKnown"):
    """People told this team of a person: now commands may be about them."""

    kind: PersonKind
    born: date | None = None


@dataclass(frozen=True)
class Known:
    """What a team knows of a person."""

    kind: PersonKind | None = None
    born: date | None = None


class KnowPerson(Command, name="team.KnowPerson", opens=True, internal=True):
    """Take in that People registered or corrected a person."""

    kind: PersonKind
    born: date | None = None


def _evolve(state: Known, event: PersonKnown) -> Known:
    return replace(state, kind=event.kind, born=event.born)


def _decide(command: KnowPerson, state: Known, context: Context) -> list[Event]:
    if (state.kind, state.born) == (command.kind, command.born):
        return []
    return [PersonKnown(child=context.child, kind=command.kind, born=command.born)]


known_person = Stream(
    name="known_person",
    state=Known(),
    evolve=_evolve,
    decide=_decide,
    commands=KnowPerson,
    events=PersonKnown,
    per=Per.CHILD,
)
"""One stream for each person a team has been told of."""


def personal_commands(streams: Sequence[Stream]) -> list[type[Command]]:
    """Every command that a person may send to a service of these streams, by name."""
    own = [command for stream in streams for command in stream.command_types() if not command.INTERNAL]
    if any(stream.clocks for stream in streams):
        own.append(VaryDeadline)
    return sorted(own, key=lambda command: command.NAME)


def public_name(service: str, command: type[Command]) -> str:
    """A command's name as callers and the policy table know it: every team's commands carry this team's name."""
    return f"{service}.{command.NAME.partition('.')[2]}" if command.NAME.startswith("team.") else command.NAME
