"""Examples the tests of strategy discussions and section 47 enquiries share."""

from datetime import date

from services.assessment.app import app
from services.assessment.codes import Section47Outcome, StrategyDecision
from services.assessment.streams.section47_enquiry import (
    ConcludeSection47,
    InitiateSection47,
    RequestConference,
)
from services.assessment.streams.strategy_discussion import ConveneStrategyDiscussion, HoldStrategyMeeting
from shared.domain.fields import Professional
from shared.domain.instants import london
from shared.domain.people import KnownPerson
from shared.team.meetings import Action
from shared.testing.deciders import story_of
from shared.testing.facts import CHILD, SIBLING, actor
from shared.testing.teams import team_of
from tests.unit.mash.contacts import front_door

PEOPLE = {CHILD: KnownPerson(kind="child", born=date(2017, 2, 11)), SIBLING: KnownPerson(kind="child")}
assessment = story_of(team_of(app, people=PEOPLE))
"""A story of referral and assessment alone, in which nothing has happened."""
with_front_door = story_of(*front_door.teams, team_of(app, people=PEOPLE))
"""A story of the front door and what it leads to in referral and assessment."""

MANAGER = actor("team_manager", "Ravi Cole")
WORKER = actor("social_worker", "Mia Dunn")
NIGHT = actor("out_of_hours_social_worker", "EDT Ellis")
TUESDAY = london(2026, 12, 29, 12, 30)
"""The first working day after Christmas and its substitute day."""

ALL_THREE = ("childrens_social_care", "police", "health")
MEDICAL = Action(what="Medical", owner="health", by=date(2026, 12, 30))
CONVENE = ConveneStrategyDiscussion(
    when=london(2026, 12, 29, 14), invited=ALL_THREE, why="A burn that nobody explains."
)
HOLD = HoldStrategyMeeting(present=ALL_THREE, decision=StrategyDecision.SECTION_47_JOINT, actions=(MEDICAL,))
INITIATE = InitiateSection47()
NO_CONFERENCE = ConcludeSection47(
    outcome=Section47Outcome.SUBSTANTIATED_NO_CONTINUING_RISK,
    conference_required=False,
    agreed_by=Professional(id=MANAGER.id, name="Ravi Cole"),
)
CONFERENCE = ConcludeSection47(
    outcome=Section47Outcome.SUBSTANTIATED_CONTINUING_RISK,
    conference_required=True,
    agreed_by=Professional(id=MANAGER.id, name="Ravi Cole"),
    reason="He does not see the danger.",
)
REQUEST = RequestConference()


def decided(decision, **changed):
    """A discussion with another decision."""
    return HOLD.model_copy(update={"decision": decision, **changed})


def enquiry():
    """A section 47 enquiry was decided on."""
    return assessment.when(HOLD, at=TUESDAY, by=MANAGER)
