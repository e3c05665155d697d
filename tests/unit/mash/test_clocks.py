"""Every clock of a contact over Easter, Christmas, a Friday evening and both clock changes: met, missed, at the very instant,
and by acts that were written down late, or in another order than they happened."""

from datetime import timedelta

import pytest

from services.mash.codes import Channel, Fgm, Notice
from services.mash.streams.contact import contact
from shared.domain.instants import london
from shared.team.deadlines import VaryDeadline
from tests.unit.mash.contacts import (
    ACKNOWLEDGE,
    CHECK,
    CLOSE,
    CONFIRM,
    DISPENSE,
    FGM_REPORT,
    HOLD,
    MANAGER,
    RECEIVE,
    SCREEN,
    TELL_OUTCOME,
    TELL_SCHOOL,
    front_door,
    given,
)

# What starts each clock, and what answers it.
STARTS = {
    "M1": (RECEIVE,),
    "M2": (RECEIVE, SCREEN),
    "M3": (RECEIVE,),
    "M4": (RECEIVE, CLOSE),
    "M5": (RECEIVE, HOLD),
    "M14": (RECEIVE.model_copy(update={"fgm": Fgm.TOLD}),),
    "M22": (RECEIVE.model_copy(update={"channel": Channel.TELEPHONE}),),
    "M23": (RECEIVE.model_copy(update={"notice": Notice.DOMESTIC_ABUSE}),),
}
ANSWERS = {
    "M1": CLOSE,
    "M2": CLOSE,
    "M3": ACKNOWLEDGE,
    "M4": TELL_OUTCOME,
    "M5": CLOSE,
    "M14": FGM_REPORT,
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
            ("M14", london(2026, 4, 2, 16, 40), london(2026, 4, 8)),
        ],
        "on Good Friday": [
            ("M1", london(2026, 4, 3, 11), london(2026, 4, 8)),
            ("M2", london(2026, 4, 3, 11), london(2026, 4, 8)),
            ("M5", london(2026, 4, 3, 11), london(2026, 4, 8)),
            ("M3", london(2026, 4, 3, 11), london(2026, 4, 4, 11)),
            ("M4", london(2026, 4, 3, 11), london(2026, 4, 4, 11)),
            ("M14", london(2026, 4, 3, 11), london(2026, 4, 8)),
            ("M22", london(2026, 4, 3, 11), london(2026, 4, 5, 11)),
            ("M23", london(2026, 4, 3, 11), london(2026, 4, 7, 9)),
        ],
        "before Christmas": [
            ("M1", london(2026, 12, 24, 10), london(2026, 12, 30)),
            ("M2", london(2026, 12, 24, 10), london(2026, 12, 25)),
            ("M3", london(2026, 12, 24, 10), london(2026, 12, 25, 10)),
            ("M4", london(2026, 12, 24, 15), london(2026, 12, 25, 15)),
            ("M5", london(2026, 12, 24, 15), london(2026, 12, 30)),
            ("M23", london(2026, 12, 24, 10), london(2026, 12, 29, 9)),
            ("M14", london(2026, 12, 24, 10), london(2026, 12, 30)),
            ("M22", london(2026, 12, 24, 10), london(2026, 12, 26, 10)),
        ],
        "on Boxing Day's substitute": [
            ("M1", london(2026, 12, 28, 9), london(2026, 12, 30)),
            ("M2", london(2026, 12, 28, 9), london(2026, 12, 30)),
            ("M5", london(2026, 12, 28, 9), london(2026, 12, 30)),
            ("M14", london(2026, 12, 28, 9), london(2026, 12, 30)),
            ("M23", london(2026, 12, 28, 9), london(2026, 12, 29, 9)),
        ],
        "on a Friday evening": [
            ("M1", london(2026, 11, 13, 21), london(2026, 11, 17)),
            ("M2", london(2026, 11, 13, 21), london(2026, 11, 14)),
            ("M3", london(2026, 11, 13, 21), london(2026, 11, 14, 21)),
            ("M4", london(2026, 11, 13, 21), london(2026, 11, 14, 21)),
            ("M5", london(2026, 11, 13, 21), london(2026, 11, 17)),
            ("M22", london(2026, 11, 13, 21), london(2026, 11, 15, 21)),
            ("M23", london(2026, 11, 13, 21), london(2026, 11, 16, 9)),
            ("M14", london(2026, 11, 13, 21), london(2026, 11, 17)),
        ],
        "as clocks go forward": [  # Sunday 29 March 2026, 01:00 becomes 02:00: that day has 23 hours
            ("M1", london(2026, 3, 27, 12), london(2026, 3, 31)),
            ("M2", london(2026, 3, 28, 12), london(2026, 3, 31)),
            ("M3", london(2026, 3, 28, 12), london(2026, 3, 29, 13)),
            ("M4", london(2026, 3, 28, 12), london(2026, 3, 29, 13)),
            ("M5", london(2026, 3, 27, 12), london(2026, 3, 31)),
            ("M22", london(2026, 3, 28, 12), london(2026, 3, 30, 13)),
            ("M23", london(2026, 3, 28, 12), london(2026, 3, 30, 9)),
            ("M14", london(2026, 3, 28, 12), london(2026, 3, 31)),
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
            ("M14", london(2026, 10, 24, 12), london(2026, 10, 27)),
        ],
    }.items()
    for rule, starts, due in rows
]
clocks = pytest.mark.parametrize(("rule", "starts", "due"), TABLE)
A_MOMENT = timedelta(microseconds=1)


