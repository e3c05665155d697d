"""An instant in a JSON text, read the quick way or not, is what it is in Python: nothing more is let in. Days too."""

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from shared.domain.instants import EARLIEST, Day, Instant, Moment

READ: Final = TypeAdapter(Instant)
PATTERN: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})", re.ASCII)
STORED: Final = st.datetimes().map(lambda at: at.isoformat() + "Z")
SIGNS: Final = st.sampled_from([*"0159-+:.,TtZzW ", "\u0663", "\uff11", "\u2212", "\x00", "\ud800", "00", ""])


@st.composite
def nearly(draw: st.DrawFn) -> str:
    """An instant as it is stored, with one to three of its characters others."""
    text = draw(STORED)
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(text)))
        text = text[:at] + draw(SIGNS) + text[at + 1 :]
    return text


@given(nearly() | STORED)
@example("2026-W14-4T15:40:00Z")
@example("2026-04-02T15:40:0\u0660Z")
@example("2026-04-02T15:40:00,123456Z")
@example("2026-04-02T15:40:00.12345Z")
@example("2026-04-02T24:00:00Z")
@example("2026-02-30T15:40:00Z")
@example("2026-04-02T15:40:+1Z")
def test_an_instant_is_taken_if_and_only_if_its_pattern_is_kept_and_there_is_such_a_time(text: str) -> None:
    try:
        expected = datetime.fromisoformat(text).astimezone(UTC) if PATTERN.fullmatch(text) else None
    except (ValueError, OverflowError):
        expected = None
    assert outcome(READ.validate_python, text) == expected
    written = json.dumps(text)
    assert outcome(READ.validate_json, written) == expected
    assert outcome(READ.validate_json, written.encode()) == expected


def outcome(read: Callable[[Any], datetime], text: str | bytes) -> datetime | None:
    try:
        found = read(text)
    except ValidationError:
        return None
    assert found.tzinfo is UTC
    return found


DAY: Final = TypeAdapter(Day)
MOMENT: Final = TypeAdapter(Moment)


@given(st.dates(min_value=EARLIEST))
def test_a_day_is_a_full_date_as_text(day: date) -> None:
    assert DAY.validate_python(day.isoformat()) == DAY.validate_python(day) == day
    assert DAY.validate_json(json.dumps(day.isoformat())) == day


@pytest.mark.parametrize(
    "value",
    [
        0,
        20170211,
        1.5,
        True,
        None,
        "",
        "0",
        "20170211",
        "2017-W06-6",
        "2017-2-11",
        "2017-02-30",
        "2017-02-11T00:00:00Z",
        "2017-02-11 ",
        "\u0662017-02-11",
        datetime(2017, 2, 11),
        "1899-12-31",
        "0001-01-01",
    ],
)
def test_anything_else_or_a_day_before_1900_is_refused(value: object) -> None:
    with pytest.raises(ValidationError):
        DAY.validate_python(value)


def test_a_moment_is_an_instant_not_before_1900() -> None:
    first = MOMENT.validate_python("1900-01-01T00:00:00Z")
    assert first == datetime(1900, 1, 1, tzinfo=UTC)
    assert MOMENT.validate_json('"2026-04-02T15:40:00+01:00"') == datetime(2026, 4, 2, 14, 40, tzinfo=UTC)
    for text in ("1899-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "2026-04-02T15:40:00"):
        with pytest.raises(ValidationError):
            MOMENT.validate_python(text)


def test_days_and_moments_are_published_as_what_they_are() -> None:
    assert DAY.json_schema() == {"type": "string", "format": "date"}
    assert MOMENT.json_schema() == {"type": "string", "format": "date-time"}
