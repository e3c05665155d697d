"""Messages: what goes out comes back the same, nothing personal is in a header, and what is malformed is refused."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.crypto.hash_chain import GENESIS
from shared.domain.event import Event
from shared.messaging.message import Message, NotAMessage, kafka_headers, parse, plain_headers
from shared.messaging.topics import topic_of

MESSAGE = Message(
    event_id=UUID(int=1),
    source="mash",
    name="mash.ContactReceived",
    key=UUID(int=2),
    position=12,
    previous=7,
    stream_id=UUID(int=3),
    version=4,
    digest=b"\x0a" * 32,
    previous_digest=b"\x0b" * 32,
    recorded_at=datetime(2026, 4, 2, 15, 40, tzinfo=UTC),
    state=b'{"level":"4","envelope":{"id":"x"}}',
    sealed=b"\x01sealed",
    trace="00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
)

open_parts = st.dictionaries(
    st.text(), st.none() | st.booleans() | st.text() | st.lists(st.text()), max_size=5
).map(orjson.dumps)
digests = st.binary(min_size=32, max_size=32).filter(lambda digest: digest != GENESIS)


@st.composite
def messages(draw: st.DrawFn) -> Message:
    previous = draw(st.integers(0, 2**63 - 2))
    return Message(
        event_id=draw(st.uuids()),
        source=draw(st.from_regex(r"[a-z][a-z0-9_]{0,20}", fullmatch=True)),
        name=draw(st.from_regex(r"[a-z]{1,9}\.[A-Z][A-Za-z0-9]{0,20}", fullmatch=True)),
        key=draw(st.uuids()),
        position=draw(st.integers(previous + 1, 2**63 - 1)),
        previous=previous,
        stream_id=draw(st.uuids()),
        version=draw(st.integers(1, 2**63 - 1)),
        digest=draw(digests),
        previous_digest=draw(digests) if previous else GENESIS,
        recorded_at=draw(st.datetimes(timezones=st.just(UTC))),
        state=draw(open_parts),
        sealed=draw(st.binary()),
        trace=draw(st.none() | st.from_regex(r"00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]", fullmatch=True)),
    )


@given(messages())
def test_a_message_comes_back_as_it_went_out(message):
    headers = plain_headers(kafka_headers(message.headers()))
    assert parse(headers, message.body(), topic=message.topic) == message


@given(messages())
def test_the_body_is_json_with_the_open_part_as_it_was_stored(message):
    body = orjson.loads(message.body())
    assert list(body) == ["open", "sealed"]
    assert body["open"] == orjson.loads(message.state)
    assert message.state in message.body()


def test_an_open_part_that_speaks_of_a_sealed_one_is_not_taken_for_it():
    message = replace(MESSAGE, state=b'{"a":"x","sealed":"AAAA"}', sealed=b"")
    assert parse(message.headers(), message.body()) == message


def test_headers_are_those_of_cloudevents_and_say_nothing_but_codes_ids_and_places():
    assert MESSAGE.headers() == {
        "ce_specversion": "1.0",
        "ce_id": str(UUID(int=1)),
        "ce_source": "/safeguarding/mash",
        "ce_type": "mash.ContactReceived",
        "ce_time": "2026-04-02T15:40:00+00:00",
        "ce_partitionkey": str(UUID(int=2)),
        "ce_position": "12",
        "ce_previous": "7",
        "ce_stream": str(UUID(int=3)),
        "ce_streamversion": "4",
        "ce_digest": "0a" * 32,
        "ce_previousdigest": "0b" * 32,
        "ce_traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "content-type": "application/json",
    }
    assert all(name.removeprefix("ce_").isalnum() for name in MESSAGE.headers() if name.startswith("ce_"))


def test_whatever_the_parts_of_an_event_say_its_headers_stay_the_same():
    other = replace(MESSAGE, state=b'{"name":"Ava Reed"}', sealed=b"Ava Reed")
    assert other.headers() == MESSAGE.headers()


def test_a_trace_need_not_be_there():
    message = replace(MESSAGE, trace=None)
    assert "ce_traceparent" not in message.headers()
    assert parse(message.headers(), message.body()) == message


@pytest.mark.parametrize("name", list(MESSAGE.headers()))
def test_a_header_that_is_missing_or_nonsense_is_refused(name):
    without = {key: value for key, value in MESSAGE.headers().items() if key != name}
    if name == "ce_traceparent":  # a trace that cannot be read is no reason to lose a fact
        assert parse(without, MESSAGE.body()) == replace(MESSAGE, trace=None)
        assert parse(without | {name: "nonsense"}, MESSAGE.body()) == replace(MESSAGE, trace=None)
        return
    for headers in (without, without | {name: "nonsense"}, without | {name: "\x00"}, without | {name: ""}):
        with pytest.raises(NotAMessage):
            parse(headers, MESSAGE.body())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ce_position", "-1"),
        ("ce_position", "0"),
        ("ce_position", " 12"),
        ("ce_position", "1_2"),
        ("ce_position", "١٢"),
        ("ce_position", str(2**63)),  # more than a bigint holds: the database would refuse it each time
        ("ce_position", "7"),  # the same as the one before it
        ("ce_previous", "-1"),
        ("ce_streamversion", "0"),
        ("ce_digest", "0A" * 32),  # one spelling and no other
        ("ce_digest", "0a" * 31),
        ("ce_digest", " ".join(["0a"] * 32)),
        ("ce_previousdigest", "00" * 32),  # what stands before position 1, and there is a previous event
        ("ce_previous", "0"),  # none before it, and a digest of it
        ("ce_source", "mash"),
        ("ce_source", "/safeguarding/"),
        ("ce_source", "/safeguarding/unreadable:safeguarding.mash.v1"),
        ("ce_type", "mash.Contact\x00Received"),
        ("ce_type", "ContactReceived"),
        ("ce_time", "2026-04-02T15:40:00"),  # no zone
        ("ce_time", "2026-04-02T16:40:00+01:00"),  # the same instant, spelled otherwise
        ("ce_time", "2026-04-02T15:40:00Z"),
        ("ce_time", "2026-04-02 15:40:00+00:00"),
        ("ce_id", "{00000000-0000-0000-0000-000000000001}"),
        ("ce_id", "00000000000000000000000000000001"),
        ("ce_stream", "00000000-0000-0000-0000-00000000000A"),
        ("ce_specversion", "0.3"),
    ],
)
def test_a_header_that_cannot_be_is_refused(name, value):
    with pytest.raises(NotAMessage):
        parse(MESSAGE.headers() | {name: value}, MESSAGE.body())


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"{}",
        b'{"open":{}}',
        b'{"sealed":null}',
        b'{"open":,"sealed":null}',
        b'{"open":5,"sealed":null}',
        b'{"open":{},"sealed":5}',
        b'{"open":{},"sealed":"not base64"}',
        b'{"open":{},"sealed":"AB=="}',  # another spelling of "AA=="
        b'{"open":{},"sealed": "AA=="}',
        b'{"open":{},"sealed":null',
        b'{"open":{},"sealed":null}}',
        b'\xff{"open":{},"sealed":null}',
    ],
)
def test_a_body_that_is_malformed_is_refused(body):
    with pytest.raises(NotAMessage):
        parse(MESSAGE.headers(), body)


@given(
    st.binary(max_size=60), st.dictionaries(st.sampled_from(list(MESSAGE.headers())), st.text(max_size=40))
)
def test_nothing_that_arrives_does_more_than_be_refused(body, headers):
    with pytest.raises(NotAMessage):
        parse(MESSAGE.headers() | headers, body)


def test_a_message_on_a_topic_that_its_source_does_not_write_is_refused():
    assert parse(MESSAGE.headers(), MESSAGE.body(), topic=topic_of("mash")) == MESSAGE
    with pytest.raises(NotAMessage, match="does not write this topic"):
        parse(MESSAGE.headers(), MESSAGE.body(), topic=topic_of("people"))


def test_a_refusal_repeats_nothing_of_what_arrived():
    with pytest.raises(NotAMessage) as refused:
        parse(MESSAGE.headers() | {"ce_id": "Ava Reed"}, MESSAGE.body())
    assert "Ava" not in str(refused.value)
    assert refused.value.__suppress_context__


def test_headers_that_are_not_text_are_refused_and_an_empty_one_is_empty():
    with pytest.raises(NotAMessage):
        plain_headers([("ce_id", b"\xff")])
    assert plain_headers([("ce_id", None)]) == {"ce_id": ""}  # type: ignore[list-item] - Kafka's headers may be null


def test_within_a_place_order_holds():
    assert MESSAGE.source_key == ("mash", UUID(int=2))
    assert MESSAGE.topic == "safeguarding.mash.v1"


class ToOne(Event, name="test_message.SentToOne", intake="safeguarding.other-intake.v1", fixed=()):
    """Sent to one team alone."""


def test_what_is_for_one_team_alone_has_its_own_topic_and_none_but_its_sender():
    sent = replace(MESSAGE, source="test_message", name=ToOne.NAME)
    assert sent.topic == ToOne.INTAKE
    parse(sent.headers(), sent.body(), topic=ToOne.INTAKE)
    with pytest.raises(NotAMessage, match="does not write this topic"):
        parse(sent.headers(), sent.body(), topic=topic_of("test_message"))
    forged = replace(sent, source="people")
    with pytest.raises(NotAMessage, match="by the team whose fact it is"):
        parse(forged.headers(), forged.body(), topic=ToOne.INTAKE)
