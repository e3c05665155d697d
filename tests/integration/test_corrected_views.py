"""Views after corrections, on a real PostgreSQL: live, rebuilt and read off the log by hand they are the same rows."""

from typing import Any

import asyncpg
import pytest

from shared.projections import follower
from shared.projections.follower import Follower
from shared.projections.rebuild import Rebuild
from shared.projections.views import Views
from tests.integration.toy_corrected import VIEWS, CorrectedLog
from tests.integration.toy_views import rows


async def tables(pool: asyncpg.Pool) -> dict[str, list[Any]]:
    return {view.name: await rows(pool, view) for view in VIEWS}


@pytest.mark.parametrize("seed", range(6))
async def test_after_every_page_the_table_is_that_of_the_events_as_they_are_right(
    pool: asyncpg.Pool, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages of many sizes, cut anywhere: with several corrections of a stream in one, and its later events."""
    log = CorrectedLog(pool, seed)
    monkeypatch.setattr(follower, "PAGE", log.chance.choice([3, 8, 500]))
    await Views(pool, "mash", VIEWS).prepare()
    live = Follower(pool, "mash", VIEWS)
    for _ in range(30):
        await log.append(log.chance.choice([1, 2, 5, 12, 20]))
        while await live.step():
            pass
        assert {one.position for one in live.standing.values()} == {len(log.records)}
        assert await tables(pool) == log.expected()


@pytest.mark.parametrize("page", [1, 7, 40, 5000])
async def test_a_rebuild_makes_the_same_rows_whatever_the_page(pool: asyncpg.Pool, page: int) -> None:
    log = CorrectedLog(pool, page)
    await Views(pool, "mash", VIEWS).prepare()
    await log.append(150)
    for view in VIEWS:
        async with pool.acquire() as connection:
            await Rebuild(pool, connection, "mash", view, page).run()
    assert await tables(pool) == log.expected()
