"""What is authenticated of a message: all of it but the trace. Whatever else is changed on the way refuses it."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.crypto.hash_chain import GENESIS
from shared.crypto.transport_keys import Content, NotAuthentic, NoTransportKey, TransportKeys
from shared.messaging.authentication import covered, open_message, seal_message
from shared.messaging.message import Message, NotAMessage, parse

WORDS = b'{"name":"Ava Reed"}'
OPEN = b'{"level":"4","referrer_agency":"education","envelope":{"id":"x"}}'
SAID = Message(
    event_id=UUID(int=1),
    source="mash",
    name="mash.ContactReceived",
    key=UUID(int=2),
    position=1200,
    previous=7,
    stream_id=UUID(int=3),
    version=4,
    digest=b"\x0a" * 32,
    previous_digest=b"\x0b" * 32,
    recorded_at=datetime(2026, 4, 2, 15, 40, 0, 123456, tzinfo=UTC),
    state=OPEN,
    sealed=b"",
    trace="00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
)
REFUSED = (NotAMessage, NotAuthentic, NoTransportKey)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> TransportKeys:
    keys = TransportKeys(tmp_path_factory.mktemp("transport"))
    for topic in ("safeguarding.mash.v1", "safeguarding.people.v1"):
        keys.ensure(topic)
    return keys


def sealed(keys: TransportKeys, content: Content = Content.WORDS, **changes: object) -> Message:
    message = replace(SAID, **changes)  # type: ignore[arg-type] - a field of any type
    seal_message(message, keys, content, WORDS if content is Content.WORDS else b"")
    return message


@pytest.mark.parametrize("content", Content)
def test_what_the_source_sealed_is_opened_with_its_words_and_no_others(keys, content):
    message = sealed(keys, content)
    opened = open_message(message.headers(), message.body(), keys, topic=message.topic)
    assert opened.text == (WORDS if content is Content.WORDS else None)
    assert all(getattr(opened, name) == getattr(message, name) for name in Message.__dataclass_fields__)
    assert b"Ava" not in message.body()
    assert "Ava" not in repr(opened)


def test_the_bytes_that_are_covered_are_as_they_are_written_down():
    """A reader of another make puts them together from this page."""
    assert covered(SAID) == b"".join(
        (
            b"\x00\x00\x00\x14safeguarding.mash.v1",
            b"\x00\x00\x00\x04mash",
            b"\x00\x00\x00\x14mash.ContactReceived",
            *(UUID(int=n).bytes for n in (1, 2, 3)),
            (1200).to_bytes(8, "big"),
            (7).to_bytes(8, "big"),
            (4).to_bytes(8, "big"),
            (1775144400123456).to_bytes(8, "big"),
            b"\x0a" * 32,
            b"\x0b" * 32,
            len(OPEN).to_bytes(4, "big"),
            OPEN,
        )
    )


OTHERWISE = [
    {"event_id": UUID(int=9)},
    {"name": "mash.ContactHeld"},
    {"key": UUID(int=9)},
    {"position": 2200},
    {"previous": 8},
    {"stream_id": UUID(int=9)},
    {"version": 5},
    {"digest": b"\x0c" * 32},
    {"previous_digest": b"\x0c" * 32},
    {"previous": 0, "previous_digest": GENESIS},
    {"recorded_at": datetime(2026, 4, 2, 15, 40, 0, 123457, tzinfo=UTC)},
    {"state": OPEN.replace(b"education", b"police")},
    {"source": "people"},
]


@pytest.mark.parametrize("change", OTHERWISE, ids=" and ".join)
def test_a_message_of_which_anything_was_changed_is_not_authentic(keys, change):
    message = sealed(keys)
    forged = replace(message, **change)
    assert parse(forged.headers(), forged.body(), topic=forged.topic) == forged  # it looks like any other
    with pytest.raises(NotAuthentic):
        open_message(forged.headers(), forged.body(), keys, topic=forged.topic)


def test_what_was_sealed_cannot_be_taken_away_nor_put_onto_another_event(keys):
    message, other = sealed(keys), sealed(keys, event_id=UUID(int=9))
    for blob in (b"", other.sealed, sealed(keys, Content.NOTHING, event_id=UUID(int=9)).sealed):
        forged = replace(message, sealed=blob)
        with pytest.raises(NotAuthentic):
            open_message(forged.headers(), forged.body(), keys)
    with pytest.raises(NotAMessage):
        open_message(message.headers(), b'{"open":' + OPEN + b',"sealed":null}', keys)


def test_a_message_under_a_key_that_is_not_here_proves_nothing(keys, tmp_path):
    message = sealed(keys)
    with pytest.raises(NoTransportKey):
        open_message(message.headers(), message.body(), TransportKeys(tmp_path))


def test_older_keys_open_what_was_sealed_before_and_one_that_was_removed_does_not(tmp_path: Path):
    keys = TransportKeys(tmp_path)
    keys.ensure("safeguarding.mash.v1")
    before = sealed(keys)
    keys.rotate("safeguarding.mash.v1")
    for message in (before, sealed(keys)):
        assert open_message(message.headers(), message.body(), keys).text == WORDS
    (tmp_path / "safeguarding.mash.v1" / "0001.key").unlink()
    with pytest.raises(NoTransportKey):
        open_message(before.headers(), before.body(), TransportKeys(tmp_path))


# -- any single change


@given(
    name=st.sampled_from([name for name in SAID.headers() if name != "ce_traceparent"]),
    at=st.integers(min_value=0),
    put=st.characters(min_codepoint=32, max_codepoint=126) | st.just(""),
    insert=st.booleans(),
)
def test_any_single_changed_character_of_a_header_refuses(keys, name, at, put, insert):
    message = sealed(keys)
    headers = message.headers()
    was = headers[name]
    at %= len(was)
    headers[name] = was[:at] + put + was[at if insert else at + 1 :]
    if headers[name] == was:
        assert open_message(headers, message.body(), keys).text == WORDS
        return
    with pytest.raises(REFUSED):
        open_message(headers, message.body(), keys)


@given(content=st.sampled_from(Content), at=st.integers(min_value=0), put=st.binary(max_size=2))
def test_any_single_changed_byte_of_the_body_refuses(keys, content, at, put):
    message = sealed(keys, content)
    body = message.body()
    at %= len(body)
    changed = body[:at] + put + body[at + 1 :]
    if changed == body:
        return
    with pytest.raises(REFUSED):
        open_message(message.headers(), changed, keys)


@given(bit=st.integers(min_value=0))
def test_any_single_changed_bit_of_the_body_refuses(keys, bit):
    message = sealed(keys)
    body = bytearray(message.body())
    body[bit // 8 % len(body)] ^= 1 << bit % 8
    with pytest.raises(REFUSED):
        open_message(message.headers(), bytes(body), keys)


@given(name=st.sampled_from([name for name in SAID.headers() if name != "ce_traceparent"]))
def test_a_header_that_is_missing_refuses(keys, name):
    message = sealed(keys)
    headers = message.headers()
    del headers[name]
    with pytest.raises(REFUSED):
        open_message(headers, message.body(), keys)


def test_a_trace_that_a_tool_on_the_way_wrote_refuses_nothing(keys):
    message = sealed(keys)
    traced = message.headers() | {"ce_traceparent": "00-" + "1" * 32 + "-" + "2" * 16 + "-01", "tool": "x"}
    assert open_message(traced, message.body(), keys).text == WORDS
