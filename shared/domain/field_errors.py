"""What is wrong with a field that somebody filled in: a code for programs, and a sentence that says what to do.

A mistake that shows only beside another field (a referral without a need) stands on the field that puts it right, so that
a form can show it there.
"""

from collections.abc import Mapping
from typing import Any, Final, Literal, get_args

from pydantic_core import InitErrorDetails, PydanticCustomError, ValidationError

Code = Literal[
    "missing",
    "blank",
    "unknown",
    "repeated",
    "too_long",
    "too_short",
    "too_many",
    "too_few",
    "out_of_range",
    "choose",
    "characters",
    "mistyped",
    "not_text",
    "not_a_number",
    "not_yes_or_no",
    "not_a_date",
    "not_a_time",
    "not_an_id",
    "not_a_list",
    "not_an_object",
    "not_json",
    "rule",
    "wrong",
]
"""The kinds of mistake, each the same for ever: `mistyped` is a number whose check character does not fit it, `rule` what is
right alone and not beside the other fields, `wrong` what has no word of its own."""


CODES: frozenset[str] = frozenset(get_args(Code))
"""All of them."""


FieldCheck = tuple[str, bool, str] | tuple[str, bool, str, Code]
"""A field, whether it is wrong, what the person can do, and a code where it is not `rule`."""


def wrong(message: str, code: Code = "rule") -> PydanticCustomError:
    """The error for a validator of one field to raise. The message says what to do, and nothing of what was sent."""
    return PydanticCustomError(code, message, {_OURS: True})


_OURS: Final = "ours"
_BESIDE: Final = "beside"


def is_ours(error: Mapping[str, Any]) -> bool:
    """Whether an error of pydantic says what we say, and not what pydantic does: both know a `missing`."""
    return bool((error.get("ctx") or {}).get(_OURS))


def is_beside_others(error: Mapping[str, Any]) -> bool:
    """Whether an error of pydantic is of `refuse_fields`: what is wrong beside other fields, and not in itself."""
    return bool((error.get("ctx") or {}).get(_BESIDE))


def refuse_fields(*checks: FieldCheck) -> None:
    """Refuse every field that is wrong beside the others, each in its place: for validators of a whole command.

    All at once, as with rules (`refuse_all`): nobody puts one right only to meet the next.

    Raises:
        ValidationError: at least one is wrong; the command's own error takes these in.
    """
    errors = [
        InitErrorDetails(
            type=PydanticCustomError(
                check[3] if len(check) == 4 else "rule", check[2], {_OURS: True, _BESIDE: True}
            ),
            loc=tuple(check[0].split(".")),
            input=None,
        )
        for check in checks
        if check[1]
    ]
    if errors:
        raise ValidationError.from_exception_data("fields", errors, hide_input=True)
