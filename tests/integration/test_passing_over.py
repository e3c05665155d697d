"""Events from which nothing follows here: their heads move all the same, once and in order, without the log."""

import asyncio
from uuid import uuid4

import pytest

from shared.eventstore.append import InboxMove
from tests.integration.store_members import DIGEST
from tests.integration.toys import Appear, Team, child


@pytest.fixture
async def people(toys) -> Team:
    team = await toys.open("people")
    for _ in range(3):
        for n in range(4):
            await team.do(Appear(about=(child(n),)))
    return team


async def test_heads_move_and_nothing_is_appended(mash, people):
    published = await people.published()
    await mash.inbox.take(published)
    heads = await mash.heads()
    assert {head[2] for head in heads} == {9, 10, 11, 12}
    assert (mash.store.groups, await mash.store.head()) == (0, 0)
    await mash.inbox.take(published)
    assert await mash.heads() == heads


async def test_several_of_one_key_move_it_to_the_last_and_none_passes_over_a_gap(mash):
    place = ("people", uuid4())
    first, second, third, beyond = (
        InboxMove(*place, previous, position, uuid4(), DIGEST)
        for previous, position in ((0, 4), (4, 7), (7, 9), (12, 15))
    )
    tables = mash.inbox.tables
    assert await tables.pass_over([first, second]) == {place}
    assert await tables.pass_over([first, second]) == set()
    assert await tables.pass_over([beyond]) == set()
    assert await tables.pass_over([third]) == {place}
    assert await mash.heads() == [(*place, 9, third.event_id)]


async def test_what_comes_out_of_turn_is_held_until_its_turn(mash, people):
    published = await people.published()
    await mash.inbox.take(published[4:])
    assert (await mash.heads(), await mash.waits()) == ([], (8, 0))
    await mash.inbox.take(published[:4])
    assert {head[2] for head in await mash.heads()} == {9, 10, 11, 12}
    assert await mash.waits() == (0, 0)


async def test_of_two_processes_one_moves_a_head_and_the_other_does_not(toys, mash):
    other = await toys.open("mash")
    places = [("people", uuid4()) for _ in range(40)]
    for n in range(10):
        moves = [InboxMove(*place, n, n + 1, uuid4(), DIGEST) for place in places]
        mine, theirs = await asyncio.gather(
            mash.inbox.tables.pass_over(moves), other.inbox.tables.pass_over(moves[::-1])
        )
        assert not mine & theirs
        assert mine | theirs == set(places)


async def test_two_processes_that_take_the_same_end_at_the_same_heads(toys, mash, people):
    other = await toys.open("mash")
    published = await people.published()
    await asyncio.gather(
        *(team.inbox.take(published[n : n + 4]) for n in range(0, 12, 4) for team in (mash, other))
    )
    for team in (mash, other):
        await team.inbox.take(published)
        await team.inbox.retry_held()
    assert {head[2] for head in await mash.heads()} == {9, 10, 11, 12}
    assert await mash.waits() == (0, 0)
