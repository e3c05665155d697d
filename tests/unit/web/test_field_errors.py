"""Every mistake that a reader of requests can find has a code and a sentence of ours."""

from typing import Annotated

import pytest
from pydantic import AfterValidator, BaseModel, ValidationError, model_validator
from pydantic_core._pydantic_core import list_all_errors

from shared.domain.field_errors import CODES, refuse_fields, wrong
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
    error = {
        "type": "rule",
        "msg": "Ava Test is not known",
        "input": {"name": "Ava Test"},
        "ctx": {"ours": True},
    }
    assert wrong_field("with.name", error).message == "This value is not of the right kind."
    assert wrong_field("with.name", {**error, "input": None}).message == "Ava Test is not known"


def _no_place(value: str) -> str:
    if value != "home":
        raise wrong("say where", "missing")
    return value


class Visit(BaseModel):
    seen: bool
    why_not: str | None = None
    place: Annotated[str, AfterValidator(_no_place)] = "home"

    @model_validator(mode="after")
    def _said(self) -> "Visit":
        refuse_fields(("why_not", not self.seen and self.why_not is None, "say why not", "missing"))
        return self


def test_what_a_validator_of_ours_says_stands_also_where_the_reader_has_that_kind_of_mistake():
    for asked, told in (
        ({"seen": False}, ("why_not", "say why not", "missing")),
        ({"seen": True, "place": "x"}, ("place", "say where", "missing")),
        ({}, ("seen", "This field is needed.", "missing")),
    ):
        with pytest.raises(ValidationError) as caught:
            Visit.model_validate(asked)
        [error] = caught.value.errors()
        assert wrong_field(".".join(map(str, error["loc"])), dict(error)) == told


def test_a_text_that_needs_one_character_is_said_to_be_empty():
    error = {"type": "string_too_short", "msg": "", "ctx": {"min_length": 1}, "input": ""}
    assert wrong_field("with.name", error).code == "blank"
    assert wrong_field("with.name", {**error, "ctx": {"min_length": 2}}).code == "too_short"
