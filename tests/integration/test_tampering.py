"""Tampering with a copy of a database is found, and its place named."""

from uuid import uuid4

import orjson
import pytest

from shared.audit.checkpoint import Signer, make_signing_key
from shared.crypto.hash_chain import content, link
from tests.integration.ledgers import CHILDREN, SERVICES, STREAMS, checkpoints_of, row, stream_at, take


async def test_1_an_altered_open_part(ledgers):
    await ledgers.tamper(
        "UPDATE mash.events SET state = replace(state::text, '636f646520', '436f646520')::bytea"
        " WHERE notification_id = 17"
    )
    found = await ledgers.found()
    assert f"mash, position 17, {stream_at(17)}: the digest does not follow from what stands there" in found
    assert "mash, positions 11 to 20: these rows do not have the Merkle root" in found
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
    assert "mash, positions 41 to 60: gone: chronology took events up to here" in found
    await ledgers.tamper(
        *(f"DELETE FROM {holder}.kept_checkpoints WHERE service = 'mash'" for holder in SERVICES[1:]),
        "DELETE FROM chronology.inbox_heads",
        "DELETE FROM chronology.inbox_taken",
    )
    assert await ledgers.found() == ""
    assert "the auditor's file" in await ledgers.found(audited=audited)


async def test_9_also_where_no_checkpoint_covered_what_was_cut(ledgers):
    await ledgers.tamper(
        "DELETE FROM mash.events WHERE notification_id > 40",
        *(f"DELETE FROM {holder}.kept_checkpoints WHERE last > 40" for holder in ("people", "chronology")),
        "DELETE FROM mash.checkpoints WHERE last > 40",
    )
    assert "mash, positions 41 to 60: gone: chronology took events up to here" in await ledgers.found()


async def test_9_an_altered_row_that_nothing_signed_yet(ledgers):
    """Its digest and all later ones are made anew, and then the service itself signs them: only who took it knows."""
    await ledgers.append("mash", [(5, 1), (5, 4)])
    await take(ledgers, "people")
    old = await ledgers.superuser.fetchval("SELECT state FROM mash.events WHERE notification_id = 61")
    await ledgers.tamper(
        f"UPDATE mash.events SET state = '\\x{old.replace(b'code 5', b'code 8').hex()}' WHERE notification_id = 61"
    )
    await ledgers.chain_again(61)
    assert len(await ledgers.sign("mash")) == 1
    told = await ledgers.found()
    assert told.startswith(f"mash, positions 61 to 62, {stream_at(50)}: people took this event when it, or")
    assert told.count("\n") == 0


async def test_9_an_altered_row_that_is_not_the_last_of_its_key(ledgers):
    """Of every event taken a mark is kept, and not of the last of each child alone."""
    await ledgers.tamper("UPDATE mash.events SET digest = sha256(digest) WHERE notification_id = 14")
    found = await ledgers.found()
    assert f"mash, position 14, {stream_at(14)}: chronology took this event when it, or what stands" in found


async def test_9_an_inbox_head_that_was_moved_over_an_event(ledgers):
    """As the role of the service that reads may do: the event is never taken there, and nothing is held or parked."""
    await ledgers.append("mash", [(5, 1)])
    assert await ledgers.found() == ""
    new = await ledgers.superuser.fetchrow("SELECT * FROM mash.events WHERE notification_id = 61")
    await ledgers.superuser.execute(
        "UPDATE chronology.inbox_heads SET position = 61, event_id = $1, digest = $2 WHERE key = $3",
        new["event_id"],
        new["digest"],
        new["key"],
    )
    assert (await ledgers.found()) == (
        f"mash, position 61, {stream_at(50)}: the inbox head of chronology was moved over this event, which was never "
        "taken there: it was dropped"
    )


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
    assert (await ledgers.found()).startswith("mash, positions 13 to 36, stream ")
    await ledgers.tamper("DELETE FROM chronology.inbox_heads", "DELETE FROM chronology.inbox_taken")
    assert await ledgers.found() == "", "without what others keep and took, the forgery is perfect"


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
