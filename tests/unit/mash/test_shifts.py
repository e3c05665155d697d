"""M19: a shift begins with the period's first contact or act, is handed over, the earliest first, and is accepted."""

from datetime import timedelta

import pytest

from services.mash.events import (
    ContactReceived,
    HandoverAccepted,
    HandoverText,
    ShiftBegan,
    ShiftHandedOver,
)
from services.mash.meeting_view import decisions
from services.mash.out_of_hours import period_at
from services.mash.rules import RULES
from services.mash.shift_views import shift_contacts
from services.mash.shift_views import shifts as listed
from services.mash.streams.contact import HoldDailyMeeting, MeetingDecision
from services.mash.streams.out_of_hours_shift import AcceptHandover, HandOverShift, OpenAction
from shared.domain.command import NotFound
from shared.domain.instants import london
from shared.team.corrections import CorrectRecord
from shared.testing.facts import CHILD, SIBLING, actor
from tests.unit.mash.contacts import ACCEPT, ACKNOWLEDGE, CLOSE, HARM, MANAGER, RECEIVE, front_door

FRIDAY = london(2026, 11, 13, 18)
SATURDAY = london(2026, 11, 14, 21)
SUNDAY = london(2026, 11, 15, 20)
MONDAY = london(2026, 11, 16, 8, 45)
MONDAY_NIGHT = london(2026, 11, 16, 22)
TUESDAY = london(2026, 11, 17, 8, 45)
ELLIS = actor("out_of_hours_social_worker", "EDT Ellis")
WORKER = actor("mash_social_worker", "Sam Ode")
A_MOMENT = timedelta(microseconds=1)


def hand_over(*contacts, **more):
    return HandOverShift(contacts=contacts, notes="One on the ward.", **more)


def shifts(story):
    """When each shift's period began, and when the shift did."""
    return [(one.event.since, one.happened_at) for one in story.records if isinstance(one.event, ShiftBegan)]


def shift_of(at):
    return period_at(at, RULES).shift


def received(at=SATURDAY, **more):
    return front_door.when(RECEIVE, at=at, **more)


# -- it begins


def test_the_first_contact_of_a_period_begins_its_shift():
    story = received()
    assert shifts(story) == [(london(2026, 11, 13, 17), SATURDAY)]
    story.clocks(M19="open")
    assert story.clock("M19").due_at == london(2026, 11, 16, 10)
    assert story.stream("out_of_hours_shift", of=shift_of(SATURDAY)).version == 1
    began = next(one for one in story.records if isinstance(one.event, ShiftBegan))
    assert (began.event.child, began.envelope.command_id) == (None, story.id)


def test_the_second_one_begins_none():
    assert len(shifts(received().when(RECEIVE, at=SUNDAY))) == 1


def test_the_next_night_is_another_shift():
    story = received().when(RECEIVE, at=MONDAY_NIGHT)
    assert [since for since, _ in shifts(story)] == [london(2026, 11, 13, 17), london(2026, 11, 16, 17)]


@pytest.mark.parametrize(
    "at",
    [FRIDAY, london(2026, 11, 13, 17), london(2026, 11, 13, 17, 59), london(2026, 11, 16, 8, 59)],
    ids=["Friday at 18:00", "the close", "before the night service", "after the night service"],
)
def test_the_uncovered_hours_are_of_the_shift(at):
    assert [since for since, _ in shifts(received(at))] == [london(2026, 11, 13, 17)]


def test_in_office_hours_a_contact_begins_none():
    assert shifts(received(london(2026, 11, 16, 9))) == []


def test_one_contact_about_two_children_begins_one_shift():
    story = front_door.when(RECEIVE.model_copy(update={"about": (CHILD, SIBLING)}), at=SATURDAY)
    assert sum(isinstance(one.event, ContactReceived) for one in story.records) == 2
    assert len(shifts(story)) == 1


def test_an_act_of_an_out_of_hours_social_worker_begins_one_and_a_managers_does_not():
    by_day = received(london(2026, 11, 13, 15))
    assert shifts(by_day) == []
    assert shifts(by_day.when(ACKNOWLEDGE, at=SATURDAY, by=MANAGER)) == []
    acted = by_day.when(HARM, at=SATURDAY, by=ELLIS)
    assert shifts(acted) == [(london(2026, 11, 13, 17), SATURDAY)]


def test_an_act_that_was_so_already_begins_none():
    story = received(london(2026, 11, 13, 15)).when(HARM, at=london(2026, 11, 13, 16), by=WORKER)
    again = story.when(HARM, at=SATURDAY, by=ELLIS).nothing()
    assert shifts(again) == []


