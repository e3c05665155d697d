"""The list of tasks every service has."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter

from shared.web.dependencies import CurrentActor, CurrentService, Paging, instant
from shared.web.paging import listing

router = APIRouter(tags=["tasks"])


@router.get("/tasks")
async def tasks(here: CurrentService, who: CurrentActor, asked: Paging) -> dict[str, Any]:
    """What waits for a person: raised where a policy could not settle something, until `CompleteTask`."""
    view = next(view for view in here.service.views if view.name == "tasks")
    return await listing(
        here,
        who,
        view,
        order={"raised_at": datetime, "stream": UUID},
        where={"done": False},
        asked=asked,
        item=_task,
    )


def _task(row: Mapping[str, Any], _text: object) -> dict[str, Any]:
    return {
        "task": str(row["task"]),
        "child": str(row["child"]),
        "role": row["role"],
        "reason": row["reason"],
        "rules": row["rules"],
        "regarding": str(row["regarding"]),
        "source": row["source"],
        "raised_at": instant(row["raised_at"]),
    }
