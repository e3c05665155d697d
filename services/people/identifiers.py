"""Numbers by which other systems know a person, each checked by its own check character."""

from typing import Annotated, Final

from nhs_number import is_valid  # type: ignore[attr-defined]  # exported without being named in __all__
from pydantic import AfterValidator, StringConstraints

from shared.domain.field_errors import wrong

_WRITTEN_NUMBER: Final = 40
"""Most characters in which a number of ten digits may be written, its spaces among them."""
_UPN_LETTERS: Final = "ABCDEFGHJKLMNPQRTUVWXYZ"
"""The check letters of a UPN, by their remainder: without I, O and S."""
_UPN_LENGTH: Final = 13
_UPN_WEIGHTS: Final = range(2, 14)
_AUTHORITY: Final = slice(1, 4)
"""Where in a UPN the number of the authority stands that gave it."""
_MOST_CHILD_ID: Final = 20


def _nhs_number(number: str) -> str:
    digits = "".join(number.split())
    if not (digits.isascii() and digits.isdigit() and len(digits) == 10 and is_valid(digits)):
        raise wrong(
            "this is no NHS number: ten digits, the last of which checks the others; read it again",
            "mistyped",
        )
    return digits


def _upn(number: str) -> str:
    """A UPN: a check letter, the authority's number, nine more digits; the last may be a letter (a temporary number).

    The check letter is the remainder of the weighted sum of the others by 23. Source: DfE, unique pupil numbers;
    children in need census, rules 1510 and 1530.
    """
    upn = "".join(number.split()).upper()
    body, last = upn[1:-1], upn[-1:]
    if not (
        len(upn) == _UPN_LENGTH
        and upn.isascii()
        and body.isdigit()
        and (last.isdigit() or last in _UPN_LETTERS)
    ):
        raise wrong(
            "this is no UPN: a letter, then twelve digits, the last of which may be a letter; read it again",
            "mistyped",
        )
    values = [int(digit) for digit in body]
    values.append(int(last) if last.isdigit() else _UPN_LETTERS.index(last))
    total = sum(weight * value for weight, value in zip(_UPN_WEIGHTS, values, strict=True))
    if upn[0] != _UPN_LETTERS[total % len(_UPN_LETTERS)]:
        raise wrong("the first letter of this UPN does not fit its digits; read it again", "mistyped")
    if upn[_AUTHORITY] == "000":
        raise wrong(
            "the three digits after the letter of a UPN are an authority's number; read it again", "mistyped"
        )
    return upn


def _child_id(number: str) -> str:
    if not (number.isascii() and number.isalnum()):
        raise wrong("the authority's id of a child has letters and digits alone, at most 20", "characters")
    return number


NhsNumber = Annotated[str, StringConstraints(max_length=_WRITTEN_NUMBER), AfterValidator(_nhs_number)]
"""Ten digits with a valid check digit; spaces between them are dropped."""

Upn = Annotated[str, StringConstraints(max_length=_WRITTEN_NUMBER), AfterValidator(_upn)]
"""A unique pupil number with a valid check letter, in capitals; spaces in it are dropped."""

ChildId = Annotated[
    str, StringConstraints(min_length=1, max_length=_MOST_CHILD_ID), AfterValidator(_child_id)
]
"""The authority's own id of a child, never used again: at most 20 letters and digits."""
