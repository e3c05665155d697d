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
from shared.domain.corrections import RecordCorrected, record_anew
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
    corrected: Meaning | None = None
    """What it means when the event is corrected that it had answered; None: a task for a manager of the team."""

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
        manager: the role that looks at what follows from a correction; else the manager called as the service is, or
            the team manager of social care.

    Raises:
        ValueError: two parts have reactions of one name.
    """

    def __init__(self, service: str, *parts: "Policy", manager: str = "") -> None:
        self.service = service
        own = f"{service}_manager"
        self.manager = TaskFor(manager or (own if own in ROLES else "team_manager"))
        self._parts = parts
        for one, other in combinations(parts, 2):
            if shared := one.names & other.names:
                raise ValueError(f"{service} has two reactions called {', '.join(sorted(shared))}")
        self._reactions: dict[type[Event], list[Reaction]] = {}
        self._named: dict[str, list[Reaction]] = {}
        self._every: list[Reaction] = []
        self._names: dict[str, React] = {}

    def on(
        self, *events: type[Event], corrected: Meaning | None = None, **refusals: Meaning
    ) -> Callable[[React], React]:
        """React to these events. Keywords say what a refusal means by its reason, its rule, or `otherwise`.

        `corrected`: what it means when such an event is corrected after it was answered. What was noted of it is
        restated in any case; of all else a manager of the team gets a task, unless this names another role, or
        `AlreadySo`: nothing is left to do.

        Raises:
            ValueError: the reaction has no name of its own, or reacts to the same event twice.
        """

        def register(react: React) -> React:
            reaction = replace(self._reaction(react, refusals), corrected=corrected)
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
            reaction = replace(self._reaction(react, {}), corrected=AlreadySo)
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

    def intakes(self) -> frozenset[str]:
        """The topics on which it is sent, alone, what something follows from."""
        own = frozenset(event.INTAKE for event in self._reactions if event.INTAKE)
        return own.union(*(part.intakes() for part in self._parts))

    def sources(self) -> frozenset[str]:
        """The other teams on whose topic are events that something follows from. The kernel's own events, which every team has, name none."""
        names = (*(event.NAME for event in self._reactions if not event.INTAKE), *self._named)
        teams = {name.partition(".")[0] for name in names}
        own = frozenset(teams - {EVERY_TEAM, self.service})
        return own.union(*(part.sources() for part in self._parts))

    def reacts_to(self, name: str) -> bool:
        """Whether anything may follow from events of this stored name."""
        own = bool(self._every) or name in self._named or any(name == event.NAME for event in self._reactions)
        if name == RecordCorrected.NAME:
            own = own or bool(self._reactions)
        return own or any(part.reacts_to(name) for part in self._parts)

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
        return [
            (reaction, self.command_id(record.envelope.event_id, reaction, n), command)
            for reaction in self.reactions(record.event)
            for n, command in enumerate(_asked(reaction, record))
        ]

    def command_id(self, event: UUID, reaction: Reaction, n: int) -> UUID:
        """The id of the n-th command (from 0) with which a reaction answers an event."""
        return uuid5(event, f"{self.service}/{reaction.name}/{n}")

    def react_anew(self, correction: Record) -> list[tuple[Reaction, list[Command]]]:
        """Each reaction to the event that a correction is of, with what it asks for of the event as it is right;
        nothing, where that was withdrawn. A reaction to every event is none of them: it is given the correction itself.
        """
        said = correction.event
        if not isinstance(said, RecordCorrected):
            return []
        reactions = self._by_name(said.corrects.name)
        right = record_anew(correction) if reactions else None
        return [(each, [] if right is None else _asked(each, right)) for each in reactions]

    def _by_name(self, name: str) -> list[Reaction]:
        parts = chain(*(part._by_name(name) for part in self._parts))  # noqa: SLF001 - another of this class
        own = chain(*(reactions for event, reactions in self._reactions.items() if name == event.NAME))
        return [*parts, *own, *self._named.get(name, ())]


def _asked(reaction: Reaction, record: Record) -> list[Command]:
    """The commands that a reaction asks for, dated."""
    answer = reaction.react(record.event, record)
    commands = [answer] if isinstance(answer, Command) else list(answer or ())
    return [_dated(command, record) for command in commands]


def _dated(command: Command, record: Record) -> Command:
    if command.happened is not None and command.known is not None:
        return command
    happened = command.happened or record.happened_at
    # Nothing is known before it happened (E2), also where a reaction says a later moment than its event's.
    known = command.known or max(happened, record.envelope.known)
    return command.model_copy(update={"happened": happened, "known": known})
