"""What keeps a record beyond its time, and who was erased: two lists of People."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.people.events import HoldLifted, HoldPlaced, SubjectErased
from shared.domain.event import Record
from shared.domain.view import Update, Upsert, View
from shared.team.erasure import erasure_row, erasure_view

erasures = erasure_view()
"""By it People destroys its own keys, as every team does by its list of the same name."""


@erasures.on(SubjectErased)
def _(event: SubjectErased, record: Record) -> Upsert:
    return erasure_row(event.basis.value, record)


@dataclass(frozen=True)
class HoldRow:
    """A hold on a record: it keeps it to the end of `until` (London), or until it is lifted."""

    person: UUID
    hold: UUID
    kind: str
    until: date | None
    placed_at: datetime
    lifted: bool
    event: UUID
    sealed: bytes | None


holds = View("holds", row=HoldRow, key=("person", "hold"), indexes=(("lifted", "placed_at"),), anew="person")


@holds.on(HoldPlaced)
def _(event: HoldPlaced, record: Record) -> Upsert:
    return Upsert(
        person=record.stream,
        hold=event.hold,
        kind=event.kind.value,
        until=event.until,
        placed_at=record.recorded_at,
        lifted=False,
        event=record.sealed_by,
        sealed=record.sealed,
    )


@holds.on(HoldLifted)
def _(event: HoldLifted, record: Record) -> Update:
    return Update({"person": record.stream, "hold": event.hold}, lifted=True)
