"""What one service copies of others' facts is compared with their logs: made up, put in twice, altered, or dropped."""

from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import orjson
import pytest

from shared.audit.across_logs import Copies, check_copies
from shared.audit.log_check import Findings
from shared.commands.stream_ids import thing_stream
from shared.eventstore.append import AppendRequest, CommandWrites, InboxMove, NewEvent, StreamWrite
from shared.eventstore.store import Store
from shared.infrastructure.clock import RealClock
from tests.integration.ledgers import CHILDREN, Ledgers, Told, dsn_of

COPIED = "ledgers.Copied"
COPIES = Copies("chronology", COPIED, lambda _source, name: "" if name == Told.NAME else None)


def copy(fact: asyncpg.Record, **changes: Any) -> StreamWrite:
    """The chronology's copy of a fact of MASH."""
    entry = {
        "id": str(fact["event_id"]),
        "source": "mash",
        "source_event": fact["topic"],
        "event": str(fact["event_id"]),
    }
    said = {
        "source_position": fact["notification_id"],
        "source_digest": fact["digest"].hex(),
        "entry": entry | changes.pop("entry", {}),
        "envelope": {"id": str(event_id := uuid4()), "command": str(uuid4())},
    }
    row = NewEvent(event_id, COPIED, "entry", orjson.dumps(said | changes), None, fact["child"], None)
    step = UUID(orjson.loads(fact["state"])["envelope"]["command"])
    return StreamWrite(thing_stream(step, fact["child"]), 0, (row,))


async def append(ledgers: Ledgers, writes: Sequence[StreamWrite], heads: Sequence[InboxMove] = ()) -> None:
    pool = ledgers.pools["chronology"]
    store = Store(pool, partial(asyncpg.connect, dsn_of(pool)), "chronology", RealClock())
    await store.start()
    versions: Counter[UUID] = Counter()
    for row in await pool.fetch("SELECT originator_id FROM chronology.events"):
        versions[row["originator_id"]] += 1
    parts = []
    for write in writes:  # a step may have made several facts of one child: their copies stand on one stream
        placed = StreamWrite(write.stream_id, versions[write.stream_id], write.rows)
        versions[write.stream_id] += len(write.rows)
        parts.append(CommandWrites(uuid4(), b"asked", (placed,)))
    await store.append(AppendRequest(tuple(parts), heads=tuple(heads)))
    await store.stop()


@pytest.fixture
async def facts(ledgers) -> list[asyncpg.Record]:
    """Every fact that crosses from MASH; the chronology has a copy of each, and its inbox heads say so."""
    found = await ledgers.superuser.fetch(
        "SELECT * FROM mash.events WHERE key IS NOT NULL ORDER BY notification_id"
    )
    await append(ledgers, [copy(fact) for fact in found])
    return list(found)


async def found(ledgers: Ledgers) -> list[str]:
    findings = Findings("chronology")
    head = await ledgers.superuser.fetchval("SELECT coalesce(max(notification_id), 0) FROM chronology.events")
    await check_copies(ledgers.pools, COPIES, head, findings)
    return [str(each) for each in findings.items]


async def test_untouched_nothing_is_found(ledgers, facts):
    assert len(facts) == 36
    assert await found(ledgers) == []


async def test_an_entry_that_was_made_up(ledgers, facts):
    """With a digest that follows and a command's row: a log by itself says nothing of it."""
    await append(
        ledgers, [copy(facts[0], source_position=7, entry={"id": str(uuid4()), "event": str(uuid4())})]
    )
    [told] = await found(ledgers)
    assert told.startswith("chronology, position 37, stream ")
    assert told.endswith("it tells of a fact that does not stand at position 7 of the log of mash")
    await append(ledgers, [copy(facts[0], entry={"id": str(uuid4()), "source": "nowhere"})])
    assert len(await found(ledgers)) == 2


async def test_a_fact_that_is_told_twice(ledgers, facts):
    """The second one would have an audience of its own."""
    await append(ledgers, [copy(facts[4], entry={"id": str(uuid4())})])
    assert await found(ledgers) == [
        "chronology, position 37: this fact stands here already, and was put in a second time"
    ]


async def test_a_fact_that_is_never_published(ledgers, facts):
    inside = await ledgers.superuser.fetchrow("SELECT * FROM mash.events WHERE key IS NULL LIMIT 1")
    await append(ledgers, [copy(inside)])
    [told] = await found(ledgers)
    assert "it tells of a fact that is never published, at position 1 of the log of mash" in told


async def test_a_fact_that_was_altered_after_it_was_told(ledgers, facts):
    await ledgers.tamper(
        "UPDATE mash.events SET state = replace(state::text, '636f646520', '436f646520')::bytea"
        " WHERE notification_id = 49"
    )
    await ledgers.chain_again(49)
    told = await found(ledgers)
    assert (
        "it was made when position 49 of the log of mash, or what stands before that, said something else"
        in told[0]
    )


async def test_an_inbox_head_that_was_moved_over_a_fact(ledgers, facts):
    """As the chronology's own role may do: it loses a fact for good, and its own log is whole."""
    await ledgers.append("mash", [(5, 3)])
    new = await ledgers.superuser.fetchrow("SELECT * FROM mash.events ORDER BY notification_id DESC LIMIT 1")
    assert await found(ledgers) == []  # it has not arrived yet
    await ledgers.tamper(
        f"UPDATE chronology.inbox_heads SET position = 61, event_id = '{new['event_id']}' WHERE key = '{CHILDREN[3]}'"
    )
    [told] = await found(ledgers)
    assert told.startswith(
        "chronology: the inbox head says that position 61 of mash was taken, and nothing here"
    )
    await ledgers.superuser.execute(
        "INSERT INTO chronology.skipped (source, key, position, error, reason, actor) VALUES ('mash', $1, 61, 'x', 'y', $2)",
        CHILDREN[3],
        uuid4(),
    )
    findings = Findings("chronology")
    assert await check_copies(ledgers.pools, COPIES, 36, findings) == 1
    assert findings.items == []


async def test_an_inbox_head_that_was_moved_back(ledgers, facts):
    """The same facts would be taken a second time."""
    await ledgers.tamper(f"UPDATE chronology.inbox_heads SET position = 13 WHERE key = '{CHILDREN[0]}'")
    told = await found(ledgers)
    assert len(told) == 2
    assert "it was taken from position 25 of mash, and the inbox head stands before that" in told[0]


async def test_an_entry_of_a_child_whose_records_were_merged_stands_on_another_stream(ledgers, facts):
    await ledgers.append("mash", [(5, 2)])
    new = await ledgers.superuser.fetchrow("SELECT * FROM mash.events ORDER BY notification_id DESC LIMIT 1")
    write = copy(new)
    head = InboxMove("mash", new["key"], facts[-10]["notification_id"], 61, new["event_id"], new["digest"])
    await append(ledgers, [StreamWrite(uuid4(), 0, write.rows)], [head])
    assert await found(ledgers) == []


async def test_what_cannot_be_read_is_told_and_stops_nothing(ledgers, facts):
    await ledgers.tamper("UPDATE chronology.events SET state = 'nothing' WHERE notification_id = 5")
    told = await found(ledgers)
    assert told[0].endswith("cannot be told: an open part cannot be read")
    assert len(told) == 1
