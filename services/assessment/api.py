"""Referral and assessment over HTTP, beside its commands: the worklist."""

from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter

from services.assessment.views import worklist
from shared.web.here import (
    After,
    Asking,
    CursorText,
    Here,
    Limit,
    caught_up,
    instant,
    page_of,
    record,
    require,
)
from shared.web.lists import open_texts, page

router = APIRouter(tags=["assessment"])


@router.get("/worklist")
async def referrals(
    here: Here, who: Asking, cursor: CursorText = None, limit: Limit = 50, after: After = None
) -> dict[str, Any]:
    """Open referrals, the child who must be seen soonest first, with what each waits for."""
    await require(here, who, "read:worklist")
    await caught_up(here, "worklist", after)
    found = await page(
        here, worklist, order={"see_child_by": datetime, "stream": UUID}, cursor=cursor, limit=limit
    )
    await record(here, who, "read:worklist", children=tuple({row["child"] for row in found.rows}))
    texts = open_texts(here, who, found.rows)
    items = [
        {
            "referral": str(row["stream"]),
            "child": str(row["child"]),
            "contact": str(row["contact"]),
            "received_at": instant(row["received_at"]),
            "see_child_by": instant(row["see_child_by"]),
            "source": row["source"],
            "level": row["level"],
            "primary_need": row["primary_need"],
            "worker": str(row["worker"]) if row["worker"] else None,
            "last_seen_at": instant(row["last_seen_at"]),
            "waits_for": _waits_for(row["worker"], row["last_seen_at"]),
            "text": text,
        }
        for row, text in zip(found.rows, texts, strict=True)
    ]
    return page_of(items, found.next)


def _waits_for(worker: UUID | None, last_seen_at: datetime | None) -> str:
    if worker is None:
        return "allocation"
    return "the assessment" if last_seen_at else "the child to be seen"
