"""What readiness goes by: whether the last append and the last record of a look worked, and that the gate is open."""

from uuid import uuid4

import asyncpg
import pytest

from shared.access.access_log import AccessLog, AccessNotRecorded, Attempt
from shared.domain.actors import Actor
from shared.eventstore.append import LogUnavailable
from shared.eventstore.gate import TakesNoCommands
from shared.infrastructure import last_try
from shared.infrastructure.clock import RealClock
from tests.integration.store_members import member
from tests.integration.toys import child

X = child(1)


@pytest.fixture(autouse=True)
def _often(monkeypatch):
    monkeypatch.setattr(last_try, "AGAIN", 0.0)
    monkeypatch.setattr(last_try, "PROBING", 0.3)


async def test_an_append_that_failed_is_a_log_that_does_not_work_until_it_does(open_store, log_database):
    store = await open_store(patience=0.3)
    await store.append(member((X, 0)))
    assert await store.last_append.works()
    blocker = await asyncpg.connect(log_database.superuser)
    try:
        async with blocker.transaction():
            await blocker.execute("LOCK TABLE mash.events")
            with pytest.raises(LogUnavailable):
                await store.append(member((X, 1)))
            assert not await store.last_append.works()
    finally:
        await blocker.close()
    assert await store.last_append.works()  # though nobody has sent a command since


async def test_a_look_that_could_not_be_recorded_likewise(pool, log_database, monkeypatch):
    monkeypatch.setattr("shared.access.access_log._PATIENCE", 0.3)
    log = AccessLog(pool, "mash", RealClock())
    actor = Actor(uuid4(), "Ana Lim", "mash_manager", "childrens_social_care", "North team")
    look = Attempt(actor, "read:worklist", "work", "shown")
    await log.record(look)
    blocker = await asyncpg.connect(log_database.superuser)
    try:
        async with blocker.transaction():
            await blocker.execute("LOCK TABLE mash.access")
            with pytest.raises(AccessNotRecorded):
                await log.record(look)
            assert not await log.last_record.works()
    finally:
        await blocker.close()
    assert await log.last_record.works()
    assert await log.record(look) == 2


async def test_a_closed_gate_lets_nothing_be_written_and_parks_nothing_that_comes_in(toys):
    mash, reader, people = [await toys.open(name) for name in ("mash", "assessment", "people")]
    await mash.say([(0, 0)])
    reader.store.gate.close("restored", "Positions 1 to 3 are missing.")
    with pytest.raises(TakesNoCommands):
        await reader.store.append(member((X, 0)))
    pages = await people.published() + await mash.published()
    with pytest.raises(TakesNoCommands):
        await reader.inbox.take(pages)
    assert await reader.store.head() == 0
    assert await reader.waits() == (0, 0)
    reader.store.gate.open("restored")
    await reader.inbox.take(pages)
    assert (await reader.store.head(), await reader.waits()) != (0, (0, 0))
