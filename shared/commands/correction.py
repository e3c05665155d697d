"""Correct what a command recorded: a new fact on each stream that it wrote, in the old one's place (E3).

Found by the command that is corrected, not by what it was addressed to. What the corrected events had noted on streams
beside is restated with them. The stream is folded anew with the corrected body, so later commands decide on it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson

from shared.access.policy import AccessPolicy
from shared.commands.loading import LoadedStream
from shared.commands.recording import Decided, EventRecorder, newly_missed
from shared.commands.request import Request
from shared.commands.session import Session
from shared.commands.steps import Steps
from shared.commands.targets import Target
from shared.commands.wiring import Wiring
from shared.crypto.key_store import KeyStore
from shared.domain.corrections import CorrectedText, RecordCorrected, correction_of
from shared.domain.event import Event, Record
from shared.domain.rules import Rulebook
from shared.domain.stream_state import StreamState
from shared.eventstore.reader import to_record
from shared.eventstore.store import Store
from shared.team.authorisation import Forbidden
from shared.team.corrections import (
    CorrectRecord,
    by_now,
    check_correction,
    check_fields,
    records_to_correct,
    refuse_what_others_stand_on,
    restated,
    restated_notes,
    restated_text,
)


@dataclass(slots=True)
class _Corrected:
    """One stream while it is corrected: its records, and the corrections that are added to it."""

    on: LoadedStream
    records: list[Record]
    added: list[Event] = field(default_factory=list)


class Corrector:
    """Decides the corrections of one service."""

    def __init__(
        self,
        service: str,
        wiring: Wiring,
        store: Store,
        keys: KeyStore,
        rules: Rulebook,
        access: AccessPolicy,
        recorder: EventRecorder,
        steps: Steps,
    ) -> None:
        self._service = service
        self._kinds = {stream.name: stream for stream in wiring.streams}
        self._store = store
        self._keys = keys
        self._rules = rules
        self._access = access
        self._recorder = recorder
        self._steps = steps

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
        records = await self._recorded_by(command)
        self._allow(request, records)
        check_fields(command, records)
        streams = await self._streams(records, session)
        if command.withdrawn:
            for stream_id, stream in streams.items():
                withdrawn = [one for one in records if one.stream == stream_id]
                refuse_what_others_stand_on(withdrawn, stream.on.stream, stream.records)
        for record in records:
            stream = streams[record.stream]
            event = by_now(record, stream.records)
            right = None if command.withdrawn else restated(event, command, self._rules)
            stream.added.append(self._correction(record, stream, right, command))
            for kind in sorted(set(event.BESIDE.values())):
                keeping = [one for one in streams.values() if one.on.stream.name == kind]
                notes = restated_notes(record, right, kind, [one.records for one in keeping])
                for noted, added in zip(keeping, notes, strict=True):
                    noted.added += added
        return self._decided(request, streams, session)

    async def _recorded_by(self, command: CorrectRecord) -> list[Record]:
        """What the corrected command recorded, of the children in `about`."""
        assert command.re is not None
        return records_to_correct(command, await self._steps.records(command.re))

    def _allow(self, request: Request, records: Sequence[Record]) -> None:
        """A person corrects what they recorded; a manager of the team what the team recorded."""
        theirs = all(one.envelope.actor == str(request.actor.id) for one in records)
        # Who may vary a deadline of the team is a manager of it (rules, "Who may do what").
        manages = self._access.may(request.actor, f"{self._service}.VaryDeadline").allowed
        if not theirs and not manages:
            raise Forbidden(
                "somebody else recorded this; ask them, or a manager of the team, to correct it", ("E9",)
            )

    async def _streams(self, records: Iterable[Record], session: Session) -> dict[UUID, _Corrected]:
        """The streams they stand on, and those on which they were noted, whole."""
        where = {one.stream: one for one in records}
        noted = await self._noted(records)
        found: dict[UUID, _Corrected] = {}
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
            target = Target(stream_id, first.event.child, thing)
            session.looked[stream_id] = folded.version
            found[stream_id] = _Corrected(LoadedStream(kind, target, folded), history)
        return found

    async def _noted(self, records: Iterable[Record]) -> list[UUID]:
        """The streams beside on which these events may have been noted: the child's own of those kinds."""
        found: dict[UUID, None] = {}
        for record in records:
            kinds = set(record.event.BESIDE.values())
            if kinds and record.event.child is not None:
                for stream_id in await self._store.streams_of(record.event.child, sorted(kinds)):
                    found[stream_id] = None
        return list(found)

    def _correction(
        self, record: Record, stream: _Corrected, right: Event | None, command: CorrectRecord
    ) -> RecordCorrected:
        text = None
        if record.event.TEXT is not None and right is not None:
            text = restated_text(type(record.event), self._text(record, stream), command)
        return correction_of(
            record,
            right,
            CorrectedText(reason=command.reason, text=text),
            known_at=command.right_known,
        )

    def _text(self, record: Record, stream: _Corrected) -> Mapping[str, Any]:
        """The sealed part as it was said last, with who recorded it; nothing of it, where the key was destroyed."""
        said = self._opened(record)
        for later in stream.records:
            if isinstance(later.event, RecordCorrected) and later.event.corrects.version == record.version:
                said = self._opened(later).get("text") or said
        return said

    def _opened(self, record: Record) -> dict[str, Any]:
        if record.sealed is None:
            return {}
        opened = self._keys.open(record.sealed, record.envelope.event_id)
        text: dict[str, Any] = orjson.loads(opened) if opened is not None else {}
        return text

    def _decided(self, request: Request, streams: Mapping[UUID, _Corrected], session: Session) -> Decided:
        """The rows, each stream folded anew, and the misses that the corrections bring to light."""
        decided = Decided(request.command_id, late=request.late)
        for stream_id, stream in streams.items():
            if not stream.added:
                continue
            told = [(one.event, one.envelope.event_id) for one in stream.records]
            folded, rows = stream.on.folded, []
            waiting: list[Event] = list(stream.added)
            while waiting:
                event = waiting.pop(0)
                row, placed = self._recorder.row_on(stream.on, event, request)
                rows.append(row)
                told.append((placed, row.event_id))
                folded = StreamState(0, stream.on.stream.state).after_all(stream.on.stream, told)
                if not waiting:
                    waiting = list(newly_missed(folded, request.now))
            decided.write(stream_id, stream.on.folded.version, rows, folded)
        decided.reads = dict(session.looked)
        return decided
