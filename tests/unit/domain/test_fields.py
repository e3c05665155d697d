"""Which characters a text may hold."""

import unicodedata

import pytest
from pydantic import TypeAdapter, ValidationError

from shared.domain.fields import MOST_TEXT, Text

TEXT = TypeAdapter(Text)
LINE_BREAKS = "\n\r\t"
CONTROLS = [chr(n) for n in range(0x110000) if unicodedata.category(chr(n)) in {"Cc", "Cs"}]


def test_a_text_holds_every_character_but_controls_and_lone_surrogates():
    others = "".join(chr(n) for n in range(0x110000) if unicodedata.category(chr(n)) not in {"Cc", "Cs"})
    for start in range(0, len(others), MOST_TEXT):
        part = others[start : start + MOST_TEXT]
        assert TEXT.validate_python(part) == part
    assert TEXT.validate_python(LINE_BREAKS) == LINE_BREAKS


@pytest.mark.parametrize("place", ["{0}b", "a{0}b", "a{0}", "{0}"])
def test_a_control_character_or_a_lone_surrogate_is_refused_wherever_it_stands(place):
    refused = [c for c in CONTROLS if c not in LINE_BREAKS]
    assert {0x00, 0x1B, 0x7F, 0x85, 0xD800, 0xDFFF} <= {ord(c) for c in refused}
    taken = [hex(ord(c)) for c in refused if _taken(place.format(c))]
    assert not taken


def _taken(text: str) -> bool:
    try:
        TEXT.validate_python(text)
    except ValidationError:
        return False
    return True
