"""M19: which period out of hours an instant lies in: nights, weekends, bank holidays, the uncovered hours, clock changes."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.mash.out_of_hours import period_at
from services.mash.rules import RULES
from shared.domain.instants import london

A_MOMENT = timedelta(microseconds=1)

# An instant, the close before it, and the opening after it.
NIGHTS = {
    "a night": (london(2026, 11, 10, 23), london(2026, 11, 10, 17), london(2026, 11, 11, 9)),
    "before midnight's other side": (
        london(2026, 11, 11, 3),
        london(2026, 11, 10, 17),
        london(2026, 11, 11, 9),
    ),
    "the uncovered hour after work": (
        london(2026, 11, 10, 17, 30),
        london(2026, 11, 10, 17),
        london(2026, 11, 11, 9),
    ),
    "the uncovered hour before work": (
        london(2026, 11, 11, 8, 30),
        london(2026, 11, 10, 17),
        london(2026, 11, 11, 9),
    ),
    "Friday at 18:00": (london(2026, 11, 13, 18), london(2026, 11, 13, 17), london(2026, 11, 16, 9)),
    "Sunday": (london(2026, 11, 15, 12), london(2026, 11, 13, 17), london(2026, 11, 16, 9)),
    "Monday before eight": (london(2026, 11, 16, 7), london(2026, 11, 13, 17), london(2026, 11, 16, 9)),
    "Good Friday": (london(2026, 4, 3, 11), london(2026, 4, 2, 17), london(2026, 4, 7, 9)),
    "Easter Monday": (london(2026, 4, 6, 16), london(2026, 4, 2, 17), london(2026, 4, 7, 9)),
    "Christmas Day": (london(2026, 12, 25, 12), london(2026, 12, 24, 17), london(2026, 12, 29, 9)),
    "Boxing Day's substitute": (london(2026, 12, 28, 12), london(2026, 12, 24, 17), london(2026, 12, 29, 9)),
    "New Year's Day": (london(2027, 1, 1, 1), london(2026, 12, 31, 17), london(2027, 1, 4, 9)),
    "as clocks go forward": (london(2026, 3, 29, 12), london(2026, 3, 27, 17), london(2026, 3, 30, 9)),
    "as clocks go back": (london(2026, 10, 25, 1, 30), london(2026, 10, 23, 17), london(2026, 10, 26, 9)),
    "Christmas that is reckoned by rule": (
        london(2030, 12, 25, 12),
        london(2030, 12, 24, 17),
        london(2030, 12, 27, 9),
    ),
}
nights = pytest.mark.parametrize(("at", "since", "until"), NIGHTS.values(), ids=NIGHTS)


@nights
def test_it_runs_from_the_close_of_office_hours_to_their_next_opening(at, since, until):
    period = period_at(at, RULES)
    assert (period.since, period.until) == (since, until)


@nights
def test_it_is_one_period_from_its_first_moment_to_its_last(at, since, until):
    period = period_at(at, RULES)
    assert period_at(since, RULES) == period_at(until - A_MOMENT, RULES) == period
    assert period_at(since - A_MOMENT, RULES) is None
    assert period_at(until, RULES) is None


@pytest.mark.parametrize(
    "at",
    [
        london(2026, 11, 10, 9),
        london(2026, 11, 10, 12),
        london(2026, 11, 10, 16, 59),
        london(2026, 12, 29, 9),
    ],
    ids=["opening", "noon", "a minute before the close", "after Christmas"],
)
def test_in_office_hours_there_is_none(at):
    assert period_at(at, RULES) is None


INSTANTS = st.datetimes(datetime(2013, 1, 2), datetime(2047, 12, 1), timezones=st.just(UTC))


@for_all(INSTANTS)
def test_every_instant_lies_in_office_hours_or_in_just_one_period(at):
    period = period_at(at, RULES)
    if period is not None:
        assert period.since <= at < period.until
        assert period_at(period.since, RULES).shift == period.shift


@for_all(INSTANTS)
def test_wherever_in_the_period_it_begins_the_handover_is_due_at_ten_on_the_day_that_opens(at):
    period = period_at(at, RULES)
    if period is not None:
        assert RULES.deadline("M19", at).due_at == period.until + timedelta(hours=1)
