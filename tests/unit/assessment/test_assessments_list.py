"""The list of assessments that wait, and who works with a child, folded from stories."""

from dataclasses import asdict
from datetime import timedelta

from services.assessment.api import _assessment
from services.assessment.streams.assessment import ShareOutcome
from services.assessment.views import assessments, worklist
from shared.domain.code_lists import ReceivingTeam
from shared.domain.instants import london, utc
from tests.unit.assessment.referrals import ALLOCATE, MANAGER, WORKER, opened
from tests.unit.assessment.test_assessment import AUTHORISE, COMPLETE

MAY = london(2026, 5, 4, 15)
HOUR = timedelta(hours=1)


def row_of(story):
    (row,) = story.rows(assessments)
    return row


def test_an_assessment_waits_to_be_completed_authorised_and_shared():
    story = opened().when(ALLOCATE, at=MAY, by=MANAGER)
    assert (row_of(story).started_at, row_of(story).waits_for) == (utc(MAY), "completion")
    story = story.when(COMPLETE, at=MAY + HOUR, by=WORKER)
    row = row_of(story)
    assert (row.author, row.outcome, row.waits_for) == (WORKER.id, "child_in_need_plan", "authorisation")
    story = story.when(AUTHORISE, at=MAY + 2 * HOUR, by=MANAGER)
    assert _assessment(asdict(row_of(story)), None)["waits_for"] == "sharing"
    story = story.when(ShareOutcome(to=("health",)), at=MAY + 3 * HOUR, by=WORKER)
    assert row_of(story).waits  # the referrer is not told yet
    story = story.when(ShareOutcome(to=("police",)), at=MAY + 4 * HOUR, by=WORKER)
    assert (row_of(story).waits, row_of(story).waits_for) == (False, None)


def test_the_worklist_says_who_works_with_the_child_of_which_team_and_since_when():
    story = opened().when(
        ALLOCATE.model_copy(update={"team": ReceivingTeam.REFERRAL_AND_ASSESSMENT}), at=MAY, by=MANAGER
    )
    (row,) = story.rows(worklist)
    assert (row.worker, row.team, row.allocated_at) == (WORKER.id, "referral_and_assessment", utc(MAY))
