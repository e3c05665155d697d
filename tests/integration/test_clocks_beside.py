"""Acts and starts that stand on another stream, or in another service, on a real log: noted where the clock runs."""

from dataclasses import replace
from uuid import UUID

import pytest

from shared.commands.stream_ids import child_stream, episode_stream, thing_stream
from shared.domain.command import Refused
from shared.domain.decider import Per
from shared.team.elsewhere import NoteAct, NoteEnd, NoteStart, RestateNotes, elsewhere_stream
from tests.integration.test_corrections import correct
from tests.integration.toy_plans import (
    AVA,
    DAY,
    SERVICE,
    EndPlan,
    Hold,
    Open,
    Report,
    StartPlan,
    Team,
    Tell,
    Visit,
    Want,
    contact,
    due,
    plan,
    referral,
    team_on,
)
from tests.integration.toy_team import START


@pytest.fixture
async def team(open_store, clock, keys) -> Team:
    return await team_on(await open_store(clock=clock, keys=keys), clock, keys)


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


async def test_a_visit_under_the_first_plan_counts_for_it_also_when_the_second_runs_already(
    team: Team,
) -> None:
    await team.do(Open(), day=0)
    await team.do(StartPlan(), day=1)
    await team.do(EndPlan(), day=5)
    await team.do(StartPlan(), day=6)
    visited = await team.do(Visit(), day=7, happened=3)
    await team.do(NoteAct(rule="A15", act=UUID(int=1), repeats=True), day=7, happened=4, by=SERVICE)
    first = [("A15", 1, "met"), ("A15", 3, "met"), ("A15", 4, "ended")]
    assert await team.plan_clocks(1, day=7) == first
    assert await team.plan_clocks(2, day=7) == [("A15", 6, "open")]
    # It was under the second plan: what was noted on the first follows, and the second is told.
    await correct(team, visited, day=8, right_happened=6.5)
    assert await team.plan_clocks(1, day=8) == [("A15", 1, "met"), ("A15", 4, "ended")]
    assert await team.plan_clocks(2, day=8) == [("A15", 6, "met"), ("A15", 6.5, "open")]


async def test_a_plan_that_began_earlier_than_was_written_takes_in_the_visits_since(team: Team) -> None:
    await team.do(Open(), day=0)
    await team.do(Visit(), day=2)
    started = await team.do(StartPlan(), day=3)
    assert await team.plan_clocks(1, day=3) == [("A15", 3, "open")]
    await correct(team, started, day=4, right_happened=1)
    assert await team.plan_clocks(1, day=4) == [("A15", 1, "met"), ("A15", 2, "open")]


async def test_what_another_service_did_is_put_right_by_its_correction_and_not_here(team: Team) -> None:
    await team.do(Open(), day=0)
    await team.do(StartPlan(), day=1)
    seen = NoteAct(rule="A15", act=UUID(int=1), repeats=True)
    noted = await team.do(seen, day=4, happened=3, by=SERVICE)
    with pytest.raises(Refused, match="correct it where it was recorded"):
        await correct(team, noted, day=5, withdrawn=True)
    moved = seen.model_copy(update={"about": (AVA,), "happened": START + 2 * DAY})
    await team.do(RestateNotes(cause=UUID(int=1), notes=(moved,)), day=5, by=SERVICE)
    assert await team.plan_clocks(1, day=5) == [("A15", 1, "met"), ("A15", 2, "open")]
    await team.do(RestateNotes(cause=UUID(int=1), notes=()), day=6, by=SERVICE)
    assert await team.plan_clocks(1, day=6) == [("A15", 1, "open"), ("A15", 2, "ended")]


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
