"""Creates what a service's schema needs, as its owner. Every file is idempotent, so a migration can run at each start."""

from importlib import resources
from typing import Final

import asyncpg

ROOMS: Final = (
    "infrastructure",
    "eventstore",
    "access",
    "messaging",
    "projections",
    "commands",
    "inbox",
    "audit",
    "service",
)
"""The rooms that own tables, lowest floor first: each has a `schema.sql`."""


async def migrate(dsn: str, service: str, app_role: str) -> None:
    """Apply every room's `schema.sql` to the service's schema. Who owns the schema of its read tables, which is there
    already, gets the rights to fill them.

    Args:
        dsn: of the role that owns the schema.
        service: the schema's name.
        app_role: the role the service itself connects as; it gets no more than it needs.
    """
    connection = await asyncpg.connect(dsn)
    try:
        async with connection.transaction():
            # Two migrations at once would meet on the same catalogue rows, and one of them would fail. Only the schema's
            # owner may comment on it, and whoever does waits for the one who did before to commit.
            await connection.execute(f"COMMENT ON SCHEMA {service} IS 'The log of the {service} service'")
            views_role = await connection.fetchval(
                "SELECT coalesce((SELECT nspowner::regrole::text FROM pg_namespace WHERE nspname = $1), $2)",
                f"{service}_views",
                app_role,
            )
            for room in ROOMS:
                sql = resources.files(f"shared.{room}").joinpath("schema.sql").read_text(encoding="utf-8")
                await connection.execute(sql.format(schema=service, app_role=app_role, views_role=views_role))
    finally:
        await connection.close()
