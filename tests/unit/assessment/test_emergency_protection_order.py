"""An emergency protection order: 8 days at most, extended once by at most 7, which sets the limit and varies nothing (A19)."""

from datetime import timedelta

import pytest

from services.assessment.codes import ProtectionEnd
from services.assessment.events import (
    EmergencyProtectionEnded,
    EmergencyProtectionExtended,
    EmergencyProtectionRecorded,
    OrderText,
)
from shared.domain.instants import london
from shared.domain.rules import Deadline
from tests.unit.assessment.protection import END, EXTEND, NIGHT, ORDER, SATURDAY, assessment, made

EW_2026 = "rules 2026-11; calendar EW-2026-11"
A_MOMENT = timedelta(microseconds=1)
A_DAY = timedelta(days=1)
DUE = london(2026, 9, 7)

clocks = pytest.mark.parametrize(
    ("at", "due"),
    [
        pytest.param(london(2026, 8, 29, 22), london(2026, 9, 7), id="over a bank holiday"),
        pytest.param(london(2026, 12, 23, 10), london(2027, 1, 1), id="over Christmas"),
        pytest.param(london(2026, 3, 25, 10), london(2026, 4, 3), id="as clocks go forward"),
        pytest.param(london(2026, 10, 20, 10), london(2026, 10, 29), id="as clocks go back"),
    ],
)


def test_it_runs_for_eight_days_from_when_it_was_made():
    assessment.when(ORDER, at=SATURDAY + A_DAY, by=NIGHT, happened=SATURDAY).then(
        EmergencyProtectionRecorded(
            until=Deadline(SATURDAY, DUE, rule="A19", edition=EW_2026),
            sealed=OrderText(court="Family Court at Oxley"),
        )
    )


@clocks
def test_to_the_end_of_the_eighth_day_and_not_a_moment_longer(at, due):
    story = made(at)
    assert story.clock("A19").due_at == due
    story.when(END, at=due - A_MOMENT, by=NIGHT).missed().clocks(A19="met")
    story.when(END, at=due, by=NIGHT).missed("A19").clocks(A19="missed")
    story.time_passes(until=due).missed("A19").time_passes(until=due + 9 * A_DAY).missed()


def test_the_court_may_have_said_fewer_days_or_an_hour():
    assert made(days=3).clock("A19").due_at == london(2026, 9, 2)
    hour = london(2026, 9, 3, 16)
    assert made(expires=hour).clock("A19").due_at == hour


@pytest.mark.parametrize("changed", [{"days": 9}, {"expires": DUE + A_MOMENT}, {"expires": SATURDAY}])
def test_more_than_eight_days_is_refused(changed):
    made(**changed).refused("A19")
    assert made(expires=DUE).decided


@pytest.mark.parametrize("days", [1, 7])
def test_it_is_extended_from_when_it_would_have_run_out_and_that_varies_nothing(days):
    extend = EXTEND.model_copy(update={"days": days})
    story = made().when(extend, at=DUE - A_DAY, by=NIGHT)
    until = DUE + days * A_DAY
    story.then(
        EmergencyProtectionExtended(
            days=days,
            until=Deadline(SATURDAY, until, rule="A19", edition=EW_2026, agreed=True),
            sealed=OrderText(court="Family Court at Oxley"),
        )
    ).clocks(A19="open")
    assert story.clock("A19").due_at == until
    story.time_passes(until=DUE).missed().time_passes(until=until).missed("A19")


def test_a_day_is_a_day_also_where_clocks_change_within_the_extension():
    story = made(london(2026, 10, 16, 10)).when(EXTEND, at=london(2026, 10, 20), by=NIGHT)
    assert story.clock("A19").due_at == london(2026, 11, 1)
    hour = made(london(2026, 10, 16, 10), expires=london(2026, 10, 22, 16))
    assert hour.when(EXTEND, at=london(2026, 10, 20), by=NIGHT).clock("A19").due_at == london(
        2026, 10, 29, 16
    )


def test_it_is_extended_once():
    story = made().when(EXTEND, at=DUE - A_DAY, by=NIGHT)
    story.when(EXTEND, at=DUE, by=NIGHT).refused("A19")


def test_by_more_than_seven_days_is_refused_and_so_is_one_that_has_run_out():
    made().when(EXTEND.model_copy(update={"days": 8}), at=DUE - A_DAY, by=NIGHT).refused("A19")
    made().when(EXTEND, at=DUE, by=NIGHT).refused("A19")
    assert made().when(EXTEND, at=DUE + A_DAY, by=NIGHT, happened=DUE - A_MOMENT).decided


@pytest.mark.parametrize("command", [EXTEND, END])
def test_where_none_runs_there_is_nothing_to_extend_or_end(command):
    assessment.when(command, at=SATURDAY, by=NIGHT).refused("A19")
    made().when(END, at=SATURDAY, by=NIGHT).when(command, at=SATURDAY, by=NIGHT).refused("A19")


def test_it_does_not_end_before_it_was_made():
    made().when(END, at=SATURDAY, by=NIGHT, happened=SATURDAY - A_MOMENT).refused("A19")


def test_another_order_takes_its_place():
    first = made()
    second = first.when(ORDER, at=DUE - A_DAY, by=NIGHT)
    ended, again = second.decided
    assert isinstance(ended, EmergencyProtectionEnded)
    assert ended.to is ProtectionEnd.EMERGENCY_PROTECTION_ORDER
    assert isinstance(again, EmergencyProtectionRecorded)
    states = [
        one.folded.clocks.latest("A19").state(second.last.now)
        for one in second.logs.streams.values()
        if one.kind.name == "emergency_protection_order"
    ]
    assert states == ["met", "open"]


def test_written_down_late_it_ended_in_time_and_the_miss_stays():
    story = made().time_passes(until=DUE).missed("A19")
    story.when(END, at=DUE + A_DAY, by=NIGHT, happened=DUE - A_MOMENT).missed().clocks(A19="met")


def test_one_that_was_made_before_the_order_that_runs_does_not_take_its_place():
    made().when(ORDER, at=SATURDAY + A_DAY, by=NIGHT, happened=SATURDAY - A_DAY).refused("A19")