def test_what_is_written_up_later_begins_the_shift_of_when_it_was():
    """A call in the night that is typed up on Monday; and the misses that this brings to light."""
    call = RECEIVE.model_copy(update={"received": SATURDAY})
    story = front_door.when(call, at=london(2026, 11, 16, 11))
    assert shifts(story) == [(london(2026, 11, 13, 17), SATURDAY)]
    assert "M19" in {miss.rule for miss in story.misses}
    story.clocks(M19="missed")
    act = received(london(2026, 11, 13, 15)).when(
        ACKNOWLEDGE, at=london(2026, 11, 16, 9, 30), happened=SATURDAY, by=ELLIS
    )
    assert shifts(act) == [(london(2026, 11, 13, 17), SATURDAY)]


def test_written_down_out_of_order_it_is_still_one_shift_with_one_clock():
    later = received(SUNDAY)
    both = later.when(RECEIVE.model_copy(update={"received": SATURDAY}), at=SUNDAY)
    assert shifts(both) == [(london(2026, 11, 13, 17), SUNDAY)]
    assert both.clock("M19").due_at == london(2026, 11, 16, 10)


def test_that_a_shift_began_is_not_taken_back_with_the_contact_that_began_it():
    """Others may have come since; and the night was worked, whatever was written down of it."""
    story = received()
    withdrawn = story.when(
        CorrectRecord(re=story.id, withdrawn=True, reason="Entered twice."), at=SUNDAY, by=MANAGER
    )
    assert withdrawn.refusal is None
    withdrawn.clocks(M19="open")
    assert withdrawn.when(hand_over(), at=MONDAY, by=ELLIS).refusal is None


# -- it is handed over


def test_what_it_did_is_handed_to_the_day():
    story = received()
    actions = (OpenAction(what="See the ward sister", who="Sam Ode"), OpenAction(what="Ring the school"))
    handed = story.when(hand_over(story.id, open_actions=actions), at=MONDAY, by=ELLIS)
    assert handed.decided == (
        ShiftHandedOver(
            happened_at=MONDAY,
            contacts=(story.id,),
            sealed=HandoverText(
                notes="One on the ward.",
                actions=(("See the ward sister", "Sam Ode"), ("Ring the school", "")),
            ),
        ),
    )
    assert handed.records[-1].stream == shift_of(SATURDAY)
    handed.clocks(M19="open")


def test_the_earliest_that_waits_is_handed_over_first():
    story = received().when(RECEIVE, at=MONDAY_NIGHT)
    first = story.when(hand_over(), at=TUESDAY, by=ELLIS)
    assert first.records[-1].stream == shift_of(SATURDAY)
    second = first.when(hand_over(), at=TUESDAY, by=ELLIS)
    assert second.records[-1].stream == shift_of(MONDAY_NIGHT)


def test_an_earlier_one_that_was_written_up_later_comes_first():
    story = received(MONDAY_NIGHT).when(RECEIVE.model_copy(update={"received": SATURDAY}), at=MONDAY_NIGHT)
    assert story.when(hand_over(), at=TUESDAY, by=ELLIS).records[-1].stream == shift_of(SATURDAY)


def test_where_none_waits_it_is_refused():
    front_door.when(hand_over(), at=MONDAY, by=ELLIS).refused("M19")
    handed = received().when(hand_over(), at=MONDAY, by=ELLIS)
    handed.when(hand_over(), at=MONDAY, by=ELLIS).refused("M19")


def test_writing_the_handover_begins_no_shift_of_its_own():
    handed = received().when(hand_over(), at=TUESDAY, by=ELLIS)
    assert len(shifts(handed)) == 1
    accepted = handed.when(AcceptHandover(re=shift_of(SATURDAY)), at=TUESDAY, by=ELLIS)
    assert len(shifts(accepted)) == 1


def test_it_is_not_handed_over_before_it_began():
    story = received()
    story.when(hand_over(), at=MONDAY, happened=london(2026, 11, 13, 16), by=ELLIS).refused("E2")


def test_the_contacts_it_names_are_contacts():
    story = received()
    with pytest.raises(NotFound):
        story.when(hand_over(CHILD), at=MONDAY, by=ELLIS)


def test_a_handover_that_was_withdrawn_waits_again():
    handed = received().when(hand_over(), at=MONDAY, by=ELLIS)
    again = handed.when(
        CorrectRecord(re=handed.id, withdrawn=True, reason="Of another shift."), at=MONDAY, by=ELLIS
    )
    assert again.when(hand_over(), at=MONDAY, by=ELLIS).refusal is None


# -- it is accepted


def test_accepting_it_meets_the_rule_and_decides_no_contact():
    handed = received().when(hand_over(), at=MONDAY, by=ELLIS)
    accepted = handed.when(AcceptHandover(re=shift_of(SATURDAY)), at=london(2026, 11, 16, 9, 5), by=WORKER)
    accepted.then(HandoverAccepted())
    accepted.clocks(M19="met", M1="open")


