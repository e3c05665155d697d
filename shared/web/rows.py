"""Rows of a view for a list: a page of them in an order, those that stand first before all others, and how many there are.

All of it is read through the view's indexes: a page reads no further than it goes, and a count reads the rows of the list
and none of what left it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import asyncpg

from shared.web.paging import read_cursor, write_cursor


class _Something:
    """Stands for any value."""


SOMETHING: Final = _Something()
"""As the value of a column: any but none."""

Where = Mapping[str, Any]
"""Columns and the values they must have; None: no value, SOMETHING: any, a list: one of these."""


@dataclass(frozen=True, slots=True)
class First:
    """Rows of a list that stand before all others, because a moment has passed.

    Attributes:
        test: SQL over the row's columns, true or false of every row, in which `{at}` is the moment.
        at: the moment. A cursor keeps it, so that a list does not change its order while it is paged through.
    """

    test: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of a view, and the cursor of the next page or none. Where some stand first, `stands_first` says which."""

    rows: list[asyncpg.Record]
    next: str | None


async def fetch_page(
    pool: asyncpg.Pool,
    table: str,
    *,
    order: Mapping[str, type],
    where: Where | None = None,
    first: First | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page:
    """A page of a view in an order that names each row, from a cursor on.

    Args:
        pool: of the service.
        table: the view's.
        order: columns and their types; together unique. Every column ascending.
        where: columns and the values they must have.
        first: the rows that stand before all others, in the same order among themselves.
        cursor: `next` of the page before; None for the first.
        limit: most rows.

    Raises:
        Problem: the cursor is not one of ours.
    """
    if first is None:
        place = read_cursor(cursor, list(order.values())) if cursor is not None else None
        sql, arguments = page_statement(table, order=order, where=where, place=place, limit=limit)
        rows = await pool.fetch(sql, *arguments)
        more, rows = len(rows) > limit, rows[:limit]
        return Page(rows, write_cursor([rows[-1][column] for column in order]) if more else None)
    part, place = 0, None
    if cursor is not None:
        part, at, *place = read_cursor(cursor, [int, datetime, *order.values()])
        first = First(first.test, at)
    rows = []
    for stands_first in (True, False)[part:]:
        sql, arguments = page_statement(
            table,
            order=order,
            where=where,
            place=place,
            limit=limit - len(rows),
            first=first,
            stands_first=stands_first,
        )
        rows += await pool.fetch(sql, *arguments)
        place = None
        if len(rows) > limit:
            break
    more, rows = len(rows) > limit, rows[:limit]
    last = [rows[-1][column] for column in order] if more else []
    part = 0 if more and rows[-1]["stands_first"] else 1
    return Page(rows, write_cursor([part, first.at, *last]) if more else None)


def page_statement(
    table: str,
    *,
    order: Mapping[str, type],
    where: Where | None = None,
    place: Sequence[Any] | None = None,
    limit: int = 50,
    first: First | None = None,
    stands_first: bool = False,
) -> tuple[str, list[Any]]:
    """The statement of a page, or of one part of it, and its arguments; it asks for one row more than `limit`."""
    tests, arguments = _tests(where)
    shown = "*"
    if first is not None:
        arguments.append(first.at)
        test = f"({first.test.format(at=f'${len(arguments)}::timestamptz')})"
        tests.append(test if stands_first else f"NOT {test}")
        shown = f"*, {'true' if stands_first else 'false'} AS stands_first"
    if place is not None:
        numbers = ", ".join(f"${len(arguments) + n}" for n in range(1, len(place) + 1))
        tests.append(f"({', '.join(order)}) > ({numbers})")
        arguments += place
    arguments.append(limit + 1)
    return (
        f"SELECT {shown} FROM {table}"
        + (f" WHERE {' AND '.join(tests)}" if tests else "")
        + f" ORDER BY {', '.join(order)} LIMIT ${len(arguments)}"
    ), arguments


def counts_statement(table: str, *, where: Where | None, by: Sequence[str]) -> tuple[str, list[Any]]:
    """The statement that counts rows, all of them and by each of these columns, in one pass; and its arguments."""
    tests, arguments = _tests(where)
    columns = ", ".join(by)
    sets = ", ".join(["()", *(f"({column})" for column in by)])
    return (
        f"SELECT {columns}, GROUPING({columns}) AS apart, count(*) AS n FROM {table}"
        + (f" WHERE {' AND '.join(tests)}" if tests else "")
        + f" GROUP BY GROUPING SETS ({sets})"
    ), arguments


async def fetch_counts(
    pool: asyncpg.Pool, table: str, *, where: Where | None, by: Sequence[str]
) -> dict[str, Any]:
    """How many rows there are: `total`, and `by` column each value with its number, the most first.

    Args:
        pool: of the service.
        table: the view's.
        where: as of `fetch_page`.
        by: columns, one or more.
    """
    sql, arguments = counts_statement(table, where=where, by=by)
    total, found = 0, {column: list[dict[str, Any]]() for column in by}
    for row in await pool.fetch(sql, *arguments):
        # A bit for each column, the first the highest: set where the row is not of that column's groups.
        alone = [column for at, column in enumerate(reversed(by)) if not row["apart"] >> at & 1]
        if not alone:
            total = row["n"]
        for column in alone:
            found[column].append({"value": row[column], "count": row["n"]})
    for groups in found.values():
        groups.sort(key=lambda one: (-one["count"], str(one["value"])))
    return {"total": total, "by": found}


def _tests(where: Where | None) -> tuple[list[str], list[Any]]:
    """Conditions and their arguments. Yes, no and none are written out, so that an index of those rows alone is found."""
    tests: list[str] = []
    arguments: list[Any] = []
    for column, value in (where or {}).items():
        if value is True or value is False:
            tests.append(column if value else f"NOT {column}")
        elif value is None or value is SOMETHING:
            tests.append(f"{column} IS {'NULL' if value is None else 'NOT NULL'}")
        else:
            arguments.append(value)
            number = f"${len(arguments)}"
            tests.append(f"{column} = {f'ANY({number})' if isinstance(value, list) else number}")
    return tests, arguments
