"""A log that nobody touched verifies: whatever the page and the memory, and with the bytes the writer chained."""

import tracemalloc
from functools import partial
from uuid import uuid4

import asyncpg

from shared.crypto.hash_chain import COVERED, content
from shared.eventstore.append import AppendRequest, CommandWrites, StreamWrite
from shared.eventstore.store import Store
from shared.infrastructure.clock import RealClock
from tests.integration.ledgers import CHILDREN, checkpoints_of, dsn_of, row, stream_at


async def test_an_untouched_log_verifies_and_says_who_keeps_what(ledgers):
    audited = await checkpoints_of(ledgers)
    report = await ledgers.verify(audited=audited[-1:])
    assert report.findings == []
    assert (report.events, report.head, report.signed) == (60, 60, 60)
    assert report.kept == {"people": 60, "chronology": 60, "the auditor's file": 60}
    assert report.last == audited[-1]
    people = await ledgers.verify("people")
    assert (people.findings, people.events) == ([], 3)
    assert (await ledgers.verify("chronology")).findings == []


async def test_the_database_puts_the_digests_bytes_together_as_the_writer_does(ledgers):
    await ledgers.tamper(
        "UPDATE mash.events SET sealed = NULL WHERE notification_id = 7",
        "UPDATE mash.events SET sealed = '' WHERE notification_id = 8",
        "UPDATE mash.events SET topic = 'mash.Ärger' WHERE notification_id = 9",
        "UPDATE mash.events SET recorded_at = '1969-07-20 20:17:40.000001+00' WHERE notification_id = 10",
        "UPDATE mash.events SET recorded_at = '9999-12-31 23:59:59.999999+00' WHERE notification_id = 11",
    )
    rows = await ledgers.superuser.fetch(f"SELECT *, sha256({COVERED}) AS ours FROM mash.events")
    assert len(rows) == 60
    for each in rows:
        place = (each["notification_id"], each["originator_id"], each["originator_version"])
        said = (each["topic"], each["recorded_at"], each["state"], each["sealed"])
        assert each["ours"] == content(*place, *said)


async def test_pages_of_any_size_and_streams_beyond_memory_say_the_same(ledgers):
    for options in ({"page": 1}, {"page": 7}, {"remembered": 3}, {"page": 10, "remembered": 1}):
        assert (await ledgers.verify(**options)).findings == []
    await ledgers.tamper(
        "UPDATE mash.events SET originator_version = 9 WHERE notification_id = 49",
        "UPDATE mash.events SET category = 'other' WHERE notification_id = 50",
    )
    for options in ({"page": 7}, {"page": 7, "remembered": 3}):
        found = "\n".join(str(each) for each in (await ledgers.verify(**options)).findings)
        assert f"position 49, {stream_at(49)}: its version does not follow" in found
        assert "position 50" in found


async def test_memory_does_not_grow_with_the_log(ledgers):
    pool = ledgers.pools["people"]
    store = Store(pool, partial(asyncpg.connect, dsn_of(pool)), "people", RealClock())
    await store.start()

    async def grow(rows: int) -> None:
        for _ in range(rows // 200):
            stream = uuid4()
            some = tuple(row(n, CHILDREN[0]) for n in range(200))
            await store.append(
                AppendRequest((CommandWrites(uuid4(), b"asked", (StreamWrite(stream, 0, some),)),))
            )

    async def most() -> int:
        options = {"page": 100, "remembered": 5}
        tracemalloc.start()
        try:
            assert (await ledgers.verify("people", **options)).findings == []
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    await grow(1000)
    while await ledgers.tables("people").make(ledgers.signers["people"]) is not None:
        pass
    await most()
    small = await most()
    await grow(6000)
    while await ledgers.tables("people").make(ledgers.signers["people"]) is not None:
        pass
    await store.stop()
    assert await most() < small * 1.5
