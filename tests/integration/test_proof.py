"""Tampering with a copy of a database is found, and its place named; a log that nobody touched verifies."""

import asyncio
import shutil
import tracemalloc
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from uuid import uuid4

import asyncpg
import orjson
import pytest

from shared.chain import COVERED, content, link
from shared.checkpoint_tables import NotToBeSigned, contradict
from shared.checkpoints import Checkpoint, Signer, make_signing_key
from shared.clock import RealClock
from shared.exporting import check_export, export_lines, head_line
from shared.judging import Member, Part, Write
from shared.store import Store
from tests.integration.ledgers import (
    BUILT,
    CHILDREN,
    SERVICES,
    STREAMS,
    Ledgers,
    build,
    directory,
    dsn_of,
    opened,
    row,
)


@pytest.fixture(scope="module")
def built(postgres) -> Iterator[Path]:
    """The ledgers, built once to be copied; the path of their keys."""
    place = directory()
    asyncio.run(build(postgres, place))
    yield place
    postgres.drop_database(BUILT)
    shutil.rmtree(place)


@pytest.fixture
async def ledgers(postgres, built) -> AsyncIterator[Ledgers]:
    """A copy of them."""
    name = f"t{uuid4().hex}"
    await asyncio.to_thread(postgres.execute, f"CREATE DATABASE {name} TEMPLATE {BUILT}")
    async with opened(postgres, name, built) as found:
        yield found
    await asyncio.to_thread(postgres.drop_database, name)


def stream_at(position: int) -> str:
    return f"stream {STREAMS[(position - 1) % len(STREAMS)]}"


async def checkpoints_of(ledgers: Ledgers) -> list[Checkpoint]:
    rows = await ledgers.superuser.fetch("SELECT * FROM mash.checkpoints ORDER BY last")
    return [Checkpoint.row("mash", each) for each in rows]


# A log that nobody touched


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
            await store.append(Member((Part(uuid4(), b"asked", (Write(stream, 0, some),)),)))

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


# Ten kinds of tampering


async def test_1_an_altered_open_part(ledgers):
    await ledgers.tamper(
        "UPDATE mash.events SET state = replace(state::text, '636f646520', '436f646520')::bytea"
        " WHERE notification_id = 17"
    )
    found = await ledgers.found()
    assert f"mash, position 17, {stream_at(17)}: the digest does not follow from what stands there" in found
    assert (
        "mash, positions 11 to 20: these rows do not have the Merkle root" in found or "Merkle root" in found
    )
    assert "position 16" not in found
    assert "position 18" not in found


async def test_2_an_altered_sealed_part(ledgers):
    await ledgers.tamper("UPDATE mash.events SET sealed = 'other words' WHERE notification_id = 18")
    assert f"mash, position 18, {stream_at(18)}: the digest does not follow" in await ledgers.found()


async def test_3_a_removed_event(ledgers):
    await ledgers.tamper("DELETE FROM mash.events WHERE notification_id = 19")
    found = await ledgers.found()
    assert "mash, position 19: rows are missing here" in found
    assert (
        f"position 31, {stream_at(31)}: its version does not follow the one before it in its stream" in found
    )


async def test_4_an_inserted_event(ledgers):
    """With a digest that follows from the row before it; the rows after it make room."""
    before = await ledgers.superuser.fetchrow("SELECT * FROM mash.events WHERE notification_id = 30")
    new = row(99, CHILDREN[0])
    covered = content(31, stream := uuid4(), 1, new.name, before["recorded_at"], new.state, None)
    await ledgers.tamper(
        "UPDATE mash.events SET notification_id = notification_id + 1000 WHERE notification_id > 30",
        "UPDATE mash.events SET notification_id = notification_id - 999 WHERE notification_id > 1000",
    )
    await ledgers.superuser.execute(
        """INSERT INTO mash.events (notification_id, originator_id, originator_version, topic, state, event_id,
                                    category, child, recorded_at, digest)
           VALUES (31, $1, 1, $2, $3, $4, 'talk', $5, $6, $7)""",
        stream,
        new.name,
        new.state,
        new.event_id,
        new.child,
        before["recorded_at"],
        link(before["digest"], covered),
    )
    found = await ledgers.found()
    assert "mash, positions 32 to 61" in found
    assert "positions 31 to 60: the log's chain does not stand where its own checkpoint says" in found
    assert str(stream) in found


