"""Every command of all teams, as their own declarations say them: a new team needs no line here."""

import importlib
import importlib.util
import pkgutil
from collections.abc import Iterator
from typing import Any

import services
from services.playing.command_fields import own_fields
from shared.decider import Command
from shared.service import Service
from shared.team import personal_commands, public_name


def known_commands() -> dict[str, type[Command]]:
    """Every command that a person may send, by its name `<service>.<Command>`."""
    found = {
        public_name(team.name, command): command
        for team in teams()
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


def teams() -> Iterator[Service]:
    """The declaration of every team: the `app` in its `app.py`."""
    for package in pkgutil.iter_modules(services.__path__):
        if package.ispkg and importlib.util.find_spec(f"services.{package.name}.app") is not None:
            declared = importlib.import_module(f"services.{package.name}.app").app
            assert isinstance(declared, Service)
            yield declared
