"""What a person sends has an end: every list, text and mapping of every command, in every team."""

from collections.abc import Iterator
from typing import Any

import pytest

from deploy.catalogue import known_commands
from shared.web.commands import schema_of

BOUNDED_TEXT = {"maxLength", "format", "enum", "pattern", "const"}


def unbounded(schema: Any, path: str) -> Iterator[str]:
    """The places of a schema where something may be sent without end."""
    if isinstance(schema, dict):
        match schema.get("type"):
            case "array" if "maxItems" not in schema:
                yield path
            case "string" if not BOUNDED_TEXT & schema.keys():
                yield path
            case "object" if "properties" not in schema and "maxProperties" not in schema:
                yield path
        for name, inner in schema.items():
            yield from unbounded(inner, f"{path}/{name}")
    elif isinstance(schema, list):
        for number, inner in enumerate(schema):
            yield from unbounded(inner, f"{path}/{number}")


@pytest.mark.parametrize("name", sorted(known_commands()))
def test_nothing_in_a_command_is_without_end(name):
    assert list(unbounded(schema_of(name, known_commands()[name]), name)) == []
