"""Corrections: a new fact that points at the old one and says what was right. Nothing is overwritten (E3).

A correction stands on the stream of the event it corrects and carries that event's whole open part as it should have
been, in the event's own shape; or nothing, where the event should not have been recorded at all. Whoever folds the
stream reads the corrected body in the old one's place: `decide` and `evolve` know nothing of corrections. The last
correction of an event counts, and the old one stays visible.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.domain.codec import body_fields, event_of_fields
from shared.domain.event import Event, Record, Sealed, event_types
from shared.domain.instants import Instant


class CorrectedText(Sealed):
    """Why it was corrected, and the whole sealed part as it should have been."""

    reason: str
    text: dict[str, Any] | None = None


class Corrected(BaseModel):
    """The event that a correction is of, as it stands in the log."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    event: UUID
    name: str
    """Its stored name."""
    version: int
    """Its place on the stream, which no correction moves."""
    command: UUID
    """The command that recorded it."""
    root: UUID
    """The command of the person at its root."""
    recorded_at: Instant
    thing: UUID | None = None
    """The contact, meeting or plan that it belongs to."""
    named: UUID | None = None
    """The id that its child was named by, where that was merged into another."""

    @classmethod
    def of(cls, record: Record) -> Self:
        """Of an event that stands in a log."""
        envelope = record.envelope
        return cls(
            event=envelope.event_id,
            name=record.event.NAME,
            version=record.version,
            command=envelope.command_id,
            root=envelope.root_id,
            recorded_at=record.recorded_at,
            thing=envelope.thing_id,
            named=UUID(envelope.named) if envelope.named else None,
        )


class RecordCorrected(Event, name="team.RecordCorrected", crosses=True, text=CorrectedText):
    """A person corrected or withdrew what had been recorded (E3). It restates everything that the old event says."""

    corrects: Corrected
    body: dict[str, Any] | None = None
    """The event's whole open part as it should have been; None: withdrawn."""
    known_at: Instant | None = None
    """When the agency really knew, where that was wrong."""

    def right(self) -> Event | None:
        """The event as it should have been recorded, brought up to this program's version; None: withdrawn.

        Raises:
            UnknownEvent: no such event, or a newer version than this program knows.
        """
        return None if self.body is None else event_of_fields(self.corrects.name, dict(self.body))

    def is_published(self, *, walled: bool) -> bool:
        """It carries the whole open part of what it corrects, so it is published only where that was."""
        corrected = event_types().get(self.corrects.name)
        told = corrected is not None and corrected.may_cross(walled=walled)
        return told and self.may_cross(walled=walled)


def correction_of(
    record: Record, right: Event | None, text: CorrectedText | None, *, known_at: datetime | None = None
) -> RecordCorrected:
    """The correction of an event that stands in a log; `right` None withdraws it.

    Raises:
        TypeError: what is right is of another class than what is corrected.
    """
    if right is not None and type(right) is not type(record.event):
        raise TypeError(f"{record.event.NAME} is corrected by an event of its own class, not by {right.NAME}")
    return RecordCorrected(
        child=record.event.child,
        corrects=Corrected.of(record),
        body=None if right is None else body_fields(right),
        known_at=known_at,
        sealed=text,
    )


def as_corrected(events: Iterable[tuple[int, Event]]) -> Iterator[tuple[int, Event]]:
    """The events of a stream, each with its version, as they are right by now: corrected bodies in the old ones' places,
    withdrawn events and the corrections themselves left out.
    """
    told = list(events)
    right = {e.corrects.version: e.right() for _, e in told if isinstance(e, RecordCorrected)}
    for version, event in told:
        if isinstance(event, RecordCorrected):
            continue
        by_now = right.get(version, event)
        if by_now is not None:
            yield version, by_now


def records_as_corrected(records: Iterable[Record]) -> Iterator[Record]:
    """The records of a stream, in its order, as they are right by now: as `as_corrected`, for whoever reads more than
    the body. Each keeps its place, its id and the command that recorded it.
    """
    told = list(records)
    last = {one.event.corrects.version: one for one in told if isinstance(one.event, RecordCorrected)}
    for record in told:
        if isinstance(record.event, RecordCorrected):
            continue
        correction = last.get(record.version)
        right = record if correction is None else as_corrected_by(record, correction)
        if right is not None:
            yield right


def as_corrected_by(record: Record, correction: Record) -> Record | None:
    """A record as its correction says that it should have been; None: withdrawn. Of an event that has a text, the sealed
    part is the correction's, which restates all of it.
    """
    said = correction.event
    assert isinstance(said, RecordCorrected)
    right = said.right()
    if right is None:
        return None
    known = said.known_at or _known(record, right)
    envelope = replace(record.envelope, known_at=known.isoformat())
    if right.TEXT is None:
        return replace(record, event=right, envelope=envelope)
    return replace(
        record,
        event=right,
        envelope=envelope,
        sealed=correction.sealed,
        text=None if correction.text is None else said_last(correction.text),
        corrected_by=correction.envelope.event_id,
    )


def record_anew(correction: Record) -> Record | None:
    """The corrected event as a service that took it in is given it anew, from the correction alone, which is all that
    arrives; None: withdrawn. Unless the correction says when it was known, that is when it happened.

    Raises:
        UnknownEvent: as `RecordCorrected.right`.
    """
    said = correction.event
    assert isinstance(said, RecordCorrected)
    right, old = said.right(), said.corrects
    if right is None:
        return None
    known = said.known_at or right.happened_at or old.recorded_at
    envelope = replace(
        correction.envelope,
        id=str(old.event),
        command=str(old.command),
        correlation=str(old.root),
        known_at=known.isoformat(),
    )
    return replace(
        correction,
        event=right,
        envelope=envelope,
        version=old.version,
        recorded_at=old.recorded_at,
        text=None if correction.text is None else said_last(correction.text),
        corrected_by=correction.envelope.event_id,
    )


def said_last(text: Mapping[str, Any]) -> Mapping[str, Any]:
    """The text of a record, opened: of a corrected one what the correction says that it should have been, with who
    recorded it first.
    """
    restated = text.get("text")
    return restated if isinstance(restated, dict) else text


def _known(record: Record, right: Event) -> datetime:
    """When it was known, where a correction does not say: with what happened, if that was so before; never before it."""
    known, happened = record.envelope.known, right.happened_at or record.happened_at
    return happened if known == record.happened_at else max(known, happened)
