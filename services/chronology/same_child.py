"""Under which ids one child goes, and since when: so that a feed says it beside what it tells of each."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import asyncpg

from shared.domain.corrections import Corrected
from shared.domain.event import Event, Record
from shared.domain.view import Upsert, View
from shared.team.known_people import MergeKnown


@dataclass(frozen=True)
class SameChildRow:
    """An id of somebody who was merged once: all ids they go by now, the kept one first; alone where that was undone.

    `position` is where in this log it was last said.
    """

    child: UUID
    ids: list[UUID]
    position: int


same_child = View("same_child", row=SameChildRow, key=("child",), indexes=(("position", "child"),))


@same_child.on(MergeKnown)
def _(event: MergeKnown, record: Record) -> Upsert:
    assert event.child is not None
    return Upsert(child=event.child, ids=[event.kept, *event.others], position=record.position)


@same_child.on_corrected(MergeKnown)
def _(_right: Event | None, _corrected: Corrected, _correction: Record) -> None:
    """It follows from what People said, and is corrected there."""


_OF: Final = "SELECT child, ids FROM chronology_views.same_child WHERE child = ANY ($1::uuid[])"

_SINCE: Final = """
    SELECT child, ids, position FROM chronology_views.same_child
     WHERE (position, child) > ($1, $2::uuid) AND position <= $3 ORDER BY position, child LIMIT $4"""


async def ids_of_children(pool: asyncpg.Pool, children: Collection[UUID]) -> dict[UUID, list[UUID]]:
    """Those of these children who went by several ids once, each with all ids now."""
    rows = await pool.fetch(_OF, list(children))
    return {row["child"]: row["ids"] for row in rows}


async def said_since(
    pool: asyncpg.Pool, place: tuple[int, UUID], until: int, limit: int
) -> Sequence[asyncpg.Record]:
    """What was said of anybody's ids after a place of this log, and up to a position: `child`, `ids`, `position`."""
    rows: Sequence[asyncpg.Record] = await pool.fetch(_SINCE, *place, until, limit)
    return rows
