"""What facts of other services mean to clocks that run here: acts, starts and ends, kept for each child.

A policy notes such a fact (`NoteAct`, `NoteStart`, `NoteEnd`) when it arrives. It is kept on the child's own stream, and
the kernel notes it on the stream whose clocks it is about in the same append: at once where that is there, else when it
opens. So a visit recorded by one team counts for the plan of another also where the plan was typed up after it; and
however often a message comes, it is noted once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, make_dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, Literal, assert_never
from uuid import UUID

from shared.domain.command import Command, Refused
from shared.domain.decider import Context, Per, Stream
from shared.domain.event import Event
from shared.domain.marks import Mark, MarkKind
from shared.domain.rules import Deadline, Rulebook

NAME: Final = "elsewhere"
"""The kind of stream that keeps them."""


PATIENCE: Final = timedelta(minutes=5)
"""How long beyond its due instant a clock is left that a fact of another service may still meet or end: its message may
be on the way. Whether it was missed is decided as at the due instant all the same."""


class NoteAct(Command, name="team.NoteAct", opens=True, internal=True):
    """A policy notes an act of another service that meets the clocks of a rule here, as of when it happened.

    `repeats`: the act starts the next clock of the rule, which goes on with the chain unless it `stands_alone`; `stage`
    names another limit of the rule for it.
    """

    rule: str
    act: UUID
    repeats: bool = False
    stands_alone: bool = False
    stage: str | None = None


class NoteStart(Command, name="team.NoteStart", opens=True, internal=True):
    """A policy notes a fact of another service that starts a clock of a rule here, as of when it happened."""

    rule: str
    cause: UUID
    stage: str | None = None


class NoteEnd(Command, name="team.NoteEnd", opens=True, internal=True):
    """A policy notes a fact of another service with which the clocks of a rule here cease, as of when it happened."""

    rule: str
    cause: UUID


NOTES: Final = (NoteAct, NoteStart, NoteEnd)
"""What a policy notes. All else that it asks for is an act of the team."""


class RestateNotes(Command, name="team.RestateNotes", internal=True):
    """The kernel restates what was noted of a fact of another service, which was corrected; or withdraws it.

    `notes` are what the team's policy notes of the fact as it is right: nothing, where it was withdrawn.
    """

    cause: UUID
    notes: tuple[NoteAct | NoteStart | NoteEnd, ...] = ()


class NotedElsewhere(Event, name="team.NotedElsewhere", beside={"": ""}, fixed=()):
    """A fact of another service means something to the clocks of a rule here."""

    rule: str
    stream: str
    """The kind of stream on which the rule's clocks run."""
    said: Literal["act", "start", "end"]
    cause: UUID
    """The event of the other service."""
    next: Deadline | None = None
    """The clock that it starts."""
    continues: bool = False

    def all_marks(self) -> tuple[Mark, ...]:
        """All of them are for the stream beside."""
        if self.happened_at is None:
            raise ValueError(f"say when what is noted of {self.rule} happened")
        kind = MarkKind.END if self.said == "end" else MarkKind.ACT
        stops = () if self.said == "start" else (Mark(self.rule, kind, self.happened_at),)
        if self.next is None:
            return stops
        return (*stops, Mark(self.rule, MarkKind.START, self.next.starts_at, self.next, self.continues))

    def streams_beside(self) -> tuple[str, ...]:
        """The stream that keeps the rule's clocks."""
        return (self.stream,)

    def stream_beside(self, rule: str) -> str | None:
        """The stream that keeps the rule's clocks."""
        return self.stream if rule == self.rule else None


@dataclass(frozen=True)
class Noted:
    """What was noted already: rule, what it means, and the event."""

    known: frozenset[tuple[str, str, UUID]] = field(default_factory=frozenset)


def _evolve(state: Noted, event: NotedElsewhere) -> Noted:
    return replace(state, known=state.known | {(event.rule, event.said, event.cause)})


def elsewhere_stream(streams: Sequence[Stream]) -> Stream | None:
    """The stream `elsewhere` of a service, where facts of others mean something to its clocks; else None.

    Raises:
        ValueError: such clocks run on a kind of stream that a policy cannot find by the child alone.
    """
    keeping = {rule: stream for stream in streams for rule in stream.noted}
    if not keeping:
        return None
    for rule, stream in keeping.items():
        if rule not in stream.clocks:
            raise ValueError(f"{stream.name} takes notes of {rule}, whose clocks it does not keep")
        if stream.per not in (Per.EPISODE, Per.CHILD):
            raise ValueError(
                f"{rule} is noted from elsewhere and runs on {stream.name}, one of several a child: keep its clocks on "
                "an episode or on the child's own stream"
            )

    def decide(
        command: NoteAct | NoteStart | NoteEnd | RestateNotes, state: Any, context: Context
    ) -> list[Event]:
        if isinstance(command, RestateNotes):
            raise TypeError(
                "what was noted is restated by the corrections of the log, not decided on a state"
            )
        return _decide(command, getattr(state, NAME), context, keeping)

    names = dict.fromkeys((NAME, *(stream.name for stream in keeping.values())))
    return Stream(
        name=NAME,
        state=Noted(),
        evolve=_evolve,
        decide=decide,
        commands=NoteAct | NoteStart | NoteEnd | RestateNotes,
        events=NotedElsewhere,
        per=Per.CHILD,
        each_id=True,
        record=make_dataclass("ElsewhereRecord", [(name, Any) for name in names], frozen=True),
    )


def _decide(
    command: NoteAct | NoteStart | NoteEnd, state: Noted, context: Context, keeping: dict[str, Stream]
) -> list[Event]:
    if command.rule not in keeping:
        raise Refused(f"no clock of {command.rule} here is met or started from elsewhere", rule=command.rule)
    event = noted(command, keeping[command.rule].name, context.happened_at, context.rules)
    return [] if (event.rule, event.said, event.cause) in state.known else [event]


def noted(
    command: NoteAct | NoteStart | NoteEnd, stream: str, at: datetime, rules: Rulebook
) -> NotedElsewhere:
    """What is noted of a fact that happened at an instant, for clocks that run on a kind of stream."""
    match command:
        case NoteAct(rule=rule, act=act, repeats=repeats, stands_alone=alone, stage=stage):
            following = rules.deadline(rule, at, stage=stage) if repeats else None
            return NotedElsewhere(
                rule=rule,
                stream=stream,
                said="act",
                cause=act,
                next=following,
                continues=repeats and not alone,
            )
        case NoteStart(rule=rule, cause=cause, stage=stage):
            following = rules.deadline(rule, at, stage=stage)
            return NotedElsewhere(rule=rule, stream=stream, said="start", cause=cause, next=following)
        case NoteEnd(rule=rule, cause=cause):
            return NotedElsewhere(rule=rule, stream=stream, said="end", cause=cause)
        case _:
            assert_never(command)
