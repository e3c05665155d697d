"""Policies: what a service does when others' facts arrive. Pure: an event in, commands out.

A policy names what each refusal of its commands means: already so, a task for a person, or (where it says nothing)
park the event until a person has looked.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final
from uuid import UUID, uuid5

from shared.decider import Command
from shared.event import Event, Record
from shared.people_words import ROLES, SERVICE

Reaction = Callable[[Any, Record], Command | Sequence[Command] | None]


class AlreadySo:
    """The refusal says that what was asked is so already: nothing is left to do."""


@dataclass(frozen=True, slots=True)
class TaskFor:
    """The refusal is for a person to look at: a task for this role. Raises ValueError for a role nobody can have."""

    role: str

    def __post_init__(self) -> None:
        if self.role not in ROLES or self.role == SERVICE:
            raise ValueError(f"{self.role!r} is no role of a person: name one of people_words.ROLES")


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
        self._names: dict[str, Reaction] = {}

    def on(self, *events: type[Event], **refusals: Meaning) -> Callable[[Reaction], Reaction]:
        """React to these events. Keywords say what a refusal means by its reason, its rule, or `otherwise`.

        Raises:
            ValueError: the reaction has no name of its own, or reacts to the same event twice.
        """

        def register(react: Reaction) -> Reaction:
            step = self._step(react, refusals)
            for event in events:
                steps = self._steps.setdefault(event, [])
                if any(known.react is react for known in (*steps, *self._every)):
                    raise ValueError(f"{step.name} reacts to {event.NAME} twice")
                steps.append(step)
            return react

        return register

    def on_every(self, **refusals: Meaning) -> Callable[[Reaction], Reaction]:
        """React to every event that arrives. Raises as `on`."""

        def register(react: Reaction) -> Reaction:
            step = self._step(react, refusals)
            if any(known.react is react for known in (*self._every, *chain(*self._steps.values()))):
                raise ValueError(f"{step.name} reacts to some events twice")
            self._every.append(step)
            return react

        return register

    def _step(self, react: Reaction, refusals: dict[str, Meaning]) -> Step:
        """Command ids are made of the reaction's name: two of one name would pass for one, and one command be lost."""
        name = str(getattr(react, "__name__", type(react).__name__))
        if not name.strip("_") or not name.isidentifier() or self._names.setdefault(name, react) is not react:
            raise ValueError(f"a reaction of {self.service} needs a name of its own; {name!r} will not do")
        return Step(name, react, refusals)

    def reacts_to(self, name: str) -> bool:
        """Whether anything may follow from events of this stored name."""
        return bool(self._every) or any(name == event.NAME for event in self._steps)

    def steps(self, event: Event) -> list[Step]:
        """The reactions to this event."""
        return [*self._steps.get(type(event), ()), *self._every]

    def react(self, record: Record) -> list[tuple[Step, UUID, Command]]:
        """The commands that follow from an event, each with its step and its id.

        The id is made of the event, the step and the number of the command, so that the same event always asks for
        the same thing once. What a command does not say of when it happened, and when it was known, it takes from
        the event: the time a message took to arrive never counts.
        """
        asked: list[tuple[Step, UUID, Command]] = []
        for step in self.steps(record.event):
            answer = step.react(record.event, record)
            commands = [answer] if isinstance(answer, Command) else list(answer or ())
            for n, command in enumerate(commands):
                command_id = uuid5(record.envelope.event_id, f"{self.service}/{step.name}/{n}")
                asked.append((step, command_id, _dated(command, record)))
        return asked


def _dated(command: Command, record: Record) -> Command:
    if command.happened is not None and command.known is not None:
        return command
    happened = command.happened or record.happened_at
    # Nothing is known before it happened (E2), also where a reaction says a later moment than its event's.
    known = command.known or max(happened, record.envelope.known)
    return command.model_copy(update={"happened": happened, "known": known})
