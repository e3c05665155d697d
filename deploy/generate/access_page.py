"""The page of who may do what, for people: the walls, then for each team its roles against its commands and readings."""

from collections.abc import Iterator, Sequence
from typing import Final

from deploy.catalogue import known_commands
from deploy.generate.access_table import actions, compiled
from deploy.generate.markdown import MADE, table
from shared.access.actions import own, team_of
from shared.access.conditions import explained
from shared.access.policy import AccessPolicy
from shared.access.table import Row
from shared.domain.access_facts import SENTENCES
from shared.domain.actors import DEFAULT_AGENCY

_ABOUT: Final = """\
What each role may do, as the policies say it: `services/access.cedar` for every team, `services/<team>/access.cedar` for
each, `shared/access/policies/national.cedar` for the walls that no council edits, and the groups of roles of
`services/groups.yaml`. A council's own folder (`SAFEGUARDING_ACCESS`) adds to them or narrows them. What does not stand here
is refused with rule E9. Whether the person did it themselves or was asked is judged by the team that keeps the record. A
command in *italics* is granted, and its team does not have it yet. [access.json](access.json) has it all a line an action."""


_ABOUT_WALLS: Final = "Whatever is granted elsewhere, these refuse. One that stands alone says nothing else."


_ABOUT_FACTS: Final = "Where a role may do something only *if* something is so, it is one of these. What is not known is not so."


def access_page() -> str:
    """The walls, the facts, and a table for each team and for what is of no one team."""
    policy = compiled()
    parts = [MADE, "# Who may do what", _ABOUT, "## Walls", _ABOUT_WALLS, _walls(policy)]
    parts += ["## Facts", _ABOUT_FACTS, _facts()]
    of_team: dict[str, list[str]] = {}
    for action in sorted(actions()):
        of_team.setdefault(_team(action), []).append(action)
    elsewhere = of_team.pop("")
    for team, found in sorted(of_team.items()):
        parts += [f"## {team}", *_matrix(policy, found)]
    parts += ["## Readings of no one team, and running the system", *_matrix(policy, elsewhere)]
    agencies = ([role, agency.replace("_", " ")] for role, agency in sorted(DEFAULT_AGENCY.items()))
    parts += ["## Roles", table(["role", "agency, unless the token says another"], agencies)]
    return "\n\n".join(parts) + "\n"


def roles_of(policy: AccessPolicy, action: str) -> list[str]:
    """The roles that may do something, always or if something is so, in alphabetical order."""
    return [role for role in sorted(DEFAULT_AGENCY) if explained(policy.row(role, action)) is not None]


def _team(action: str) -> str:
    """Under which team an action stands: `read:people` under people."""
    teams = {team_of(one) for one in actions()}
    return team_of(action) or next((team for team in sorted(teams) if team and own(action, team)), "")


def _walls(policy: AccessPolicy) -> str:
    rows = (
        [f"`{name}`", one.rule, one.why, "yes" if one.alone else ""] for name, one in policy.walls.items()
    )
    return table(["policy", "rule", "what is said", "alone"], rows)


def _facts() -> str:
    return table(["fact", "it is so where"], ([f"`{fact}`", so] for fact, (so, _) in SENTENCES.items()))


def _matrix(policy: AccessPolicy, found: Sequence[str]) -> Iterator[str]:
    """Roles against actions: roles of equal columns are one column, and what is under a condition has its number."""
    conditions: dict[str, int] = {}
    columns: dict[tuple[str, ...], list[str]] = {}
    for role in sorted(DEFAULT_AGENCY):
        column = tuple(_cell(policy.row(role, action), conditions) for action in found)
        if any(column):
            columns.setdefault(column, []).append(role)
    heads = ["", *(", ".join(role.replace("_", " ") for role in roles) for roles in columns.values())]
    yield table(
        heads, ([_named(action), *(column[at] for column in columns)] for at, action in enumerate(found))
    )
    if conditions:
        yield "\n".join(f"{number}. {sentence}" for sentence, number in conditions.items())


def _cell(row: Row, conditions: dict[str, int]) -> str:
    """`yes`, nothing, or the number of a condition."""
    sentence = explained(row)
    if sentence is None:
        return ""
    return f"if {conditions.setdefault(sentence, len(conditions) + 1)}" if sentence else "yes"


def _named(action: str) -> str:
    return f"`{action}`" if ":" in action or action in known_commands() else f"*{action}*"
