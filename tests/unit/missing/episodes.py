"""Examples the tests of missing children share: a looked-after boy of twelve, his sister at home, and what is done about them."""

from datetime import date

from services.missing.app import app
from services.missing.codes import Condition, DeclinedBy, Exploitation, MissingFrom, Risk
from services.missing.streams.missing_episode import (
    AssignInterviewer,
    DeclineInterview,
    RecordInterview,
    RecordPreventionInterview,
    RecordReturn,
    RecordSighting,
    ReportMissing,
    ReviewEpisode,
    UpdateRisk,
)
from shared.domain.fields import Names, Professional
from shared.domain.instants import london
from shared.domain.people import KnownPerson, Span
from shared.testing.deciders import story_of
from shared.testing.facts import ADULT, CHILD, SIBLING, actor
from shared.testing.teams import team_of

PEOPLE = {
    CHILD: KnownPerson(kind="child", born=date(2014, 3, 10), looked_after=(Span(since=date(2026, 1, 5)),)),
    SIBLING: KnownPerson(kind="child", born=date(2015, 3, 10)),
    ADULT: KnownPerson(kind="adult"),
}
MISSED = london(2026, 5, 1, 21)
REPORTED = london(2026, 5, 1, 23, 10)
BACK = london(2026, 5, 2, 2, 30)
HOME = actor("placement_manager", "Home manager", agency="placement", organisation="Elm House")
OFFICER = actor("police_officer", "PC Hale", agency="police")
COORDINATOR = actor("missing_coordinator", "Dee Fox")
WORKER = actor("youth_worker", "Ty Grant", agency="targeted_youth")
NURSE = actor("health_practitioner", "N. Roy", agency="health", organisation="Elm Ward")
TY = Professional.named("Ty Grant", Names(bytes(32), "targeted_youth"))
CARER = Professional.named("Home manager", Names(bytes(32), "placement"), agency="placement")

team = story_of(team_of(app, people=PEOPLE))
REPORT = ReportMissing.model_validate(
    {
        "about": (CHILD,),
        "from": MissingFrom.CARE,
        "police_reference": "CAD-1001",
        "police_risk": Risk.MEDIUM,
        "circumstances": "Left after a phone call.",
    }
)
RETURN = RecordReturn(where="Retail park", condition=Condition.SAFE)
PREVENTION = RecordPreventionInterview(disclosed="nothing", seen_by="PC Hale")
ASSIGN = AssignInterviewer(known_adult=TY, agency="targeted_youth")
DECLINE = DeclineInterview(by=DeclinedBy.CHILD, reason="Would only talk to Ty.")
SIGHTING = RecordSighting(where="Station steps", by_whom="A guard")
GRADE = UpdateRisk(police_risk=Risk.HIGH, reason="Seen getting into a car.")
REVIEW = ReviewEpisode(panel=date(2026, 5, 6), actions=())


def interview(*indicators: Exploitation, places=("Retail park", "Station steps"), **more):
    return RecordInterview.model_validate(
        {
            "with": TY,
            "why_left": "Meeting older friends",
            "push": ("argument",),
            "pull": ("money",),
            "places": places,
            "people": ("'Jay', about 20",),
            "groups": (),
            "exploitation_indicators": indicators,
            **more,
        }
    )


def reported(at=REPORTED, happened=MISSED, story=team, **changes):
    return story.when(REPORT.model_copy(update=changes), at=at, happened=happened, by=HOME)


def re(story, command):
    """The command, about the story's episode: the first that was reported in it."""
    first = story.records[0].envelope.thing_id
    return command.model_copy(update={"re": first})


def returned(story=None):
    story = story or reported()
    return story.when(re(story, RETURN), at=BACK, by=OFFICER)
