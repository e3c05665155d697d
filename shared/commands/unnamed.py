"""Find what a command means that names nothing: the next that waits, of what stands alone; the latest thing of each child.

Read from the log each time, and never from a view, which may lag: such commands are sent once a day, or once a meeting. What
is found is decided on like anything else, and its version guards the append.
"""

from typing import Final
from uuid import UUID

import orjson

from shared.commands.aliases import SamePerson
from shared.commands.episodes import Target
from shared.commands.session import folded
from shared.domain.command import Command, NotFound, in_words
from shared.domain.decider import Stream
from shared.eventstore.store import Store

NEVER_BEGUN: Final = UUID(int=0)
"""The stream of what nobody began: nothing ever stands on it, so the decision says what that means."""


class Unnamed:
    """Finds in one service's log what commands mean that do not say it."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def next(self, command: Command, stream: Stream) -> Target:
        """The next of a kind that waits (`Stream.waits`); where none does, one that was never begun.

        All of them are read: there are as many as there were nights.
        """
        if command.about or command.re:
            raise NotFound(
                f"address this to nothing: it is about the next {in_words(stream.name)} that waits",
                what="address",
            )
        assert stream.waits is not None
        rows = await self._store.load(await self._store.alone(stream.name))
        keys = {each: stream.waits(folded(stream, own).state) for each, own in rows.items()}
        waiting = {each: key for each, key in keys.items() if key is not None}
        found = min(waiting, key=waiting.__getitem__) if waiting else NEVER_BEGUN
        return Target(found, None, found)

    async def latest(self, stream: Stream, same: SamePerson, named: UUID) -> Target:
        """The latest thing of a kind (`Stream.latest`) about a child, under any id of theirs; where there is none, one that
        was never begun. `named` is the id by which the child was named.
        """
        assert stream.latest is not None
        streams = [
            (each, found) for each in same.ids for found in await self._store.streams_of(each, [stream.name])
        ]
        rows = await self._store.load([found for _, found in streams])
        keys = [
            (key, child, found)
            for child, found in streams
            if (key := stream.latest(folded(stream, rows[found]).state)) is not None
        ]
        if not keys:
            return Target(NEVER_BEGUN, same.kept, NEVER_BEGUN, named=_other(named, same.kept))
        _, child, found = max(keys, key=lambda each: each[0])
        thing = UUID(orjson.loads(rows[found][0]["state"])["envelope"]["thing"])
        return Target(found, child, thing, named=_other(named, child))


def _other(named: UUID, child: UUID) -> UUID | None:
    """The id that was named, where the child is recorded under another."""
    return named if named != child else None
