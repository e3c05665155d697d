"""Address a command: which streams it is decided on, one for each child, or one about no child."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from shared.commands.addressed import alone, code_of, itself
from shared.commands.aliases import Aliases, SamePerson, same_people
from shared.commands.episodes import EpisodeOf, Episodes, Target
from shared.commands.session import Session
from shared.commands.steps import Steps
from shared.commands.stream_ids import child_stream, thing_stream
from shared.commands.unnamed import Unnamed
from shared.domain.command import Command, NotFound, in_words
from shared.domain.decider import Per, RecordedStep, Stream
from shared.eventstore.store import Store

__all__ = ["Address", "Target", "Targets"]

MAX_REMEMBERED: Final = 10_000
"""Things whose children are remembered; at more they are forgotten and read again."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where one decision of a command is taken.

    Attributes:
        stream: the kind of stream that decides.
        place: its stream, or the episode whose stream the log will tell.
        item: of a command over several things, or that brings children to one, the item that names this one.
        referred: the child's stream of the thing that the command refers to by `re`.
        step: of a command about any step, what that step recorded about the child.
    """

    stream: Stream
    place: Target | EpisodeOf
    item: Any = None
    referred: Target | None = None
    step: RecordedStep | None = None


class Targets:
    """Finds the streams that commands of one service are addressed to.

    Args:
        service: the service.
        streams: its kinds of stream.
        store: its log.
        episodes: what is known of the children's episodes.
        steps: what was recorded by each command.
        aliases: tells which ids mean the same child.
    """

    def __init__(
        self,
        service: str,
        streams: Sequence[Stream],
        store: Store,
        episodes: Episodes,
        steps: Steps,
        aliases: Aliases,
    ) -> None:
        self._service = service
        self._streams = {stream.name: stream for stream in streams}
        self._store = store
        self._episodes = episodes
        self._aliases = aliases
        self._steps = steps
        self._unnamed = Unnamed(store)
        # What a command opened never changes; so, unlike a state, this cannot be stale.
        self._children: dict[tuple[str, UUID], list[UUID | None]] = {}

    async def address(
        self, command: Command, stream: Stream, command_id: UUID, session: Session
    ) -> list[Address]:
        """Where this command is addressed to: on its own kind of stream first, then on the things it is over.

        Reads the log only for the children of a thing, and the child of an episode, not asked for before; and, in the
        `session` of the decision, for who goes by which ids, and who has joined a thing that was about nobody known: what
        changes of that meanwhile is a conflict.

        Raises:
            NotFound: nothing stands at the address, or a child is not part of the thing.
        """
        own = await self._own(command, stream, command_id, session)
        return [*own, *await self._over(command, session)] if command.OVER else own

    async def _own(
        self, command: Command, stream: Stream, command_id: UUID, session: Session
    ) -> list[Address]:
        if command.OF_STEP and command.re:
            return await self._of_step(command.re, command, stream, command_id, session)
        match stream.per:
            case Per.THING if command.OPENS and command.REFERS_TO and command.re:
                return await self._opened_beside(command.re, command, stream, command_id, session)
            case Per.THING if command.OPENS:
                places: Iterable[Target | EpisodeOf] = await self._opened(
                    command, stream, command_id, session
                )
            case Per.THING if command.THING_IN:
                places = await self._named_in(command, stream, session)
            case Per.THING:
                if command.re is None:
                    raise NotFound(
                        f"say which {in_words(stream.name)} this is about: address it to its id",
                        what="address",
                    )
                if command.JOINS:
                    return await self._joining(command.re, command, stream, session)
                places = await self._of_thing(command.re, command.about, stream, session)
            case Per.EPISODE if command.re and not command.OPENS:
                places = [await self._that_episode(command.re, command, stream, session)]
            case Per.EPISODE:
                code = code_of(command, stream)
                people = await self._about(command, stream, session)
                places = [EpisodeOf(same, named, command.OPENS, code) for named, same in people.items()]
            case Per.CHILD if command.REFERS_TO and command.re:
                return await self._referring(command.re, command, stream, session)
            case Per.CHILD:
                people = await self._about(command, stream, session)
                places = [self._of_child(stream, same.kept, named) for named, same in people.items()]
            case Per.ITSELF:
                places = [Target(each, each, each) for each in itself(command, command_id)]
            case Per.ALONE if command.TAKES_NEXT:
                places = [await self._unnamed.next(command, stream)]
            case Per.ALONE:
                own = alone(command, stream, command_id)
                places = [Target(own, None, own)]
        return [Address(stream, place) for place in _once(places)]

    # -- things

    async def _opened(
        self, command: Command, stream: Stream, command_id: UUID, session: Session
    ) -> list[Target]:
        thing = command.own_id() or command_id
        strangers = [Target(thing, None, thing)] if stream.childless and command.about_strangers() else []
        if strangers and not command.about:
            return strangers
        people = await self._about(command, stream, session)
        return strangers + [
            Target(thing_stream(thing, same.kept), same.kept, thing, named=_other(named, same.kept))
            for named, same in people.items()
        ]

    async def _opened_beside(
        self, thing: UUID, command: Command, stream: Stream, command_id: UUID, session: Session
    ) -> list[Address]:
        """A thing of its own, opened for the children of another one that the command refers to: a check of a contact."""
        referred = await self._of_thing(thing, command.about, self._streams[command.REFERS_TO], session)
        opened = command.own_id() or command_id
        return [
            Address(
                stream,
                Target(thing_stream(opened, each.child), each.child, opened, named=each.named),
                referred=each,
            )
            for each in referred
        ]

    async def _joining(
        self, thing: UUID, command: Command, stream: Stream, session: Session
    ) -> list[Address]:
        """The thing's stream about no child, and that of each child who joins it."""
        assert command.JOINS is not None
        if command.about:
            raise NotFound(
                "name no children beside it: the command itself names whom it is about", what="address"
            )
        if None not in await self._opened_for(thing, stream):
            raise NotFound(
                f"there is no {in_words(stream.name)} with this id that is about somebody not known yet; check it",
                what="thing",
            )
        there = await self.children_of(thing, stream, session)
        items = command.JOINS.items(command)
        named = {*filter(None, there), *(each.child for each in items)}
        same = await same_people(self._aliases, named, session)
        addresses = [Address(stream, Target(thing, None, thing))]
        for each in items:
            child = next(iter(_meant(each.child, there, same)), None) or same[each.child].kept
            target = Target(thing_stream(thing, child), child, thing, named=_other(each.child, child))
            addresses.append(Address(stream, target, each.item))
        return addresses

    async def _of_thing(
        self, thing: UUID, about: Sequence[UUID], stream: Stream, session: Session
    ) -> list[Target]:
        """The streams of a thing for these of its children; for all of them, where none is named."""
        children = await self.children_of(thing, stream, session)
        if not children and (about or stream.childless):
            # Opened under an id of its own: then whoever is named says for whom, and loading says whether it is there.
            children = list(about) or [None]
        if not children:
            raise NotFound(
                f"there is no {in_words(stream.name)} with this id; check it, or name the children it is about",
                what="thing",
            )
        if not about:
            return [Target(thing_stream(thing, child), child, thing) for child in children]
        same = await same_people(self._aliases, {*filter(None, children), *about}, session)
        chosen = {child: named for named in about for child in _meant(named, children, same)}
        if not all(_meant(named, children, same) for named in about):
            raise NotFound(
                f"one of the children named is not part of this {in_words(stream.name)}", what="child"
            )
        return [
            Target(thing_stream(thing, child), child, thing, named=_other(chosen[child], child))
            for child in children
            if child in chosen
        ]

    async def _named_in(self, command: Command, stream: Stream, session: Session) -> list[Target]:
        """The thing that a field of the command names, of these of its children; where it names none, the latest of each
        child. Of a child who has none: one that was never begun, so that the decision says what that means.
        """
        if command.re is not None:
            raise NotFound(
                f"address this to the children: {in_words(command.THING_IN)} says what it is about",
                what="address",
            )
        thing: UUID | None = getattr(command, command.THING_IN)
        if thing is not None:
            return await self._of_thing(thing, command.about, stream, session)
        people = await self._about(command, stream, session)
        return [await self._unnamed.latest(stream, same, named) for named, same in people.items()]

    async def _over(self, command: Command, session: Session) -> list[Address]:
        """Each thing that the command names beside its own stream, for each of the children meant."""
        assert command.OVER is not None
        stream = self._streams[command.OVER.stream]
        items = command.OVER.items(command)
        found = await asyncio.gather(
            *(self._of_thing(each.thing, each.about, stream, session) for each in items)
        )
        return [
            Address(stream, target, each.item)
            for each, targets in zip(items, found, strict=True)
            for target in targets
        ]

    async def _referring(
        self, thing: UUID, command: Command, stream: Stream, session: Session
    ) -> list[Address]:
        """The own streams of the children of a thing, or of two, for a command that only refers to it."""
        children = await self._referred(thing, command.about, command, session)
        if command.REFERS_ALSO:
            children += await self._referred(getattr(command, command.REFERS_ALSO), (), command, session)
        same = await same_people(self._aliases, [each.child for each in children if each.child], session)
        addresses: dict[UUID, Address] = {}
        for each in children:
            assert each.child is not None
            kept = same[each.child].kept
            own = child_stream(self._service, stream, kept)
            target = Target(own, kept, each.thing, named=_other(each.named or each.child, kept))
            addresses.setdefault(own, Address(stream, target, referred=each))
        return list(addresses.values())

    async def _referred(
        self, thing: UUID, about: Sequence[UUID], command: Command, session: Session
    ) -> list[Target]:
        """The streams of a thing that a command refers to, of its children who are known."""
        found = await self._of_thing(thing, about, self._streams[command.REFERS_TO], session)
        children = [each for each in found if each.child is not None]
        if not children:
            raise NotFound(
                f"there is no {in_words(command.REFERS_TO)} about a child with this id; check it, or leave it out and "
                "send it about the children",
                what="thing",
            )
        return children

    # -- steps

    async def _of_step(
        self, step: UUID, command: Command, stream: Stream, command_id: UUID, session: Session
    ) -> list[Address]:
        """Of each child that a step recorded something about: the child's own stream, or the thing that is opened; of a
        step about people, the stream of each person.
        """
        found = await self._steps.find(step)
        if not found:
            raise NotFound(
                "nothing about a child was recorded by the step with this id; check it, or leave it out and send it "
                "about the children",
                what="step",
            )
        children = list[UUID | None](found)
        same = await same_people(self._aliases, {*found, *command.about}, session)
        named = {child: each for each in command.about for child in _meant(each, children, same)}
        if not all(_meant(each, children, same) for each in command.about):
            raise NotFound("that step recorded nothing about one of the children named", what="child")
        addresses: dict[UUID, Address] = {}
        for child, recorded in found.items():
            if command.about and child not in named:
                continue
            kept = same[child].kept
            as_named = _other(named.get(child, child), kept)
            if stream.per is Per.ITSELF:
                target = Target(child, child, child)
            elif command.OPENS:
                target = Target(thing_stream(command_id, kept), kept, command_id, named=as_named)
            else:
                own = child_stream(self._service, stream, kept)
                target = Target(own, kept, recorded.thing, named=as_named)
            addresses.setdefault(target.stream_id, Address(stream, target, step=recorded))
        return list(addresses.values())

    async def children_of(self, thing: UUID, stream: Stream, session: Session) -> list[UUID | None]:
        """The children that a thing is about: those it was opened for, as they were named, and those who joined it since. None
        among them: it is about no child, or somebody not known yet. Empty: no command of this id opened one.
        """
        opened = await self._opened_for(thing, stream)
        # One whose id is its own, and not that of the command that opened it, says itself whom it is about.
        if stream.joined is None or (opened and None not in opened):
            return opened
        folded = await session.one(thing, stream)
        # Nothing of this kind stands under the id: what is folded may be another kind's beginning.
        if not folded.version:
            return opened
        return list(dict.fromkeys((*filter(None, opened), *stream.joined(folded.state))))

    async def _opened_for(self, thing: UUID, stream: Stream) -> list[UUID | None]:
        """The children a thing of this kind was opened for. None among them: it was opened about no child."""
        known = self._children.get((stream.name, thing))
        if known is not None:
            return known
        rows = await self._store.opened_by(thing)
        children = list(
            dict.fromkeys(
                row["child"]
                for row in rows
                if row["category"] == stream.name
                and row["originator_id"] == thing_stream(thing, row["child"])
            )
        )
        if children:
            if len(self._children) >= MAX_REMEMBERED:
                self._children.clear()
            self._children[stream.name, thing] = children
        return children

    # -- children, and their episodes

    def _of_child(self, stream: Stream, child: UUID, named: UUID) -> Target:
        stream_id = child_stream(self._service, stream, child)
        return Target(stream_id, child, stream_id, named=_other(named, child))

    async def _that_episode(
        self, stream_id: UUID, command: Command, stream: Stream, session: Session
    ) -> Target:
        """The episode that `re` names: of two that are open after a merge, of a closed one, of one with a code."""
        child = await self._episodes.child_of(stream, stream_id)
        if child is None:
            raise NotFound(f"there is no {in_words(stream.name)} with this id; check it", what="thing")
        if not command.about:
            return Target(stream_id, child, stream_id)
        same = await same_people(self._aliases, {child, *command.about}, session)
        if {same[named].kept for named in command.about} != {same[child].kept}:
            raise NotFound(
                f"one of the children named is not part of this {in_words(stream.name)}", what="child"
            )
        return Target(stream_id, child, stream_id, named=_other(command.about[0], child))

    async def _about(self, command: Command, stream: Stream, session: Session) -> dict[UUID, SamePerson]:
        """Whom a command is about, under all ids; of what stays with the id that it names, under that alone."""
        if not command.about:
            raise NotFound("say which children this is about: address it to their ids", what="address")
        if stream.each_id:
            return {each: SamePerson(each) for each in command.about}
        return await same_people(self._aliases, command.about, session)


def _meant(
    named: UUID, children: Sequence[UUID | None], same: Mapping[UUID, SamePerson]
) -> list[UUID | None]:
    """Whom of a thing's children an id means: the child of this id, else whoever is the same person."""
    if named in children:
        return [named]
    return [child for child in children if child and same[child].kept == same[named].kept]


def _other(named: UUID, child: UUID | None) -> UUID | None:
    """The id that was named, where the child is recorded under another."""
    return named if named != child else None


def _once(places: Iterable[Target | EpisodeOf]) -> list[Target | EpisodeOf]:
    """Each place once, also where one child was named by two ids."""
    return list({each.stream_id if isinstance(each, Target) else each.same: each for each in places}.values())
