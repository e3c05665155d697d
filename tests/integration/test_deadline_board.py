"""The deadline board, queried as pages and timers do."""

from uuid import uuid4

import asyncpg

from shared.domain.deadlines import DeadlineMissed, DeadlineVaried
from shared.domain.rules import Deadline
from shared.projections.deadline_board import board, deadline_board, due_rows, next_due
from shared.projections.views import Views
from tests.integration.toy_views import HOUR, T0, Decided, Log, Other, Received, contact, following, rows


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
