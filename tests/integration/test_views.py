"""Views follow the log, several beside each other, and stop where they cannot go on: on a real PostgreSQL."""

import asyncio
import hashlib
import logging
import os
import signal
from typing import Any
from uuid import uuid4

import asyncpg
import orjson
import pytest

from deploy.local.postgres import EmbeddedPostgres
from shared.domain.event import Event
from shared.infrastructure.logs import JsonLines
from shared.projections.rebuild import ViewFailed
from shared.projections.views import NoSuchView, Views
from tests.integration.conftest import database_on
from tests.integration.toy_views import (
    EVENT_COLUMNS,
    T0,
    Decided,
    Log,
    Other,
    Received,
    Withdrawn,
    counts,
    following,
    row_of,
    rows,
    stopped,
    worklist,
)


async def test_a_view_follows_the_log_and_a_reader_can_wait_for_it(pool: asyncpg.Pool) -> None:
    view, log, a, b = worklist(), Log(pool), uuid4(), uuid4()
    views = Views(pool, "mash", [view, counts()], poll=30)
    await views.prepare()
    async with following(views):
        await log.append((a, Received(note="one")), (b, Received(note="two")))
        views.wake()
        assert await views.wait_for("worklist", 2)
        assert {row.stream: row.note for row in await rows(pool, view)} == {a: "one", b: "two"}

        await log.append((a, Decided(outcome="accepted")), (b, Withdrawn()), (a, Other()))
        assert await views.wait_for("worklist", 5)  # wakes the view by itself
        (left,) = await rows(pool, view)
        assert (left.outcome, left.seen, left.tags, left.received_at) == ("accepted", [a], ["new"], T0)
        assert left.sealed == hashlib.sha256(a.bytes).digest() * 4
        assert await views.wait_for("counts", 5)
        assert {row.topic: row.last for row in await rows(pool, counts())} == {
            "test_views.Received": 2,
            "test_views.Decided": 3,
            "test_views.Withdrawn": 4,
            "test_views.Other": 5,
        }
        assert await views.positions() == {"worklist": (5, None), "counts": (5, None)}
        assert not await views.wait_for("worklist", 6, timeout=0.1)
    with pytest.raises(NoSuchView, match="the views are worklist, counts"):
        await views.wait_for("inbox", 1)


async def test_without_being_woken_a_view_looks_by_itself(pool: asyncpg.Pool) -> None:
    view, log = worklist(), Log(pool)
    views = Views(pool, "mash", [view], poll=0.02)
    await views.prepare()
    async with following(views):
        await log.append((uuid4(), Received(note="one")))
        async with asyncio.timeout(5):
            while len(await rows(pool, view)) != 1:
                await asyncio.sleep(0.01)


async def test_a_failing_view_stops_at_the_culprit_shows_and_is_healed_by_rebuild(
    pool: asyncpg.Pool, caplog: pytest.LogCaptureFixture
) -> None:
    good, bad, log = worklist("good"), worklist("bad"), Log(pool)
    broken = True

    @bad.on(Decided)
    def _(event: Decided, _record: Any) -> None:
        if broken and event.outcome == "poison":
            raise KeyError("Ada Lovelace")

    a, b = uuid4(), uuid4()
    views = Views(pool, "mash", [good, bad], poll=0.02)
    await views.prepare()
    with caplog.at_level(logging.ERROR):
        async with following(views):
            await log.append(
                (a, Received(note="one")),
                (a, Decided(outcome="fine")),
                (a, Decided(outcome="poison")),
                (b, Received(note="two")),
            )
            views.wake()
            assert await stopped(views, "bad") == (2, "event test_views.Decided at position 3: KeyError")
            assert await views.wait_for("good", 4)
            assert not await views.wait_for("bad", 4, timeout=30)
            assert len(await rows(pool, good)) == 2
            assert [row.outcome for row in await rows(pool, bad)] == ["fine"]

            with pytest.raises(ViewFailed, match="position 3: KeyError") as failed:
                await views.rebuild("bad")
            assert failed.value.after == 2
            assert [row.outcome for row in await rows(pool, bad)] == ["fine"]

            broken = False
            await views.rebuild("bad")
            assert await views.wait_for("bad", 4)
            assert await views.positions() == {"good": (4, None), "bad": (4, None)}
            assert await rows(pool, bad) == await rows(pool, good)
    lines = [orjson.loads(JsonLines("mash").format(record)) for record in caplog.records]
    place = {"view": "bad", "event": "test_views.Decided", "position": 3, "error": "KeyError"}
    [one, *_] = [line for line in lines if line["message"] == "view cannot take in an event"]
    assert {name: one[name] for name in place} == place
    assert "test_views.py" in one["frames"][-1]  # where in the code
    [said, *_] = [line["reason"] for line in lines if line["message"] == "view stopped"]
    assert said == "event test_views.Decided at position 3: KeyError"
    assert "Ada" not in caplog.text + str(lines)


