"""Requests for a copy of a person's records, until they are answered."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter

from services.people.codes import AskedBy
from services.people.events import SubjectAccessReleased, SubjectAccessRequested, SubjectAccessReviewed
from shared.domain.event import Record
from shared.domain.instants import local_date, london
from shared.domain.view import Update, Upsert, View
from shared.web.paging import Paging
from shared.web.reading import Reader

router = APIRouter(tags=["subject access"])


@dataclass(frozen=True)
class AccessRequestRow:
    """A request for a copy; `draft` is the digest of what was reviewed last. `due` is when the last day begins (UTC)."""

    stream: UUID
    request: UUID
    person: UUID
    asked_by: str
    received: date
    due: datetime
    draft: str | None
    released: bool
    event: UUID
    sealed: bytes | None


access_requests = View(
    "access_requests",
    row=AccessRequestRow,
    key=("stream",),
    indexes=(("released", "due", "stream"),),
    anew="stream",
)


@access_requests.on(SubjectAccessRequested)
def _(event: SubjectAccessRequested, record: Record) -> Upsert:
    return Upsert(
        stream=record.stream,
        request=record.envelope.thing_id,
        person=event.child,
        asked_by=event.asked_by.value,
        received=event.received,
        due=london(event.respond_by.year, event.respond_by.month, event.respond_by.day),
        draft=None,
        released=False,
        event=record.sealed_by,
        sealed=record.sealed,
    )


@access_requests.on(SubjectAccessReviewed)
def _(event: SubjectAccessReviewed, record: Record) -> Update:
    return Update({"stream": record.stream}, draft=event.draft)


@access_requests.on(SubjectAccessReleased)
def _(_event: SubjectAccessReleased, record: Record) -> Update:
    return Update({"stream": record.stream}, released=True)


@router.get("/subject-access-requests")
async def waiting_requests(reader: Reader, asked: Paging) -> dict[str, Any]:
    """The requests for a copy that were not answered yet, those first that have to be answered soonest."""
    return await reader.listing(
        access_requests,
        order={"due": datetime, "stream": UUID},
        where={"released": False},
        asked=asked,
        item=lambda row, text: {
            "request": str(row["request"]),
            "person": str(row["person"]),
            "asked_by": row["asked_by"],
            "why": AskedBy[row["asked_by"].upper()].label,
            "received": row["received"].isoformat(),
            "respond_by": local_date(row["due"]).isoformat(),
            "reviewed": row["draft"] is not None,
            "text": text,
        },
        child="person",
        action="read:subject_access",
    )
