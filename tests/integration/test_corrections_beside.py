"""What a correction means beside the record: to the plans and things it was noted on, after a merge, said twice."""

from uuid import uuid4

import pytest

from shared.commands.stream_ids import child_stream, episode_stream, thing_stream
from shared.domain.command import NotFound
from shared.team.known_people import KnowPerson
from tests.integration.merges import merge
from tests.integration.toy_plans import (
    AVA,
    DAY,
    SERVICE,
    EndPlan,
    Open,
    Report,
    StartPlan,
    Team,
    Tell,
    Visit,
    Want,
    child_file,
    contact,
    due,
    episode_id,
    plan,
    team_on,
)
from tests.integration.toy_team import BEN, START, STRANGER


@pytest.fixture
async def team(open_store, clock, keys) -> Team:
    return await team_on(await open_store(clock=clock, keys=keys), clock, keys)


async def two_plans(team: Team) -> None:
    """A plan from day 1 to day 10, and another from day 12."""
    await team.do(Open(), day=0)
    await team.do(StartPlan(), day=1)
    await team.do(EndPlan(), day=10)
    await team.do(StartPlan(), day=12)


async def test_a_visit_corrected_into_the_earlier_plans_time_counts_there(team: Team) -> None:
    await two_plans(team)
    seen = await team.do(Visit(), day=13)
    await team.correct(seen, day=14, right_happened=2)
    assert await team.plan_clocks(1, day=14) == [("A15", 1, "met"), ("A15", 2, "ended")]
    assert await team.plan_clocks(2, day=14) == [("A15", 12, "open")]


async def test_a_visit_corrected_into_the_later_plans_time_counts_there(team: Team) -> None:
    await team.do(Open(), day=0)
    await team.do(StartPlan(), day=1)
    seen = await team.do(Visit(), day=2)
    await team.do(EndPlan(), day=10)
    await team.do(StartPlan(), day=12)
    await team.correct(seen, day=14, right_happened=13)
    assert await team.plan_clocks(1, day=14) == [("A15", 1, "ended")]
    assert await team.plan_clocks(2, day=14) == [("A15", 12, "met"), ("A15", 13, "open")]
    await team.correct(seen, day=15, right_happened=2)
    assert await team.plan_clocks(1, day=16) == [("A15", 1, "met"), ("A15", 2, "ended")]
    assert await team.plan_clocks(2, day=16) == [("A15", 12, "open")]


async def test_what_was_recorded_with_no_contact_is_noted_on_none(team: Team) -> None:
    told = await team.do(Tell(), day=1)
    reported = await team.do(Report(), day=1)
    await team.correct(reported, day=1.5, right_happened=1.2)
    assert await team.clocks(contact, thing_stream(told, AVA), day=1.6) == [("M14", 1, "open")]


async def test_what_was_recorded_with_a_contact_is_noted_on_that_one(team: Team) -> None:
    first, second = await team.do(Tell(), day=0), await team.do(Tell(), day=0)
    reported = await team.do(Report(re=first), day=1)
    await team.correct(reported, day=2, withdrawn=True)
    assert await team.clocks(contact, thing_stream(first, AVA), day=0.5) == [("M14", 0, "open")]
    await team.correct(reported, day=2, right_happened=0.5)
    assert await team.clocks(contact, thing_stream(first, AVA), day=2) == [("M14", 0, "met")]
    assert await team.clocks(contact, thing_stream(second, AVA), day=0.6) == [("M14", 0, "open")]


async def test_a_correction_belongs_to_the_thing_of_what_it_corrects(team: Team) -> None:
    first, second = await team.do(Tell(), day=0), await team.do(Tell(), day=0)
    await team.do(Report(re=first), day=1)
    reported = await team.do(Report(re=second), day=1)
    await team.correct(reported, day=2, right_happened=0.5)
    *_, corrected = await team.stored(child_stream("mash", child_file, AVA))
    assert (corrected["envelope"]["thing"], corrected["corrects"]["thing"]) == (str(second), str(second))


