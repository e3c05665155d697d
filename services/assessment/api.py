"""Referral and assessment over HTTP, beside its commands: its lists."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter

from services.assessment.views import enquiries, protections, worklist
from shared.web.dependencies import instant
from shared.web.paging import Paging
from shared.web.reading import Reader

router = APIRouter(tags=["assessment"])


@router.get("/worklist")
async def referrals(reader: Reader, asked: Paging) -> dict[str, Any]:
    """Open referrals, the child who must be seen soonest first, with what each waits for."""
    order = {"see_child_by": datetime, "stream": UUID}
    return await reader.listing(worklist, order=order, where=None, asked=asked, item=_referral)


def _referral(row: Mapping[str, Any], text: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "referral": str(row["stream"]),
        "child": str(row["child"]),
        "contact": str(row["contact"]) if row["contact"] else None,
        "received_at": instant(row["received_at"]),
        "see_child_by": instant(row["see_child_by"]),
        "source": row["source"],
        "level": row["level"],
        "primary_need": row["primary_need"],
        "immediate_harm": row["immediate_harm"],
        "worker": str(row["worker"]) if row["worker"] else None,
        "last_seen_at": instant(_seen_since(row)),
        "waits_for": _waits_for(row["worker"], _seen_since(row)),
        "text": text,
    }


def _seen_since(row: Mapping[str, Any]) -> datetime | None:
    """When the child was last seen since the contact was received: a visit before it does not answer it."""
    seen: datetime | None = row["last_seen_at"]
    return seen if seen is not None and seen >= row["received_at"] else None


def _waits_for(worker: UUID | None, last_seen_at: datetime | None) -> str:
    if worker is None:
        return "allocation"
    return "the assessment" if last_seen_at else "the child to be seen"


@router.get("/section-47")
async def open_enquiries(reader: Reader, asked: Paging) -> dict[str, Any]:
    """Open section 47 enquiries, the one that was decided on first before all others."""
    order = {"decided_at": datetime, "stream": UUID}
    return await reader.listing(enquiries, order=order, where={"is_open": True}, asked=asked, item=_enquiry)


def _enquiry(row: Mapping[str, Any], _text: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "enquiry": str(row["stream"]),
        "child": str(row["child"]),
        "discussion": str(row["discussion"]),
        "decided_at": instant(row["decided_at"]),
        "begun_at": instant(row["begun_at"]),
        "waits_for": "its conclusion" if row["begun_at"] else "work to begin",
    }


@router.get("/protections")
async def running_protections(reader: Reader, asked: Paging) -> dict[str, Any]:
    """Children in police protection or under an emergency protection order, the one that runs out soonest first."""
    order = {"until": datetime, "stream": UUID}
    return await reader.listing(protections, order=order, where={"runs": True}, asked=asked, item=_protection)


def _protection(row: Mapping[str, Any], text: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "protection": str(row["stream"]),
        "child": str(row["child"]),
        "kind": row["kind"],
        "since": instant(row["since"]),
        "until": instant(row["until"]),
        "text": text,
    }
