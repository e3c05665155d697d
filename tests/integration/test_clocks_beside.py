"""Acts and starts that stand on another stream, or in another service, on a real log: noted where the clock runs."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID, uuid4

import pytest

from shared.access.policy import AccessPolicy
from shared.commands.handler import CommandHandler
from shared.commands.stream_ids import child_stream, episode_stream, thing_stream
from shared.domain.actors import Actor
from shared.domain.command import Command
from shared.domain.decider import Context, Per, Stream
from shared.domain.event import Event
from shared.domain.marks import Starts
from shared.domain.rules import Deadline, Rule, Rulebook, Unit
from shared.team.elsewhere import NoteAct, NoteEnd, NoteStart, elsewhere_stream
from shared.team.known_people import KnowPerson, known_person
from tests.integration.conftest import ACCESS
from tests.integration.toy_team import AVA, MANAGER, START

DAY = timedelta(days=1)
SERVICE = Actor.service("mash", "childrens_social_care")
RULES = Rulebook(
    (
        Rule("A15", "visit", "plan, then each visit", 20, Unit.WORKING_DAYS, "seen", "a test"),
        Rule("A11", "discussion", "decided", 1, Unit.WORKING_DAYS, "held", "a test"),
        Rule("M14", "report", "known", 1, Unit.WORKING_DAYS, "reported", "a test"),
        Rule("R8", "still missing", "report", 24, Unit.HOURS, "held", "a test"),
    ),
    edition="2026-11",
)


class ReferralOpened(Event, name="test_beside.ReferralOpened"):
    pass


class ChildSeen(
    Event, name="test_beside.ChildSeen", meets=("A15",), continues=("A15",), beside={"A15": "plan"}
):
    """Stands on the referral; its clock runs on the plan."""

    visit_by: Annotated[Deadline, Starts("A15")]


class Held(Event, name="test_beside.Held", meets=("A11", "R8"), beside={"A11": "due", "R8": "due"}):
    """A strategy discussion meets whatever runs on the child."""


class PlanStarted(Event, name="test_beside.PlanStarted"):
    visit_by: Annotated[Deadline, Starts("A15")]


class PlanEnded(Event, name="test_beside.PlanEnded", ends=("A15",)):
    pass


class Wanted(Event, name="test_beside.Wanted"):
    hold_by: Annotated[Deadline, Starts("A11")]


class Told(Event, name="test_beside.Told"):
    """A contact; M14 runs on it."""

    report_by: Annotated[Deadline, Starts("M14")]


class Reported(Event, name="test_beside.Reported", meets=("M14",), beside={"M14": "contact"}):
    """Stands on the child's own file, with a contact or without one."""


class Tell(Command, name="mash.Tell", opens=True):
    pass


class Report(Command, name="mash.Report", refers_to="contact"):
    pass


class Open(Command, name="mash.Open", opens=True):
    pass


class Visit(Command, name="mash.Visit"):
    pass


class Hold(Command, name="mash.Hold"):
    pass


class StartPlan(Command, name="mash.StartPlan", opens=True):
    pass


class EndPlan(Command, name="mash.EndPlan"):
    pass


class Want(Command, name="mash.Want", opens=True):
    pass


@dataclass(frozen=True)
class OfReferral:
    referral: str
    plan: str
    due: int


@dataclass(frozen=True)
class OfPlan:
    plan: str
    referral: str


def decide_referral(command: Command, _state: OfReferral, context: Context) -> list[Event]:
    match command:
        case Open():
            return [ReferralOpened()]
        case Visit():
            return [ChildSeen(visit_by=context.deadline("A15", context.happened_at))]
        case _:
            return [Held()]


def decide_plan(command: Command, _state: OfPlan, context: Context) -> list[Event]:
    if isinstance(command, StartPlan):
        return [PlanStarted(visit_by=context.deadline("A15", context.happened_at))]
    return [PlanEnded()]


