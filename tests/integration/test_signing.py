"""Checkpoints are signed once and in order, kept by others, and what contradicts raises the alarm."""

import asyncio
from dataclasses import replace

import asyncpg
import pytest

from shared.audit.checkpoint_tables import NotToBeSigned, contradict
from tests.integration.ledgers import checkpoints_of


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
