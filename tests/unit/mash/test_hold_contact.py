"""Holding a contact for more information: once, for one working day (M5)."""

from services.mash.events import ContactHeld, HeldText
from shared.domain.instants import london
from shared.domain.rules import Deadline
from shared.testing.facts import THING
from tests.unit.mash.contacts import ACCEPT, CLOSE, EW_2026, HOLD, MANAGER, RECEIVE, given

TUESDAY = london(2026, 12, 22, 16)
LATER = london(2026, 12, 22, 16, 10)


def received():
    return given().when(RECEIVE, at=london(2026, 12, 21, 16, 30))


def test_holding_answers_the_first_clock_and_starts_the_next():
    received().when(HOLD, at=TUESDAY, by=MANAGER).then(
        ContactHeld(
            contact=THING,
            decide_by=Deadline(TUESDAY, london(2026, 12, 24), rule="M5", edition=EW_2026),
            sealed=HeldText(reason="Waiting for the GP's record."),
        )
    ).clocks(M1="met", M3="open", M5="open")


def test_it_is_held_once():
    received().when(HOLD, at=TUESDAY).when(HOLD, at=LATER).refused("M5")


def test_a_decided_contact_is_not_held():
    received().when(CLOSE, at=TUESDAY).when(HOLD, at=LATER).refused("M1", reason="already_decided")


def test_where_both_forbid_it_both_are_named():
    received().when(HOLD, at=TUESDAY).when(CLOSE, at=LATER).when(HOLD, at=LATER).refused("M5", "M1")


def test_a_refusal_leaves_everything_as_it_was():
    story = received().when(HOLD, at=TUESDAY).when(HOLD, at=LATER)
    story.when(ACCEPT, at=LATER).clocks(M1="met", M5="met", M4="open")
    assert len(story.records) == 2


def test_held_too_late_the_miss_stays_and_is_answered():
    received().time_passes(until=london(2026, 12, 23)).missed("M1", "M3").when(
        HOLD, at=london(2026, 12, 23, 9)
    ).missed().clocks(M1="missed", M5="open")
