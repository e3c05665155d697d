"""The lists of conferences that wait and of children on a plan, folded from stories."""

from dataclasses import asdict
from datetime import date

from services.conference.api import _conference, _plan
from services.conference.codes import Category
from services.conference.streams.conference_due import NoConferenceNeeded
from services.conference.views import plans, worklist
from shared.domain.instants import london
from shared.team.deadlines import VaryDeadline
from shared.testing.facts import CHILD
from tests.unit.conference.conferences import (
    CHAIR,
    DISCUSSION,
    END,
    HELD,
    HOLD,
    NO_PLAN,
    REQUEST,
    REVIEW,
    STRATEGY,
    conference,
    expected,
    plan_made,
    scheduled,
    unborn,
)
from tests.unit.conference.test_transfer_and_birth import MOVED

JULY = london(2026, 7, 27, 11)


def test_a_conference_waits_from_the_discussion_until_it_is_held():
    (row,) = expected().rows(worklist)
    assert (row.child, row.awaited_since, row.hold_by, row.waits) == (
        CHILD,
        STRATEGY,
        london(2026, 4, 30),
        True,
    )
    (row,) = scheduled().rows(worklist)
    assert (row.scheduled_for, row.chair, row.show_report_by) == (
        date(2026, 4, 28),
        CHAIR.id,
        london(2026, 4, 23),
    )
    shown = _conference(asdict(row), None)
    assert (shown["due_at"], shown["scheduled_for"]) == ("2026-04-29T23:00:00+00:00", "2026-04-28")
    (row,) = scheduled().when(NO_PLAN, at=HELD, by=CHAIR).rows(worklist)
    assert not row.waits


def test_one_that_is_not_needed_leaves_the_list():
    (row,) = expected().when(NoConferenceNeeded(section_47=DISCUSSION), at=HELD).rows(worklist)
    assert (row.waits, row.hold_by) == (False, None)


def test_a_limit_that_a_manager_moved_is_the_new_one():
    moved = VaryDeadline(rule="A5", due=london(2026, 5, 8, 17), reason="Surgery.")
    (row,) = expected().when(moved, at=HELD, by=CHAIR).rows(worklist)
    assert row.hold_by == london(2026, 5, 8, 17)
    later = VaryDeadline(rule="C25", due=london(2026, 4, 27, 12), reason="Late report.")
    (row,) = scheduled().when(later, at=london(2026, 4, 22, 12), by=CHAIR).rows(worklist)
    assert row.show_report_by == london(2026, 4, 27, 12)


def test_a_plan_elsewhere_and_an_unborn_child_have_limits_of_their_own():
    (row,) = conference.when(MOVED, at=STRATEGY, by=CHAIR).rows(worklist)
    assert (row.hold_by, row.their_category) == (london(2026, 4, 30), "PHY")
    (row,) = unborn.when(REQUEST, at=london(2026, 8, 3, 10)).rows(worklist)
    assert row.hold_by == london(2026, 9, 26)


def test_children_on_a_plan_are_listed_until_it_ends():
    (row,) = plan_made().rows(plans)
    assert (row.child, row.since, row.category, row.is_open) == (CHILD, HELD, "NEG", True)
    assert _plan(asdict(row), {"outcomes": []})["since"] == "2026-04-28T09:00:00+00:00"
    emotional = REVIEW.model_copy(update={"category": Category.EMO})
    (row,) = plan_made().when(emotional, at=JULY, by=CHAIR).rows(plans)
    assert row.category == "EMO"
    (row,) = plan_made().when(END, at=JULY, by=CHAIR).rows(plans)
    assert (row.is_open, row.ended_at, row.end_reason) == (False, JULY, "no_longer_at_risk")


def test_a_second_plan_is_a_row_of_its_own():
    story = plan_made().when(END, at=JULY, by=CHAIR).when(HOLD, at=london(2026, 9, 1, 10), by=CHAIR)
    assert [row.is_open for row in story.rows(plans)] == [False, True]
