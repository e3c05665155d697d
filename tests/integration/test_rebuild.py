"""Views are rebuilt beside the live table, at a start or when asked, and nobody who follows or reads meets a half one."""

import asyncio
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from shared.domain.view import Index, Insert, View
from shared.projections.rebuild import RebuildRunning, building
from shared.projections.views import Views
from tests.integration.toy_views import (
    T0,
    Log,
    Received,
    counts,
    following,
    rows,
    some_life,
    stopped,
    worklist,
)


async def test_several_processes_follow_at_once_and_rebuild_meanwhile_and_all_agrees(
    pool: asyncpg.Pool,
) -> None:
    view, log = worklist(), Log(pool)
    several = [Views(pool, "mash", [worklist(), counts()], poll=0.01) for _ in range(3)]
    await asyncio.gather(*(views.prepare() for views in several))
    streams = [uuid4() for _ in range(1200)]
    life = some_life(streams)
    seen: list[int] = []

    async def read(stop: asyncio.Event) -> None:
        while not stop.is_set():
            seen.append(await pool.fetchval(f"SELECT count(*) FROM {view.table('mash')}"))

    async with following(*several):
        stop = asyncio.Event()
        reading = asyncio.create_task(read(stop))
        for first in range(0, 1200, 200):
            await log.append(*life[first : first + 200])
            several[first // 200 % 3].wake()
            if first in (400, 800):
                await several[0].rebuild("worklist", page=150)
        assert await several[1].wait_for("worklist", 1200, timeout=10)
        stop.set()
        await reading
        assert seen == sorted(seen)  # only Received so far: a half or empty table would show as fewer rows
        assert seen[-1] == 1200

        await log.append(*life[1200:])
        several[2].wake()
        for views in several:
            assert await views.wait_for("worklist", len(life), timeout=10)
            assert await views.wait_for("counts", len(life), timeout=10)
    live = await rows(pool, view)
    assert 0 < len(live) == 800
    assert {row.outcome for row in live} == {None, "accepted", "closed"}
    assert await several[0].positions() == {"worklist": (len(life), None), "counts": (len(life), None)}

    before = await rows(pool, counts())
    await several[0].rebuild("worklist", page=100)
    await several[0].rebuild("counts", page=100)
    assert await rows(pool, view) == live
    assert await rows(pool, counts()) == before
    left = await pool.fetch(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'mash_views' ORDER BY tablename"
    )
    assert [row["tablename"] for row in left] == ["counts", "worklist"]
    indexes = await pool.fetch(
        "SELECT indexdef FROM pg_indexes WHERE schemaname = 'mash_views' AND tablename = 'worklist'"
    )
    assert len(indexes) == 2


async def test_a_changed_shape_is_built_again_at_the_start_and_the_old_program_stands_back(
    pool: asyncpg.Pool,
) -> None:
    log, streams = Log(pool), [uuid4() for _ in range(20)]
    old = Views(pool, "mash", [worklist()], poll=0.02)
    await old.prepare()
    await log.append(*some_life(streams))

    @dataclass
    class Shorter:
        stream: UUID
        note: str

    new_view = View("worklist", row=Shorter, key=("stream",), indexes=(Index(("note",), where="note <> ''"),))

    @new_view.on(Received)
    def _(event: Received, record: Any) -> Insert:
        return Insert(stream=record.stream, note=event.note)

    new = Views(pool, "mash", [new_view], poll=0.02)
    async with following(old):
        assert await old.wait_for("worklist", log.position)
        await new.prepare()
        assert len(await rows(pool, new_view)) == 20
        async with following(new):
            await log.append((uuid4(), Received(note="later")))
            new.wake()
            old.wake()
            assert await new.wait_for("worklist", log.position)
            assert len(await rows(pool, new_view)) == 21
            _at, said = await stopped(old, "worklist")
            assert "another shape" in said
    await new.prepare()  # nothing to do
    assert (await new.positions())["worklist"] == (log.position, None)


async def test_only_one_builds_a_view_at_a_time(pool: asyncpg.Pool) -> None:
    view = worklist()
    views = Views(pool, "mash", [view])
    await views.prepare()
    async with pool.acquire() as other, building(other, "mash", view):
        with pytest.raises(RebuildRunning):
            await views.rebuild("worklist")
    await views.rebuild("worklist")


async def test_the_change_of_tables_waits_for_a_follower_that_is_moving_the_view(pool: asyncpg.Pool) -> None:
    view, log, stream = worklist(), Log(pool), uuid4()
    views = Views(pool, "mash", [view])
    await views.prepare()
    await log.append((stream, Received(note="one")))
    async with pool.acquire() as follower:
        async with follower.transaction():  # as a follower does: first its position, then its rows
            await follower.execute(
                "UPDATE mash.views SET position = 1 WHERE name = 'worklist' AND position = 0"
            )
            building = asyncio.create_task(views.rebuild("worklist"))
            await asyncio.sleep(0.3)
            await follower.execute(
                f"INSERT INTO {view.table('mash')} (stream, received_at, note, tags, changes) VALUES ($1, $2, '', '{{}}', 0)",
                stream,
                T0,
            )
        await building
    assert [row.note for row in await rows(pool, view)] == ["one"]
    assert await views.positions() == {"worklist": (1, None)}


async def test_a_slow_reader_delays_the_change_of_tables_and_no_other_reader_for_long(
    pool: asyncpg.Pool,
) -> None:
    view, log, lines = worklist(), Log(pool), list[str]()
    views = Views(pool, "mash", [view], poll=0.02)
    await views.prepare()
    await log.append((uuid4(), Received(note="one")))
    async with following(views):
        assert await views.wait_for("worklist", 1)
        async with pool.acquire() as slow, slow.transaction():
            await slow.fetch(f"SELECT * FROM {view.table('mash')}")
            building = asyncio.create_task(views.rebuild("worklist", say=lines.append))
            async with asyncio.timeout(10):
                while not any("waiting for a reader" in line for line in lines):
                    await asyncio.sleep(0.05)
            async with asyncio.timeout(5):
                assert len(await rows(pool, view)) == 1
        await building
        await log.append((uuid4(), Received(note="two")))
        assert await views.wait_for("worklist", 2)
        assert len(await rows(pool, view)) == 2
