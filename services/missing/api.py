"""The missing children's team over HTTP, beside its commands: the board, the panel, patterns, and what interviews say together."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Query

from services.missing.codes import Risk
from services.missing.panels import panel_id
from services.missing.queries import counted, earlier_reviews, figures, incidents
from services.missing.views import agenda, board, mentions, patterns, returns
from services.missing.wording import digest_of
from shared.web.dependencies import After, instant
from shared.web.paging import Paging, page_of, read_cursor, write_cursor
from shared.web.reading import Reader, Reading

router = APIRouter(tags=["missing"])

MOST_ON_AGENDA = 200
_FIGURES: Final = ("returned", "offered", "accepted", "held", "declined", "in_time")


@router.get("/worklist")
async def missing_now(reader: Reader, asked: Paging) -> dict[str, Any]:
    """Children who are missing, or whose interview or panel waits: looked-after children first, then by risk (R4)."""
    order = {"rank": int, "missing_since": datetime, "stream": UUID}
    return await reader.listing(board, order=order, where={"waits": True}, asked=asked, item=_episode)


def _episode(row: Mapping[str, Any], text: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "episode": str(row["episode"]),
        "child": str(row["child"]),
        "missing_since": instant(row["missing_since"]),
        "from": row["missing_from"],
        "category": row["category"],
        "risk": row["risk"],
        "priority": Risk.HIGH.value if row["looked_after"] else row["risk"],
        "looked_after": row["looked_after"],
        "first_because": "R4" if row["looked_after"] and row["returned_at"] is None else None,
        "last_sighting_at": instant(row["last_sighting_at"]),
        "returned_at": instant(row["returned_at"]),
        "interview_by": instant(row["interview_by"]),
        "interviewer": str(row["interview_of"]) if row["interview_of"] else None,
        "interview_service": row["interview_by_service"],
        "review_by": instant(row["review_by"]),
        "waits_for": _waits_for(row),
        "text": text,
    }


def _waits_for(row: Mapping[str, Any]) -> str | None:
    if not row["waits"]:
        return None
    if row["returned_at"] is None:
        return "the child"
    return "the panel" if row["interviewed"] else "the return interview"


@router.get("/panel/{day}")
async def panel(day: date, reader: Reader, after: After = None) -> dict[str, Any]:
    """The agenda of a panel: every incident since the last and what was carried over, with the actions that are not done."""
    await reader.authorise("read:worklist")
    for view in ("agenda", "board", "reviews"):
        await reader.caught_up(view, after)
    on_it = await reader.page(
        agenda, order={"about": UUID}, where={"panel": panel_id(day)}, limit=MOST_ON_AGENDA
    )
    by_stream = {row["about"]: row for row in on_it.rows}
    rows = await reader.query(incidents, reader.service, by_stream)
    children = {row["child"] for row in rows}
    said = await reader.query(earlier_reviews, reader.service, children)
    await reader.record(
        "read:worklist",
        children=tuple(children),
        sight=reader.sight([row["stream"] for row in rows], "agenda"),
    )
    left = _left_to_do(reader, said)
    items = [
        {
            **_episode(row, text),
            "reviewed": by_stream[row["stream"]]["reviewed"],
            "carried_over": by_stream[row["stream"]]["carried"],
            "actions_left": left.get(row["child"], []),
        }
        for row, text in zip(rows, reader.texts(rows), strict=True)
    ]
    return {"panel": str(panel_id(day)), "day": day.isoformat(), "items": items}


def _left_to_do(reader: Reading, said: Sequence[Mapping[str, Any]]) -> dict[UUID, list[dict[str, Any]]]:
    """The actions of each child that no later panel found done: they are carried on, panel after panel."""
    left: dict[UUID, list[dict[str, Any]]] = {}
    for row, text in zip(said, reader.texts(said), strict=True):
        actions = left.setdefault(row["child"], [])
        done = set((text or {}).get("done") or ())
        actions[:] = [one for one in actions if one["what"] is None or one["what"] not in done]
        words = (text or {}).get("actions") or [{}] * len(row["owners"])
        actions += [
            {
                "what": each.get("what"),
                "who": each.get("who") or None,
                "owner": owner,
                "by": due.isoformat(),
                "panel": row["day"].isoformat(),
            }
            for each, owner, due in zip(words, row["owners"], row["due"], strict=True)
        ]
    return left


@router.get("/children/{child}/patterns")
async def patterns_of(child: UUID, reader: Reader, asked: Paging) -> dict[str, Any]:
    """A child's repeat patterns (R5), the first completed first."""
    await reader.authorise("read:worklist", children=(child,))
    await reader.caught_up("patterns", asked.after)
    found = await reader.page(
        patterns,
        order={"detected_at": datetime, "event": UUID},
        where={"child": child},
        cursor=asked.cursor,
        limit=asked.limit,
    )
    sight = reader.sight([row["event"] for row in found.rows], "patterns")
    await reader.record("read:worklist", children=(child,), sight=sight)
    return page_of(
        [
            {
                "rule": "R5",
                "by": row["by"],
                "command": str(row["command"]),
                "triggers": [str(each) for each in row["triggers"]],
            }
            for row in found.rows
        ],
        found.next,
    )


