"""Which steps spoke of several people: each of theirs came in as a fact of its own, so it shows by what caused it alone."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import asyncpg

from services.chronology.lenses import lens_of
from shared.web.reading import Reading

_TOLD: Final = """
SELECT DISTINCT other.caused_by AS step, other.child FROM chronology_views.entries AS said
  JOIN chronology_views.entries AS other USING (caused_by)
 WHERE said.child = ANY($1) AND said.sealed IS NOT NULL AND other.sealed IS NOT NULL AND other.child <> ALL($1)"""


async def told_together(reader: Reading, ids: Sequence[UUID]) -> Sequence[Any]:
    """`step` and `child` of each entry of somebody else from a step that also spoke of these people. What is sealed is in none.

    Asked past who sees what, because no entry is shown: ids alone.
    """
    return await reader.query_as(lens_of(reader.who, reader.now(), everything=True), _ask, ids)


async def _ask(connection: asyncpg.Connection, ids: Sequence[UUID]) -> Sequence[Any]:
    rows: list[asyncpg.Record] = await connection.fetch(_TOLD, list(ids))
    return rows
