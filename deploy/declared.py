"""What all teams declare, for documentation, schemas and contract tests: their services, events and commands."""

from importlib import import_module

from services import SERVICES
from shared.event import Event, event_types
from shared.service import Service


def services() -> tuple[Service, ...]:
    """The declaration of every team, in the order in which they are listed."""
    return tuple(import_module(f"services.{name}.app").app for name in SERVICES)


def events() -> dict[str, type[Event]]:
    """Every event of all teams and of the kernel, by stored name; what a test made up is none of them."""
    services()
    return {
        name: event
        for name, event in sorted(event_types().items())
        if event.__module__.startswith(("services.", "shared."))
    }