async def test_5_two_events_swapped(ledgers):
    await ledgers.tamper(
        "UPDATE mash.events SET notification_id = 1000 WHERE notification_id = 22",
        "UPDATE mash.events SET notification_id = 22 WHERE notification_id = 23",
        "UPDATE mash.events SET notification_id = 23 WHERE notification_id = 1000",
    )
    found = await ledgers.found()
    assert f"mash, positions 22 to 24, {stream_at(23)}: the digest does not follow" in found


async def test_6_a_back_dated_event(ledgers):
    await ledgers.tamper(
        "UPDATE mash.events SET recorded_at = recorded_at - interval '1 day' WHERE notification_id = 25"
    )
    found = await ledgers.found()
    assert f"mash, position 25, {stream_at(25)}: recorded earlier than the row before" in found
    assert f"mash, position 25, {stream_at(25)}: the digest does not follow" in found


async def test_7_a_removed_event_and_the_rest_renumbered(ledgers):
    await ledgers.tamper(
        "DELETE FROM mash.events WHERE notification_id = 40",
        "UPDATE mash.events SET notification_id = notification_id - 1 WHERE notification_id > 40",
        f"""UPDATE mash.events SET originator_version = originator_version - 1
             WHERE originator_id = '{STREAMS[39 % 12]}' AND notification_id > 39""",
    )
    found = await ledgers.found()
    assert f"mash, positions 40 to 59, {stream_at(41)}: the digest does not follow" in found
    assert "gone: the log's own list holds a checkpoint up to 60, and the log ends at 59" in found


async def test_8_a_truncated_log(ledgers):
    await ledgers.tamper("DELETE FROM mash.events WHERE notification_id > 47")
    found = await ledgers.found()
    gone = "mash, positions 48 to 60: gone:"
    assert f"{gone} the log's own list holds a checkpoint up to 60, and the log ends at 47" in found
    assert f"{gone} people holds a checkpoint up to 60, and the log ends at 47" in found


async def test_9_a_log_truncated_with_its_checkpoints(ledgers):
    """What is left is a whole log with a whole chain and valid signatures: only others know better."""
    audited = await checkpoints_of(ledgers)
    await ledgers.tamper(
        "DELETE FROM mash.events WHERE notification_id > 40", "DELETE FROM mash.checkpoints WHERE last > 40"
    )
    found = await ledgers.found(audited=audited[-1:])
    assert "the log's own list" not in found
    for holder in ("people", "chronology", "the auditor's file"):
        assert f"mash, positions 41 to 60: gone: {holder} holds a checkpoint up to 60" in found
    assert f"mash, position {48 + 2}: gone: chronology took an event from this position" in found
    await ledgers.tamper(
        *(f"DELETE FROM {holder}.kept_checkpoints WHERE service = 'mash'" for holder in SERVICES[1:]),
        "DELETE FROM chronology.inbox_heads",
    )
    assert await ledgers.found() == ""
    assert "the auditor's file" in await ledgers.found(audited=audited)


async def test_9_also_where_no_checkpoint_covered_what_was_cut(ledgers):
    await ledgers.tamper(
        "DELETE FROM mash.events WHERE notification_id > 40",
        *(f"DELETE FROM {holder}.kept_checkpoints WHERE last > 40" for holder in ("people", "chronology")),
        "DELETE FROM mash.checkpoints WHERE last > 40",
    )
    assert "gone: chronology took an event from this position" in await ledgers.found()


async def test_10_a_whole_stream_forged_with_a_valid_chain(ledgers):
    """Other words in one stream, every digest made again, and every checkpoint signed again with the stolen key."""
    stream = STREAMS[2]
    audited = await checkpoints_of(ledgers)
    forged = {}
    for n in range(5):
        at = n * 12 + 3
        old = await ledgers.superuser.fetchval("SELECT state FROM mash.events WHERE notification_id = $1", at)
        forged[at] = orjson.dumps(orjson.loads(old) | {"what": "nothing of note"})
    await ledgers.tamper("DELETE FROM mash.checkpoints")
    for at, state in forged.items():
        await ledgers.superuser.execute(
            "UPDATE mash.events SET state = $1 WHERE notification_id = $2", state, at
        )
    await ledgers.chain_again(1)
    assert len(await ledgers.sign("mash")) == 6

    found = await ledgers.found(audited=audited)
    for holder in ("people", "chronology", "the auditor's file"):
        assert f"mash, positions 1 to 10: {holder} holds a checkpoint of these positions" in found
    assert "which says something else than the log: it was written anew after that" in found
    assert str(stream) in found
    assert "its own" not in found
    assert "the digest does not follow" not in found
    await ledgers.tamper(
        *(f"DELETE FROM {holder}.kept_checkpoints WHERE service = 'mash'" for holder in SERVICES[1:])
    )
    assert await ledgers.found() == "", "without what others keep, the forgery is perfect"


