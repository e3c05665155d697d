"""Load what a command is decided on: its targets, the people it speaks of, the streams beside, in one round trip."""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from shared.commands.aliases import Aliases, SamePerson, same_people
from shared.commands.episodes import EpisodeOf, Episodes, Target
from shared.commands.request import OF_DEADLINES
from shared.commands.session import Session
from shared.commands.steps import Steps
from shared.commands.stream_ids import child_stream, thing_stream
from shared.commands.targets import Address
from shared.domain.command import Command, NotFound, PersonNotKnown, in_words, people_named
from shared.domain.decider import Per, RecordedStep, Stream
from shared.domain.event import Record
from shared.domain.people import KnownPerson, also_called, joined
from shared.domain.stream_state import StreamState
from shared.team import elsewhere
from shared.team.deadlines import VaryDeadline
from shared.team.known_people import known_person


@dataclass(frozen=True, slots=True)
class LoadedStream:
    """One stream that a decision takes, where it is, and how it stands."""

    stream: Stream
    target: Target
    folded: StreamState
    others: Mapping[UUID, StreamState] = field(default_factory=dict)
    """Of a kind that is read as one: the streams under the child's other ids, by id."""

    @property
    def state(self) -> Any:
        """What a decision that takes it beside its own sees: of a child of several ids, all of them as one."""
        if self.stream.as_one is None or not self.others:
            return self.folded.state
        return self.stream.as_one(self.folded.state, [each.state for each in self.others.values()])

    def after(self, decided: Mapping[UUID, StreamState]) -> "LoadedStream":
        """As it stands after what was decided before."""
        others = {stream_id: decided.get(stream_id, each) for stream_id, each in self.others.items()}
        return replace(self, folded=decided.get(self.target.stream_id, self.folded), others=others)


@dataclass(frozen=True, slots=True)
class Subject:
    """One child (or thing about no child) that a command is decided for, with all that this decision may look at.

    Attributes:
        stream: the kind of stream that decides.
        target: where it is decided.
        streams: its own stream and those its record names, by name; left out: what the command did not name.
        people: what the team knows of the children, and of everybody else whom the command names.
        item: of a command over several things, the item that names this one.
        referred: the child's stream of the thing that the command refers to by `re`. What the command meets there is
            noted on it.
        step: of a command about any step, what that step recorded about the child.
        started_by: of a command about one of several clocks, the events of its stream that `of` names.
        earlier: of a command by which children join a thing, what stands on its stream about no child.
        together: of an episode of several children, how those of the others stand whom the command does not name.
    """

    stream: Stream
    target: Target
    streams: Mapping[str, LoadedStream]
    people: Mapping[UUID, KnownPerson] = field(default_factory=dict)
    item: Any = None
    referred: LoadedStream | None = None
    step: RecordedStep | None = None
    started_by: frozenset[UUID] | None = None
    earlier: tuple[Record, ...] = ()
    together: Mapping[UUID, Any] = field(default_factory=dict)

    @property
    def own(self) -> StreamState:
        """How the stream that decides stands."""
        return self.streams[self.stream.name].folded

    def state(self, beside: Mapping[str, Stream]) -> Any:
        """What the decision takes: the state of its own stream, or the named record of several."""
        if self.stream.record is None:
            return self.own.state
        loaded = self.streams
        return self.stream.record(
            **{
                name: loaded[name].state if name in loaded else beside[name].state
                for name in self.stream.record_names
            }
        )

    def after(self, decided: Mapping[UUID, StreamState]) -> "Subject":
        """As it stands after what the same command decided before, for a child or thing before this one."""
        looked_at = (
            stream_id for each in self.streams.values() for stream_id in (each.target.stream_id, *each.others)
        )
        if decided.keys().isdisjoint(looked_at):
            return self
        streams = {name: each.after(decided) for name, each in self.streams.items()}
        return replace(self, streams=streams)


