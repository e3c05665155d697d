"""Instants, London time across the clock changes, and the clocks."""

import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from shared.domain.instants import (
    LONDON,
    Instant,
    NotALocalTime,
    local_date,
    local_instant,
    london,
    start_of_day,
    utc,
)
from shared.infrastructure.clock import ClockGoesBack, RealClock, SimulatedClock

NOON = datetime(2026, 4, 2, 12, tzinfo=UTC)


class Fact(BaseModel):
    at: Instant


class StrictFact(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")
    at: Instant


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-04-02T16:40", datetime(2026, 4, 2, 15, 40, tzinfo=UTC)),
        ("2026-04-02T16:40:30", datetime(2026, 4, 2, 15, 40, 30, tzinfo=UTC)),
        ("2026-12-23T16:00", datetime(2026, 12, 23, 16, tzinfo=UTC)),
        ("2026-03-29T00:59:59", datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC)),
        ("2026-03-29T02:00", datetime(2026, 3, 29, 1, tzinfo=UTC)),
        ("2026-10-25T00:59:59", datetime(2026, 10, 24, 23, 59, 59, tzinfo=UTC)),
        (
            "2026-10-25T01:00",
            datetime(2026, 10, 25, 0, tzinfo=UTC),
        ),  # occurs twice: the first, still summer time
        ("2026-10-25T01:59:59", datetime(2026, 10, 25, 0, 59, 59, tzinfo=UTC)),
        ("2026-10-25T02:00", datetime(2026, 10, 25, 2, tzinfo=UTC)),
        ("2024-02-29T00:00", datetime(2024, 2, 29, tzinfo=UTC)),
    ],
)
def test_a_case_file_time_is_london_time(text, expected):
    found = local_instant(text)
    assert found == expected
    assert found.tzinfo is UTC


@pytest.mark.parametrize("text", ["2026-03-29T01:00", "2026-03-29T01:30:00", "2026-03-29T01:59:59"])
def test_a_local_time_that_does_not_exist_is_refused(text):
    with pytest.raises(NotALocalTime, match="does not exist in Europe/London"):
        local_instant(text)


@pytest.mark.parametrize(
    "text", ["2026-02-29T10:00", "2026-13-01T10:00", "2026-01-01T24:00", "0000-01-01T00:00"]
)
def test_no_such_date_or_time_of_day_is_refused(text):
    with pytest.raises(NotALocalTime, match="no such date"):
        local_instant(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-04-02",
        "2026-04-02 16:40",
        "2026-04-02T16:40Z",
        "2026-04-02T16:40+01:00",
        "2026-04-02T16:40:00.5",
        "2026-4-2T16:40",
        "1775144400",
        "2026-04-02T16:40\n",
        "٢٠٢٦-04-02T16:40",
        "Jane Doe",
    ],
)
def test_any_other_form_is_refused(text):
    with pytest.raises(NotALocalTime, match="a time such as"):
        local_instant(text)


def test_a_refusal_does_not_repeat_what_was_written_in_place_of_a_time():
    with pytest.raises(NotALocalTime) as refused:
        local_instant("Jane Doe")
    assert "Jane" not in str(refused.value)


def test_london_answers_in_utc_so_that_equal_instants_are_equal():
    assert london(2026, 7, 1, 9) == datetime(2026, 7, 1, 8, tzinfo=UTC)
    assert london(2026, 7, 1, 9).tzinfo is UTC
    assert london(2026, 12, 31) == local_instant("2026-12-31T00:00")
    # across the clock change it subtracts by elapsed time, not by the wall
    assert london(2026, 3, 30) - london(2026, 3, 29) == timedelta(hours=23)
    assert london(2026, 10, 26) - london(2026, 10, 25) == timedelta(hours=25)


@given(st.datetimes(min_value=datetime(1972, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC)))
def test_an_instant_shown_in_london_reads_back_to_itself_or_an_hour_earlier(instant):
    instant = instant.replace(microsecond=0)
    shown = instant.astimezone(LONDON)
    expected = instant if shown.fold == 0 else instant - timedelta(hours=1)
    assert local_instant(f"{shown:%Y-%m-%dT%H:%M:%S}") == expected


@given(st.dates(min_value=date(1972, 1, 1), max_value=date(2100, 1, 1)))
def test_a_day_starts_at_its_own_first_instant(day):
    start = start_of_day(day)
    assert local_date(start) == day
    assert local_date(start - timedelta(microseconds=1)) == day - timedelta(days=1)


def test_the_date_is_londons():
    assert local_date(datetime(2026, 7, 1, 22, 59, 59, tzinfo=UTC)) == date(2026, 7, 1)
    assert local_date(datetime(2026, 7, 1, 23, tzinfo=UTC)) == date(2026, 7, 2)
    assert local_date(datetime(2026, 12, 1, 23, tzinfo=UTC)) == date(2026, 12, 1)


