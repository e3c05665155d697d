"""Which events may be read from their JSON text, and not from the values that were parsed from it.

pydantic reads a text by the rules by which it reads the parsed values, and knows the form of a stored instant without
asking Python. Text and values part where numbers are concerned: the text's reader takes whole numbers of any size,
which `orjson` gives as such up to 64 bits. So a class is read directly only when each of its fields is of a kind that is
known to read alike.
"""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel

_ALIKE: Final = frozenset({"bool", "date", "datetime", "str", "uuid"})
_INSIDE: Final = {
    "default": "schema",
    "nullable": "schema",
    "function-before": "schema",
    "json-or-python": "python_schema",
    "model": "schema",
    "dataclass": "schema",
    "model-field": "schema",
    "dataclass-field": "schema",
    "tuple": "items_schema",
    "model-fields": "fields",
    "dataclass-args": "fields",
}
"""Where a schema of this kind holds the schemas it is made of."""

LEAST: Final = -(2**63)
MOST: Final = 2**64 - 1
"""The whole numbers that the parser of values gives as such."""


def numbers_of(model: type[BaseModel]) -> tuple[str, ...] | None:
    """The fields that hold whole numbers, whose values must then be from `LEAST` to `MOST`; None: not read directly."""
    schema: Mapping[str, Any] = model.__pydantic_core_schema__
    if schema["type"] != "model" or schema["schema"]["type"] != "model-fields":
        return None
    numbers = []
    for name, field in schema["schema"]["fields"].items():
        inner = field["schema"]
        while inner["type"] in ("default", "nullable"):
            inner = inner["schema"]
        if inner["type"] == "int":
            numbers.append(name)
        elif not _alike(inner):
            return None
    return tuple(numbers)


def _alike(schema: Mapping[str, Any]) -> bool:
    kind = schema["type"]
    if kind in _ALIKE:
        return True
    if kind == "literal":
        return all(isinstance(one, str) for one in schema["expected"])
    if kind == "enum":
        return schema.get("sub_type") == "str"
    inside = schema.get(_INSIDE.get(kind, ""))
    if isinstance(inside, Mapping):
        return all(map(_alike, inside.values())) if "type" not in inside else _alike(inside)
    return isinstance(inside, list) and all(map(_alike, inside))
