"""Deadlines by the rules: examples over holidays and clock changes, and what holds of every deadline."""

from calendar import monthrange
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.instants import LONDON, local_date, local_instant, london
from shared.domain.rules import Deadline, Rule, Rulebook, Unit, clock_state
from shared.domain.working_days import own_calendars


def rule(rule_id: str, limit: int | None, unit: Unit) -> Rule:
    texts = {"what": "what", "starts": "start", "met_by": "act", "source": "S1 app 2"}
    return Rule(id=rule_id, limit=limit, unit=unit, **texts)


RULES = Rulebook(
    (
        rule("M1", 1, Unit.WORKING_DAYS),
        rule("M2", None, Unit.SAME_WORKING_DAY),
        rule("M3", 24, Unit.HOURS),
        rule("M4", 24, Unit.HOURS),
        rule("M5", 1, Unit.WORKING_DAYS),
        rule("A1", None, Unit.SAME_DAY),
        rule("A2", 3, Unit.WORKING_DAYS),
        rule("A18", 6, Unit.WEEKS),
        rule("A19", 8, Unit.DAYS),
        rule("C4", 3, Unit.MONTHS),
        rule("E1", 72, Unit.HOURS),
    ),
    edition="2026-11",
)
EW = own_calendars().editions[0]

EXAMPLES = [
    # an ordinary week
    ("M1", "2026-11-24T10:00", "2026-11-26T00:00"),
    ("M3", "2026-11-24T10:00", "2026-11-25T10:00"),
    ("M4", "2026-11-24T10:00:07", "2026-11-25T10:00:07"),
    ("A2", "2026-11-24T10:00", "2026-11-28T00:00"),
    # the last second of a day and the first of the next
    ("M1", "2026-11-24T23:59:59", "2026-11-26T00:00"),
    ("M1", "2026-11-25T00:00", "2026-11-27T00:00"),
    ("M3", "2026-11-24T23:59:59", "2026-11-25T23:59:59"),
    ("M3", "2026-11-25T00:00", "2026-11-26T00:00"),
    ("A1", "2026-11-24T23:59:59", "2026-11-25T00:00"),
    ("A1", "2026-11-25T00:00", "2026-11-26T00:00"),
    # Easter: Good Friday 3 April, Easter Monday 6 April
    ("M1", "2026-04-02T16:40", "2026-04-08T00:00"),
    ("M3", "2026-04-02T16:40", "2026-04-03T16:40"),
    ("M4", "2026-04-02T17:05", "2026-04-03T17:05"),
    ("M5", "2026-04-02T16:40", "2026-04-08T00:00"),
    ("A2", "2026-04-02T16:40", "2026-04-10T00:00"),
    ("M1", "2026-04-03T09:00", "2026-04-08T00:00"),  # received on Good Friday
    ("M1", "2026-04-06T23:59:59", "2026-04-08T00:00"),
    ("M1", "2026-04-07T00:00", "2026-04-09T00:00"),
    ("M2", "2026-04-02T16:40", "2026-04-03T00:00"),
    ("M2", "2026-04-03T09:00", "2026-04-08T00:00"),  # same working day: the next one
    ("A1", "2026-04-03T09:00", "2026-04-04T00:00"),
    # Christmas: Boxing Day a Saturday, its substitute Monday 28 December
    ("M1", "2026-12-21T14:30", "2026-12-23T00:00"),
    ("M3", "2026-12-21T14:30", "2026-12-22T14:30"),
    ("A2", "2026-12-21T14:30", "2026-12-25T00:00"),
    ("M5", "2026-12-22T16:00", "2026-12-24T00:00"),
    ("A2", "2026-12-23T16:00", "2026-12-31T00:00"),
    ("M1", "2026-12-24T16:00", "2026-12-30T00:00"),
    ("M3", "2026-12-24T16:00", "2026-12-25T16:00"),
    ("M5", "2026-12-24T16:00", "2026-12-30T00:00"),
    ("A2", "2026-12-24T23:59:59", "2027-01-01T00:00"),
    ("A2", "2026-12-25T00:00", "2027-01-01T00:00"),
    ("A2", "2026-12-29T09:00", "2027-01-05T00:00"),
    # a Friday evening
    ("M1", "2026-11-27T19:30", "2026-12-01T00:00"),
    ("M3", "2026-11-27T19:30", "2026-11-28T19:30"),
    ("M4", "2026-11-27T19:30", "2026-11-28T19:30"),
    ("M5", "2026-11-27T19:30", "2026-12-01T00:00"),
    ("A2", "2026-11-27T19:30", "2026-12-03T00:00"),
    ("E1", "2026-11-27T19:30", "2026-11-30T19:30"),
    # the clocks go forward on 29 March 2026: 24 hours elapse, the wall shows 25
    ("M3", "2026-03-28T10:00", "2026-03-29T11:00"),
    ("M4", "2026-03-28T01:30", "2026-03-29T02:30"),
    ("M3", "2026-03-29T00:30", "2026-03-30T01:30"),
    ("M1", "2026-03-27T19:00", "2026-03-31T00:00"),
    ("M5", "2026-03-29T12:00", "2026-03-31T00:00"),
    ("A2", "2026-03-27T19:00", "2026-04-02T00:00"),
    ("A1", "2026-03-29T00:30", "2026-03-30T00:00"),
    # the clocks go back on 25 October 2026: 24 hours elapse, the wall shows 23
    ("M3", "2026-10-24T10:00", "2026-10-25T09:00"),
    ("M4", "2026-10-25T01:30", "2026-10-26T00:30"),  # 01:30 occurs twice: the first
    ("M1", "2026-10-23T19:00", "2026-10-27T00:00"),
    ("M5", "2026-10-25T12:00", "2026-10-27T00:00"),
    ("A2", "2026-10-23T19:00", "2026-10-29T00:00"),
    ("A1", "2026-10-25T00:30", "2026-10-26T00:00"),
    # calendar days, weeks and months, to the end of the day
    ("A19", "2026-04-02T16:40", "2026-04-11T00:00"),
    ("A18", "2026-02-20T11:00", "2026-04-04T00:00"),
    ("C4", "2026-01-15T11:00", "2026-04-16T00:00"),
    ("C4", "2026-11-30T11:00", "2027-03-01T00:00"),  # 30 February is the month's last day
    ("C4", "2027-11-30T11:00", "2028-03-01T00:00"),  # 29 February
    ("C4", "2026-10-31T11:00", "2027-02-01T00:00"),
]


