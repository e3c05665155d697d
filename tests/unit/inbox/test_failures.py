"""Which errors hold an event, which park it, and which have it tried again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.codec import UnknownEvent
from shared.domain.command import Refused
from shared.eventstore.append import AnotherBody, Conflict, LogUnavailable, NotStorable
from shared.inbox.failures import (
    AWAY,
    CONFLICTS,
    PAUSES,
    TRIES,
    CauseMissing,
    Hold,
    Park,
    Retry,
    StayParked,
    named,
    remedy,
)

ERRORS = [
    CauseMissing(),
    UnknownEvent("mash.Newer", 1),
    Conflict(),
    Refused("not this one", rule="M5"),
    AnotherBody(),
    NotStorable("NUL"),
    RuntimeError("a mistake"),
    KeyError("another"),
]


def first(error: Exception) -> object:
    conflicts = int(isinstance(error, Conflict))
    return remedy(error, failures=1 - conflicts, conflicts=conflicts, retrying=False)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (CauseMissing(), Hold("cause")),
        (UnknownEvent("mash.Newer", 1), Hold("unknown")),
        (Conflict(), Retry(0.0)),
        (Refused("not this one", rule="M5"), Park()),
        (AnotherBody(), Park()),
        (NotStorable("NUL"), Park()),
        (RuntimeError("a mistake"), Retry(PAUSES[0])),
    ],
    ids=lambda value: type(value).__name__,
)
def test_each_kind_of_error_has_one_meaning(error, expected):
    assert first(error) == expected


def test_what_may_be_an_accident_is_tried_three_times_and_then_parked():
    steps = [remedy(RuntimeError(), failures=n, conflicts=0, retrying=False) for n in range(1, TRIES + 1)]
    assert steps == [Retry(0.1), Retry(0.6), Park()]


def test_what_others_keep_writing_beside_is_held_and_looked_at_again():
    steps = [remedy(Conflict(), failures=0, conflicts=n, retrying=False) for n in range(1, CONFLICTS + 1)]
    assert steps == [Retry(0.0), Retry(0.0), Hold("gap")]


@given(st.sampled_from(ERRORS), st.integers(1, 50), st.integers(1, 50))
def test_a_parked_event_that_is_retried_is_never_held_beside_its_parked_row(error, failures, conflicts):
    step = remedy(error, failures=failures, conflicts=conflicts, retrying=True)
    assert not isinstance(step, Hold)
    if not isinstance(error, Conflict):
        assert step == Park()


def test_a_retry_that_only_met_conflicts_says_nothing_new():
    assert remedy(Conflict(), failures=0, conflicts=CONFLICTS, retrying=True) == StayParked()


@given(st.sampled_from(ERRORS), st.booleans())
def test_every_error_comes_to_an_end(error, retrying):
    failures = conflicts = 0
    for _ in range(TRIES + CONFLICTS):
        if isinstance(error, Conflict):
            conflicts += 1
        else:
            failures += 1
        if not isinstance(remedy(error, failures=failures, conflicts=conflicts, retrying=retrying), Retry):
            return
    raise AssertionError("tried for ever")


def test_no_error_that_is_an_events_fault_counts_as_away():
    assert not [error for error in ERRORS if isinstance(error, AWAY)]
    assert isinstance(LogUnavailable(), AWAY)


def test_the_name_of_an_error_repeats_its_rules_and_none_of_its_words():
    assert named(Refused("Ada was seen", rule="M5")) == "Refused M5"
    assert named(RuntimeError("Ada")) == "RuntimeError"
