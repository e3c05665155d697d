"""The family wellbeing service over HTTP, beside its commands: its worklist, and whether a child has early help now."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter

from services.fws.views import worklist
from shared.web.dependencies import After, instant
from shared.web.paging import Paging
from shared.web.problems import not_found
from shared.web.reading import Reader

router = APIRouter(tags=["fws"])


@router.get("/worklist")
async def families(reader: Reader, asked: Paging) -> dict[str, Any]:
    """Children whose early help is requested or runs, the longest first, with what each waits for."""
    order = {"requested_at": datetime, "stream": UUID}
    return await reader.listing(worklist, order=order, where={"waits": True}, asked=asked, item=_child)


@router.get("/children/{child}/early-help")
async def early_help(child: UUID, reader: Reader, after: After = None) -> dict[str, Any]:
    """Whether early help is open for a child now, from the allocation of a keyworker on, and since when it was asked for."""
    ids = await reader.ids_of(child)
    await reader.authorise("read:worklist", children=ids)
    await reader.caught_up(worklist.name, after)
    rows = [
        row
        for each in ids
        for row in (
            await reader.page(worklist, order={"stream": UUID}, where={"child": each, "waits": True})
        ).rows
        if row["worker"] is not None
    ]
    await reader.record(
        "read:worklist",
        children=ids,
        sight=reader.sight([row["stream"] for row in rows], worklist.name),
    )
    if not rows:
        raise not_found("early help is not open for this child")
    return {
        "open": True,
        "items": [
            {"episode": str(row["stream"]), "requested_at": instant(row["requested_at"])} for row in rows
        ],
    }


def _child(row: Mapping[str, Any], text: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "episode": str(row["stream"]),
        "child": str(row["child"]),
        "request": str(row["request"]),
        "contact": str(row["contact"]),
        "requested_at": instant(row["requested_at"]),
        "level": row["level"],
        "worker": str(row["worker"]) if row["worker"] else None,
        "visited_at": instant(row["visited_at"]),
        "seen_at": instant(row["seen_at"]),
        "plan_live_at": instant(row["plan_live_at"]),
        "waits_for": _waits_for(row),
        "text": text,
    }


def _waits_for(row: Mapping[str, Any]) -> str:
    steps = (
        ("worker", "a keyworker"),
        ("visited_at", "a visit"),
        ("seen_at", "the child to be seen"),
        ("shared", "the assessment"),
        ("met", "the support meeting"),
        ("plan_live_at", "a plan"),
    )
    return next((word for name, word in steps if not row[name]), "its reviews")
