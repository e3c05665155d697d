"""Measured: the chronology's entries built again from its log; and, beside, a raw fetch of the same rows."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import asyncpg
import uvloop

from services.chronology.views import entries
from shared.infrastructure.background import tune_garbage_collection
from shared.infrastructure.postgres import open_pool
from shared.projections.views import Views
from tests.benchmarks.memory import resident_mb
from tests.benchmarks.rebuild_fill import COLUMNS
from tests.benchmarks.workers import Round, serve


@asynccontextmanager
async def opened(arguments: dict[str, Any]) -> AsyncIterator[Round]:
    """A process that does one of the two, on the chronology's database."""
    tune_garbage_collection()
    async with await open_pool(arguments["dsn"], "chronology") as pool:
        views = Views(pool, "chronology", [entries], dsn=arguments["dsn"])
        memory = Memory()
        looking = asyncio.create_task(memory.look())

        async def one_round(_order: dict[str, Any]) -> dict[str, Any]:
            began = time.perf_counter()
            rows = await (_raw(pool) if arguments["raw"] else _rebuilt(pool, views))
            return {"seconds": time.perf_counter() - began, "rows": rows, "most_mb": memory.most_mb}

        yield one_round
        looking.cancel()


class Memory:
    """The most memory so far of this process and of those it starts, each at its own most."""

    def __init__(self) -> None:
        self.most_mb = 0.0

    async def look(self) -> None:
        """Look a few times a second, as long as it is let."""
        while True:
            with suppress(OSError, RuntimeError):  # one of them has just ended
                self.most_mb = max(self.most_mb, sum(resident_mb(pid, "VmHWM") for pid in _processes()))
            await asyncio.sleep(0.1)


def _processes() -> list[int]:
    own = os.getpid()
    children = Path(f"/proc/{own}/task/{own}/children").read_text(encoding="ascii")
    return [own, *map(int, children.split())]


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
