"""What all teams declare, as tools need it: every command, every event, and the schemas of the commands."""

from typing import Any

import services
from deploy.play.command_fields import own_fields
from shared.domain.command import Command, public_name
from shared.domain.event import Event, event_types
from shared.service.declaration import personal_commands
from shared.service.expectations import Answers


def known_commands() -> dict[str, type[Command]]:
    """Every command that a person may send, by its name `<service>.<Command>`."""
    found = {
        public_name(team.name, command): command
        for team in services.all_teams()
        for command in personal_commands(team.streams)
    }
    return dict(sorted(found.items()))


def schemas() -> dict[str, dict[str, Any]]:
    """One JSON Schema a command: its own fields, as `with` holds them in a case file's step and in a request."""
    return {
        name: {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            **own_fields(command),
            "title": name,
        }
        for name, command in known_commands().items()
    }


def answers() -> list[tuple[str, Answers]]:
    """Where the teams answer what case files expect: each service's name, and one of its addresses."""
    return [(team.name, one) for team in services.all_teams() for one in team.answers]


def events() -> dict[str, type[Event]]:
    """Every event of all teams and of the kernel, by stored name; what a test made up is none of them."""
    services.all_teams()
    return {
        name: event
        for name, event in sorted(event_types().items())
        if event.__module__.startswith(("services.", "shared."))
    }
