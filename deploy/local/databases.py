"""The stack's databases: one, with roles and two schemas a service, so that none can reach another's; and one of its own for
each team behind a wall.
"""

from collections.abc import Sequence

import asyncpg

from deploy.database.provision import DATABASE, close_database, database_of, logins_of, statements
from deploy.local.layout import Layout
from deploy.local.postgres import EmbeddedPostgres

__all__ = ["AWAY", "DATABASE", "cut_off", "prepare"]

AWAY = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.OperatorInterventionError,
    OSError,
    TimeoutError,
)
"""Errors that say that the server has just died, or recovers, and not that what was asked is wrong."""


async def prepare(server: EmbeddedPostgres, layout: Layout, services: Sequence[str]) -> None:
    """Makes the databases, roles and schemas that are not there yet, and sets the roles' passwords as the files have them.

    Service names are checked by `Layout.make_files`, so they can stand in statements as they are.
    """
    databases = dict.fromkeys((DATABASE, *map(database_of, services)))
    connection = await asyncpg.connect(server.dsn())
    try:
        for database in databases:
            if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", database):
                await connection.execute(f"CREATE DATABASE {database}")
                await connection.execute(close_database(database))
    finally:
        await connection.close()
    for database in databases:
        within = [service for service in services if database_of(service) == database]
        await _provide(server, layout, database, within)


async def _provide(server: EmbeddedPostgres, layout: Layout, database: str, services: Sequence[str]) -> None:
    connection = await asyncpg.connect(server.dsn(database))
    try:
        for service in services:
            for statement in statements(service, database):
                await connection.execute(statement)
            for role in logins_of(service):
                await connection.execute(f"ALTER ROLE {role} PASSWORD '{layout.password(role)}'")
    finally:
        await connection.close()


async def cut_off(server: EmbeddedPostgres, services: Sequence[str]) -> None:
    """Ends what killed services left running in the database, and returns when it is gone.

    A statement sent just before its client was killed still runs to its end: it could move a cursor after the cursor
    was reset for a new broker, and what lies between would never be sent.
    """
    connection = await asyncpg.connect(server.dsn(DATABASE))
    try:
        await connection.fetch(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = ANY($1::text[])",
            [role for service in services for role in logins_of(service)],
        )
    finally:
        await connection.close()
