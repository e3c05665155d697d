"""A toy team with plans: visits on a referral, whose clocks run on the plan; a child's own clocks; contacts and a file."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID, uuid4

import orjson

from shared.commands.handler import CommandHandler
from shared.commands.stream_ids import episode_stream
from shared.domain.actors import Actor
from shared.domain.command import Command
from shared.domain.decider import Context, Per, Stream
from shared.domain.event import Event, Sealed
from shared.domain.marks import Starts
from shared.domain.rules import Deadline, Rule, Rulebook, Unit
from shared.team.corrections import CorrectRecord
from shared.team.elsewhere import elsewhere_stream
from shared.team.known_people import KnowPerson, known_person
from tests.integration.toy_access import access_to
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


class OpenedText(Sealed):
    """Why it was opened."""

    worries: str


class ReferralOpened(Event, name="test_beside.ReferralOpened", text=OpenedText, fixed=("channel",)):
    level: int = 1
    channel: str = "written"


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


class Tell(Command, name="mash.ReceiveContact", opens=True):
    pass


class Report(Command, name="mash.Report", refers_to="contact"):
    pass


class Open(Command, name="mash.Open", opens=True):
    worries: str = "Hungry."
    level: int = 1


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
        case Open(worries=worries, level=level):
            return [ReferralOpened(level=level, sealed=OpenedText(worries=worries))]
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
    lambda state, event: f"open at {event.level}" if isinstance(event, ReferralOpened) else state,
    decide_referral,
    Open | Visit | Hold,
    ReferralOpened | ChildSeen | Held,
    Per.EPISODE,
    is_open=lambda state: state.startswith("open"),
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
        said = command.model_copy(update={"about": command.about or (AVA,), "happened": at})
        return (await self.handler.run(said, by, uuid4())).id

    async def correct(self, step: UUID, *, day: float, by: Actor = MANAGER, **what: Any) -> UUID:
        """Corrected on a day after the start; the times that are right are given in days after it too."""
        self.clock.move_to(START + day * DAY)
        what = {name: START + at * DAY if name.startswith("right_") else at for name, at in what.items()}
        said = CorrectRecord(re=step, reason="It was otherwise.", **what)
        return (await self.handler.run(said, by, uuid4())).id

    async def stored(self, stream_id: UUID) -> list[dict[str, Any]]:
        """The open parts of a stream's events, each with its name, in order."""
        rows = (await self.handler.store.whole([stream_id])).get(stream_id, [])
        return [{"name": row["topic"].partition(".")[2], **orjson.loads(row["state"])} for row in rows]

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


async def team_on(store, clock, keys, *, known: bool = True, streams=STREAMS) -> Team:
    """The team on a store; its child is made known to it."""
    handler = CommandHandler(
        "mash",
        streams,
        agency="childrens_social_care",
        store=store,
        keys=keys,
        rules=RULES,
        access=access_to(streams),
        clock=clock,
    )
    if known:
        await handler.run(KnowPerson(about=(AVA,), kind="child"), SERVICE, uuid4())
    return Team(handler, clock, keys)


def episode_id(n: int) -> UUID:
    """The child's n-th referral."""
    return episode_stream("mash", referral, AVA, n)


def social_worker(name: str) -> Actor:
    """A practitioner who may do what a social worker may."""
    return Actor(uuid4(), name, "mash_social_worker", "childrens_social_care")
