"""A lock of a service held by somebody else of its role, as another of its processes holds it, and who waits for it."""

import asyncpg

from shared.infrastructure.locks import TransactionLock, for_transaction


async def hold(dsn: str, schema: str, name: TransactionLock) -> asyncpg.Connection:
    """A connection whose transaction holds the lock until it is committed or the connection is closed."""
    holder = await asyncpg.connect(dsn)
    await holder.execute("BEGIN")
    await holder.execute(for_transaction(schema, name))
    return holder


async def waiting(connection: asyncpg.Connection) -> list[int]:
    """The sessions of this database that wait for a lock."""
    rows = await connection.fetch(
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    return [row["pid"] for row in rows]