async def test_a_miss_that_a_correction_brings_to_light_belongs_to_what_started_its_clock(team: Team) -> None:
    wanted = await team.do(Want(), day=2)
    await team.correct(wanted, day=3, right_happened=0)
    *_, corrected, missed = await team.stored(child_stream("mash", due, AVA))
    assert (corrected["name"], missed["name"]) == ("RecordCorrected", "DeadlineMissed")
    assert missed["envelope"]["thing"] == corrected["envelope"]["thing"]


async def test_after_a_merge_what_was_noted_under_the_kept_id_follows_too(team: Team) -> None:
    await team.handler.run(KnowPerson(about=(BEN,), kind="child"), SERVICE, uuid4())
    await team.do(Open(), day=0)
    seen = await team.do(Visit(), day=3)
    await merge(team.handler, BEN, AVA)
    await team.do(StartPlan(about=(BEN,)), day=4, happened=1)
    of_ben = episode_stream("mash", plan, BEN, 1)
    assert await team.clocks(plan, of_ben, day=5) == [("A15", 1, "met"), ("A15", 3, "open")]
    with pytest.raises(NotFound, match="about one of the children named"):
        await team.correct(seen, day=5, about=(BEN, STRANGER), right_happened=2)
    await team.correct(seen, day=5, about=(BEN,), right_happened=2)
    assert await team.clocks(plan, of_ben, day=5) == [("A15", 1, "met"), ("A15", 2, "open")]
    assert [each["child"] for each in await team.stored(of_ben)] == [str(BEN)] * 3


async def test_the_id_that_a_child_was_named_by_stays_with_the_correction(team: Team) -> None:
    await team.handler.run(KnowPerson(about=(BEN,), kind="child"), SERVICE, uuid4())
    await merge(team.handler, BEN, AVA)
    wanted = await team.do(Want(), day=1)
    await team.correct(wanted, day=1.5, right_happened=1.2)
    said, corrected = await team.stored(child_stream("mash", due, BEN))
    assert said["envelope"]["named"] == str(AVA)
    assert (corrected["envelope"]["named"], corrected["corrects"]["named"]) == (str(AVA), str(AVA))
    assert (corrected["child"], corrected["corrects"]["named"]) == (str(BEN), str(AVA))


async def test_a_second_correction_keeps_what_the_first_put_right(team: Team) -> None:
    opened = await team.do(Open(), day=1)
    await team.correct(opened, day=2, right_happened=0.2, right_known=0.5)
    await team.correct(opened, day=3, fields={"level": 2})
    *_, last = await team.stored(episode_id(1))
    assert (last["known_at"], last["body"]["happened_at"]) == (_said(0.5), _said(0.2))
    assert last["body"]["level"] == 2


async def test_what_was_withdrawn_is_put_right_from_what_it_said_last(team: Team) -> None:
    opened = await team.do(Open(), day=1)
    await team.correct(opened, day=2, fields={"level": 3, "worries": "Cold."})
    await team.correct(opened, day=3, withdrawn=True)
    await team.correct(opened, day=4, right_happened=0.5)
    *_, last = await team.stored(episode_id(1))
    assert (last["body"]["level"], last["body"]["happened_at"]) == (3, _said(0.5))


async def test_what_is_so_already_is_not_corrected_once_more(team: Team) -> None:
    opened = await team.do(Open(level=2), day=1)
    what = {"fields": {"level": 2, "worries": "Hungry."}, "right_happened": 1, "right_known": 1}
    await team.correct(opened, day=2, **what)
    assert len(await team.stored(episode_id(1))) == 1
    await team.correct(opened, day=2, withdrawn=True)
    await team.correct(opened, day=3, withdrawn=True)
    assert len(await team.stored(episode_id(1))) == 2


async def test_a_note_that_says_the_same_is_left_alone(team: Team) -> None:
    await two_plans(team)
    seen = await team.do(Visit(), day=13)
    where = episode_stream("mash", plan, AVA, 2)
    before = await team.stored(where)
    await team.correct(seen, day=14, right_known=13.5)
    assert await team.stored(where) == before


def _said(day: float) -> str:
    return (START + day * DAY).isoformat().replace("+00:00", "Z")
