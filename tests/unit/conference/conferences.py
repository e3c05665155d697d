"""Examples the tests of conferences, plans and core groups share."""

from datetime import date

from services.assessment.app import app as assessment_app
from services.conference.app import app
from services.conference.codes import (
    Category,
    ConferenceDecision,
    LetterTo,
    MeetingKind,
    Place,
    PlanEnd,
    ReviewDecision,
)
from services.conference.streams.child_file import RecordVisit
from services.conference.streams.conference_due import (
    ExpectConference,
    InviteAgency,
    ReceiveReport,
    ScheduleConference,
    TakeRequest,
)
from services.conference.streams.meeting import (
    HoldConference,
    HoldCoreGroup,
    HoldReview,
    SendDecisionLetter,
    SendMinutes,
)
from shared.domain.code_lists import ConferenceKind, ConferenceOrigin, Progress
from shared.domain.fields import Professional
from shared.domain.instants import london
from shared.domain.people import KnownPerson
from shared.testing.deciders import story_of
from shared.testing.facts import CHILD, SIBLING, actor, event_id
from shared.testing.teams import team_of

UNBORN_DUE = date(2026, 12, 4)
PEOPLE = {CHILD: KnownPerson(kind="child", born=date(2017, 2, 11)), SIBLING: KnownPerson(kind="child")}
conference = story_of(team_of(app, people=PEOPLE))
"""A story of the conference team alone, in which nothing has happened."""
unborn = story_of(team_of(app, people={CHILD: KnownPerson(kind="child", due=UNBORN_DUE)}))
"""The same of a child who is not born yet."""
with_assessment = story_of(team_of(assessment_app, people=PEOPLE), team_of(app, people=PEOPLE))
"""A story of assessment, and of what it leads to at the conference team."""

CHAIR = actor("conference_chair", "P. Okafor")
ADMINISTRATOR = actor("conference_administrator", "Lou Penn")
WORKER = actor("social_worker", "Mia Dunn")
MANAGER = actor("team_manager", "Ravi Cole")
NURSE = actor("health_practitioner", "Nia Shah")
HEAD = actor("designated_safeguarding_lead", "L. Shaw", organisation="Elm School")

DISCUSSION = event_id(91)
STRATEGY = london(2026, 4, 8, 10)
SCHEDULED = london(2026, 4, 22, 9)
DAY = date(2026, 4, 28)
HELD = london(2026, 4, 28, 10)
ALL = ("childrens_social_care", "police", "health", "education")

EXPECT = ExpectConference(section_47=DISCUSSION)
REQUEST = TakeRequest(
    request=event_id(92),
    kind=ConferenceKind.INITIAL,
    origin=ConferenceOrigin.SECTION_47,
    section_47=DISCUSSION,
)
SCHEDULE = ScheduleConference(date=DAY, chair=Professional(id=CHAIR.id, name="P. Okafor"))
INVITE = InviteAgency(agencies=("health", "police"))
REPORT = ReceiveReport.model_validate(
    {"from": "health", "shown_to_parents_on": "2026-04-22", "summary": "Both underweight."}
)
HOLD = HoldConference(
    present=ALL,
    family_present=True,
    child_views="Amara wants mum well.",
    decision=ConferenceDecision.PLAN,
    category=Category.NEG,
    previous_plans=0,
    dissent=(),
)
NO_PLAN = HOLD.model_copy(update={"decision": ConferenceDecision.NO_PLAN})
REVIEW = HoldReview(present=ALL, decision=ReviewDecision.CONTINUE, category=Category.NEG)
END = REVIEW.model_copy(update={"decision": ReviewDecision.END, "end_reason": PlanEnd.NO_LONGER_AT_RISK})
CORE_GROUP = HoldCoreGroup(present=("childrens_social_care", "health"), progress=Progress.SOME)
VISIT = RecordVisit(seen=True, alone=True, words="Warm now.", place=Place.HOME)
LETTER = SendDecisionLetter(to=(LetterTo.FAMILY, LetterTo.AGENCIES), agencies=("health",))
MINUTES = SendMinutes(of=event_id(1), to=(LetterTo.AGENCIES,), agencies=("health",))

__all__ = ["MeetingKind"]


def expected():
    """A conference waits, since the strategy discussion."""
    return conference.when(EXPECT, at=STRATEGY)


def scheduled():
    """Its day is set."""
    return expected().when(SCHEDULE, at=SCHEDULED, by=CHAIR)


def plan_made(story=None, at=HELD):
    """A conference made a plan."""
    return (story or scheduled()).when(HOLD, at=at, by=CHAIR)
