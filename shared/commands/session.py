"""The session of a decision: the states it has seen, each stream loaded once, and what it decided itself.

States are folded from the log, or kept warm by the process from the last time.
"""

from collections import OrderedDict
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from uuid import UUID

import asyncpg

from shared.domain.codec import decode_body
from shared.domain.command import NotFound
from shared.domain.decider import Per, Stream
from shared.domain.event import Event
from shared.domain.stream_state import StreamState
from shared.eventstore.store import Store


class StateCache:
    """The most recently used folded states of a process. They may be stale: an append guards every success, and a
    refusal decided on one is decided again on a fresh read.
    """

    def __init__(self, most: int = 10_000) -> None:
        self._most = most
        self._states: OrderedDict[UUID, StreamState] = OrderedDict()

    def get(self, stream_id: UUID) -> StreamState | None:
        """The state last seen of this stream, if it is still kept."""
        folded = self._states.get(stream_id)
        if folded is not None:
            self._states.move_to_end(stream_id)
        return folded

    def keep(self, stream_id: UUID, folded: StreamState) -> None:
        """Keep it, unless a later one is kept already."""
        kept = self._states.get(stream_id)
        if kept is not None and kept.version > folded.version:
            return
        self._states[stream_id] = folded
        self._states.move_to_end(stream_id)
        while len(self._states) > self._most:
            self._states.popitem(last=False)


def folded(stream: Stream, rows: Iterable[asyncpg.Record]) -> StreamState:
    """The state of a stream, which must be of that kind, from all its rows.

    Raises:
        NotFound: the rows are of another kind.
    """
    return StreamState(0, stream.state).after_all(stream, _events(stream, rows))


def _of_something_else() -> NotFound:
    return NotFound("the id is of something else; check the address and the people named", what="kind")


def _events(stream: Stream, rows: Iterable[asyncpg.Record]) -> Iterator[tuple[Event, UUID]]:
    """The events of a stream, which must be of that kind, with their ids."""
    for row in rows:
        if row["category"] != stream.name:
            raise _of_something_else()
        yield decode_body(row["topic"], row["state"]), row["event_id"]


def _is_another_kind(folded: StreamState, stream: Stream) -> bool:
    return folded.version > 0 and folded.kind != stream.name


class Session:
    """What one decision, or one page of decisions, sees: what it decided itself, then warm states, then the log.

    Args:
        fresh: read the log even where a warm state is kept.
    """

    def __init__(self, store: Store, warm: StateCache, *, fresh: bool = False) -> None:
        self._store = store
        self._warm = warm
        self._fresh = fresh
        self._seen: dict[UUID, StreamState] = {}
        self.used_warm = False
        """Whether anything came from a warm state, so that a refusal must be decided again."""
        self.looked: dict[UUID, int] = {}
        """Every stream looked at since this was last cleared, at the version first seen: what a decision stands on."""
        self.guessing = False
        """Whether what is not at hand is guessed for now, to find out what to read: see `guess`."""
        self.guessed = False
        """Whether anything was, the last time."""

    @contextmanager
    def guess(self) -> Iterator[None]:
        """For as long as it lasts, whoever is not at hand is taken to go by one id: so that all that a decision looks at is
        found, and read in one round trip. Where anything was `guessed`, what followed from it is found anew.
        """
        self.guessing, self.guessed = True, False
        try:
            yield
        finally:
            self.guessing = False

    def at_hand(self, wanted: Collection[UUID]) -> dict[UUID, StreamState]:
        """The states of those of these streams that were seen before or are kept warm; without a round trip. What is not
        among them is `guessed`.
        """
        found = {each: kept for each in wanted if (kept := self._at_hand(each)) is not None}
        for stream_id, state in found.items():
            self.looked.setdefault(stream_id, state.version)
        self.guessed |= len(found) < len(wanted)
        return found

    async def get(self, wanted: Mapping[UUID, Stream]) -> dict[UUID, StreamState]:
        """The folded states of these streams, in one round trip at most.

        Raises:
            NotFound: one is of another kind: the stream of a thing and a child has one id, whatever the thing is taken for.
        """
        found: dict[UUID, StreamState] = {}
        missing: list[UUID] = []
        for stream_id in wanted:
            kept = self._at_hand(stream_id)
            if kept is None:
                missing.append(stream_id)
            elif _is_another_kind(kept, wanted[stream_id]):
                raise _of_something_else()
            else:
                found[stream_id] = kept
        if missing:
            rows = await self._store.load(missing)
            loaded = {stream_id: folded(wanted[stream_id], rows.get(stream_id, ())) for stream_id in missing}
            for stream_id, state in loaded.items():
                self._seen[stream_id] = state
                # Of a child's own streams most have nothing on them, and each command about the child looks: that there
                # is nothing is guarded by the append as any version is.
                if state.version or wanted[stream_id].per is Per.CHILD:
                    self._warm.keep(stream_id, state)
            found |= loaded
        for stream_id, state in found.items():
            self.looked.setdefault(stream_id, state.version)
        return found

    async def one(self, stream_id: UUID, stream: Stream) -> StreamState:
        """The folded state of one stream."""
        kept = self._seen.get(stream_id)
        if kept is None or _is_another_kind(kept, stream):
            return (await self.get({stream_id: stream}))[stream_id]
        self.looked.setdefault(stream_id, kept.version)
        return kept

    def _at_hand(self, stream_id: UUID) -> StreamState | None:
        """What was seen before, or is kept warm."""
        kept = self._seen.get(stream_id)
        if kept is None and not self._fresh:
            kept = self._warm.get(stream_id)
            if kept is not None:
                self._seen[stream_id] = kept
                self.used_warm = True
        return kept

    def put(self, stream_id: UUID, state: StreamState) -> None:
        """What was decided here and is not yet stored: later decisions of the same page stand on it."""
        self._seen[stream_id] = state
