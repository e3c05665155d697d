"""A toy of the team that looks after missing episodes, and of the one that holds strategy discussions: clocks alone."""

from dataclasses import dataclass, replace
from datetime import time
from typing import Annotated, Literal
from uuid import UUID

from shared.domain.command import Command, Refused
from shared.domain.decider import Context, Per, Stream
from shared.domain.event import Event, Record
from shared.domain.marks import Starts
from shared.domain.policy import Policy, TaskFor
from shared.domain.receipt import Received
from shared.domain.rules import Deadline, Rule, Rulebook, Unit, Weekday
from shared.team.elsewhere import NoteEnd, NoteStart
from shared.testing.deciders import Team

Who = Literal["reviewing_officer", "parents", "placing_authority"]
TOLD = frozenset({"reviewing_officer", "parents", "placing_authority"})

RULES = Rulebook(
    (
        Rule(
            "R1", "return interview", "child returned", 72, Unit.HOURS, "interview recorded, or declined", "N"
        ),
        Rule(
            "R3",
            "every incident goes to the weekly panel",
            "report",
            None,
            Unit.PANEL,
            "reviewed at panel",
            "S2 §11",
            weekday=Weekday.WEDNESDAY,
            at=time(14),
        ),
        Rule(
            "R10",
            "looked after: who is told",
            "report",
            24,
            Unit.HOURS,
            "each of the three told",
            "N",
            local=True,
        ),
    ),
    edition="2026-11",
)
ASSESSMENT_RULES = Rulebook(
    (Rule("R8", "still missing", "report", 24, Unit.HOURS, "any strategy discussion held", "N", local=True),),
    edition="2026-11",
)


class ChildReportedMissing(Event, name="missing.ToyReported", crosses=True):
    whence: Literal["home", "care", "education"]
    review_by: Annotated[Deadline, Starts("R3", of="")]
    tell_by: Annotated[Deadline, Starts("R10", of="")] | None = None


class ChildReturned(Event, name="missing.ToyReturned", crosses=True):
    interview_by: Annotated[Deadline, Starts("R1")]


class InterviewerAssigned(Event, name="missing.ToyAssigned"):
    pass


class Interviewed(Event, name="missing.ToyInterviewed", meets=("R1",)):
    pass


class InterviewDeclined(Event, name="missing.ToyDeclined"):
    by: Literal["child", "parent"]
    asked: bool

    def clocks_met(self) -> tuple[str, ...]:
        """Declined by a parent for a child who was not asked, it meets nothing."""
        return ("R1",) if self.by == "child" or self.asked else ()


class SomebodyTold(Event, name="missing.ToyTold"):
    who: Who
    all_told: bool

    def clocks_met(self) -> tuple[str, ...]:
        """The last of the three meets it."""
        return ("R10",) if self.all_told else ()


class EpisodeReviewed(Event, name="missing.ToyReviewed", meets=("R3",)):
    pass


class EpisodeClosed(Event, name="missing.ToyClosed", ends=("R1", "R3", "R10")):
    """The report was found to be wrong."""


class ReportMissing(Received, name="missing.ReportMissing", opens=True, recorded_within="outside"):
    whence: Literal["home", "care", "education"] = "care"


class RecordReturn(Command, name="missing.RecordReturn"):
    pass


class AssignInterviewer(Command, name="missing.AssignInterviewer"):
    pass


class RecordInterview(Command, name="missing.RecordInterview"):
    pass


class DeclineInterview(Command, name="missing.DeclineInterview"):
    by: Literal["child", "parent"]
    asked: bool = True


class RecordTold(Command, name="missing.RecordTold"):
    who: Who


class ReviewEpisode(Command, name="missing.ReviewEpisode"):
    pass


class CloseEpisode(Command, name="missing.CloseEpisode"):
    pass


@dataclass(frozen=True)
class MissingEpisode:
    """What decisions on one child's missing episode need."""

    returned: bool = False
    told: frozenset[str] = frozenset()
    closed: bool = False


def evolve(state: MissingEpisode, event: Event) -> MissingEpisode:
    match event:
        case ChildReturned():
            return replace(state, returned=True)
        case SomebodyTold(who=who):
            return replace(state, told=state.told | {who})
        case EpisodeClosed():
            return replace(state, closed=True)
    return state


def decide(command: Command, state: MissingEpisode, context: Context) -> list[Event]:
    if state.closed:
        raise Refused("this report was found to be wrong; report anew", rule="R3")
    match command:
        case ReportMissing(whence=whence):
            tell_by = context.deadline("R10", context.received_at) if whence == "care" else None
            review_by = context.deadline("R3", context.received_at)
            return [ChildReportedMissing(whence=whence, review_by=review_by, tell_by=tell_by)]
        case RecordReturn():
            if state.returned:
                return []
            return [ChildReturned(interview_by=context.deadline("R1", context.happened_at))]
        case AssignInterviewer():
            return [InterviewerAssigned()]
        case RecordInterview():
            if not state.returned:
                raise Refused("record the return first", rule="R1")
            return [Interviewed()]
        case DeclineInterview(by=by, asked=asked):
            return [InterviewDeclined(by=by, asked=asked)]
        case RecordTold(who=who):
            return [SomebodyTold(who=who, all_told=state.told | {who} == TOLD)]
        case ReviewEpisode():
            return [EpisodeReviewed()]
        case CloseEpisode():
            return [EpisodeClosed()]
    raise AssertionError(command)


episode = Stream(
    "missing_episode",
    MissingEpisode(),
    evolve,
    decide,
    ReportMissing
    | RecordReturn
    | AssignInterviewer
    | RecordInterview
    | DeclineInterview
    | RecordTold
    | ReviewEpisode
    | CloseEpisode,
    ChildReportedMissing
    | ChildReturned
    | InterviewerAssigned
    | Interviewed
    | InterviewDeclined
    | SomebodyTold
    | EpisodeReviewed
    | EpisodeClosed,
    clocks=("R1", "R3", "R10"),
)


class DiscussionHeld(Event, name="assessment.ToyDiscussionHeld", meets=("R8",)):
    """Any strategy discussion on the child."""


class HoldDiscussion(Command, name="assessment.HoldDiscussion", opens=True):
    pass


discussions = Stream(
    "discussions",
    0,
    lambda state, _event: state + 1,
    lambda _command, _state, _context: [DiscussionHeld()],
    HoldDiscussion,
    DiscussionHeld,
    Per.CHILD,
    clocks=("R8",),
    noted=("R8",),
)

policy = Policy("assessment")


@policy.on(ChildReportedMissing, R8=TaskFor("team_manager"))
def still_missing(event: ChildReportedMissing, record: Record) -> NoteStart:
    """From the report on a discussion is due while the child is missing: from when it was received."""
    received = event.review_by.starts_at
    return NoteStart(about=_about(event), rule="R8", cause=record.envelope.event_id, happened=received)


@policy.on(ChildReturned, R8=TaskFor("team_manager"))
def came_back(event: ChildReturned, record: Record) -> NoteEnd:
    """With the return nothing is left to discuss."""
    return NoteEnd(about=_about(event), rule="R8", cause=record.envelope.event_id)


def _about(event: Event) -> tuple[UUID, ...]:
    return (event.child,) if event.child else ()


missing = Team("missing", (episode,), RULES)
assessment = Team("assessment", (discussions,), ASSESSMENT_RULES, policy)
