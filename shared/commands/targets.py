"""Address a command: which streams it is decided on.

The thing (a contact, a meeting) has the id of the command that opened it; each child's stream of it is
uuid5(thing, child). The n-th episode of a child has an id made of the child, the kind and n, so two commands that
open an episode at the same moment meet on one stream, and its version lets only one of them through.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from uuid import UUID, uuid5

from shared.commands.session import Session, StreamState
from shared.domain.command import Command, NotFound
from shared.domain.decider import Per, Stream
from shared.eventstore.store import Store
from shared.infrastructure.ids import quick

MAX_REMEMBERED: Final = 10_000
"""Things whose children, and children whose last episode, are remembered; at more they are forgotten and read again."""


@dataclass(frozen=True, slots=True)
class Target:
    """One stream a command is decided on, for one child (or for none, where it is about no child)."""

    stream_id: UUID
    child: UUID | None
    thing: UUID


@dataclass(frozen=True, slots=True)
class EpisodeOf:
    """A target whose stream the log alone can tell: the child's open episode, else the last one.

    `opens`: the command opens one, so after a closed episode the next is meant.
    """

    child: UUID
    opens: bool = False


Address = Sequence[Target | EpisodeOf]
"""Where a command is addressed to: one target for each child."""


@lru_cache(maxsize=20_000)
def thing_stream(thing: UUID, child: UUID) -> UUID:
    """The stream of a thing for one of its children."""
    return quick(uuid5(thing, str(child)))


def child_stream(service: str, stream: Stream, child: UUID) -> UUID:
    """A team's one stream of a kind for a child."""
    return _made(child, f"{service}/{stream.name}")


def episode_stream(service: str, stream: Stream, child: UUID, n: int) -> UUID:
    """The stream of a child's n-th episode of a kind, n from 1."""
    return _made(child, f"{service}/{stream.name}/{n}")


@lru_cache(maxsize=20_000)
def _made(of: UUID, name: str) -> UUID:
    """The same ones are asked for with each command about a child."""
    return quick(uuid5(of, name))


class Targets:
    """Finds the streams that commands of one service are addressed to."""

    def __init__(self, service: str, store: Store) -> None:
        self._service = service
        self._store = store
        self._last_episode: dict[tuple[str, UUID], int] = {}
        # What a command opened never changes; so, unlike a state, this cannot be stale.
        self._children: dict[tuple[str, UUID], list[UUID]] = {}

    async def address(self, command: Command, stream: Stream, command_id: UUID) -> Address:
        """Where this command is addressed to. Reads the log only for the children of a thing not asked for before.

        Raises:
            NotFound: nothing stands at the address, or a child is not part of the thing.
        """
        match stream.per:
            case Per.THING if command.OPENS:
                return [
                    Target(thing_stream(command_id, child), child, command_id) for child in _about(command)
                ]
            case Per.THING:
                return await self._of_thing(command, stream)
            case Per.EPISODE:
                return [EpisodeOf(child, command.OPENS) for child in _about(command)]
            case Per.CHILD:
                own = {child: child_stream(self._service, stream, child) for child in _about(command)}
                return [Target(stream_id, child, stream_id) for child, stream_id in own.items()]
            case Per.ITSELF:
                return [Target(each, each, each) for each in _itself(command, command_id)]

    async def _of_thing(self, command: Command, stream: Stream) -> Address:
        if command.re is None:
            raise NotFound(f"say which {stream.name} this is about: put its id into `re`", what="address")
        children = await self.children_of(command.re, stream)
        if not children:
            raise NotFound(f"there is no {stream.name} with this id; check `re`", what="thing")
        if not set(command.about) <= set(children):
            raise NotFound(f"one of the children in `about` is not part of this {stream.name}", what="child")
        chosen = [child for child in children if child in command.about] if command.about else children
        return [Target(thing_stream(command.re, child), child, command.re) for child in chosen]

    async def children_of(self, thing: UUID, stream: Stream) -> list[UUID]:
        """The children a thing of this kind was opened for, in the order in which they were named."""
        known = self._children.get((stream.name, thing))
        if known is not None:
            return known
        rows = await self._store.opened_by(thing)
        children = list(
            dict.fromkeys(
                row["child"]
                for row in rows
                if row["child"] is not None
                and row["category"] == stream.name
                and row["originator_id"] == thing_stream(thing, row["child"])
            )
        )
        if children:
            if len(self._children) >= MAX_REMEMBERED:
                self._children.clear()
            self._children[stream.name, thing] = children
        return children

    # -- episodes

    def likely(self, stream: Stream, target: Target | EpisodeOf) -> UUID:
        """The stream that most likely is meant, to be read ahead: of an episode, the last one seen of the child."""
        if isinstance(target, Target):
            return target.stream_id
        n = self._last_episode.get((stream.name, target.child), 1)
        return episode_stream(self._service, stream, target.child, n)

    async def episode(self, stream: Stream, episode: EpisodeOf, session: Session) -> Target:
        """The child's open episode, else the last one; for a command that opens one, the next after a closed one.

        Reads on from the last one seen; that there is no next after a closed one is looked at too, and so guarded.
        """
        child = episode.child
        n = self._last_episode.get((stream.name, child), 1)
        current = episode_stream(self._service, stream, child, n)
        if n > 1 and (await session.one(current, stream)).version == 0:
            # It was seen among what was decided and never stored: begin at the first again.
            n, current = 1, episode_stream(self._service, stream, child, 1)
        while True:
            folded: StreamState = await session.one(current, stream)
            if folded.version == 0 or stream.is_open(folded.state):
                break
            following = episode_stream(self._service, stream, child, n + 1)
            if (await session.one(following, stream)).version == 0 and not episode.opens:
                break
            n, current = n + 1, following
        if folded.version > 0 and n > 1:
            if len(self._last_episode) >= MAX_REMEMBERED:
                self._last_episode.clear()
            self._last_episode[stream.name, child] = n
        return Target(current, child, current)


def _about(command: Command) -> Iterable[UUID]:
    if not command.about:
        raise NotFound("say which children this is about: put their ids into `about`", what="address")
    return dict.fromkeys(command.about)


def _itself(command: Command, command_id: UUID) -> Iterable[UUID]:
    """The people (or professionals) a command is about, or the id of the one it registers."""
    if command.OPENS and not command.INTERNAL and (command.about or command.re):
        raise NotFound("leave out `about` and `re`: what is registered gets its id here", what="address")
    if command.about:
        return dict.fromkeys(command.about)
    if command.re:
        return (command.re,)
    if command.OPENS:
        return (command.own_id() or command_id,)
    raise NotFound("say whom this is about: put the person's id into `about`", what="address")
