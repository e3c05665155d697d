"""A signed end of a record of who looked says what it says: no other bytes carry its signature."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import orjson
import pytest

from shared.audit.access_checkpoint import AccessCheckpoint, contradict, parse_any
from shared.audit.checkpoint import Checkpoint, NotACheckpoint, PublicKeys, Signer, make_signing_key
from shared.crypto.hash_chain import GENESIS

AT = datetime(2026, 4, 2, 15, 40, 0, 5, tzinfo=UTC)
ONE = AccessCheckpoint("mash", 33, b"h" * 32, AT, AT + timedelta(hours=1), GENESIS)


@pytest.fixture
def signer(tmp_path) -> Signer:
    make_signing_key("mash", tmp_path / "mash.key", tmp_path / "keys")
    return Signer("mash", tmp_path / "mash.key")


@pytest.fixture
def keys(signer, tmp_path) -> PublicKeys:
    return PublicKeys.read(tmp_path / "keys")


@pytest.fixture
def signed(signer) -> AccessCheckpoint:
    return replace(ONE, signature=signer.attest(ONE.text()))


def test_the_signed_text_is_pinned():
    """Signatures stand on these bytes: they never change."""
    assert ONE.text().decode() == (
        f"safeguarding access checkpoint v1\nmash\n33\n{'68' * 32}\n"
        f"2026-04-02T15:40:00.000005+00:00\n2026-04-02T16:40:00.000005+00:00\n{'00' * 32}\n"
    )


def test_what_was_signed_comes_back_and_is_told_from_a_checkpoint_of_a_log(signer, signed, keys):
    assert parse_any(signed.json()) == signed
    assert keys.signed(signed)
    log = signer.sign(Checkpoint("mash", 1, 10, b"h" * 32, b"r" * 32, AT, GENESIS))
    assert parse_any(log.json()) == log


@pytest.mark.parametrize(
    "change",
    [
        {"service": "people"},
        {"position": 34},
        {"head": b"x" * 32},
        {"recorded_at": AT + timedelta(microseconds=1)},
        {"made_at": AT},
        {"previous": b"x" * 32},
        {"signature": bytes(64)},
    ],
)
def test_every_field_is_signed(signed, keys, change):
    assert not keys.signed(replace(signed, **change))
    zone = timezone(timedelta(hours=1))
    assert keys.signed(replace(signed, made_at=signed.made_at.astimezone(zone)))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kind", "log"),
        ("kind", None),
        ("service", "../x"),
        ("position", 0),
        ("position", 2**63),
        ("position", "x"),
        ("head", "68"),
        ("head", 7),
        ("previous", "zz"),
        ("made_at", "yesterday"),
        ("recorded_at", None),
        ("signature", ""),
    ],
)
def test_what_is_malformed_is_no_checkpoint(signed, field, value):
    body = orjson.loads(signed.json())
    with pytest.raises(NotACheckpoint):
        parse_any(orjson.dumps(body | {field: value}))
    with pytest.raises(NotACheckpoint):
        parse_any(orjson.dumps({name: each for name, each in body.items() if name != field}))


@pytest.mark.parametrize("body", [b"", b"[]", b"7", b"{}", b"null", b'{"kind": []}', b"\xff"])
def test_nor_is_anything_else(body):
    with pytest.raises(NotACheckpoint):
        parse_any(body)


def test_a_record_only_grows(signed):
    later = replace(ONE, position=40, recorded_at=AT, made_at=ONE.made_at, previous=ONE.digest)
    assert not contradict(ONE, ONE)
    assert not contradict(ONE, later)
    assert not contradict(later, ONE)
    assert later.follows(ONE)
    assert contradict(ONE, replace(ONE, head=bytes(32)))
    for shrunk in (
        replace(ONE, position=20, made_at=ONE.made_at + timedelta(seconds=1)),
        replace(ONE, position=20, recorded_at=AT + timedelta(seconds=1)),
    ):
        assert contradict(ONE, shrunk)
        assert contradict(shrunk, ONE)
        assert not shrunk.follows(ONE)
