"""Every mistake that a reader of requests can find has a code and a sentence of ours."""

import pytest
from pydantic_core._pydantic_core import list_all_errors

from shared.domain.field_errors import CODES
from shared.web.field_errors import wrong_field

THEIR_WORDS = (
    "pydantic",
    "input should",
    "valid ",
    "string",
    "dict",
    "tuple",
    "instance",
    "uuid",
    "`",
    "{",
    "_",
)


@pytest.mark.parametrize("error", list_all_errors(), ids=lambda error: error["type"])
def test_no_word_of_the_reader_is_passed_on(error):
    told = wrong_field(
        "with.field",
        {
            "type": error["type"],
            "msg": error["example_message_python"],
            "ctx": error.get("example_context"),
            "input": "what was sent",
        },
    )
    assert told.code in CODES
    said = told.message.casefold().replace("valid json", "json")
    assert not [word for word in THEIR_WORDS if word in said], told.message
    assert told.as_json()["message"].endswith(".")


def test_a_sentence_of_ours_that_repeats_what_was_sent_is_not_passed_on():
    error = {"type": "rule", "msg": "Ava Test is not known", "input": {"name": "Ava Test"}}
    assert wrong_field("with.name", error).message == "This value is not of the right kind."
    assert wrong_field("with.name", {**error, "input": None}).message == "Ava Test is not known"


def test_a_text_that_needs_one_character_is_said_to_be_empty():
    error = {"type": "string_too_short", "msg": "", "ctx": {"min_length": 1}, "input": ""}
    assert wrong_field("with.name", error).code == "blank"
    assert wrong_field("with.name", {**error, "ctx": {"min_length": 2}}).code == "too_short"
