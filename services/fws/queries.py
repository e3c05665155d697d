"""Asks the read tables what no page of one view answers: the transfer panel's agenda."""

from datetime import date

import asyncpg

from services.fws.views import proposals


async def on_the_agenda(pool: asyncpg.Pool, service: str, day: date, limit: int) -> list[asyncpg.Record]:
    """What waits for the panel of a day, the longest first: due by it, or by one before it."""
    rows: list[asyncpg.Record] = await pool.fetch(
        f"SELECT * FROM {proposals.table(service)} WHERE waits AND panel <= $1 "
        "ORDER BY proposed_at, stream LIMIT $2",
        day,
        limit,
    )
    return rows
