"""Correct what a command recorded: a new fact on each stream that it wrote, in the old one's place (E3).

Found by the command that is corrected, not by what it was addressed to. What the corrected events had noted on streams
beside is restated with them. The stream is folded anew with the corrected body, so later commands decide on it.
"""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from shared.access.policy import AccessPolicy
from shared.commands.aliases import Aliases, same_people
from shared.commands.loading import LoadedStream
from shared.commands.recording import Decided, EventRecorder, newly_missed
from shared.commands.request import Request
from shared.commands.session import Session
from shared.commands.steps import Steps
from shared.commands.stream_ids import thing_stream
from shared.commands.targets import Target
from shared.commands.wiring import Wiring
from shared.domain.carried import Opened, said_again
from shared.domain.event import Event, Record
from shared.domain.rules import Rulebook
from shared.domain.stream_state import StreamState
from shared.eventstore.append import NewEvent
from shared.eventstore.reader import to_record
from shared.eventstore.store import Store
from shared.team.authorisation import Forbidden
from shared.team.corrected_notes import restate_notes
from shared.team.corrected_stream import CorrectedStream
from shared.team.corrections import CorrectRecord, check_correction, records_to_correct
from shared.team.elsewhere import NotedElsewhere, RestateNotes, noted
from shared.team.restating import Ground, correct_records


