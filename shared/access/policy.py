"""Decides by role who may do what, over plain tables that a council edits (`services/access.yaml`, and
`access.yaml` of each team).

It decides by role alone. Whether the person is the author, was asked, or belongs to the team is judged by the team's
own decision, from its record; what of a child's record an agency sees is judged by the sharing table.
"""

import re
from functools import lru_cache
from pathlib import Path
from typing import Final, Self

from shared.access.decision import Decision
from shared.access.policy_table import AccessTable, SealedEntry, read_access_table
from shared.domain.actors import SERVICE, Actor

OUTSIDE_ROLE: Final = "E9"


_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


_NAMED_ROLES = 5


_REMEMBERED: Final = 4096
"""Answers kept, of a role and an action."""


class AccessPolicy:
    """The table, ready to decide."""

    def __init__(self, table: AccessTable) -> None:
        """Takes a checked table."""
        self.edition = table.edition
        self._by = f"table-{table.edition}"
        self._grants = {role: _Grant(actions) for role, actions in table.grants.items()}
        self._exceptions = {role: _Grant(actions) for role, actions in table.exceptions.items()}
        self._sealed = dict(table.sealed)
        self._refusals = [(entry.role, _Grant(entry.actions), entry) for entry in table.refusals]
        self._default_basis = table.default_basis
        self._bases = dict(table.bases)
        # The table never changes while it is used, and every command asks three times. Bounded, as roles come in tokens.
        self._role_may = lru_cache(_REMEMBERED)(self._look_up)

    @classmethod
    def read(cls, folder: Path) -> Self:
        """The policy of a folder's files. Raises AccessTableWrong, with file and line, where one cannot be used."""
        return cls(read_access_table(folder))

    def may(self, actor: Actor, action: str) -> Decision:
        """Whether `actor` may do `action`.

        Args:
            actor: who, from the token.
            action: a command (`mash.DecideContact`), a reading (`read:worklist`, or `read:worklist:mash` for one
                team's), or running the system (`operate:clock`). What the table does not know is refused.
        """
        if self.allows(actor, action):
            return Decision(allowed=True, by=(self._by,), basis=self.basis(action)[1])
        wall = self._wall_before(actor.role, action)
        if wall is not None:
            return Decision(allowed=False, rules=(wall.rule,), why=" ".join(wall.why.split()), alone=True)
        return self._refused(actor.role, action)

    def allows(self, actor: Actor, action: str) -> bool:
        """As `may`, where nobody is told why not: to word a refusal takes ten times as long as to decide it."""
        if actor.role == SERVICE:
            return not action.startswith("operate:")
        return self._role_may(actor.role, action)

    def basis(self, action: str) -> tuple[str, str]:
        """Purpose and lawful basis of an action, where the command itself names none (E5)."""
        entry = self._bases.get(action) or self._bases.get(f"{_team_of(action)}.*") or self._default_basis
        return entry.purpose, entry.lawful_basis

    def named_commands(self) -> frozenset[str]:
        """Every command the table spells out, as `mash.DecideContact`: to compare with those that exist."""
        parts = [
            *self._grants.values(),
            *self._exceptions.values(),
            *(grant for _, grant, _ in self._refusals),
        ]
        return frozenset(action for part in parts for action in part.exact if "." in action)

    def named_readings(self) -> frozenset[str]:
        """Every reading of no one team, and way of running the system, that the table spells out."""
        return frozenset(
            action for grant in self._grants.values() for action in grant.exact if action.count(":") == 1
        )

    def _look_up(self, role: str, action: str) -> bool:
        return self._wall_before(role, action) is None and self._granted(role, action)

    def _wall_before(self, role: str, action: str) -> SealedEntry | None:
        """The wall of the action's team, where a role stands outside it. A service stands before none."""
        wall = self._sealed.get(_team_of(action))
        return wall if wall is not None and role not in (SERVICE, *wall.roles) else None

    def _granted(self, role: str, action: str) -> bool:
        return (
            role in self._grants
            and self._grants[role].covers(action)
            and not self._exceptions[role].covers(action)
        )

    def _refused(self, role: str, action: str) -> Decision:
        further = [entry for whose, grant, entry in self._refusals if whose == role and grant.covers(action)]
        rules = tuple(rule for entry in further for rule in entry.rules)
        who = [_in_words(other) for other in sorted(self._grants) if self._granted(other, action)]
        some = f"{', '.join(who[:_NAMED_ROLES])}{' and others' if len(who) > _NAMED_ROLES else ''}"
        help_ = (
            f"Those who may: {some}."
            if who
            else "No role may: the council's access table grants it to nobody."
        )
        why = [" ".join(entry.why.split()) for entry in further]
        said = f"The role {_in_words(role)} may not {_deed(action)}."
        return Decision(allowed=False, rules=(*rules, OUTSIDE_ROLE), why=" ".join([said, *why, help_]))


class _Grant:
    """Action patterns, sorted so that asking is a look in a set or two."""

    def __init__(self, patterns: frozenset[str]) -> None:
        self.exact = frozenset(pattern for pattern in patterns if "*" not in pattern)
        self._of_team = frozenset(pattern[:-2] for pattern in patterns if pattern.endswith(".*"))
        self._of_any_team = frozenset(pattern[2:] for pattern in patterns if pattern.startswith("*."))
        self._of_kind = frozenset(pattern[:-2] for pattern in patterns if pattern.endswith(":*"))

    def covers(self, action: str) -> bool:
        if action in self.exact:
            return True
        kind, _, reading = action.partition(":")
        if reading:
            return kind in self._of_kind or f"{kind}:{reading.partition(':')[0]}" in self.exact
        team, _, command = action.partition(".")
        return bool(command) and (team in self._of_team or command in self._of_any_team)


def _team_of(action: str) -> str:
    """The team a command or a team's reading belongs to; empty for a reading of all."""
    if ":" in action:
        return action.split(":")[2] if action.count(":") > 1 else ""
    return action.partition(".")[0]


def _in_words(role: str) -> str:
    return role.replace("_", " ")


def _deed(action: str) -> str:
    """An action as something to be done: `mash.DecideContact` is `decide contact (mash.DecideContact)`."""
    if ":" in action:
        kind, _, what = action.partition(":")
        return f"{kind} {what.replace('_', ' ').replace(':', ' of ')}"
    command = action.partition(".")[2]
    if not command:
        return "do this: it is not the name of an action"
    return f"{_WORDS.sub(' ', command).lower()} ({action})"
