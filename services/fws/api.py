"""The family wellbeing service over HTTP, beside its commands: its worklist, whether a child has early help now, and the transfer
panel.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter

from services.fws.queries import on_the_agenda
from services.fws.views import decisions, proposals, worklist
from shared.web.dependencies import After, instant
from shared.web.paging import Paging
from shared.web.problems import not_found
from shared.web.reading import Reader

router = APIRouter(tags=["fws"])

MOST_ON_AGENDA: Final = 200
"""Children of one panel: many times what one comes to."""


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


@router.get("/panel/{day}")
async def panel(day: date, reader: Reader, after: After = None) -> dict[str, Any]:
    """The transfer panel of a day (F11): what is proposed and waits for it, the longest first, and what it decided.

    What an earlier panel deferred, or did not come to, waits for this one.
    """
    await reader.authorise("read:worklist")
    for view in (proposals.name, decisions.name):
        await reader.caught_up(view, after)
    waiting = await reader.query(on_the_agenda, reader.service, day, MOST_ON_AGENDA)
    decided = (
        await reader.page(
            decisions,
            order={"decided_at": datetime, "decided": UUID},
            where={"panel": day},
            limit=MOST_ON_AGENDA,
        )
    ).rows
    rows = [*waiting, *decided]
    await reader.record(
        "read:worklist",
        children=tuple({row["child"] for row in rows}),
        sight=reader.sight([row["stream"] for row in rows], proposals.name),
    )
    return {
        "day": day.isoformat(),
        "items": [
            _proposal(row, text, day) for row, text in zip(waiting, reader.texts(waiting), strict=True)
        ],
        "decided": [_decision(row, text) for row, text in zip(decided, reader.texts(decided), strict=True)],
    }


def _proposal(row: Mapping[str, Any], text: dict[str, Any] | None, day: date) -> dict[str, Any]:
    return {
        "proposal": str(row["stream"]),
        "child": str(row["child"]),
        "direction": row["direction"],
        "proposed_by": row["proposed_by"],
        "proposed_at": instant(row["proposed_at"]),
        "consent": row["consent"],
        "deferred": row["deferred"],
        "overdue": row["panel"] < day,
        "text": text,
    }


def _decision(row: Mapping[str, Any], text: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "proposal": str(row["stream"]),
        "child": str(row["child"]),
        "direction": row["direction"],
        "decision": row["decision"],
        "team": row["team"],
        "decided_at": instant(row["decided_at"]),
        "text": text,
    }


def _child(row: Mapping[str, Any], text: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "episode": str(row["stream"]),
        "child": str(row["child"]),
        "request": str(row["request"]),
        "contact": str(row["contact"]) if row["contact"] else None,
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
