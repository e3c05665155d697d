"""The past as the log alone tells it: records, a stream's history, and the states they fold to."""

from uuid import uuid4

import asyncpg

from shared.audit.replay import history, replay, states
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
