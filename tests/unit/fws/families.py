"""Examples the tests of the family wellbeing service share: a family, its request for help, and the work with it."""

from datetime import date
from uuid import UUID, uuid5

from services.assessment.app import app as assessment
from services.fws.app import app as fws
from services.fws.codes import Criterion, PlanOwner, WhyEnded
from services.fws.streams.family_episode import (
    AllocateKeyworker,
    CloseEpisode,
    CompleteDraftAssessment,
    EscalateImmediately,
    HoldSupportMeeting,
    PlanItem,
    RecordFamilyVisit,
    ReviewPlan,
    ShareAssessment,
    TakeRequest,
)
from services.mash.app import app as mash
from shared.domain.code_lists import Progress, ReferralSource
from shared.domain.fields import Professional
from shared.domain.instants import london
from shared.domain.people import KnownPerson, Span
from shared.testing.deciders import Story, story_of
from shared.testing.facts import ADULT, CHILD, SIBLING, actor
from shared.testing.teams import team_of

HOLDS = {(ADULT, "mother"): (Span(),)}
PEOPLE = {
    CHILD: KnownPerson(kind="child", born=date(2015, 1, 20), responsible=HOLDS),
    SIBLING: KnownPerson(kind="child", born=date(2021, 8, 9), responsible=HOLDS),
    ADULT: KnownPerson(kind="adult"),
}
FAMILY = (CHILD, SIBLING)
MANAGER = actor("fws_manager", "Pat Reed")
KEYWORKER = actor("keyworker", "Kim Vale")
REQUEST = uuid5(CHILD, "request")
REQUESTED = london(2026, 1, 5, 15)
CONTACT = uuid5(CHILD, "contact")
KIM = Professional(id=KEYWORKER.id, name="Kim Vale")

ALLOCATE = AllocateKeyworker(about=FAMILY, keyworker=KIM)
VISIT = RecordFamilyVisit(about=FAMILY, children_seen=FAMILY, notes="All at home.")
DRAFT = CompleteDraftAssessment(
    about=FAMILY, needs=("Routine",), strengths=("Warmth",), goals=("95% attendance",)
)
SHARE = ShareAssessment(about=FAMILY, shared_with=(ADULT,))
PLAN = (PlanItem(what="Breakfast club", owner=PlanOwner.EDUCATION, by=date(2026, 2, 23)),)
MEET = HoldSupportMeeting(about=FAMILY, present=("family_wellbeing", "education"), family=(ADULT,), plan=PLAN)
REVIEW = ReviewPlan(about=FAMILY, progress=Progress.GOOD)
ESCALATE = EscalateImmediately(about=FAMILY, harm="Hit with a belt.", told="R. Cole")
CLOSE = CloseEpisode(
    about=FAMILY,
    reason=WhyEnded.GOALS_MET,
    letter_to=(ADULT,),
    partners_told=("education",),
    copies_given=(ADULT,),
    why_no_meeting="The family moved the day before.",
)

team = team_of(fws, people=PEOPLE)
others = (team_of(mash, people=PEOPLE), team_of(assessment, people=PEOPLE))


def request(child: UUID, **changed: object) -> TakeRequest:
    """The front door requested early help for the family, this child among them."""
    asked = TakeRequest(
        about=(child,),
        request=REQUEST,
        family=FAMILY,
        contact=CONTACT,
        requested_at=REQUESTED,
        source=ReferralSource.S2A,
        level=3,
        criteria=(Criterion.ATTENDANCE,),
        consented_by=(ADULT,),
    )
    return asked.model_copy(update=dict(changed))


def requested(**changed: object) -> Story:
    """A story in which early help was requested for the family."""
    story = story_of(team, *others)
    for child in FAMILY:
        story = story.when(request(child, **changed), at=REQUESTED, by=MANAGER)
    return story


def allocated() -> Story:
    return requested().when(ALLOCATE, at=london(2026, 1, 6, 10), by=MANAGER)


def visited() -> Story:
    return allocated().when(VISIT, at=london(2026, 1, 9, 16), by=KEYWORKER)


def drafted() -> Story:
    return visited().when(DRAFT, at=london(2026, 2, 5, 10), by=KEYWORKER)


def planned() -> Story:
    story = drafted().when(SHARE, at=london(2026, 2, 6, 10), by=KEYWORKER)
    return story.when(MEET, at=london(2026, 2, 11, 15, 30), by=KEYWORKER)
