"""What a decision leaves to a person is a task in the same append: once, of each child, and done by the role it is for."""

from typing import Any
from uuid import uuid4

import pytest

from shared.commands.stream_ids import thing_stream
from shared.domain.command import Command, Refused
from shared.domain.decider import Per, Stream
from shared.domain.event import Event, LeftToDo
from shared.team.known_people import KnowPerson
from shared.team.tasks import CompleteTask, called_for, task
from tests.integration.toy_plans import AVA, MANAGER, SERVICE, STREAMS, Team, social_worker, team_on
from tests.integration.toy_team import BEN

WORKER = social_worker("Sam Cole")


class Withdrawn(
    Event,
    name="test_left.Withdrawn",
    leaves=LeftToDo("mash_manager", "consent_withdrawn", ("A14",)),
    fixed=(),
):
    pass


class Withdraw(Command, name="mash.ToyWithdraw"):
    pass


def decide(_command: Withdraw, withdrawn: int, _context: Any) -> list[Withdrawn]:
    return [] if withdrawn else [Withdrawn()]


consent = Stream("consent", 0, lambda state, _event: state + 1, decide, Withdraw, Withdrawn, Per.CHILD)


@pytest.fixture
async def team(open_store, clock, keys) -> Team:
    streams = (*STREAMS, consent, task)
    made = await team_on(await open_store(clock=clock, keys=keys), clock, keys, streams=streams)
    await made.handler.run(KnowPerson(about=(BEN,), kind="child"), SERVICE, uuid4())
    return made


async def tasks(team: Team, step, *children):
    """The tasks that a step left, each as the log has it."""
    left = [called_for([Withdrawn()], _context(step, child)) for child in children]
    return [await team.stored(thing_stream(one.id, one.child)) for one in left if one]


class _context:  # noqa: N801 - stands for a decision's context, of which two fields are looked at
    def __init__(self, command_id, child):
        self.command_id, self.child = command_id, child


async def test_it_is_raised_with_the_fact_that_left_it_for_each_child(team: Team) -> None:
    step = await team.do(Withdraw(about=(AVA, BEN)), day=0)
    for (raised,), child in zip(await tasks(team, step, AVA, BEN), (AVA, BEN), strict=True):
        assert (raised["name"], raised["role"], raised["reason"]) == (
            "TaskRaised",
            "mash_manager",
            "consent_withdrawn",
        )
        assert (raised["regarding"], raised["child"], raised["source"]) == (
            str(step),
            str(child),
            "test_left",
        )


async def test_what_is_so_already_leaves_nothing(team: Team) -> None:
    await team.do(Withdraw(), day=0)
    again = await team.do(Withdraw(), day=1)
    assert await tasks(team, again, AVA) == [[]]


async def test_it_is_done_by_the_role_that_it_is_for(team: Team) -> None:
    step = await team.do(Withdraw(), day=0)
    left = called_for([Withdrawn()], _context(step, AVA))
    assert left is not None
    done = CompleteTask(re=left.id, about=(AVA,), done="The plan ends.")
    with pytest.raises(Refused):
        await team.do(done, day=1, by=WORKER)
    await team.do(done, day=1, by=MANAGER)
    assert [one["name"] for one in (await tasks(team, step, AVA))[0]] == ["TaskRaised", "TaskDone"]


async def test_a_correction_of_what_left_it_does_not_take_it_back(team: Team) -> None:
    step = await team.do(Withdraw(), day=0)
    await team.correct(step, day=1, withdrawn=True)
    assert [one["name"] for one in (await tasks(team, step, AVA))[0]] == ["TaskRaised"]
