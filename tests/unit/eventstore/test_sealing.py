"""Sealing the rows of a group: all under one look at the key store, and only the culprit is told."""

import sqlite3
from contextlib import closing
from uuid import UUID, uuid4

import pytest

from shared.crypto.key_store import KeyStore
from shared.crypto.sealed_blob import Tampered
from shared.eventstore.append import AppendRequest, CommandWrites, NewEvent, StreamWrite
from shared.eventstore.sealing import seal_requests

AVA, BEN = UUID(int=1), UUID(int=2)


@pytest.fixture
def keys(tmp_path) -> KeyStore:
    return KeyStore(tmp_path / "keys", bytes(32))


def row(subject: UUID, plain: bytes | None) -> NewEvent:
    return NewEvent(uuid4(), "test.Happened", "test", b"{}", plain=plain, subject=subject)


def member(*rows: NewEvent) -> AppendRequest:
    return AppendRequest((CommandWrites(uuid4(), b"asked", (StreamWrite(uuid4(), 0, rows),)),))


def test_every_plain_text_of_a_group_is_sealed_for_its_event_and_subject(keys):
    hers, his, nothing = row(AVA, b"Ava said"), row(BEN, b"Ben said"), row(AVA, None)
    assert seal_requests(keys, [member(hers, nothing), member(his)]) == [None, None]
    assert keys.open(hers.sealed or b"", hers.event_id) == b"Ava said"
    assert keys.open(his.sealed or b"", his.event_id) == b"Ben said"
    assert nothing.sealed is None
    assert keys.erase(AVA) == 1
    assert keys.open(hers.sealed or b"", hers.event_id) is None
    assert keys.open(his.sealed or b"", his.event_id) == b"Ben said"


def test_a_group_is_one_look_at_the_store(keys):
    asked: list[str] = []
    seal_requests(keys, [member(row(AVA, b"x"))])  # the key is made here
    keys._database.set_trace_callback(asked.append)
    assert seal_requests(keys, [member(row(AVA, b"x")) for _ in range(20)]) == [None] * 20
    assert asked == ["pragma data_version"]


def test_a_key_that_another_process_erased_meanwhile_seals_nothing_more(keys, tmp_path):
    seal_requests(keys, [member(row(AVA, b"x"))])
    waiting = row(AVA, b"said while it waited")
    with closing(KeyStore(tmp_path / "keys", bytes(32))) as other:
        other.erase(AVA)
        assert seal_requests(keys, [member(waiting)]) == [None]
        assert other.open(waiting.sealed or b"", waiting.event_id) == b"said while it waited"


def test_only_those_whose_key_is_damaged_are_told(keys, tmp_path):
    seal_requests(keys, [member(row(AVA, b"x")), member(row(BEN, b"y"))])
    with closing(sqlite3.connect(tmp_path / "keys")) as other:
        other.execute("update key set wrapped = zeroblob(60) where subject = ?", (AVA.bytes,))
        other.commit()
    his = row(BEN, b"Ben said")
    first, second, third = seal_requests(
        keys, [member(row(AVA, b"Ava said")), member(his), member(row(AVA, None))]
    )
    assert isinstance(first, Tampered)
    assert (second, third) == (None, None)
    assert keys.open(his.sealed or b"", his.event_id) == b"Ben said"


def test_a_store_that_is_away_hinders_all_that_have_something_to_seal(keys, tmp_path):
    keys._database.execute("pragma busy_timeout=20")
    with closing(sqlite3.connect(tmp_path / "keys", isolation_level=None)) as other:
        other.execute("begin exclusive")
        first, second = seal_requests(keys, [member(row(AVA, b"x")), member(row(AVA, None))])
        other.execute("rollback")
    assert isinstance(first, sqlite3.OperationalError)
    assert second is None


def test_without_keys_nothing_plain_passes():
    plain = row(AVA, b"x")
    first, second = seal_requests(None, [member(plain), member(row(AVA, None))])
    assert isinstance(first, LookupError)
    assert second is None
    assert plain.sealed is None


def test_a_plain_text_is_not_in_what_a_row_prints():
    assert "Ava said" not in repr(row(AVA, b"Ava said"))
