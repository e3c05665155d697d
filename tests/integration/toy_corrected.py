"""A log with corrections in it, views that follow it, and what their rows should be, read off the log by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import asyncpg

from shared.domain.corrections import Corrected, CorrectedText, RecordCorrected, correction_of
from shared.domain.event import Event, Record, Sealed
from shared.domain.view import Change, Delete, Insert, Update, Upsert, UpsertLike, View
from shared.eventstore.reader import to_record
from tests.integration.toy_views import EVENT_COLUMNS, T0, row_of


class Words(Sealed):
    words: str


class Said(Event, name="toy_corrected.Said", text=Words):
    number: int


class Weighed(Event, name="toy_corrected.Weighed"):
    weight: int


class Gone(Event, name="toy_corrected.Gone"):
    pass


@dataclass
class SaidRow:
    stream: UUID
    number: int
    said_at: datetime
    event: UUID
    sealed: bytes
    weight: int | None = None


said = View("said", row=SaidRow, key=("stream",), anew="stream")


@said.on(Said)
def _(event: Said, record: Record) -> Upsert:
    return Upsert(
        stream=record.stream,
        number=event.number,
        said_at=record.happened_at,
        event=record.sealed_by,
        sealed=record.sealed,
    )


@said.on(Weighed)
def _(event: Weighed, record: Record) -> Update:
    return Update({"stream": record.stream}, weight=event.weight)


@said.on(Gone)
def _(_event: Gone, record: Record) -> Delete:
    return Delete(stream=record.stream)


@dataclass
class LineRow:
    number: int
    stream: UUID
    known_at: datetime


lines = View("lines", row=LineRow, key=("number", "stream"), anew="stream")
"""Several rows a stream, whose id is not the first column of the key."""


@lines.on(Said)
def _(event: Said, record: Record) -> Upsert:
    return Upsert(number=event.number, stream=record.stream, known_at=record.envelope.known)


@lines.on(Gone)
def _(_event: Gone, record: Record) -> Delete:
    return Delete(stream=record.stream)


@dataclass
class WeightRow:
    event: UUID
    weight: int


weights = View("weights", row=WeightRow, key=("event",))
"""A row an event, put right by itself."""


@weights.on(Weighed)
def _(event: Weighed, record: Record) -> Insert:
    return Insert(event=record.envelope.event_id, weight=event.weight)


@weights.on_corrected(Weighed)
def _(right: Weighed | None, corrected: Corrected, _correction: Record) -> Change:
    if right is None:
        return Delete(event=corrected.event)
    return Upsert(event=corrected.event, weight=right.weight)


@dataclass
class LastRow:
    stream: UUID
    kind: str
    number: int
    weight: int


last = View("last", row=LastRow, key=("stream", "kind"))
"""What was said first of a stream, and beside it, in rows like that one, what it weighs by the last word that is left."""


@last.on(Said)
def _(event: Said, record: Record) -> Upsert | None:
    if record.version != 1:
        return None
    return Upsert(stream=record.stream, kind="said", number=event.number, weight=0)


@last.on(Weighed)
def _(event: Weighed, record: Record) -> UpsertLike:
    return UpsertLike({"stream": record.stream}, kind="weighed", weight=event.weight)


@last.on_corrected(Said)
def _(_right: Said | None, _corrected: Corrected, _correction: Record) -> None:
    """What was said first stays."""


@last.on_stream_corrected(Weighed)
def _(right: Sequence[Record], correction: Record) -> list[Change]:
    weighed = [one.event.weight for one in right if isinstance(one.event, Weighed)]
    if not weighed:
        return [Delete(stream=correction.stream, kind="weighed")]
    return [UpsertLike({"stream": correction.stream}, kind="weighed", weight=weighed[-1])]


VIEWS: tuple[View[Any], ...] = (said, lines, weights, last)


class CorrectedLog:
    """A log that is written to at random: a few streams, what is said and weighed on them, corrected and withdrawn."""

    def __init__(self, pool: asyncpg.Pool, seed: int) -> None:
        self.pool = pool
        self.chance = Random(seed)
        self.records: list[Record] = []

    async def append(self, count: int) -> None:
        """So many events more."""
        rows = []
        for _ in range(count):
            # Streams of some time ago are written to again now and then, so that a stream is seldom in one page alone.
            stream = UUID(int=1 + len(self.records) // 60 * 4 + self.chance.randrange(6))
            own = [one for one in self.records if one.stream == stream]
            event = self._next(own).placed(child=stream, happened_at=self._moment())
            row = row_of(len(self.records) + 1, stream, len(own) + 1, event, "diary")
            row = (*row[:5], b"sealed for " + row[6].bytes, *row[6:])
            rows.append(row)
            stored: Any = dict(zip(EVENT_COLUMNS, row, strict=True))
            self.records.append(to_record("mash", stored))
        await self.pool.copy_records_to_table(
            "events", schema_name="mash", columns=EVENT_COLUMNS, records=rows
        )

    def _next(self, own: list[Record]) -> Event:
        told = [one for one in own if not isinstance(one.event, RecordCorrected)]
        if told and self.chance.random() < 0.35:
            wrong = self.chance.choice(told)
            text = CorrectedText(reason="otherwise")
            if self.chance.random() < 0.3:
                return correction_of(wrong, None, text)
            right = self._event(type(wrong.event)).placed(child=wrong.stream, happened_at=self._moment())
            known = self._moment() if self.chance.random() < 0.3 else None
            return correction_of(wrong, right, text, known_at=known)
        return self._event(self.chance.choices([Said, Weighed, Gone], [4, 4, 1])[0])

    def _event(self, kind: type[Event]) -> Event:
        if kind is Said:
            return Said(number=self.chance.randrange(3))
        return Weighed(weight=self.chance.randrange(9)) if kind is Weighed else Gone()

    def _moment(self) -> datetime:
        return T0 + timedelta(minutes=self.chance.randrange(-500, 1))

    def expected(self) -> dict[str, list[Any]]:
        """The rows of each view, in the order of its key, of the events as they are right by now."""
        corrections: dict[tuple[UUID, int], Record] = {}
        for one in self.records:
            if isinstance(one.event, RecordCorrected):
                corrections[one.stream, one.event.corrects.version] = one
        told: dict[UUID, SaidRow] = {}
        numbers: dict[tuple[int, UUID], LineRow] = {}
        weighed: dict[UUID, WeightRow] = {}
        for one in self.records:
            if isinstance(one.event, RecordCorrected):
                continue
            event: Event | None = one.event
            source = one
            known = one.envelope.known
            if (correction := corrections.get((one.stream, one.version))) is not None:
                assert isinstance(correction.event, RecordCorrected)
                event, source = correction.event.right(), correction
                if correction.event.known_at is not None:
                    known = correction.event.known_at
                elif event is not None and event.happened_at is not None:
                    same = known == one.happened_at
                    known = event.happened_at if same else max(known, event.happened_at)
            match event:
                case Said(number=number, happened_at=at) if at is not None:
                    row = SaidRow(one.stream, number, at, source.envelope.event_id, source.sealed or b"")
                    row.weight = told[one.stream].weight if one.stream in told else None
                    told[one.stream] = row
                    numbers[number, one.stream] = LineRow(number, one.stream, known)
                case Weighed(weight=weight):
                    weighed[one.envelope.event_id] = WeightRow(one.envelope.event_id, weight)
                    if one.stream in told:
                        told[one.stream].weight = weight
                case Gone():
                    told.pop(one.stream, None)
                    numbers = {key: row for key, row in numbers.items() if key[1] != one.stream}
        return {
            "said": [told[key] for key in sorted(told)],
            "lines": [numbers[key] for key in sorted(numbers)],
            "weights": [weighed[key] for key in sorted(weighed)],
            "last": self._last(weighed),
        }

    def _last(self, weighed: dict[UUID, WeightRow]) -> list[LastRow]:
        rows: list[LastRow] = []
        firsts = {
            one.stream: one.event.number
            for one in self.records
            if one.version == 1 and isinstance(one.event, Said)
        }
        for stream, number in sorted(firsts.items()):
            rows.append(LastRow(stream, "said", number, 0))
            own = [
                one.envelope.event_id
                for one in self.records
                if one.stream == stream and isinstance(one.event, Weighed)
            ]
            left = [weighed[event].weight for event in own if event in weighed]
            if left:
                rows.append(LastRow(stream, "weighed", number, left[-1]))
        return rows
