"""Who is kept from a thing that is for few to read, as a contact about an adult who works with children: by its own log.

Whoever is kept from it may still do what their role does, and is told to; but neither a refusal nor what is told ahead tells
them how it stands.
"""

from collections.abc import Iterator, Sequence
from typing import Final
from uuid import UUID

from shared.commands.loading import LoadedStream, Subject
from shared.commands.steps import Steps
from shared.domain.access_facts import Fact
from shared.domain.actors import SERVICE, Actor
from shared.domain.command import Refused
from shared.team.authorisation import Access, known_before

NOT_TOLD: Final = "this is for few to read, and cannot be done as it stands: ask who decides it, or somebody who is named in it"
"""What stands in a refusal's place for who is kept from what it would tell."""


class ForFewWall:
    """Tells who is kept from the things of one service."""

    def __init__(self, team: Actor, access: Access, steps: Steps) -> None:
        """`team` is the service as an actor; `steps` finds who recorded what."""
        self._team = team
        self._access = access
        self._steps = steps

    async def keeps_from(self, actor: Actor, subjects: Sequence[Subject]) -> bool:
        """Whether the actor is kept from anything that a decision on these would look at."""
        if actor.role == SERVICE:
            return False
        for loaded in _looked_at(subjects):
            if await self._keeps(actor, loaded):
                return True
        return False

    async def untold(self, actor: Actor, subjects: Sequence[Subject], refusal: Refused) -> Refused:
        """A refusal as the actor may hear it: where they are kept from what it speaks of, it names no rule, and stands alone."""
        return Refused(NOT_TOLD) if await self.keeps_from(actor, subjects) else refusal

    async def _keeps(self, actor: Actor, loaded: LoadedStream) -> bool:
        few = loaded.stream.for_few
        named = None if few is None else few.named(loaded.folded.state)
        if few is None or named is None or any(map(actor.is_surely, named)):
            return False
        known = known_before(self._team.agency, actor)
        if self._access.allows(actor, few.reading, known):
            return False
        own = self._access.allows(actor, few.reading, known | {Fact.OWN_RECORD})
        return not (own and await self._said_by(actor, loaded.target.stream_id, few.said_by))

    async def _said_by(self, actor: Actor, stream: UUID, events: tuple[type, ...]) -> bool:
        """Whether the actor wrote it down, or found out that it is to be held back."""
        return any(
            actor.is_surely(UUID(one.envelope.actor))
            for one in await self._steps.standing(stream)
            if isinstance(one.event, events)
        )


def _looked_at(subjects: Sequence[Subject]) -> Iterator[LoadedStream]:
    for subject in subjects:
        yield from subject.streams.values()
        if subject.referred is not None:
            yield subject.referred
