"""The page of who may do what: every role against every command, reading and wall of the tables that come with us."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final
from uuid import UUID

import services
from deploy.catalogue import known_commands
from deploy.generate.markdown import MADE, table
from shared.access.policy import AccessPolicy
from shared.access.policy_table import FILE
from shared.domain.actors import DEFAULT_AGENCY, Actor

TABLES: Final = Path(services.__file__).parent
"""The folder of the tables that come with the platform."""

_ABOUT: Final = """\
What each role may do, as `services/access.yaml` and `services/<team>/access.yaml` say it; a council's own folder of these
files may say otherwise. What does not stand here is refused with rule E9. The tables decide by role alone: whether the
person did it themselves, was asked, or belongs to the team is judged by the team that keeps the record. A command in
*italics* is granted, and its team does not have it yet."""


def access_page() -> str:
    """Every team's commands and lists with the roles that may, then every role with what it may."""
    policy = AccessPolicy.read(TABLES)
    commands = {*known_commands(), *(name for name in policy.named_commands() if not name.startswith("*."))}
    teams = sorted({*services.names(), *(path.parent.name for path in TABLES.glob(f"*/{FILE}"))})
    of_team = {team: sorted(one for one in commands if one.startswith(f"{team}.")) for team in teams}
    parts = [MADE, "# Who may do what", _ABOUT]
    for team in teams:
        lists = [f"read:{what}:{team}" for what in ("worklist", "deadlines", "text")]
        rows = [
            *([_named(one), _who(policy, one)] for one in of_team[team]),
            *([f"`{one}`", _who(policy, one)] for one in lists),
        ]
        parts += [f"## {team}", table(["action", "roles"], rows)]
    everywhere = sorted(policy.named_readings())
    parts += [
        "## Readings of no one team, and running the system",
        table(["action", "roles"], ([f"`{one}`", _who(policy, one)] for one in everywhere)),
        "## Role by role",
        table(
            ["role", "agency, unless the token says another", "commands"],
            (
                [role, agency.replace("_", " "), _what(policy, role, of_team)]
                for role, agency in sorted(DEFAULT_AGENCY.items())
            ),
        ),
    ]
    return "\n\n".join(parts) + "\n"


def _named(command: str) -> str:
    return f"`{command}`" if command in known_commands() else f"*{command}*"


def roles_of(policy: AccessPolicy, action: str) -> list[str]:
    """The roles that may do something, in alphabetical order."""
    return [role for role in sorted(DEFAULT_AGENCY) if policy.may(_somebody(role), action).allowed]


def _who(policy: AccessPolicy, action: str) -> str:
    return ", ".join(roles_of(policy, action)) or "nobody"


def _what(policy: AccessPolicy, role: str, of_team: dict[str, list[str]]) -> str:
    """What a role may do of each team: how many of its commands, and which where they are few."""
    said = []
    for team, commands in of_team.items():
        may = [one for one in commands if policy.may(_somebody(role), one).allowed]
        if may and len(may) == len(commands):
            said.append(f"all of {team}")
        elif may:
            said.append(f"{team}: {_short(may)}")
    return "; ".join(said) or "none"


def _short(commands: Iterable[str]) -> str:
    return ", ".join(command.partition(".")[2] for command in commands)


def _somebody(role: str) -> Actor:
    return Actor(UUID(int=0), "", role, DEFAULT_AGENCY[role])
