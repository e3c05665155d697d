"""M1 to M5 over Easter, Christmas, a Friday evening and both clock changes: met, missed, and at the very instant."""

from datetime import timedelta

import pytest

from services.mash.codes import Channel, Notice
from services.mash.streams.contact import contact
from shared.domain.instants import london
from shared.team.deadlines import VaryDeadline
from tests.unit.mash.contacts import (
    ACKNOWLEDGE,
    CLOSE,
    CONFIRM,
    HOLD,
    MANAGER,
    RECEIVE,
    SCREEN,
    TELL_OUTCOME,
    TELL_SCHOOL,
    given,
)

# What starts each clock, and what answers it.
STARTS = {
    "M1": (RECEIVE,),
    "M2": (RECEIVE, SCREEN),
    "M3": (RECEIVE,),
    "M4": (RECEIVE, CLOSE),
    "M5": (RECEIVE, HOLD),
    "M22": (RECEIVE.model_copy(update={"channel": Channel.TELEPHONE}),),
    "M23": (RECEIVE.model_copy(update={"notice": Notice.DOMESTIC_ABUSE}),),
}
ANSWERS = {
    "M1": CLOSE,
    "M2": CLOSE,
    "M3": ACKNOWLEDGE,
    "M4": TELL_OUTCOME,
    "M5": CLOSE,
    "M22": CONFIRM,
    "M23": TELL_SCHOOL,
}

TABLE = [
    # rule, starts, due
    pytest.param(rule, starts, due, id=f"{rule} {when}")
    for when, rows in {
        "before Easter": [
            ("M1", london(2026, 4, 2, 16, 40), london(2026, 4, 8)),
            ("M2", london(2026, 4, 2, 16, 40), london(2026, 4, 3)),
            ("M3", london(2026, 4, 2, 16, 40), london(2026, 4, 3, 16, 40)),
            ("M4", london(2026, 4, 2, 17, 50), london(2026, 4, 3, 17, 50)),
            ("M5", london(2026, 4, 2, 17, 50), london(2026, 4, 8)),
            ("M22", london(2026, 4, 2, 16, 40), london(2026, 4, 4, 16, 40)),
            ("M23", london(2026, 4, 2, 16, 40), london(2026, 4, 7, 9)),
        ],
        "on Good Friday": [
            ("M1", london(2026, 4, 3, 11), london(2026, 4, 8)),
            ("M2", london(2026, 4, 3, 11), london(2026, 4, 8)),
            ("M5", london(2026, 4, 3, 11), london(2026, 4, 8)),
        ],
        "before Christmas": [
            ("M1", london(2026, 12, 24, 10), london(2026, 12, 30)),
            ("M2", london(2026, 12, 24, 10), london(2026, 12, 25)),
            ("M3", london(2026, 12, 24, 10), london(2026, 12, 25, 10)),
            ("M4", london(2026, 12, 24, 15), london(2026, 12, 25, 15)),
            ("M5", london(2026, 12, 24, 15), london(2026, 12, 30)),
            ("M23", london(2026, 12, 24, 10), london(2026, 12, 29, 9)),
        ],
        "on Boxing Day's substitute": [
            ("M1", london(2026, 12, 28, 9), london(2026, 12, 30)),
            ("M2", london(2026, 12, 28, 9), london(2026, 12, 30)),
        ],
        "on a Friday evening": [
            ("M1", london(2026, 11, 13, 21), london(2026, 11, 17)),
            ("M2", london(2026, 11, 13, 21), london(2026, 11, 14)),
            ("M3", london(2026, 11, 13, 21), london(2026, 11, 14, 21)),
            ("M4", london(2026, 11, 13, 21), london(2026, 11, 14, 21)),
            ("M5", london(2026, 11, 13, 21), london(2026, 11, 17)),
            ("M22", london(2026, 11, 13, 21), london(2026, 11, 15, 21)),
            ("M23", london(2026, 11, 13, 21), london(2026, 11, 16, 9)),
        ],
        "as clocks go forward": [  # Sunday 29 March 2026, 01:00 becomes 02:00: that day has 23 hours
            ("M1", london(2026, 3, 27, 12), london(2026, 3, 31)),
            ("M2", london(2026, 3, 28, 12), london(2026, 3, 31)),
            ("M3", london(2026, 3, 28, 12), london(2026, 3, 29, 13)),
            ("M4", london(2026, 3, 28, 12), london(2026, 3, 29, 13)),
            ("M5", london(2026, 3, 27, 12), london(2026, 3, 31)),
            ("M22", london(2026, 3, 28, 12), london(2026, 3, 30, 13)),
            ("M23", london(2026, 3, 28, 12), london(2026, 3, 30, 9)),
        ],
        "as clocks go back": [  # Sunday 25 October 2026, 02:00 becomes 01:00: that day has 25 hours
            ("M1", london(2026, 10, 23, 12), london(2026, 10, 27)),
            ("M2", london(2026, 10, 24, 12), london(2026, 10, 27)),
            ("M3", london(2026, 10, 24, 12), london(2026, 10, 25, 11)),
            ("M4", london(2026, 10, 24, 12), london(2026, 10, 25, 11)),
            ("M5", london(2026, 10, 23, 12), london(2026, 10, 27)),
            ("M22", london(2026, 10, 24, 12), london(2026, 10, 26, 11)),
            ("M23", london(2026, 10, 24, 12), london(2026, 10, 26, 9)),
            ("M23", london(2026, 10, 26, 8, 59), london(2026, 10, 26, 9)),
            ("M23", london(2026, 10, 26, 9), london(2026, 10, 27, 9)),
        ],
    }.items()
    for rule, starts, due in rows
]
clocks = pytest.mark.parametrize(("rule", "starts", "due"), TABLE)
A_MOMENT = timedelta(microseconds=1)


