"""Policies: what a service does when others' facts arrive. Pure: an event in, commands out.

A policy names what each refusal of its commands means: already so, a task for a person, or (where it says nothing)
park the event until a person has looked.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID, uuid5

from shared.decider import Command
from shared.event import Event, Record

Reaction = Callable[[Any, Record], Command | Sequence[Command] | None]


class AlreadySo:
    """The refusal says that what was asked is so already: nothing is left to do."""


@dataclass(frozen=True, slots=True)
class TaskFor:
    """The refusal is for a person to look at: a task for this role."""

    role: str


Meaning = type[AlreadySo] | TaskFor
OTHERWISE: Final = "otherwise"


@dataclass(frozen=True, slots=True)
class Step:
    """One reaction to an event: its name, the function, what refusals mean."""

    name: str
    react: Reaction
    refusals: dict[str, Meaning]

    def meaning(self, reasons: Iterable[str]) -> Meaning | None:
        """What a refusal means, by its reason or its rules; None: park it."""
        for reason in reasons:
            if reason in self.refusals:
                return self.refusals[reason]
        return self.refusals.get(OTHERWISE)


class Policy:
    """All reactions of one service.

    >>> policy = Policy("assessment")
    """

    def __init__(self, service: str) -> None:
        self.service = service
        self._steps: dict[type[Event], list[Step]] = {}
        self._every: list[Step] = []

    def on(self, *events: type[Event], **refusals: Meaning) -> Callable[[Reaction], Reaction]:
        """React to these events. Keywords say what a refusal means by its reason, or `otherwise`."""

        def register(react: Reaction) -> Reaction:
            step = Step(_name(react), react, refusals)
            for event in events:
                self._steps.setdefault(event, []).append(step)
            return react

        return register

    def on_every(self, **refusals: Meaning) -> Callable[[Reaction], Reaction]:
        """React to every event that arrives."""

        def register(react: Reaction) -> Reaction:
            self._every.append(Step(_name(react), react, refusals))
            return react

        return register

    def steps(self, event: Event) -> list[Step]:
        """The reactions to this event."""
        return [*self._steps.get(type(event), ()), *self._every]

    def react(self, record: Record) -> list[tuple[Step, UUID, Command]]:
        """The commands that follow from an event, each with its step and its id.

        The id is made of the event, the step and the number of the command, so that the same event always asks for
        the same thing once. A command that does not say when it happened takes the event's own instants: the time a
        message took to arrive never counts.
        """
        asked: list[tuple[Step, UUID, Command]] = []
        for step in self.steps(record.event):
            answer = step.react(record.event, record)
            commands = [answer] if isinstance(answer, Command) else list(answer or ())
            for n, command in enumerate(commands):
                if command.happened is None:
                    known = command.known or record.envelope.known
                    command = command.model_copy(update={"happened": record.happened_at, "known": known})
                asked.append(
                    (step, uuid5(record.envelope.event_id, f"{self.service}/{step.name}/{n}"), command)
                )
        return asked


def _name(react: Reaction) -> str:
    return str(getattr(react, "__name__", type(react).__name__))
