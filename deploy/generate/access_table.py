"""The table of who may do what, compiled of the policies that stand beside the teams, and its golden form for reviewers.

The commands come from the teams' code, and from the list of those to come.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

import orjson
from ruamel.yaml import YAML

import services
from deploy.catalogue import known_commands
from shared.access import sources, table
from shared.access.actions import of_no_team
from shared.access.compiler import compile_table, schema_of
from shared.access.conditions import written
from shared.access.policy import AccessPolicy

FOLDER: Final = Path(services.__file__).parent
"""The folder of the policies and the table that come with the platform."""


SHIPPED: Final = FOLDER / table.FILE
"""Where the table stands that services read."""


TO_COME: Final = Path(__file__).with_name("to_come.yaml")
"""The commands that have no code yet, by team."""


@cache
def actions() -> frozenset[str]:
    """Every command and reading of every team, those to come among them, and every way of running the system."""
    to_come: dict[str, list[str]] = YAML(typ="safe").load(TO_COME.read_text(encoding="utf-8"))
    teams = {*services.names(), *sources.read_sources(FOLDER).teams}
    everywhere = {
        command.NAME.partition(".")[2]
        for command in known_commands().values()
        if command.NAME.startswith("team.")
    }
    coming = {f"{team}.{command}" for team, commands in to_come.items() for command in commands}
    coming |= {f"{team}.{command}" for team in teams - {*services.names()} for command in everywhere}
    # A manager varies a deadline once their team keeps one.
    coming |= {f"{team}.VaryDeadline" for team in teams}
    return frozenset(known_commands()) | coming | of_no_team(teams)


@cache
def _compiled() -> table.Table:
    return compile_table(sources.read_sources(FOLDER), actions())


@cache
def compiled() -> AccessPolicy:
    """The policy as the files of today make it, whatever table is shipped. Raises PolicyWrong."""
    return AccessPolicy(_compiled())


def shipped() -> str:
    """The table that services read."""
    return table.written(_compiled())


def schema() -> str:
    """The schema the policies are held to: for other tools that read Cedar."""
    made = "// Made by `make generate` from the code and services/groups.yaml: do not edit.\n"
    found = sources.read_sources(FOLDER)
    return made + schema_of(actions(), found.groups, found.teams)


def golden() -> str:
    """The whole table a line an action, for reviewers: roles of equal rows together, under the shortest condition."""
    return "{\n" + ",\n".join(_lines()) + "\n}\n"


def _lines() -> Iterator[str]:
    for action, rows in sorted(_compiled().rows.items()):
        roles: dict[str, list[str]] = {}
        for role, row in sorted(rows.items()):
            roles.setdefault(written(row), []).append(role)
        roles.pop("never", None)
        said = {condition: " ".join(who) for condition, who in sorted(roles.items())}
        yield f"  {orjson.dumps(action).decode()}: {orjson.dumps(said).decode()}"
