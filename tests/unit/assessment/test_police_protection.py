"""Police protection: 72 hours from when the power was used (A12), once at a time, until it ends or an order is made."""

from datetime import timedelta

import pytest

from services.assessment.codes import ProtectionEnd
from services.assessment.events import (
    EmergencyProtectionRecorded,
    EndText,
    PoliceProtectionEnded,
    PoliceProtectionRecorded,
    PoliceProtectionText,
)
from shared.domain.instants import london
from shared.domain.rules import Deadline
from tests.unit.assessment.protection import HOME, NIGHT, OFFICER, ORDER, SATURDAY, USE, assessment, used

EW_2026 = "rules 2026-11; calendar EW-2026-11"
A_MOMENT = timedelta(microseconds=1)
SUNDAY = SATURDAY + timedelta(hours=12)

clocks = pytest.mark.parametrize(
    ("at", "due"),
    [
        pytest.param(london(2026, 8, 29, 22), london(2026, 9, 1, 22), id="over a bank holiday"),
        pytest.param(london(2026, 12, 24, 23, 30), london(2026, 12, 27, 23, 30), id="over Christmas"),
        pytest.param(london(2026, 3, 28, 1, 30), london(2026, 3, 31, 2, 30), id="as clocks go forward"),
        pytest.param(london(2026, 10, 24, 1, 30), london(2026, 10, 27, 0, 30), id="as clocks go back"),
    ],
)


def test_it_runs_from_when_the_power_was_used_whoever_wrote_it_down_and_when():
    at = SATURDAY + timedelta(hours=9)
    assessment.when(USE, at=at, by=NIGHT, happened=SATURDAY).then(
        PoliceProtectionRecorded(
            until=Deadline(SATURDAY, london(2026, 9, 1, 22), rule="A12", edition=EW_2026),
            sealed=PoliceProtectionText(
                reason="Left alone in the flat.",
                power_used_by="PC Hale",
                designated_officer="Insp. Roe",
                external_reference="NICHE 101/2026/77, revision 2",
            ),
        )
    ).clocks(A12="open")


@clocks
def test_72_hours_are_72_hours_whatever_day_it_is_and_which_way_clocks_change(at, due):
    story = used(at)
    assert story.clock("A12").due_at == due
    story.when(HOME, at=due - A_MOMENT, by=NIGHT).missed().clocks(A12="met")
    story.when(HOME, at=due, by=NIGHT).missed("A12").clocks(A12="missed")
    story.time_passes(until=due - A_MOMENT).missed()
    story.time_passes(until=due).missed("A12").time_passes(until=due + timedelta(days=9)).missed()


def test_it_ends_and_it_is_said_where_the_child_went():
    used().when(HOME, at=SUNDAY, by=NIGHT).then(
        PoliceProtectionEnded(to=ProtectionEnd.RETURNED_HOME, sealed=EndText(reason="The grandmother came."))
    ).clocks(A12="met")


def test_a_child_is_in_police_protection_once_at_a_time():
    used().when(USE, at=SUNDAY, by=OFFICER).refused("A12")


def test_what_does_not_run_is_not_ended():
    assessment.when(HOME, at=SUNDAY, by=OFFICER).refused("A12")
    used().when(HOME, at=SUNDAY, by=NIGHT).when(HOME, at=SUNDAY, by=NIGHT).refused("A12")


def test_it_does_not_end_before_it_began():
    used().when(HOME, at=SUNDAY, by=NIGHT, happened=SATURDAY - A_MOMENT).refused("A12")


def test_once_ended_the_power_may_be_used_again_with_a_clock_of_its_own():
    ended = used().when(HOME, at=SUNDAY, by=NIGHT)
    again = ended.when(USE, at=SUNDAY + timedelta(days=3), by=OFFICER).clocks(A12="open")
    assert [one.folded.clocks.latest("A12").state(again.last.now) for one in _protections(again)] == [
        "met",
        "open",
    ]


def test_an_order_takes_its_place():
    ordered = used().when(ORDER, at=SUNDAY, by=NIGHT).clocks(A12="met", A19="open")
    assert [type(one) for one in ordered.decided] == [EmergencyProtectionRecorded, PoliceProtectionEnded]
    taken = HOME.model_copy(update={"to": ProtectionEnd.EMERGENCY_PROTECTION_ORDER})
    ordered.when(taken, at=SUNDAY, by=OFFICER).nothing()
    ordered.when(HOME, at=SUNDAY, by=OFFICER).refused("A12")
    assert ordered.when(USE, at=SUNDAY + timedelta(days=9), by=OFFICER).clocks(A12="open").decided


def test_an_order_that_was_written_down_before_the_use_of_the_power_answers_it_all_the_same():
    ordered = assessment.when(ORDER, at=SUNDAY, by=NIGHT)
    late = ordered.when(USE, at=SUNDAY + timedelta(days=5), by=OFFICER, happened=SATURDAY)
    late.missed().clocks(A12="met")


def test_an_order_made_before_the_power_was_used_did_not_end_it():
    ordered = used().when(ORDER, at=SUNDAY, by=NIGHT, happened=SATURDAY - timedelta(days=1))
    assert [type(one) for one in ordered.decided] == [EmergencyProtectionRecorded]
    ordered.clocks(A12="open")


def test_written_down_late_it_ended_in_time_and_the_miss_stays():
    story = used().time_passes(until=london(2026, 9, 2)).missed("A12")
    story.when(HOME, at=london(2026, 9, 3), by=NIGHT, happened=SUNDAY).missed().clocks(A12="met")


def _protections(story):
    return [one for one in story.logs.streams.values() if one.kind.name == "police_protection"]