def test_a_time_without_offset_is_no_instant():
    with pytest.raises(ValueError, match="no offset from UTC"):
        utc(datetime(2026, 4, 2, 12))
    with pytest.raises(ValueError, match="no offset from UTC"):
        local_date(datetime(2026, 4, 2, 12))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-04-02T12:00:00Z", NOON),
        ("2026-04-02T13:00:00+01:00", NOON),
        ("2026-04-02T12:00:00.250Z", NOON.replace(microsecond=250_000)),
        ("2026-04-02T12:00:00.1234567891Z", NOON.replace(microsecond=123_456)),
        ("2026-04-02T07:30:00-04:30", NOON),
    ],
)
@pytest.mark.parametrize("model", [Fact, StrictFact])
def test_an_instant_is_read_from_rfc_3339_and_kept_in_utc(model, text, expected):
    for fact in (model.model_validate_json(f'{{"at": "{text}"}}'), model.model_validate({"at": text})):
        assert fact.at == expected
        assert fact.at.tzinfo is UTC


@pytest.mark.parametrize("model", [Fact, StrictFact])
def test_an_aware_datetime_is_taken_in_python_and_written_in_utc(model):
    fact = model(at=datetime(2026, 4, 2, 13, tzinfo=LONDON))
    assert fact.at == NOON
    assert fact.at.tzinfo is UTC
    assert fact.model_dump_json() == '{"at":"2026-04-02T12:00:00Z"}'
    assert model.model_validate_json(fact.model_dump_json()) == fact
    assert model.model_validate(fact.model_dump()) == fact
    assert model(at=datetime(2026, 4, 2, 7, tzinfo=timezone(timedelta(hours=-5)))) == fact


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (0, "not a number"),
        (1775131200, "not a number"),
        (1775131200.5, "not a number"),
        (True, "not a number"),
        (None, "not a number"),
        (["2026-04-02T12:00:00Z"], "not a number"),
        ("0", "RFC 3339"),
        ("1775131200", "RFC 3339"),
        ("2026-04-02", "RFC 3339"),
        ("2026-04-02T12:00:00", "RFC 3339"),
        ("2026-04-02T12:00Z", "RFC 3339"),
        ("2026-04-02 12:00:00Z", "RFC 3339"),
        ("20260402T120000Z", "RFC 3339"),
        ("2026-04-02T12:00:00+0100", "RFC 3339"),
        ("2026-04-02T12:00:00Z\n", "RFC 3339"),
        ("2026-02-30T12:00:00Z", "no such date"),
        ("2026-04-02T12:00:60Z", "no such date"),
        ("2026-04-02T12:00:00+25:00", "no such date"),
        ("0001-01-01T00:00:00+01:00", "outside the years"),
        ("9999-12-31T23:59:59-01:00", "outside the years"),
    ],
)
@pytest.mark.parametrize("model", [Fact, StrictFact])
def test_anything_else_is_no_instant(model, value, sentence):
    with pytest.raises(ValidationError, match=sentence):
        model.model_validate({"at": value})


@pytest.mark.parametrize("text", ["0", "true", "null", "1775131200"])
def test_a_number_in_json_is_no_instant(text):
    with pytest.raises(ValidationError, match="not a number"):
        Fact.model_validate_json(f'{{"at": {text}}}')


@pytest.mark.parametrize("value", [datetime(2026, 4, 2, 12), date(2026, 4, 2)])
def test_a_naive_datetime_or_a_date_is_no_instant(value):
    with pytest.raises(ValidationError, match=r"no offset|not a number or anything else"):
        Fact(at=value)


def test_the_schema_says_date_time():
    assert TypeAdapter(Instant).json_schema() == {"type": "string", "format": "date-time"}


def test_the_real_clock_tells_the_present_in_utc():
    before = datetime.now(UTC)
    now = RealClock().now()
    assert before <= now <= datetime.now(UTC)
    assert now.tzinfo is UTC


def test_a_simulated_clock_stands_still_until_moved_and_never_goes_back():
    clock = SimulatedClock(datetime(2026, 4, 2, 13, tzinfo=LONDON))
    assert clock.now() == NOON
    assert clock.now().tzinfo is UTC
    clock.move_to(NOON)
    clock.move_to(NOON + timedelta(days=30))
    assert clock.now() == NOON + timedelta(days=30)
    with pytest.raises(ClockGoesBack, match="cannot go back"):
        clock.move_to(NOON + timedelta(days=30) - timedelta(microseconds=1))
    assert clock.now() == NOON + timedelta(days=30)


def test_the_hour_that_occurs_twice_is_not_going_back():
    clock = SimulatedClock(datetime(2026, 10, 25, 1, 59, tzinfo=LONDON, fold=0))
    clock.move_to(datetime(2026, 10, 25, 1, 1, tzinfo=LONDON, fold=1))  # earlier on the wall, later in time
    assert clock.now() == datetime(2026, 10, 25, 1, 1, tzinfo=UTC)


def test_a_simulated_clock_refuses_a_naive_time():
    with pytest.raises(ValueError, match="no offset"):
        SimulatedClock(datetime(2026, 4, 2))
    with pytest.raises(ValueError, match="no offset"):
        SimulatedClock(NOON).move_to(datetime(2026, 5, 2))


def test_london_is_known_on_a_machine_without_zone_data():
    found = subprocess.run(
        [
            sys.executable,
            "-c",
            "from shared.domain.instants import london; print(london(2026, 7, 1, 9).isoformat())",
        ],
        env={**os.environ, "PYTHONTZPATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.stdout.strip() == "2026-07-01T08:00:00+00:00", found.stderr
