"""What the front door sent and nobody has taken in yet."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.lado.events import IntakeItemPlaced, IntakeItemTaken
from shared.domain.event import Record
from shared.domain.view import Update, Upsert, View


@dataclass(frozen=True)
class IntakeRow:
    """One child of a contact that was routed to the LADO."""

    stream: UUID
    child: UUID | None
    contact: UUID
    routed_at: datetime
    received_at: datetime
    source: str
    referrer_agency: str | None
    waits: bool
    event: UUID | None
    sealed: bytes | None


intake = View(
    "intake",
    row=IntakeRow,
    key=("stream",),
    indexes=(("waits", "received_at", "stream"), ("child", "stream")),
    anew="stream",
)


@intake.on(IntakeItemPlaced)
def _(event: IntakeItemPlaced, record: Record) -> Upsert:
    return Upsert(
        stream=record.stream,
        child=event.child,
        contact=event.contact,
        routed_at=event.routed_at,
        received_at=event.received_at,
        source=event.source.value,
        referrer_agency=event.referrer_agency,
        waits=True,
        event=record.sealed_by,
        sealed=record.sealed,
    )


@intake.on(IntakeItemTaken)
def _(_event: IntakeItemTaken, record: Record) -> Update:
    return Update({"stream": record.stream}, waits=False)