def started(rule, at):
    story = given()
    for command in STARTS[rule]:
        story = story.when(command, at=at)
    return story


def test_every_clock_of_the_stream_is_in_the_table():
    """M14, which an act on the child's own file meets, has tests of its own beside that (`test_fgm.py`)."""
    assert {each.values[0] for each in TABLE} | {"M14"} == set(contact.clocks)


@clocks
def test_it_is_due_at(rule, starts, due):
    clock = started(rule, starts).clock(rule)
    assert (clock.due_at, clock.deadline.rule) == (due, rule)


@clocks
def test_a_moment_before_it_is_met(rule, starts, due):
    just_before = due - A_MOMENT
    started(rule, starts).when(ANSWERS[rule], at=just_before).clocks(**{rule: "met"})


@clocks
def test_at_the_very_instant_it_is_late(rule, starts, due):
    story = started(rule, starts).when(ANSWERS[rule], at=due).clocks(**{rule: "missed"})
    assert rule in {miss.rule for miss in story.misses}


@clocks
def test_unanswered_it_is_open_until_then_and_missed_from_then_on_once(rule, starts, due):
    story = started(rule, starts).clocks(due - A_MOMENT, **{rule: "open"}).clocks(due, **{rule: "missed"})
    assert rule not in {miss.rule for miss in story.time_passes(until=due - A_MOMENT).misses}
    late = story.time_passes(until=due)
    (miss,) = [miss for miss in late.misses if miss.rule == rule]
    assert (miss.due_at, miss.happened_at) == (due, due)
    assert rule not in {again.rule for again in late.time_passes(until=due + timedelta(days=30)).misses}


@clocks
def test_answered_in_time_and_recorded_late_it_is_met(rule, starts, due):
    story = started(rule, starts).time_passes(until=due)
    story.when(ANSWERS[rule], at=due + timedelta(hours=5), happened=due - A_MOMENT).clocks(**{rule: "met"})


@clocks
def test_a_manager_names_another_instant(rule, starts, due):
    later = due + timedelta(days=2)
    vary = VaryDeadline(rule=rule, due=later, reason="The school is closed.")
    before = started(rule, starts).when(vary, at=due - A_MOMENT, by=MANAGER)
    before.clocks(**{rule: "varied"}).clocks(later, **{rule: "missed"})
    after = started(rule, starts).time_passes(until=due).when(vary, at=due + timedelta(hours=1), by=MANAGER)
    after.clocks(**{rule: "varied"}).when(ANSWERS[rule], at=later - A_MOMENT).clocks(**{rule: "met"})
    assert rule in {miss.rule for miss in after.time_passes(until=later).misses}


@pytest.mark.parametrize("due", [london(9999, 12, 31), london(2027, 4, 10), london(2026, 4, 2, 17)])
def test_a_deadline_is_not_varied_beyond_its_bound_nor_into_the_past(due):
    """Else one command would move a statutory deadline out of everybody's sight."""
    vary = VaryDeadline(rule="M1", due=due, reason="Waiting for the GP.")
    received = given().when(RECEIVE, at=london(2026, 4, 2, 16, 40))
    received.when(vary, at=london(2026, 4, 2, 17)).refused("M1")
    allowed = vary.model_copy(update={"due": london(2026, 6, 1)})
    received.when(allowed, at=london(2026, 4, 2, 17)).clocks(M1="varied")
