"""The stack's database: one, with roles and two schemas a service, so that none can reach another's."""

from collections.abc import Sequence

import asyncpg

from deploy.database.provision import DATABASE, close_database, logins_of, statements
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
    """Makes the database, roles and schemas that are not there yet, and sets the roles' passwords as the files have them.

    Service names are checked by `Layout.make_files`, so they can stand in statements as they are.
    """
    connection = await asyncpg.connect(server.dsn())
    try:
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", DATABASE):
            await connection.execute(f"CREATE DATABASE {DATABASE}")
            await connection.execute(close_database(DATABASE))
    finally:
        await connection.close()
    connection = await asyncpg.connect(server.dsn(DATABASE))
    try:
        for service in services:
            for statement in statements(service, DATABASE):
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
