"""What a person sends has an end, in every team: every list, text and mapping of every command, and how far a clock is put off."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from deploy.catalogue import known_commands
from services import all_teams
from shared.domain.fields import Organisation, Professional
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


@pytest.mark.parametrize("name", sorted(known_commands()))
def test_whoever_names_an_organisation_names_it_so_that_it_is_compared_and_not_kept_in_the_clear(name):
    """`Organisation` makes an id of what is written; readers are known by the same id. A name that is sealed alone may be a line."""
    for field in named_organisations(known_commands()[name]):
        assert field in SEALED_ALONE or field.endswith("Organisation"), field


SEALED_ALONE = {"people.RegisterProfessional organisation: ShortText"}
"""Shown with the professional's name, and compared with nothing."""


def named_organisations(model: type[BaseModel], within: str = "") -> Iterator[str]:
    """Every field of a command, and of the models within it, that is called after an organisation, with its type."""
    for name, field in model.model_fields.items():
        of_models = False
        for hint in (field.annotation, *get_args(field.annotation)):
            if (
                hint in (Professional, Organisation)
                or not isinstance(hint, type)
                or not issubclass(hint, BaseModel)
            ):
                continue
            of_models = True
            yield from named_organisations(hint, f"{within}{name}.")
        if "organisation" in name and not of_models and not name.endswith("_knew"):
            organisation = Organisation in (field.annotation, *get_args(field.annotation))
            where = getattr(model, "NAME", "") or model.__name__
            yield f"{where} {name}: {'Organisation' if organisation else 'ShortText'}"


NOW = london(2026, 4, 2, 17)
FURTHEST = timedelta(days=366)


@pytest.mark.parametrize("team", all_teams(), ids=lambda team: team.name)
def test_no_clock_can_be_put_off_for_good(team):
    """A deadline moved to the year 9999 would never be missed: every rule says how far ahead a variation may lie."""
    for rule in team.rules.rules:
        if rule.unit not in WITHOUT_CLOCK:
            assert NOW < team.rules.latest_variation(rule.id, NOW) <= NOW + FURTHEST, rule.id


def lax_days(model: type[BaseModel]) -> Iterator[str]:
    """Every field, also of objects within, that reads a day as pydantic does by itself."""
    for name, field in model.model_fields.items():
        hints = (field.annotation, *get_args(field.annotation))
        if date in hints and not field.metadata:
            yield f"{model.__name__}.{name}"
        for hint in hints:
            if isinstance(hint, type) and issubclass(hint, BaseModel):
                yield from lax_days(hint)


@pytest.mark.parametrize("name", known_commands())
def test_a_day_that_a_person_names_is_a_day(name):
    """Read as a date, 0 would be 1 January 1970; a day before 1900 would be the first in every list: a `Day` is neither."""
    assert not list(lax_days(known_commands()[name]))
