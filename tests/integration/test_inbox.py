"""The inbox on a real PostgreSQL: whatever a broker does to messages, each is taken once, in order, and none is lost."""

import asyncio
import random
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from uuid import uuid4

import pytest

from shared.crypto.hash_chain import GENESIS
from shared.crypto.transport_keys import Content
from shared.domain.actors import Actor
from shared.domain.event import Event
from shared.inbox.failures import AWAY
from shared.inbox.positions import RawMessage
from shared.messaging.authentication import open_message
from shared.messaging.message import parse
from tests.integration import toys as t
from tests.integration.toys import Appear, Copy, Note, Team, Toys, child, told_otherwise, toys_on

CHILDREN = 6
WHO = Actor(uuid4(), "A Manager", "operator", "childrens_social_care")


@pytest.fixture
async def reader(toys) -> Team:
    return await toys.open("assessment")


async def known(toys: Toys, reader: Team, *who: int) -> None:
    """The reader is told of these children."""
    people = await toys.open("people")
    await people.do(*(Appear(about=(child(n),)) for n in who))
    await reader.inbox.take(await people.published())


# -- what a broker may do


def disturbed(chance: random.Random, published: Sequence[RawMessage]) -> list[list[RawMessage]]:
    """Doubled, dropped, swapped and cut into pages. What comes last of a key is kept: nothing would show its loss."""
    last = {parse(each.headers, each.body).source_key: each for each in published}
    kept = [each for each in published if chance.random() > 0.15 or each in last.values()]
    kept += [each for each in kept if chance.random() < 0.2]
    kept = [kept[i] for i in sorted(range(len(kept)), key=lambda i: i + chance.uniform(0, 25))]
    pages = []
    while kept:
        size = chance.choice([1, 3, 10, 40])
        pages.append(kept[:size])
        del kept[:size]
    return pages


async def close_gaps(reader: Team, published: Sequence[RawMessage]) -> None:
    """Ask for what is missing until nothing is, as a process does all the time."""
    for _ in range(30):
        await reader.inbox.retry_held()
        gaps = await reader.inbox.tables.gaps(0, 0)
        if not gaps and await reader.waits() == (0, 0):
            return
        for gap in gaps:
            missing = [
                each
                for each in published
                if (m := parse(each.headers, each.body)).source_key == (gap.source, gap.key)
                and m.position > gap.after
            ]
            await reader.inbox.take(missing)
    raise AssertionError(f"still waiting: {await reader.waits()}")


@pytest.mark.parametrize("seed", range(6))
async def test_whatever_happens_on_the_way_the_reader_ends_where_an_undisturbed_one_does(
    toys, mash, reader, toys_server, tmp_path, seed
):
    chance = random.Random(seed)
    people = await toys.open("people")
    await people.do(*(Appear(about=(child(n),)) for n in range(CHILDREN)))
    for n in range(60):
        who = child(chance.randrange(CHILDREN))
        await mash.do(t.Ponder(about=(who,)) if n % 3 == 0 else Note(about=(who,), n=n))
    published = [*await people.published(), *await mash.published()]

    async with toys_on(toys_server, tmp_path) as elsewhere:
        calm = await elsewhere.open("assessment")
        await calm.inbox.take(published)
        if seed % 2:
            chance.shuffle(published)
        for page in disturbed(chance, published):
            await reader.inbox.take(page)
        await close_gaps(reader, published)

        assert await reader.copied() == await calm.copied()
        assert await reader.heads() == await calm.heads()
        tables = []
        for each in (reader, calm):
            await each.follow_views()
            tables.append(await each.pool.fetch("SELECT * FROM assessment_views.copies ORDER BY 1, 2"))
        assert tables[0] == tables[1]
        assert len(tables[0]) == 40


async def test_a_message_says_the_position_before_it_of_its_key_past_what_does_not_cross(mash):
    await mash.say([(1, 1), (2, 2)])
    await mash.do(t.Ponder(about=(child(1),)))
    await mash.say([(1, 3)])
    messages = [parse(each.headers, each.body) for each in await mash.published()]
    assert [(m.position, m.previous) for m in messages] == [(1, 0), (2, 0), (4, 1)]


async def test_a_message_says_the_digest_of_its_row_and_of_the_one_before_it_of_its_key(mash):
    await mash.say([(1, 1), (2, 2), (1, 3)])
    rows = await mash.pool.fetch("SELECT digest FROM mash.events ORDER BY notification_id")
    one, two, three = (row["digest"] for row in rows)
    messages = [parse(each.headers, each.body) for each in await mash.published()]
    assert [(m.digest, m.previous_digest) for m in messages] == [(one, GENESIS), (two, GENESIS), (three, one)]