def started(rule, at):
    story = front_door
    for command in STARTS[rule]:
        story = story.when(command, at=at)
    return story


def answer(rule, story):
    """What answers a clock of the story's contact: M14 by a report that stands on the child's own file."""
    return ANSWERS[rule].model_copy(update={"re": story.records[0].envelope.command_id})


def test_every_clock_of_the_stream_is_in_the_table():
    assert {each.values[0] for each in TABLE} == set(contact.clocks)


@clocks
def test_it_is_due_at(rule, starts, due):
    clock = started(rule, starts).clock(rule)
    assert (clock.due_at, clock.deadline.rule) == (due, rule)


@clocks
def test_a_moment_before_it_is_met(rule, starts, due):
    story = started(rule, starts)
    story.when(answer(rule, story), at=due - A_MOMENT).clocks(**{rule: "met"})


@clocks
def test_at_the_very_instant_it_is_late(rule, starts, due):
    story = started(rule, starts)
    story = story.when(answer(rule, story), at=due).clocks(**{rule: "missed"})
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
    recorded = due + timedelta(hours=5)
    story.when(answer(rule, story), at=recorded, happened=due - A_MOMENT).clocks(**{rule: "met"})


@clocks
def test_a_manager_names_another_instant(rule, starts, due):
    later = due + timedelta(days=2)
    vary = VaryDeadline(rule=rule, due=later, reason="The school is closed.")
    before = started(rule, starts).when(vary, at=due - A_MOMENT, by=MANAGER)
    before.clocks(**{rule: "varied"}).clocks(later, **{rule: "missed"})
    after = started(rule, starts).time_passes(until=due).when(vary, at=due + timedelta(hours=1), by=MANAGER)
    after.clocks(**{rule: "varied"}).when(answer(rule, after), at=later - A_MOMENT).clocks(**{rule: "met"})
    assert rule in {miss.rule for miss in after.time_passes(until=later).misses}


@pytest.mark.parametrize("rule", ["M3", "M4", "M14", "M22", "M23"])
def test_of_two_acts_the_one_that_happened_first_counts_whichever_was_written_down_first(rule):
    """Told late on the day it was written down; and then somebody writes down that they had told them in time."""
    starts = london(2026, 12, 24, 10)
    story = started(rule, starts)
    due = story.clock(rule).due_at
    late = story.when(answer(rule, story), at=due + timedelta(hours=1)).clocks(**{rule: "missed"})
    in_time = late.when(answer(rule, story), at=due + timedelta(days=2), happened=due - A_MOMENT)
    in_time.clocks(**{rule: "met"})
    assert [each.rule for each in in_time.stream("contact").clocks].count(rule) == 1


