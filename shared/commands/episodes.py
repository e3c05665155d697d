"""Find a child's episode: the open one, else the last, under whichever of the child's ids it was opened."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import orjson

from shared.commands.aliases import SamePerson
from shared.commands.session import Session
from shared.commands.stream_ids import episode_stream
from shared.domain.decider import Stream
from shared.domain.stream_state import StreamState
from shared.eventstore.store import Store

MAX_REMEMBERED: Final = 10_000
"""Children whose last episode is remembered; at more they are forgotten and looked for again from the first."""


@dataclass(frozen=True, slots=True)
class Target:
    """One stream a command is decided on, for one child (or for none, where it is about no child).

    Attributes:
        stream_id: the stream.
        child: the child that the stream is recorded about.
        thing: what its events belong to: the contact, the meeting, the episode.
        following: of an episode, the next one, where there is none yet.
        named: the id that the child was named by, where it is recorded under another.
    """

    stream_id: UUID
    child: UUID | None
    thing: UUID
    following: "Target | None" = None
    named: UUID | None = None


@dataclass(frozen=True, slots=True)
class EpisodeOf:
    """A target whose stream the log alone can tell: the child's open episode, else the last one.

    Attributes:
        same: the child, under all ids.
        named: the id that the child was named by.
        opens: the command opens one, so after a closed episode the next is meant.
        code: what parts the child's episodes of this kind.
    """

    same: SamePerson
    named: UUID
    opens: bool = False
    code: str = ""


class Episodes:
    """Finds the episodes of children in one service's log."""

    def __init__(self, service: str, store: Store) -> None:
        self._service = service
        self._store = store
        self._last: dict[tuple[str, UUID, str], int] = {}
        # An episode stays its child's: so, unlike a state, this cannot be stale.
        self._children: dict[tuple[str, UUID], UUID] = {}

    def had_several(self, stream: Stream, child: UUID) -> bool:
        """Whether the child has had several episodes of this kind, as far as this process has met them: who looked for
        the last one has.
        """
        return self._last_seen(stream, child, "") > 1

    def likely(self, stream: Stream, place: Target | EpisodeOf) -> list[UUID]:
        """The streams that most likely are meant, to be read ahead: of each id of the child, the last one seen."""
        if isinstance(place, Target):
            return [place.stream_id]
        return [
            self._stream(stream, child, place.code, self._last_seen(stream, child, place.code))
            for child in place.same.ids
        ]

    async def find(self, stream: Stream, episode: EpisodeOf, session: Session) -> Target:
        """The child's open episode, else the last one; for a command that opens one, the next after a closed one.

        After a merge several may be open: the kept child's own is meant, else the one opened first.
        """
        kept, *others = episode.same.ids
        found = await self._under(stream, kept, episode, session, opens=episode.opens and not others)
        if others:
            found = await self._of_several(stream, found, episode, session)
        stream_id, child, n = found
        next_id = self._stream(stream, child, episode.code, n + 1)
        if child != kept:  # the next one is the kept child's own, whoever's was the last
            next_id, _, _ = await self._under(stream, kept, episode, session, opens=True)
        named = episode.named if episode.named != child else None
        return Target(stream_id, child, stream_id, Target(next_id, kept, next_id), named)

    async def last(self, stream: Stream, child: UUID, code: str, session: Session) -> UUID:
        """The last episode under one id. That there is no next is looked at too, and so guarded."""
        found, _, _ = await self._under(
            stream, child, EpisodeOf(SamePerson(child), child, code=code), session, opens=False
        )
        return found

    async def codes(self, stream: Stream, stream_ids: Iterable[UUID]) -> list[str]:
        """The codes of these episodes of a kind that a code parts: what the event says that opened each."""
        rows = await self._store.load(list(stream_ids))
        opened = (orjson.loads(each[0]["state"]) for each in rows.values() if each)
        return list(dict.fromkeys(str(one.get(stream.code, "")) for one in opened))

    async def child_of(self, stream: Stream, stream_id: UUID) -> UUID | None:
        """Whose episode a stream is; None: it is no episode of this kind."""
        known = self._children.get((stream.name, stream_id))
        if known is not None:
            return known
        rows = (await self._store.load([stream_id])).get(stream_id, [])
        if not rows or rows[0]["category"] != stream.name:
            return None
        child = UUID(orjson.loads(rows[0]["state"])["child"])
        if len(self._children) >= MAX_REMEMBERED:
            self._children.clear()
        self._children[stream.name, stream_id] = child
        return child

    async def _of_several(
        self, stream: Stream, own: "_Found", episode: EpisodeOf, session: Session
    ) -> "_Found":
        """Which is meant of those under all ids of a child; `own` is the last under the kept one."""
        others = [
            await self._under(stream, other, episode, session, opens=False) for other in episode.same.others
        ]
        found = [own, *others]
        states = [await session.one(stream_id, stream) for stream_id, _, _ in found]
        there = [each for each, state in zip(found, states, strict=True) if state.version]
        running = [
            each
            for each, state in zip(found, states, strict=True)
            if state.version and stream.is_open(state.state)
        ]
        if own in running:
            return own
        if running:
            return await self._opened_first(running)
        if episode.opens:
            return await self._under(stream, episode.same.kept, episode, session, opens=True)
        return own if own in there or not there else there[0]

    async def _opened_first(self, running: list["_Found"]) -> "_Found":
        if len(running) == 1:
            return running[0]
        rows = await self._store.load([stream_id for stream_id, _, _ in running])
        return min(running, key=lambda each: rows[each[0]][0]["notification_id"])

    async def _under(
        self, stream: Stream, child: UUID, episode: EpisodeOf, session: Session, *, opens: bool
    ) -> "_Found":
        """The last episode under one id.

        Reads on from the last one seen; that there is no next after a closed one is looked at too, and so guarded.
        """
        n = self._last_seen(stream, child, episode.code)
        current = self._stream(stream, child, episode.code, n)
        if n > 1 and (await session.one(current, stream)).version == 0:
            # It was seen among what was decided and never stored: begin at the first again.
            n, current = 1, self._stream(stream, child, episode.code, 1)
        while True:
            folded: StreamState = await session.one(current, stream)
            if folded.version == 0 or stream.is_open(folded.state):
                break
            following = self._stream(stream, child, episode.code, n + 1)
            if (await session.one(following, stream)).version == 0 and not opens:
                break
            n, current = n + 1, following
        if folded.version > 0 and n > 1:
            if len(self._last) >= MAX_REMEMBERED:
                self._last.clear()
            self._last[stream.name, child, episode.code] = n
        return current, child, n

    def _last_seen(self, stream: Stream, child: UUID, code: str) -> int:
        return self._last.get((stream.name, child, code), 1)

    def _stream(self, stream: Stream, child: UUID, code: str, n: int) -> UUID:
        return episode_stream(self._service, stream, child, n, code)


_Found = tuple[UUID, UUID, int]
"""An episode's stream, the id of the child it is recorded under, and its number."""