referral = Stream(
    "referral",
    "none",
    lambda _state, _event: "open",
    decide_referral,
    Open | Visit | Hold,
    ReferralOpened | ChildSeen | Held,
    Per.EPISODE,
    is_open=lambda state: state == "open",
    opened_by=(ReferralOpened,),
    record=OfReferral,
)
plan = Stream(
    "plan",
    "none",
    lambda _state, event: "open" if isinstance(event, PlanStarted) else "closed",
    decide_plan,
    StartPlan | EndPlan,
    PlanStarted | PlanEnded,
    Per.EPISODE,
    is_open=lambda state: state == "open",
    opened_by=(PlanStarted,),
    record=OfPlan,
    clocks=("A15",),
    noted=("A15",),
)
due = Stream(
    "due",
    0,
    lambda state, _event: state + 1,
    lambda _command, _state, context: [Wanted(hold_by=context.deadline("A11", context.happened_at))],
    Want,
    Wanted,
    Per.CHILD,
    clocks=("A11", "R8"),
    noted=("R8",),
)
contact = Stream(
    "contact",
    0,
    lambda state, _event: state + 1,
    lambda _command, _state, context: [Told(report_by=context.deadline("M14", context.happened_at))],
    Tell,
    Told,
    clocks=("M14",),
)
child_file = Stream(
    "child_file",
    0,
    lambda state, _event: state + 1,
    lambda _command, _state, _context: [Reported()],
    Report,
    Reported,
    Per.CHILD,
)
NOTED = elsewhere_stream([referral, plan, due])
assert NOTED is not None
STREAMS = (referral, plan, due, contact, child_file, NOTED, known_person)


@dataclass
class Team:
    handler: CommandHandler
    clock: Any
    keys: Any

    async def do(
        self, command: Command, *, day: float, happened: float | None = None, by: Actor = MANAGER
    ) -> UUID:
        """Written down on a day after the start; happened then, or on an earlier day."""
        self.clock.move_to(START + day * DAY)
        at = None if happened is None else START + happened * DAY
        said = command.model_copy(update={"about": (AVA,), "happened": at})
        return (await self.handler.run(said, by, uuid4())).id

    async def clocks(self, stream: Stream, stream_id: UUID, *, day: float) -> list[tuple[str, float, str]]:
        """Each clock by its rule, the day it started, and how it stands."""
        folded = (await self.handler.reader(fresh=True).get({stream_id: stream}))[stream_id]
        now: datetime = START + day * DAY
        return [
            (clock.rule, (clock.deadline.starts_at - START) / DAY, clock.state(now))
            for clock in folded.clocks
        ]

    async def plan_clocks(self, n: int, *, day: float) -> list[tuple[str, float, str]]:
        return await self.clocks(plan, episode_stream("mash", plan, AVA, n), day=day)


@pytest.fixture
async def team(open_store, clock, keys) -> Team:
    handler = CommandHandler(
        "mash",
        STREAMS,
        agency="childrens_social_care",
        store=await open_store(clock=clock, keys=keys),
        keys=keys,
        rules=RULES,
        access=AccessPolicy.read(ACCESS),
        clock=clock,
    )
    await handler.run(KnowPerson(about=(AVA,), kind="child"), SERVICE, uuid4())
    return Team(handler, clock, keys)


async def test_a_visit_on_the_referral_meets_the_plans_clock_and_goes_on(team: Team) -> None:
    await team.do(Open(), day=0)
    await team.do(StartPlan(), day=1)
    await team.do(Visit(), day=3)
    assert await team.plan_clocks(1, day=4) == [("A15", 1, "met"), ("A15", 3, "open")]


async def test_a_plan_typed_up_after_the_first_visit_under_it(team: Team) -> None:
    await team.do(Open(), day=0)
    await team.do(Visit(), day=0.5)
    await team.do(Visit(), day=3)
    await team.do(StartPlan(), day=5, happened=1)
    assert await team.plan_clocks(1, day=6) == [("A15", 1, "met"), ("A15", 3, "open")]


async def test_a_second_plan_is_told_of_what_came_after_it_began(team: Team) -> None:
    await team.do(Open(), day=0)
    await team.do(StartPlan(), day=1)
    await team.do(EndPlan(), day=2)
    await team.do(Visit(), day=5)
    await team.do(StartPlan(), day=6, happened=4)
    assert await team.plan_clocks(1, day=7) == [("A15", 1, "ended")]
    assert await team.plan_clocks(2, day=7) == [("A15", 4, "met"), ("A15", 5, "open")]


