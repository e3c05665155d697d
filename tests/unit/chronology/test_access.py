"""The glass is broken with a reason, for hours, and reviewed by another manager by the next working day (E4)."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from services.chronology.codes import AccessVerdict, GlassReason
from services.chronology.events import AccessReviewed, GlassBroken, GlassText, ReviewText
from services.chronology.glass import glass
from services.chronology.rules import RULES
from services.chronology.streams.access import BreakGlass, ReviewAccess, access
from shared.domain.instants import london
from shared.domain.rules import Deadline
from shared.domain.view_fold import fold
from shared.testing.deciders import decider
from shared.testing.facts import actor

given = decider(access, RULES).given
FRIDAY_NIGHT = london(2026, 5, 22, 23, 10)
AFTER_THE_BANK_HOLIDAY = london(2026, 5, 27)
WORKER = actor("out_of_hours_social_worker", "Sam Ode")
MANAGER = actor("team_manager", "Ana Lim")


def broken(**fields) -> BreakGlass:
    return BreakGlass(**{"reason": GlassReason.CHILD_MISSING, "said": "Police hold her brother.", **fields})


def reviewed(verdict=AccessVerdict.JUSTIFIED) -> ReviewAccess:
    return ReviewAccess(verdict=verdict, note="She was found by it.")


def test_it_opens_for_four_hours_and_is_reviewed_by_the_end_of_the_next_working_day():
    given().when(broken(), at=FRIDAY_NIGHT, by=WORKER).then(
        GlassBroken(
            person=WORKER.id,
            reason=GlassReason.CHILD_MISSING,
            until=FRIDAY_NIGHT + timedelta(hours=4),
            review_by=Deadline(
                FRIDAY_NIGHT,
                AFTER_THE_BANK_HOLIDAY,
                rule="E4",
                edition="rules 2026-11; calendar EW-2026-11",
            ),
            sealed=GlassText(said="Police hold her brother."),
        )
    )


def test_it_opens_from_when_it_is_said_and_not_before():
    story = given().when(
        broken(hours=1), at=FRIDAY_NIGHT, happened=FRIDAY_NIGHT - timedelta(hours=3), by=WORKER
    )
    [row] = fold(glass, story.records).values()
    assert row.until == FRIDAY_NIGHT + timedelta(hours=1)


@pytest.mark.parametrize("hours", [0, 25])
def test_it_opens_for_a_day_at_most(hours):
    with pytest.raises(ValidationError):
        broken(hours=hours)


def test_another_manager_reviews_it_and_it_waits_no_longer():
    story = given().when(broken(), at=FRIDAY_NIGHT, by=WORKER)
    [row] = fold(glass, story.records).values()
    assert (row.waits, row.review_by) == (True, AFTER_THE_BANK_HOLIDAY)
    story = story.when(reviewed(), at=london(2026, 5, 26, 9), by=MANAGER)
    story.then(
        AccessReviewed(
            verdict=AccessVerdict.JUSTIFIED, sealed=ReviewText(note="She was found by it.", follow_up="")
        )
    )
    [row] = fold(glass, story.records).values()
    assert (row.waits, row.verdict) == (False, "justified")
    story.when(reviewed(), at=london(2026, 5, 26, 10), by=MANAGER).nothing()
    story.when(reviewed(AccessVerdict.REFERRED), at=london(2026, 5, 26, 10), by=MANAGER).refused()


def test_nobody_reviews_their_own():
    given().when(broken(), at=FRIDAY_NIGHT, by=MANAGER).when(
        reviewed(), at=london(2026, 5, 26, 9), by=MANAGER
    ).refused("E4")


def test_unreviewed_it_is_missed_after_the_next_working_day():
    story = given().when(broken(), at=FRIDAY_NIGHT, by=WORKER)
    story.when(reviewed(), at=AFTER_THE_BANK_HOLIDAY - timedelta(seconds=1), by=MANAGER).missed()
    story.when(reviewed(), at=AFTER_THE_BANK_HOLIDAY + timedelta(seconds=1), by=MANAGER).missed("E4")
