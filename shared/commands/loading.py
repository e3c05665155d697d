"""Load what a command is decided on: its targets, the people it speaks of, the streams beside, in one round trip."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any
from uuid import UUID

from shared.commands.session import Session, StreamState
from shared.commands.targets import Address, EpisodeOf, Target, Targets, child_stream
from shared.domain.command import Command, NotFound, people_named
from shared.domain.decider import Per, Stream
from shared.team.known_people import known_person


@dataclass(frozen=True, slots=True)
class LoadedStream:
    """One stream that a decision takes, and how it stands."""

    stream: Stream
    stream_id: UUID
    folded: StreamState


@dataclass(frozen=True, slots=True)
class Subject:
    """One child (or thing about no child) that a command is decided for, with all that this decision may look at.

    Attributes:
        stream: the kind of stream that decides.
        target: where it is decided.
        streams: its own stream and those its record names, by name.
        born: the child's day of birth, where it is known.
    """

    stream: Stream
    target: Target
    streams: Mapping[str, LoadedStream]
    born: date | None = None

    @property
    def own(self) -> StreamState:
        """How the stream that decides stands."""
        return self.streams[self.stream.name].folded

    @property
    def state(self) -> Any:
        """What the decision takes: the state of its own stream, or the named record of several."""
        if self.stream.record is None:
            return self.own.state
        return self.stream.record(**{name: each.folded.state for name, each in self.streams.items()})

    def after(self, decided: Mapping[UUID, StreamState]) -> "Subject":
        """As it stands after what the same command decided before, for a child or thing before this one."""
        if decided.keys().isdisjoint(each.stream_id for each in self.streams.values()):
            return self
        streams = {
            name: replace(each, folded=decided.get(each.stream_id, each.folded))
            for name, each in self.streams.items()
        }
        return replace(self, streams=streams)


class Loader:
    """Loads the subjects of commands for one service."""

    def __init__(self, service: str, streams: Sequence[Stream], targets: Targets) -> None:
        self._service = service
        self._streams = {stream.name: stream for stream in streams}
        self._targets = targets
        # People's own streams of persons tell who is known there; every other team has been told by People.
        self._person = self._streams.get(known_person.name) or self._streams["person"]

    async def load(
        self, command: Command, stream: Stream, address: Address, session: Session
    ) -> tuple[Subject, ...]:
        """Everything the command's decisions look at. One round trip, but for a child's later episodes.

        Raises:
            NotFound: somebody it is about, or speaks of, is not known here. The append guards the reads that say so.
        """
        people = self._people(command, stream, address)
        await session.get(self._ahead(stream, address, people))
        known = await self._known(people, {each.child for each in address}, session)
        return tuple([await self._subject(command, stream, each, known, session) for each in address])

    def _ahead(self, stream: Stream, address: Address, people: Mapping[UUID, UUID]) -> dict[UUID, Stream]:
        """All streams that will most likely be looked at; what is not among them is read when it is needed."""
        return {
            **{self._targets.likely(stream, each): stream for each in address},
            **{
                self._targets.likely(beside, each): beside
                for child in (each.child for each in address)
                for beside, each in self._beside(stream, child)
            },
            **dict.fromkeys(people.values(), self._person),
        }

    async def _subject(
        self,
        command: Command,
        stream: Stream,
        address: Target | EpisodeOf,
        known: Mapping[UUID, StreamState],
        session: Session,
    ) -> Subject:
        target = await self._found(stream, address, session)
        own = await session.one(target.stream_id, stream)
        if stream.per is Per.ITSELF and not command.OPENS and own.version == 0:
            raise NotFound("there is nobody with this id; register the person first", what="person")
        streams = {stream.name: LoadedStream(stream, target.stream_id, own)}
        for beside, place in self._beside(stream, target.child):
            stream_id = (await self._found(beside, place, session)).stream_id
            streams[beside.name] = LoadedStream(beside, stream_id, await session.one(stream_id, beside))
        person = known.get(target.child) if target.child else None
        return Subject(stream, target, streams, person.state.born if person else None)

    async def _found(self, stream: Stream, place: Target | EpisodeOf, session: Session) -> Target:
        """The target itself, once the log has told which episode is meant."""
        return place if isinstance(place, Target) else await self._targets.episode(stream, place, session)

    # -- the streams beside

    def _beside(self, stream: Stream, child: UUID | None) -> list[tuple[Stream, Target | EpisodeOf]]:
        """The streams of this child that the decision's record names, beside its own."""
        if stream.record is None or child is None:
            return []
        names = [each.name for each in fields(stream.record) if each.name != stream.name]
        return [(self._streams[name], self._place(self._streams[name], child)) for name in names]

    def _place(self, beside: Stream, child: UUID) -> Target | EpisodeOf:
        if beside.per is Per.EPISODE:
            return EpisodeOf(child)
        stream_id = child_stream(self._service, beside, child)
        return Target(stream_id, child, stream_id)

    # -- the people

    def _people(self, command: Command, stream: Stream, address: Address) -> dict[UUID, UUID]:
        """Everybody who must be known, each with their stream: whom it is about, and whom its fields name.

        Not asked of what makes a person known, or registers one.
        """
        if stream is known_person:
            return {}
        about = [each.child for each in address if each.child] if stream.per is not Per.ITSELF else []
        return {person: self._stream_of(person) for person in (*about, *people_named(command))}

    async def _known(
        self, people: Mapping[UUID, UUID], about: Container[UUID | None], session: Session
    ) -> dict[UUID, StreamState]:
        """Each of them as this team knows them."""
        known: dict[UUID, StreamState] = {}
        for person, stream_id in people.items():
            known[person] = await session.one(stream_id, self._person)
            if known[person].version == 0:
                where = "in `about`" if person in about else "in `with`"
                raise NotFound(
                    f"one of the people {where} is not known here; check the id, or ask the front door to register them",
                    what="person",
                )
        return known

    def _stream_of(self, person: UUID) -> UUID:
        return child_stream(self._service, known_person, person) if self._person is known_person else person
