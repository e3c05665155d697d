"""Decide a command for one of its subjects, on what was loaded. Pure: no clock, no database, no network."""

from collections.abc import Sequence
from typing import Final

from shared.commands.loading import Subject
from shared.commands.request import Request
from shared.domain.decider import Context
from shared.domain.event import Event
from shared.domain.rules import Rulebook
from shared.team.deadlines import CheckDeadline, VaryDeadline, decide_deadline

OF_DEADLINES: Final = (CheckDeadline, VaryDeadline)
"""What every team decides alike, from the clocks of a stream."""


def decide(
    request: Request, subject: Subject, subjects: Sequence[Subject], rules: Rulebook
) -> Sequence[Event]:
    """What follows from the command for one of its subjects; `subjects` are all of them.

    Raises:
        Refused: the rules forbid it, and with it the whole command.
    """
    command = request.command
    context = Context(
        now=request.now,
        actor=request.actor,
        rules=rules,
        command_id=request.command_id,
        happened_at=request.happened_at,
        known_at=request.known_at,
        received_at=request.received_at,
        thing=subject.target.thing,
        child=subject.target.child,
        children=tuple(each.target.child for each in subjects if each.target.child),
        born=subject.born,
        clocks=subject.own.clocks,
    )
    if isinstance(command, OF_DEADLINES):
        return decide_deadline(command, context)
    return subject.stream.decide(command, subject.state, context)
