"""A key that is gone is seen: nothing is written over it under a second one, and verifying names what it had sealed."""

import logging
import sqlite3
from contextlib import closing

import pytest

from shared.eventstore.append import KeyGone, SubjectErased
from tests.integration.toys import Team, child


def take_away(team: Team, who: int) -> tuple[bytes, ...]:
    """Delete a child's key from the file, as somebody with the machine would; the row, to put it back."""
    with closing(sqlite3.connect(team.keys.path, isolation_level=None)) as thief:
        row: tuple[bytes, ...] = thief.execute(
            "select * from key where subject = ?", (child(who).bytes,)
        ).fetchone()
        thief.execute("delete from key where subject = ?", (child(who).bytes,))
    return row


def put_back(team: Team, row: tuple[bytes, ...]) -> None:
    with closing(sqlite3.connect(team.keys.path, isolation_level=None)) as restorer:
        restorer.execute("insert into key values (?, ?, ?, ?)", row)


async def test_a_child_whose_key_is_gone_gets_no_second_one_and_it_is_told(mash: Team, caplog):
    await mash.say([(1, 1), (2, 2), (1, 3)])
    key = take_away(mash, 1)
    with caplog.at_level(logging.CRITICAL), pytest.raises(KeyGone, match="restore the key store"):
        await mash.say([(1, 4)])
    assert "key of sealed rows is gone" in caplog.messages
    assert str(child(1)) not in caplog.text
    assert mash.store.keys_gone() == 1
    await mash.say([(2, 5), (3, 6)])
    assert await mash.store.head() == 5
    put_back(mash, key)
    await mash.say([(1, 7)])
    assert mash.store.keys_gone() == 0
    assert await mash.store.head() == 6


async def test_of_who_was_erased_nothing_more_is_written_and_nothing_is_amiss(mash: Team):
    await mash.say([(1, 1)])
    mash.keys.erase(child(1))
    with pytest.raises(SubjectErased, match="was erased"):
        await mash.say([(1, 2)])
    assert mash.store.keys_gone() == 0
    assert await mash.store.head() == 1
    [row] = await mash.pool.fetch("SELECT sealed, event_id FROM mash.events")
    assert mash.keys.open(row["sealed"], row["event_id"]) is None
    assert mash.store.keys_gone() == 0


async def test_words_that_nobody_can_read_any_more_raise_an_alarm_when_they_are_asked_for(mash: Team, caplog):
    """Here by the relay: it publishes the facts without their words, and an operator is told."""
    await mash.say([(1, 1), (2, 2)])
    key = take_away(mash, 1)
    with caplog.at_level(logging.CRITICAL):
        assert len(await mash.published()) == 2
        await mash.published()
    assert caplog.messages.count("key of sealed words is gone") == 1
    assert mash.store.keys_gone() == 1
    put_back(mash, key)
    assert mash.store.keys_gone() == 0
