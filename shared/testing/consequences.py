"""For tests: what another team makes of a story, through its policy and its streams. Pure.

    records = consequences(story.records, policy=policy, streams=[entry, child_record], rules=RULES)
    fold(audience, records)

Each fact of the story arrives in order; the commands that the policy asks for are decided on that team's streams, as
the kernel does it, and folded for those that come after. A command of a stream that is not given is left out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID, uuid5

from shared.domain.actors import SERVICE
from shared.domain.command import Command
from shared.domain.decider import Context, Per, Stream
from shared.domain.event import Event, Record
from shared.domain.policy import Policy
from shared.domain.receipt import received_at
from shared.domain.rules import Rulebook
from shared.testing.facts import actor, record


def consequences(
    facts: Iterable[Record], *, policy: Policy, streams: Sequence[Stream], rules: Rulebook
) -> tuple[Record, ...]:
    """The other team's log after these facts have arrived there.

    Raises:
        Refused: a command was refused, which the kernel would park or make a task of.
    """
    log = _Log(policy.service, streams, rules)
    for fact in facts:
        for _, command_id, command in policy.react(fact):
            log.take(command, command_id, fact)
    return tuple(log.records)


@dataclass
class _Log:
    """The other team's log while the story arrives."""

    service: str
    streams: Sequence[Stream]
    rules: Rulebook
    records: list[Record] = field(default_factory=list)
    states: dict[UUID, tuple[int, Any]] = field(default_factory=dict)

    def take(self, command: Command, command_id: UUID, cause: Record) -> None:
        stream = next((each for each in self.streams if type(command) in each.command_types()), None)
        if stream is None:
            return
        thing = (command.own_id() or command_id) if command.OPENS else command.re or command_id
        for child in command.about:
            context = Context(
                now=cause.recorded_at,
                actor=replace(actor("mash_manager", ""), role=SERVICE),
                rules=self.rules,
                command_id=command_id,
                happened_at=command.happened or cause.happened_at,
                known_at=command.known or cause.envelope.known,
                received_at=received_at(command, cause.recorded_at, cause),
                thing=thing,
                child=child,
                children=command.about,
            )
            for event in stream.decide(command, self._state(stream, thing, child), context):
                self._append(event, context, thing, child)

    def _state(self, stream: Stream, thing: UUID, child: UUID) -> Any:
        if stream.record is None:
            return self._folded(stream, thing, child)[1]
        named = {name: self._named(name) for name in stream.record_names}
        return stream.record(**{name: self._folded(each, thing, child)[1] for name, each in named.items()})

    def _append(self, event: Event, context: Context, thing: UUID, child: UUID) -> None:
        stream = next(each for each in self.streams if isinstance(event, each.event_types()))
        version, state = self._folded(stream, thing, child)
        fact = record(
            event,
            at=context.now,
            by=context.actor,
            happened=context.happened_at,
            known=context.known_at,
            child=child,
            stream=_stream_id(stream, thing, child),
            service=self.service,
            version=version + 1,
            n=len(self.records) + 1,
            command=context.command_id,
            thing=thing,
        )
        self.records.append(fact)
        self.states[fact.stream] = (version + 1, stream.evolve(state, fact.event))

    def _folded(self, stream: Stream, thing: UUID, child: UUID) -> tuple[int, Any]:
        return self.states.get(_stream_id(stream, thing, child), (0, stream.state))

    def _named(self, name: str) -> Stream:
        return next(each for each in self.streams if each.name == name)


def _stream_id(stream: Stream, thing: UUID, child: UUID) -> UUID:
    return uuid5(thing if stream.per is Per.THING else child, f"{stream.name} {child}")
