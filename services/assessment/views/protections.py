"""The children in police protection or under an emergency protection order: until when, the soonest first."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.assessment.events import (
    EmergencyProtectionEnded,
    EmergencyProtectionExtended,
    EmergencyProtectionRecorded,
    PoliceProtectionEnded,
    PoliceProtectionRecorded,
)
from shared.domain.event import Record
from shared.domain.view import Update, Upsert, View


@dataclass(frozen=True)
class ProtectionRow:
    """One use of the police's power, or one order, about one child."""

    stream: UUID
    child: UUID
    kind: str
    since: datetime
    until: datetime
    ended_at: datetime | None
    ended: str | None
    runs: bool
    event: UUID | None
    sealed: bytes | None


protections = View(
    "protections",
    row=ProtectionRow,
    key=("stream",),
    anew="stream",
    indexes=(("runs", "until", "stream"), ("child",)),
)


@protections.on(PoliceProtectionRecorded)
def _(event: PoliceProtectionRecorded, record: Record) -> Upsert:
    return _row(event, record, "police_protection")


@protections.on(EmergencyProtectionRecorded)
def _(event: EmergencyProtectionRecorded, record: Record) -> Upsert:
    return _row(event, record, "emergency_protection_order")


def _row(event: PoliceProtectionRecorded | EmergencyProtectionRecorded, record: Record, kind: str) -> Upsert:
    return Upsert(
        stream=record.stream,
        child=event.child,
        kind=kind,
        since=record.happened_at,
        until=event.until.due_at,
        runs=True,
        event=record.sealed_by,
        sealed=record.sealed,
    )


@protections.on(EmergencyProtectionExtended)
def _(event: EmergencyProtectionExtended, record: Record) -> Update:
    return Update({"stream": record.stream}, until=event.until.due_at)


@protections.on(PoliceProtectionEnded, EmergencyProtectionEnded)
def _(event: PoliceProtectionEnded | EmergencyProtectionEnded, record: Record) -> Update:
    return Update({"stream": record.stream}, ended_at=record.happened_at, ended=event.to.value, runs=False)