async def test_10_also_without_the_key(ledgers, tmp_path):
    make_signing_key("mash", tmp_path / "other.key", tmp_path / "keys")
    await ledgers.tamper(
        "DELETE FROM mash.checkpoints WHERE last > 30",
        "UPDATE mash.events SET sealed = 'x' WHERE notification_id = 35",
    )
    await ledgers.chain_again(35)
    other = Signer("mash", tmp_path / "other.key")
    while await ledgers.tables("mash").make(other, longest=10) is not None:
        pass
    found = await ledgers.found()
    assert (
        "the checkpoint of positions 31 to 40 in the keeping of its own list has no valid signature" in found
    )
    assert "mash, positions 31 to 40: people holds a checkpoint of these positions" in found


# What no digest covers


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ("child = gen_random_uuid()", "child"),
        ("child = NULL", "child"),
        ("key = gen_random_uuid()", "key"),
        ("key = NULL", "key"),
        ("event_id = gen_random_uuid()", "event_id"),
        ("category = 'other'", "category"),
    ],
)
async def test_a_column_that_the_event_itself_contradicts(ledgers, change, column):
    await ledgers.tamper(f"UPDATE mash.events SET {change} WHERE notification_id = 14")
    found = await ledgers.found()
    assert (
        f"mash, position 14, {stream_at(14)}: the column {column} is not what the event itself says" in found
    )


async def test_a_forged_event_under_an_old_position_is_known_to_who_took_the_old_one(ledgers):
    """The newest event of a key, replaced with its chain and every checkpoint."""
    at = 50
    old = await ledgers.superuser.fetchrow("SELECT * FROM mash.events WHERE notification_id = $1", at)
    new = row(4, old["child"])
    await ledgers.tamper("DELETE FROM mash.checkpoints WHERE last > 40")
    await ledgers.superuser.execute(
        "UPDATE mash.events SET state = $1, event_id = $2 WHERE notification_id = $3",
        new.state,
        new.event_id,
        at,
    )
    await ledgers.chain_again(at)
    await ledgers.sign("mash")
    found = await ledgers.found()
    assert f"position {at}, {stream_at(at)}: chronology took another event from this position" in found


# Signing and keeping


async def test_checkpoints_follow_each_other_and_nothing_is_signed_twice(ledgers):
    made = await checkpoints_of(ledgers)
    assert [(one.first, one.last) for one in made] == [(n, n + 9) for n in range(1, 60, 10)]
    assert all(one.follows(before) for one, before in zip(made, [None, *made], strict=False))
    assert await ledgers.sign("mash") == []
    await ledgers.append("mash", [(5, 0)])
    first, second = await asyncio.gather(ledgers.sign("mash"), ledgers.sign("mash"))
    [one] = [*first, *second]
    assert (one.first, one.last, one.previous) == (61, 61, made[-1].digest)


async def test_what_was_changed_before_it_was_signed_is_never_signed(ledgers):
    await ledgers.append("mash", [(5, 0), (5, 1)])
    await ledgers.tamper("UPDATE mash.events SET sealed = 'x' WHERE notification_id = 62")
    with pytest.raises(NotToBeSigned, match="position 62 does not follow"):
        await ledgers.tables("mash").make(ledgers.signers["mash"])
    await ledgers.tamper("DELETE FROM mash.events WHERE notification_id > 50")
    with pytest.raises(NotToBeSigned, match="ends at 50, but was signed up to 60"):
        await ledgers.tables("mash").make(ledgers.signers["mash"])