_Place = tuple[Stream, Target | EpisodeOf, tuple[UUID, ...]]
"""A stream that a decision takes beside its own, where it is, and those under the child's other ids that are read with it."""


class Loader:
    """Loads the subjects of commands for one service."""

    def __init__(
        self, service: str, streams: Sequence[Stream], episodes: Episodes, aliases: Aliases, steps: Steps
    ) -> None:
        self._service = service
        self._aliases = aliases
        self._streams = {stream.name: stream for stream in streams}
        self._named_beside = {stream.name: _named_beside(stream) for stream in streams}
        self._episodes = episodes
        self._steps = steps
        # People's own streams of persons tell who is known there; every other team has been told by People.
        self._person = self._streams.get(known_person.name) or self._streams["person"]

    async def load(
        self, command: Command, addresses: Sequence[Address], session: Session
    ) -> tuple[Subject, ...]:
        """Everything the command's decisions look at. One round trip, but for a child's later episodes.

        Raises:
            NotFound: somebody or something it is about, or speaks of, is not known here. The append guards the reads
                that say so.
        """
        with session.guess():
            people = await self._people(command, addresses, session)
            besides = await self._besides(command, addresses, people, session)
        await session.get(self._ahead(command, addresses, besides, people))
        if session.guessed:
            people = await self._people(command, addresses, session)
            besides = await self._besides(command, addresses, people, session)
            await session.get(self._ahead(command, addresses, besides, people))
        known = await self._known(people, {_child(each.place) for each in addresses}, session)
        # The stream that children join is written with them: its version guards what was read of it here.
        earlier = await self._steps.standing(command.re) if command.JOINS and command.re else ()
        subjects = [
            await self._subject(command, address, beside, known, earlier, session)
            for address, beside in zip(addresses, besides, strict=True)
        ]
        if any(one.stream.together is not None for one in subjects):
            subjects = [await self._with_family(one, subjects, session) for one in subjects]
        return tuple(subjects)

    async def _with_family(self, subject: Subject, subjects: Sequence[Subject], session: Session) -> Subject:
        """Of an episode of several children, with what stands of those whom the command does not name."""
        stream = subject.stream
        if stream.together is None:
            return subject
        named = {each.target.child for each in subjects}
        others = [child for child in stream.together(subject.own.state) if child not in named]
        same = await same_people(self._aliases, others, session)
        # Under its own id: the family is said by the ids that the children were named by.
        places = {child: EpisodeOf(same[child], child) for child in others}
        found = {child: await self._loaded(stream, place, session) for child, place in places.items()}
        together = {child: one.folded.state for child, one in found.items() if one.target.child not in named}
        return replace(subject, together=together)

    async def likely(
        self, command: Command, addresses: Sequence[Address], session: Session
    ) -> dict[UUID, Stream]:
        """The streams that the command's decisions will most likely look at."""
        people = await self._people(command, addresses, session)
        besides = await self._besides(command, addresses, people, session)
        return self._ahead(command, addresses, besides, people)

    def _ahead(
        self,
        command: Command,
        addresses: Sequence[Address],
        besides: Sequence[Sequence[_Place]],
        people: Mapping[UUID, SamePerson],
    ) -> dict[UUID, Stream]:
        """All streams that will most likely be looked at; what is not among them is read when it is needed."""
        ahead: dict[UUID, Stream] = {}
        for address, beside in zip(addresses, besides, strict=True):
            for stream, place, others in ((address.stream, address.place, ()), *beside):
                ahead |= dict.fromkeys((*self._episodes.likely(stream, place), *others), stream)
            if address.referred is not None:
                ahead[address.referred.stream_id] = self._streams[command.REFERS_TO]
        return ahead | self._aliases.streams(each for same in people.values() for each in same.ids)

    async def _subject(
        self,
        command: Command,
        address: Address,
        beside: Sequence[_Place],
        people: Mapping[UUID, KnownPerson],
        earlier: tuple[Record, ...],
        session: Session,
    ) -> Subject:
        own = await self._loaded(address.stream, address.place, session)
        if not own.folded.stands and address.stream.per not in _MAY_BE_EMPTY:
            _refuse_what_is_not_there(command, address)
        streams = {address.stream.name: own}
        for stream, place, others in beside:
            loaded = streams[stream.name] = await self._loaded(stream, place, session, others)
            if not loaded.folded.stands and stream.name in address.stream.found_by:
                raise NotFound(
                    f"there is no {in_words(stream.name)} with the id named; check it",
                    what="thing",
                )
        referred = None
        if address.referred is not None:
            referred = await self._loaded(self._streams[command.REFERS_TO], address.referred, session)
            if not referred.folded.stands:
                raise NotFound(
                    f"there is no {in_words(command.REFERS_TO)} with this id; check it", what="thing"
                )
        return Subject(
            address.stream,
            own.target,
            streams,
            people,
            address.item,
            referred,
            step=address.step,
            started_by=await self._started_by(command, own),
            earlier=earlier,
        )

    async def _started_by(self, command: Command, own: LoadedStream) -> frozenset[UUID] | None:
        """Of the stream whose clock is varied, the events that `of` names; None where it names nothing."""
        if not isinstance(command, VaryDeadline) or command.of is None:
            return None
        return await self._steps.said_of(own.target.stream_id, command.of)

    async def _loaded(
        self, stream: Stream, place: Target | EpisodeOf, session: Session, others: Sequence[UUID] = ()
    ) -> LoadedStream:
        target = place if isinstance(place, Target) else await self._episodes.find(stream, place, session)
        beside = {stream_id: await session.one(stream_id, stream) for stream_id in others}
        return LoadedStream(stream, target, await session.one(target.stream_id, stream), beside)

    # -- the streams beside

    async def _besides(
        self,
        command: Command,
        addresses: Sequence[Address],
        people: Mapping[UUID, SamePerson],
        session: Session,
    ) -> list[list[_Place]]:
        """Of each address, the streams that the decision's record names beside its own. `people` are those whose ids were
        asked for already.
        """
        if isinstance(command, OF_DEADLINES) or not any(
            self._named_beside[each.stream.name] for each in addresses
        ):
            return [[] for _ in addresses]
        # What carries its own id need not be a person, and no stream of a child stands beside it.
        of_children = (_child(each.place) for each in addresses if each.stream.per is not Per.ITSELF)
        more = {child for child in of_children if child is not None and child not in people}
        same = {**people, **await same_people(self._aliases, more, session)} if more else people
        return [list(self._beside(command, each, same)) for each in addresses]

    def _beside(
        self, command: Command, address: Address, same: Mapping[UUID, SamePerson]
    ) -> Iterator[_Place]:
        """This child's streams, and what the command names by its id."""
        child = _child(address.place)
        for name in self._named_beside[address.stream.name]:
            stream = self._streams[name]
            if field := address.stream.found_by.get(name):
                if (named := self._named(command, address, stream, field)) is not None:
                    yield stream, named, ()
            elif child and stream.each_id:
                yield self._of_each_id(stream, child, same[child])
            elif child:
                yield stream, self._of_child(command, stream, same[child]), ()

    def _named(self, command: Command, address: Address, stream: Stream, field: str) -> Target | None:
        """What the command names by its id: a thing for the same child, or what is about no child."""
        if field == "re":
            # Of a command that refers to another kind, or to none, `re` is its own address.
            return address.referred if stream.name == command.REFERS_TO else None
        thing: UUID | None = getattr(command, field, None)
        if thing is None:
            return None
        child = _child(address.place) if stream.per is Per.THING else None
        return Target(thing_stream(thing, child), child, thing)

    def _of_child(self, command: Command, stream: Stream, child: SamePerson) -> Target | EpisodeOf:
        """The child's own stream of a kind, or the child's episode of it."""
        if stream.per is Per.CHILD:
            stream_id = child_stream(self._service, stream, child.kept)
            return Target(stream_id, child.kept, stream_id)
        return EpisodeOf(child, child.kept, code=str(getattr(command, stream.code)) if stream.code else "")

    def _of_each_id(self, stream: Stream, child: UUID, same: SamePerson) -> _Place:
        """The child's own stream of a kind that each id keeps; where it is read as one, with those under the other ids."""
        own = child_stream(self._service, stream, child)
        others = [child_stream(self._service, stream, each) for each in same.ids if each != child]
        return stream, Target(own, child, own), tuple(others if stream.as_one is not None else ())

    # -- the people

    async def _people(
        self, command: Command, addresses: Sequence[Address], session: Session
    ) -> dict[UUID, SamePerson]:
        """Everybody who must be known, each under all ids: whom it is about, and whom its fields name.

        Not asked of what makes a person known, or registers one.
        """
        if addresses[0].stream is known_person:
            return {}
        about = (_child(each.place) for each in addresses if each.stream.per is not Per.ITSELF)
        return await same_people(self._aliases, (*filter(None, about), *people_named(command)), session)

    async def _known(
        self, people: Mapping[UUID, SamePerson], about: Container[UUID | None], session: Session
    ) -> dict[UUID, KnownPerson]:
        """Each of them as this team knows them, under whichever of their ids it was told."""
        known: dict[UUID, KnownPerson] = {}
        several = [same for same in people.values() if same.others]
        for person, same in people.items():
            streams = [await session.one(self._stream_of(each), self._person) for each in same.ids]
            own, *others = [_as_known(each.state) for each in streams]
            if not any(each.stands for each in streams):
                where = "it is about" if person in about else "it names"
                raise PersonNotKnown(
                    f"one of the people whom {where} is not known here; check the id, or ask the front door to register them",
                    [person],
                )
            if others:
                own = joined(own, others)
            known[person] = also_called(own, several) if several else own
        return known

    def _stream_of(self, person: UUID) -> UUID:
        return child_stream(self._service, known_person, person) if self._person is known_person else person


