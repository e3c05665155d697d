"""A story over several streams: what stands on one and meets a clock on another is noted there, as the kernel does."""

from dataclasses import dataclass
from typing import Annotated

from shared.domain.clock_facts import ActNoted
from shared.domain.command import Command
from shared.domain.decider import Per, Stream
from shared.domain.event import Event
from shared.domain.instants import london
from shared.domain.marks import Starts
from shared.domain.rules import Deadline, Rule, Rulebook, Unit
from shared.testing.deciders import decider

RULES = Rulebook(
    (Rule("A15", "visit", "plan, then each visit", 20, Unit.WORKING_DAYS, "seen", "this test"),),
    edition="2026-11",
)
MONDAY, TUESDAY = london(2026, 11, 9, 10), london(2026, 11, 10, 10)


class Begun(Event, name="test_story_beside.Begun"):
    visit_by: Annotated[Deadline, Starts("A15")]


class Seen(Event, name="test_story_beside.Seen", meets=("A15",), continues=("A15",), beside={"A15": "plan"}):
    visit_by: Annotated[Deadline, Starts("A15")]


class Begin(Command, name="test_story_beside.Begin", opens=True):
    pass


class See(Command, name="test_story_beside.See"):
    pass


@dataclass(frozen=True)
class Record:
    referral: int
    plan: int


def decide(command, _state, context):
    by = context.deadline("A15", context.happened_at)
    return [Seen(visit_by=by)] if isinstance(command, See) else [Begun(visit_by=by)]


plan = Stream(
    "plan",
    0,
    lambda state, _event: state + 1,
    decide,
    Begin,
    Begun,
    Per.EPISODE,
    clocks=("A15",),
    opened_by=(Begun,),
)
referral = Stream(
    "referral", 0, lambda state, _event: state + 1, decide, See | Begin, Seen, Per.EPISODE, record=Record
)
given = decider(referral, RULES, beside=[plan]).given


def states(story, at):
    return [clock.state(at) for clock in story.streams["plan"].clocks]


def test_an_act_is_noted_on_the_stream_that_keeps_the_clock():
    story = given().when(Begin(), at=MONDAY).when(See(), at=TUESDAY)
    assert states(story, TUESDAY) == ["met", "open"]
    assert [type(record.event) for record in story.records] == [Begun, Seen, ActNoted]
    story.clocks(A15="open").time_passes(until=london(2026, 12, 9)).missed("A15")


def test_what_was_written_down_before_the_stream_opened_is_noted_when_it_does():
    story = given().when(See(), at=TUESDAY).when(Begin(), at=london(2026, 11, 11, 10), happened=MONDAY)
    assert states(story, TUESDAY) == ["met", "open"]
    assert [type(record.event) for record in story.records] == [Seen, Begun, ActNoted]


def test_an_act_before_it_opened_means_nothing_to_it():
    story = given().when(See(), at=MONDAY).when(Begin(), at=TUESDAY)
    assert states(story, TUESDAY) == ["open"]
