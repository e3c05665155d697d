"""What a correction may not do to the stream it stands on: withdraw what carries others, open a second, or go before it. Pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from shared.domain.clock_facts import is_a_record
from shared.domain.command import Refused
from shared.domain.decider import Per
from shared.domain.event import Event, Record
from shared.team.corrected_stream import CorrectedStream

_OPENED_FIRST: Final = (Per.THING, Per.ITSELF, Per.ALONE)
"""Kinds of stream that begin with the event that opens what they are of."""


def refuse_what_others_stand_on(records: Sequence[Record], stream: CorrectedStream) -> None:
    """Refuse to withdraw (`records`) what opened a thing or an episode before what was recorded on it later: that would
    stand on nothing.

    Raises:
        Refused: E3: something was, and has not been withdrawn.
    """
    kind = stream.kind
    first = kind.per in _OPENED_FIRST
    # What was withdrawn before opens nothing: a child may have been brought to a thing anew.
    opened = next((version for version, event in stream.events() if is_a_record(type(event))), None)
    if not any(one.version == opened if first else type(one.event) in kind.opened_by for one in records):
        return
    ours = {one.version for one in records}
    if any(is_a_record(type(event)) and version not in ours for version, event in stream.events()):
        raise Refused("more was recorded on this since; withdraw that first, the last of it first", rule="E3")


def refuse_another_open(record: Record, stream: CorrectedStream, others: Iterable[CorrectedStream]) -> None:
    """Refuse to put right what was withdrawn, where it opened an episode and the child has another open since; or where it
    said of a child what had been said of somebody not known, for that may have turned out to be another.

    Raises:
        Refused: E3.
    """
    kind = stream.kind
    if record.envelope.carries is not None and stream.standing(record) is None:
        raise Refused("this was withdrawn; say anew which child it is about", rule="E3")
    # Of episodes parted by a code, several may be open.
    if type(record.event) not in kind.opened_by or kind.code or stream.standing(record) is not None:
        return
    for other in others:
        ours = (other.kind.name, other.child) == (kind.name, stream.child)
        if ours and other is not stream and other.folded.stands and kind.is_open(other.folded.state):
            raise Refused(f"another {kind.name} of the child is open since; correct that one", rule="E3")


def refuse_before_opening(stream: CorrectedStream) -> None:
    """Refuse times by which something would lie before its thing or episode was opened that was recorded as done after.

    What was recorded as done before may have been: there the team's rules let it.

    Raises:
        Refused: E2.
    """
    first = stream.records[0]
    if stream.kind.per not in (*_OPENED_FIRST, Per.EPISODE) or not is_a_record(type(first.event)):
        return
    now = dict(stream.events())
    was_opened, is_opened = _opened_at(stream.body(first)), _opened_at(now.get(1))
    if was_opened is None or is_opened is None:
        return
    for one in stream.records[1:]:
        right, before = now.get(one.version), stream.body(one)
        if right is None or not is_a_record(type(right)):
            continue
        if _before(right, is_opened) and not _before(before, was_opened):
            raise Refused(
                f"this would have happened before its {stream.kind.name} was opened; correct the time, or withdraw it and "
                "record it anew",
                rule="E2",
            )


def _before(event: Event, at: datetime) -> bool:
    return event.happened_at is not None and event.happened_at < at


def _opened_at(event: Event | None) -> datetime | None:
    """When a thing or an episode was opened: from when what it tells of was received, where it says that."""
    if event is None:
        return None
    received: datetime | None = getattr(event, "received_at", None)
    return received or event.happened_at
