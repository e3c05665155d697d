"""The section 47 enquiries: which are open since when, and what those that were concluded found."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.assessment.events import Section47Concluded, Section47Decided, Section47Initiated
from shared.domain.event import Record
from shared.domain.view import Update, Upsert, View


@dataclass(frozen=True)
class EnquiryRow:
    """A section 47 enquiry about one child."""

    stream: UUID
    child: UUID
    discussion: UUID
    """The strategy discussion that decided on it."""
    decided_at: datetime
    begun_at: datetime | None
    concluded_at: datetime | None
    outcome: str | None
    conference_required: bool | None
    is_open: bool


enquiries = View(
    "enquiries",
    row=EnquiryRow,
    key=("stream",),
    anew="stream",
    indexes=(("is_open", "decided_at", "stream"), ("child",)),
)


@enquiries.on(Section47Decided)
def _(event: Section47Decided, record: Record) -> Upsert:
    return Upsert(
        stream=record.stream,
        child=event.child,
        discussion=event.discussion,
        decided_at=record.happened_at,
        is_open=True,
    )


@enquiries.on(Section47Initiated)
def _(_event: Section47Initiated, record: Record) -> Update:
    return Update({"stream": record.stream}, begun_at=record.happened_at)


@enquiries.on(Section47Concluded)
def _(event: Section47Concluded, record: Record) -> Update:
    return Update(
        {"stream": record.stream},
        concluded_at=record.happened_at,
        outcome=event.outcome.value,
        conference_required=event.conference_required,
        is_open=False,
    )
