"""A notification comes in: L1 from when the organisation knew, met by it; L2 and L5 from its receipt; one adult, one allegation."""

from datetime import timedelta
from uuid import uuid5

import pytest

from services.lado.events import AllegationReceived, IntakeItemIsOf, IntakeItemPlaced, IntakeItemTaken
from services.lado.streams.intake_item import PlaceIntakeItem
from shared.domain.code_lists import ReferralSource
from shared.domain.instants import london
from shared.testing.deciders import story_of
from shared.testing.facts import CHILD, SIBLING, command_id
from tests.unit.lado.allegations import (
    COACH,
    CONTACT,
    HAPPENED,
    KNEW,
    NOTIFICATION,
    NOTIFIED,
    OFFICER,
    THRESHOLD,
    line,
    notified,
    team,
    then,
)

PLACE = PlaceIntakeItem(
    about=(CHILD,),
    contact=CONTACT,
    routed_at=NOTIFIED,
    received_at=NOTIFIED,
    source=ReferralSource.S2A,
    rationale="Position of trust.",
)


def routed():
    return story_of(team).when(PLACE, at=NOTIFIED, by=OFFICER)


def test_l1_one_fact_starts_the_clock_where_the_organisation_knew_and_meets_it():
    story = notified()
    story.clocks(L1="met", L2="open", L5="open")
    assert story.clock("L1").due_at == london(2026, 5, 21)
    assert story.clock("L2").due_at == london(2026, 5, 22)
    assert story.clock("L5").due_at == london(2027, 5, 21)


@pytest.mark.parametrize(
    ("organisation_knew", "known", "due"),
    [
        (london(2026, 5, 18, 20), KNEW, london(2026, 5, 20)),  # as it says
        (None, KNEW, london(2026, 5, 21)),  # when it was known
        (None, None, london(2026, 5, 20)),  # when it happened
    ],
)
def test_l1_runs_from_when_the_organisation_knew_else_was_known_else_happened(organisation_knew, known, due):
    assert notified(organisation_knew=organisation_knew, known=known).clock("L1").due_at == due


@pytest.mark.parametrize(
    ("knew", "due"),
    [
        (london(2026, 5, 22, 23, 59), london(2026, 5, 27)),  # Friday before the bank holiday of 25 May
        (london(2026, 5, 23, 12), london(2026, 5, 27)),  # Saturday
        (london(2026, 5, 25, 12), london(2026, 5, 27)),  # the bank holiday itself
        (london(2026, 5, 26), london(2026, 5, 28)),  # the very instant at which Tuesday begins
    ],
)
def test_l1_over_a_bank_holiday(knew, due):
    story = notified(at=london(2026, 6, 1, 9), happened=knew, known=None)
    assert story.clock("L1").due_at == due


@pytest.mark.parametrize(
    ("told", "state"),
    [(london(2026, 5, 21) - timedelta(microseconds=1), "met"), (london(2026, 5, 21), "missed")],
)
def test_l1_told_at_the_very_instant_is_late_and_never_refused(told, state):
    story = notified(at=told)
    assert story.refusal is None
    story.clocks(L1=state)


def test_written_up_later_the_clocks_run_from_the_receipt():
    story = notified(at=london(2026, 5, 22, 9), received=NOTIFIED)
    story.clocks(L1="met", L2="missed")
    assert story.clock("L2").due_at == london(2026, 5, 22)


def test_what_was_known_after_it_was_told_cannot_be():
    notified(organisation_knew=NOTIFIED + timedelta(minutes=1), at=london(2026, 5, 21)).clocks(L1="met")
    notified(
        organisation_knew=NOTIFIED + timedelta(minutes=1), received=NOTIFIED, at=london(2026, 5, 21)
    ).refused("E2")


def test_it_may_be_about_no_child():
    story = notified(about=())
    [received] = [one.event for one in story.records if isinstance(one.event, AllegationReceived)]
    assert received.child is None
    then(story, (THRESHOLD, london(2026, 5, 20, 15))).clocks(L2="met", L3="open")


def test_it_is_of_each_child():
    story = notified(about=(CHILD, SIBLING))
    assert [one.event.child for one in story.records] == [CHILD, SIBLING]
    assert {one.envelope.thing_id for one in story.records} == {story.id}


def test_no_word_of_the_adult_stands_open():
    [one] = notified(organisation_knew=KNEW).records
    said = one.event.model_dump_json().casefold()
    assert not any(word in said for word in ("carl", "example", "coach", "shaw", "neck"))


# -- of what the front door sent


def test_what_was_routed_is_placed_once():
    story = routed()
    of_it, placed = story.decided
    assert isinstance(of_it, IntakeItemIsOf)
    assert (of_it.child, of_it.children) == (None, (CHILD,))
    assert isinstance(placed, IntakeItemPlaced)
    assert (placed.child, placed.contact, placed.routed_at) == (CHILD, CONTACT, NOTIFIED)
    assert placed.sealed is not None
    assert placed.sealed.rationale == "Position of trust."
    story.when(PLACE, at=NOTIFIED, by=OFFICER).nothing()


def test_a_notification_of_it_takes_it():
    story = routed().when(
        NOTIFICATION.model_copy(update={"re": CONTACT}),
        at=NOTIFIED,
        happened=HAPPENED,
        known=KNEW,
        by=OFFICER,
    )
    received, taken = story.decided
    assert isinstance(received, AllegationReceived)
    assert received.contact == CONTACT
    assert taken == IntakeItemTaken(
        contact=CONTACT, adult=COACH.name.whole, allegation=story.id, happened_at=HAPPENED, child=CHILD
    )


@pytest.mark.parametrize("name", ["Carl Example", "CARL  EXAMPLE", "Cárl Example"])
def test_a_second_of_the_same_contact_and_adult_is_the_same_allegation(name):
    first = NOTIFICATION.model_copy(update={"re": CONTACT})
    again = first.model_copy(update={"adult": COACH.model_copy(update={"name": line(name)})})
    routed().when(first, at=NOTIFIED, by=OFFICER).when(again, at=NOTIFIED, by=OFFICER).nothing()


def test_another_adult_of_the_same_contact_is_another_allegation():
    first = NOTIFICATION.model_copy(update={"re": CONTACT})
    other = first.model_copy(update={"adult": COACH.model_copy(update={"name": line("Dan Other")})})
    story = routed().when(first, at=NOTIFIED, by=OFFICER).when(other, at=NOTIFIED, by=OFFICER)
    assert len([one for one in story.records if isinstance(one.event, AllegationReceived)]) == 2


def test_the_same_adult_told_of_twice_by_other_ways_is_two_allegations_of_one_adult():
    story = notified(notified())
    first, second = (one.event for one in story.records)
    assert first.adult == second.adult
    assert uuid5(CHILD, "other") != first.adult
    assert command_id(1) != story.id
