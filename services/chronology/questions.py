"""Looks that the review of access asks about, until another manager has said what they found."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.chronology.events import AccessQuestioned, AccessReviewed
from shared.domain.event import Record
from shared.domain.view import Update, Upsert, View


@dataclass(frozen=True)
class QuestionRow:
    """A look that is asked about. Times in UTC; `child` None: it is about looks at many. `waits`: nobody has answered."""

    stream: UUID
    access: UUID
    child: UUID | None
    person: UUID
    role: str
    agency: str
    rule: str
    service: str
    look: int
    looked_at: datetime
    times: int
    edition: str
    asked_at: datetime
    waits: bool
    verdict: str | None
    reviewed_at: datetime | None


questions = View(
    "questions",
    row=QuestionRow,
    key=("stream",),
    indexes=(("waits", "looked_at", "stream"), ("child",)),
    anew="stream",
)


@questions.on(AccessQuestioned)
def _(event: AccessQuestioned, record: Record) -> Upsert:
    return Upsert(
        stream=record.stream,
        access=record.envelope.thing_id,
        child=event.child,
        person=event.person,
        role=event.role,
        agency=event.agency,
        rule=event.rule.value,
        service=event.service,
        look=event.position,
        looked_at=event.looked_at,
        times=event.times,
        edition=event.edition,
        asked_at=record.recorded_at,
        waits=True,
        verdict=None,
        reviewed_at=None,
    )


@questions.on(AccessReviewed)
def _(event: AccessReviewed, record: Record) -> Update:
    """Of broken glass there is no row here, so it changes none."""
    return Update(
        {"stream": record.stream}, waits=False, verdict=event.verdict.value, reviewed_at=record.happened_at
    )
