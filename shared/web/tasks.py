"""The list of tasks every service has."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter

from shared.team.tasks import task_list
from shared.web.dependencies import instant
from shared.web.paging import Paging
from shared.web.reading import Reader

router = APIRouter(tags=["tasks"])


_TASKS: Final = task_list()


@router.get("/tasks")
async def tasks(reader: Reader, asked: Paging) -> dict[str, Any]:
    """What waits for a person: raised where a policy could not decide something, until `CompleteTask`."""
    return await reader.listing(
        _TASKS,
        order={"raised_at": datetime, "stream": UUID},
        where={"done": False},
        asked=asked,
        item=_task,
    )


def _task(row: Mapping[str, Any], _text: object) -> dict[str, Any]:
    return {
        "task": str(row["task"]),
        "child": str(row["child"]) if row["child"] else None,
        "role": row["role"],
        "reason": row["reason"],
        "rules": row["rules"],
        "regarding": str(row["regarding"]),
        "source": row["source"],
        "raised_at": instant(row["raised_at"]),
    }
