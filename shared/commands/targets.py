"""Which streams a command is addressed to.

The thing (a contact, a meeting) has the id of the command that opened it; each child's stream of it is
uuid5(thing, child). The n-th episode of a child has an id made of the child, the kind and n, so two commands that
open an episode at the same moment meet on one stream, and its version lets only one of them through.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from uuid import UUID, uuid5

from shared.commands.session import Session, StreamState
from shared.domain.command import Command, NotFound
from shared.domain.decider import Per, Stream
from shared.eventstore.store import Store
from shared.infrastructure.ids import quick

MOST_THINGS: Final = 10_000
"""Things whose children are remembered."""


@dataclass(frozen=True, slots=True)
class Target:
    """One stream a command is decided on, for one child (or for none, where it is about no child)."""

    stream: UUID
    child: UUID | None
    thing: UUID


@lru_cache(maxsize=20_000)
def thing_stream(thing: UUID, child: UUID) -> UUID:
    """The stream of a thing for one of its children."""
    return quick(uuid5(thing, str(child)))


def child_stream(service: str, kind: Stream, child: UUID) -> UUID:
    """A team's one stream of a kind for a child."""
    return _made(child, f"{service}/{kind.name}")


def episode_stream(service: str, kind: Stream, child: UUID, n: int) -> UUID:
    """The stream of a child's n-th episode of a kind, n from 1."""
    return _made(child, f"{service}/{kind.name}/{n}")


@lru_cache(maxsize=20_000)
def _made(of: UUID, name: str) -> UUID:
    """The same ones are asked for with each command about a child."""
    return quick(uuid5(of, name))


class Targets:
    """Finds the targets of commands for one service."""

    def __init__(self, service: str, store: Store) -> None:
        self._service = service
        self._store = store
        self._last_episode: dict[tuple[str, UUID], int] = {}
        # What a command opened never changes; so, unlike a state, this cannot be stale.
        self._children: dict[tuple[str, UUID], list[UUID]] = {}

    async def targets(
        self, command: Command, kind: Stream, command_id: UUID, reader: Session
    ) -> list[Target]:
        """The streams this command is decided on, one a child.

        Raises:
            NotFound: nothing stands at the address, or a child is not part of the thing.
        """
        match kind.per:
            case Per.THING if command.OPENS:
                return [
                    Target(thing_stream(command_id, child), child, command_id) for child in _some(command)
                ]
            case Per.THING:
                return await self._of_thing(command, kind)
            case Per.EPISODE:
                await reader.get({self._where_last(kind, child): kind for child in _some(command)})
                return [
                    await self.episode(kind, child, reader, opens=command.OPENS) for child in _some(command)
                ]
            case Per.CHILD:
                return [
                    Target(
                        child_stream(self._service, kind, child),
                        child,
                        child_stream(self._service, kind, child),
                    )
                    for child in _some(command)
                ]
            case Per.ITSELF:
                if command.OPENS and not command.INTERNAL and (command.about or command.re):
                    raise NotFound(
                        "leave out `about` and `re`: what is registered gets its id here", what="address"
                    )
                ids = tuple(dict.fromkeys(command.about)) or ((command.re,) if command.re else ())
                if not ids and command.OPENS:
                    ids = (command.own_id() or command_id,)
                if not ids:
                    raise NotFound("say whom this is about: put the person's id into `about`", what="address")
                return [Target(each, each, each) for each in ids]

    def _where_last(self, kind: Stream, child: UUID) -> UUID:
        return episode_stream(self._service, kind, child, self._last_episode.get((kind.name, child), 1))

    async def episode(self, kind: Stream, child: UUID, reader: Session, *, opens: bool) -> Target:
        """The child's open episode, else the last one; for a command that opens one, the next after a closed one."""
        n = self._last_episode.get((kind.name, child), 1)
        current = episode_stream(self._service, kind, child, n)
        if n > 1 and (await reader.one(current, kind)).version == 0:
            # It was seen among what was decided and never stored: begin at the first again.
            n, current = 1, episode_stream(self._service, kind, child, 1)
        while True:
            folded: StreamState = await reader.one(current, kind)
            if folded.version == 0 or kind.is_open(folded.state):
                break
            following = episode_stream(self._service, kind, child, n + 1)
            if (await reader.one(following, kind)).version == 0 and not opens:
                break
            n, current = n + 1, following
        if folded.version > 0 and n > 1:
            if len(self._last_episode) >= MOST_THINGS:
                self._last_episode.clear()
            self._last_episode[kind.name, child] = n
        return Target(current, child, current)

    async def _of_thing(self, command: Command, kind: Stream) -> list[Target]:
        if command.re is None:
            raise NotFound(f"say which {kind.name} this is about: put its id into `re`", what="address")
        children = await self.children_of(command.re, kind)
        if not children:
            raise NotFound(f"there is no {kind.name} with this id; check `re`", what="thing")
        if not set(command.about) <= set(children):
            raise NotFound(f"one of the children in `about` is not part of this {kind.name}", what="child")
        chosen = [child for child in children if child in command.about] if command.about else children
        return [Target(thing_stream(command.re, child), child, command.re) for child in chosen]

    async def children_of(self, thing: UUID, kind: Stream) -> list[UUID]:
        """The children a thing of this kind was opened for, in the order in which they were named."""
        known = self._children.get((kind.name, thing))
        if known is not None:
            return known
        rows = await self._store.opened_by(thing)
        children = list(
            dict.fromkeys(
                row["child"]
                for row in rows
                if row["child"] is not None
                and row["category"] == kind.name
                and row["originator_id"] == thing_stream(thing, row["child"])
            )
        )
        if children:
            if len(self._children) >= MOST_THINGS:
                self._children.clear()
            self._children[kind.name, thing] = children
        return children


def _some(command: Command) -> tuple[UUID, ...]:
    if not command.about:
        raise NotFound("say which children this is about: put their ids into `about`", what="address")
    return tuple(dict.fromkeys(command.about))
