"""A toy team for made-up histories: referrals, plans whose clocks visits meet, a child's own clocks, and what others did."""

from dataclasses import dataclass
from typing import Annotated, Any

from shared.domain.command import Command, Refused
from shared.domain.decider import Context, Per, Stream
from shared.domain.event import Event
from shared.domain.marks import Starts
from shared.domain.rules import Deadline, Rule, Rulebook, Unit
from shared.testing.deciders import Team

RULES = Rulebook(
    (
        Rule("A15", "visit", "plan, then each visit", 30, Unit.HOURS, "seen", "a test"),
        Rule("A11", "discussion", "wanted", 20, Unit.HOURS, "held", "a test"),
    ),
    edition="2026-11",
)


class ReferralOpened(Event, name="family.ToyReferralOpened"):
    pass


class ReferralClosed(Event, name="family.ToyReferralClosed"):
    pass


class ChildSeen(
    Event, name="family.ToyChildSeen", meets=("A15",), continues=("A15",), beside={"A15": "plan"}
):
    visit_by: Annotated[Deadline, Starts("A15")]


class Held(Event, name="family.ToyHeld", meets=("A11",), beside={"A11": "due"}):
    pass


class PlanStarted(Event, name="family.ToyPlanStarted"):
    visit_by: Annotated[Deadline, Starts("A15")]


class PlanEnded(Event, name="family.ToyPlanEnded", ends=("A15",)):
    pass


class Wanted(Event, name="family.ToyWanted"):
    hold_by: Annotated[Deadline, Starts("A11")]


class Open(Command, name="family.ToyOpen", opens=True):
    pass


class Close(Command, name="family.ToyClose"):
    pass


class Visit(Command, name="family.ToyVisit"):
    pass


class Hold(Command, name="family.ToyHold"):
    pass


class StartPlan(Command, name="family.ToyStartPlan", opens=True):
    pass


class EndPlan(Command, name="family.ToyEndPlan"):
    pass


class Want(Command, name="family.ToyWant", opens=True):
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


def decide_referral(command: Command, state: OfReferral, context: Context) -> list[Event]:
    if (state.referral == "open") is isinstance(command, Open):
        raise Refused("one is open, or none is", rule="A2")
    match command:
        case Open():
            return [ReferralOpened()]
        case Close():
            return [ReferralClosed()]
        case Visit():
            return [ChildSeen(visit_by=context.deadline("A15", context.happened_at))]
        case _:
            return [Held()]


def decide_plan(command: Command, state: OfPlan, context: Context) -> list[Event]:
    if (state.plan == "open") is isinstance(command, StartPlan):
        raise Refused("one is open, or none is", rule="A15")
    if isinstance(command, StartPlan):
        return [PlanStarted(visit_by=context.deadline("A15", context.happened_at))]
    return [PlanEnded()]


def _want(_command: Command, _state: Any, context: Context) -> list[Event]:
    return [Wanted(hold_by=context.deadline("A11", context.happened_at))]


referral = Stream(
    "referral",
    "none",
    lambda state, event: {ReferralOpened: "open", ReferralClosed: "closed"}.get(type(event), state),
    decide_referral,
    Open | Close | Visit | Hold,
    ReferralOpened | ReferralClosed | ChildSeen | Held,
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
    "due", 0, lambda state, _event: state + 1, _want, Want, Wanted, Per.CHILD, clocks=("A11",), noted=("A11",)
)
family = Team("family", (referral, plan, due), RULES)