@pytest.mark.parametrize(
    ("event", "error"),
    [
        (Received(note="a\x00b"), "event test_views.Received at position 2: CharacterNotInRepertoireError"),
        (Received(note="twice"), "event test_views.Received at position 2: UniqueViolationError"),
    ],
    ids=["NUL byte", "key inserted twice"],
)
async def test_a_value_the_table_cannot_hold_stops_the_view_and_not_the_log(
    pool: asyncpg.Pool, event: Event, error: str
) -> None:
    view, log, a = worklist(), Log(pool), uuid4()
    views = Views(pool, "mash", [view], poll=0.02)
    await views.prepare()
    async with following(views):
        await log.append((a, Received(note="one")), (a, event), (uuid4(), Received(note="after")))
        views.wake()
        assert await stopped(views, "worklist") == (1, error)
        assert [row.note for row in await rows(pool, view)] == ["one"]
    # A start with another shape meets it again: the view stands up to there, stopped, and nothing else suffers.
    again = Views(pool, "mash", [worklist(edition=2), counts()])
    await again.prepare()
    assert await again.positions() == {"worklist": (1, error), "counts": (3, None)}
    assert [row.note for row in await rows(pool, view)] == ["one"]


async def test_an_event_of_a_newer_program_makes_a_view_wait_and_marks_nothing(pool: asyncpg.Pool) -> None:
    log, a = Log(pool), uuid4()
    views = Views(pool, "mash", [counts()], poll=0.02)
    await views.prepare()
    async with following(views):
        await log.append((a, Other()))
        stranger = row_of(2, a, 2, Other(happened_at=T0), "contact")
        await pool.copy_records_to_table(
            "events",
            schema_name="mash",
            columns=EVENT_COLUMNS,
            records=[(*stranger[:2], "test_views.FromTomorrow", *stranger[3:])],
        )
        views.wake()
        position, said = await stopped(views, "counts")
        assert (position, "waits for a newer program" in said) == (1, True)
        assert await pool.fetchval("SELECT error FROM mash.views WHERE name = 'counts'") is None


async def test_a_database_that_goes_away_stops_no_view(mortal: EmbeddedPostgres) -> None:
    async with asyncpg.create_pool(database_on(mortal).app, min_size=1, max_size=6) as pool:
        view, log = worklist(), Log(pool)
        views = Views(pool, "mash", [view], poll=0.02)
        await views.prepare()
        async with following(views):
            await log.append((uuid4(), Received(note="one")))
            assert await views.wait_for("worklist", 1)
            for _ in range(3):
                mortal.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'mash'"
                )
                await asyncio.sleep(0.03)
            assert mortal.child is not None
            os.kill(mortal.child.pid, signal.SIGKILL)
            await asyncio.sleep(0.3)
            mortal.start()
            await log.append((uuid4(), Received(note="two")))
            assert await views.wait_for("worklist", 2, timeout=10)
            assert await views.positions() == {"worklist": (2, None)}
            assert sorted(row.note for row in await rows(pool, view)) == ["one", "two"]


async def test_a_follower_that_was_overtaken_applies_nothing_and_reads_again(pool: asyncpg.Pool) -> None:
    view, log = counts(), Log(pool)
    views = Views(pool, "mash", [view], poll=30)
    await views.prepare()
    async with following(views), pool.acquire() as faster:
        async with faster.transaction():
            await faster.execute("SELECT FROM mash.views WHERE name = 'counts' FOR UPDATE")
            await log.append((uuid4(), Other()))
            views.wake()
            await asyncio.sleep(0.3)  # it has read position 1 and waits to move the view
            await log.append((uuid4(), Other()))
            await faster.execute("UPDATE mash.views SET position = 2 WHERE name = 'counts'")
            await faster.execute(
                f"INSERT INTO {view.table('mash')} (topic, last) VALUES ('test_views.Other', 2)"
            )
        await asyncio.sleep(0.3)
        assert await views.positions() == {"counts": (2, None)}
        assert [row.last for row in await rows(pool, view)] == [2]
