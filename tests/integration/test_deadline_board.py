"""The deadline board on PostgreSQL: what its statement derives is what the fold says, and it is queried as pages and timers do."""

from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from shared.domain.clock_facts import DeadlineMissed, DeadlineVaried
from shared.domain.decider import Stream
from shared.domain.event import Record
from shared.domain.rules import Deadline
from shared.domain.view import View
from shared.projections import table
from shared.projections.deadline_board import CLOCK, NAME, UNSAID, deadline_board
from shared.projections.deadline_queries import EVERY_ONE, Wanted, board, due_rows, missed_by_rule, next_due
from shared.projections.views import Views
from tests.integration.toy_views import HOUR, T0, Decided, Log, Other, Received, contact, following, rows
from tests.unit.domain.clock_histories import (
    Agreed,
    Closed,
    History,
    Planned,
    Reading,
    Seeded,
    Silent,
    Told,
    Visited,
    folded,
    step,
)

PLAN = Stream(
    name="plan",
    state=None,
    evolve=lambda state, _event: state,
    decide=lambda _command, _state, _context: [],
    commands=None,
    events=Planned | Visited | Agreed | Told | Closed | Silent,
    clocks=("P", "Q"),
)
BOARD = deadline_board([PLAN])
TABLE = "derived"


def written(seed: int, steps: int = 14) -> list[History]:
    """Two streams' histories."""
    found = []
    for n in (1, 2):
        history, draw = History(), Seeded(Random(f"{seed}/{n}"))
        for _ in range(steps):
            step(history, draw)
        stream = UUID(int=n)
        history.records = [replace(one, stream=stream) for one in history.records]
        found.append(history)
    return found


async def empty(connection: asyncpg.Connection, name: str = TABLE) -> None:
    await connection.execute(f'DROP TABLE IF EXISTS "mash_views"."{name}"')
    await connection.execute(table.create(BOARD, "mash", name))


async def take(connection: asyncpg.Connection, page: list[Record], *, view: View[Any] = BOARD) -> None:
    changes = [change for one in page for change in view.changes(one)]
    await table.apply(connection, view, "mash", TABLE, changes)


async def derived(connection: asyncpg.Connection, name: str = TABLE) -> dict[UUID, set[Reading]]:
    """The clocks that the table has, by stream."""
    found: dict[UUID, set[Reading]] = {UUID(int=1): set(), UUID(int=2): set()}
    said = {}
    for row in await connection.fetch(f"SELECT * FROM mash_views.{name} WHERE kind = 'missed'"):
        said.setdefault((row["stream"], row["rule"], row["started_by"]), set()).add(row["stated_due_at"])
    for row in await connection.fetch(f"SELECT * FROM mash_views.{name} WHERE {CLOCK}"):
        dues = frozenset(said.get((row["stream"], row["rule"], row["started_by"]), ()))
        assert row["said"] is (row["due_at"] in dues)
        assert row["missed_at"] == max(dues, default=None)
        values = [
            row[column] for column in ("rule", "started_by", "due_at", "acted_at", "ended_at", "varied")
        ]
        found[row["stream"]].add(Reading(*values, dues))
    return found


async def differs(connection: asyncpg.Connection, seed: int, *, page: int = 4) -> bool:
    """Whether the table parts from the fold after any page."""
    await empty(connection)
    first, second = written(seed)
    records = [one for pair in zip(first.records, second.records, strict=False) for one in pair]
    folds = {UUID(int=1): History(), UUID(int=2): History()}
    for n in range(0, len(records), page):
        await take(connection, records[n : n + page])
        for one in records[n : n + page]:
            history = folds[one.stream]
            history.clocks = history.clocks.after(one.event, one.envelope.event_id, one.version)
        if await derived(connection) != {stream: folded(each.clocks) for stream, each in folds.items()}:
            return True
    return False


async def test_the_board_is_the_fold_after_every_page_and_derived_at_once(pool: asyncpg.Pool) -> None:
    async with pool.acquire() as connection:
        for seed in range(40):
            assert not await differs(connection, seed, page=1 + seed % 7)
            once = await derived(connection)
            await connection.execute(
                f"UPDATE mash_views.{TABLE} SET due_at = NULL, acted_at = now(), ended_at = now(), "
                "varied = NOT varied, said = NOT said, dormant = NOT dormant, missed_at = now()"
            )
            await table.derive(connection, BOARD, "mash", TABLE, None)
            assert await derived(connection) == once


