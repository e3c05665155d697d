"""The deadline board is a view, and says what the clocks say."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.deadlines import DeadlineClocks, DeadlineMissed, DeadlineVaried
from shared.domain.decider import Stream
from shared.domain.event import Event, Record
from shared.domain.rules import Deadline, clock_state
from shared.domain.view import Insert, fold
from shared.projections.deadline_board import deadline_board
from shared.projections.table import steps
from tests.unit.projections.toy_views import T0, A, B, record


class Begun(Event, name="test_projection.Begun"):
    first: Deadline | None = None
    second: Deadline | None = None


class Acted(Event, name="test_projection.Acted", meets=("R1",), ends=("R1", "R2")):
    again: Deadline | None = None


class Closed(Event, name="test_projection.Closed", ends=("R1", "R3")):
    pass


class Chosen(Event, name="test_projection.Chosen"):
    """What it meets depends on what it says."""

    rules: tuple[str, ...] = ()

    def clocks_met(self) -> tuple[str, ...]:
        return self.rules


class Silent(Event, name="test_projection.Silent"):
    pass


def stream(name: str, events: Any) -> Stream:
    return Stream(name, None, lambda s, _e: s, lambda _c, _s, _x: [], None, events)


BOARD = deadline_board([stream("contact", Begun | Acted | Silent), stream("episode", Closed | Chosen)])
MOMENTS = st.integers(0, 6).map(lambda hours: T0 + timedelta(hours=hours))
RULES = st.sampled_from(["R1", "R2", "R3"])


def deadlines(*rules: str) -> st.SearchStrategy[Deadline | None]:
    due = st.builds(Deadline, due_at=MOMENTS, rule=st.sampled_from(rules), edition=st.just("2026-11"))
    return st.none() | due


@st.composite
def lives(draw: st.DrawFn) -> list[Record]:
    """Records of two streams: some start clocks, some stop them, timers and managers speak of any of them."""
    found: list[Record] = []
    for position in range(1, draw(st.integers(0, 14)) + 1):
        started = st.integers(1, position).map(lambda n: UUID(int=1000 + n))
        event: Event = draw(
            st.one_of(
                st.builds(Begun, first=deadlines("R1", "R2"), second=deadlines("R3"), happened_at=MOMENTS),
                st.builds(Acted, again=deadlines("R1"), happened_at=MOMENTS),
                st.builds(Closed, happened_at=MOMENTS),
                st.builds(Chosen, rules=st.lists(RULES, max_size=2).map(tuple), happened_at=MOMENTS),
                st.builds(
                    DeadlineMissed, rule=RULES, started_by=started, due_at=MOMENTS, happened_at=MOMENTS
                ),
                st.builds(
                    DeadlineVaried,
                    rule=RULES,
                    started_by=started,
                    was_due_at=MOMENTS,
                    due_at=MOMENTS,
                    happened_at=MOMENTS,
                ),
                st.just(Silent()),
            )
        )
        found.append(record(event, draw(st.sampled_from([A, B])), position))
    return found


@settings(deadline=None)
@given(lives(), MOMENTS)
def test_the_board_says_what_the_clocks_fold_says(life: list[Record], now: datetime) -> None:
    folded: dict[UUID, DeadlineClocks] = {A: DeadlineClocks(), B: DeadlineClocks()}
    for one in life:
        folded[one.stream] = folded[one.stream].after(one.event, one.envelope.event_id)
    board = fold(BOARD, life)
    expected = {(s, clock.rule, clock.started_by): clock for s, clocks in folded.items() for clock in clocks}
    assert board.keys() == expected.keys()
    for key, clock in expected.items():
        row = board[key]
        assert (row.edition, row.first_due_at) == (clock.deadline.edition, clock.deadline.due_at)
        assert (row.due_at, row.acted_at, row.ended_at) == (clock.due_at, clock.acted_at, clock.ended_at)
        assert (row.varied, row.missed_at, row.running) == (clock.varied, clock.missed_due, clock.running)
        assert row.state(now) == clock_state(clock.due_at, clock.acted_at, clock.ended_at, clock.varied, now)


@settings(deadline=None, max_examples=40)
@given(lives())
def test_a_page_of_the_board_keeps_the_order_that_matters(life: list[Record]) -> None:
    changes = [change for one in life for change in BOARD.changes(one)]
    assert {step.sql for step in steps(BOARD, "mash", "deadlines", changes)} <= {
        step.sql for change in changes for step in steps(BOARD, "mash", "deadlines", [change])
    }
    lanes: dict[UUID, list[tuple[Any, ...]]] = {A: [], B: []}
    for change in changes:
        (step,) = steps(BOARD, "mash", "deadlines", [change])
        at = change.columns["stream"] if isinstance(change, Insert) else change.match["stream"]  # type: ignore[union-attr]
        lanes[at].append((step.sql, step.rows[0]))
    together = [(s.sql, row) for s in steps(BOARD, "mash", "deadlines", changes) for row in s.rows]
    for at, lane in lanes.items():
        assert [one for one in together if at in one[1]] == lane


def test_an_act_in_time_recorded_after_the_due_instant_is_marked() -> None:
    due = Deadline(due_at=T0 + timedelta(seconds=2), rule="R1", edition="2026-11")
    started, act = record(Begun(first=due), position=1), record(Acted(), position=3)
    (row,) = fold(BOARD, [started, act]).values()
    assert (row.state(T0 + timedelta(days=1)), row.recorded_late, row.category) == ("met", True, "contact")
    (row,) = fold(BOARD, [started, replace(act, recorded_at=T0 + timedelta(seconds=1))]).values()
    assert not row.recorded_late


def test_an_earlier_act_recorded_later_takes_the_place_of_the_first_recorded() -> None:
    due = Deadline(due_at=T0 + timedelta(hours=3), rule="R1", edition="2026-11")
    late = record(Acted(happened_at=T0 + timedelta(hours=4)), position=2)
    early = replace(
        record(Acted(happened_at=T0 + timedelta(hours=2)), position=3), recorded_at=T0 + timedelta(hours=5)
    )
    (row,) = fold(BOARD, [record(Begun(first=due)), late, early]).values()
    assert (row.state(T0 + timedelta(days=1)), row.acted_at, row.recorded_late) == (
        "met",
        early.happened_at,
        True,
    )
    assert row.acted_recorded_at == early.recorded_at


def test_an_event_that_touches_clocks_belongs_to_one_kind_of_stream() -> None:
    with pytest.raises(ValueError, match=r"test_projection.Begun is an event of both contact and plan"):
        deadline_board([stream("contact", Begun | Silent), stream("plan", Begun | Silent)])
    assert BOARD.topics is not None
    assert "test_projection.Silent" not in BOARD.topics
    assert set(BOARD.topics) == {
        "team.DeadlineMissed",
        "team.DeadlineVaried",
        "test_projection.Acted",
        "test_projection.Begun",
        "test_projection.Chosen",
        "test_projection.Closed",
    }
