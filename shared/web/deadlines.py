"""The deadline board every service has, and its health."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from shared.projections.deadline_queries import board
from shared.web.dependencies import After, CursorText, Limit, instant
from shared.web.paging import page_of, read_cursor, write_cursor
from shared.web.reading import Reader

router = APIRouter(tags=["deadlines"])


@router.get("/deadlines")
async def deadlines(
    reader: Reader,
    child: Annotated[UUID | None, Query(description="only this child's")] = None,
    cursor: CursorText = None,
    limit: Limit = 50,
    after: After = None,
) -> dict[str, Any]:
    """The team's clocks, the earliest due first: met, missed, varied, ended or open."""
    ids = await reader.ids_of(child) if child else ()
    await reader.authorise("read:deadlines", children=ids)
    await reader.caught_up("deadlines", after)
    place = read_cursor(cursor, (datetime, str, UUID, UUID)) if cursor else None
    entries = await reader.query(
        board,
        reader.service,
        now=reader.now(),
        children=ids,
        cursor=(place[0], place[1], place[2], place[3]) if place else None,
        limit=limit,
    )
    seen = {entry.clock.child for entry in entries if entry.clock.child is not None}
    await reader.record(
        "read:deadlines",
        children=tuple(seen | set(ids)),
        sight=reader.sight([entry.clock.started_by for entry in entries], "deadlines"),
    )
    rules = reader.what_rules_say()
    items = [
        {
            "rule": entry.clock.rule,
            "what": rules.get(entry.clock.rule, ""),
            "edition": entry.clock.edition,
            "child": str(entry.clock.child) if entry.clock.child else None,
            "thing": str(entry.clock.thing) if entry.clock.thing else None,
            "command": str(entry.clock.command),
            "root": str(entry.clock.root),
            "started_by": str(entry.clock.started_by),
            "started_at": instant(entry.clock.started_at),
            "first_due_at": instant(entry.clock.first_due_at),
            "due_at": instant(entry.clock.due_at),
            "acted_at": instant(entry.clock.acted_at),
            "ended_at": instant(entry.clock.ended_at),
            "missed_at": instant(entry.clock.missed_at),
            "varied": entry.clock.varied,
            "state": entry.state,
            "recorded_late": entry.clock.recorded_late,
        }
        for entry in entries
    ]
    return page_of(items, write_cursor(entries[-1].clock.place) if len(entries) == limit else None)
