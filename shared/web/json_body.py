"""Reads a body as one JSON object, and refuses what two readers would read differently.

JSON lets a name stand twice, and says nothing of which counts: a gateway that judges the first, and a service that acts
on the last, would speak of two commands.
"""

import json
from typing import Any, Final

import orjson

from shared.web.field_errors import WrongField
from shared.web.problems import invalid


def one_object(body: bytes) -> dict[str, Any]:
    """The body's members.

    Raises:
        Problem: it is no JSON, is no object, or has a name twice in one object. Nothing of it is repeated.
    """
    try:
        read = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise invalid(WrongField("body", "send one JSON object", "not_json")) from None
    if not isinstance(read, dict):
        raise invalid(WrongField("body", "send one JSON object", "not_json"))
    if _repeats_a_name(body):
        raise invalid(WrongField("body", "a field is named twice in one object: say each once", "repeated"))
    return read


class _Repeated(ValueError):
    """A name stands twice in one object."""


def _repeats_a_name(body: bytes) -> bool:
    """Whether any object within names a member twice. orjson tells nobody, so it is read a second time."""
    try:
        _NAMES.decode(body.decode())
    except _Repeated:
        return True
    except RecursionError:
        raise invalid(
            WrongField(
                "body", "this is nested too deeply: send the command as its description has it", "not_json"
            )
        ) from None
    return False


def _once_each(members: list[tuple[str, Any]]) -> None:
    if len({name for name, _ in members}) < len(members):
        raise _Repeated


# Texts for numbers: their values were read already, and the longest would be refused here. Made once: to make one takes longer
# than to read a command.
_NAMES: Final = json.JSONDecoder(object_pairs_hook=_once_each, parse_int=str, parse_float=str)
