"""What the index knows of people for whoever looks at how long records are kept: ages, deaths, who is around whom, holds."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import asyncpg
from fastapi import APIRouter

from services.people.events import ChildBorn, PersonCorrected, PersonRegistered
from services.people.keeping import erasures, holds
from services.people.views import facts, merges, people, relationships
from shared.domain.instants import local_date
from shared.web.dependencies import After, CursorText, Limit
from shared.web.paging import page_of
from shared.web.reading import Reader

router = APIRouter(tags=["people"])


@router.get("/retention/people")
async def people_kept(
    reader: Reader, cursor: CursorText = None, limit: Limit = 200, after: After = None
) -> dict[str, Any]:
    """Each person who is registered, in order of ids: child or adult, the days of birth and death where they are recorded,
    who is around them, under which id they were kept, what holds their record, whether they were erased.
    """
    await reader.authorise("read:retention")
    await reader.caught_up("people", after)
    found = await reader.page(people, order={"person": UUID}, cursor=cursor, limit=limit)
    ids = [row["person"] for row in found.rows]
    beside = {name: await reader.query(ask, reader.service, ids) for name, ask in _BESIDE.items()}
    await reader.record("read:retention", children=tuple(ids), sight=reader.sight(ids, "people"))
    today = local_date(reader.now())

    def of(name: str, person: UUID) -> list[Any]:
        return [row for row in beside[name] if row["person"] == person]

    items = [
        {
            "person": str(row["person"]),
            "kind": row["kind"],
            "born": _day(of("born", row["person"])) if row["kind"] == "child" else None,
            "died": _day(of("died", row["person"])),
            "related": sorted({str(one["other"]) for one in of("related", row["person"])}),
            "kept_as": str(next((one["kept"] for one in of("merged", row["person"])), row["person"])),
            "holds": [
                one["kind"]
                for one in of("holds", row["person"])
                if one["until"] is None or today <= one["until"]
            ],
            "erased": bool(of("erased", row["person"])),
        }
        for row in found.rows
    ]
    return page_of(items, found.next)


def _day(rows: Sequence[Any]) -> str | None:
    """What was said last."""
    return rows[-1]["since"].isoformat() if rows and rows[-1]["since"] else None


async def _born(pool: asyncpg.Pool, service: str, ids: Sequence[UUID]) -> list[asyncpg.Record]:
    """As the open part of the log says it, of children alone: no word is opened for it."""
    rows: list[asyncpg.Record] = await pool.fetch(
        f"""SELECT originator_id AS person, (convert_from(state, 'UTF8')::json ->> 'born')::date AS since
              FROM {service}.events WHERE originator_id = ANY($1) AND topic = ANY($2)
               AND convert_from(state, 'UTF8')::json ->> 'born' IS NOT NULL ORDER BY notification_id""",
        list(ids),
        [event.NAME for event in (PersonRegistered, PersonCorrected, ChildBorn)],
    )
    return rows


async def _died(pool: asyncpg.Pool, service: str, ids: Sequence[UUID]) -> list[asyncpg.Record]:
    rows: list[asyncpg.Record] = await pool.fetch(
        f"SELECT person, since FROM {facts.table(service)} WHERE person = ANY($1) AND fact = 'died' "
        "ORDER BY recorded_at, event",
        list(ids),
    )
    return rows


async def _related(pool: asyncpg.Pool, service: str, ids: Sequence[UUID]) -> list[asyncpg.Record]:
    rows: list[asyncpg.Record] = await pool.fetch(
        f"SELECT child AS person, person AS other FROM {relationships.table(service)} WHERE child = ANY($1)",
        list(ids),
    )
    return rows


async def _merged(pool: asyncpg.Pool, service: str, ids: Sequence[UUID]) -> list[asyncpg.Record]:
    rows: list[asyncpg.Record] = await pool.fetch(
        f"SELECT person, kept FROM {merges.table(service)} WHERE person = ANY($1)", list(ids)
    )
    return rows


async def _holds(pool: asyncpg.Pool, service: str, ids: Sequence[UUID]) -> list[asyncpg.Record]:
    rows: list[asyncpg.Record] = await pool.fetch(
        f"SELECT person, kind, until FROM {holds.table(service)} WHERE person = ANY($1) AND NOT lifted "
        "ORDER BY placed_at",
        list(ids),
    )
    return rows


async def _erased(pool: asyncpg.Pool, service: str, ids: Sequence[UUID]) -> list[asyncpg.Record]:
    rows: list[asyncpg.Record] = await pool.fetch(
        f"SELECT subject AS person FROM {erasures.table(service)} WHERE subject = ANY($1)", list(ids)
    )
    return rows


_BESIDE = {
    "born": _born,
    "died": _died,
    "related": _related,
    "merged": _merged,
    "holds": _holds,
    "erased": _erased,
}
