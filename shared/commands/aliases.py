"""The ids of one child: after a merge, several of them mean the same one. Which of them decides where a command stands."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class SamePerson:
    """A person under all ids they go by: the one that a merge kept, and those it was merged with."""

    kept: UUID
    others: tuple[UUID, ...] = ()

    @property
    def ids(self) -> tuple[UUID, ...]:
        """All ids, the kept one first."""
        return (self.kept, *self.others)


class Aliases(Protocol):
    """Tells by which ids people go."""

    async def of(self, people: Iterable[UUID]) -> Mapping[UUID, SamePerson]:
        """Those of these people who go by several ids; whoever is left out goes by one."""
        ...


class NoAliases:
    """Everybody goes by one id: so it is as long as nobody was merged."""

    async def of(self, people: Iterable[UUID]) -> Mapping[UUID, SamePerson]:  # noqa: ARG002 - the protocol's argument
        """Nobody goes by several."""
        return {}


async def same_people(aliases: Aliases, people: Iterable[UUID]) -> dict[UUID, SamePerson]:
    """Each of these people with all ids they go by."""
    named = list(people)
    several = await aliases.of(named) if named else {}
    return {person: several.get(person) or SamePerson(person) for person in named}