MUTANTS = {
    "an end before an act": ("ORDER BY at, version, rank", "ORDER BY at, version, rank = 1, rank"),
    "the order of writing down": ("ORDER BY at, version, rank", "ORDER BY version, rank"),
    "the instant alone": ("ORDER BY at, version, rank", "ORDER BY at, rank"),
    "ends break no chain": ("kind = 'end' OR kind = 'start' AND", "kind = 'start' AND"),
    "visits begin a chain": ("AND NOT continues AND NOT withdrawn)", "AND NOT withdrawn)"),
    "withdrawn starts carry a chain": ("AND NOT continues AND NOT withdrawn)", "AND NOT continues)"),
    "no end stops a clock": ("WHERE kind IN ('act', 'end')) OVER", "WHERE kind = 'act') OVER"),
    "a later agreement is heard": (
        "CASE WHEN clock.stop IS NULL THEN clock.set_last ELSE stop.set_before END",
        "clock.set_last",
    ),
    "the first variation counts": ("started_by, version DESC", "started_by, version"),
    "a withdrawn start runs": ("CASE WHEN clock.withdrawn THEN clock.at WHEN", "CASE WHEN"),
    "any miss was said of this due": (
        "coalesce(judged.due_at = ANY(missed.dues), false)",
        "missed.last IS NOT NULL",
    ),
}


@pytest.mark.parametrize("mutant", MUTANTS)
async def test_a_wrong_derivation_is_found(
    mutant: str, pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    right, wrong = MUTANTS[mutant]
    derivation = BOARD.derived
    assert derivation is not None
    assert right in derivation.statement("t", some=True)

    def mutated(name: str, *, some: bool) -> str:
        return derivation.statement(name, some=some).replace(right, wrong)

    monkeypatch.setattr(BOARD, "derived", replace(derivation, statement=mutated))
    async with pool.acquire() as connection:
        found = False
        for seed in range(60):
            try:
                found = await differs(connection, seed)
            except AssertionError:
                found = True
            if found:
                break
    assert found, "no history tells it from the right one"


async def test_the_board_is_queried_by_due_instant(pool: asyncpg.Pool) -> None:
    log, a, b, c = Log(pool), *sorted(uuid4() for _ in range(3))
    views = Views(pool, "mash", [deadline_board([contact])], poll=0.02)
    await views.prepare()

    def received(rule: str, hours: int) -> Received:
        due = Deadline(T0, T0 + hours * HOUR, rule, "2026-11")
        return Received(note="", due=due) if rule == "M1" else Received(note="", answer=due)

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
        whole = await board(pool, "mash", now=now, wanted=EVERY_ONE)
        assert [(entry.clock.stream, entry.state) for entry in whole] == [
            (c, "missed"),
            (a, "met"),
            (a, "met"),
            (b, "open"),
        ]
        paged, cursor = [], None
        while page := await board(pool, "mash", now=now, wanted=EVERY_ONE, cursor=cursor, limit=1):
            paged += page
            cursor = page[-1].clock.place
        assert paged == whole
        assert [e.clock.stream for e in await board(pool, "mash", now=now)] == [c, b]
        of_a, of_c = Wanted(EVERY_ONE.states, children=[a]), Wanted(EVERY_ONE.states, children=[c])
        assert [e.clock.started_by for e in await board(pool, "mash", now=now, wanted=of_a, limit=1)] == [
            min(first, whole[1].clock.started_by)
        ]

        await log.append(
            (c, DeadlineVaried(rule="M1", started_by=second, was_due_at=T0 + 2 * HOUR, due_at=T0 + 8 * HOUR)),
            (b, Other()),
        )
        assert await views.wait_for("deadlines", 8)
        varied = (await board(pool, "mash", now=now, wanted=of_c))[0]
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
        assert {(e.clock.acted_at, e.state) for e in await board(pool, "mash", now=now, wanted=of_a)} == {
            (T0 + HOUR / 2, "met")
        }
        assert await missed_by_rule(pool, "mash") == {"M1": 1}
        async with pool.acquire() as connection, connection.transaction():
            # A table of four rows is sorted sooner than an index is opened: here it is asked whether it can be.
            await connection.execute("SET LOCAL enable_sort = off; SET LOCAL enable_seqscan = off")
            plan = await connection.fetch(
                f"EXPLAIN SELECT due_at FROM mash_views.{NAME} WHERE {UNSAID} ORDER BY due_at, rule, stream LIMIT 1"
            )
        assert "Index" in plan[1][0]
    live = await rows(pool, deadline_board([contact]))
    await views.rebuild("deadlines")
    assert await rows(pool, deadline_board([contact])) == live


async def test_what_another_service_may_still_meet_is_left_a_while(pool: asyncpg.Pool) -> None:
    log, stream = Log(pool), uuid4()
    views = Views(pool, "mash", [deadline_board([contact])], poll=0.02)
    await views.prepare()
    five = timedelta(minutes=5)
    async with following(views):
        due = {rule: Deadline(T0, T0 + HOUR, rule, "2026-11") for rule in ("M1", "M3")}
        await log.append((stream, Received(note="", due=due["M1"], answer=due["M3"])))
        assert await views.wait_for("deadlines", 1)

        async def asked(after: timedelta) -> list[str]:
            until = T0 + HOUR + after
            return [
                row.rule for row in await due_rows(pool, "mash", until, 9, patience=five, elsewhere=["M3"])
            ]

        assert await asked(timedelta(0)) == ["M1"]
        assert await asked(five - timedelta(seconds=1)) == ["M1"]
        assert await asked(five) == ["M1", "M3"]
