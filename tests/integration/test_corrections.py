"""Corrections on a real log: the old stays, the stream is judged by the new, and what was noted beside follows."""

from uuid import UUID, uuid4

import orjson
import pytest

from shared.commands.stream_ids import child_stream, episode_stream, thing_stream
from shared.domain.command import NotFound, Refused
from shared.eventstore.append import SubjectErased
from shared.team.authorisation import Forbidden
from shared.team.corrections import CorrectRecord
from shared.team.deadlines import VaryDeadline
from shared.team.known_people import known_person
from tests.integration.toy_plans import (
    AVA,
    DAY,
    MANAGER,
    Open,
    Report,
    StartPlan,
    Team,
    Tell,
    Visit,
    Want,
    contact,
    due,
    episode_id,
    referral,
    social_worker,
    team_on,
)
from tests.integration.toy_team import START

REASON = "It was otherwise."


@pytest.fixture
async def team(open_store, clock, keys) -> Team:
    return await team_on(await open_store(clock=clock, keys=keys), clock, keys)


async def correct(team: Team, step: UUID, *, day: float, by=MANAGER, **what) -> UUID:
    team.clock.move_to(START + day * DAY)
    what = {name: START + at * DAY if name.startswith("right_") else at for name, at in what.items()}
    return (await team.handler.run(CorrectRecord(re=step, reason=REASON, **what), by, uuid4())).id


async def state(team: Team, stream, stream_id: UUID):
    return (await team.handler.reader(fresh=True).get({stream_id: stream}))[stream_id].state


async def test_the_corrected_body_is_folded_in_the_old_ones_place_and_the_old_one_stays(team: Team) -> None:
    opened = await team.do(Open(level=1), day=0)
    where = episode_stream("mash", referral, AVA, 1)
    assert await state(team, referral, where) == "open at 1"
    await correct(team, opened, day=1, fields={"level": 3, "worries": "Hungry, and cold."})
    assert await state(team, referral, where) == "open at 3"
    assert (await team.handler.reader().get({where: referral}))[where].state == "open at 3"  # kept warm so
    first, second = (await team.handler.store.whole([where]))[where]
    assert orjson.loads(first["state"])["level"] == 1
    assert orjson.loads(second["state"])["body"]["level"] == 3
    text = orjson.loads(
        team.keys.open(second["sealed"], UUID(orjson.loads(second["state"])["envelope"]["id"]))
    )
    assert text["reason"] == REASON
    assert text["text"] == {"worries": "Hungry, and cold.", "recorded_by": MANAGER.name}
    await correct(team, opened, day=2, fields={"level": 2})
    assert await state(team, referral, where) == "open at 2"
    third = (await team.handler.store.whole([where]))[where][-1]
    text = orjson.loads(team.keys.open(third["sealed"], UUID(orjson.loads(third["state"])["envelope"]["id"])))
    assert text["text"]["worries"] == "Hungry, and cold."  # what was corrected before stays corrected


async def test_what_should_not_have_been_recorded_is_withdrawn_and_recorded_anew(team: Team) -> None:
    opened = await team.do(Open(), day=0)
    await correct(team, opened, day=1, withdrawn=True)
    assert await state(team, referral, episode_stream("mash", referral, AVA, 1)) == "none"
    with pytest.raises(Refused, match="either withdraw it, or say what is right"):
        await correct(team, opened, day=1, withdrawn=True, fields={"level": 2})


async def test_what_was_withdrawn_is_not_put_right_where_the_next_is_open(team: Team) -> None:
    first = await team.do(Open(), day=0)
    await correct(team, first, day=1, withdrawn=True)
    second = await team.do(Open(), day=2)
    with pytest.raises(Refused, match="another referral of the child is open since"):
        await correct(team, first, day=3, right_happened=0.5)
    await correct(team, second, day=3, withdrawn=True)
    await correct(team, first, day=3, right_happened=0.5)
    assert await state(team, referral, episode_id(1)) == "open at 1"


async def test_what_others_stand_on_is_withdrawn_last(team: Team) -> None:
    opened = await team.do(Open(), day=0)
    seen = await team.do(Visit(), day=1)
    with pytest.raises(Refused, match="withdraw that first") as caught:
        await correct(team, opened, day=2, withdrawn=True)
    assert caught.value.rules == ("E3",)
    await correct(team, seen, day=2, withdrawn=True)
    await correct(team, opened, day=2, withdrawn=True)
    await team.do(Open(level=4), day=3)  # the child's next: the first never was
    assert await state(team, referral, episode_id(2)) == "open at 4"


async def test_a_thing_that_was_withdrawn_takes_no_more_commands(team: Team) -> None:
    told = await team.do(Tell(), day=0)
    await correct(team, told, day=1, withdrawn=True)
    with pytest.raises(NotFound, match="there is no contact with this id"):
        await team.do(Report(re=told), day=2)


async def test_a_clock_moves_with_the_fact_that_started_it(team: Team) -> None:
    wanted = await team.do(Want(), day=2)
    where = child_stream("mash", due, AVA)
    await correct(team, wanted, day=3, right_happened=1)
    assert await team.clocks(due, where, day=1.5) == [("A11", 1, "open")]
    rows = (await team.handler.store.whole([where]))[where]
    assert [row["topic"].partition(".")[2] for row in rows] == ["Wanted", "RecordCorrected", "DeadlineMissed"]
    await correct(team, wanted, day=4, right_happened=3.5)
    assert await team.clocks(due, where, day=4) == [("A11", 3.5, "open")]


