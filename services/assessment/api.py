"""Referral and assessment over HTTP, beside its commands: its lists."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from services.assessment.views import assessments, enquiries, plans, protections, worklist
from shared.domain.view import View
from shared.web.dependencies import After, instant
from shared.web.paging import Paging
from shared.web.reading import Reader, Reading
from shared.web.rows import SOMETHING, Page

router = APIRouter(tags=["assessment"])


@router.get("/worklist")
async def referrals(
    reader: Reader,
    asked: Paging,
    mine: Annotated[bool, Query(description="only children who are allocated to you")] = False,
    allocated: Annotated[bool | None, Query(description="only those with a worker, or without")] = None,
    level: Annotated[int | None, Query(ge=1, le=4, description="only of this level of need")] = None,
    immediate_harm: Annotated[bool | None, Query(description="only at immediate harm, or not")] = None,
) -> dict[str, Any]:
    """Open referrals, the child who must be seen soonest first, with what each waits for."""
    where: dict[str, Any] = {}
    if allocated is not None:
        where["worker"] = SOMETHING if allocated else None
    if mine and allocated is not False:
        where["worker"] = reader.own_ids()
    elif mine:
        where["worker"] = []  # nothing is theirs that has no worker
    chosen = {"level": level, "immediate_harm": immediate_harm}
    where |= {name: value for name, value in chosen.items() if value is not None}
    order = {"see_child_by": datetime, "stream": UUID}
    return await reader.listing(worklist, order=order, where=where, asked=asked, item=_referral)


@router.get("/worklist/counts")
async def counts(reader: Reader, after: After = None) -> dict[str, Any]:
    """How many referrals are open, by level of need, by whose they are, and whether a child is at immediate harm."""
    return await reader.counts(worklist, where=None, by=("level", "worker", "immediate_harm"), after=after)


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


@router.get("/child-in-need-plans")
async def open_plans(reader: Reader, asked: Paging) -> dict[str, Any]:
    """Open child-in-need plans, the oldest first; a plan whose consent was withdrawn says so."""
    order = {"started_at": datetime, "stream": UUID}
    return await reader.listing(plans, order=order, where={"is_open": True}, asked=asked, item=_plan)


def _plan(row: Mapping[str, Any], text: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "plan": str(row["stream"]),
        "child": str(row["child"]),
        "started_at": instant(row["started_at"]),
        "first_review": row["first_review"].isoformat() if row["first_review"] else None,
        "reviewed_at": instant(row["reviewed_at"]),
        "decision": row["decision"],
        "waits_for": "what becomes of it: consent was withdrawn" if row["consent_withdrawn"] else None,
        "text": text,
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


@router.get("/assessments")
async def waiting_assessments(reader: Reader, asked: Paging) -> dict[str, Any]:
    """Assessments that wait to be completed, authorised or shared, the one that started first before all others."""
    order = {"started_at": datetime, "stream": UUID}
    return await reader.listing(
        assessments, order=order, where={"waits": True}, asked=asked, item=_assessment
    )


def _assessment(row: Mapping[str, Any], _text: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "assessment": str(row["stream"]),
        "child": str(row["child"]),
        "referral": str(row["referral"]),
        "kind": row["kind"],
        "started_at": instant(row["started_at"]),
        "completed_at": instant(row["completed_at"]),
        "author": str(row["author"]) if row["author"] else None,
        "outcome": row["outcome"],
        "authorised_at": instant(row["authorised_at"]),
        "waits_for": row["waits_for"],
    }


@router.get("/children/{child}/worker")
async def worker_of_child(child: UUID, reader: Reader, after: After = None) -> dict[str, Any]:
    """Who works with a child now, of which team and since when; nobody, where no worker is allocated."""
    found = await _of_child(worklist, {"received_at": datetime, "stream": UUID}, child, reader, after)
    if not found.rows or found.rows[0]["worker"] is None:
        return {"child": str(child), "worker": None}
    row = found.rows[0]
    (text,) = reader.texts([row])
    return {
        "child": str(child),
        "worker": str(row["worker"]),
        "team": row["team"],
        "since": instant(row["allocated_at"]),
        "text": text,
    }


@router.get("/children/{child}/plan")
async def plan_of_child(child: UUID, reader: Reader, after: After = None) -> dict[str, Any]:
    """Whether the child has a child-in-need plan now, and since when."""
    order = {"started_at": datetime, "stream": UUID}
    found = await _of_child(plans, order, child, reader, after, is_open=True)
    if not found.rows:
        return {"child": str(child), "open": False}
    return {"child": str(child), "open": True, "since": instant(found.rows[0]["started_at"])}


async def _of_child(
    view: View[Any],
    order: Mapping[str, type],
    child: UUID,
    reader: Reading,
    after: int | None,
    **where: Any,
) -> Page:
    """One row of a child, its reading recorded before it is shown."""
    await reader.authorise("read:worklist", children=(child,))
    await reader.caught_up(view.name, after)
    found = await reader.page(view, order=order, where={"child": child, **where}, limit=1)
    sight = reader.sight([row["stream"] for row in found.rows], view.name)
    await reader.record("read:worklist", children=(child,), sight=sight)
    return found
