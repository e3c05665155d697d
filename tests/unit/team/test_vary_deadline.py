"""Which of several clocks of a rule is varied: the last to start of those that run, unless `of` says which."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID, uuid4

import pytest

from shared.domain.command import Command
from shared.domain.decider import Context, Per, Stream
from shared.domain.event import Event
from shared.domain.instants import london
from shared.domain.marks import Starts
from shared.domain.rules import Deadline, Rule, Rulebook, Unit
from shared.team.corrections import CorrectRecord
from shared.team.deadlines import VaryDeadline
from shared.testing.deciders import Story, decider
from shared.testing.facts import THING, command_id

START = london(2026, 4, 7, 10)
RULES = Rulebook(
    (Rule("A11", "discussion", "wanted", 3, Unit.WORKING_DAYS, "held", "a test"),), edition="2026-11"
)


class Wanted(Event, name="test_vary.Wanted"):
    hold_by: Annotated[Deadline, Starts("A11")]


class Held(Event, name="test_vary.Held", meets=("A11",)):
    pass


class Want(Command, name="assessment.Want"):
    pass


class Hold(Command, name="assessment.Hold"):
    pass


def decide(command: Want | Hold, _state: None, context: Context) -> list[Wanted | Held]:
    if isinstance(command, Hold):
        return [Held()]
    return [Wanted(hold_by=context.deadline("A11", context.happened_at))]


due = Stream(
    "due", None, lambda state, _event: state, decide, Want | Hold, Wanted | Held, Per.CHILD, clocks=("A11",)
)
VARY = VaryDeadline(rule="A11", due=START + timedelta(days=20), reason="The paediatrician is away.")
given = decider(due, RULES).given
FIRST, SECOND = command_id(1), command_id(2)


def wanted_twice() -> Story:
    """On one day, and an hour later: two clocks of one rule run."""
    return given().when(Want(), at=START).when(Want(), at=START + timedelta(hours=1))


def varied(story: Story, of: UUID | None) -> list[bool]:
    """Of each clock, in the order in which they started, whether it was varied."""
    after = story.when(VARY.model_copy(update={"of": of}), at=START + timedelta(hours=2))
    assert after.refusal is None, after.refusal
    return [clock.varied for clock in after.streams["due"].clocks]


@pytest.mark.parametrize(
    ("of", "which"), [(None, [False, True]), (FIRST, [True, False]), (SECOND, [False, True])]
)
def test_the_step_that_started_a_clock_names_it(of: UUID | None, which: list[bool]) -> None:
    assert varied(wanted_twice(), of) == which


def test_of_several_on_a_thing_it_is_the_last() -> None:
    assert varied(wanted_twice(), THING) == [False, True]


def test_a_step_that_started_none_of_them_is_refused() -> None:
    story = wanted_twice().when(VARY.model_copy(update={"of": uuid4()}), at=START + timedelta(hours=2))
    story.refused("A11")
    assert story.refusal is not None
    assert "name none for the last one" in story.refusal.message


def test_a_clock_that_runs_is_meant_before_one_that_has_stopped() -> None:
    """A discussion was held between the two: the first, written down last, had been met by it."""
    story = given(Held(), at=START + timedelta(minutes=30)).when(Want(), at=START + timedelta(hours=1))
    late = story.when(Want(), at=START + timedelta(hours=1.5), happened=START)
    assert varied(late, None) == [False, True]
    stopped = late.when(VARY.model_copy(update={"of": command_id(3)}), at=START + timedelta(hours=2))
    stopped.refused("A11")
    assert stopped.refusal is not None
    assert "already stopped" in stopped.refusal.message


def test_where_none_runs_it_is_refused() -> None:
    given().when(VARY, at=START).refused("A11")


def test_a_withdrawn_start_does_not_hide_the_clock_that_runs() -> None:
    story = wanted_twice()
    wrong = CorrectRecord(re=story.id, reason="Wanted once.", withdrawn=True)
    assert varied(story.when(wrong, at=START + timedelta(hours=1.5)), None) == [True, False]
