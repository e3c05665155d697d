"""What the front door looks at: the contacts that wait for it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.mash import restriction
from services.mash.events import (
    ChildMatched,
    ContactDecided,
    ContactDecisionReviewed,
    ContactHeld,
    ContactReceived,
    ContactRestricted,
    ContactScreened,
    ReferrerInformed,
)
from shared.domain.clock_facts import DeadlineVaried
from shared.domain.event import Record
from shared.domain.view import Delete, Index, Update, Upsert, View


@dataclass(frozen=True)
class WorklistRow:
    """A contact of one child, until it is decided and the referrer has been told the outcome; or of children who were only
    said, until all of them are matched.

    `unscreened`: nobody has looked at it yet, neither a screener nor whoever decided it.
    """

    stream: UUID
    contact: UUID
    child: UUID | None
    said: int
    """How many children it speaks of who are not matched yet."""
    received_at: datetime
    decide_by: datetime
    source: str
    referrer_agency: str | None
    potential: str | None
    held: bool
    outcome: str | None
    told: bool
    waits: bool
    restricted: bool
    until_decided: bool
    named: list[UUID]
    recorder: UUID
    restricted_by: UUID | None
    unscreened: bool
    event: UUID
    sealed: bytes | None


worklist = View(
    "worklist",
    row=WorklistRow,
    key=("stream",),
    indexes=(
        Index(
            ("decide_by", "stream"),
            where="waits",
            include=("potential", "held", "outcome", "source", "unscreened", "received_at", "restricted"),
        ),
        Index(("decide_by", "stream"), where="waits AND unscreened", include=("received_at",)),
        ("child",),
        ("contact",),
    ),
    anew="stream",
)


@worklist.on(ContactReceived)
def _(event: ContactReceived, record: Record) -> Upsert:
    return Upsert(
        stream=record.stream,
        contact=event.contact,
        child=event.child,
        said=event.said,
        received_at=event.received_at,
        decide_by=event.decide_by.due_at,
        source=event.source.value,
        referrer_agency=event.referrer_agency,
        held=False,
        told=False,
        waits=True,
        restricted=False,
        until_decided=False,
        named=[],
        recorder=restriction.recorder_of(record),
        unscreened=True,
        event=record.sealed_by,
        sealed=record.sealed,
    )


@worklist.on(ChildMatched)
def _(event: ChildMatched, record: Record) -> Delete | Update:
    """Who was matched has a row of their own."""
    if event.left:
        return Update({"stream": record.stream}, said=event.left)
    return Delete(stream=record.stream)


@worklist.on(ContactScreened)
def _(event: ContactScreened, record: Record) -> Update:
    return Update({"stream": record.stream}, potential=event.potential.value, unscreened=False)


@worklist.on(ContactHeld)
def _(event: ContactHeld, record: Record) -> Update:
    return Update({"stream": record.stream}, held=True, decide_by=event.decide_by.due_at)


@worklist.on(ContactDecided)
def _(event: ContactDecided, record: Record) -> Update:
    if event.tell_by is None:  # nobody can be told: the contact waits for nothing more
        return Update({"stream": record.stream}, outcome=event.outcome.value, waits=False, unscreened=False)
    return Update(
        {"stream": record.stream},
        outcome=event.outcome.value,
        decide_by=event.tell_by.due_at,
        waits=True,
        unscreened=False,
    )


@worklist.on(ContactDecisionReviewed)
def _(event: ContactDecisionReviewed, record: Record) -> Update | None:
    """What a meeting changed waits to be decided anew."""
    if event.upheld:
        return None
    return Update({"stream": record.stream}, outcome=None, told=False, waits=True)


@worklist.on(ReferrerInformed)
def _(event: ReferrerInformed, record: Record) -> Update | None:
    return Update({"stream": record.stream}, told=True, waits=False) if event.outcome else None


@worklist.on(DeadlineVaried)
def _(event: DeadlineVaried, record: Record) -> Update | None:
    """Only a running clock is varied, so of these three it is the one the contact waits for."""
    if event.rule not in {"M1", "M4", "M5"}:
        return None
    return Update({"stream": record.stream}, decide_by=event.due_at)


worklist.on(ContactRestricted)(restriction.restricted)
worklist.on(ContactDecided)(restriction.decided)
worklist.on(ContactDecisionReviewed)(restriction.reviewed)
