"""What police protection and emergency protection orders say in the chronology, and who sees it."""

from datetime import timedelta

import pytest

from services.assessment.entries import entries
from services.assessment.rules import RULES
from shared.team.audience import SeenBy
from tests.unit.assessment.protection import END, EXTEND, HOME, NIGHT, OFFICER, ORDER, SATURDAY, made, used
from tests.unit.chronology.sights import CARE, sights, taken_in, titles

LATER = SATURDAY + timedelta(hours=12)
TOLD = {CARE, SeenBy(agency="police")}
"""Health and education are shown it too, through those of their organisations that are involved with the child."""


def log_of(story):
    return taken_in(story.records, {"assessment": (entries, RULES)})


def test_what_police_protection_says():
    log = log_of(used().when(HOME, at=LATER, by=NIGHT))
    assert titles(log) == ["In police protection", "Police protection ended: returned home"]


def test_what_an_order_says():
    log = log_of(made().when(EXTEND, at=LATER, by=NIGHT).when(END, at=LATER + timedelta(days=9), by=NIGHT))
    assert titles(log) == [
        "Emergency protection order made",
        "Emergency protection order extended by 7 days",
        "Emergency protection order ended: interim care order",
    ]


def test_that_an_order_ends_police_protection_is_said_with_it():
    log = log_of(used().when(ORDER, at=LATER, by=NIGHT))
    assert titles(log) == ["In police protection", "Emergency protection order made"]


@pytest.mark.parametrize(
    "story", [used().when(HOME, at=LATER, by=OFFICER), made().when(END, at=LATER, by=NIGHT)]
)
def test_the_police_see_it_whole(story):
    found = sights(log_of(story))
    assert found
    assert all(who >= TOLD for who in found.values())


def test_police_protection_is_critical_and_shows_the_senders_reference():
    (told,) = used().entries(entries, team="assessment")
    assert told.entry.significance == "critical"
    assert dict(told.entry.parts)["Reference of the sender"] == "NICHE 101/2026/77, revision 2"
