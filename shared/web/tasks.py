"""The list of tasks every service has."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import StringConstraints

from shared.team.tasks import task_list
from shared.web.dependencies import After, instant
from shared.web.paging import Paging
from shared.web.reading import Reader

router = APIRouter(tags=["tasks"])


_TASKS: Final = task_list()

Role = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,60}$")]


@router.get("/tasks")
async def tasks(
    reader: Reader,
    asked: Paging,
    role: Annotated[Role | None, Query(description="only tasks of this role")] = None,
) -> dict[str, Any]:
    """What waits for a person: raised where a policy could not decide something, until `CompleteTask`."""
    return await reader.listing(
        _TASKS,
        order={"raised_at": datetime, "stream": UUID},
        where={"done": False} | ({"role": role} if role else {}),
        asked=asked,
        item=_task,
    )


@router.get("/tasks/counts")
async def counts(reader: Reader, after: After = None) -> dict[str, Any]:
    """How many tasks wait, by whose they are and by why they were raised."""
    return await reader.counts(_TASKS, where={"done": False}, by=("role", "reason"), after=after)


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
