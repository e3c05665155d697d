"""Who looked, over HTTP: at one child, over a time; and how who looked stood to the child. For managers and auditors (E4)."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from shared.access.access_row import Sight
from shared.access.looks import Asked, looks_at, looks_between, shown_look, standing_of
from shared.domain.instants import Instant
from shared.web.dependencies import After, CursorText, Limit, instant
from shared.web.field_errors import WrongField
from shared.web.paging import page_of, read_cursor, write_cursor
from shared.web.problems import invalid
from shared.web.reading import Reader, Reading

router = APIRouter(tags=["access"])

MOST_ASKED: Final = 500
"""Looks of which is asked at once how who looked stood to the child."""
_PLACE: Final = (int, datetime)


@router.get("/children/{child}/looks")
async def who_looked(
    child: UUID, reader: Reader, cursor: CursorText = None, limit: Limit = 50, after: After = None
) -> dict[str, Any]:
    """Who looked at this child's record in this team, or was refused, the latest first: as what, why, and what they saw.

    Lists that showed the child among others stand here too, with how many they showed. Asking is a look of its own.
    """
    await reader.authorise("read:access", children=(child,))
    await reader.within_the_log(after)
    ids = await reader.ids_of(child)
    place = read_cursor(cursor, _PLACE) if cursor else None
    rows = await reader.query(
        looks_at, reader.service, ids, (place[1], place[0]) if place else None, limit + 1
    )
    more, rows = len(rows) > limit, rows[:limit]
    await reader.record("read:access", children=ids, sight=_counted(reader, len(rows)))
    following = write_cursor((rows[-1]["position"], rows[-1]["recorded_at"])) if more else None
    # Of a list only this child is told of: who else stood in it is theirs.
    items = [shown_look(reader.service, row) | {"children": [str(child)]} for row in rows]
    return page_of(items, following)


@router.get("/access/looks")
async def looks(
    reader: Reader,
    since: Annotated[Instant, Query(description="from this instant on")],
    until: Annotated[Instant, Query(description="and before this one")],
    cursor: CursorText = None,
    limit: Limit = 50,
    after: After = None,
) -> dict[str, Any]:
    """All looks and refusals of this team over a time, in order: what the review of access goes through."""
    await reader.authorise("read:access")
    await reader.within_the_log(after)
    if until < since:
        raise invalid(WrongField("until", "give an end that is not before the beginning", "out_of_range"))
    place = read_cursor(cursor, _PLACE) if cursor else None
    rows = await reader.query(
        looks_between, reader.service, since, until, (place[1], place[0]) if place else None, limit + 1
    )
    more, rows = len(rows) > limit, rows[:limit]
    await reader.record(
        "read:access",
        children=tuple(dict.fromkeys(child for row in rows for child in row["children"])),
        sight=_counted(reader, len(rows)),
    )
    following = write_cursor((rows[-1]["position"], rows[-1]["recorded_at"])) if more else None
    return page_of([shown_look(reader.service, row) for row in rows], following)


class _Looked(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    person: UUID
    agency: Annotated[str, StringConstraints(max_length=60)]
    organisation: Annotated[str, StringConstraints(max_length=500)] | None = None
    child: UUID
    at: Instant


class StandingAsked(BaseModel):
    """Looks, of each of which is asked how who looked stood to the child then."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    looks: list[_Looked] = Field(min_length=1, max_length=MOST_ASKED)


@router.post("/access/standing")
async def standing(asked: StandingAsked, reader: Reader) -> dict[str, Any]:
    """How who looked stood to the child at each look, as far as this team's log says, in the order asked."""
    await reader.authorise("read:access")
    found = await reader.query(
        standing_of, reader.service, [Asked(**one.model_dump()) for one in asked.looks]
    )
    children = tuple(dict.fromkeys(one.child for one in asked.looks))
    await reader.record("read:access", children=children, sight=_counted(reader, len(found)))
    return {
        "items": [
            {
                "named": one.named,
                "team": one.team,
                "agency": one.agency,
                "recorded_at": instant(one.recorded),
            }
            for one in found
        ]
    }


def _counted(reader: Reading, count: int) -> Sight:
    """What was shown, by number: rows of this record have no ids."""
    return replace(reader.sight([]), count=count)
