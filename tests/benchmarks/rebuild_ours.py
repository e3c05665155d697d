"""Measured: the chronology's entries built again from its log; and, beside, a raw fetch of the same rows."""

import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import uvloop

from services.chronology.views import entries
from shared.followers import Views
from shared.garbage import settle
from shared.pools import open_pool
from tests.benchmarks.memory import resident_mb
from tests.benchmarks.rebuild_fill import COLUMNS
from tests.benchmarks.workers import Round, serve


@asynccontextmanager
async def opened(arguments: dict[str, Any]) -> AsyncIterator[Round]:
    """A process that does one of the two, on the chronology's database."""
    settle()
    async with await open_pool(arguments["dsn"], "chronology") as pool:
        views = Views(pool, "chronology", [entries])

        async def one_round(_order: dict[str, Any]) -> dict[str, Any]:
            began = time.perf_counter()
            rows = await (_raw(pool) if arguments["raw"] else _rebuilt(pool, views))
            return {
                "seconds": time.perf_counter() - began,
                "rows": rows,
                "most_mb": resident_mb(os.getpid(), "VmHWM"),
            }

        yield one_round


async def _rebuilt(pool: asyncpg.Pool, views: Views) -> int:
    await views.rebuild("entries")
    rows: int = await pool.fetchval("SELECT count(*) FROM chronology_views.entries")
    return rows


async def _raw(pool: asyncpg.Pool, page: int = 5000) -> int:
    """Every column of every row, a page at a time; nothing is done with them."""
    after = count = 0
    sql = f"SELECT {COLUMNS} FROM chronology.events WHERE notification_id > $1 ORDER BY notification_id LIMIT $2"
    async with pool.acquire() as connection:
        while rows := await connection.fetch(sql, after, page):
            after, count = rows[-1]["notification_id"], count + len(rows)
    return count


if __name__ == "__main__":
    uvloop.run(serve(opened))
