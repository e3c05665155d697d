"""What is open about a child, under all ids: for a task where a merge leaves two of a kind open, or where somebody died."""

from collections.abc import Sequence

from shared.commands.aliases import Aliases, SamePerson, same_people
from shared.commands.episodes import Episodes
from shared.commands.session import Session
from shared.domain.decider import Per, Stream
from shared.eventstore.store import Store
from shared.team.tasks import RaiseTaskWhereOpen


class OpenThings:
    """Tells what is open about a child in one service's log."""

    def __init__(self, streams: Sequence[Stream], store: Store, episodes: Episodes, aliases: Aliases) -> None:
        self._streams = {stream.name: stream for stream in streams}
        self._store = store
        self._episodes = episodes
        self._aliases = aliases

    async def wanted(self, command: RaiseTaskWhereOpen, session: Session) -> bool:
        """Whether so much is open as the task is for. What was looked at is guarded: also that there is no other."""
        (child,) = command.about
        same = (await same_people(self._aliases, [child], session))[child]
        if command.kind:
            kind = self._streams[command.kind]
            return await self._most_of_one_code(kind, same, session) >= command.least
        return await self._anything(same, session)

    async def _most_of_one_code(self, kind: Stream, same: SamePerson, session: Session) -> int:
        """How many episodes of a kind are open; where a code parts them, of the code of which most are."""
        open_ones: dict[str, int] = {}
        for code in await self._codes(kind, same):
            last = [await self._episodes.last(kind, each, code, session) for each in same.ids]
            states = [await session.one(stream_id, kind) for stream_id in last]
            open_ones[code] = sum(state.runs(kind) for state in states)
        return max(open_ones.values(), default=0)

    async def _codes(self, kind: Stream, same: SamePerson) -> list[str]:
        if not kind.code:
            return [""]
        ids = [one for each in same.ids for one in await self._store.streams_of(each, [kind.name])]
        return await self._episodes.codes(kind, ids)

    async def _anything(self, same: SamePerson, session: Session) -> bool:
        for kind in self._streams.values():
            if kind.per is not Per.EPISODE and not kind.clocks:
                continue
            ids = [one for each in same.ids for one in await self._store.streams_of(each, [kind.name])]
            states = await session.get(dict.fromkeys(ids, kind))
            if any(state.runs(kind) for state in states.values()):
                return True
        return False
