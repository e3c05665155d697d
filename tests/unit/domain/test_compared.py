"""Texts that are compared with sealed words: one spelling, keyed digests, and no word that says nobody."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, ValidationError

from shared.domain.compared import ComparedLine, ComparedText, one_spelling, plain_words
from shared.domain.fields import Names

NAMES = Names(bytes(32), "lado")
OTHER = Names(b"1" * 32, "lado")


class Said(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    line: ComparedLine
    text: ComparedText


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Carl Example", "A man called CARL told him"),
        ("Carl Example", "example's club"),
        ("Zoë Hart", "zoe was there"),
        ("Ann Smith-Jones", "Mr Jones"),
        ("Ann Smith-Jones", "smithjones"),
        ("Sean O'Brien", "obrien's"),
        ("Sean O’Brien", "O'Brien said so"),
        ("Ｃａｒｌ", "carl"),
        ("Carl", "c-a-r-l"),
    ],
)
def test_a_word_of_a_name_is_found_however_it_is_written(name, text):
    assert ComparedText.of(text, NAMES).holds(ComparedLine.of(name, NAMES).words)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("The Grove School", "the child was at home"),
        ("Carl Example", "carlos and the examples"),
        ("J. K. Hart", "j k l"),
        ("An Other", "an adult who coaches"),
    ],
)
def test_a_word_of_every_sentence_and_an_initial_name_nobody(name, text):
    assert not ComparedText.of(text, NAMES).holds(ComparedLine.of(name, NAMES).words)


@given(
    st.text(alphabet=string.ascii_letters, min_size=3, max_size=12),
    st.sampled_from([".", ",", "!", "'s", ")", "\n"]),
)
def test_a_name_between_any_signs_is_found(name, sign):
    line = ComparedLine.of(name, NAMES)
    assert ComparedText.of(f"He said ({name}{sign} then left.", NAMES).holds(line.words) or not line.words


def test_digests_lie_under_a_key():
    assert ComparedLine.of("Carl", NAMES).whole == ComparedLine.of(" CARL ", NAMES).whole
    assert ComparedLine.of("Carl", NAMES).whole != ComparedLine.of("Carl", OTHER).whole
    assert ComparedLine.of("Carl", NAMES).whole not in ComparedLine.of("Carl", NAMES).words


def test_whole_names_are_compared_in_one_spelling():
    assert one_spelling("  Zoë  O'Brien ") == one_spelling("ZOE o brien") == "zoe o brien"
    assert plain_words("the of a") == []


def test_it_is_read_as_plain_text_alone():
    said = Said.model_validate({"line": "Carl", "text": "He left."}, context=NAMES)
    assert (said.line.text, said.text.text) == ("Carl", "He left.")
    assert "Carl" not in repr(said)
    own = {"text": "Carl", "words": [], "whole": "00000000-0000-0000-0000-000000000000"}
    for wrong, context in ((own, NAMES), (7, NAMES), ("Carl", None), ("", NAMES), ("two\nlines", NAMES)):
        with pytest.raises(ValidationError) as caught:
            Said.model_validate({"line": wrong, "text": "x"}, context=context)
        assert "Carl" not in str(caught.value)
