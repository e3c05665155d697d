"""Who reads a service's read tables beside their owner, and the second wall around those that hold children's records.

Their owner is the role that follows the log with them and builds them again; the service's own login, which takes
commands, can change nothing in them. A view with a wall is read by the reader's login alone, through PostgreSQL's row
security: a question that forgets who asks finds nothing. What that login is told of who reads, it believes: the wall
stands behind the service's own questions, not in front of somebody who has its password and says what they like.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import asyncpg

from shared.domain.view import View

POLICY: Final = "reader"
"""The name of a wall among a table's policies."""

SETTINGS: Final = "safeguarding"
"""Before the dot of each setting that says who reads."""


@dataclass(frozen=True, slots=True)
class Logins:
    """The roles that read beside the owner: the service's own, and the reader's. None: there is none, or it is the owner."""

    own: str | None = None
    reader: str | None = None

    def of(self, view: View[Any]) -> str | None:
        """Who reads this view."""
        return self.own if view.wall is None else self.reader


NO_ONE_ELSE: Final = Logins()


def protect(view: View[Any], service: str, table: str, logins: Logins) -> list[str]:
    """The statements that let in whoever reads a table just made, and nobody to more than the wall lets them see."""
    name = f'"{service}_views"."{table}"'
    made = []
    if view.wall is not None:
        made += [f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY", make_policy(view, service, table)]
    reader = logins.of(view)
    return made if reader is None else [*made, f"GRANT SELECT ON {name} TO {_quoted(reader)}"]


def make_policy(view: View[Any], service: str, table: str) -> str:
    """The statement that puts up a view's wall. It is for whoever has the right to read, so it names no role."""
    assert view.wall is not None
    name = f'"{service}_views"."{table}"'
    return f"CREATE POLICY {POLICY} ON {name} FOR SELECT USING ({view.wall.rows.replace('{table}', name)})"


async def let_read(
    connection: asyncpg.Connection, service: str, views: Sequence[View[Any]], logins: Logins
) -> None:
    """Let whoever reads into the tables that stand, where a login of another name is used than when they were made."""
    for view in views:
        reader = logins.of(view)
        if reader is None:
            continue
        name = view.table(service)
        if not await connection.fetchval("SELECT has_table_privilege($1, $2, 'SELECT')", reader, name):
            await connection.execute(f"GRANT SELECT ON {name} TO {_quoted(reader)}")


async def behind(
    connection: asyncpg.Connection, service: str, views: Sequence[View[Any]], shapes: Mapping[str, str]
) -> tuple[list[str], list[str]]:
    """The statements that take down the walls of these views and put them up again, for a table that they look through
    to be exchanged: of the tables that stand, and again of those alone that stand in the shape given.
    """
    rows = await connection.fetch(
        f"SELECT name, shape, to_regclass(format('%I.%I', $2::text, name)) IS NOT NULL AS there FROM \"{service}\".views "
        "WHERE name = ANY($1::text[])",
        [view.name for view in views],
        f"{service}_views",
    )
    found = {row["name"]: row for row in rows if row["there"]}
    standing = [view for view in views if view.name in found]
    down = [f"DROP POLICY IF EXISTS {POLICY} ON {view.table(service)}" for view in standing]
    again = [view for view in standing if found[view.name]["shape"] == shapes[view.name]]
    return down, [make_policy(view, service, view.name) for view in again]


@asynccontextmanager
async def reading_as(pool: asyncpg.Pool, who: Mapping[str, str]) -> AsyncIterator[asyncpg.Connection]:
    """A read-only transaction in which the database knows who reads, and which ends with what it was told.

    Args:
        pool: of the reader's login.
        who: the settings that the walls look at, without the word before the dot.
    """
    said = ", ".join(f"set_config('{SETTINGS}.{name}', ${n}, true)" for n, name in enumerate(who, 1))
    async with pool.acquire() as connection, connection.transaction(readonly=True):
        await connection.fetchrow(f"SELECT {said}", *who.values())
        yield connection


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
