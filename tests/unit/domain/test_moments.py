"""Moments as persons name them: a day to its end, an hour that occurs twice as the first, one that never was refused."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.instants import local_date, start_of_day
from shared.domain.moments import NotAMoment, moment

NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2026-04-02", "2026-04-02T22:59:59.999999+00:00"),
        ("2026-01-02", "2026-01-02T23:59:59.999999+00:00"),
        ("2026-10-25", "2026-10-25T23:59:59.999999+00:00"),
        ("2026-10-25T01:30", "2026-10-25T00:30:00+00:00"),
        ("2026-10-25T01:30:00+00:00", "2026-10-25T01:30:00+00:00"),
        ("2026-10-25T01:30:00+01:00", "2026-10-25T00:30:00+00:00"),
        ("2026-04-02T16:40:05", "2026-04-02T15:40:05+00:00"),
        ("2026-04-02T15:40:00.123456Z", "2026-04-02T15:40:00.123456+00:00"),
    ],
)
def test_what_is_ambiguous_is_read_in_one_way(text, meant):
    assert moment(text, NOW) == datetime.fromisoformat(meant)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("2026-03-29T01:30", "does not exist in Europe/London"),
        ("2026-02-30", "there is no such date"),
        ("2026-04-02T25:00", "there is no such date or time"),
        ("2026-04-02T10:00:00+25:00", "there is no such date"),
        ("2026-11-04", "still to come"),
        ("2026-11-03T12:01", "in the future"),
        ("1816-01-01", "correct the year"),
        ("1816-01-01T10:00", "correct the year"),
        ("yesterday", "write a day"),
        ("2026-04-02 16:40", "write a day"),
        ("02/04/2026", "write a day"),
        ("2026-04-02T16:40:00", None),
        ("", "write a day"),
    ],
)
def test_what_names_no_moment_is_refused_with_what_to_write(text, told):
    if told is None:
        assert moment(text, NOW)
        return
    with pytest.raises(NotAMoment, match=told):
        moment(text, NOW)


def test_today_is_meant_until_now():
    assert moment("2026-11-03", NOW) == NOW


@given(st.dates(min_value=datetime(1900, 1, 2).date(), max_value=datetime(2026, 11, 2).date()))
def test_a_day_ends_where_the_next_begins(day):
    end = moment(day.isoformat(), NOW)
    assert local_date(end) == day
    assert end + timedelta(microseconds=1) == start_of_day(day + timedelta(days=1))
