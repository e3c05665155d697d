"""Decides who may do what, by one look in a table that was compiled of the access policies (Cedar).

The table decides by role and by the facts it is given. Whether the person is the author or was asked is judged by the
team's own decision, from its record; what of a child's record an agency sees is judged by each entry's audience.
"""

import logging
import time
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final, Self

from shared.access.actions import in_words, role_in_words, team_of
from shared.access.conditions import in_words as condition_in_words
from shared.access.conditions import where
from shared.access.decision import Decision
from shared.access.groups import PERSONS
from shared.access.sources import Sources, read_sources
from shared.access.table import FILE, NEVER, REFUSED, Outcome, Policy, Row, Table, read_table
from shared.domain.access_facts import NOTHING, Fact, Facts
from shared.domain.actors import SERVICE, Actor

log = logging.getLogger(__name__)

OUTSIDE_ROLE: Final = "E9"


_NAMED_ROLES: Final = 5
"""Roles that a refusal names."""


_OF_EVERY_TEAM: Final = "CorrectRecord"
"""A command that every team has."""


_REMEMBERED: Final = 4096
"""Decisions kept for services' own actions."""


class AccessPolicy:
    """The table, ready to decide."""

    def __init__(self, table: Table) -> None:
        """Takes a table that was read or compiled."""
        self._table = table
        # Filled as it is asked. Only roles and actions that exist are kept, so it is no larger than the table.
        self._cells: dict[tuple[str, str], _Cell] = {}
        self._of_a_service = lru_cache(_REMEMBERED)(self._decide_for_a_service)

    @classmethod
    def read(cls, folder: Path, council: Path | None = None) -> Self:
        """The policy of the platform's folder, and of a council's own where there is one.

        The shipped table is used where it was made of these very policies; otherwise they are compiled now, which a log
        line says. Nothing is written.

        Raises:
            PolicyWrong: a policy, a group or the table cannot be used; the message names the file and the policy.
        """
        sources, shipped = read_sources(folder, council), read_table(folder / FILE)
        if sources.digest(shipped.rows) == shipped.digest:
            return cls(shipped)
        return cls(_compiled(sources, frozenset(shipped.rows)))

    @property
    def actions(self) -> frozenset[str]:
        """Every action there is."""
        return frozenset(self._table.rows)

    @property
    def walls(self) -> Mapping[str, Policy]:
        """What forbids, whatever is granted, by the policy's id."""
        return {name: policy for name, policy in self._table.policies.items() if policy.forbids}

    def row(self, role: str, action: str) -> Row:
        """What a role may do of an action, under each combination of facts."""
        return self._table.rows.get(action, {}).get(role, NEVER)

    def may(self, actor: Actor, action: str, facts: Facts = NOTHING) -> Decision:
        """Whether `actor` may do `action`.

        Args:
            actor: who, from the token.
            action: a command (`mash.DecideContact`), a reading (`read:people`, or `read:worklist:mash` for one
                team's), or running the system (`operate:clock`). What the table does not know is refused.
            facts: what is so of them and of the record; whatever is not said is not so.
        """
        if actor.role == SERVICE:
            return self._of_a_service(action)
        cell = self._cells.get((actor.role, action)) or self._cell(actor.role, action)
        return cell.always or cell.under(facts)

    def allows(self, actor: Actor, action: str, facts: Facts = NOTHING) -> bool:
        """As `may`, where nobody is told why not."""
        return self.may(actor, action, facts).allowed

    def basis(self, action: str) -> tuple[str, str]:
        """Purpose and lawful basis of an action, where the command itself names none (E5)."""
        table = self._table
        entry = table.bases.get(action) or table.bases.get(f"{team_of(action)}.*") or table.default
        return entry.purpose, entry.lawful_basis

    def decide(self, role: str, action: str, facts: Facts) -> Decision:
        """As `may`, of a role; finds the words of a refusal anew, which takes longer than to decide."""
        outcome = self._outcome(role, action, facts)
        if outcome.allowed:
            return Decision(allowed=True, by=outcome.by, basis=self._basis_of(outcome, action))
        walls = [self._table.policies[name] for name in outcome.by]
        alone = next((wall for wall in walls if wall.alone), None)
        if alone is not None:
            return Decision(allowed=False, by=outcome.by, rules=(alone.rule,), why=alone.why, alone=True)
        rules = tuple(dict.fromkeys([*(wall.rule for wall in walls), OUTSIDE_ROLE]))
        said = [f"The role {role_in_words(role)} may not {in_words(action)}."]
        return Decision(
            allowed=False,
            by=outcome.by,
            rules=rules,
            why=" ".join([*said, *(wall.why for wall in walls), self._help(role, action, facts)]),
        )

    def _outcome(self, role: str, action: str, facts: Facts) -> Outcome:
        if action in self._table.rows:
            return self.row(role, action).under(facts)
        # A name that is none is refused as one that is: from before a wall nobody finds out which there are.
        known = self.row(role, f"{team_of(action)}.{_OF_EVERY_TEAM}").under(facts)
        return REFUSED if known.allowed else known

    def _cell(self, role: str, action: str) -> "_Cell":
        cell = _Cell(self, role, action)
        if role in PERSONS and action in self._table.rows:
            self._cells[role, action] = cell
        return cell

    def _decide_for_a_service(self, action: str) -> Decision:
        if action.startswith("operate:"):
            return self.decide(SERVICE, action, NOTHING)
        return Decision(allowed=True, by=(SERVICE,), basis=self.basis(action)[1])

    def _basis_of(self, outcome: Outcome, action: str) -> str:
        """The basis of the policy that allows it; of the action, where one allows it that names none."""
        named = [self._table.policies[name].basis for name in outcome.by]
        return named[0] if all(named) else self.basis(action)[1]

    def _help(self, role: str, action: str, facts: Facts) -> str:
        if condition := condition_in_words(where(self.row(role, action), facts)):
            return f"Somebody of this role may, if {condition}."
        rows = self._table.rows.get(action, {})
        may = [role_in_words(other) for other, row in sorted(rows.items()) if row.under(facts).allowed]
        if not may:
            return "No role may: the council's access policies grant it to nobody."
        return f"Those who may: {', '.join(may[:_NAMED_ROLES])}{' and others' if len(may) > _NAMED_ROLES else ''}."


@lru_cache(1)  # a process may run several services, of one council
def _compiled(sources: Sources, actions: frozenset[str]) -> Table:
    from shared.access.compiler import compile_table  # Cedar is loaded only where it is needed

    began = time.monotonic()
    table = compile_table(sources, actions)
    log.warning(
        "the access policies are others than the shipped table was made of: they were compiled at the start",
        extra={"milliseconds": round((time.monotonic() - began) * 1000), "count": len(table.policies)},
    )
    return table


class _Cell:
    """The decisions of one role and action: one, or one for each combination of the facts that matter."""

    __slots__ = ("_action", "_by_facts", "_named", "_policy", "_role", "always")

    def __init__(self, policy: AccessPolicy, role: str, action: str) -> None:
        self._policy, self._role, self._action = policy, role, action
        self._named: frozenset[Fact] = frozenset(policy.row(role, action).facts)
        self._by_facts: dict[Facts, Decision] = {}
        self.always = None if self._named else policy.decide(role, action, NOTHING)

    def under(self, facts: Facts) -> Decision:
        """The decision where these are so."""
        telling = facts & self._named
        decision = self._by_facts.get(telling)
        if decision is None:
            decision = self._by_facts[telling] = self._policy.decide(self._role, self._action, telling)
        return decision
