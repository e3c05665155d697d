"""Toy facts of several teams, with the figures of the rules: what starts, meets, ends and sets which clock."""

from collections.abc import Callable, Mapping
from datetime import date, time, timedelta
from typing import Annotated, Any

from shared.domain.command import Command
from shared.domain.decider import Context, Per, Stream
from shared.domain.event import Event
from shared.domain.instants import Instant, local_date
from shared.domain.limits import Limit, Weekday
from shared.domain.marks import Sets, Starts
from shared.domain.receipt import Received
from shared.domain.rule_rows import Stage
from shared.domain.rules import Deadline, Rule, Rulebook, Unit
from shared.testing.deciders import decider


def _rule(rule_id: str, limit: int | None, unit: Unit, **more: Any) -> Rule:
    return Rule(rule_id, "what", "start", limit, unit, "act", "S1", **more)


RULES = Rulebook(
    (
        _rule(
            "A9",
            7,
            Unit.WORKING_DAYS,
            stages=(Stage("first_year", Limit(6, Unit.WEEKS)), Stage("later", Limit(12, Unit.WEEKS))),
        ),
        _rule("A11", None, Unit.SAME_DAY, stages=(Stage("can_wait", Limit(3, Unit.WORKING_DAYS)),)),
        _rule("A15", 20, Unit.WORKING_DAYS),
        _rule("A19", 8, Unit.DAYS),
        _rule("C3", 6, Unit.WEEKS),
        _rule("C4", 3, Unit.MONTHS),
        _rule("C5", 6, Unit.MONTHS),
        _rule("C16/a", 10, Unit.WEEKS_BEFORE, before="the due date"),
        _rule("C16/b", 1, Unit.MONTHS),
        _rule("C25", 3, Unit.CLEAR_WORKING_DAYS_BEFORE, before="the conference"),
        _rule("F10", None, Unit.SAME_DAY),
        _rule("F11", None, Unit.PANEL, weekday=Weekday.THURSDAY, at=time(10)),
        _rule("L1", 1, Unit.WORKING_DAYS),
        _rule("M19", None, Unit.FIRST_WORKING_HOUR, at=time(10)),
        _rule("M23", None, Unit.FIRST_WORKING_HOUR, at=time(9)),
        _rule("R8", 24, Unit.HOURS, vary_within=Limit(7, Unit.DAYS)),
    ),
    edition="2026-11",
)


class AwareOfFostering(Event, name="rules.ToyAware"):
    visit_by: Annotated[Deadline, Starts("A9")]


class FosteringVisited(Event, name="rules.ToyFosteringVisited", meets=("A9",), continues=("A9",)):
    visit_by: Annotated[Deadline, Starts("A9")]


class FosteringEnded(Event, name="rules.ToyFosteringEnded", ends=("A9",)):
    pass


class HarmSuspected(Event, name="rules.ToyHarmSuspected"):
    discuss_by: Annotated[Deadline, Starts("A11")]


class HarmEscalated(Event, name="rules.ToyHarmEscalated"):
    discuss_by: Annotated[Deadline, Starts("F10")]


class StillMissing(Event, name="rules.ToyStillMissing"):
    discuss_by: Annotated[Deadline, Starts("R8")]


class DiscussionHeld(Event, name="rules.ToyDiscussionHeld", meets=("A11", "F10", "R8")):
    pass


class OrderMade(Event, name="rules.ToyOrderMade"):
    ends_by: Annotated[Deadline, Starts("A19")]


class OrderExtended(Event, name="rules.ToyOrderExtended"):
    """Its one extension gives the instant; nobody varied anything."""

    ends_by: Annotated[Deadline, Sets("A19")]


class OrderEnded(Event, name="rules.ToyOrderEnded", meets=("A19",)):
    pass


class PlanMade(Event, name="rules.ToyPlanMade"):
    review_by: Annotated[Deadline, Starts("C4")]


class ReviewHeld(Event, name="rules.ToyReviewHeld", meets=("C4", "C5", "C16/b")):
    """With the plan continued it starts the next one by itself."""

    review_by: Annotated[Deadline, Starts("C5")]


class CoreGroupHeld(Event, name="rules.ToyCoreGroupHeld", meets=("C3",)):
    meet_by: Annotated[Deadline, Starts("C3")]


class UnbornConferenceRequested(Event, name="rules.ToyUnbornRequested"):
    hold_by: Annotated[Deadline, Starts("C16/a")] | None = None


class DueDateCorrected(Event, name="rules.ToyDueDateCorrected", ends=("C16/a",)):
    """The clock runs anew from the corrected date."""

    hold_by: Annotated[Deadline, Starts("C16/a")] | None = None


