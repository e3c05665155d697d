"""How soon allegations are concluded (L5): counts, and none from which somebody could be told apart."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.lado.statistics import LEAST, Allegation, shown, statistics
from shared.domain.instants import london

NOW = london(2027, 12, 1, 9)
RECEIVED = london(2026, 5, 20, 11)
ONE = Allegation(RECEIVED, "sport", "allegation", "unfounded", RECEIVED + timedelta(days=20))


def against(months, counted):
    return next(one for one in statistics(counted, NOW)["concluded"] if one["months"] == months)


def test_l5_within_a_month_within_three_within_a_year():
    counted = (
        [ONE] * 8
        + [replace(ONE, concluded_at=london(2026, 8, 20, 23))] * 6
        + [replace(ONE, concluded_at=None)] * 6
    )
    assert against(1, counted) == {
        "months": 1,
        "target_percent": 80,
        "in_time": 8,
        "later": 12,
        "percent": 40,
    }
    assert (against(3, counted)["in_time"], against(3, counted)["percent"]) == (14, 70)
    assert (against(12, counted)["in_time"], against(12, counted)["target_percent"]) == (14, None)


@pytest.mark.parametrize(
    ("concluded_at", "in_time"),
    [(london(2026, 6, 20, 23, 59), 6), (london(2026, 6, 21), 0)],
)
def test_l5_to_the_end_of_the_last_day(concluded_at, in_time):
    assert against(1, [replace(ONE, concluded_at=concluded_at)] * 6)["in_time"] == in_time


def test_what_is_young_and_not_concluded_counts_against_no_target():
    young = [replace(ONE, received_at=NOW - timedelta(days=3), concluded_at=None, outcome=None)] * 9
    assert against(1, young)["percent"] is None
    assert (against(1, young)["in_time"], against(1, young)["later"]) == (0, 0)


def test_what_stayed_with_the_employer_has_no_outcome_to_count():
    counted = statistics([replace(ONE, threshold="advice", outcome=None, concluded_at=None)] * 7, NOW)
    assert counted["thresholds"] == {"advice": 7}
    assert counted["outcomes"] == {}


def test_a_count_below_five_is_not_shown_apart():
    counted = statistics([ONE] * 4, NOW)
    assert counted["notified"] is None
    assert counted["settings"] == {"sport": None}
    assert against(1, counted_of(4)) == {
        "months": 1,
        "target_percent": 80,
        "in_time": None,
        "later": 0,
        "percent": None,
    }


def counted_of(number):
    return [ONE] * number


@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 30)))
def test_no_count_below_five_can_be_reckoned_from_the_others_and_their_sum(counts):
    told = shown(counts)
    hidden = [name for name, count in told.items() if count is None]
    assert not any(count is not None and 0 < count < LEAST for count in told.values())
    # Alone, it would be the sum less all that is shown: and then it is all of what there is.
    if len(hidden) == 1:
        assert sum(counts.values()) == counts[hidden[0]]
