"""The clocks' own commands, which every team has: a timer asks whether one was missed, a manager varies one.

Both are decided here for every kind of stream, from the clocks folded beside its state.
"""

from datetime import datetime
from typing import assert_never
from uuid import UUID

from pydantic import Field

from shared.domain.clock_facts import DeadlineMissed, DeadlineVaried, VariedText
from shared.domain.command import Command, Refused
from shared.domain.deadlines import DeadlineClock
from shared.domain.decider import Context
from shared.domain.event import Event
from shared.domain.fields import RequiredText, ShortText, ThingId
from shared.domain.instants import Moment, local_date
from shared.domain.rules import Rulebook


class CheckDeadline(Command, name="team.CheckDeadline", internal=True):
    """A timer asks whether a clock that fell due was met. Decided as at the due instant."""

    rule: str
    started_by: UUID


class VaryDeadline(Command, name="team.VaryDeadline"):
    """A manager names a new due instant for a clock of a rule on the thing, with the reason.

    Before or after it was missed; both stay visible. The new instant may not have passed, nor lie further ahead than the
    rule allows. Where several clocks of the rule run, it is the last to start, unless `of` says which.
    """

    rule: ShortText
    due: Moment
    reason: RequiredText
    of: ThingId | None = Field(
        default=None,
        description="which clock, where several run: the step that started it, or the thing it stands on",
    )


def decide_deadline(command: CheckDeadline | VaryDeadline, context: Context) -> list[Event]:
    """What a timer or a manager changes of a stream's clocks.

    Raises:
        Refused: the clock does not run on this stream, or the new instant has passed or lies too far ahead.
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
            clock = _varied(rule, context)
            if not clock.running:
                raise Refused(
                    f"the {rule} clock has already stopped; there is nothing left to vary", rule=rule
                )
            refuse_due(rule, due, context.rules, context.now)
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


def refuse_due(rule: str, due: datetime, rules: Rulebook, now: datetime) -> None:
    """Refuse a new due instant that has passed by `now`, or lies further ahead than the rule allows.

    Raises:
        Refused: by the rule itself.
    """
    latest = rules.latest_variation(rule, now)
    if due <= now:
        raise Refused("name a new instant that has not passed yet", rule=rule)
    if due > latest:
        raise Refused(
            f"a new instant for {rule} may lie no later than {local_date(latest):%d %B %Y}; name an earlier one, "
            "and vary it again if that is still too soon",
            rule=rule,
        )


def _varied(rule: str, context: Context) -> DeadlineClock:
    """The clock that is meant: the last to start of those that run, else of those that have stopped.

    Raises:
        Refused: there is none, or none that `of` names.
    """
    ours = [clock for clock in context.clocks if clock.rule == rule]
    if not ours:
        raise Refused(f"no {rule} clock runs here; look at the deadline board for those that do", rule=rule)
    meant = [one for one in ours if context.started_by is None or one.started_by in context.started_by]
    if not meant:
        raise Refused(
            f"no {rule} clock here was started by the step that is named, or stands on that thing; look at the deadline board "
            "for those that do, or name none for the last one",
            rule=rule,
        )
    return next((clock for clock in reversed(meant) if clock.running), meant[-1])
