"""The ids of one child: after a merge, several of them mean the same one. Which of them decides where a command stands."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from shared.commands.session import Session
from shared.commands.stream_ids import child_stream
from shared.domain.decider import Stream
from shared.domain.people import SamePerson
from shared.team.known_people import known_person

__all__ = ["Aliases", "SamePerson", "same_people"]


class Aliases:
    """Tells by which ids people go, from the merges that a service has heard of.

    They stand on the service's own stream of each person (in People, on the person's), and are read through the session of
    a decision: so what they say is guarded as all else is that the decision looked at, and a merge that arrives while a
    command is under way has the command decided again.
    """

    def __init__(self, service: str, person: Stream) -> None:
        self._service = service
        self._person = person

    def streams(self, people: Iterable[UUID]) -> dict[UUID, Stream]:
        """The streams that tell it of these people, to be read ahead."""
        return {self._stream_of(person): self._person for person in people}

    async def of(self, people: Iterable[UUID], session: Session) -> Mapping[UUID, SamePerson]:
        """Those of these people who go by several ids; whoever is left out goes by one. One round trip at most; none
        while the session guesses.
        """
        named = {person: self._stream_of(person) for person in people}
        streams = dict.fromkeys(named.values(), self._person)
        known = session.at_hand(streams) if session.guessing else await session.get(streams)
        return {
            person: same
            for person, stream in named.items()
            if (told := known.get(stream)) is not None and (same := told.state.same) is not None
        }

    def _stream_of(self, person: UUID) -> UUID:
        return child_stream(self._service, known_person, person) if self._person is known_person else person


async def same_people(aliases: Aliases, people: Iterable[UUID], session: Session) -> dict[UUID, SamePerson]:
    """Each of these people with all ids they go by."""
    named = list(people)
    several = await aliases.of(named, session) if named else {}
    return {person: several.get(person) or SamePerson(person) for person in named}