@pytest.mark.parametrize(("rule_id", "start", "due"), EXAMPLES)
def test_due(rule_id, start, due):
    found = RULES.deadline(rule_id, local_instant(start))
    assert found == Deadline(
        local_instant(start), local_instant(due), rule_id, "rules 2026-11; calendar EW-2026-11"
    )
    assert found.due_at.tzinfo is UTC


@pytest.mark.parametrize(("rule_id", "start", "_due"), EXAMPLES)
def test_met_missed_and_at_the_very_instant(rule_id, start, _due):
    due = RULES.deadline(rule_id, local_instant(start)).due_at
    a_moment = timedelta(microseconds=1)
    assert clock_state(due, None, None, False, due - a_moment) == "open"
    assert clock_state(due, None, None, False, due) == "missed"
    assert clock_state(due, due - a_moment, None, False, due) == "met"
    assert clock_state(due, due, None, False, due) == "missed"
    assert clock_state(due, due + a_moment, None, False, due + a_moment) == "missed"


def test_local_midnight_has_the_offset_of_its_own_day():
    assert RULES.deadline("M1", london(2026, 3, 27, 19)).due_at == datetime(2026, 3, 30, 23, tzinfo=UTC)
    assert RULES.deadline("M1", london(2026, 10, 23, 19)).due_at == datetime(2026, 10, 27, 0, tzinfo=UTC)


def test_the_second_of_the_hour_that_occurs_twice_is_its_own_instant():
    again = datetime(2026, 10, 25, 1, 30, tzinfo=LONDON, fold=1)
    assert RULES.deadline("M3", again).due_at == london(2026, 10, 26, 1, 30)


DUE, EARLIER, LATER = london(2026, 12, 23), london(2026, 12, 22, 17), london(2026, 12, 23, 9)


@pytest.mark.parametrize(
    ("acted", "ended", "varied", "now", "state"),
    [
        (None, None, False, EARLIER, "open"),
        (None, None, True, EARLIER, "varied"),
        (None, None, False, LATER, "missed"),
        (None, None, True, LATER, "missed"),  # varied, and then missed by the new instant
        (None, None, True, DUE, "missed"),
        (EARLIER, None, False, EARLIER, "met"),
        (EARLIER, None, True, LATER, "met"),
        (EARLIER, None, False, LATER, "met"),  # recorded late
        (LATER, None, False, LATER, "missed"),
        (LATER, None, False, EARLIER, "missed"),
        (None, EARLIER, False, EARLIER, "ended"),
        (None, EARLIER, True, LATER, "ended"),
        (None, DUE, False, DUE, "missed"),  # an ending at or after due leaves it missed
        (None, LATER, False, LATER, "missed"),
        (LATER, EARLIER, False, LATER, "ended"),
        (EARLIER, EARLIER, True, LATER, "met"),
        (EARLIER, LATER, False, LATER, "met"),
    ],
)
def test_a_clock_stands_in_exactly_one_way(acted, ended, varied, now, state):
    assert clock_state(DUE, acted, ended, varied, now) == state


