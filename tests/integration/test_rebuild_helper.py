"""A view built again by two processes: the same rows, the same refusals, and no need of the second."""

import asyncio
import os
import signal
import struct
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from shared.domain.view import Insert, Update, View
from shared.projections.copy import NotHere, rows_of
from shared.projections.rebuild import Rebuild, ViewFailed
from shared.projections.rebuild_worker import RebuildWorker
from shared.projections.table import create, shape, steps, take
from shared.projections.views import Views
from tests.integration.conftest import LogDatabase
from tests.integration.toy_corrected import VIEWS, CorrectedLog
from tests.integration.toy_views import (
    Count,
    Decided,
    Log,
    Other,
    Received,
    counts,
    rows,
    some_life,
)


@dataclass
class Note:
    stream: UUID
    received_at: datetime
    note: str
    outcome: str | None = None
    sealed: bytes | None = None


notes = View("notes", row=Note, key=("stream",))


@notes.on(Received)
def _(event: Received, record: Any) -> Insert:
    return Insert(stream=record.stream, received_at=record.happened_at, note=event.note, sealed=record.sealed)


@notes.on(Decided)
def _(event: Decided, record: Any) -> Update:
    if event.outcome == "poison":
        raise KeyError("Ada Lovelace")
    return Update({"stream": record.stream}, outcome=event.outcome)


@pytest.fixture
async def helpers(monkeypatch: pytest.MonkeyPatch) -> list["Counted"]:
    """The second processes that were started, as they say they have come up; each is waited for."""
    started: list[Counted] = []

    async def start(*arguments: Any) -> RebuildWorker | None:
        monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: {0, 1})
        helper = await original(*arguments)
        if helper is not None:
            started.append(Counted(helper))
            async with asyncio.timeout(30):
                while not helper.idle:
                    await asyncio.sleep(0.02)
        return helper

    original = RebuildWorker.start
    monkeypatch.setattr("shared.projections.rebuild.RebuildWorker.start", start)
    return started


class Counted:
    """A second process and how many of its answers were of use."""

    def __init__(self, helper: RebuildWorker) -> None:
        self.helper = helper
        self.used = self.given_back = 0
        ask = helper.ask

        def counting(after: int, until: int) -> Any:
            answer = ask(after, until)
            answer.add_done_callback(self._count)
            return answer

        helper.ask = counting  # type: ignore[method-assign]

    def _count(self, answer: asyncio.Future[Any]) -> None:
        if not answer.cancelled():
            self.used += answer.result() is not None
            self.given_back += answer.result() is None

    @property
    def pid(self) -> int:
        return self.helper._process.pid


async def rebuilt(pool: asyncpg.Pool, database: LogDatabase, view: View[Any], **more: Any) -> Any:
    settings: dict[str, Any] = {"page": 20, "dsn": database.app, "long": 1} | more
    async with pool.acquire() as connection:
        return await Rebuild(pool, connection, "mash", view, **settings).run()


async def test_two_processes_build_what_one_does(
    pool: asyncpg.Pool, log_database: LogDatabase, helpers: list[Counted]
) -> None:
    log = Log(pool)
    await Views(pool, "mash", [notes]).prepare()
    for _ in range(5):
        await log.append(*some_life([uuid4() for _ in range(100)]))
    assert await rebuilt(pool, log_database, notes, dsn=None) is None
    alone = await rows(pool, notes)
    assert len(alone) == 500
    assert {row.outcome for row in alone} == {None, "accepted", "closed"}

    assert await rebuilt(pool, log_database, notes) is None
    assert await rows(pool, notes) == alone
    assert await Views(pool, "mash", [notes]).positions() == {"notes": (log.position, None)}
    assert helpers[0].used > 3
    assert helpers[0].given_back == 0
    with pytest.raises(ProcessLookupError):
        os.kill(helpers[0].pid, 0)


async def test_two_processes_make_rows_anew_of_corrected_events(
    pool: asyncpg.Pool, log_database: LogDatabase, helpers: list[Counted]
) -> None:
    log = CorrectedLog(pool, seed=1)
    await Views(pool, "mash", VIEWS).prepare()
    await log.append(400)
    for view in VIEWS:
        assert await rebuilt(pool, log_database, view, page=9) is None
    assert all(helper.used > 3 and helper.given_back == 0 for helper in helpers)
    assert len(helpers) == len(VIEWS)
    assert {view.name: await rows(pool, view) for view in VIEWS} == log.expected()


async def test_a_second_process_that_is_killed_is_not_missed(
    pool: asyncpg.Pool, log_database: LogDatabase, helpers: list[Counted]
) -> None:
    log = Log(pool)
    await Views(pool, "mash", [notes]).prepare()
    await log.append(*some_life([uuid4() for _ in range(500)]))

    def say(line: str) -> None:
        if 2 <= helpers[0].used < 1_000:
            os.kill(helpers[0].pid, signal.SIGKILL)
            helpers[0].used = 1_000

    assert await rebuilt(pool, log_database, notes, say=say) is None
    assert helpers[0].used >= 1_000
    assert len(await rows(pool, notes)) == 500
    assert not await pool.fetchval(
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'mash rebuild' AND state = 'active'"
    )


