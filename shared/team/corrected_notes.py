"""What was noted of a corrected event on the streams beside it, whose clocks it speaks to, is put right with it. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from shared.domain.clock_facts import ActNoted, ClockEnded, ClockStarted, notes_of
from shared.domain.decider import Per
from shared.domain.event import Event, Record
from shared.team.corrected_stream import CorrectedStream

_NOTES: Final = (ActNoted, ClockStarted, ClockEnded)
_OF_A_CHILD: Final = (Per.EPISODE, Per.CHILD)
"""Streams that a child leads to; whichever of them the decision took then, the correction asks when each began."""


def restate_notes(record: Record, right: Event | None, keeping: Sequence[CorrectedStream]) -> None:
    """Restate, add or withdraw what was noted of a record on the streams of one kind beside it (`keeping`, all of one
    kind and child); `right` None withdraws it.

    An act or an end is noted on each of the child's episodes that had begun by then: the order of the marks decides whether
    it says anything there, and it may have been recorded in the time of another one. A start that stands alone would start a
    clock on each, so it is noted on the one it falls into. Of things, it is the record's own alone.
    """
    if not keeping:
        return
    cause, kind = record.envelope.event_id, keeping[0].kind
    marks = () if right is None else right.marks_beside()
    ours = [mark for mark in marks if right is not None and right.stream_beside(mark.rule) == kind.name]
    notes = {_key(note): note for note in notes_of(ours, cause)}
    kept = {id(stream): _noted(stream, cause) for stream in keeping}
    if kind.per not in _OF_A_CHILD:
        thing = record.envelope.thing_id
        keeping = [each for each in keeping if kept[id(each)] or each.thing == thing]
    for key in {key: None for each in kept.values() for key in each} | dict.fromkeys(notes):
        note = notes.get(key)
        home = _home(note, keeping) if note is not None and _starts_alone(note) else None
        for stream in keeping:
            noted = kept[id(stream)].get(key)
            belongs = stream is home if home is not None else note is not None
            if noted is not None:
                placed = None if note is None else _placed(note, stream, record)
                stream.correct(noted, placed if belongs else None)
            elif note is not None and belongs and (home is not None or _begins(stream) <= _at(note)):
                stream.note(note, record)


def _noted(stream: CorrectedStream, cause: UUID) -> dict[tuple[type[Event], str], Record]:
    """What a stream has noted of an event."""
    return {
        _key(one.event): one
        for one in stream.records
        if type(one.event) in _NOTES and _cause(one.event) == cause
    }


def _placed(note: Event, stream: CorrectedStream, record: Record) -> Event:
    return note.placed(child=stream.child, happened_at=record.happened_at)


def _home(note: Event, keeping: Sequence[CorrectedStream]) -> CorrectedStream:
    """The stream into whose time a start falls: the last that had begun by then, else the first to begin."""
    at = _at(note)
    standing = [each for each in keeping if each.folded.stands] or list(keeping)
    begun = [each for each in standing if _begins(each) <= at]
    return max(begun, key=_begins) if begun else min(standing, key=_begins)


def _begins(stream: CorrectedStream) -> datetime:
    """When what the stream is of began, as it is right by now; of a child's own stream, before anything."""
    first = stream.records[0]
    if stream.kind.per is not Per.EPISODE:
        return datetime.min.replace(tzinfo=first.recorded_at.tzinfo)
    happened = stream.body(first).happened_at or first.recorded_at
    return min((happened, *stream.folded.clocks.starts()))


def _at(note: Event) -> datetime:
    """The last instant that a note speaks of: of a start where its clock begins."""
    return max(mark.at for mark in note.marks())


def _starts_alone(note: Event) -> bool:
    """Whether a note starts a clock that goes on with no chain."""
    match note:
        case ClockStarted(continues=continues):
            return not continues
        case ActNoted(next=following, continues=continues):
            return following is not None and not continues
        case _:
            return False


def _key(note: Event) -> tuple[type[Event], str]:
    match note:
        case ActNoted(rule=rule) | ClockStarted(rule=rule) | ClockEnded(rule=rule):
            return type(note), rule
        case _:
            return type(note), ""


def _cause(event: Event) -> UUID | None:
    match event:
        case ActNoted(act=cause) | ClockStarted(cause=cause) | ClockEnded(cause=cause):
            return cause
        case _:
            return None