async def test_what_was_noted_of_a_corrected_act_follows_it(team: Team) -> None:
    await team.do(Open(), day=0)
    await team.do(StartPlan(), day=1)
    seen = await team.do(Visit(), day=3)
    await correct(team, seen, day=5, right_happened=2)
    assert await team.plan_clocks(1, day=6) == [("A15", 1, "met"), ("A15", 2, "open")]
    await correct(team, seen, day=6, withdrawn=True)
    assert await team.plan_clocks(1, day=7) == [("A15", 1, "open"), ("A15", 2, "ended")]
    await correct(team, seen, day=7, right_happened=4)
    assert await team.plan_clocks(1, day=8) == [("A15", 1, "met"), ("A15", 4, "open")]


async def test_a_visit_corrected_before_its_plan_was_typed_up_is_noted_as_it_is_right(team: Team) -> None:
    await team.do(Open(), day=0)
    seen = await team.do(Visit(), day=1)
    await correct(team, seen, day=3, right_happened=2)
    await team.do(StartPlan(), day=4, happened=1.5)
    assert await team.plan_clocks(1, day=5) == [("A15", 1.5, "met"), ("A15", 2, "open")]


async def test_who_may_correct_what(team: Team) -> None:
    """A practitioner what they recorded themselves, a manager what their team recorded (E9)."""
    one, other = social_worker("Sam Cole"), social_worker("Dee Fox")
    told = await team.do(Tell(), day=1, by=one)
    with pytest.raises(Forbidden) as caught:
        await correct(team, told, day=1, by=other, right_happened=0.2)
    assert caught.value.rules == ("E9",)
    await correct(team, told, day=1, by=one, right_happened=0.2)
    await correct(team, told, day=1, right_happened=0.3)


@pytest.mark.parametrize(
    ("what", "rule", "words"),
    [
        ({}, "E3", "say what is right"),
        ({"fields": {"colour": "red"}}, "E3", "of it may be corrected: level, worries"),
        ({"fields": {"channel": "telephone"}}, "E3", "of it may be corrected: level, worries"),
        ({"fields": {"level": "four"}}, "E3", "level cannot be so"),
        ({"fields": {"worries": 4}}, "E3", "worries cannot be so"),
        ({"right_happened": 9}, "E2", "later than now"),
        ({"right_happened": 0.5, "right_known": 0.4}, "E2", "before it happened"),
    ],
)
async def test_what_is_refused_changes_nothing(team: Team, what, rule: str, words: str) -> None:
    opened = await team.do(Open(), day=0)
    head = await team.handler.store.head()
    with pytest.raises(Refused, match=words) as caught:
        await correct(team, opened, day=1, **what)
    assert caught.value.rules == (rule,)
    assert await team.handler.store.head() == head


async def test_what_is_not_there_cannot_be_corrected(team: Team) -> None:
    opened = await team.do(Open(), day=0)
    corrected = await correct(team, opened, day=1, fields={"level": 2})
    for step in (uuid4(), corrected):
        with pytest.raises(NotFound, match="nothing was recorded by this step"):
            await correct(team, step, day=2, withdrawn=True)
    with pytest.raises(NotFound, match="nothing about one of the children"):
        await team.handler.run(
            CorrectRecord(re=opened, about=(uuid4(),), reason=REASON, withdrawn=True), MANAGER, uuid4()
        )


async def test_two_corrections_at_once_are_one_after_the_other(team: Team, open_store, clock, keys) -> None:
    opened = await team.do(Open(), day=0)
    other = await team_on(await open_store(clock=clock, keys=keys), clock, keys, known=False)
    await correct(team, opened, day=1, fields={"level": 2})
    await correct(other, opened, day=1, fields={"level": 3})
    await correct(team, opened, day=1, fields={"worries": "Cold."})
    assert await state(team, referral, episode_id(1)) == "open at 3"


async def test_where_the_words_were_erased_nothing_more_is_written(team: Team) -> None:
    """A correction says in words why: there is no key to keep them under, and no second one is made."""
    opened = await team.do(Open(), day=0)
    assert team.keys.erase(AVA) == 1
    with pytest.raises(Refused, match="its words were erased, so worries cannot be put right"):
        await correct(team, opened, day=1, fields={"worries": "Cold."})
    with pytest.raises(SubjectErased, match="nothing more can be written"):
        await correct(team, opened, day=1, fields={"level": 3})
    assert await state(team, referral, episode_id(1)) == "open at 1"


async def test_what_a_service_took_in_is_corrected_where_it_was_recorded(team: Team) -> None:
    known = (await team.stored(child_stream("mash", known_person, AVA)))[0]["envelope"]["command"]
    with pytest.raises(Refused, match="correct it where it was recorded"):
        await correct(team, UUID(known), day=1, withdrawn=True)


async def test_a_varied_deadline_is_put_right_within_its_bounds_or_withdrawn(team: Team) -> None:
    """A variation is a person's word, and put right as it was said."""
    told = await team.do(Tell(), day=0)
    varied = await team.do(VaryDeadline(re=told, rule="M14", due=START + 3 * DAY, reason="Ill."), day=0.5)
    with pytest.raises(Refused, match="only when it is due and the reason"):
        await correct(team, varied, day=1, right_happened=0.4)
    await correct(team, varied, day=1, fields={"due": (START + 2 * DAY).isoformat()})
    where = thing_stream(told, AVA)
    (clock,) = (await team.handler.reader(fresh=True).get({where: contact}))[where].clocks
    assert (clock.due_at, clock.state(START + DAY)) == (START + 2 * DAY, "varied")
    await correct(team, varied, day=1, withdrawn=True)
    assert await team.clocks(contact, where, day=0.9) == [("M14", 0, "open")]
