"""Conferences on a real log: one waits at a time, its letter and minutes are of what was held, one plan is open."""

import asyncio
from uuid import UUID, uuid4

import pytest

from services.conference.app import app
from services.conference.codes import ConferenceDecision
from shared.commands.handler import CommandHandler
from shared.domain.command import NotFound, Refused
from shared.domain.instants import london
from shared.infrastructure.clock import SimulatedClock
from shared.team.known_people import KnowPerson
from tests.integration.conftest import SERVICE
from tests.integration.toy_access import access_to
from tests.integration.toy_team import do, names
from tests.unit.conference.conferences import (
    CHAIR,
    CORE_GROUP,
    EXPECT,
    HELD,
    HOLD,
    LETTER,
    MINUTES,
    NO_PLAN,
    SCHEDULE,
    SCHEDULED,
    STRATEGY,
    WORKER,
)

AVA, BEN = uuid4(), uuid4()
NEXT = HELD.date().replace(month=5, day=6)
ADJOURN = NO_PLAN.model_copy(update={"decision": ConferenceDecision.ADJOURNED, "new_date": NEXT})


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock(STRATEGY)


@pytest.fixture
async def team(open_store, clock, keys) -> CommandHandler:
    made = CommandHandler(
        SERVICE,
        app.streams,
        agency=app.agency,
        store=await open_store(clock=clock, keys=keys),
        keys=keys,
        rules=app.rules,
        access=access_to(app.streams),
        clock=clock,
    )
    for child in (AVA, BEN):
        await do(made, KnowPerson(about=(child,), kind="child"), actor=made.team)
    return made


def of(command, *children: UUID, **more):
    return command.model_copy(update={"about": children, **more})


async def letters(team: CommandHandler, meeting: UUID, child: UUID) -> int:
    ((stream, *_),) = [
        [row["originator_id"]]
        for row in (await team.store.opened_by(meeting))
        if row["category"] == "meeting" and row["child"] == child
    ]
    return (await names(team, stream)).count("DecisionLetterSent")


async def test_a_letter_that_names_no_conference_is_of_the_one_held_last_of_each_child(team, clock):
    clock.move_to(HELD)
    first = await do(team, of(ADJOURN, AVA, BEN), actor=CHAIR)
    clock.move_to(london(2026, 4, 29, 9))
    await do(team, of(LETTER, AVA, BEN), actor=CHAIR)
    assert [await letters(team, first.id, child) for child in (AVA, BEN)] == [1, 1]
    clock.move_to(london(2026, 5, 6, 10))
    second = await do(team, of(HOLD, AVA), actor=CHAIR)
    await do(team, of(CORE_GROUP, AVA), actor=WORKER)
    clock.move_to(london(2026, 5, 7, 9))
    await do(team, of(LETTER, AVA, BEN), actor=CHAIR)
    assert (await letters(team, second.id, AVA), await letters(team, first.id, AVA)) == (1, 1)
    assert await letters(team, first.id, BEN) == 2


async def test_one_that_names_it_is_of_that(team, clock):
    clock.move_to(HELD)
    first = await do(team, of(ADJOURN, AVA, BEN), actor=CHAIR)
    clock.move_to(london(2026, 5, 6, 10))
    await do(team, of(HOLD, AVA), actor=CHAIR)
    await do(team, of(LETTER, AVA, of=first.id), actor=CHAIR)
    assert await letters(team, first.id, AVA) == 1
    sent = await do(team, of(MINUTES, of=first.id), actor=CHAIR)
    assert [each for each in sent.events if "Deadline" not in each] == ["conference.MinutesSent"] * 2


async def test_of_a_child_who_had_none_it_is_refused_and_of_what_is_not_there_not_found(team):
    with pytest.raises(Refused) as refused:
        await do(team, of(LETTER, AVA), actor=CHAIR)
    assert refused.value.rules == ("C13",)
    with pytest.raises(NotFound, match="there is no meeting"):
        await do(team, of(MINUTES, AVA, of=uuid4()), actor=CHAIR)
    with pytest.raises(NotFound, match="address this to the children"):
        await do(team, of(LETTER, AVA, re=uuid4()), actor=CHAIR)


async def test_conferences_expected_at_once_are_one_that_waits(team):
    await asyncio.gather(*(do(team, of(EXPECT, AVA, section_47=uuid4()), actor=team.team) for _ in range(4)))
    (stream,) = await team.store.streams_of(AVA, ["conference_due"])
    said = await names(team, stream)
    assert said[0] == "ConferenceAwaited"
    assert said.count("ConferenceAwaited") == 1
    assert said.count("ConferenceExpected") == 4


async def test_two_chairs_at_once_make_one_plan(team, clock):
    await do(team, of(EXPECT, AVA), actor=team.team)
    clock.move_to(SCHEDULED)
    await do(team, of(SCHEDULE, AVA), actor=CHAIR)
    clock.move_to(HELD)
    done = await asyncio.gather(
        *(do(team, of(HOLD, AVA), actor=CHAIR) for _ in range(2)), return_exceptions=True
    )
    refused = [each for each in done if isinstance(each, Refused)]
    assert [each.rules for each in refused] == [("C8",)]
    assert len(await team.store.streams_of(AVA, ["child_protection_plan"])) == 1
