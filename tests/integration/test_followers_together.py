"""Several views of one log: in step they go together, and none keeps the others waiting."""

import asyncio
from typing import Any
from uuid import uuid4

import asyncpg

from shared.domain.view import Insert, View
from shared.projections.views import Views
from tests.integration.toy_views import (
    Decided,
    Log,
    Other,
    Received,
    counts,
    following,
    rows,
    stopped,
    worklist,
)


def mistaken() -> View[Any]:
    """Cannot take in what others can."""
    view = worklist("mistaken")

    @view.on(Other)
    def _(_event: Other, _record: Any) -> Insert:
        raise KeyError

    return view


async def transactions(pool: asyncpg.Pool) -> dict[str, str]:
    """Which transaction moved each view last."""
    found = await pool.fetch("SELECT name, xmin::text FROM mash.views")
    return {row["name"]: row["xmin"] for row in found}


async def test_views_in_step_are_moved_by_one_transaction(pool: asyncpg.Pool) -> None:
    log, three = Log(pool), [counts(), worklist(), worklist("again")]
    views = Views(pool, "mash", three)
    await views.prepare()
    async with following(views):
        for _ in range(3):
            await log.append((uuid4(), Received(note="one")), (uuid4(), Other()))
            views.wake()
            assert all([await views.wait_for(view.name, log.position) for view in three])
            assert len(set((await transactions(pool)).values())) == 1
    assert len(await rows(pool, three[1])) == len(await rows(pool, three[2])) == 3


async def test_a_view_that_fails_leaves_the_others_going_and_has_all_before_the_culprit(
    pool: asyncpg.Pool,
) -> None:
    log, bad, good = Log(pool), mistaken(), worklist()
    views = Views(pool, "mash", [bad, counts(), good])
    await views.prepare()
    async with following(views):
        await log.append((uuid4(), Received(note="one")), (uuid4(), Other()), (uuid4(), Received(note="two")))
        views.wake()
        assert await views.wait_for("worklist", 3)
        assert await stopped(views, "mistaken") == (1, "event test_views.Other at position 2: KeyError")
        await log.append((uuid4(), Received(note="three")))
        views.wake()
        assert await views.wait_for("worklist", 4)
        assert await views.wait_for("counts", 4)
    assert [row.note for row in await rows(pool, bad)] == ["one"]
    assert len(await rows(pool, good)) == 3


async def test_a_view_that_somebody_holds_keeps_no_other_waiting_and_catches_up(pool: asyncpg.Pool) -> None:
    log, held = Log(pool), worklist()
    views = Views(pool, "mash", [counts(), held], poll=30)
    await views.prepare()
    async with following(views), pool.acquire() as holder:
        async with holder.transaction():
            await holder.execute("SELECT FROM mash.views WHERE name = 'worklist' FOR UPDATE")
            stream = uuid4()
            for event in (Received(note="one"), Decided(outcome="closed")):
                await log.append((stream, event))
                views.wake()
                assert await views.wait_for("counts", log.position)
            assert (await views.positions())["worklist"] == (0, None)
        assert await views.wait_for("worklist", 2)
    assert [row.outcome for row in await rows(pool, held)] == ["closed"]


async def test_views_that_start_apart_meet_without_anything_missed_or_doubled(pool: asyncpg.Pool) -> None:
    log, late = Log(pool), worklist()
    first = Views(pool, "mash", [counts(), late])
    await first.prepare()
    await log.append(*((uuid4(), Received(note=str(n))) for n in range(1200)))
    async with following(first):
        assert await first.wait_for("worklist", 1200, timeout=10)
    # Two processes, each with its own idea of how far the views are, while more is written.
    second = Views(pool, "mash", [late, counts()])
    async with following(first, second):
        for _ in range(20):
            await log.append(*((uuid4(), Received(note="more")) for _ in range(10)))
            first.wake()
            second.wake()
            await asyncio.sleep(0.005)
        assert await first.wait_for("worklist", 1400, timeout=10)
        assert await second.wait_for("counts", 1400, timeout=10)
    assert len(await rows(pool, late)) == 1400
    assert [row.last for row in await rows(pool, counts())] == [1400]
