"""A cursor is read back as it was written; whatever else is sent is refused, and never reaches the database."""

from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.web.paging import read_cursor, write_cursor
from shared.web.problems import Problem

PLACES = [
    (datetime, UUID),
    (datetime, str, UUID, UUID),
    (datetime, datetime, datetime, UUID),
    (int, UUID),
]
PART = {
    datetime: st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)),
    UUID: st.uuids(),
    str: st.sampled_from(["M1", "A11", "C16"]),
    int: st.integers(0, 2**63 - 1),
}
ANY = st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False) | st.text()
ODD = st.recursive(
    ANY, lambda each: st.lists(each, max_size=3) | st.dictionaries(st.text(), each, max_size=2)
)
OFFSETS = [timezone(timedelta(hours=hours)) for hours in (-14, 0, 14)]
EXTREMES = [datetime(1, 1, 1, tzinfo=at).isoformat() for at in OFFSETS] + [
    datetime(9999, 12, 31, 23, 59, 59, tzinfo=at).isoformat() for at in OFFSETS
]


def cursor_of(parts: object) -> str:
    return urlsafe_b64encode(orjson.dumps(parts)).decode()


@pytest.mark.parametrize("types", PLACES)
@given(data=st.data())
def test_a_place_is_read_as_it_was_written(types, data):
    place = [data.draw(PART[kind]) for kind in types]
    assert read_cursor(write_cursor(place), types) == place


@pytest.mark.parametrize("types", PLACES)
@given(data=st.data())
def test_a_changed_cursor_is_refused_or_names_what_the_database_can_hold(types, data):
    place = orjson.loads(orjson.dumps([data.draw(PART[kind]) for kind in types]))
    at = data.draw(st.integers(0, len(place) - 1))
    place[at] = data.draw(ODD | st.sampled_from([*EXTREMES, "a\x00b", 2**63, -1, 5, [5], {"a": 5}]))
    try:
        found = read_cursor(cursor_of(place), types)
    except Problem as refused:
        assert refused.status == 422
    else:
        assert [type(part) for part in found] == list(types)
        for part in found:
            assert not isinstance(part, datetime) or part.utcoffset() == timedelta(0)
            assert not isinstance(part, int) or 0 <= part < 2**63
            assert not isinstance(part, str) or part.isprintable()


@given(st.text(max_size=500))
def test_no_text_is_an_error(text):
    with pytest.raises(Problem) as refused:
        read_cursor(text, (datetime, UUID))
    assert refused.value.status == 422