@pytest.mark.parametrize("at", [30, 330, 999])
async def test_an_event_that_fails_is_found_whoever_reads_it(
    pool: asyncpg.Pool, log_database: LogDatabase, helpers: list[Counted], at: int
) -> None:
    streams = [uuid4() for _ in range(500)]
    life: list[Any] = [(stream, Received(note="n")) for stream in streams]
    life += [(stream, Decided(outcome="fine")) for stream in streams]
    life[at - 1] = (streams[0], Decided(outcome="poison"))
    await Log(pool).append(*life)
    with pytest.raises(ViewFailed, match=f"position {at}: KeyError") as failed:
        await rebuilt(pool, log_database, notes)
    assert failed.value.after == at - 1

    partial = await rebuilt(pool, log_database, notes, keep_partial=True)
    assert partial.after == at - 1
    assert sum(row.outcome is not None for row in await rows(pool, notes)) == max(0, at - 501)
    assert len(await rows(pool, notes)) == min(at - 1, 500)


async def test_a_value_the_table_cannot_hold_is_found_whoever_reads_it(
    pool: asyncpg.Pool, log_database: LogDatabase, helpers: list[Counted]
) -> None:
    life: list[Any] = [(uuid4(), Received(note="n")) for _ in range(400)]
    life[10] = (uuid4(), Received(note="a\x00b"))
    await Log(pool).append(*life)
    with pytest.raises(ViewFailed, match="position 11: CharacterNotInRepertoireError"):
        await rebuilt(pool, log_database, notes)
    assert helpers[0].used


async def test_without_a_module_that_names_it_or_with_lists_a_view_is_built_by_one_process(
    pool: asyncpg.Pool, log_database: LogDatabase, helpers: list[Counted]
) -> None:
    await Log(pool).append(*[(uuid4(), Other()) for _ in range(100)])
    assert await rebuilt(pool, log_database, counts()) is None
    assert await rows(pool, counts()) == [Count("test_views.Other", 100)]
    assert not helpers


async def test_on_one_core_there_is_one_process(
    pool: asyncpg.Pool, log_database: LogDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: {0})
    assert await RebuildWorker.start(log_database.app, "mash", notes, "notes__rebuild") is None


@pytest.mark.parametrize("wrong", ["shape", "database"])
async def test_a_second_process_that_cannot_help_ends_and_is_not_asked(
    pool: asyncpg.Pool, log_database: LogDatabase, monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: {0, 1})
    if wrong == "shape":  # as where the program was exchanged on the disk while it ran
        monkeypatch.setattr("shared.projections.rebuild_worker.shape", lambda view: f"{shape(view)} before")
    dsn = log_database.app if wrong == "shape" else "postgresql://nobody@127.0.0.1:1/none"
    helper = await RebuildWorker.start(dsn, "mash", notes, "notes__rebuild")
    assert helper is not None
    await helper._process.wait()
    assert not helper.idle
    await helper.close()


async def test_a_second_process_ends_with_the_first(
    log_database: LogDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: {0, 1})
    helper = await RebuildWorker.start(log_database.app, "mash", notes, "notes__rebuild")
    assert helper is not None
    assert helper._process.stdin is not None
    helper._process.stdin.close()  # all that it sees when the first is killed
    async with asyncio.timeout(30):
        await helper._process.wait()
    await helper.close()


class Colour(StrEnum):
    RED = "rot"


@dataclass
class Anything:
    number: int
    stream: UUID
    said: str
    colour: Colour
    yes: bool
    at: datetime
    on: date
    blob: bytes
    none: str | None = None


anything = View("anything", row=Anything, key=("number",))


def line(number: int, **more: Any) -> tuple[Any, ...]:
    return tuple(
        (
            {
                "number": number,
                "stream": uuid4(),
                "said": "Zoë \n\t\\ 😀",
                "colour": Colour.RED,
                "yes": number % 2 == 0,
                "at": datetime(1987, 3, 29, 1, 30, 0, 123456, tzinfo=UTC),
                "on": date(1987, 3, 29),
                "blob": bytes(range(256)),
                "none": None,
            }
            | more
        ).values()
    )


LINES = [
    line(1),
    line(-(2**63), said="", blob=b""),
    line(2**63 - 1, none="x" * 70_000, on=date(9999, 12, 30)),
    line(4, at=datetime(1, 1, 2, tzinfo=UTC), on=date(1, 1, 2)),
]


async def test_rows_go_in_as_the_driver_brings_them_in(pool: asyncpg.Pool) -> None:
    async with pool.acquire() as connection, connection.transaction():
        found = []
        for name in ("ours", "drivers"):
            await connection.execute(create(anything, "mash", name))
            made = steps(
                anything,
                "mash",
                name,
                [Insert(**dict(zip(anything.columns, one, strict=True))) for one in LINES],
            )
            if name == "ours":
                made[0].stream, made[0].rows = rows_of(anything)(made[0].rows), []
            await take(connection, anything, "mash", name, made)
            found.append(await connection.fetch(f"SELECT * FROM mash_views.{name} ORDER BY number"))
        assert found[0] == found[1]
        assert [tuple(row) for row in found[0]] == sorted(LINES)


@pytest.mark.parametrize(
    "strange",
    [
        {"at": datetime.max.replace(tzinfo=UTC)},
        {"at": datetime(2026, 1, 1)},
        {"at": date(2026, 1, 1)},
        {"on": date.max},
        {"stream": "00000000-0000-0000-0000-000000000001"},
        {"number": 2**63},
        {"yes": 1},
        {"said": 1},
        {"said": "\ud800"},
        {"blob": "text"},
    ],
    ids=str,
)
def test_what_only_the_driver_knows_is_left_to_it(strange: dict[str, Any]) -> None:
    with pytest.raises((TypeError, ValueError, AttributeError, struct.error)):
        rows_of(anything)([line(1), line(2, **strange)])


def test_a_column_of_a_list_is_left_to_the_driver() -> None:
    @dataclass
    class Tagged:
        number: int
        tags: list[str]

    with pytest.raises(NotHere, match="list"):
        rows_of(View("tagged", row=Tagged, key=("number",)))
