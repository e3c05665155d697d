"""What the daily meeting looks at: every decision since the last one (M17)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.mash.events import ContactDecided, ContactDecisionReviewed
from shared.domain.event import Record
from shared.domain.view import Update, Upsert, View


@dataclass(frozen=True)
class DecisionRow:
    """The last decision on a contact of one child, until a meeting has looked at it. One that no meeting names is carried
    to the next; one that was decided anew comes to the next meeting too.
    """

    stream: UUID
    contact: UUID
    child: UUID | None
    decided_at: datetime
    outcome: str
    level: int
    waits: bool
    event: UUID
    sealed: bytes | None


decisions = View(
    "decisions",
    row=DecisionRow,
    key=("stream",),
    indexes=(("waits", "decided_at", "stream"), ("child",)),
    anew="stream",
)


@decisions.on(ContactDecided)
def _(event: ContactDecided, record: Record) -> Upsert:
    return Upsert(
        stream=record.stream,
        contact=event.contact,
        child=event.child,
        decided_at=record.happened_at,
        outcome=event.outcome.value,
        level=event.level,
        waits=True,
        event=record.sealed_by,
        sealed=record.sealed,
    )


@decisions.on(ContactDecisionReviewed)
def _(event: ContactDecisionReviewed, record: Record) -> Update:
    return Update({"stream": record.stream}, waits=False)
