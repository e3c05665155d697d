"""Compiles the policies to a table: asks the engine for every action, role and combination of facts, once.

It, and what it stands on, are the only modules that import Cedar. Asked as it usually is, Cedar fails open in three ways;
so here every fact is given every time, each role has its place in one set of entities made from the list of roles, and an
answer with any error stops the compilation: a forbid that errs would be skipped, and what it forbids allowed.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any, Final

import cedarpy

from shared.access.actions import COMMANDS, OPERATE, READING, groups_of
from shared.access.groups import PERSONS, Groups, PolicyWrong
from shared.access.parsed import ParsedPolicy, parse, wrong
from shared.access.sources import Sources
from shared.access.table import Outcome, Row, Table
from shared.domain.access_facts import OF_A_CHILDS_RECORD, OF_EVERY_TEAM, Fact, facts_of

_RESOURCE: Final = 'Record::"record"'


def compile_table(sources: Sources, actions: Iterable[str]) -> Table:
    """The table of some policies over some actions.

    Args:
        sources: policies and groups.
        actions: every action there is; any other is refused.

    Raises:
        PolicyWrong: a policy or group is not as it must be, or errs; the message names the file and the policy.
    """
    known = sorted(actions)
    groups, policies = sources.groups, parse(sources.files)
    schema = cedarpy.Schema.from_str(schema_of(known, groups, sources.teams))
    _validate(policies, schema)
    engine = Engine(policies, groups, schema)
    rows = {action: engine.rows(action) for action in known}
    return Table(
        digest=sources.digest(known),
        policies={policy.id: policy.said for policy in policies},
        default=groups.default,
        bases=groups.bases,
        rows=rows,
    )


def schema_of(actions: Iterable[str], groups: Groups, teams: Iterable[str]) -> str:
    """The schema that policies are held to: roles and groups, the facts of each action, the groups of actions.

    A team whose code is not there yet has the groups of its name, with nothing in them.
    """
    roles = ", ".join(f'"{name}"' for name in sorted(PERSONS | groups.of_roles.keys()))
    lines = [
        f"entity Role enum [{roles}];",
        "entity Person in [Role];",
        "entity Record;",
        f"type OfEveryTeam = {_context(OF_EVERY_TEAM)};",
        f"type OfAChildsRecord = {_context(OF_A_CHILDS_RECORD)};",
    ]
    known = sorted(actions)
    of_actions = {group for action in known for group in groups_of(action)} | {COMMANDS, READING, OPERATE}
    of_actions |= {name for team in teams for name in (team, f"{team}.*")}
    lines += [f'action "{group}";' for group in sorted(of_actions - set(known))]
    for action in known:
        parents = ", ".join(f'"{group}"' for group in groups_of(action))
        context = "OfAChildsRecord" if facts_of(action) == OF_A_CHILDS_RECORD else "OfEveryTeam"
        lines.append(
            f'action "{action}" in [{parents}] '
            f"appliesTo {{ principal: [Person], resource: [Record], context: {context} }};"
        )
    return "\n".join(lines) + "\n"


class Engine:
    """Cedar with these policies, ready to be asked."""

    def __init__(self, policies: Sequence[ParsedPolicy], groups: Groups, schema: cedarpy.Schema) -> None:
        """Takes checked policies."""
        self._policies = policies
        self._order = {policy.id: at for at, policy in enumerate(policies)}
        self._stands_in = {role: (role, *groups.of(role)) for role in sorted(PERSONS)}
        people = [
            {
                "uid": {"type": "Person", "id": role},
                "attrs": {},
                "parents": [{"type": "Role", "id": name} for name in names],
            }
            for role, names in self._stands_in.items()
        ]
        self._people = cedarpy.Entities.from_json_str(json.dumps(people), schema)
        self._sets: dict[tuple[str, ...], cedarpy.PolicySet] = {}

    def rows(self, action: str, roles: Collection[str] = PERSONS) -> dict[str, Row]:
        """The row of each of these roles that some policy speaks of.

        Only policies whose scope can match the action are asked, and only facts that those for the role name are varied:
        no other can change the answer.
        """
        about = [policy for policy in self._policies if policy.is_about(action)]
        facts: dict[str, tuple[Fact, ...]] = {}
        for role in sorted(roles):
            names = self._stands_in[role]
            speaking = [policy for policy in about if policy.is_about_one_of(names)]
            if speaking:
                named = frozenset[Fact]().union(*(policy.facts for policy in speaking))
                facts[role] = tuple(fact for fact in Fact if fact in named)
        asked = [(role, action, true) for role, named in facts.items() for true in _combinations(named)]
        answers = self.ask(asked, about)
        return {
            role: _least(facts[role], tuple(outcome for _, outcome in of_role))
            for role, of_role in groupby(
                zip((role for role, _, _ in asked), answers, strict=True), key=lambda one: one[0]
            )
        }

    def ask(
        self, asked: Sequence[tuple[str, str, frozenset[Fact]]], policies: Sequence[ParsedPolicy]
    ) -> list[Outcome]:
        """The engine's answer to each role, action and what is so. Raises PolicyWrong where a policy errs."""
        requests: list[dict[str, Any]] = [
            {
                "principal": f'Person::"{role}"',
                "action": f'Action::"{action}"',
                "resource": _RESOURCE,
                "context": json.dumps({fact: fact in true for fact in facts_of(action)}),
            }
            for role, action, true in asked
        ]
        answers = cedarpy.is_authorized_batch(requests, self._set(policies), self._people)
        return [self._outcome(policies, answer) for answer in answers]

    def _set(self, policies: Sequence[ParsedPolicy]) -> cedarpy.PolicySet:
        """The policies as the engine holds them, each under its `@id`: so it answers with these."""
        ids = tuple(policy.id for policy in policies)
        if ids not in self._sets:
            forms = {policy.id: policy.form for policy in policies}
            said = {"staticPolicies": forms, "templates": {}, "templateLinks": []}
            self._sets[ids] = cedarpy.PolicySet.from_json_str(json.dumps(said))
        return self._sets[ids]

    def _outcome(self, policies: Sequence[ParsedPolicy], answer: cedarpy.AuthzResult) -> Outcome:
        for error in answer.diagnostics.errors:
            culprit = next((policy for policy in policies if f"`{policy.id}`" in error), None)
            raise culprit.wrong(error) if culprit else PolicyWrong(error)
        if answer.decision is cedarpy.Decision.NoDecision:
            raise PolicyWrong(
                "Cedar answered a question of access with no decision: nothing is taken from it"
            )
        by = tuple(sorted(answer.diagnostics.reasons, key=self._order.__getitem__))
        return Outcome(answer.allowed, by)


