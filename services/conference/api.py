"""The conference team over HTTP, beside its commands: the conferences that wait, and the children on a plan."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter

from services.conference.views import plans, tracker, worklist
from shared.web.dependencies import instant
from shared.web.paging import Paging
from shared.web.reading import Reader

router = APIRouter(tags=["conference"])


@router.get("/worklist")
async def waiting_conferences(reader: Reader, asked: Paging) -> dict[str, Any]:
    """Conferences that are to be held: those that wait longest first."""
    order = {"awaited_since": datetime, "stream": UUID}
    return await reader.listing(worklist, order=order, where={"waits": True}, asked=asked, item=_conference)


@router.get("/plans")
async def children_on_a_plan(reader: Reader, asked: Paging) -> dict[str, Any]:
    """Children on a child protection plan: those who have been on it longest first."""
    order = {"since": datetime, "stream": UUID}
    return await reader.listing(plans, order=order, where={"is_open": True}, asked=asked, item=_plan)


@router.get("/children/{child}/plan")
async def plan_of_child(child: UUID, reader: Reader) -> dict[str, Any]:
    """Whether the child is on a child protection plan now, since when, and for what."""
    await reader.authorise("read:worklist", children=(child,))
    found = await reader.page(
        plans, order={"since": datetime, "stream": UUID}, where={"child": child, "is_open": True}, limit=1
    )
    await reader.record(
        "read:worklist",
        children=(child,),
        sight=reader.sight([row["stream"] for row in found.rows], plans.name),
    )
    if not found.rows:
        return {"open": False}
    (row,) = found.rows
    return {"open": True, "since": instant(row["since"]), "category": row["category"]}


@router.get("/pre-proceedings")
async def pre_proceedings(reader: Reader, asked: Paging) -> dict[str, Any]:
    """Children for whom pre-proceedings run: those that began first come first (C18 to C22)."""
    order = {"decided_at": datetime, "stream": UUID}
    return await reader.listing(tracker, order=order, where={"is_open": True}, asked=asked, item=_proceedings)


@router.get("/children/{child}/pre-proceedings")
async def pre_proceedings_of_child(child: UUID, reader: Reader, asked: Paging) -> dict[str, Any]:
    """The pre-proceedings of one child, those that ended among them: what a legal adviser reads."""
    return await reader.listing(
        tracker,
        order={"decided_at": datetime, "stream": UUID},
        where={"child": child},
        asked=asked,
        item=_proceedings,
        action="read:pre_proceedings:conference",
    )


def _conference(row: Mapping[str, Any], text: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "conference": str(row["stream"]),
        "child": str(row["child"]),
        "kind": row["kind"],
        "origin": row["origin"],
        "awaited_since": instant(row["awaited_since"]),
        "due_at": instant(row["hold_by"]) if row["hold_by"] else None,
        "scheduled_for": row["scheduled_for"].isoformat() if row["scheduled_for"] else None,
        "show_report_by": instant(row["show_report_by"]) if row["show_report_by"] else None,
        "their_category": row["their_category"],
        "text": text,
    }


def _plan(row: Mapping[str, Any], text: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "plan": str(row["stream"]),
        "child": str(row["child"]),
        "conference": str(row["conference"]),
        "since": instant(row["since"]),
        "category": row["category"],
        "text": text,
    }


def _proceedings(row: Mapping[str, Any], text: dict[str, Any] | None) -> dict[str, Any]:
    steps = ("decided_at", "written_at", "agreed_at", "reviewed_at", "ended_at")
    return {
        "pre_proceedings": str(row["stream"]),
        "child": str(row["child"]),
        "due_at": instant(row["finish_by"]) if row["finish_by"] else None,
        "emergency": row["emergency"],
        "decision": row["decision"],
        **{step: instant(row[step]) if row[step] else None for step in steps},
        "ended_by": row["ended_by"],
        "text": text,
    }
