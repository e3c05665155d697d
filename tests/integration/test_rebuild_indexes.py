"""A view built again has the indexes of one that never was, whenever they were made."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from shared.domain.view import Delete, Index, Insert, Update, View
from shared.projections.views import Views
from tests.integration.toy_views import Decided, Log, Received, Withdrawn, rows, some_life


@dataclass
class Row:
    stream: UUID
    note: str
    outcome: str | None = None


def listed(*, looks_elsewhere: bool) -> View[Row]:
    view = View(
        "listed", row=Row, key=("stream",), indexes=(("note",), Index(("outcome",), where="outcome IS NULL"))
    )

    @view.on(Received)
    def _(event: Received, record: Any) -> Insert:
        return Insert(stream=record.stream, note=event.note)

    @view.on(Decided)
    def _(event: Decided, record: Any) -> Update:
        match = {"note": f"n {record.stream}"} if looks_elsewhere else {"stream": record.stream}
        return Update(match, outcome=event.outcome)

    @view.on(Withdrawn)
    def _(_event: Withdrawn, record: Any) -> Delete:
        return Delete(note=f"n {record.stream}") if looks_elsewhere else Delete(stream=record.stream)

    return view


@pytest.mark.parametrize("looks_elsewhere", [False, True], ids=["by the key", "by an index"])
async def test_rows_and_indexes_are_those_of_a_table_made_at_once(
    pool: asyncpg.Pool, looks_elsewhere: bool
) -> None:
    async def made() -> list[str]:
        found = await pool.fetch("SELECT indexdef FROM pg_indexes WHERE tablename = 'listed'")
        return sorted(row["indexdef"].partition(" USING ")[2] for row in found)

    view, log = listed(looks_elsewhere=looks_elsewhere), Log(pool)
    views = Views(pool, "mash", [view])
    await views.prepare()
    empty = await made()
    assert len(empty) == 3

    streams = [uuid4() for _ in range(300)]
    await log.append(*some_life(streams))
    await views.rebuild("listed", page=50)
    assert await made() == empty
    left = {row.stream: row.outcome for row in await rows(pool, view)}
    assert left == {
        stream: (None, "accepted", None, "closed")[n % 4] for n, stream in enumerate(streams) if n % 3
    }