class Corrector:
    """Decides the corrections of one service."""

    def __init__(
        self,
        service: str,
        agency: str,
        wiring: Wiring,
        store: Store,
        opened: Opened,
        rules: Rulebook,
        access: AccessPolicy,
        recorder: EventRecorder,
        steps: Steps,
        aliases: Aliases,
    ) -> None:
        self._service = service
        self._agency = agency
        self._kinds = {stream.name: stream for stream in wiring.streams}
        self._store = store
        self._opened = opened
        self._rules = rules
        self._access = access
        self._recorder = recorder
        self._steps = steps
        self._aliases = aliases

    async def decided(self, request: Request, session: Session) -> Decided:
        """The corrections that follow from a CorrectRecord; nothing is written.

        Raises:
            NotFound: nothing was recorded by the command that `re` names, or not about a child in `about`.
            Forbidden: somebody else recorded it, and the actor is no manager of the team.
            Refused: it cannot be corrected so.
        """
        command = request.command
        assert isinstance(command, CorrectRecord)
        check_correction(command, request.now)
        records = await self._recorded_by(command, session)
        self._allow(request, records)
        # What was said again of children who became known is put right with what it says again.
        records += await self._carried(records)
        streams = await self._streams(records, session)
        correct_records(command, records, streams, self._ground(request))
        return self._decided(request, streams, session)

    async def restated_notes(self, request: Request, target: Target, session: Session) -> Decided:
        """What follows from a RestateNotes: each note of the fact as it is right by now, or withdrawn; nothing is
        written. What was noted so already is left, and what was never noted is for an ordinary note.
        """
        command = request.command
        assert isinstance(command, RestateNotes)
        rows = (await self._store.whole([target.stream_id])).get(target.stream_id, [])
        records = [to_record(self._service, row) for row in rows]
        ours = [
            (one, one.event)
            for one in records
            if isinstance(one.event, NotedElsewhere) and one.event.cause == command.cause
        ]
        streams = await self._streams([one for one, _ in ours], session)
        session.looked.setdefault(target.stream_id, len(records))
        right = {(each.rule, each.said): each for each in self._right_notes(command, request, target)}
        for one, event in ours:
            said = right.get((event.rule, event.said))
            streams[one.stream].correct(one, said)
            restate_notes(one, said, [each for each in streams.values() if each.kind.name == event.stream])
        return self._decided(request, streams, session)

    def _right_notes(self, command: RestateNotes, request: Request, target: Target) -> list[NotedElsewhere]:
        keeping = {rule: stream.name for stream in self._kinds.values() for rule in stream.noted}
        return [
            noted(each, keeping[each.rule], at, self._rules).placed(child=target.child, happened_at=at)
            for each in command.notes
            if each.rule in keeping
            for at in [each.happened or request.happened_at]
        ]

    async def _recorded_by(self, command: CorrectRecord, session: Session) -> list[Record]:
        """What the corrected command recorded, of the children in `about`."""
        assert command.re is not None
        recorded = await self._steps.records(command.re)
        children = {*command.about, *(one.event.child for one in recorded if one.event.child)}
        same = await same_people(self._aliases, children if command.about else (), session)
        return records_to_correct(command, recorded, {child: each.kept for child, each in same.items()})

    async def _carried(self, records: Sequence[Record]) -> list[Record]:
        """What stands by now, of children who joined a thing, and says one of these records again."""
        streams: list[UUID] = []
        for thing in {one.stream for one in records if one.event.child is None}:
            rows = (await self._store.whole([thing]))[thing]
            kind = self._kinds[rows[0]["category"]]
            if kind.joined is not None:
                told = [to_record(self._service, row) for row in rows]
                folded = StreamState(0, kind.state).after_all(
                    kind, [(one.event, one.envelope.event_id) for one in told]
                )
                streams += [thing_stream(thing, child) for child in kind.joined(folded.state) if child]
        rows_of = await self._store.whole(streams)
        return said_again(
            records, [[to_record(self._service, row) for row in rows] for rows in rows_of.values()]
        )

    def _allow(self, request: Request, records: Sequence[Record]) -> None:
        """A person corrects what they recorded; a manager of the team what the team recorded."""
        theirs = all(request.actor.is_surely(UUID(one.envelope.actor)) for one in records)
        # Who may vary a deadline of the team is a manager of it (rules, "Who may do what").
        manages = self._access.allows(request.actor, f"{self._service}.VaryDeadline")
        if not theirs and not manages:
            raise Forbidden(
                "somebody else recorded this; ask them, or a manager of the team, to correct it", ("E9",)
            )

    async def _streams(self, records: Sequence[Record], session: Session) -> dict[UUID, CorrectedStream]:
        """The streams they stand on, and those on which they were noted, whole."""
        where = {one.stream: one for one in records}
        noted = await self._noted(records, session)
        found: dict[UUID, CorrectedStream] = {}
        ids = list(dict.fromkeys([*where, *noted]))
        rows = await self._store.whole(ids)
        for stream_id, of_stream in ((each, rows[each]) for each in ids):
            history = [to_record(self._service, row) for row in of_stream]
            kind = self._kinds[of_stream[0]["category"]]
            folded = StreamState(0, kind.state).after_all(
                kind, [(one.event, one.envelope.event_id) for one in history]
            )
            first = history[0]
            thing = first.envelope.thing_id or stream_id
            session.looked[stream_id] = folded.version
            found[stream_id] = CorrectedStream(kind, first.event.child, thing, history, folded)
        return found

    async def _noted(self, records: Iterable[Record], session: Session) -> list[UUID]:
        """The streams beside on which these events may have been noted, and the other episodes of a kind that one of them
        opened: the child's own, under all ids.
        """
        found: dict[UUID, None] = {}
        beside = [(one.event.child, self._beside(one.event)) for one in records if one.event.child]
        same = await same_people(self._aliases, {child for child, kinds in beside if kinds}, session)
        for child, kinds in beside:
            for each in same[child].ids if kinds else ():
                found |= dict.fromkeys(await self._store.streams_of(each, kinds))
        return list(found)

    def _beside(self, event: Event) -> list[str]:
        own = [kind.name for kind in self._kinds.values() if type(event) in kind.opened_by]
        return sorted({*event.streams_beside(), *own})

    def _ground(self, request: Request) -> Ground:
        return Ground(
            kinds=list(self._kinds.values()),
            rules=self._rules,
            agency=self._agency,
            actor=request.actor,
            now=request.now,
            opened=self._opened,
        )

    def _decided(
        self, request: Request, streams: Mapping[UUID, CorrectedStream], session: Session
    ) -> Decided:
        """The rows, each stream folded anew, and the misses that the corrections bring to light."""
        decided = Decided(request.command_id, late=request.late)
        for stream_id, stream in streams.items():
            if not stream.added:
                continue
            decided.write(stream_id, stream.folded.version, *self._written(stream_id, stream, request))
        decided.reads = dict(session.looked)
        return decided

    def _written(
        self, stream_id: UUID, stream: CorrectedStream, request: Request
    ) -> tuple[list[NewEvent], StreamState]:
        """The rows that are added to a stream, and the stream after them."""
        told = [(one.event, one.envelope.event_id) for one in stream.records]
        theirs = {one.envelope.event_id: stream.belonging(one) for one in stream.records}
        folded, rows, waiting = stream.folded, list[NewEvent](), list(stream.added)
        while waiting:
            event, belonging = waiting.pop(0)
            target = Target(stream_id, stream.child, belonging.thing, named=belonging.named)
            row, placed = self._recorder.row_on(LoadedStream(stream.kind, target, folded), event, request)
            rows.append(row)
            told.append((placed, row.event_id))
            theirs[row.event_id] = belonging
            folded = StreamState(0, stream.kind.state).after_all(stream.kind, told)
            if not waiting:
                on = LoadedStream(stream.kind, target, folded)
                missed = newly_missed(on, request.now, self._recorder.patience)
                waiting = [(one, theirs[one.started_by]) for one in missed]
        return rows, folded
