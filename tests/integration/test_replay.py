"""The past as the log alone tells it: records, a stream's history, and the states they fold to."""

from datetime import timedelta
from uuid import uuid4

import asyncpg

from shared.audit.replay import history, of_children, position_at, recorded, replay, states
from shared.domain.deadlines import DeadlineClocks
from tests.integration.toy_views import T0, Log, Other, contact, some_life


async def test_the_past_is_read_from_the_log_alone(pool: asyncpg.Pool) -> None:
    log, streams = Log(pool), [uuid4() for _ in range(6)]
    life = some_life(streams)
    ids = await log.append(*life)
    await log.append((uuid4(), Other()), category="person")

    records = [record async for record in replay(pool, "mash", contact)]
    assert [record.position for record in records] == list(range(1, len(life) + 1))
    assert [record.event.NAME for record in records] == [event.NAME for _, event in life]
    assert [record.envelope.event_id for record in records] == ids
    assert [r.position async for r in replay(pool, "mash", contact, until_position=4)] == [1, 2, 3, 4]

    third = await history(pool, "mash", streams[3])
    assert [record.event.NAME.rpartition(".")[2] for record in third] == [
        "Received",
        "Decided",
        "Other",
        "Withdrawn",
    ]
    assert len(await history(pool, "mash", streams[3], until_position=6)) == 1

    found = await states(pool, "mash", contact)
    assert found.keys() == set(streams)
    assert found[streams[3]].state == tuple(record.event.NAME for record in third)
    assert (found[streams[3]].version, found[streams[3]].position) == (4, third[-1].position)
    (clock,) = found[streams[3]].clocks
    assert (clock.acted_at, clock.ended_at) == (T0, None)
    assert (await states(pool, "mash", contact, until_position=6))[streams[3]].clocks != DeadlineClocks()


async def test_a_moment_is_found_in_the_log_and_a_childs_records_up_to_it(pool: asyncpg.Pool) -> None:
    log, streams = Log(pool), [uuid4() for _ in range(6)]
    life = some_life(streams)
    tick = timedelta(microseconds=1)
    assert await position_at(pool, "mash", T0 + timedelta(days=9)) == 0
    await log.append(*life)
    times = [await recorded(pool, "mash", position) for position in range(1, len(life) + 1)]
    assert times == sorted(times)
    for at in (*times, *(time - tick for time in times), *(time + tick for time in times)):
        assert await position_at(pool, "mash", at) == sum(time <= at for time in times)
    wanted = [position for position, (stream, _) in enumerate(life, 1) if stream in streams[2:4]]
    pages = of_children(pool, "mash", streams[2:4], until=len(life))
    assert [record.position async for page in pages for record in page] == wanted
    some = of_children(pool, "mash", streams[2:4], after=wanted[0], until=wanted[-2])
    assert [record.position async for page in some for record in page] == wanted[1:-1]
