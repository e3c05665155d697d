"""What a service holds of each person, as facts by name and day: for whoever looks at how long records are kept."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

import asyncpg
from fastapi import APIRouter

from shared.domain.instants import local_date
from shared.web.dependencies import After, CursorText, Limit
from shared.web.paging import page_of, read_cursor, write_cursor
from shared.web.reading import Reader

router = APIRouter(tags=["retention"])

_NOT_OF_A_RECORD: Final = ("known_person", "known_sign_in", "access", "task")
"""Kinds of stream that are of every person alike, or of who looked: they keep nobody."""


@router.get("/retention/facts")
async def facts_of_people(
    reader: Reader, cursor: CursorText = None, limit: Limit = 200, after: After = None
) -> dict[str, Any]:
    """Of each person of whom this team recorded something: by which kinds of fact, and on which days first and last.

    In order of ids, under each id that was recorded. Nothing of what was said.
    """
    await reader.authorise("read:retention")
    await reader.within_the_log(after)
    place = read_cursor(cursor, (UUID,))[0] if cursor else UUID(int=0)
    people = await reader.query(_people, reader.service, place, limit + 1)
    more, people = len(people) > limit, people[:limit]
    rows = await reader.query(_facts, reader.service, people)
    await reader.record(
        "read:retention",
        children=tuple(people),
        sight=replace(reader.sight(people), count=len(people)),
    )
    found: dict[UUID, dict[str, list[str]]] = {person: {} for person in people}
    for row in rows:
        days = (local_date(row["first"]), local_date(row["last"]))
        found[row["child"]][row["topic"]] = [day.isoformat() for day in days]
    items = [{"person": str(person), "facts": facts} for person, facts in found.items() if facts]
    return page_of(items, write_cursor((people[-1],)) if more else None)


async def _people(pool: asyncpg.Pool, service: str, after: UUID, limit: int) -> list[UUID]:
    """The next people in the index by child, each found by one look in it, however much stands of each."""
    rows = await pool.fetch(
        f"""WITH RECURSIVE page AS (
                (SELECT child FROM {service}.events WHERE child > $1 ORDER BY child LIMIT 1)
                UNION ALL
                SELECT (SELECT child FROM {service}.events WHERE child > page.child ORDER BY child LIMIT 1)
                  FROM page WHERE page.child IS NOT NULL)
            SELECT child FROM page WHERE child IS NOT NULL LIMIT $2""",
        after,
        limit,
    )
    return [row["child"] for row in rows]


async def _facts(pool: asyncpg.Pool, service: str, people: Sequence[UUID]) -> list[asyncpg.Record]:
    rows: list[asyncpg.Record] = await pool.fetch(
        f"""SELECT child, topic, min(recorded_at) AS first, max(recorded_at) AS last FROM {service}.events
             WHERE child = ANY($1) AND NOT category = ANY($2) GROUP BY child, topic ORDER BY child, topic""",
        list(people),
        list(_NOT_OF_A_RECORD),
    )
    return rows
