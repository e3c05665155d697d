"""What the front door looks at of its nights and weekends: the shifts that wait, and the contacts that came in each."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.mash import restriction
from services.mash.events import (
    ChildMatched,
    ContactDecided,
    ContactDecisionReviewed,
    ContactHeld,
    ContactPassedToOpenCase,
    ContactReceived,
    ContactRestricted,
    ContactScreened,
    HandoverAccepted,
    ImmediateHarmIdentified,
    ShiftBegan,
    ShiftHandedOver,
)
from services.mash.out_of_hours import period_at
from services.mash.rules import RULES
from shared.domain.clock_facts import DeadlineVaried
from shared.domain.event import Record
from shared.domain.view import Change, Delete, Update, Upsert, View


@dataclass(frozen=True)
class ShiftRow:
    """A shift out of hours, until its handover was accepted. Its sealed text is the handover's. About no child."""

    shift: UUID
    since: datetime
    until: datetime
    hand_over_by: datetime
    handed_over_at: datetime | None
    handed_over: list[UUID] | None
    """The contacts that the handover names."""
    accepted_at: datetime | None
    waits: bool
    event: UUID
    sealed: bytes | None


shifts = View(
    "shifts",
    row=ShiftRow,
    key=("shift",),
    indexes=(("waits", "hand_over_by", "shift"),),
    anew="shift",
)


@shifts.on(ShiftBegan)
def _(event: ShiftBegan, record: Record) -> Upsert:
    return Upsert(
        shift=record.stream,
        since=event.since,
        until=event.until,
        hand_over_by=event.hand_over_by.due_at,
        waits=True,
        event=record.sealed_by,
        sealed=None,
    )


@shifts.on(ShiftHandedOver)
def _(event: ShiftHandedOver, record: Record) -> Update:
    return Update(
        {"shift": record.stream},
        handed_over_at=record.happened_at,
        handed_over=list(event.contacts),
        event=record.sealed_by,
        sealed=record.sealed,
    )


@shifts.on(HandoverAccepted)
def _(event: HandoverAccepted, record: Record) -> Update:
    return Update({"shift": record.stream}, accepted_at=record.happened_at, waits=False)


@shifts.on(DeadlineVaried)
def _(event: DeadlineVaried, record: Record) -> Update | None:
    return Update({"shift": record.stream}, hand_over_by=event.due_at) if event.rule == "M19" else None


@dataclass(frozen=True)
class ShiftContactRow:
    """A contact, or a note on an open case, that came in out of hours, of one child: what it is, in codes. Its words stand
    on the worklist, where they are kept from whom they must be.
    """

    stream: UUID
    shift: UUID
    contact: UUID
    child: UUID | None
    received_at: datetime
    source: str
    note: bool
    potential: str | None
    harm: bool
    held: bool
    decided: bool
    restricted: bool
    until_decided: bool
    named: list[UUID]
    recorder: UUID
    restricted_by: UUID | None


shift_contacts = View(
    "shift_contacts",
    row=ShiftContactRow,
    key=("stream",),
    indexes=(("shift", "received_at", "stream"), ("child",)),
    anew="stream",
)


@shift_contacts.on(ContactReceived)
def _(event: ContactReceived, record: Record) -> Iterator[Change]:
    yield from _came_in(event, record, note=False)


@shift_contacts.on(ContactPassedToOpenCase)
def _(event: ContactPassedToOpenCase, record: Record) -> Iterator[Change]:
    """First on its stream it is a note; later it stands beside a decision, which says what there is to say."""
    if record.version == 1:
        yield from _came_in(event, record, note=True)


def _came_in(
    event: ContactReceived | ContactPassedToOpenCase, record: Record, *, note: bool
) -> Iterator[Change]:
    period = period_at(event.received_at, RULES)
    if period is not None:
        yield Upsert(
            stream=record.stream,
            shift=period.shift,
            contact=event.contact,
            child=event.child,
            received_at=event.received_at,
            source=event.source.value,
            note=note,
            harm=False,
            held=False,
            decided=False,
            restricted=False,
            until_decided=False,
            named=[],
            recorder=restriction.recorder_of(record),
        )


@shift_contacts.on(ContactScreened)
def _(event: ContactScreened, record: Record) -> Update:
    return Update({"stream": record.stream}, potential=event.potential.value)


@shift_contacts.on(ImmediateHarmIdentified)
def _(event: ImmediateHarmIdentified, record: Record) -> Update:
    return Update({"stream": record.stream}, harm=True)


@shift_contacts.on(ContactHeld)
def _(event: ContactHeld, record: Record) -> Update:
    return Update({"stream": record.stream}, held=True)


@shift_contacts.on(ContactDecided)
def _(event: ContactDecided, record: Record) -> Update:
    return Update({"stream": record.stream}, decided=True)


@shift_contacts.on(ContactDecisionReviewed)
def _(event: ContactDecisionReviewed, record: Record) -> Update | None:
    return None if event.upheld else Update({"stream": record.stream}, decided=False)


@shift_contacts.on(ChildMatched)
def _(event: ChildMatched, record: Record) -> Delete | None:
    """Who was said and is matched has a row of their own."""
    return None if event.left else Delete(stream=record.stream)


shift_contacts.on(ContactRestricted)(restriction.restricted)
shift_contacts.on(ContactDecided)(restriction.decided)
shift_contacts.on(ContactDecisionReviewed)(restriction.reviewed)