@router.get("/interviews/figures")
async def interview_figures(
    reader: Reader,
    since: Annotated[date, Query(description="the first month: any day of it")],
    until: Annotated[date, Query(description="the last month: any day of it")],
    after: After = None,
) -> dict[str, Any]:
    """How return interviews go (R1): of the children who came back in each month how many were offered one, accepted, and had it
    in time, by where they were missing from and who was to offer it. It tells of no child, so it is no look at one.
    """
    await reader.authorise("read:worklist")
    await reader.caught_up(returns.name, after)
    rows = await reader.query(figures, reader.service, since, until)
    return {
        "items": [
            {"month": f"{row['month']:%Y-%m}", "from": row["origin"], "service": row["service"]}
            | {name: row[name] for name in _FIGURES}
            for row in rows
        ]
    }


@router.get("/intelligence")
async def intelligence(reader: Reader, asked: Paging) -> dict[str, Any]:
    """What return interviews say together (R6): places, people and groups, the most named first, as first written."""
    await reader.authorise("read:intelligence:missing")
    for view in ("mentions", "same_things", "same_people"):
        await reader.caught_up(view, asked.after)
    place = read_cursor(asked.cursor, [int, str, UUID]) if asked.cursor else None
    rows = await reader.query(counted, reader.service, tuple(place) if place else None, asked.limit + 1)
    more, rows = len(rows) > asked.limit, rows[: asked.limit]
    sight = reader.sight([row["thing"] for row in rows], mentions.name)
    await reader.record("read:intelligence:missing", sight=sight)
    said = reader.texts(rows)
    linked = reader.texts([{"sealed": row["link_sealed"], "event": row["link_event"]} for row in rows])
    items = [
        {
            "kind": row["kind"],
            "name": _named(reader, row, text, link),
            "count": row["count"],
            "children": row["children"],
        }
        for row, text, link in zip(rows, said, linked, strict=True)
    ]
    last = rows[-1] if rows else None
    after = write_cursor([last["count"], last["kind"], last["thing"]]) if more and last else None
    return page_of(items, after)


def _named(
    reader: Reading,
    row: Mapping[str, Any],
    text: Mapping[str, Any] | None,
    link: Mapping[str, Any] | None,
) -> str | None:
    """A thing by the words in which it was written first; where no interview writes it so, as who linked it wrote it."""
    for words in ((text or {}).get(row["kind"]) or (), (link or {}).get("same_as") or ()):
        for each in words:
            if digest_of(reader.digest, each) == row["thing"]:
                return str(each)
    return None
