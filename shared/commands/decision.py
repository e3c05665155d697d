"""Decide a command for one of its subjects, on what was loaded. Pure: no clock, no database, no network."""

from collections.abc import Mapping, Sequence
from datetime import date

from shared.commands.loading import Subject
from shared.commands.request import OF_DEADLINES, Request
from shared.domain.command import Command
from shared.domain.decider import Context, Stream
from shared.domain.event import Event
from shared.domain.rules import Rulebook
from shared.team.authorisation import Membership
from shared.team.deadlines import decide_deadline


def context_of(
    request: Request,
    subject: Subject,
    subjects: Sequence[Subject],
    membership: Membership,
    rules: Rulebook,
) -> Context:
    """What a decision for one of the subjects may know; `subjects` are all of them, `membership` is the actor's."""
    return Context(
        now=request.now,
        actor=request.actor,
        rules=rules,
        command_id=request.command_id,
        happened_at=request.happened_at,
        known_at=request.known_at,
        received_at=request.received_at,
        thing=subject.target.thing,
        child=subject.target.child,
        children=tuple(
            each.target.child
            for each in subjects
            if each.target.child and each.stream is subject.stream and each.item == subject.item
        ),
        born=_born(subject),
        people=subject.people,
        clocks=subject.own.clocks,
        item=subject.item,
        step=subject.step,
        of_the_team=membership.of_the_team,
        manages=membership.manages,
        started_by=subject.started_by,
        earlier=subject.earlier,
        joining=tuple(each.target.child for each in subjects if request.command.JOINS and each.target.child),
        together=subject.together,
    )


def decide(
    command: Command, subject: Subject, context: Context, streams: Mapping[str, Stream]
) -> Sequence[Event]:
    """What follows from a command for one of its subjects; `streams` are the team's kinds.

    Raises:
        Refused: the rules forbid it, and with it the whole command.
    """
    if isinstance(command, OF_DEADLINES):
        return decide_deadline(command, context)
    return subject.stream.decide(command, subject.state(streams), context)


def _born(subject: Subject) -> date | None:
    """The child's day of birth, where it is known."""
    child = subject.people.get(subject.target.child) if subject.target.child else None
    return child.born if child else None