def test_m2_is_met_by_the_first_agency_asked_in_whatever_order_that_was_written_down():
    monday, tuesday = london(2026, 10, 26, 10), london(2026, 10, 27, 9)
    story = started("M2", monday).when(DISPENSE, at=monday)
    asks = CHECK.model_copy(update={"re": story.records[0].envelope.command_id})
    late = story.when(asks, at=tuesday).clocks(M2="missed")
    late.when(asks, at=tuesday, happened=london(2026, 10, 26, 23, 59)).clocks(M2="met")
    late.when(asks, at=london(2026, 10, 27, 12), happened=london(2026, 10, 27)).clocks(M2="missed")


def test_m1_is_met_by_holding_and_m5_by_deciding_each_as_it_happened():
    """Held on the Friday before the clocks go back, and decided on the Monday; both written down on the Tuesday."""
    friday, monday, tuesday = london(2026, 10, 23, 12), london(2026, 10, 26, 23, 59), london(2026, 10, 27, 9)
    story = started("M1", friday).when(HOLD, at=tuesday, happened=london(2026, 10, 23, 16))
    assert story.clock("M5").due_at == london(2026, 10, 27)
    story.clocks(M1="met", M5="missed").when(CLOSE, at=tuesday, happened=monday).clocks(M1="met", M5="met")
    story.when(CLOSE, at=tuesday).clocks(M1="met", M5="missed")


def test_m4_runs_from_the_decision_as_it_happened_and_m3_is_met_by_the_outcome_too():
    night = london(2026, 3, 28, 23, 30)  # half an hour before the day on which clocks go forward
    decided = started("M1", london(2026, 3, 27, 12)).when(CLOSE, at=london(2026, 3, 29, 9), happened=night)
    assert decided.clock("M4").due_at == london(2026, 3, 30, 0, 30)
    told = decided.when(TELL_OUTCOME, at=london(2026, 3, 30, 0, 29, 59)).clocks(M4="met")
    told.clocks(M3="missed")


def test_m23_is_met_by_saying_why_the_school_was_not_told():
    story = started("M23", london(2026, 4, 2, 16))
    silent = TELL_SCHOOL.model_copy(update={"told": None, "not_told_because": "Term has ended."})
    story.when(silent, at=london(2026, 4, 7, 8, 59, 59)).clocks(M23="met")


@pytest.mark.parametrize(
    ("rule", "change"),
    [("M22", {"channel": Channel.WRITTEN}), ("M23", {"notice": None}), ("M14", {"fgm": Fgm.SUSPECTED})],
)
def test_where_nothing_asks_for_it_no_clock_runs(rule, change):
    (command,) = STARTS[rule]
    front_door.when(command.model_copy(update=change), at=london(2026, 4, 2, 16)).clocks(**{rule: None})


def test_of_a_member_of_the_public_who_rings_nothing_comes_in_writing_m22():
    (rings,) = STARTS["M22"]
    neighbour = rings.referrer.model_copy(update={"agency": None})
    story = front_door.when(rings.model_copy(update={"referrer": neighbour}), at=london(2026, 4, 2, 16))
    story.clocks(M22=None, M3="open")


@pytest.mark.parametrize("due", [london(9999, 12, 31), london(2027, 4, 10), london(2026, 4, 2, 17)])
def test_a_deadline_is_not_varied_beyond_its_bound_nor_into_the_past(due):
    """Else one command would move a statutory deadline out of everybody's sight."""
    vary = VaryDeadline(rule="M1", due=due, reason="Waiting for the GP.")
    received = given().when(RECEIVE, at=london(2026, 4, 2, 16, 40))
    received.when(vary, at=london(2026, 4, 2, 17)).refused("M1")
    allowed = vary.model_copy(update={"due": london(2026, 6, 1)})
    received.when(allowed, at=london(2026, 4, 2, 17)).clocks(M1="varied")
