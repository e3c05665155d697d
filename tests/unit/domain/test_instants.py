"""An instant in a JSON text, read the quick way or not, is what it is in Python: nothing more is let in."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from shared.domain.instants import Instant

READ: Final = TypeAdapter(Instant)
PATTERN: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})", re.ASCII)
STORED: Final = st.datetimes().map(lambda at: at.isoformat() + "Z")
SIGNS: Final = st.sampled_from([*"0159-+:.,TtZzW ", "\u0663", "\uff11", "\u2212", "\x00", "\ud800", "00", ""])


@st.composite
def nearly(draw: st.DrawFn) -> str:
    """An instant as it is stored, with one to three of its characters others."""
    text = draw(STORED)
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(text)))
        text = text[:at] + draw(SIGNS) + text[at + 1 :]
    return text


@given(nearly() | STORED)
@example("2026-W14-4T15:40:00Z")
@example("2026-04-02T15:40:0\u0660Z")
@example("2026-04-02T15:40:00,123456Z")
@example("2026-04-02T15:40:00.12345Z")
@example("2026-04-02T24:00:00Z")
@example("2026-02-30T15:40:00Z")
@example("2026-04-02T15:40:+1Z")
def test_an_instant_is_taken_if_and_only_if_its_pattern_is_kept_and_there_is_such_a_time(text: str) -> None:
    try:
        expected = datetime.fromisoformat(text).astimezone(UTC) if PATTERN.fullmatch(text) else None
    except (ValueError, OverflowError):
        expected = None
    assert outcome(READ.validate_python, text) == expected
    written = json.dumps(text)
    assert outcome(READ.validate_json, written) == expected
    assert outcome(READ.validate_json, written.encode()) == expected


def outcome(read: Callable[[Any], datetime], text: str | bytes) -> datetime | None:
    try:
        found = read(text)
    except ValidationError:
        return None
    assert found.tzinfo is UTC
    return found
