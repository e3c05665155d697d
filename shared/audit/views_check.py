"""Compares a service's read tables with what its log gives: each view is folded again, by its own handlers, beside it.

Read tables decide what people see, and whoever may write to them could show an entry to whom it is not for, or hide it. All
of it happens in one transaction that sees one moment of the log and the tables, and is rolled back: nothing stays, and
nothing waits but a rebuild of the same view. It takes as long as a rebuild without its indexes.
"""

from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Final

import asyncpg

from shared.audit.log_check import Findings
from shared.domain.view import View, Words
from shared.eventstore.reader import pages
from shared.projections.corrected import histories
from shared.projections.table import changes_of, create, derive, indexes, shape, steps, take

PAGE: Final = 2000
"""Events at once."""


NAMED: Final = 5
"""Rows that are named of each view that differs."""


@dataclass(frozen=True, slots=True)
class _Standing:
    """How a view stands in the database: up to which position it took the log in, and in which shape."""

    position: int
    shape: str


class _Over(Exception):
    """What was made is rolled back."""


class _CannotFold(Exception):
    """An event that the view cannot take in; nothing of its contents is said."""

    def __init__(self, rows: Sequence[asyncpg.Record], error: Exception) -> None:
        first, last = rows[0]["notification_id"], rows[-1]["notification_id"]
        super().__init__(f"{type(error).__name__} between positions {first} and {last}")


async def check_views(
    pool: asyncpg.Pool,
    service: str,
    views: Sequence[View[Any]],
    findings: Findings,
    words: Words | None = None,
) -> dict[str, str]:
    """Find views whose rows are not what the log gives, up to where each has followed it.

    Args:
        pool: of the role that owns the read tables, which alone may make one beside.
        service: whose.
        views: as the program has them.
        findings: where what was found is put.
        words: what opens sealed parts; None: views that read words are not compared.

    Returns:
        The digest of each view that is as the log gives it: SHA-256 (hexadecimal) of the sorted digests of its rows.
    """
    digests: dict[str, str] = {}
    for view in views:
        if view.reads_words and words is None:
            continue
        async with pool.acquire() as connection:
            found = await _check(connection, service, view, findings, words)
        if found is not None:
            digests[view.name] = found
    return digests


async def _check(
    connection: asyncpg.Connection,
    service: str,
    view: View[Any],
    findings: Findings,
    words: Words | None,
) -> str | None:
    digest: str | None = None
    try:
        async with connection.transaction(isolation="repeatable_read"):
            standing = await _standing(connection, service, view)
            if standing is None or standing.shape != shape(view):
                findings.add(f"view {view.name} does not stand in this program's shape: it was not compared")
                raise _Over
            await _fold(connection, service, view, standing.position, words)
            digest = await _compare(connection, service, view, findings)
            raise _Over
    except _Over:
        return digest
    except _CannotFold as error:
        findings.add(f"view {view.name} cannot be folded, and was not compared: {error}")
        return None
    except asyncpg.InsufficientPrivilegeError:
        findings.add(
            f"view {view.name} was not compared: this login may not make a table beside it; use that of the role that owns "
            "the read tables"
        )
        return None


async def _standing(connection: asyncpg.Connection, service: str, view: View[Any]) -> _Standing | None:
    row = await connection.fetchrow(
        f'SELECT position, shape FROM "{service}".views WHERE name = $1 AND to_regclass($2) IS NOT NULL',
        view.name,
        view.table(service),
    )
    return None if row is None else _Standing(row["position"], row["shape"])


async def _fold(
    connection: asyncpg.Connection, service: str, view: View[Any], until: int, words: Words | None
) -> None:
    """Fill a table beside the live one from the log, up to a position. Raises _CannotFold."""
    beside = _beside(view)
    await connection.execute(create(view, service, beside))
    for index in indexes(view, service, beside, partial=False):
        await connection.execute(index)
    log = pages(connection, service, until=until, topics=view.topics, page=PAGE)
    async with aclosing(log):
        async for rows in log:
            try:
                before = await histories(connection, service, [view], rows)
                made = steps(view, service, beside, changes_of(view, service, rows, before, words))
                await take(connection, view, service, beside, made)
            except Exception as error:  # whatever it is, the view's own follower would come upon it too
                raise _CannotFold(rows, error) from error
    await derive(connection, view, service, beside, None)


async def _compare(
    connection: asyncpg.Connection, service: str, view: View[Any], findings: Findings
) -> str | None:
    live, folded = view.table(service), f'"{service}_views"."{_beside(view)}"'
    columns = ", ".join(f'"{name}"' for name in view.columns)
    digest = await _digest(connection, live, columns)
    if digest == await _digest(connection, folded, columns):
        return digest
    for what, one, other in (
        ("rows that the log does not give", live, folded),
        ("no rows that the log gives", folded, live),
    ):
        await _name(connection, view, columns, (what, one, other), findings)
    return None


async def _digest(connection: asyncpg.Connection, table: str, columns: str) -> str:
    """SHA-256 of the digests of all rows, sorted: the same whatever order they lie in."""
    digest: str = await connection.fetchval(
        f"""SELECT encode(sha256(coalesce(string_agg(row, ''::bytea ORDER BY row), '')), 'hex')
              FROM (SELECT sha256(convert_to(ROW({columns})::text, 'UTF8')) AS row FROM {table}) AS rows""",
        timeout=None,
    )
    return digest


async def _name(
    connection: asyncpg.Connection,
    view: View[Any],
    columns: str,
    where: tuple[str, str, str],
    findings: Findings,
) -> None:
    what, one, other = where
    rows = await connection.fetch(
        f"""WITH different AS (SELECT {columns} FROM {one} EXCEPT ALL SELECT {columns} FROM {other})
            SELECT count(*) OVER () AS count, different.* FROM different LIMIT {NAMED}""",
        timeout=None,
    )
    if not rows:
        return
    ids = [name for name in view.key if view.columns[name].sql == "uuid"]  # nothing else of a row is shown
    places = "; ".join(", ".join(f"{name} {row[name]}" for name in ids) for row in rows)
    more = " and others" if rows[0]["count"] > len(rows) else ""
    findings.add(
        f"view {view.name} holds {what}: {rows[0]['count']} ({places}{more}); find out who wrote there, and rebuild it"
    )


def _beside(view: View[Any]) -> str:
    return f"{view.name}__verify"