def test_states_compare_instants_and_not_the_wall():
    due = datetime(2026, 10, 25, 1, 10, tzinfo=LONDON, fold=1)
    acted = datetime(
        2026, 10, 25, 1, 50, tzinfo=LONDON, fold=0
    )  # 20 minutes before, though the wall says later
    assert clock_state(due, acted, None, False, due) == "met"


STARTS = st.datetimes(min_value=datetime(2012, 1, 2), max_value=datetime(2028, 6, 30), timezones=st.just(UTC))
COUNTS = st.integers(min_value=1, max_value=60)
UNITS = [Unit.WORKING_DAYS, Unit.HOURS, Unit.DAYS, Unit.WEEKS, Unit.MONTHS]
COUNTED = st.sampled_from(UNITS[:3])
UNCOUNTED = st.sampled_from([Unit.SAME_DAY, Unit.SAME_WORKING_DAY])


def due(unit: Unit, start: datetime, n: int | None) -> datetime:
    return Rulebook((rule("X", n, unit),), edition="x").deadline("X", start).due_at


LIMITS = (
    st.tuples(COUNTED, COUNTS)
    | st.tuples(UNCOUNTED, st.none())
    | st.tuples(st.sampled_from([Unit.WEEKS, Unit.MONTHS]), st.integers(min_value=1, max_value=12))
)


@given(STARTS, LIMITS)
def test_due_is_after_the_start_and_in_utc(start, limit):
    found = due(limit[0], start, limit[1])
    assert found > start
    assert found.tzinfo is UTC


@given(STARTS, STARTS, LIMITS)
def test_a_later_start_is_never_due_earlier(one, other, limit):
    earlier, later = sorted((one, other))
    assert due(limit[0], earlier, limit[1]) <= due(limit[0], later, limit[1])


@given(STARTS, st.sampled_from(UNITS), st.integers(min_value=1, max_value=20))
def test_one_more_is_always_due_later(start, unit, n):
    assert due(unit, start, n) < due(unit, start, n + 1)


@given(STARTS, LIMITS.filter(lambda limit: limit[0] is not Unit.HOURS))
def test_all_but_hours_fall_due_at_midnight_in_london(start, limit):
    shown = due(limit[0], start, limit[1]).astimezone(LONDON)
    assert (shown.hour, shown.minute, shown.second, shown.microsecond) == (0, 0, 0, 0)


@given(STARTS, st.tuples(st.just(Unit.WORKING_DAYS), COUNTS) | st.just((Unit.SAME_WORKING_DAY, None)))
def test_the_day_before_a_due_in_working_days_is_one(start, limit):
    last = local_date(due(limit[0], start, limit[1])) - timedelta(days=1)
    assert EW.is_working_day(last)


@given(STARTS, COUNTS)
def test_exactly_n_working_days_lie_between_trigger_day_and_due(start, n):
    first, end = local_date(start), local_date(due(Unit.WORKING_DAYS, start, n))
    between = [first + timedelta(days=i) for i in range(1, (end - first).days)]
    assert sum(map(EW.is_working_day, between)) == n


@given(STARTS, st.sampled_from([Unit.WORKING_DAYS, Unit.DAYS, Unit.WEEKS]), COUNTS.filter(lambda n: n < 20))
def test_limits_add_up_from_the_last_day_of_the_first(start, unit, n):
    last = due(unit, start, n) - timedelta(seconds=1)
    assert due(unit, last, n) == due(unit, start, 2 * n)


@given(STARTS, COUNTS)
def test_hours_are_elapsed(start, n):
    assert due(Unit.HOURS, start, n) - start == timedelta(hours=n)


@given(STARTS, COUNTS)
def test_months_keep_the_day_number_or_take_the_last_day(start, n):
    first, last = local_date(start), local_date(due(Unit.MONTHS, start, n)) - timedelta(days=1)
    assert (last.year * 12 + last.month) - (first.year * 12 + first.month) == n
    assert last.day == min(first.day, monthrange(last.year, last.month)[1])
