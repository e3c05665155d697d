"""The front door over HTTP, beside its commands: the worklist."""

from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter

from services.mash.views import worklist
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

router = APIRouter(tags=["mash"])


@router.get("/worklist")
async def contacts(
    here: Here, who: Asking, cursor: CursorText = None, limit: Limit = 50, after: After = None
) -> dict[str, Any]:
    """Contacts that wait for a decision, or for the word to the referrer: the most pressing first."""
    await require(here, who, "read:worklist")
    await caught_up(here, "worklist", after)
    found = await page(
        here,
        worklist,
        order={"decide_by": datetime, "stream": UUID},
        where={"waits": True},
        cursor=cursor,
        limit=limit,
    )
    await record(here, who, "read:worklist", children=tuple({row["child"] for row in found.rows}))
    texts = open_texts(here, who, found.rows)
    items = [
        {
            "contact": str(row["contact"]),
            "child": str(row["child"]),
            "received_at": instant(row["received_at"]),
            "due_at": instant(row["decide_by"]),
            "waits_for": "the word to the referrer" if row["outcome"] else "a decision",
            "source": row["source"],
            "referrer_agency": row["referrer_agency"],
            "potential": row["potential"],
            "held": row["held"],
            "outcome": row["outcome"],
            "text": text,
        }
        for row, text in zip(found.rows, texts, strict=True)
    ]
    return page_of(items, found.next)
