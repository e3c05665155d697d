"""Correct what a command recorded: a new fact on each stream that it wrote, in the old one's place (E3).

Found by the command that is corrected, not by what it was addressed to. What the corrected events had noted on streams
beside is restated with them. The stream is folded anew with the corrected body, so later commands decide on it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

import orjson

from shared.access.policy import AccessPolicy
from shared.commands.authorisation import Forbidden
from shared.commands.loading import LoadedStream
from shared.commands.recording import Decided, EventRecorder, newly_missed
from shared.commands.request import Request
from shared.commands.session import Session, StreamState
from shared.commands.steps import Steps
from shared.commands.targets import Target
from shared.commands.wiring import Wiring
from shared.crypto.key_store import KeyStore
from shared.domain.command import NotFound, Refused, refuse_all
from shared.domain.corrections import CorrectedText, RecordCorrected, as_corrected, correction_of
from shared.domain.deadlines import (
    ActNoted,
    ClockEnded,
    ClockStarted,
    is_a_record,
    notes_of,
)
from shared.domain.decider import Per
from shared.domain.event import Event, Record
from shared.domain.rules import Rulebook
from shared.eventstore.reader import to_record
from shared.eventstore.store import Store
from shared.team.corrections import CorrectRecord, correctable, restated, restated_text

_OPENED_FIRST: Final = (Per.THING, Per.ITSELF, Per.ALONE)
"""Kinds of stream that begin with the event that opens what they are of."""
_NOTES: Final = (ActNoted, ClockStarted, ClockEnded)


@dataclass(slots=True)
class _Corrected:
    """One stream while it is corrected: its records, and the corrections that are added to it."""

    on: LoadedStream
    records: list[Record]
    added: list[Event] = field(default_factory=list)

    def by_now(self, record: Record) -> Event:
        """An event of this stream as it was corrected last; as it was recorded, where it was withdrawn or never was."""
        told = [(one.version, one.event) for one in self.records]
        return dict(as_corrected(told)).get(record.version, record.event)


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
        _refuse(command, request)
        records = await self._recorded_by(command)
        self._allow(request, records)
        _refuse_unknown_fields(command, records)
        streams = await self._streams(records, session)
        if command.withdrawn:
            _refuse_what_others_stand_on(records, streams)
        for record in records:
            stream = streams[record.stream]
            event = stream.by_now(record)
            right = None if command.withdrawn else restated(event, command, self._rules)
            stream.added.append(self._correction(record, stream, right, command))
            for kind in sorted(set(event.BESIDE.values())):
                _restate_notes(record, right, [one for one in streams.values() if one.on.stream.name == kind])
        return self._decided(request, streams, session)

    async def _recorded_by(self, command: CorrectRecord) -> list[Record]:
        """What the corrected command recorded, of the children in `about`."""
        assert command.re is not None
        records = await self._steps.records(command.re)
        own = [one for one in records if is_a_record(type(one.event))]
        if not own:
            raise NotFound("nothing was recorded by this step; check `re`", what="step")
        about = [one for one in own if not command.about or one.event.child in command.about]
        if not about:
            raise NotFound("that step recorded nothing about the children in `about`", what="child")
        return about

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


def _refuse(command: CorrectRecord, request: Request) -> None:
    """What is refused whatever was recorded."""
    if command.re is None:
        raise NotFound("say which step is corrected: put its id into `re`", what="address")
    happened, known, now = command.right_happened, command.right_known, request.now
    late = [at for at in (happened, known) if at is not None and at > now]
    refuse_all(
        (
            "E3",
            command.says_nothing(),
            "say what is right: `fields`, `happened` or `known`; or that it is withdrawn",
        ),
        (
            "E3",
            command.withdrawn and bool(command.fields or happened or known),
            "either withdraw it, or say what is right",
        ),
        ("E2", bool(late), "it cannot have happened, or been known, later than now; correct the time"),
        (
            "E2",
            happened is not None and known is not None and known < happened,
            "it cannot have been known before it happened; correct the times",
        ),
    )


def _refuse_unknown_fields(command: CorrectRecord, records: Sequence[Record]) -> None:
    known = frozenset[str]().union(*(correctable(type(one.event)) for one in records))
    if unknown := sorted(command.fields.keys() - known):
        may = ", ".join(sorted(known)) or "nothing but its times"
        raise Refused(
            f"this record cannot be corrected in that field ({len(unknown)} of those named); of it may be corrected: "
            f"{may}. Else withdraw it, and record it anew",
            rule="E3",
        )


def _refuse_what_others_stand_on(records: Sequence[Record], streams: Mapping[UUID, _Corrected]) -> None:
    """What opened a thing or an episode is withdrawn last: what was recorded on it later would stand on nothing.

    Raises:
        Refused: E3: something was, and has not been withdrawn.
    """
    for record in records:
        stream = streams[record.stream]
        kind = stream.on.stream
        opens = record.version == 1 if kind.per in _OPENED_FIRST else type(record.event) in kind.opened_by
        if not opens:
            continue
        told = ((one.version, one.event) for one in stream.records)
        ours = {one.version for one in records if one.stream == record.stream}
        if any(is_a_record(type(event)) and version not in ours for version, event in as_corrected(told)):
            raise Refused(
                "more was recorded on this since; withdraw that first, the last of it first", rule="E3"
            )


def _restate_notes(record: Record, right: Event | None, keeping: Sequence[_Corrected]) -> None:
    """Restate or withdraw what was noted of a corrected event on the streams of one kind beside it.

    What it says only now is noted on the last of them, as if it had been said at once.
    """
    if not keeping:
        return
    cause = record.envelope.event_id
    marks = [] if right is None else right.marks_beside()
    ours = [one for one in marks if right and right.stream_beside(one.rule) == keeping[0].on.stream.name]
    notes = {
        _key(note): note.placed(child=record.event.child, happened_at=record.happened_at)
        for note in notes_of(ours, cause)
    }
    unsaid = dict(notes)
    for stream in keeping:
        for one in stream.records:
            if type(one.event) in _NOTES and _cause(one.event) == cause:
                stream.added.append(correction_of(one, notes.get(_key(one.event)), None))
                unsaid.pop(_key(one.event), None)
    keeping[-1].added += unsaid.values()


def _key(note: Event) -> tuple[type[Event], str]:
    return type(note), _rule(note)


def _cause(event: Event) -> UUID | None:
    match event:
        case ActNoted(act=cause) | ClockStarted(cause=cause) | ClockEnded(cause=cause):
            return cause
        case _:
            return None


def _rule(event: Event) -> str:
    match event:
        case ActNoted(rule=rule) | ClockStarted(rule=rule) | ClockEnded(rule=rule):
            return rule
        case _:
            return ""
