"""How days, times and ages are said, and that every role and agency has words."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

import shared.pages
from shared.domain.actors import AGENCIES, DEFAULT_AGENCY, MACHINE_ROLES
from shared.pages.visit import of_ours
from shared.pages.words import Words, age, due, moment, until

OWN = Words([Path(shared.pages.__file__).with_name("words.yaml")])


def test_every_role_and_agency_has_words():
    assert set(OWN.codes("roles")) == set(DEFAULT_AGENCY) - MACHINE_ROLES
    assert set(OWN.codes("agencies")) == AGENCIES


def test_the_first_moment_of_a_day_is_the_end_of_the_day_before():
    assert due(datetime(2026, 12, 30, tzinfo=UTC)) == "end of Tue 29 Dec 2026"
    assert moment(datetime(2026, 6, 29, 12, 30, tzinfo=UTC)) == "Mon 29 Jun 2026, 13:30"


@pytest.mark.parametrize(
    ("hours", "said"), [(1, "in 1 hour"), (47, "in 47 hours"), (120, "in 5 days"), (-72, "3 days late")]
)
def test_how_far_off_something_is(hours, said):
    now = datetime(2026, 12, 1, 12, tzinfo=UTC)
    assert until(datetime.fromtimestamp(now.timestamp() + 3600 * hours, UTC), now) == said


def test_a_small_child_has_months():
    assert age({"years": 0, "months": 6}) == "6 months"
    assert age({"years": 1, "months": 1}) == "13 months"
    assert age({"years": 9, "months": 2}) == "9 years"


@pytest.mark.parametrize("path", ["//evil.example", "https://evil.example", "/\\evil", "", "/a\r\nb"])
def test_nobody_is_sent_elsewhere(path):
    assert of_ours(path) == "/"
