"""The deadline board is a view of marks: a row a mark, and the corrected ones in the place of what they correct."""

from datetime import datetime, timedelta
from random import Random
from typing import Annotated, Any
from uuid import UUID

import pytest

from shared.domain.corrections import CorrectedText, correction_of
from shared.domain.decider import Stream
from shared.domain.event import Event
from shared.domain.marks import Starts
from shared.domain.rules import Deadline
from shared.domain.view import Delete, Derivation, View
from shared.domain.view_columns import BadView
from shared.domain.view_fold import fold
from shared.projections.deadline_board import MarkRow, deadline_board
from shared.projections.deadline_queries import DeadlineRow
from shared.projections.table import lanes, steps
from shared.testing.facts import STREAM
from tests.unit.domain.clock_histories import (
    Agreed,
    Closed,
    History,
    Planned,
    Seeded,
    Silent,
    Told,
    Visited,
    step,
)

HOUR = timedelta(hours=1)


def stream(name: str, events: Any, clocks: tuple[str, ...] = ()) -> Stream:
    return Stream(name, None, lambda s, _e: s, lambda _c, _s, _x: [], None, events, clocks=clocks)


PLAN = stream("plan", Planned | Visited | Agreed | Told | Closed | Silent, clocks=("P", "Q"))
BOARD = deadline_board([PLAN])


def history(seed: int) -> History:
    made, draw = History(), Seeded(Random(seed))
    for _ in range(14):
        step(made, draw)
    return made


@pytest.mark.parametrize("seed", range(60))
def test_a_row_a_mark_and_as_the_fold_places_them(seed: int) -> None:
    made = history(seed)
    rows: list[MarkRow] = list(fold(BOARD, made.records).values())
    marks = {
        (row.version, row.rule, row.kind, row.rank, row.at, row.started_by, row.stated_due_at, row.continues)
        for row in rows
        if row.kind in ("start", "act", "end", "set")
    }
    expected = {
        (
            one.version,
            one.mark.rule,
            one.mark.kind.value,
            one.mark.rank,
            one.mark.at,
            one.by,
            due,
            one.mark.continues,
        )
        for one in made.clocks._placed
        for due in [one.mark.deadline.due_at if one.mark.deadline else None]
    }
    assert marks == expected
    withdrawn = {(row.version, row.rule) for row in rows if row.withdrawn}
    assert withdrawn == {(one.version, one.mark.rule) for one in made.clocks._placed if one.withdrawn}
    varied = {
        (row.version, row.rule, row.started_by, row.stated_due_at) for row in rows if row.kind == "varied"
    }
    assert varied == {(one.version, one.rule, one.started_by, one.due_at) for one in made.clocks._varied}
    missed = {(row.rule, row.started_by, row.stated_due_at) for row in rows if row.kind == "missed"}
    assert missed == made.clocks._said


@pytest.mark.parametrize("seed", range(20))
def test_a_page_of_the_board_keeps_the_order_that_matters(seed: int) -> None:
    changes = [change for one in history(seed).records for change in BOARD.changes(one)]
    lane = [
        (made.sql, row)
        for change in changes
        for made in steps(BOARD, "mash", "deadlines", [change])
        for row in made.rows
    ]
    together = [(made.sql, row) for made in steps(BOARD, "mash", "deadlines", changes) for row in made.rows]
    assert together == lane
    assert lanes(BOARD, changes) == ({STREAM} if changes else set())


def test_who_recorded_a_corrected_act_and_when_and_of_what_stays() -> None:
    made = History()
    planned = made.add(Planned(visit_by=Deadline(made.now, made.now + HOUR, "P", "x"), happened_at=made.now))
    planned.envelope.thing = str(UUID(int=5))
    made.now += 5 * HOUR
    right = Planned(visit_by=Deadline(made.now, made.now + HOUR, "P", "x"), happened_at=made.now)
    made.add(correction_of(planned, right, CorrectedText(reason="It began later.")))
    (row,) = [row for row in fold(BOARD, made.records).values() if row.kind == "start"]
    assert (row.at, row.thing, row.recorded_at, row.command, row.root, row.category) == (
        made.now,
        UUID(int=5),
        planned.recorded_at,
        planned.envelope.command_id,
        planned.envelope.root_id,
        "plan",
    )


def clock(due: datetime, **more: Any) -> DeadlineRow:
    plain = dict.fromkeys(("stream", "started_by", "child", "thing", "command", "root"), UUID(int=1))
    return DeadlineRow(
        **plain, rule="M1", category="plan", edition="x", started_at=due, first_due_at=due, due_at=due, **more
    )


def test_an_act_in_time_recorded_after_the_due_instant_is_marked() -> None:
    due = History().now
    late = clock(due, acted_at=due - HOUR, acted_recorded_at=due)
    assert (late.state(due + HOUR), late.recorded_late) == ("met", True)
    assert not clock(due, acted_at=due - 2 * HOUR, acted_recorded_at=due - HOUR).recorded_late
    assert not clock(due, acted_at=due, acted_recorded_at=due).recorded_late


class OfTwo(Event, name="test_board.OfTwo"):
    due: Annotated[Deadline, Starts("R1")]


def test_an_event_that_touches_clocks_belongs_to_one_kind_of_stream() -> None:
    with pytest.raises(ValueError, match=r"test_board.OfTwo is an event of both contact and plan"):
        deadline_board([stream("contact", OfTwo | Silent), stream("plan", OfTwo | Silent)])
    assert BOARD.topics is not None
    assert "test_histories.Silent" not in BOARD.topics


def test_a_rules_clocks_run_on_one_kind_of_stream() -> None:
    with pytest.raises(ValueError, match="clocks of P run on both plan and contact"):
        deadline_board([PLAN, stream("contact", Silent, clocks=("P",))])


def test_what_is_derived_by_a_lane_is_changed_by_that_lane() -> None:
    view = View(
        "board", row=MarkRow, key=("stream", "version"), derived=Derivation("stream", lambda _t, **_k: "")
    )

    @view.on(Silent)
    def silent(_event: Silent, _record: Any) -> Any:
        return Delete(version=1)

    made = History()
    made.add(Silent())
    with pytest.raises(BadView, match="Delete must name stream, which others are derived by"):
        fold(view, made.records)
