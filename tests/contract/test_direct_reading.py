"""An event read straight from its text is the one that is read in parts; and what is refused in parts is refused."""

import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from deploy.catalogue import events
from deploy.generate.golden import FOLDER
from shared.domain import codec as reading
from shared.domain.codec import decode, numbers_of

EVENTS = events()  # all of them are known from here on
STORED = {
    file["name"]: file["stored"]
    for path in sorted(FOLDER.glob("*.json"))
    if "reads_as" not in (file := json.loads(path.read_text(encoding="utf-8")))
}
SNIPPETS = st.one_of(
    st.sampled_from(
        [
            "null",
            "true",
            "1",
            "-0",
            "1.0",
            "0.5",
            "1e2",
            "1e400",
            "NaN",
            "-Infinity",
            "18446744073709551615",
            "18446744073709551616",
            "-9223372036854775809",
            '"12"',
            '"yes"',
            '" "',
            '"\\ud800"',
            '"\\u0000"',
            '"a\\",\\"envelope\\":{"',
            '"2026-04-02T15:40:00Z"',
            '"2026-04-02 15:40:00Z"',
            '"2026-04-02T15:40:00.123456+01:00"',
            '"{00000000-0000-0000-0000-000000000001}"',
            "[]",
            "{}",
            '{"envelope":{}}',
            '[1,"x"]',
            "",
            "tru",
        ]
    ),
    st.text().map(json.dumps),
    st.integers().map(str),
    st.datetimes().map(lambda at: json.dumps(at.isoformat() + "Z")),
)
KEYS = st.sampled_from(["envelope", "class_version", "sealed", "added", "child", "happened_at"])


def text_of(value: Any) -> str:
    """JSON of what holds texts of JSON at its leaves; an object is a list of pairs, so that a key may stand twice."""
    if isinstance(value, str):
        return value
    return "{" + ",".join(f"{json.dumps(key)}:{text_of(one)}" for key, one in value) + "}"


def pairs_of(value: Any) -> Any:
    return (
        [(key, pairs_of(one)) for key, one in value.items()] if isinstance(value, dict) else json.dumps(value)
    )


@st.composite
def spoilt(draw: st.DrawFn, stored: dict[str, Any]) -> bytes:
    """What is stored with one to three things about it changed."""
    whole = pairs_of(stored)
    for _ in range(draw(st.integers(1, 3))):
        inner = [pair[1] for pair in whole if isinstance(pair[1], list) and pair[1]]
        level = draw(st.sampled_from([whole, whole, *inner]))
        at = draw(st.integers(0, len(level) - 1)) if level else 0
        match draw(st.sampled_from(["value", "value", "value", "key", "without", "twice", "turned"])):
            case "value" if level:
                level[at] = (level[at][0], draw(SNIPPETS))
            case "key":
                level.insert(at, (draw(KEYS | st.text()), draw(SNIPPETS)))
            case "without" if level:
                del level[at]
            case "twice" if level:
                level.append((level[at][0], draw(st.just(level[at][1]) | SNIPPETS)))
            case _:
                level.reverse()
    written = text_of(whole).encode("utf-8", "surrogatepass")
    for _ in range(draw(st.sampled_from([0, 0, 0, 1]))):
        cut = draw(st.integers(0, len(written)))
        written = (
            written[:cut]
            + draw(st.sampled_from([b" ", b"}", b"\xff", b"\n", b'"', b"", b","]))
            + written[cut:]
        )
    return written


@given(st.data())
@pytest.mark.parametrize("name", STORED)
def test_what_is_read_directly_is_what_is_read_in_parts(name: str, data: st.DataObject) -> None:
    state = data.draw(spoilt(STORED[name]))
    read = [outcome(name, state)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "_directly", lambda _name, _state: None)
        read.append(outcome(name, state))
    assert read[0] == read[1]
    assert repr(read[0]) == repr(read[1])  # types too: 1 is not 1.0


def outcome(name: str, state: bytes) -> Any:
    try:
        return decode(name, state)
    except Exception as error:
        return type(error), str(error)


@pytest.mark.parametrize("name", STORED)
def test_events_as_they_are_stored_are_read_directly(name: str) -> None:
    """Else nothing above would be tested, and nothing gained."""
    state = orjson.dumps(STORED[name])
    directly = reading._directly(name, state)
    if numbers_of(EVENTS[name]) is None:
        assert name == "team.RecordCorrected"  # a body of any shape is read in parts
        assert directly is None
    else:
        assert directly == decode(name, state)[0]


@pytest.mark.parametrize(("number", "direct"), [(2**64 - 1, True), (2**64, False), (-(2**63) - 1, False)])
def test_a_number_beyond_64_bits_is_refused_as_ever(number: int, direct: bool) -> None:
    name = "chronology.EntryReceived"
    stored = STORED[name] | {"source_position": number}
    state = json.dumps(stored, separators=(",", ":"))  # in its place, so before the envelope
    assert (reading._directly(name, state.encode()) is not None) == direct
    if not direct:
        with pytest.raises(ValidationError):
            decode(name, state.encode())
