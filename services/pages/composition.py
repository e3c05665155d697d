"""Where the pages of all teams meet: each team's `pages.py`, found by its folder, and the schemas of its commands."""

import importlib
import importlib.util
from collections.abc import Mapping
from typing import Any

import services
from shared.domain.command import ADDRESS, Command, public_name
from shared.pages.team import TeamPages
from shared.service.declaration import personal_commands


def pages_of_teams() -> tuple[TeamPages, ...]:
    """The pages of every team that has some. A team behind a wall has none here: its pages are a process of their own.

    Raises:
        TypeError: what a team calls `pages` is no pages.
    """
    found = []
    for name in services.names():
        module = f"services.{name}.pages"
        if services.team(name).topic.walled or importlib.util.find_spec(module) is None:
            continue
        pages = importlib.import_module(module).pages
        if not isinstance(pages, TeamPages):
            raise TypeError(f"services/{name}/pages.py: `pages` must be TeamPages")
        found.append(pages)
    return tuple(found)


def schemas() -> dict[str, dict[str, Any]]:
    """The schema of each command's own fields, by the command's name, for the forms."""
    return {
        public_name(team.name, command): own_schema(command)
        for team in services.all_teams()
        if not team.topic.walled
        for command in personal_commands(team.streams)
    }


def own_schema(command: type[Command]) -> dict[str, Any]:
    """The schema of a command's own fields, as `with` has them."""
    schema = command.model_json_schema(by_alias=True)
    fields: Mapping[str, Any] = schema.get("properties", {})
    own = {name: node for name, node in fields.items() if name not in ADDRESS}
    for said, field in command.IN_WITH.items():
        own[said] = own.pop(field)
    required = [name for name in schema.get("required", []) if name not in ADDRESS]
    return {"properties": own, "required": required, "$defs": schema.get("$defs", {})}