@pytest.mark.parametrize("table", ["checkpoints", "kept_checkpoints"])
async def test_nobody_changes_or_deletes_a_checkpoint(ledgers, table):
    for statement in (f"UPDATE people.{table} SET last = last", f"DELETE FROM people.{table}"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append-only"):
            await ledgers.superuser.execute(statement)


async def test_what_contradicts_is_kept_and_raises_the_alarm(ledgers, tmp_path):
    """Somebody with the key signs another history of the same positions."""
    made = await checkpoints_of(ledgers)
    other = ledgers.signers["mash"].sign(replace(made[2], root=bytes(32)))
    people = ledgers.checkpoints("people")
    await people.keep([made[2].json()])
    assert people.alarm is None
    await people.keep([other.json()])
    assert people.alarm == "two checkpoints contradict each other: mash, positions 21 to 30"
    kept = await ledgers.superuser.fetch("SELECT * FROM people.kept_checkpoints WHERE last = 30")
    assert {each["digest"] for each in kept} == {made[2].digest, other.digest}
    found = await ledgers.found()
    assert "positions 21 to 30: people holds a checkpoint of these positions that is missing" in found

    mash = ledgers.checkpoints("mash")
    await mash.keep([made[2].json()])
    assert mash.alarm is None
    await mash.keep([other.json()])
    assert mash.alarm == "a checkpoint of this log is not among its own: mash, positions 21 to 30"


async def test_what_nobody_signed_is_not_kept(ledgers, tmp_path):
    made = await checkpoints_of(ledgers)
    people = ledgers.checkpoints("people")
    count = "SELECT count(*) FROM people.kept_checkpoints"
    before = await ledgers.superuser.fetchval(count)
    await people.keep([b"", b"{}", b'{"service": 1}', made[0].json().replace(b'"last":10', b'"last":0')])
    assert people.alarm is None
    await people.keep([made[0].json().replace(b'"last":10', b'"last":11')])
    assert people.alarm == "a checkpoint with no valid signature was dropped: mash, positions 1 to 11"
    assert await ledgers.superuser.fetchval(count) == before


async def test_what_fits_together_is_no_contradiction(ledgers):
    made = await checkpoints_of(ledgers)
    assert not any(contradict(one, other) for one in made for other in made)
    assert contradict(made[0], replace(made[1], previous=bytes(32)))
    assert contradict(replace(made[1], previous=bytes(32)), made[0])
    assert contradict(made[1], replace(made[1], first=15, last=25))


# An export


async def exported(ledgers: Ledgers, which: int = 4) -> list[bytes]:
    child = CHILDREN[which]
    lines = [head_line(child, RealClock().now(), SERVICES)]
    for name in SERVICES:
        lines += [line async for line in export_lines(ledgers.tables(name), child)]
    return lines


async def test_an_export_is_checked_with_the_public_keys_alone(ledgers):
    lines = await exported(ledgers, 0)
    proved = check_export(lines, ledgers.keys)
    assert proved.troubles == []
    assert proved.events == {"mash": 5, "people": 2, "chronology": 0}
    assert proved.signed == {"mash": 60, "people": 3, "chronology": 0}
    assert proved.child == str(CHILDREN[0])
    assert all(str(CHILDREN[1]).encode() not in line for line in lines)
    assert all(b"sealed words" not in line for line in lines)


@pytest.mark.parametrize(
    ("meddle", "told"),
    [
        (lambda lines: lines.pop(3), "is not what was signed"),
        (lambda lines: lines.__delitem__(slice(3, 5)), "an earlier event of this stream is not in the file"),
        (lambda lines: lines.pop(), "the file is cut short: the last line of chronology is not in it"),
        (lambda lines: lines.__delitem__(slice(-2, None)), "the last line of people is not in it"),
        (lambda lines: lines.pop(0), "its first line must say whose it is"),
        (
            lambda lines: lines.__setitem__(2, lines[2].replace(b'"version":1', b'"version":2')),
            "not what was",
        ),
        (
            lambda lines: lines.__setitem__(2, lines[2].replace(b'"position":5', b'"position":6')),
            "not what was",
        ),
        (lambda lines: lines.__setitem__(2, lines[2].replace(b"Noted", b"Told_")), "is not what was signed"),
        (lambda lines: lines.__setitem__(1, lines[1].replace(b'"last":10', b'"last":9')), "did not sign"),
        (lambda lines: lines.__setitem__(2, b"x"), "line 3 is no line of an export"),
        (
            lambda lines: lines.__setitem__(0, lines[0].replace(str(CHILDREN[4]).encode(), bytes(36))),
            "line 1",
        ),
        (
            lambda lines: lines.__setitem__(
                0, lines[0].replace(str(CHILDREN[4]).encode(), str(CHILDREN[5]).encode())
            ),
            "about somebody else",
        ),
    ],
)
async def test_a_meddled_export_is_not_proved(ledgers, meddle, told):
    lines = await exported(ledgers)
    assert check_export(lines, ledgers.keys).troubles == []
    meddle(lines)
    assert told in "\n".join(check_export(lines, ledgers.keys).troubles)
