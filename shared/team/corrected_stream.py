"""One stream while it is corrected: what its records say by now, and what is added to it. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from shared.domain.corrections import CorrectedText, RecordCorrected, as_corrected, correction_of
from shared.domain.decider import Per, Stream
from shared.domain.event import Event, Record
from shared.domain.stream_state import StreamState


class Belonging(NamedTuple):
    """What an event belongs to (the contact, meeting or plan), and the id its child was named by, where it is another."""

    thing: UUID
    named: UUID | None = None


@dataclass(slots=True)
class CorrectedStream:
    """The records of a stream, and the corrections and notes that are added to it, each with what it belongs to.

    Attributes:
        kind: the kind of stream.
        child: the child that it is recorded about.
        thing: what it belongs to as a whole.
        records: all that stands on it.
        folded: how it stands.
        added: what is added to it, in this order.
    """

    kind: Stream
    child: UUID | None
    thing: UUID
    records: list[Record]
    folded: StreamState
    added: list[tuple[Event, Belonging]] = field(default_factory=list)

    def standing(self, record: Record) -> Event | None:
        """An event of this stream as it is right by now; None: it was withdrawn."""
        told = as_corrected((one.version, one.event) for one in self.records)
        return dict(told).get(record.version)

    def body(self, record: Record) -> Event:
        """An event of this stream as it was last said to be right: of a withdrawn one what it said before that."""
        said = [
            one.event.right() for one in self.corrections(record) if isinstance(one.event, RecordCorrected)
        ]
        return next((right for right in reversed(said) if right is not None), record.event)

    def known_at(self, record: Record) -> datetime | None:
        """When the agency really knew, as corrections said it last; None: no correction did."""
        said = [
            one.event.known_at for one in self.corrections(record) if isinstance(one.event, RecordCorrected)
        ]
        return next((at for at in reversed(said) if at is not None), None)

    def corrections(self, record: Record) -> list[Record]:
        """The corrections of an event of this stream, in their order."""
        return [
            one
            for one in self.records
            if isinstance(one.event, RecordCorrected) and one.event.corrects.version == record.version
        ]

    def events(self) -> list[tuple[int, Event]]:
        """What stands on it by now, with what is added taken in, in its order."""
        told: Iterable[Event] = (*(one.event for one in self.records), *(event for event, _ in self.added))
        return list(as_corrected(enumerate(told, 1)))

    def correct(
        self,
        record: Record,
        right: Event | None,
        text: CorrectedText | None = None,
        *,
        known_at: datetime | None = None,
        anew: bool = False,
    ) -> None:
        """Put an event of this stream right, or withdraw it (`right` None), unless it is so already and nothing of it is
        said `anew` (its text, or when it was known).
        """
        if right == self.standing(record) and not anew:
            return
        self.added.append((correction_of(record, right, text, known_at=known_at), self.belonging(record)))

    def note(self, note: Event, of: Record) -> None:
        """Note on this stream what a record of another one says to its clocks."""
        theirs = self.belonging(of)
        placed = note.placed(child=self.child, happened_at=of.happened_at)
        self.added.append(
            (placed, theirs if self.kind.per is Per.CHILD else theirs._replace(thing=self.thing))
        )

    def belonging(self, record: Record) -> Belonging:
        """What a record belongs to."""
        named = record.envelope.named
        return Belonging(record.envelope.thing_id or self.thing, UUID(named) if named else None)
