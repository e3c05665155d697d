"""What the reader of a request finds wrong with it, as fields, codes and sentences of ours.

The reader's own words are a programmer's ("Input should be a valid UUID"), and some repeat what was sent. So each kind of
error has a code and a sentence here, and one that nobody has met has a plain one.
"""

import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from shared.domain.field_errors import CODES, Code, is_ours

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,63}", re.ASCII)


_TELLING: Final = 3
"""Characters from which a value sent would be recognised in a sentence."""


_MOST_DEPTH: Final = 10
"""How deep what was sent is looked through for values that a sentence might repeat."""


class WrongField(NamedTuple):
    """A field that is wrong, with a sentence of ours that says how: never with what was sent in it."""

    field: str
    message: str
    code: Code = "rule"

    def as_json(self) -> dict[str, str]:
        """As a problem lists it."""
        return {"field": self.field, "code": self.code, "message": as_sentence(self.message)}


_WHOLE: Final = ("This is not a whole number: write one in digits.", "not_a_number")
_NUMBER: Final = ("This is not a number: write one in digits.", "not_a_number")
_DATE: Final = ("This is not a date: write one such as 2026-04-02.", "not_a_date")
_TIME: Final = ("This is not a time: write one such as 2026-04-02T15:40:00Z.", "not_a_time")
_ID: Final = ("This is not an id: take one from an answer of the platform.", "not_an_id")
_LIST: Final = ("This is not a list: send one, with as many items as there are.", "not_a_list")
_OBJECT: Final = (
    "This is not a group of fields: see the API's description for what stands here.",
    "not_an_object",
)
_TEXT: Final = ("This is not a text: write it in words.", "not_text")
_JSON: Final = ("What was sent is not valid JSON.", "not_json")
_UNKNOWN: Final = (
    "There is a field here that is not known: check the names against the API's description.",
    "unknown",
)


_SAID: Final[Mapping[str, tuple[str, Code]]] = {
    "missing": ("This field is needed.", "missing"),
    "extra_forbidden": _UNKNOWN,
    "invalid_key": _UNKNOWN,
    "json_invalid": _JSON,
    "json_type": _JSON,
    "union_tag_invalid": ("This is none of the kinds known here.", "choose"),
    "union_tag_not_found": ("The field that says which kind this is is needed.", "missing"),
    "string_type": _TEXT,
    "string_sub_type": _TEXT,
    "string_unicode": ("This has characters that cannot be kept: type it anew.", "characters"),
    "string_pattern_mismatch": ("This is not written as the API's description has it.", "characters"),
    "bool_type": ("Answer yes (true) or no (false).", "not_yes_or_no"),
    "bool_parsing": ("Answer yes (true) or no (false).", "not_yes_or_no"),
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_parsing_size": ("This number is too large.", "out_of_range"),
    "int_from_float": _WHOLE,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": _NUMBER,
    "date_type": _DATE,
    "date_parsing": _DATE,
    "date_from_datetime_parsing": _DATE,
    "date_from_datetime_inexact": _DATE,
    "datetime_type": _TIME,
    "datetime_parsing": _TIME,
    "datetime_object_invalid": _TIME,
    "datetime_from_date_parsing": _TIME,
    "timezone_naive": ("Say the time with its offset from UTC, such as 2026-04-02T15:40:00Z.", "not_a_time"),
    "uuid_type": _ID,
    "uuid_parsing": _ID,
    "uuid_version": _ID,
    "is_instance_of": _ID,
    "list_type": _LIST,
    "tuple_type": _LIST,
    "set_type": _LIST,
    "frozen_set_type": _LIST,
    "iterable_type": _LIST,
    "dict_type": _OBJECT,
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
    "dataclass_type": _OBJECT,
}
"""Of each kind of error that a request can meet, what is said of it, and its code."""