@pytest.mark.parametrize(
    ("first", "opens"),
    [
        (FRIDAY, london(2026, 11, 16, 10)),
        (london(2026, 12, 25, 12), london(2026, 12, 29, 10)),
        (london(2026, 12, 31, 23), london(2027, 1, 4, 10)),
        (london(2026, 4, 3, 11), london(2026, 4, 7, 10)),
        (london(2026, 3, 28, 23), london(2026, 3, 30, 10)),
        (london(2026, 10, 25, 0, 30), london(2026, 10, 26, 10)),
    ],
    ids=["a weekend", "Christmas", "the New Year", "Easter", "clocks go forward", "clocks go back"],
)
def test_it_is_due_at_ten_on_the_next_working_day_and_late_at_that_instant(first, opens):
    handed = received(first).when(hand_over(), at=opens - timedelta(hours=1), by=ELLIS)
    accept = AcceptHandover(re=shift_of(first))
    handed.when(accept, at=opens - A_MOMENT, by=WORKER).clocks(M19="met")
    late = handed.when(accept, at=opens, by=WORKER)
    late.clocks(M19="missed")
    late.missed("M19", *(miss.rule for miss in late.misses if miss.rule != "M19"))


def test_accepted_in_time_and_written_down_later_it_is_met():
    handed = received().when(hand_over(), at=MONDAY, by=ELLIS)
    accept = AcceptHandover(re=shift_of(SATURDAY))
    handed.when(accept, at=TUESDAY, happened=london(2026, 11, 16, 9, 30), by=WORKER).clocks(M19="met")


def test_what_was_not_handed_over_is_not_accepted_and_nothing_twice():
    story = received()
    accept = AcceptHandover(re=shift_of(SATURDAY))
    story.when(accept, at=MONDAY, by=WORKER).refused("M19")
    accepted = story.when(hand_over(), at=MONDAY, by=ELLIS).when(accept, at=MONDAY, by=WORKER)
    accepted.when(accept, at=TUESDAY, by=WORKER).refused()


def test_it_is_not_accepted_before_it_was_handed_over():
    handed = received().when(hand_over(), at=MONDAY, by=ELLIS)
    early = AcceptHandover(re=shift_of(SATURDAY))
    handed.when(early, at=TUESDAY, happened=SUNDAY, by=WORKER).refused("E2")


# -- what the front door looks at


def test_the_list_says_what_each_shift_waits_for():
    story = received()
    (row,) = story.rows(listed)
    assert (row.shift, row.since, row.until) == (
        shift_of(SATURDAY),
        london(2026, 11, 13, 17),
        london(2026, 11, 16, 9),
    )
    assert (row.hand_over_by, row.handed_over_at, row.waits) == (london(2026, 11, 16, 10), None, True)
    handed = story.when(hand_over(story.id), at=MONDAY, by=ELLIS)
    (row,) = handed.rows(listed)
    assert (row.handed_over_at, row.handed_over, row.waits) == (MONDAY, [story.id], True)
    assert (row.sealed, row.event) == (handed.records[-1].sealed, handed.records[-1].envelope.event_id)
    (row,) = handed.when(AcceptHandover(re=row.shift), at=TUESDAY, by=WORKER).rows(listed)
    assert (row.accepted_at, row.waits) == (TUESDAY, False)


def test_a_shift_shows_what_came_in_also_what_its_handover_does_not_name():
    day = received(london(2026, 11, 13, 16))
    night = day.when(RECEIVE, at=SATURDAY).when(HARM, at=SATURDAY, by=ELLIS)
    (row,) = night.rows(shift_contacts)
    assert (row.shift, row.contact, row.child) == (shift_of(SATURDAY), night.records[-1].event.contact, CHILD)
    assert (row.note, row.harm, row.decided) == (False, True, False)
    (row,) = night.when(ACCEPT.model_copy(update={"re": row.contact}), at=MONDAY).rows(shift_contacts)
    assert row.decided


def test_the_meetings_list_has_every_decision_since_the_last_one():
    """M17: what a meeting does not name is carried to the next, and what was decided anew comes to it once more."""
    first = received(london(2026, 11, 10, 10))
    story = first.when(CLOSE.model_copy(update={"re": first.id}), at=london(2026, 11, 10, 11))
    second = story.when(RECEIVE, at=london(2026, 11, 10, 12))
    both = second.when(CLOSE.model_copy(update={"re": second.id}), at=london(2026, 11, 10, 13))
    assert [row.contact for row in both.rows(decisions) if row.waits] == [first.id, second.id]
    upheld = HoldDailyMeeting(
        present=("childrens_social_care",), decisions=(MeetingDecision(contact=first.id, upheld=True),)
    )
    held = both.when(upheld, at=london(2026, 11, 11, 9, 30))
    assert [row.contact for row in held.rows(decisions) if row.waits] == [second.id]
