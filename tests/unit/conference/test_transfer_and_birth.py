"""Children who move between authorities (C8, C15), and children who are not born yet (C16)."""

from datetime import date

import pytest

from services.conference.codes import Category, PlanEnd
from services.conference.events import (
    BirthNoted,
    ChildProtectionPlanEnded,
    ConferenceAwaited,
    ConferenceHeld,
    PlanTransferInReceived,
    PlanTransferOutRecorded,
    TransferInText,
)
from services.conference.plans import PlansBefore
from services.conference.streams.child_protection_plan import TransferPlanOut
from services.conference.streams.conference_due import NoteBirth, NoteDueDate, TransferPlanIn
from shared.domain.code_lists import ConferenceKind, ConferenceOrigin
from shared.domain.instants import london
from tests.unit.conference.conferences import (
    CHAIR,
    HELD,
    HOLD,
    MANAGER,
    NO_PLAN,
    REQUEST,
    REVIEW,
    STRATEGY,
    conference,
    plan_made,
    unborn,
)

MOVED = TransferPlanIn(
    from_authority="Northshire",
    category=Category.PHY,
    moved_on=date(2026, 4, 1),
    their_plan_since=date(2026, 1, 9),
    previous_plans=PlansBefore(here=0, elsewhere=1),
)
OUT = TransferPlanOut(to_authority="Northshire", told_on=date(2026, 6, 1), moved_on=date(2026, 5, 30))
JUNE = london(2026, 6, 1, 10)


def told(at=STRATEGY):
    return conference.when(MOVED, at=at, by=MANAGER)


# -- moved here


def test_a_conference_is_held_within_fifteen_working_days_of_being_told():
    story = told()
    awaited, received = story.decided
    assert isinstance(awaited, ConferenceAwaited)
    assert (awaited.kind, awaited.origin) == (ConferenceKind.TRANSFER_IN, ConferenceOrigin.TRANSFER_IN)
    assert isinstance(received, PlanTransferInReceived)
    assert (received.category, received.previous_plans) == (Category.PHY, 1)
    assert received.sealed == TransferInText(from_authority="Northshire")
    assert story.clock("C15").due_at == london(2026, 4, 30)


@pytest.mark.parametrize(
    ("at", "due"),
    [
        (london(2026, 4, 2, 16), london(2026, 4, 28)),
        (london(2026, 12, 23, 9), london(2027, 1, 19)),
        (london(2026, 3, 27, 9), london(2026, 4, 22)),
        (london(2026, 10, 24, 9), london(2026, 11, 14)),
    ],
    ids=["Easter", "Christmas", "clocks forward", "clocks back"],
)
def test_bank_holidays_and_clock_changes_do_not_count(at, due):
    assert told(at).clock("C15").due_at == due


@pytest.mark.parametrize("kind", [None, ConferenceKind.INITIAL, ConferenceKind.TRANSFER_IN])
def test_an_initial_or_transfer_in_conference_meets_it(kind):
    held = told().when(HOLD.model_copy(update={"kind": kind}), at=HELD, by=CHAIR)
    held.clocks(C15="met", C4="open", C6="open")
    assert held.decided[0].origin is ConferenceOrigin.TRANSFER_IN


def test_one_before_a_birth_does_not():
    story = told().when(NO_PLAN.model_copy(update={"kind": ConferenceKind.PRE_BIRTH}), at=HELD, by=CHAIR)
    assert isinstance(story.decided[0], ConferenceHeld)
    story.clocks(C15="open")


def test_a_child_on_a_plan_of_ours_has_none_elsewhere():
    plan_made().when(MOVED, at=JUNE, by=MANAGER).refused("C8")


# -- moved away


def test_the_plan_stays_ours_until_their_conference_was_held():
    story = plan_made().when(OUT, at=JUNE, by=MANAGER)
    assert [type(each) for each in story.decided] == [PlanTransferOutRecorded]
    story.clocks(C4="open")
    later = OUT.model_copy(update={"their_conference": date(2026, 6, 20)})
    assert len(story.when(later, at=JUNE, by=MANAGER).decided) == 1
    ended = story.when(later, at=london(2026, 6, 22, 9), by=MANAGER)
    assert [type(each) for each in ended.decided] == [PlanTransferOutRecorded, ChildProtectionPlanEnded]
    assert ended.decided[1].reason is PlanEnd.TRANSFERRED_OUT
    ended.clocks(C4="ended")


def test_without_a_plan_there_is_none_to_transfer_nor_on_its_first_day():
    conference.when(OUT, at=JUNE, by=MANAGER).refused("C15")
    same_day = OUT.model_copy(update={"their_conference": date(2026, 4, 28)})
    plan_made().when(same_day, at=london(2026, 4, 28, 16), by=MANAGER).refused("C8")


# -- not born yet

ASKED = london(2026, 8, 3, 10)


def test_the_conference_is_ten_weeks_before_the_due_date():
    story = unborn.when(REQUEST, at=ASKED)
    assert story.clock("C16").due_at == london(2026, 9, 26)
    story.when(NO_PLAN, at=london(2026, 9, 25, 16), by=CHAIR).clocks(C16="met")
    story.time_passes(until=london(2026, 9, 26)).missed("C16")


def test_where_fewer_weeks_remain_no_clock_starts_and_of_a_born_child_none():
    unborn.when(REQUEST, at=london(2026, 10, 1, 10)).clocks(C16=None)
    conference.when(REQUEST, at=ASKED).clocks(C16=None)


def test_a_corrected_due_date_starts_it_anew():
    story = unborn.when(REQUEST, at=ASKED).when(
        NoteDueDate(due=date(2026, 12, 18)), at=london(2026, 8, 10, 9)
    )
    assert story.clock("C16").due_at == london(2026, 10, 10)
    states = [one.state(london(2026, 8, 11)) for one in story.stream("conference_due").clocks]
    assert states == ["ended", "open"]
    conference.when(NoteDueDate(due=date(2026, 12, 18)), at=ASKED).nothing()


def test_the_birth_ends_it():
    story = unborn.when(REQUEST, at=ASKED)
    born = story.when(
        NoteBirth(born=date(2026, 9, 1)), at=london(2026, 9, 2, 9), happened=london(2026, 9, 1, 5)
    )
    born.then(BirthNoted(born=date(2026, 9, 1), happened_at=london(2026, 9, 1)))
    born.clocks(C16="ended")


def test_where_a_plan_is_open_it_is_reviewed_within_a_month_of_the_birth():
    plan = plan_made(unborn.when(REQUEST, at=ASKED), at=london(2026, 9, 15, 10))
    born = plan.when(NoteBirth(born=date(2026, 11, 28)), at=london(2026, 11, 30, 9))
    awaited, noted = born.decided
    assert (type(awaited), awaited.kind) == (ConferenceAwaited, ConferenceKind.REVIEW)
    assert noted.review_by.due_at == london(2026, 12, 29)
    born.clocks(C16="open", C4="open").when(REVIEW, at=london(2026, 12, 10, 10), by=CHAIR).clocks(
        C16="met", C4="met"
    )


def test_a_birth_means_nothing_to_a_child_for_whom_nothing_waits():
    unborn.when(NoteBirth(born=date(2026, 9, 1)), at=london(2026, 9, 2, 9)).nothing()
