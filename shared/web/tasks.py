"""The list of tasks every service has."""

from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter

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
from shared.web.lists import page

router = APIRouter(tags=["tasks"])


@router.get("/tasks")
async def tasks(
    here: Here, who: Asking, cursor: CursorText = None, limit: Limit = 50, after: After = None
) -> dict[str, Any]:
    """What waits for a person: raised where a policy could not settle something, until `CompleteTask`."""
    await require(here, who, "read:worklist")
    await caught_up(here, "tasks", after)
    view = next(view for view in here.service.views if view.name == "tasks")
    found = await page(
        here,
        view,
        order={"raised_at": datetime, "stream": UUID},
        where={"done": False},
        cursor=cursor,
        limit=limit,
    )
    await record(here, who, "read:worklist", children=tuple({row["child"] for row in found.rows}))
    items = [
        {
            "task": str(row["task"]),
            "child": str(row["child"]),
            "role": row["role"],
            "reason": row["reason"],
            "rules": row["rules"],
            "regarding": str(row["regarding"]),
            "source": row["source"],
            "raised_at": instant(row["raised_at"]),
        }
        for row in found.rows
    ]
    return page_of(items, found.next)