async def test_a_head_keeps_the_digest_of_the_row_it_stands_on_whether_anything_followed_or_not(
    toys, mash, reader
):
    """So that whoever compares two logs compares what they say, and not ids alone."""
    await known(toys, reader, 1)  # of which something follows
    other = await toys.open("people")
    await mash.say([(1, 1), (1, 2)])
    published = await mash.published()
    await reader.inbox.take(published)
    await other.inbox.take(published)  # of which nothing follows there
    last = await mash.pool.fetchval("SELECT digest FROM mash.events WHERE notification_id = 2")
    for team in (reader, other):
        kept = await team.pool.fetchval(f"SELECT digest FROM {team.name}.inbox_heads WHERE source = 'mash'")
        assert kept == last


async def test_the_sealed_part_travels_under_the_transport_key_and_is_absent_of_who_was_erased(
    toys, mash, reader
):
    await known(toys, reader, 1, 2)
    await mash.say([(1, 1), (2, 2)])
    assert mash.keys.erase(child(2)) == 1
    first, second = await mash.published()
    assert b"name" not in first.body
    said = open_message(second.headers, second.body, reader.transport)
    assert (said.text, said.sealed[1]) == (None, Content.ERASED)
    await reader.inbox.take([first, second])
    rows = await reader.pool.fetch(
        "SELECT sealed, event_id FROM assessment.events WHERE topic = 'toys.Copied' ORDER BY notification_id"
    )
    assert [row["sealed"] and reader.keys.open(row["sealed"], row["event_id"]) for row in rows] == [
        b'{"words":"name 1"}',
        None,
    ]


async def test_two_processes_that_take_the_same_pages_at_once_take_each_event_once(toys, mash, reader):
    other = await toys.open("assessment")
    await known(toys, reader, *range(4))
    await mash.say([(n % 4, n) for n in range(80)])
    published = await mash.published()
    pages = [published[n : n + 16] for n in range(0, 80, 16)]

    async def take_all(team: Team) -> None:
        for page in pages:
            await team.inbox.take(page)

    await asyncio.gather(take_all(reader), take_all(other))
    await close_gaps(reader, published)
    assert await reader.copied() == {child(n): list(range(n, 80, 4)) for n in range(4)}


# -- pages


async def test_a_page_of_500_is_few_transactions(toys, mash, reader):
    await known(toys, reader, *range(50))
    await mash.say_much(500, 50)
    before = reader.store.groups
    await reader.inbox.take(await mash.published())
    assert sum(map(len, (await reader.copied()).values())) == 500
    assert reader.store.groups - before <= 3


async def test_others_who_write_the_same_streams_meanwhile_neither_stop_a_page_nor_lose_anything(
    toys, mash, reader
):
    other = await toys.open("assessment")
    await known(toys, reader, 0, 1)
    await mash.say([(n % 2, n) for n in range(120)])
    published = await mash.published()
    taken = asyncio.create_task(reader.inbox.take(published))
    n = 1000
    while not taken.done():
        await other.do(Copy(about=(child(n % 2),), n=n), Copy(about=(child((n + 1) % 2),), n=n + 1))
        n += 2
    await taken
    await close_gaps(reader, published)
    copied = await reader.copied()
    assert n > 1000
    for who in (0, 1):
        assert [n for n in copied[child(who)] if n < 1000] == list(range(who, 120, 2))
    assert sum(len(ns) for ns in copied.values()) == 120 + n - 1000


async def test_what_cannot_be_read_is_put_aside_under_its_place_and_stops_nobody(toys, mash, reader):
    await known(toys, reader, 1)
    await mash.say([(1, 1), (1, 2)])
    first, second = await mash.published()
    page = [
        replace(first, headers={"ce_id": "\x00", "\x00": ""}, offset=90),
        replace(first, body=b"nonsense", offset=91),
        replace(first, topic="safeguarding.people.v1", offset=92),  # only People writes the topic of People
        replace(first, headers=first.headers | {"ce_position": str(2**63)}, offset=93),
        first,
        second,
    ]
    await reader.inbox.take(page)
    await reader.inbox.take(page)
    assert await reader.copied() == {child(1): [1, 2]}
    parked = await reader.inbox.tables.parked()
    assert [(row.source, row.position, row.error) for row in parked] == [
        ("unreadable:safeguarding.mash.v1", 90, "NotAMessage"),
        ("unreadable:safeguarding.mash.v1", 91, "NotAMessage"),
        ("unreadable:safeguarding.people.v1", 92, "NotAMessage"),
        ("unreadable:safeguarding.mash.v1", 93, "NotAMessage"),
    ]
    for row in parked:
        assert not await reader.inbox.retry(row.source, row.key)
        assert await reader.inbox.skip(row.source, row.key, "a test", WHO)
    assert await reader.waits() == (0, 0)


# -- waiting


