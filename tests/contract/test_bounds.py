"""What a person sends has an end, in every team: every list, text and mapping of every command, and how far a clock is put off."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from deploy.catalogue import known_commands
from services import all_teams
from shared.domain.instants import london
from shared.domain.limits import WITHOUT_CLOCK
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


NOW = london(2026, 4, 2, 17)
FURTHEST = timedelta(days=366)


@pytest.mark.parametrize("team", all_teams(), ids=lambda team: team.name)
def test_no_clock_can_be_put_off_for_good(team):
    """A deadline moved to the year 9999 would never be missed: every rule says how far ahead a variation may lie."""
    for rule in team.rules.rules:
        if rule.unit not in WITHOUT_CLOCK:
            assert NOW < team.rules.latest_variation(rule.id, NOW) <= NOW + FURTHEST, rule.id
