"""The chronology's read tables on a database of a test's own: kept up from a log, or filled with a great many entries."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg

from deploy.database.provision import logins_of, statements
from deploy.local.postgres import EmbeddedPostgres
from services.chronology.views import entries, seen
from shared.domain.event import Record
from shared.domain.view import View
from shared.projections.table import apply, create, indexes
from shared.projections.walls import Logins, protect
from shared.service.migrations import migrate

VIEWS = (seen, entries)
LOGINS = Logins(own="chronology", reader="chronology_reader")
BUSY_CHILD = UUID(int=5)
"""The child with 5,000 entries; every other has a hundred."""
ENTRIES_OF_BUSY_CHILD = 5000
SCHOOL = "Elm School"
"""It sees three of them."""


def make_database(server: EmbeddedPostgres, name: str) -> None:
    """A database with the chronology's roles (each its own password), schemas and log, as a council makes them."""
    server.create_database(name)
    for statement in statements("chronology", name):
        server.execute(statement, name)
    for role in logins_of("chronology"):
        server.execute(f"ALTER ROLE {role} PASSWORD '{role}'")
    asyncio.run(migrate(dsn(server, name, "chronology_owner"), "chronology", "chronology"))


def dsn(server: EmbeddedPostgres, name: str, role: str) -> str:
    """Where a role of the chronology connects."""
    return server.dsn(name, role, role)


@dataclass(frozen=True)
class Pools:
    """Connections of who fills the read tables, and of who reads them."""

    owner: asyncpg.Pool
    reader: asyncpg.Pool


@asynccontextmanager
async def on_empty_tables(server: EmbeddedPostgres, name: str) -> AsyncIterator[Pools]:
    """A database of `make_database`, with its tables made anew."""
    async with AsyncExitStack() as stack:
        owner, reader = [
            await stack.enter_async_context(
                asyncpg.create_pool(dsn(server, name, role), min_size=1, max_size=2)
            )
            for role in ("chronology_views", "chronology_reader")
        ]
        async with owner.acquire() as connection:
            await connection.execute("DROP TABLE IF EXISTS chronology_views.entries, chronology_views.seen")
            await make_tables(connection)
        yield Pools(owner, reader)


async def make_tables(connection: asyncpg.Connection) -> None:
    """The empty tables with their walls and indexes."""
    for view in VIEWS:
        await make_table(connection, view)
        await make_indexes(connection, view.name)


async def make_table(connection: asyncpg.Connection, view: View[Any]) -> None:
    await connection.execute(create(view, "chronology", view.name))
    for statement in protect(view, "chronology", view.name, LOGINS):
        await connection.execute(statement)


async def make_indexes(connection: asyncpg.Connection, name: str) -> None:
    [view] = [one for one in VIEWS if one.name == name]
    for partial in (False, True):
        for index in indexes(view, "chronology", name, partial=partial):
            await connection.execute(index, timeout=300)


async def keep(pool: asyncpg.Pool, log: Sequence[Record]) -> None:
    """What follows from these events, a statement for each."""
    for view in VIEWS:
        async with pool.acquire() as connection, connection.transaction():
            for fact in log:
                if changes := list(view.changes(fact)):
                    await apply(connection, view, "chronology", view.name, changes)


async def fill(connection: asyncpg.Connection, count: int) -> None:
    """So many entries, and who sees them: social care all, the police two in five, each other child's school half."""
    step = count // ENTRIES_OF_BUSY_CHILD
    for view in VIEWS:
        await make_table(connection, view)
        await connection.execute(
            f"ALTER TABLE {view.table('chronology')} SET UNLOGGED"
        )  # made in half the time
    await connection.execute(_ENTRIES, BUSY_CHILD, step, count, timeout=300)
    few = [step, 100 * step, 2000 * step]
    await connection.execute(_SEEN, BUSY_CHILD, few, SCHOOL, timeout=300)
    for view in VIEWS:
        await make_indexes(connection, view.name)
    await connection.execute("VACUUM ANALYZE chronology_views.entries", timeout=300)
    await connection.execute("VACUUM ANALYZE chronology_views.seen", timeout=300)


_ENTRIES = """
INSERT INTO chronology_views.entries (stream, entry, child, happened_at, known_at, recorded_at, position, source,
    source_event, caused_by, title, topic, agency, role, significance, weighs, late, sensitivity, event, sealed, withdrawn)
SELECT id, id, CASE WHEN n % $2 = 0 THEN $1 ELSE md5('child' || n / 100)::uuid END, at, at, at + interval '1 hour', n,
    'mash', 'mash.ReferrerInformed', id, 'Referrer told what happens next', CASE n % 3 WHEN 0 THEN 'visit' ELSE 'contact' END,
    CASE n % 4 WHEN 0 THEN 'police' ELSE 'childrens_social_care' END, 'mash_manager',
    CASE n % 10 WHEN 0 THEN 'critical' ELSE 'routine' END, n % 10 = 0, false, 'ordinary', id,
    decode(repeat(md5(n::text), 8), 'hex'), false
  FROM (SELECT n, md5('entry' || n)::uuid AS id, timestamptz '2020-01-01' + n * interval '3 minutes' AS at
          FROM generate_series(1, $3::bigint) AS n) AS numbered"""

_SEEN = """
INSERT INTO chronology_views.seen (entry, agency, organisation, child, happened_at, known_at, recorded_at, depth, why,
    decided_by, topic, by_agency, significance, position)
SELECT entry, reader.agency, reader.organisation, child, happened_at, known_at, recorded_at, 'whole', 'rule', event,
    topic, entries.agency, significance, position
  FROM chronology_views.entries CROSS JOIN LATERAL (
    SELECT 'childrens_social_care' AS agency, '' AS organisation
    UNION ALL SELECT 'police', '' WHERE position % 5 < 2
    UNION ALL SELECT 'education', 'School ' || position / 100 % 300 WHERE position % 2 = 1 AND child <> $1
    UNION ALL SELECT 'education', $3 WHERE child = $1 AND position = ANY($2::bigint[])) AS reader"""