_BOUNDS: Final[Mapping[str, tuple[str, str, Code]]] = {
    "string_too_long": ("max_length", "This is too long: write at most {} characters.", "too_long"),
    "string_too_short": ("min_length", "This is too short: write at least {} characters.", "too_short"),
    "too_long": ("max_length", "This is too many: at most {} are taken.", "too_many"),
    "too_short": ("min_length", "This is too few: name at least {}.", "too_few"),
    "greater_than": ("gt", "This number is too small: give one greater than {}.", "out_of_range"),
    "greater_than_equal": ("ge", "This number is too small: give {} or more.", "out_of_range"),
    "less_than": ("lt", "This number is too large: give one less than {}.", "out_of_range"),
    "less_than_equal": ("le", "This number is too large: give {} or less.", "out_of_range"),
}
"""Of each bound, where the error says it, and the sentence."""


_CHOICES: Final = frozenset({"enum", "literal_error"})


_NO_WORD: Final = ("This value is not of the right kind.", "wrong")


def wrong_field(place: str, error: Mapping[str, Any]) -> WrongField:
    """An error of the reader's (of pydantic's, with its `input` and `ctx`) at a place, in our words."""
    kind, said = str(error["type"]), error.get("ctx") or {}
    if is_ours(error) and kind in CODES:
        return _own(place, str(error["msg"]), kind, error.get("input"))  # type: ignore[arg-type]
    if kind in _SAID:
        return WrongField(place, *_SAID[kind])
    if kind in _BOUNDS:
        bound, sentence, code = _BOUNDS[kind]
        if (kind, said.get(bound)) == ("string_too_short", 1):
            return WrongField(place, "This is empty: say something here.", "blank")
        return WrongField(place, sentence.format(said.get(bound)), code)
    if kind in _CHOICES:
        choices = str(said["expected"]).replace("'", "")
        return WrongField(place, f"Choose one of these: {choices}.", "choose")
    if kind == "value_error":
        return _own(place, str(error["msg"]).removeprefix("Value error, "), "rule", error.get("input"))
    return WrongField(place, *_NO_WORD)


def _own(place: str, message: str, code: Code, sent: Any) -> WrongField:
    """What a validator of ours says; if it should repeat what was sent, something plainer."""
    if any(value.casefold() in message.casefold() for value in _scalars(sent)):
        return WrongField(place, *_NO_WORD)
    return WrongField(place, message, code)


def place_of(error: Mapping[str, Any]) -> str:
    """A field's way from the outside in, as `with.referrer.name`. What is no name was sent by somebody: left out."""
    if str(error["type"]).startswith("json_"):
        return "body"
    steps = [step for step in said_by_us(error) if step != "body"] or ["body"]
    return ".".join(
        str(step) if isinstance(step, int) or _NAME.fullmatch(step) else "(unnamed)" for step in steps
    )


def said_by_us(error: Mapping[str, Any]) -> tuple[int | str, ...]:
    """The place of an error without what the sender named: of a field that is unknown, where it stands."""
    place: tuple[int | str, ...] = tuple(error["loc"])
    return place[:-1] if error["type"] in _NAMED_BY_SENDER else place


_NAMED_BY_SENDER: Final = frozenset({"extra_forbidden", "invalid_key"})
"""Errors whose place ends in a name that was sent, not in one of ours."""


def in_plain_words(said: str) -> str:
    """Without the marks that code is set in: whoever reads it fills in a form."""
    return said.replace("`", "")


def as_sentence(said: str) -> str:
    """In plain words, with a capital and a full stop."""
    said = in_plain_words(said)
    said = said[:1].upper() + said[1:]
    return said if said.endswith((".", "!", "?")) else f"{said}."


def _scalars(value: Any, depth: int = 0) -> list[str]:
    """The values within what was sent that would be recognised if a sentence repeated them."""
    if isinstance(value, Mapping):
        value = [*value.keys(), *value.values()]
    if isinstance(value, list | tuple | set | frozenset):
        return (
            [found for inner in value for found in _scalars(inner, depth + 1)] if depth < _MOST_DEPTH else []
        )
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    return [text] if value is not None and len(text) >= _TELLING else []
