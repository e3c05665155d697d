"""A child's pattern: the incidents that count, and whether a strategy discussion is proposed (R5). One for each child.

It also knows whether the child is missing now: a second report of the same is none (R8).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import combinations
from typing import Final, TypeAlias, assert_never
from uuid import UUID

from services.missing.codes import PatternBy
from services.missing.events import (
    IncidentCounted,
    IncidentOver,
    LookedAfterWhileMissing,
    PatternText,
    ProposalAnswered,
    RepeatPatternDetected,
    TriggerAttached,
)
from shared.domain.command import Command
from shared.domain.decider import Context, Per, Stream
from shared.domain.fields import Distinct, Text, ThingId

INCIDENTS: Final = 3
"""Incidents that make a pattern (R5) ..."""
DAYS: Final = 90
"""... where they happened in so many days: the 90th day after the first still counts."""

PatternEvent: TypeAlias = (
    IncidentCounted
    | IncidentOver
    | RepeatPatternDetected
    | TriggerAttached
    | ProposalAnswered
    | LookedAfterWhileMissing
)


@dataclass(frozen=True)
class Pattern:
    """What decisions on a child's incidents need of those before."""

    incidents: tuple[tuple[UUID, date], ...] = ()
    missing: UUID | None = None
    """The episode in which the child is missing now."""
    proposed: bool = False
    """Whether a strategy discussion is proposed, and nobody has answered it."""


def evolve(state: Pattern, event: PatternEvent) -> Pattern:
    """The pattern after one more fact."""
    match event:
        case IncidentCounted(episode=episode, day=day):
            return replace(state, incidents=(*state.incidents, (episode, day)), missing=episode)
        case IncidentOver(episode=episode, counts=counts):
            left = tuple(one for one in state.incidents if counts or one[0] != episode)
            missing = None if state.missing == episode else state.missing
            return replace(state, incidents=left, missing=missing)
        case RepeatPatternDetected():
            return replace(state, proposed=True)
        case ProposalAnswered():
            return replace(state, proposed=False)
        case TriggerAttached() | LookedAfterWhileMissing():
            return state
        case _:
            assert_never(event)


class ProposeStrategyDiscussion(Command, name="missing.ProposeStrategyDiscussion"):
    """Propose a strategy discussion on a child whose incidents do not make the pattern by themselves, and say why."""

    reason: Text
    triggers: Distinct[ThingId] = ()


class NoteDiscussionHeld(Command, name="missing.NoteDiscussionHeld", internal=True):
    """A strategy discussion on the child was held: what is proposed is answered."""


class NoteLookedAfter(Command, name="missing.NoteLookedAfter", internal=True):
    """The child became looked after: the episode in which they are missing now, if they are, hears of it."""


PatternCommand: TypeAlias = ProposeStrategyDiscussion | NoteDiscussionHeld | NoteLookedAfter


def decide(command: PatternCommand, state: Pattern, _context: Context) -> list[PatternEvent]:
    """What follows for the pattern: one proposal stands on the child, later triggers attach."""
    match command:
        case ProposeStrategyDiscussion(triggers=triggers, reason=reason):
            if state.proposed:
                return [TriggerAttached(by=PatternBy.PERSON, trigger=each) for each in triggers]
            text = PatternText(reason=reason)
            return [RepeatPatternDetected(by=PatternBy.PERSON, triggers=triggers, sealed=text)]
        case NoteDiscussionHeld():
            return [ProposalAnswered(held=True)] if state.proposed else []
        case NoteLookedAfter():
            return [LookedAfterWhileMissing(episode=state.missing)] if state.missing else []
        case _:
            assert_never(command)


def counted(state: Pattern, episode: UUID, day: date) -> list[PatternEvent]:
    """What follows from one more incident: it counts, and may complete three in 90 days."""
    events: list[PatternEvent] = [IncidentCounted(episode=episode, day=day)]
    if three := _three_with((*state.incidents, (episode, day))):
        events += _triggered(state, PatternBy.INCIDENTS, three, episode)
    return events


def indicated(state: Pattern, episode: UUID, indicators: Sequence[object]) -> list[PatternEvent]:
    """What follows from what was told with an incident: an indicator of exploitation makes the pattern alone."""
    return _triggered(state, PatternBy.INDICATOR, (episode,), episode) if indicators else []


def _triggered(
    state: Pattern, by: PatternBy, triggers: tuple[UUID, ...], episode: UUID
) -> list[PatternEvent]:
    if state.proposed:
        return [TriggerAttached(by=by, trigger=episode)]
    return [RepeatPatternDetected(by=by, triggers=triggers)]


def _three_with(incidents: tuple[tuple[UUID, date], ...]) -> tuple[UUID, ...]:
    """The latest incident and two others that happened with it in 90 days; none: there are no such two."""
    *before, last = incidents
    for others in combinations(before[::-1], INCIDENTS - 1):
        days = sorted(day for _, day in (*others, last))
        if days[-1] - days[0] <= timedelta(days=DAYS):
            return (*(episode for episode, _ in others[::-1]), last[0])
    return ()


pattern = Stream(
    name="pattern",
    state=Pattern(),
    evolve=evolve,
    decide=decide,
    commands=PatternCommand,
    events=PatternEvent,
    per=Per.CHILD,
)
