"""What follows where a discussion, an enquiry, a protection or a plan is put right later, or should not have been recorded (E3)."""

from datetime import timedelta

import pytest

from services.assessment.events import PoliceProtectionRecorded, Section47Decided
from shared.team.corrections import CorrectRecord
from tests.unit.assessment import plans, protection
from tests.unit.assessment.strategy import (
    CONVENE,
    HOLD,
    INITIATE,
    MANAGER,
    NO_CONFERENCE,
    TUESDAY,
    WORKER,
    assessment,
    enquiry,
)

DAY = timedelta(days=1)
LATER = TUESDAY + 3 * DAY


def withdrawn(story, step, at, by=MANAGER):
    return story.when(CorrectRecord(re=step, reason="Another child.", withdrawn=True), at=at, by=by)


def test_a_discussion_that_was_not_held_leaves_no_enquiry_and_no_referral():
    held = enquiry()
    gone = withdrawn(held, held.id, LATER).clocks(A2="ended", A3="ended")
    gone.when(INITIATE, at=LATER, by=WORKER).refused("A4")
    again = gone.when(HOLD, at=LATER, by=MANAGER)
    assert Section47Decided in map(type, again.decided)
    again.when(INITIATE, at=LATER, by=WORKER).clocks(A2="open")


def test_what_the_enquiry_rests_on_is_not_withdrawn_before_it():
    held = enquiry()
    begun = held.when(INITIATE, at=TUESDAY, by=WORKER)
    withdrawn(begun, held.id, LATER).refused("E3")
    undone = withdrawn(begun, begun.id, LATER)
    assert withdrawn(undone, held.id, LATER).decided


def test_when_a_discussion_was_held_is_put_right_and_with_it_what_was_due():
    held = enquiry()
    right = held.when(
        CorrectRecord(re=held.id, reason="The day before.", right_happened=TUESDAY - DAY),
        at=LATER,
        by=MANAGER,
    )
    assert right.decided
    assert right.streams["section47_enquiry"].state.decided_at == TUESDAY - DAY


def test_a_discussion_that_was_called_by_mistake_is_expected_no_more():
    called = assessment.when(CONVENE, at=TUESDAY, by=MANAGER)
    gone = withdrawn(called, called.id, LATER)
    held = gone.when(HOLD, at=LATER, by=MANAGER)
    assert held.decided[0].convened is None


def test_a_conclusion_that_is_withdrawn_opens_the_enquiry_again():
    concluded = enquiry().when(NO_CONFERENCE, at=TUESDAY + DAY, by=WORKER)
    gone = withdrawn(concluded, concluded.id, LATER)
    assert gone.when(INITIATE, at=LATER, by=WORKER).decided


def test_police_protection_of_another_child_was_never_used():
    used = protection.used()
    at = protection.SATURDAY + DAY
    gone = withdrawn(used, used.id, at).clocks(A12="ended")
    gone.when(protection.HOME, at=at, by=protection.NIGHT).refused("A12")
    again = gone.when(protection.USE, at=at, by=protection.OFFICER).clocks(A12="open")
    assert PoliceProtectionRecorded in map(type, again.decided)


def test_when_the_power_was_used_is_put_right_and_moves_the_72_hours():
    used = protection.used()
    earlier = protection.SATURDAY - timedelta(hours=2)
    command = CorrectRecord(re=used.id, reason="By the log.", right_happened=earlier)
    right = used.when(command, at=protection.SATURDAY + DAY, by=MANAGER)
    assert right.clock("A12").due_at == earlier + timedelta(hours=72)


@pytest.mark.parametrize("command", [protection.EXTEND, protection.END])
def test_an_order_that_was_not_made_is_neither_extended_nor_ended(command):
    made = protection.made()
    at = protection.SATURDAY + DAY
    gone = withdrawn(made, made.id, at)
    gone.when(command, at=at, by=protection.NIGHT).refused("A19")
    assert gone.when(protection.ORDER, at=at, by=protection.NIGHT).clocks(A19="open").decided


def test_an_extension_that_was_not_granted_leaves_the_first_limit():
    extended = protection.made().when(protection.EXTEND, at=protection.SATURDAY + DAY, by=protection.NIGHT)
    gone = withdrawn(extended, extended.id, protection.SATURDAY + 2 * DAY)
    assert gone.clock("A19").due_at == protection.made().clock("A19").due_at
    assert gone.when(protection.EXTEND, at=protection.SATURDAY + 3 * DAY, by=protection.NIGHT).decided


def test_a_plan_of_another_child_leaves_nothing_due():
    planned = plans.planned()
    at = plans.STARTED + DAY
    gone = withdrawn(planned, planned.id, at).clocks(A15="ended", A18="ended")
    gone.when(plans.REVIEW, at=at, by=plans.WORKER).refused("A18")
    assert gone.when(plans.START, at=at, by=plans.WORKER).clocks(A15="open", A18="open").decided


def test_an_end_that_was_a_mistake_lets_visits_be_due_again():
    ended = plans.planned().when(plans.END, at=plans.STARTED + DAY, by=plans.WORKER)
    gone = withdrawn(ended, ended.id, plans.STARTED + 2 * DAY)
    gone.clocks(A15="open", A18="open")
    assert gone.when(plans.REVIEW, at=plans.STARTED + 3 * DAY, by=plans.WORKER).decided
