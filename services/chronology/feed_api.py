"""The feed of an organisation over HTTP: by a cursor that holds for good, with a wait where there is nothing new yet."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request

from services.chronology.feeds import (
    FOLLOWED,
    PARTS,
    FeedPage,
    FeedPlace,
    Told,
    erased_among,
    feed_after,
    shown_something_of,
)
from services.chronology.lenses import lens_of
from services.chronology.queries import Seen
from services.chronology.restrictions import closed_to
from services.chronology.same_child import ids_of_children, said_since
from services.chronology.showing import Closed, shown_entries
from shared.domain.actors import MACHINE_ROLES
from shared.projections.views import Views
from shared.web.dependencies import CurrentViews, CursorText, Limit
from shared.web.live import Streams
from shared.web.paging import read_cursor, write_cursor
from shared.web.problems import not_found
from shared.web.reading import Reader, Reading

router = APIRouter(tags=["feed"])

MOST_WAIT: Final = 25
"""Seconds that a request may wait for something new: less than what proxies on the way allow."""

LOOK_AGAIN: Final = 0.25
"""Seconds between two looks of one request that waits, however fast the log grows: most of it is not theirs."""

Wait = Annotated[int, Query(ge=0, le=MOST_WAIT, description="seconds to wait where there is nothing new yet")]


@router.get("/feed")
async def feed(
    request: Request,
    reader: Reader,
    views: CurrentViews,
    cursor: CursorText = None,
    limit: Limit = 200,
    wait: Wait = 0,
) -> dict[str, Any]:
    """What is shown to your organisation of the children's records, from a cursor on: for the organisation's own program.

    Each item of `kind` `entry` says how an entry stands now; put it in the place of what you have under its `child` and `id`.
    With `depth` `gone` it is shown to you no longer: delete it. An item of `kind` `same_child` says all ids of one child
    from now on. `next` is always there, also where there is nothing new; it holds for good, and to hand it back says that
    you have kept all before it. Without a cursor the feed begins anew, with all that is shown to you now.
    """
    await reader.authorise("read:feed")
    if reader.who.role not in MACHINE_ROLES:
        raise not_found("a feed is read by the program of an organisation: people read a child's page")
    place = FeedPlace.of(read_cursor(cursor, PARTS)) if cursor else None
    streams: Streams = request.app.state.streams
    loop = asyncio.get_running_loop()
    until = loop.time() + wait
    while True:
        head = _head(reader)
        place = place or FeedPlace.beginning(head, reader.now())
        lens = lens_of(reader.who, reader.now(), everything=False, feed=True)
        page = await reader.query_as(lens, feed_after, reader.who, place, head, limit)
        page, merges = await _merges(reader, lens, page, head, limit)
        if page.told or merges or page.more or loop.time() >= until:
            break
        place = page.place
        with streams.one(reader.who.id) as ended:
            if await _something(views, head, until, ended):
                break
    children = tuple(dict.fromkeys([one.child for one in page.told] + [UUID(one["child"]) for one in merges]))
    await reader.record(
        "read:feed", children=children, sight=reader.sight([one.entry for one in page.told], "seen")
    )
    items = await _shown(reader, page.told)
    return {"items": [*items, *merges], "next": write_cursor(page.place.parts), "more": page.more}


def _head(reader: Reading) -> int:
    """How far all views have come that a feed is made of."""
    return min(reader.reached(view) for view in FOLLOWED)


async def _something(views: Views, head: int, until: float, ended: asyncio.Event) -> bool:
    """Wait until somebody's record changed, or the time is over. Answers whether to wait no longer."""
    loop = asyncio.get_running_loop()
    change = asyncio.create_task(views.change_after("seen", head))
    stop = asyncio.create_task(ended.wait())
    try:
        await asyncio.wait(
            (change, stop), timeout=max(0.0, until - loop.time()), return_when=asyncio.FIRST_COMPLETED
        )
    finally:
        change.cancel()
        stop.cancel()
    if not ended.is_set():
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_AGAIN):
                await ended.wait()
    return ended.is_set()


async def _merges(
    reader: Reading, lens: Mapping[str, str], page: FeedPage, head: int, limit: int
) -> tuple[FeedPage, list[dict[str, Any]]]:
    """Under which ids those go by now of whom the organisation is shown anything, where it was said since; and the page with
    its place moved on by that.
    """
    rows = await reader.query(said_since, (page.place.merged, page.place.merged_child), head, limit)
    if not rows:
        return page, []
    theirs = await reader.query_as(lens, shown_something_of, reader.who, [row["child"] for row in rows])
    place = replace(page.place, merged=rows[-1]["position"], merged_child=rows[-1]["child"])
    items = [
        {"kind": "same_child", "child": str(row["child"]), "ids": _ids(row["ids"])}
        for row in rows
        if row["child"] in theirs
    ]
    return replace(page, place=place, more=page.more or len(rows) == limit), items


async def _shown(reader: Reading, told: Sequence[Told]) -> list[dict[str, Any]]:
    """Each as it stands now, with the words of what is shown whole: those that the organisation's page shows."""
    shown = {one.child for one in told if one.row is not None}
    erased = await reader.query(erased_among, list(shown)) if shown else frozenset[UUID]()
    rows = [
        Seen(_wordless(one.row) if one.child in erased else one.row, one.depth)
        for one in told
        if one.row is not None
    ]
    # Also of what is gone: else a child who was merged would be told to go by that one id again.
    several = await reader.query(ids_of_children, {one.child for one in told}) if told else {}
    closed: Closed = await reader.query(closed_to, reader.who, shown) if shown else {}
    entries = iter(shown_entries(reader, rows, closed, by="read:feed"))
    return [
        {
            "kind": "entry",
            "position": one.position,
            **(next(entries) if one.row is not None else _gone(one)),
            "ids": _ids(several.get(one.child, [one.child])),
        }
        for one in told
    ]


def _wordless(row: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**row, "sealed": None}


def _gone(one: Told) -> dict[str, Any]:
    """That an entry is shown no longer, and nothing of what it was."""
    return {"id": str(one.entry), "child": str(one.child), "recorded_under": str(one.child), "depth": "gone"}


def _ids(ids: Sequence[UUID]) -> list[str]:
    return [str(each) for each in ids]
