"""Compares the live rows of some children with what their records give, view by view, in one moment of log and tables.

`views_check.py` folds whole views again; this looks at single children, while everybody works, in a moment: so it can be
asked about one child before a hearing, and of a sample each night. Row by row, so that it also says which columns differ;
never what stands in them.
"""

from collections.abc import Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from random import Random
from typing import Any, Literal
from uuid import UUID

import asyncpg

from shared.audit.replay import of_children
from shared.domain.view import View
from shared.domain.view_fold import Folding


@dataclass(frozen=True, slots=True)
class Difference:
    """A row of a view that is not as the log gives it.

    Attributes:
        view: which.
        key: the ids of its key, by column; nothing else of a row is told.
        what: it stands there and the log does not give it, is missing, or differs.
        columns: in which columns it differs.
    """

    view: str
    key: tuple[tuple[str, str], ...]
    what: Literal["not in the log", "missing", "differs"]
    columns: tuple[str, ...] = ()


class NotComparable(Exception):
    """A view does not stand, or in the shape of another program: rebuild it first."""


async def compare(
    pool: asyncpg.Pool, service: str, views: Sequence[View[Any]], ids: Sequence[UUID]
) -> tuple[int, list[Difference]]:
    """The live rows about a child under these ids, held against what the log gives up to where each view has followed it: up
    to which position of the log that is at least, and every row that differs.

    Args:
        pool: of the role that owns the read tables and follows the log with them.
        service: whose.
        views: those whose rows have a column `child`.
        ids: of the child.

    Raises:
        NotComparable: a view is being built again.
        UnknownEvent: an event that this program does not know.
    """
    async with (
        pool.acquire() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        standing = await _positions(connection, service, views)
        found: list[Difference] = []
        for view in views:
            replayed = await _replayed(connection, service, view, ids, standing[view.name])
            rows = await connection.fetch(
                f"SELECT * FROM {view.table(service)} WHERE child = ANY($1::uuid[])", list(ids)
            )
            found += _held_against(
                view, {tuple(row[name] for name in view.key): row for row in rows}, replayed
            )
        return min(standing.values()), found


async def sample(pool: asyncpg.Pool, service: str, count: int, chance: Random) -> list[UUID]:
    """Some children of the log by chance: whom more was recorded about are likelier among them."""
    last = await pool.fetchval(f'SELECT coalesce(max(notification_id), 0) FROM "{service}".events')
    places = sorted(chance.sample(range(1, last + 1), min(count, last)))
    rows = await pool.fetch(
        f'SELECT DISTINCT child FROM "{service}".events WHERE notification_id = ANY($1::bigint[]) AND child IS NOT NULL',
        places,
    )
    return sorted(row["child"] for row in rows)


async def _positions(
    connection: asyncpg.Connection, service: str, views: Sequence[View[Any]]
) -> dict[str, int]:
    rows = await connection.fetch(
        f'SELECT name, position FROM "{service}".views WHERE name = ANY($1::text[])',
        [view.name for view in views],
    )
    found = {row["name"]: row["position"] for row in rows}
    for view in views:
        if view.name not in found:
            raise NotComparable(f"view {view.name} does not stand yet: ask again once it does")
    return found


async def _replayed(
    connection: asyncpg.Connection, service: str, view: View[Any], ids: Sequence[UUID], until: int
) -> dict[tuple[Any, ...], Any]:
    folding = Folding[Any](view)
    pages = of_children(connection, service, ids, until=until, topics=view.topics)
    async with aclosing(pages):
        async for records in pages:
            for record in records:
                folding.take(record)
    return {key: row for key, row in folding.rows.items() if row.child in ids}


def _held_against(
    view: View[Any], live: dict[tuple[Any, ...], asyncpg.Record], replayed: dict[tuple[Any, ...], Any]
) -> Iterable[Difference]:
    for key in sorted({*live, *replayed}, key=str):
        ids = tuple(
            (name, str(value))
            for name, value in zip(view.key, key, strict=True)
            if view.columns[name].sql == "uuid"
        )
        if key not in live:
            yield Difference(view.name, ids, "missing")
        elif key not in replayed:
            yield Difference(view.name, ids, "not in the log")
        elif columns := tuple(
            name for name in view.columns if live[key][name] != getattr(replayed[key], name)
        ):
            yield Difference(view.name, ids, "differs", columns)
