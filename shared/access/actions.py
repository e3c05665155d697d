"""The names of what is done: commands, readings, running the system; and the groups that policies name them by."""

import re
from collections.abc import Iterable
from typing import Final

READINGS_OF_A_TEAM: Final = (
    "worklist",
    "deadlines",
    "text",
    "audit",
    "access",
    "retention",
    "subject_access",
)
"""What may be read of every team, each a reading of its own: `read:worklist:mash`."""


READINGS: Final = ("chronology", "every_entry", "feed", "may", "people", "progress")
"""What may be read of no one team, or of one team alone: `read:people`."""


READINGS_OF_ONE_TEAM: Final = (
    "read:daily_meeting:mash",
    "read:intelligence:missing",
    "read:past:chronology",
    "read:restricted:mash",
    "read:pre_proceedings:conference",
)
"""What may be read of one team alone, and is named so."""


WAYS_OF_RUNNING: Final = ("clock", "parked", "relay")
"""How the system is run: `operate:clock`."""


COMMANDS: Final = "commands"
READING: Final = "reading"
OPERATE: Final = "operate"
"""The groups of all commands, of all readings, and of what an operator does."""


NAME: Final = re.compile(
    r"(?P<team>[a-z][a-z_]*)\.(?P<command>[A-Z][A-Za-z0-9]*)|(?P<kind>read|operate):[a-z_]+(:[a-z_]+)?",
    re.ASCII,
)
"""What an action is called."""


_WORDS: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def team_of(action: str) -> str:
    """The team a command or a team's reading belongs to; empty for a reading of no one team."""
    if ":" in action:
        return action.split(":")[2] if action.count(":") > 1 else ""
    return action.partition(".")[0]


def own(action: str, team: str) -> bool:
    """Whether an action, or a group of actions, is a team's own to grant."""
    if ":" in action:
        return action.startswith("read:") and (team_of(action) or action.partition(":")[2]) == team
    return action.partition(".")[0] == team


def of_no_team(teams: Iterable[str]) -> frozenset[str]:
    """Every reading and way of running the system, those of some teams among them."""
    of_teams = {f"read:{what}:{team}" for team in teams for what in READINGS_OF_A_TEAM}
    alone = {f"read:{what}" for what in (*READINGS, *READINGS_OF_A_TEAM)}
    return frozenset(
        of_teams | alone | {*READINGS_OF_ONE_TEAM} | {f"{OPERATE}:{way}" for way in WAYS_OF_RUNNING}
    )


def groups_of(action: str) -> tuple[str, ...]:
    """The groups an action stands in, by which policies may name it.

    A team (`mash`: all of it), its commands (`mash.*`), a command of any team (`*.CorrectRecord`), a reading of any team
    (`read:worklist`), and `commands`, `reading` or `operate`. Progress is read by who runs the system.
    """
    team = team_of(action)
    kind, _, what = action.partition(":")
    if kind == OPERATE:
        return (OPERATE,)
    if what:
        own = (f"{kind}:{what.partition(':')[0]}", team) if team else ()
        return (*own, READING, *((OPERATE,) if what == "progress" else ()))
    return (team, f"{team}.*", f"*.{action.partition('.')[2]}", COMMANDS)


def in_words(action: str) -> str:
    """An action as something to be done: `mash.DecideContact` is `decide contact (mash.DecideContact)`."""
    if ":" in action:
        kind, _, what = action.partition(":")
        return f"{kind} {what.replace('_', ' ').replace(':', ' of ')}"
    command = action.partition(".")[2]
    if not command:
        return "do this: it is not the name of an action"
    return f"{_WORDS.sub(' ', command).lower()} ({action})"


def role_in_words(role: str) -> str:
    """A role as it is spoken of."""
    return role.replace("_", " ")