async def test_a_gap_is_held_and_asked_for_once_in_a_while(toys, mash, reader):
    await known(toys, reader, 1)
    await mash.say([(1, n) for n in range(1, 6)])
    published = await mash.published()
    await reader.inbox.take([published[0], published[2], published[4]])
    assert await reader.copied() == {child(1): [1]}
    assert await reader.waits() == (2, 0)
    tables = reader.inbox.tables
    assert await tables.gaps(60, 60) == []
    assert [(gap.source, gap.key, gap.after) for gap in await tables.gaps(0, 60)] == [("mash", child(1), 1)]
    assert await tables.gaps(0, 60) == []
    await reader.inbox.take(published[1:2])
    assert await reader.copied() == {child(1): [1, 2, 3]}
    await reader.inbox.take(published[1:])
    assert await reader.copied() == {child(1): [1, 2, 3, 4, 5]}
    assert await reader.waits() == (0, 0)


async def test_an_event_about_somebody_unknown_waits_and_is_taken_as_soon_as_the_person_is_known(
    toys, mash, reader
):
    await mash.say([(1, 1), (1, 2)])
    await reader.inbox.take(await mash.published())
    assert await reader.why() == {"cause": 1, "gap": 1}
    assert await reader.inbox.tables.gaps(0, 0) == []  # nothing is missing: it is here, and waits
    await reader.inbox.retry_held()
    assert await reader.copied() == {}
    await known(toys, reader, 1)
    assert await reader.copied() == {child(1): [1, 2]}
    assert await reader.waits() == (0, 0)


async def test_a_cause_that_does_not_come_within_the_patience_parks_the_event(toys, mash):
    reader = await toys.open("assessment", patience=0.2)
    await mash.say([(1, 1), (1, 2)])
    first, second = await mash.published()
    await reader.inbox.take([second])
    await reader.inbox.tables.hold([parse(first.headers, first.body)], "gap")
    await asyncio.sleep(0.25)
    await reader.inbox.take([first])
    await reader.inbox.retry_held()
    assert await reader.waits() == (2, 0)  # how long it stood behind a gap does not count
    await asyncio.sleep(0.25)
    await reader.inbox.retry_held()
    (parked,) = await reader.inbox.tables.parked()
    assert (parked.position, parked.error) == (1, "CauseMissing")
    assert await reader.waits() == (1, 1)
    assert not await reader.inbox.retry("mash", child(1))
    assert await reader.waits() == (1, 1)
    await known(toys, reader, 1)
    assert await reader.copied() == {}
    assert await reader.inbox.retry("mash", child(1))
    assert await reader.copied() == {child(1): [1, 2]}
    assert await reader.waits() == (0, 0)


async def test_an_event_newer_than_this_program_is_held_and_taken_by_a_program_that_knows_it(
    toys, mash, reader
):
    await known(toys, reader, 1, 2)
    await mash.say([(1, 1), (1, 2), (2, 3)])
    first, second, third = await mash.published()
    same = parse(first.headers, first.body)
    newer = told_otherwise(mash, first, name="toys.NewerThanThis", event_id=same.event_id, digest=same.digest)
    await reader.inbox.take([newer, second, third])
    await reader.inbox.retry_held()
    assert await reader.copied() == {child(2): [3]}
    assert await reader.why() == {"unknown": 1, "gap": 1}

    class NewerThanThis(Event, name="toys.NewerThanThis", crosses=True):
        n: int

    await reader.inbox.retry_held()
    assert await reader.copied() == {child(1): [2], child(2): [3]}
    assert await reader.waits() == (0, 0)


async def test_an_event_under_a_key_that_is_not_here_waits_for_the_key(toys, mash, reader, tmp_path):
    await known(toys, reader, 1)
    await mash.say([(1, 1)])
    published = await mash.published()
    key = tmp_path / "transport" / "safeguarding.mash.v1" / "0001.key"
    key.rename(tmp_path / "away")
    toys.transport._keys.clear()
    await reader.inbox.take(published)
    await reader.inbox.retry_held()
    (row,) = await reader.inbox.tables.parked()
    assert (row.source, row.error) == ("unreadable:safeguarding.mash.v1", "NoTransportKey")
    assert await reader.copied() == {}
    (tmp_path / "away").rename(key)
    await reader.inbox.retry_held()
    assert await reader.copied() == {child(1): [1]}
    assert await reader.waits() == (0, 0)


async def test_a_store_of_keys_that_is_away_parks_nothing(toys, mash, reader, tmp_path):
    await known(toys, reader, 1)
    await mash.say([(1, 1)])
    published = await mash.published()
    reader.keys._database.execute("pragma busy_timeout=20")
    with closing(sqlite3.connect(tmp_path / "assessment.keys", isolation_level=None)) as other:
        other.execute("begin exclusive")
        with pytest.raises(AWAY):
            await reader.inbox.take(published)
        other.execute("rollback")
    assert await reader.waits() == (0, 0)
    await reader.inbox.take(published)
    assert await reader.copied() == {child(1): [1]}
