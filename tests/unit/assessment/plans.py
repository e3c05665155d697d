"""Examples the tests of child-in-need plans share."""

from datetime import date, timedelta

from services.assessment.app import app
from services.assessment.codes import AssessmentOutcome, Factor, Place, PlanDecision, PlanEnd
from services.assessment.streams.assessment import AuthoriseAssessment, CompleteAssessment, ShareOutcome
from services.assessment.streams.child_file import RecordVisit
from services.assessment.streams.child_in_need_plan import (
    EndChildInNeedPlan,
    ReviewChildInNeedPlan,
    StartChildInNeedPlan,
)
from shared.domain.code_lists import Progress
from shared.domain.instants import london
from shared.domain.people import KnownPerson, Span
from shared.team.meetings import Action
from shared.testing.deciders import story_of
from shared.testing.facts import ADULT, CHILD, actor
from shared.testing.teams import team_of
from tests.unit.assessment.referrals import ALLOCATE, open_referral

PEOPLE = {
    CHILD: KnownPerson(kind="child", born=date(2017, 2, 11), responsible={(ADULT, "mother"): (Span(),)}),
    ADULT: KnownPerson(kind="adult"),
}
assessment = story_of(team_of(app, people=PEOPLE))
MANAGER = actor("team_manager", "Ravi Cole")
WORKER = actor("social_worker", "Mia Dunn")
STARTED = london(2026, 4, 20, 10)
"""A Monday; the first Monday in May and the last are bank holidays."""

START = StartChildInNeedPlan(
    consented_by=ADULT,
    partners=("education",),
    outcomes=("Ava eats and sleeps well",),
    actions=(Action(what="Breakfast club", owner="education", by=date(2026, 5, 1)),),
    first_review=date(2026, 6, 1),
)
REVIEW = ReviewChildInNeedPlan(progress=Progress.GOOD, decision=PlanDecision.CONTINUE, present=("education",))
END = EndChildInNeedPlan(reason=PlanEnd.GOALS_MET)
SEEN = RecordVisit(seen=True, alone=True, words="Dad made porridge.", place=Place.SCHOOL)
COMPLETE = CompleteAssessment(outcome=AssessmentOutcome.CHILD_IN_NEED_PLAN, factors=(Factor.F4B,))


def unassessed():
    """A child with an open referral and a worker, who has seen them."""
    before = STARTED - timedelta(days=5)
    allocated = assessment.when(open_referral(before), at=before).when(ALLOCATE, at=before, by=MANAGER)
    return allocated.when(SEEN, at=before, by=WORKER)


def assessed():
    """... whose assessment a manager has authorised, and whose referrer knows."""
    before = STARTED - timedelta(days=1)
    completed = unassessed().when(COMPLETE, at=before, by=WORKER)
    authorised = completed.when(AuthoriseAssessment(), at=before, by=MANAGER)
    return authorised.when(ShareOutcome(to=("police",)), at=before, by=WORKER)


def planned(at=STARTED):
    """... with a plan."""
    return assessed().when(START, at=at, by=WORKER)
