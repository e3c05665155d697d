"""Policies: what a service does when others' facts arrive. Pure: an event in, commands out.

A policy names what each refusal of its commands means: already so, a task for a person, or (where it says nothing)
park the event until a person has looked.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain, combinations
from typing import Any, Final
from uuid import UUID, uuid5

from shared.domain.actors import ROLES, SERVICE
from shared.domain.command import Command
from shared.domain.event import Event, Record

React = Callable[[Any, Record], Command | Sequence[Command] | None]
"""From an event that arrived, and its record, to the commands it asks for."""


class AlreadySo:
    """The refusal says that what was asked is so already: nothing is left to do."""


@dataclass(frozen=True, slots=True)
class TaskFor:
    """The refusal is for a person to look at: a task for this role. Raises ValueError for a role nobody can have."""

    role: str

    def __post_init__(self) -> None:
        if self.role not in ROLES or self.role == SERVICE:
            raise ValueError(f"{self.role!r} is no role of a person: name one of shared.domain.actors.ROLES")


Meaning = type[AlreadySo] | TaskFor


OTHERWISE: Final = "otherwise"


EVERY_TEAM: Final = "team"
"""Before the dot of the names of what every team has: `team.VaryDeadline`, `team.DeadlineMissed`."""


@dataclass(frozen=True, slots=True)
class Reaction:
    """One reaction to an event: its name, the function, what refusals mean, and whether it is to every event."""

    name: str
    react: React
    refusals: dict[str, Meaning]
    to_every: bool = False

    def meaning(self, reasons: Iterable[str]) -> Meaning | None:
        """What a refusal means, by its reason or its rules; None: park it."""
        for reason in reasons:
            if reason in self.refusals:
                return self.refusals[reason]
        return self.refusals.get(OTHERWISE)


class Policy:
    """All reactions of one service.

    >>> policy = Policy("assessment")

    Args:
        service: the service.
        parts: policies whose reactions it has beside its own, and before them.

    Raises:
        ValueError: two parts have reactions of one name.
    """

    def __init__(self, service: str, *parts: "Policy") -> None:
        self.service = service
        self._parts = parts
        for one, other in combinations(parts, 2):
            if shared := one.names & other.names:
                raise ValueError(f"{service} has two reactions called {', '.join(sorted(shared))}")
        self._reactions: dict[type[Event], list[Reaction]] = {}
        self._named: dict[str, list[Reaction]] = {}
        self._every: list[Reaction] = []
        self._names: dict[str, React] = {}

    def on(self, *events: type[Event], **refusals: Meaning) -> Callable[[React], React]:
        """React to these events. Keywords say what a refusal means by its reason, its rule, or `otherwise`.

        Raises:
            ValueError: the reaction has no name of its own, or reacts to the same event twice.
        """

        def register(react: React) -> React:
            reaction = self._reaction(react, refusals)
            for event in events:
                reactions = self._reactions.setdefault(event, [])
                if any(known.react is react for known in (*reactions, *self._every)):
                    raise ValueError(f"{reaction.name} reacts to {event.NAME} twice")
                reactions.append(reaction)
            return react

        return register

    def on_names(self, *names: str) -> Callable[[React], React]:
        """React to the events of these stored names. For the kernel, which imports no team's events. Raises as `on`."""

        def register(react: React) -> React:
            reaction = self._reaction(react, {})
            for name in names:
                self._named.setdefault(name, []).append(reaction)
            return react

        return register

    def on_every(self, **refusals: Meaning) -> Callable[[React], React]:
        """React to every event that arrives. Raises as `on`."""

        def register(react: React) -> React:
            reaction = replace(self._reaction(react, refusals), to_every=True)
            if any(known.react is react for known in (*self._every, *chain(*self._reactions.values()))):
                raise ValueError(f"{reaction.name} reacts to some events twice")
            self._every.append(reaction)
            return react

        return register

    def _reaction(self, react: React, refusals: dict[str, Meaning]) -> Reaction:
        """Command ids are made of the reaction's name: two of one name would pass for one, and one command be lost."""
        name = str(getattr(react, "__name__", type(react).__name__))
        if not name.strip("_") or not name.isidentifier() or self._names.setdefault(name, react) is not react:
            raise ValueError(f"a reaction of {self.service} needs a name of its own; {name!r} will not do")
        return Reaction(name, react, refusals)

    @property
    def names(self) -> frozenset[str]:
        """The names of all reactions."""
        return frozenset(self._names).union(*(part.names for part in self._parts))

    @property
    def reacts_to_every(self) -> bool:
        """Whether something may follow from any event that arrives (`on_every`)."""
        return bool(self._every) or any(part.reacts_to_every for part in self._parts)

    def sources(self) -> frozenset[str]:
        """The other teams whose events something follows from. The kernel's own events, which every team has, name none."""
        names = (*(event.NAME for event in self._reactions), *self._named)
        teams = {name.partition(".")[0] for name in names}
        own = frozenset(teams - {EVERY_TEAM, self.service})
        return own.union(*(part.sources() for part in self._parts))

    def reacts_to(self, name: str) -> bool:
        """Whether anything may follow from events of this stored name."""
        own = self._every or name in self._named or any(name == event.NAME for event in self._reactions)
        return bool(own) or any(part.reacts_to(name) for part in self._parts)

    def reactions(self, event: Event) -> list[Reaction]:
        """The reactions to this event."""
        parts = chain(*(part.reactions(event) for part in self._parts))
        own = (*self._named.get(event.NAME, ()), *self._reactions.get(type(event), ()))
        return [*parts, *own, *self._every]

    def react(self, record: Record) -> list[tuple[Reaction, UUID, Command]]:
        """The commands that follow from an event, each with its reaction and its id.

        The id is made of the event, the reaction and the number of the command, so that the same event always asks for
        the same thing once. What a command does not say of when it happened, and when it was known, it takes from
        the event: the time a message took to arrive never counts.
        """
        asked: list[tuple[Reaction, UUID, Command]] = []
        for reaction in self.reactions(record.event):
            answer = reaction.react(record.event, record)
            commands = [answer] if isinstance(answer, Command) else list(answer or ())
            for n, command in enumerate(commands):
                command_id = uuid5(record.envelope.event_id, f"{self.service}/{reaction.name}/{n}")
                asked.append((reaction, command_id, _dated(command, record)))
        return asked


def _dated(command: Command, record: Record) -> Command:
    if command.happened is not None and command.known is not None:
        return command
    happened = command.happened or record.happened_at
    # Nothing is known before it happened (E2), also where a reaction says a later moment than its event's.
    known = command.known or max(happened, record.envelope.known)
    return command.model_copy(update={"happened": happened, "known": known})
