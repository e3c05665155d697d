"""Facts carried on to a child: what was recorded of a thing while nobody knew whom it was about, said again of who it was.

No decision reads sealed words, and those of a thing about no child lie under a key of the thing's own. So a decision names
the earlier event (`again`), and the step that records what was decided opens that event's words, as they are right by now,
and seals them under the key of the child. Pure: opening is the caller's.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from shared.domain.command import Refused
from shared.domain.corrections import records_as_corrected, said_last
from shared.domain.event import Event, Record, Sealed

Opened = Callable[[Record], Mapping[str, Any] | None]
"""Opens the sealed part of a record: nothing of what has none, None where its key was destroyed."""


class CarriedOn(Sealed):
    """Stands for the sealed part of an event that says again what an earlier one said: its words are that one's."""

    of: UUID
    """The event that is said again."""
    items: Mapping[str, tuple[int, ...]] = {}
    """Of fields of its words that are lists, the places (from 0) of what is carried on: what is said of other children
    stays where it is."""
    only: tuple[str, ...] | None = None
    """The fields of its words that are carried on, where the event that says them has a text of another kind; None: all."""


def again(record: Record, *, items: Mapping[str, tuple[int, ...]] | None = None, **changes: Any) -> Event:
    """The event of a record, of the child for whom it is decided now, with some fields changed; it happened when it did."""
    return record.event.model_copy(
        update={
            "child": None,
            "happened_at": record.happened_at,
            **changes,
            "sealed": CarriedOn(of=record.envelope.event_id, items=items or {}),
        }
    )


def carried_from(event: Event, earlier: Sequence[Record]) -> Record | None:
    """The record that an event says again; None: it is said for the first time.

    Raises:
        LookupError: it says again what does not stand among `earlier`: a mistake in the program.
    """
    if not isinstance(event.sealed, CarriedOn):
        return None
    for record in earlier:
        if record.envelope.event_id == event.sealed.of:
            return record
    raise LookupError(f"{event.NAME} carries on an event that its decision was not given")


def said_again(records: Iterable[Record], streams: Iterable[Sequence[Record]]) -> list[Record]:
    """Of these streams the records that say one of `records` again, and have not been withdrawn."""
    first = {one.envelope.id for one in records}
    found: list[Record] = []
    for stream in streams:
        stand = {one.version for one in records_as_corrected(stream)}
        found += [one for one in stream if one.envelope.carries in first and one.version in stand]
    return found


def words_carried(event: Event, record: Record, opened: Opened) -> dict[str, Any]:
    """The words of a record as an event that says it again has them, with who recorded them first.

    Args:
        event: what says it again.
        record: what was said.
        opened: opens the sealed part of a record.

    Raises:
        Refused: they were erased: nobody can tell any more what was said.
    """
    said = event.sealed
    assert isinstance(said, CarriedOn)
    first = opened(record)
    if first is None:
        raise Refused("what was said was erased: record what is known of the child as something new")
    words = said_last(first)
    if said.only is not None:
        words = {name: value for name, value in words.items() if name in (*said.only, "recorded_by")}
    kept = {name: _some(words.get(name), places) for name, places in said.items.items()}
    return {name: value for name, value in {**words, **kept}.items() if value not in (None, [])}


def _some(value: Any, places: Sequence[int]) -> list[Any]:
    return [value[place] for place in places if place < len(value)] if isinstance(value, list) else []