async def test_a_visit_written_down_after_the_plans_end_meets_what_ran_before_it(team: Team) -> None:
    await team.do(Open(), day=0)
    await team.do(StartPlan(), day=1)
    await team.do(EndPlan(), day=4)
    await team.do(Visit(), day=5, happened=3)
    assert await team.plan_clocks(1, day=6) == [("A15", 1, "met"), ("A15", 3, "ended")]


async def test_acts_of_another_service_are_noted_once_and_count_for_a_plan_that_opens_later(
    team: Team,
) -> None:
    seen = NoteAct(rule="A15", act=UUID(int=1), repeats=True)
    await team.do(Open(), day=0)
    await team.do(seen, day=3, happened=2, by=SERVICE)
    await team.do(seen, day=3.5, happened=2, by=SERVICE)
    await team.do(StartPlan(), day=5, happened=1)
    assert await team.plan_clocks(1, day=6) == [("A15", 1, "met"), ("A15", 2, "open")]
    await team.do(NoteAct(rule="A15", act=UUID(int=2), repeats=True), day=7, by=SERVICE)
    assert (await team.plan_clocks(1, day=8))[1:] == [("A15", 2, "met"), ("A15", 7, "open")]


async def test_a_clock_started_and_ended_from_elsewhere_and_one_act_meets_all_that_run(team: Team) -> None:
    """The report and the return are missing's; one discussion meets A11 and R8. No referral has to be open for R8."""
    where = child_stream("mash", due, AVA)
    await team.do(NoteStart(rule="R8", cause=UUID(int=1)), day=0, by=SERVICE)
    assert await team.clocks(due, where, day=0.5) == [("R8", 0, "open")]
    await team.do(NoteEnd(rule="R8", cause=UUID(int=2)), day=0.6, happened=0.5, by=SERVICE)
    assert await team.clocks(due, where, day=2) == [("R8", 0, "ended")]
    await team.do(NoteStart(rule="R8", cause=UUID(int=3)), day=3, by=SERVICE)
    await team.do(Want(), day=3.1)
    await team.do(Open(), day=3.2)
    await team.do(Hold(), day=3.3)
    assert sorted((await team.clocks(due, where, day=9))[1:]) == [("A11", 3.1, "met"), ("R8", 3, "met")]


async def test_a_miss_is_said_with_what_is_noted(team: Team) -> None:
    """A visit far too late: the kernel says the miss in the same append, on the stream that keeps the clock."""
    await team.do(Open(), day=0)
    await team.do(StartPlan(), day=0)
    await team.do(Visit(), day=60)
    rows = (await team.handler.store.load([episode_stream("mash", plan, AVA, 1)])).popitem()[1]
    assert [row["topic"].partition(".")[2] for row in rows] == ["PlanStarted", "ActNoted", "DeadlineMissed"]
    assert len({row["notification_id"] for row in rows}) == 3


async def test_what_stands_on_the_childs_file_meets_the_contact_it_refers_to_and_no_other(team: Team) -> None:
    first, second = await team.do(Tell(), day=0), await team.do(Tell(), day=0)
    await team.do(Report(), day=0.5)
    await team.do(Report(re=second), day=0.6)
    assert await team.clocks(contact, thing_stream(first, AVA), day=0.7) == [("M14", 0, "open")]
    assert await team.clocks(contact, thing_stream(second, AVA), day=0.7) == [("M14", 0, "met")]


def test_a_rule_noted_from_elsewhere_runs_where_the_child_alone_tells() -> None:
    thing = replace(plan, per=Per.THING)
    with pytest.raises(
        ValueError, match="A15 is noted from elsewhere and runs on plan, one of several a child"
    ):
        elsewhere_stream([thing])
    with pytest.raises(ValueError, match="plan takes notes of A18, whose clocks it does not keep"):
        elsewhere_stream([replace(plan, noted=("A18",))])
    assert elsewhere_stream([referral]) is None
