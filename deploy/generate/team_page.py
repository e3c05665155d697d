"""The tables in a team's own page: its commands, events, clocks and lists, as the code has them; and the table of teams."""

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from fastapi.routing import APIRoute

import services
from deploy.catalogue import events, known_commands
from deploy.generate.access_page import roles_of
from deploy.generate.access_table import FOLDER, compiled
from deploy.generate.golden import sample
from deploy.generate.markdown import between, table
from shared.domain.command import Command
from shared.domain.event import Event
from shared.service.declaration import Service

BEGIN: Final = "<!-- tables: made by `make generate`, do not edit -->"
END: Final = "<!-- end of tables -->"
BEGIN_TEAMS: Final = "<!-- teams: made by `make generate`, do not edit -->"
END_TEAMS: Final = "<!-- end of teams -->"

_FEW: Final = 5
"""Roles that are named; the rest is on the page of who may do what."""


def page_of(team: str) -> Path:
    """Where a team's page is."""
    return FOLDER / team / "README.md"


def with_tables(page: str, team: Service) -> str:
    """The page with the tables of today between its two marks. Raises NoPlace where they are not there once each."""
    return between(page, BEGIN, END, "\n\n".join(_tables(team)))


def with_teams(page: str) -> str:
    """The front page with the table of teams of today between its two marks. Raises NoPlace as `with_tables`."""
    rows = ([f"[{title(team)}](services/{team}/README.md)", sentence(team)] for team in services.names())
    return between(page, BEGIN_TEAMS, END_TEAMS, table(["team", "what it is"], rows))


def sentence(team: str) -> str:
    """What a team is: the docstring of its package."""
    source = (FOLDER / team / "__init__.py").read_text(encoding="utf-8")
    return " ".join((ast.get_docstring(ast.parse(source)) or "").split())


def title(team: str) -> str:
    """What a team is called: the heading of its page."""
    first, _, _ = page_of(team).read_text(encoding="utf-8").partition("\n")
    return first.removeprefix("# ").strip()


def _tables(team: Service) -> Iterator[str]:
    own = {name: command for name, command in known_commands().items() if name.startswith(f"{team.name}.")}
    policy = compiled()
    yield "### Commands"
    yield table(
        ["command", "what it does", "who may"],
        (
            [f"`{name.partition('.')[2]}`", _first(command), _few(roles_of(policy, name))]
            for name, command in own.items()
        ),
    )
    told = [event for name, event in events().items() if name.startswith(f"{team.name}.")]
    yield "### Events"
    yield table(
        ["event", "to other teams", "what it says"],
        (
            [f"`{event.NAME.partition('.')[2]}`", "yes" if event.CROSSES else "no", _first(event)]
            for event in told
        ),
    )
    if taken := list(_taken_in(team)):
        yield "### What other teams' events lead to"
        yield table(["event", "leads to"], taken)
    yield "### Clocks"
    rows = team.rules.as_table()
    shown = [head for head in rows[0] if any(row[head] for row in rows)] if rows else []
    yield table(shown, ([row[head] for head in shown] for row in rows)) if rows else "None of its own."
    yield "### Lists over HTTP"
    yield table(["", ""], _lists(team))


def _taken_in(team: Service) -> Iterator[list[str]]:
    for name, event in events().items():
        if name.partition(".")[0] not in team.reads or not event.CROSSES:
            continue
        if does := [step for step in team.policy.reactions(sample(event)) if not step.to_every]:
            yield [f"`{name}`", " ".join(_first(step.react) for step in does)]
    if team.policy.reacts_to_every:
        every = next(
            step
            for event in events().values()
            for step in team.policy.reactions(sample(event))
            if step.to_every
        )
        yield ["every event that makes an entry", _first(every.react)]


def _lists(team: Service) -> Iterator[list[str]]:
    for route in team.router.routes:
        if isinstance(route, APIRoute):
            for method in sorted(route.methods or ()):
                yield [f"`{method} {route.path}`", _first(route.endpoint)]
    yield ["`GET /deadlines`", "Every clock and how it stands."]
    yield ["`GET /tasks`", "What a policy left to a person."]
    yield ["`GET /access`", "What you may do here, and why not the rest."]


def _first(what: type[Command] | type[Event] | object) -> str:
    """The first paragraph of what is said of it."""
    said = getattr(what, "__doc__", None) or ""
    return " ".join(said.strip().partition("\n\n")[0].split())


def _few(roles: Sequence[str]) -> str:
    named = ", ".join(role.replace("_", " ") for role in roles[:_FEW])
    rest = len(roles) - _FEW
    return f"{named} and {rest} [others](../../docs/access.md)" if rest > 0 else named or "nobody"
