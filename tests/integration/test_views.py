"""Views follow the log, are rebuilt beside the live table, and stop where they cannot go on: on a real PostgreSQL."""

import asyncio
import hashlib
import logging
import os
import signal
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from deploy.local.postgres import EmbeddedPostgres
from shared.clocks import Clocks, DeadlineMissed, DeadlineVaried
from shared.deadline_board import board, deadline_board, due_rows, next_due
from shared.decider import Stream
from shared.event import Envelope, Event, encode
from shared.followers import NoSuchView, Views
from shared.migrations import migrate
from shared.projection import Delete, Index, Insert, Update, Upsert, View
from shared.rebuild import RebuildRunning, ViewFailed, building
from shared.replay import history, replay, states
from shared.rules import Deadline

T0 = datetime(2026, 4, 2, 15, 40, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Received(Event, name="test_views.Received"):
    note: str
    due: Deadline | None = None


class Decided(Event, name="test_views.Decided", meets=("M1",)):
    outcome: str
    tell: Deadline | None = None


class Withdrawn(Event, name="test_views.Withdrawn", ends=("M1", "M4")):
    pass


class Other(Event, name="test_views.Other"):
    pass


ContactEvent = Received | Decided | Withdrawn | Other
contact = Stream(
    name="contact",
    state=(),
    evolve=lambda state, event: (*state, event.NAME),
    decide=lambda _command, _state, _context: [],
    commands=None,
    events=ContactEvent,
)


@dataclass
class Row:
    stream: UUID
    received_at: datetime
    note: str = ""
    outcome: str | None = None
    tags: list[str] = field(default_factory=list)
    seen: list[UUID] | None = None
    sealed: bytes | None = None
    changes: int = 0


def worklist(name: str = "worklist", **more: Any) -> View[Row]:
    view = View(name, row=Row, key=("stream",), indexes=(("received_at", "stream"),), **more)

    @view.on(Received)
    def _(event: Received, record: Any) -> Insert:
        return Insert(
            stream=record.stream,
            received_at=record.happened_at,
            note=event.note,
            sealed=record.sealed,
            tags=["new"],
        )

    @view.on(Decided)
    def _(event: Decided, record: Any) -> Update:
        return Update({"stream": record.stream, "outcome": None}, outcome=event.outcome, seen=[record.stream])

    @view.on(Withdrawn)
    def _(_event: Withdrawn, record: Any) -> Delete:
        return Delete(stream=record.stream)

    return view


@dataclass
class Count:
    topic: str
    last: int
    first: int | None = None


def counts() -> View[Count]:
    """Handles every event."""
    view = View("counts", row=Count, key=("topic",))

    @view.on_every
    def _(event: Event, record: Any) -> Upsert:
        return Upsert(topic=event.NAME, last=record.position)

    return view


class Log:
    """A log with rows written straight into it, as the store would."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self.pool = pool
        self.position = 0
        self.versions: dict[UUID, int] = {}

    async def append(self, *events: tuple[UUID, Event], category: str = "contact") -> list[UUID]:
        rows, ids = [], []
        for stream, event in events:
            self.position += 1
            self.versions[stream] = self.versions.get(stream, 0) + 1
            placed = event.placed(child=stream, happened_at=T0)
            rows.append(row_of(self.position, stream, self.versions[stream], placed, category))
            ids.append(rows[-1][6])
        await self.pool.copy_records_to_table(
            "events", schema_name="mash", columns=EVENT_COLUMNS, records=rows
        )
        return ids


EVENT_COLUMNS = [
    "originator_id",
    "originator_version",
    "topic",
    "state",
    "notification_id",
    "sealed",
    "event_id",
    "category",
    "child",
    "recorded_at",
    "digest",
]


def row_of(position: int, stream: UUID, version: int, event: Event, category: str) -> tuple[Any, ...]:
    event_id = uuid4()
    envelope = Envelope(
        id=str(event_id),
        known_at=T0.isoformat(),
        actor="worker",
        role="screener",
        agency="childrens_social_care",
        purpose="safeguarding",
        basis="public task",
        correlation=str(stream),
        command=str(stream),
        thing=str(stream),
    )
    sealed = hashlib.sha256(stream.bytes).digest() * 4
    state = encode(event, envelope)
    recorded = T0 + timedelta(seconds=position)
    digest = hashlib.sha256(state).digest()
    return (
        stream,
        version,
        event.NAME,
        state,
        position,
        sealed,
        event_id,
        category,
        stream,
        recorded,
        digest,
    )


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    with EmbeddedPostgres(tmp_path_factory.mktemp("postgres")) as running:
        running.execute(
            "CREATE ROLE mash_owner LOGIN PASSWORD 'owner'; CREATE ROLE mash LOGIN PASSWORD 'app';"
        )
        yield running


@pytest.fixture
async def pool(server: EmbeddedPostgres) -> AsyncIterator[asyncpg.Pool]:
    server.drop_database("views")
    server.create_database("views")
    server.execute(
        "CREATE SCHEMA mash AUTHORIZATION mash_owner; CREATE SCHEMA mash_views AUTHORIZATION mash;", "views"
    )
    await migrate(server.dsn("views", "mash_owner", "owner"), "mash", "mash")
    async with asyncpg.create_pool(server.dsn("views", "mash", "app"), min_size=1, max_size=6) as made:
        yield made


@asynccontextmanager
async def following(*several: Views) -> AsyncIterator[None]:
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        for views in several:
            tasks.create_task(views.follow(stop))
        yield
        stop.set()


async def rows(pool: asyncpg.Pool, view: View[Any]) -> list[Any]:
    found = await pool.fetch(f"SELECT * FROM {view.table('mash')} ORDER BY {', '.join(view.key)}")
    return [view.row(**row) for row in found]


async def stopped(views: Views, name: str) -> tuple[int, str]:
    async with asyncio.timeout(5):
        while True:
            position, error = (await views.positions())[name]
            if error is not None:
                return position, error
            await asyncio.sleep(0.01)


def some_life(streams: Sequence[UUID]) -> list[tuple[UUID, Event]]:
    """Received, and then decided, withdrawn, both or neither, with others' events between."""
    due = Deadline(due_at=T0 + 24 * HOUR, rule="M1", edition="2026-11")
    life: list[tuple[UUID, Event]] = [(stream, Received(note=f"n {stream}", due=due)) for stream in streams]
    for n, stream in enumerate(streams):
        if n % 2:
            life.append((stream, Decided(outcome="accepted" if n % 4 == 1 else "closed")))
            life.append((stream, Other()))
        if n % 3 == 0:
            life.append((stream, Withdrawn()))
    return life


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
    assert "view bad stopped: event test_views.Decided at position 3: KeyError" in caplog.text
    assert "Ada" not in caplog.text


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


async def test_a_database_that_goes_away_stops_no_view(pool: asyncpg.Pool, server: EmbeddedPostgres) -> None:
    view, log = worklist(), Log(pool)
    views = Views(pool, "mash", [view], poll=0.02)
    await views.prepare()
    async with following(views):
        await log.append((uuid4(), Received(note="one")))
        assert await views.wait_for("worklist", 1)
        for _ in range(3):
            server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'mash'")
            await asyncio.sleep(0.03)
        assert server.child is not None
        os.kill(server.child.pid, signal.SIGKILL)
        await asyncio.sleep(0.3)
        server.start()
        await log.append((uuid4(), Received(note="two")))
        assert await views.wait_for("worklist", 2, timeout=10)
        assert await views.positions() == {"worklist": (2, None)}
        assert sorted(row.note for row in await rows(pool, view)) == ["one", "two"]


async def test_only_one_builds_a_view_at_a_time(pool: asyncpg.Pool) -> None:
    view = worklist()
    views = Views(pool, "mash", [view])
    await views.prepare()
    async with pool.acquire() as other, building(other, "mash", view):
        with pytest.raises(RebuildRunning):
            await views.rebuild("worklist")
    await views.rebuild("worklist")


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


async def test_the_board_is_queried_by_due_instant(pool: asyncpg.Pool) -> None:
    log, a, b, c = Log(pool), *sorted(uuid4() for _ in range(3))
    views = Views(pool, "mash", [deadline_board([contact])], poll=0.02)
    await views.prepare()

    def received(rule: str, hours: int) -> Received:
        return Received(note="", due=Deadline(due_at=T0 + hours * HOUR, rule=rule, edition="2026-11"))

    async with following(views):
        first, _, second, _ = await log.append(
            (a, received("M1", 4)), (b, received("M3", 4)), (c, received("M1", 2)), (a, received("M1", 4))
        )
        assert await views.wait_for("deadlines", 4)
        assert await next_due(pool, "mash") == T0 + 2 * HOUR
        assert await due_rows(pool, "mash", T0 + 1 * HOUR, 10) == []
        due = await due_rows(pool, "mash", T0 + 4 * HOUR, 10)
        assert [(row.due_at - T0, row.rule, row.stream) for row in due] == [
            (2 * HOUR, "M1", c),
            (4 * HOUR, "M1", a),
            (4 * HOUR, "M1", a),
            (4 * HOUR, "M3", b),
        ]
        assert len(await due_rows(pool, "mash", T0 + 4 * HOUR, 2)) == 2
        assert (due[0].category, due[0].child, due[0].thing, due[0].command) == ("contact", c, c, c)
        assert (due[0].edition, due[0].started_at, due[0].started_by) == ("2026-11", T0, second)

        await log.append(
            (c, DeadlineMissed(rule="M1", started_by=second, due_at=T0 + 2 * HOUR)),
            (a, Decided(outcome="accepted", happened_at=T0 + HOUR)),
        )
        assert await views.wait_for("deadlines", 6)
        assert [row.rule for row in await due_rows(pool, "mash", T0 + 9 * HOUR, 10)] == ["M3"]
        assert await next_due(pool, "mash") == T0 + 4 * HOUR

        now = T0 + 3 * HOUR
        whole = await board(pool, "mash", now=now)
        assert [(entry.clock.stream, entry.state) for entry in whole] == [
            (c, "missed"),
            (a, "met"),
            (a, "met"),
            (b, "open"),
        ]
        paged, cursor = [], None
        while page := await board(pool, "mash", now=now, cursor=cursor, limit=1):
            paged += page
            cursor = page[-1].clock.place
        assert paged == whole
        assert [e.clock.stream for e in await board(pool, "mash", now=now, running=True)] == [c, b]
        assert [e.clock.started_by for e in await board(pool, "mash", now=now, child=a, limit=1)] == [
            min(first, whole[1].clock.started_by)
        ]

        await log.append(
            (c, DeadlineVaried(rule="M1", started_by=second, was_due_at=T0 + 2 * HOUR, due_at=T0 + 8 * HOUR)),
            (b, Other()),
        )
        assert await views.wait_for("deadlines", 8)
        varied = (await board(pool, "mash", now=now, child=c))[0]
        assert (varied.state, varied.clock.missed_at, varied.clock.first_due_at) == (
            "varied",
            T0 + 2 * HOUR,
            T0 + 2 * HOUR,
        )
        assert [row.stream for row in await due_rows(pool, "mash", T0 + 8 * HOUR, 10)] == [b, c]

        # A colleague's act, earlier than the one recorded first and recorded after it, takes its place; a later does not.
        await log.append(
            (a, Decided(outcome="accepted", happened_at=T0 + HOUR / 2)),
            (a, Decided(outcome="accepted", happened_at=T0 + 5 * HOUR)),
        )
        assert await views.wait_for("deadlines", 10)
        assert {(e.clock.acted_at, e.state) for e in await board(pool, "mash", now=now, child=a)} == {
            (T0 + HOUR / 2, "met")
        }
        plan = await pool.fetch(
            "EXPLAIN SELECT due_at FROM mash_views.deadlines WHERE missed_at IS DISTINCT FROM due_at AND "
            "(coalesce(acted_at, ended_at) < due_at) IS NOT TRUE ORDER BY due_at, rule, stream LIMIT 1"
        )
        assert "Index" in plan[1][0]
    live = await rows(pool, deadline_board([contact]))
    await views.rebuild("deadlines")
    assert await rows(pool, deadline_board([contact])) == live


async def test_the_past_is_read_from_the_log_alone(pool: asyncpg.Pool) -> None:
    log, streams = Log(pool), [uuid4() for _ in range(6)]
    life = some_life(streams)
    ids = await log.append(*life)
    await log.append((uuid4(), Other()), category="person")

    records = [record async for record in replay(pool, "mash", contact)]
    assert [record.position for record in records] == list(range(1, len(life) + 1))
    assert [record.event.NAME for record in records] == [event.NAME for _, event in life]
    assert [record.envelope.event_id for record in records] == ids
    assert [r.position async for r in replay(pool, "mash", contact, until_position=4)] == [1, 2, 3, 4]

    third = await history(pool, "mash", streams[3])
    assert [record.event.NAME.rpartition(".")[2] for record in third] == [
        "Received",
        "Decided",
        "Other",
        "Withdrawn",
    ]
    assert len(await history(pool, "mash", streams[3], until_position=6)) == 1

    found = await states(pool, "mash", contact)
    assert found.keys() == set(streams)
    assert found[streams[3]].state == tuple(record.event.NAME for record in third)
    assert (found[streams[3]].version, found[streams[3]].position) == (4, third[-1].position)
    (clock,) = found[streams[3]].clocks
    assert (clock.acted_at, clock.ended_at) == (T0, None)
    assert (await states(pool, "mash", contact, until_position=6))[streams[3]].clocks != Clocks()
