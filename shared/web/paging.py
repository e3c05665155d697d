"""Pages of a view: by key and cursor, never by offset; the sealed text opened only for those who may read it."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from shared.domain.actors import Actor
from shared.domain.view import View
from shared.service.process import RunningService
from shared.web.dependencies import Asked, authorise, caught_up, own_reading, page_of, record
from shared.web.problems import invalid


def write_cursor(place: Sequence[Any]) -> str:
    """The place after which the next page begins, as text that a caller hands back unread."""
    return urlsafe_b64encode(
        orjson.dumps([str(part) if isinstance(part, UUID) else part for part in place])
    ).decode()


def read_cursor(cursor: str, types: Sequence[type]) -> list[Any]:
    """The place a cursor stands for.

    Raises:
        Problem: it is not one of ours.
    """
    try:
        parts = orjson.loads(urlsafe_b64decode(cursor.encode()))
        if not isinstance(parts, list) or len(parts) != len(types):
            raise ValueError
        return [_part(kind, part) for kind, part in zip(types, parts, strict=True)]
    except (ValueError, TypeError):
        raise invalid([("cursor", "take the cursor from `next` of the page before, unchanged")]) from None


def _part(kind: type, part: Any) -> Any:
    if kind is datetime:
        return datetime.fromisoformat(part)
    if kind is UUID:
        return UUID(part)
    if type(part) is not kind:
        raise ValueError
    return part


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of a view, and the cursor of the next page or none."""

    rows: list[asyncpg.Record]
    next: str | None


async def page(
    here: RunningService,
    view: View[Any],
    *,
    order: Mapping[str, type],
    where: Mapping[str, Any] | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page:
    """A page of a view in an order that names each row, from a cursor on.

    Args:
        order: columns and their types; together unique. Every column ascending.
        where: columns and the values they must have.
    """
    arguments: list[Any] = []
    conditions: list[str] = []
    for column, value in (where or {}).items():
        arguments.append(value)
        conditions.append(f"{column} = ${len(arguments)}")
    if cursor is not None:
        place = read_cursor(cursor, list(order.values()))
        numbers = ", ".join(f"${len(arguments) + n}" for n in range(1, len(place) + 1))
        conditions.append(f"({', '.join(order)}) > ({numbers})")
        arguments += place
    arguments.append(limit + 1)
    rows = await here.pool.fetch(
        f"SELECT * FROM {view.table(here.service.name)}"
        + (f" WHERE {' AND '.join(conditions)}" if conditions else "")
        + f" ORDER BY {', '.join(order)} LIMIT ${len(arguments)}",
        *arguments,
    )
    more = len(rows) > limit
    rows = rows[:limit]
    return Page(rows, write_cursor([rows[-1][column] for column in order]) if more else None)


def open_texts(
    here: RunningService, who: Actor, rows: Iterable[Mapping[str, Any]]
) -> list[dict[str, Any] | None]:
    """The sealed text of each row (columns `sealed` and `event`), for a reader who may read texts.

    None: the reader may not, there is none, or its subject was erased. The access decision and the record of the
    read come before this.
    """
    blobs = [(row["sealed"], row["event"]) for row in rows]
    if not here.access.may(who, own_reading(here, "read:text")).allowed:
        return [None] * len(blobs)
    return [orjson.loads(plain) if plain is not None else None for plain in here.keys.open_many(blobs)]


async def listing(
    here: RunningService,
    who: Actor,
    view: View[Any],
    *,
    order: Mapping[str, type],
    where: Mapping[str, Any] | None,
    asked: Asked,
    item: Callable[[Mapping[str, Any], dict[str, Any] | None], dict[str, Any]],
    child: str = "child",
) -> dict[str, Any]:
    """A page of a team's list, in the one order in which it may be made: the access decision, the page, the record of
    the read, and only then the texts.

    Args:
        order: as of `page`.
        where: as of `page`.
        asked: cursor, limit and position of the request.
        item: a row and its opened text (None where the reader may not see it), as the answer shows it.
        child: the column that says whose record a row is of.
    """
    await authorise(here, who, "read:worklist")
    await caught_up(here, view.name, asked.after)
    found = await page(here, view, order=order, where=where, cursor=asked.cursor, limit=asked.limit)
    await record(here, who, "read:worklist", children=tuple({row[child] for row in found.rows}))
    texts = open_texts(here, who, found.rows) if "sealed" in view.columns else [None] * len(found.rows)
    return page_of([item(row, text) for row, text in zip(found.rows, texts, strict=True)], found.next)
