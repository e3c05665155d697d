"""Note what was written down late, or corrected, on the child's episode in which it happened.

A decision looks at the child's last episode of a kind. An act may have happened under the one before (the second plan
runs already when somebody writes down a visit under the first), and a correction may move an act, or the start of a plan,
past another. So that every act that happened while a plan ran counts for that plan, all episodes of the child are looked
at where there are several, where one opens, and where something is corrected. That is rare, and costs a few reads then.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from uuid import UUID

from shared.commands.aliases import Aliases, same_people
from shared.commands.episodes import Episodes, Target
from shared.commands.loading import LoadedStream
from shared.commands.recording import Decided, EventRecorder, newly_missed
from shared.commands.request import Request
from shared.commands.session import Session
from shared.domain.corrections import RecordCorrected
from shared.domain.decider import Per, Stream
from shared.domain.event import Event
from shared.domain.notes import notes_missing
from shared.eventstore.append import NewEvent
from shared.eventstore.store import Store
from shared.team import elsewhere


class LateNotes:
    """Adds to what is decided the notes that belong on episodes which the decision did not look at."""

    def __init__(
        self,
        streams: Sequence[Stream],
        store: Store,
        recorder: EventRecorder,
        episodes: Episodes,
        aliases: Aliases,
    ) -> None:
        """`streams` are all kinds of the team."""
        self._store = store
        self._recorder = recorder
        self._episodes = episodes
        self._aliases = aliases
        # Of episodes parted by a code, only the command says which of them it is about.
        keeping = (one for one in streams if one.per is Per.EPISODE and one.clocks and not one.code)
        speaking = {one.name: _speaking_to(one, streams) for one in keeping}
        self._kinds = [(one, speaking[one.name]) for one in streams if speaking.get(one.name)]

    async def add(self, decided: Decided, request: Request, session: Session) -> None:
        """Note what is missing, and say the misses that it brings to light."""
        for kind, speaking in self._kinds:
            names = {kind.name, *(one.name for one in speaking)}
            rows = [row for _, rows in decided.rows.values() for row in rows if row.category in names]
            for child in dict.fromkeys(row.child for row in rows if row.child):
                if self._may_be_missing(kind, child, rows):
                    await self._add(kind, speaking, child, (decided, request, session))

    def _may_be_missing(self, kind: Stream, child: UUID, rows: Iterable[NewEvent]) -> bool:
        opens = {event.NAME for event in kind.opened_by} | {RecordCorrected.NAME}
        return self._episodes.had_several(kind, child) or any(row.name in opens for row in rows)

    async def _add(
        self,
        kind: Stream,
        speaking: Sequence[Stream],
        child: UUID,
        decision: tuple[Decided, Request, Session],
    ) -> None:
        decided, request, session = decision
        episodes = await self._standing(kind, child, decided, session)
        others = [one for each in speaking for one in await self._standing(each, child, decided, session)]
        missing = notes_missing(
            kind.name, [one.folded.clocks for one in episodes], [one.folded.clocks for one in others]
        )
        for episode, notes in zip(episodes, missing, strict=True):
            self._write(episode, notes, decided, request)

    def _write(
        self, episode: LoadedStream, notes: Sequence[Event], decided: Decided, request: Request
    ) -> None:
        """The notes, and the misses that they reveal, after whatever was decided for this episode before."""
        stream_id, folded, rows = episode.target.stream_id, episode.folded, list[NewEvent]()
        waiting = list(notes)
        while waiting:
            row, placed = self._recorder.row_on(episode, waiting.pop(0), request)
            rows.append(row)
            folded = folded.after(episode.stream, placed, row.event_id)
            if not waiting:
                now = replace(episode, folded=folded)
                waiting = list(newly_missed(now, request.now, self._recorder.patience))
        if rows:
            decided.write(stream_id, episode.folded.version, rows, folded)

    async def _standing(
        self, kind: Stream, child: UUID, decided: Decided, session: Session
    ) -> list[LoadedStream]:
        """All of the child's streams of a kind, under whichever id, with what is decided and not yet stored."""
        same = (await same_people(self._aliases, [child], session))[child]
        of_child: dict[UUID, UUID] = {}
        for each in same.ids:
            of_child |= dict.fromkeys(await self._store.streams_of(each, [kind.name]), each)
        for stream_id, (_, rows) in decided.rows.items():
            if rows[0].category == kind.name and rows[0].child in same.ids:
                of_child[stream_id] = rows[0].child
        states = await session.get(dict.fromkeys(of_child, kind))
        return [
            LoadedStream(
                kind, Target(stream_id, each, stream_id), decided.folded.get(stream_id, states[stream_id])
            )
            for stream_id, each in of_child.items()
        ]


def _speaking_to(kind: Stream, streams: Sequence[Stream]) -> list[Stream]:
    """The kinds of stream whose events say something to the clocks of a kind."""
    return [
        one
        for one in streams
        if one is not kind
        and (
            any(kind.name in event.BESIDE.values() for event in one.event_types())
            or (one.name == elsewhere.NAME and kind.noted)
        )
    ]
