"""Sealing the rows of a group: all under one look at the key store, and only the culprit is told."""

import sqlite3
from collections.abc import Collection, Mapping
from contextlib import closing
from uuid import UUID, uuid4

import pytest

from shared.crypto.key_store import KeyStore
from shared.crypto.sealed_blob import Tampered
from shared.eventstore.append import (
    AppendRequest,
    CommandWrites,
    KeyGone,
    LogUnavailable,
    NewEvent,
    StreamWrite,
    SubjectErased,
)
from shared.eventstore.sealing import seal_requests

AVA, BEN = UUID(int=1), UUID(int=2)


@pytest.fixture
def keys(tmp_path) -> KeyStore:
    return KeyStore(tmp_path / "keys", bytes(32))


async def nothing_yet(_subjects: Collection[UUID]) -> Mapping[UUID, int]:
    """Of nobody does anything stand sealed in the log."""
    return {}


async def hers_stands(subjects: Collection[UUID]) -> Mapping[UUID, int]:
    """Something of Ava stands sealed at position 7."""
    return {AVA: 7} if AVA in subjects else {}


def row(subject: UUID, plain: bytes | None) -> NewEvent:
    return NewEvent(uuid4(), "test.Happened", "test", b"{}", plain=plain, subject=subject)


def member(*rows: NewEvent) -> AppendRequest:
    return AppendRequest((CommandWrites(uuid4(), b"asked", (StreamWrite(uuid4(), 0, rows),)),))


async def test_every_plain_text_of_a_group_is_sealed_for_its_event_and_subject(keys):
    hers, his, nothing = row(AVA, b"Ava said"), row(BEN, b"Ben said"), row(AVA, None)
    assert await seal_requests(keys, [member(hers, nothing), member(his)], nothing_yet) == [None, None]
    assert keys.open(hers.sealed or b"", hers.event_id) == b"Ava said"
    assert keys.open(his.sealed or b"", his.event_id) == b"Ben said"
    assert nothing.sealed is None
    assert keys.erase(AVA) == 1
    assert keys.open(hers.sealed or b"", hers.event_id) is None
    assert keys.open(his.sealed or b"", his.event_id) == b"Ben said"


async def test_a_group_is_one_look_at_the_store(keys):
    asked: list[str] = []
    await seal_requests(keys, [member(row(AVA, b"x"))], nothing_yet)  # the key is made here
    keys._database.set_trace_callback(asked.append)
    assert await seal_requests(keys, [member(row(AVA, b"x")) for _ in range(20)], nothing_yet) == [None] * 20
    assert asked == ["pragma data_version"]


async def test_of_who_was_erased_meanwhile_nothing_more_is_sealed(keys, tmp_path):
    await seal_requests(keys, [member(row(AVA, b"x"))], nothing_yet)
    waiting, his = row(AVA, b"said while it waited"), row(BEN, b"Ben said")
    with closing(KeyStore(tmp_path / "keys", bytes(32))) as other:
        other.erase(AVA)
        for log in (hers_stands, nothing_yet):
            first, second = await seal_requests(keys, [member(waiting), member(his)], log)
            assert isinstance(first, SubjectErased)
            assert second is None
            assert waiting.sealed is None
            assert other.open(his.sealed or b"", his.event_id) == b"Ben said"


async def test_whose_key_is_gone_gets_no_second_one(keys, tmp_path):
    await seal_requests(keys, [member(row(AVA, b"x"))], nothing_yet)
    with closing(sqlite3.connect(tmp_path / "keys")) as thief:
        thief.execute("delete from key")
        thief.commit()
    hers, his = row(AVA, b"Ava said"), row(BEN, b"Ben said")
    first, second, third = await seal_requests(
        keys, [member(hers), member(his), member(row(AVA, None))], hers_stands
    )
    assert isinstance(first, KeyGone)
    assert (second, third) == (None, None)
    assert hers.sealed is None
    assert keys.lacking([AVA, BEN]) == {AVA}


async def test_a_key_that_another_process_made_and_used_meanwhile_is_everybodys(keys, tmp_path):
    """Between our look at the keys and our look at the log."""
    with closing(KeyStore(tmp_path / "keys", bytes(32))) as other:

        async def made_meanwhile(_subjects: Collection[UUID]) -> Mapping[UUID, int]:
            other.make([AVA])
            return {AVA: 7}

        hers = row(AVA, b"Ava said")
        assert await seal_requests(keys, [member(hers)], made_meanwhile) == [None]
        assert other.open(hers.sealed or b"", hers.event_id) == b"Ava said"


async def test_a_log_that_is_away_hinders_who_has_no_key_yet(keys):
    async def away(_subjects: Collection[UUID]) -> Mapping[UUID, int]:
        raise LogUnavailable

    first, second = await seal_requests(keys, [member(row(AVA, b"x")), member(row(AVA, None))], away)
    assert isinstance(first, LogUnavailable)
    assert second is None


async def test_only_those_whose_key_is_damaged_are_told(keys, tmp_path):
    await seal_requests(keys, [member(row(AVA, b"x")), member(row(BEN, b"y"))], nothing_yet)
    with closing(sqlite3.connect(tmp_path / "keys")) as other:
        other.execute("update key set wrapped = zeroblob(60) where subject = ?", (AVA.bytes,))
        other.commit()
    his = row(BEN, b"Ben said")
    first, second, third = await seal_requests(
        keys, [member(row(AVA, b"Ava said")), member(his), member(row(AVA, None))], nothing_yet
    )
    assert isinstance(first, Tampered)
    assert (second, third) == (None, None)
    assert keys.open(his.sealed or b"", his.event_id) == b"Ben said"


async def test_a_store_that_is_away_hinders_all_that_have_something_to_seal(keys, tmp_path):
    keys._database.execute("pragma busy_timeout=20")
    with closing(sqlite3.connect(tmp_path / "keys", isolation_level=None)) as other:
        other.execute("begin exclusive")
        first, second = await seal_requests(
            keys, [member(row(AVA, b"x")), member(row(AVA, None))], nothing_yet
        )
        other.execute("rollback")
    assert isinstance(first, sqlite3.OperationalError)
    assert second is None


async def test_without_keys_nothing_plain_passes():
    plain = row(AVA, b"x")
    first, second = await seal_requests(None, [member(plain), member(row(AVA, None))], nothing_yet)
    assert isinstance(first, LookupError)
    assert second is None
    assert plain.sealed is None


def test_a_plain_text_is_not_in_what_a_row_prints():
    assert "Ava said" not in repr(row(AVA, b"Ava said"))