def _as_known(state: Any) -> KnownPerson:
    """What is known of a person: of every team's own stream of them all of it, of People's what decides there."""
    return (
        state
        if isinstance(state, KnownPerson)
        else KnownPerson(kind=state.kind, born=state.born, same=state.same)
    )


_MAY_BE_EMPTY = frozenset({Per.CHILD, Per.EPISODE})
"""What is there without having been opened: there the decision says whether anything may be done."""


def _refuse_what_is_not_there(command: Command, address: Address) -> None:
    """Refuse a thing nobody opened; what the command itself opens is not there yet."""
    opened_here = command.OPENS and address.item is None
    joined_here = command.JOINS is not None and _child(address.place) is not None
    named = command.THING_IN and getattr(command, command.THING_IN) is not None
    unnamed = command.TAKES_NEXT or (command.THING_IN and not named)
    if opened_here or joined_here or (address.item is None and unnamed):
        return  # of the next that waits, or the latest, the decision says that there is none
    if address.stream.per is Per.ITSELF:
        raise NotFound("there is nobody with this id; register the person first", what="person")
    raise NotFound(f"there is no {in_words(address.stream.name)} with this id; check it", what="thing")


def _named_beside(stream: Stream) -> list[str]:
    """The names of the streams that a decision of this kind takes beside its own, and of what others did of this child
    before the stream opened: that is noted on it when it does.
    """
    names = list(stream.record_names)
    if stream.noted:
        names.append(elsewhere.NAME)
    return [name for name in dict.fromkeys(names) if name != stream.name]


def _child(place: Target | EpisodeOf) -> UUID | None:
    """Whom a place is about, before the log has told under which id the episode was opened: the kept one."""
    return place.child if isinstance(place, Target) else place.same.kept