def _validate(policies: Sequence[ParsedPolicy], schema: cedarpy.Schema) -> None:
    files = {policy.file.path: policy.file for policy in policies}
    for file in files.values():
        found = cedarpy.validate_policies(file.text, schema)
        for error in found.errors:
            id_ = found.id_annotations_by_policy_id.get(error.policy_id, "")
            raise wrong(file, id_, error.error)
        if not found.validation_passed:
            raise PolicyWrong(f"{file.path} is not valid, and Cedar does not say why")


def _context(facts: Iterable[Fact]) -> str:
    return f"{{ {', '.join(f'{fact}: Bool' for fact in facts)} }}"


def _combinations(facts: Sequence[Fact]) -> Iterator[frozenset[Fact]]:
    for number in range(1 << len(facts)):
        yield frozenset(fact for n, fact in enumerate(facts) if number >> n & 1)


def _least(facts: tuple[Fact, ...], outcomes: tuple[Outcome, ...]) -> Row:
    """The row without those facts that change nothing."""
    for n in range(len(facts)):
        low = [at for at in range(len(outcomes)) if not at >> n & 1]
        if all(outcomes[at] == outcomes[at | 1 << n] for at in low):
            return _least((*facts[:n], *facts[n + 1 :]), tuple(outcomes[at] for at in low))
    return Row(facts, outcomes)