class UnbornConferenceHeld(Event, name="rules.ToyUnbornHeld", meets=("C16/a",)):
    pass


class ChildBorn(Event, name="rules.ToyBorn", ends=("C16/a",)):
    review_by: Annotated[Deadline, Starts("C16/b", of="")]
    """From 00:00 of the day: nobody records the hour."""


class ConferenceScheduled(Event, name="rules.ToyScheduled", ends=("C25",)):
    """A new date starts it anew."""

    show_by: Annotated[Deadline, Starts("C25")] | None = None


class ReportShown(Event, name="rules.ToyReportShown", meets=("C25",)):
    pass


class StepProposed(Event, name="rules.ToyProposed"):
    decide_by: Annotated[Deadline, Starts("F11")]


class StepDeferred(Event, name="rules.ToyDeferred", meets=("F11",)):
    """Deferred is decided too; and starts it anew."""

    decide_by: Annotated[Deadline, Starts("F11")]


class Notified(Event, name="rules.ToyNotified", meets=("L1",), starts_first=("L1",)):
    organisation_knew: Instant
    tell_by: Annotated[Deadline, Starts("L1", of="organisation_knew")]


class ShiftBegan(Event, name="rules.ToyShiftBegan"):
    hand_over_by: Annotated[Deadline, Starts("M19")]


class HandoverAccepted(Event, name="rules.ToyHandoverAccepted", meets=("M19",)):
    pass


class IncidentNotified(Event, name="rules.ToyIncident"):
    received_at: Instant
    tell_by: Annotated[Deadline, Starts("M23", of="received_at")]


class SchoolTold(Event, name="rules.ToySchoolTold", meets=("M23",)):
    pass


class Fact(Command, name="rules.ToyFact", opens=True):
    """Somebody records one of these facts; `day` is the due date, or the conference's; `since` when it was known."""

    what: type[Event]
    day: date | None = None
    stage: str | None = None
    since: Any = None


class ReceivedFact(Received, name="rules.ToyReceivedFact", opens=True):
    """As a fact that was received: its clock starts then."""

    what: type[Event]


def _next_fostering_visit(command: Any, context: Context) -> Deadline:
    """Six weeks where the visit fell in the first year since the authority became aware, else twelve."""
    clocks = [clock for clock in context.clocks if clock.rule == "A9"]
    aware = min((clock.deadline.starts_at for clock in clocks), default=context.happened_at)
    first_year = context.happened_at < aware + timedelta(days=365)
    return context.deadline("A9", context.happened_at, stage="first_year" if first_year else "later")


def _extended(_command: Any, context: Context) -> Deadline:
    clock = context.clocks.latest("A19")
    assert clock is not None
    return context.deadline("A19", clock.deadline.starts_at, limit=8 + 7)


Reckon = Callable[[Any, Context], Deadline | None]
OTHERWISE: Mapping[type[Event], Reckon] = {
    FosteringVisited: _next_fostering_visit,
    OrderExtended: _extended,
    UnbornConferenceRequested: lambda c, x: x.deadline_before("C16/a", c.day, x.happened_at),
    DueDateCorrected: lambda c, x: x.deadline_before("C16/a", c.day, x.happened_at),
    ConferenceScheduled: lambda c, x: x.deadline_before("C25", c.day, x.happened_at),
    ChildBorn: lambda _c, x: x.rules.deadline_from_birth("C16/b", local_date(x.happened_at)),
    Notified: lambda c, x: x.deadline("L1", c.since or x.happened_at),
}


def decide(command: Fact | ReceivedFact, _state: int, context: Context) -> list[Event]:
    fields: dict[str, Any] = {}
    if command.what is Notified:
        fields["organisation_knew"] = getattr(command, "since", None) or context.happened_at
    if command.what is IncidentNotified:
        fields["received_at"] = context.received_at
    for name, clock in command.what.CLOCK_FIELDS.items():
        reckon = OTHERWISE.get(command.what)
        start = context.received_at if isinstance(command, ReceivedFact) else context.happened_at
        stage = getattr(command, "stage", None)
        fields[name] = (
            reckon(command, context) if reckon else context.deadline(clock.rule, start, stage=stage)
        )
    return [command.what(**fields)]


KINDS = [kind for kind in Event.__subclasses__() if kind.NAME.startswith("rules.Toy")]
EVENTS: Any = KINDS[0]
for _kind in KINDS[1:]:
    EVENTS = EVENTS | _kind
facts = Stream(
    "facts",
    0,
    lambda state, _event: state + 1,
    decide,
    Fact | ReceivedFact,
    EVENTS,
    Per.CHILD,
    clocks=tuple(rule.id for rule in RULES.rules),
)
given = decider(facts, RULES).given
