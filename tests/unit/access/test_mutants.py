"""Every single change of a policy changes a cell of the table: so no part of a policy is idle, and a slip shows in review."""

import copy
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import cedarpy
import pytest

from deploy.generate.access_table import schema
from shared.access.compiler import Engine
from shared.access.groups import PERSONS, PolicyWrong
from shared.access.parsed import ParsedPolicy, parse, parsed_policy
from shared.access.sources import read_sources
from shared.access.table import FILE, read_table
from shared.domain.access_facts import OF_EVERY_TEAM, facts_of

SERVICES = Path(__file__).parents[3] / "services"
SOURCES = read_sources(SERVICES)
POLICIES = parse(SOURCES.files)
TABLE = read_table(SERVICES / FILE)
SCHEMA = cedarpy.Schema.from_str(schema())
TOLD = sorted({fact for policy in POLICIES for fact in policy.facts})
"""The facts that some policy asks about."""

OTHER_ROLES = ("housing_officer", "police_officer")


def mutants(policy: ParsedPolicy) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every single change of a policy's scope and conditions, with what was changed."""
    form: dict[str, Any] = copy.deepcopy(dict(policy.form))
    if policy.role is not None:
        other = OTHER_ROLES[policy.role == OTHER_ROLES[0]]
        yield f"for {other}", form | {"principal": {"op": "in", "entity": {"type": "Role", "id": other}}}
    entities = form["action"].get("entities", [])
    for entity in entities:
        rest = [one for one in entities if one != entity]
        yield f"without {entity['id']}", form | {"action": {"op": "in", "entities": rest}}
    if "entity" in form["action"]:
        other = f"{policy.file.team}.CompleteTask" if policy.file.team else "read:people"
        yield f"of {other}", form | {"action": {"op": "==", "entity": {"type": "Action", "id": other}}}
    for at, condition in enumerate(form["conditions"]):
        others = [one for n, one in enumerate(form["conditions"]) if n != at]
        yield f"without its {condition['kind']}", form | {"conditions": others}
        turned = {"kind": "unless" if condition["kind"] == "when" else "when", "body": condition["body"]}
        yield "turned round", form | {"conditions": [*others, turned]}
        for what, body in _bodies(condition["body"], policy):
            yield what, form | {"conditions": [*others, {"kind": condition["kind"], "body": body}]}


def _bodies(body: Any, policy: ParsedPolicy) -> Iterator[tuple[str, Any]]:
    """Every single change inside a condition."""
    match body:
        case {"&&": {"left": left, "right": right}} | {"||": {"left": left, "right": right}}:
            (operator,) = body
            yield f"the other operator than {operator}", {"||" if operator == "&&" else "&&": body[operator]}
            yield "its left side alone", left
            yield "its right side alone", right
            for what, changed in _bodies(left, policy):
                yield what, {operator: {"left": changed, "right": right}}
            for what, changed in _bodies(right, policy):
                yield what, {operator: {"left": left, "right": changed}}
        case {"!": {"arg": inner}}:
            yield "not negated", inner
            for what, changed in _bodies(inner, policy):
                yield what, {"!": {"arg": changed}}
        case {".": {"attr": attr, "left": left}}:
            yield f"negated {attr}", {"!": {"arg": body}}
            for fact in TOLD if policy.actions == {"read:chronology"} else OF_EVERY_TEAM:
                if fact != attr:
                    yield f"{fact} in place of {attr}", {".": {"attr": str(fact), "left": left}}
        case {"in": {"left": left, "right": {"Set": elements}}}:
            for element in elements:
                rest = [one for one in elements if one != element]
                name = element["Value"]["__entity"]["id"]
                yield f"{name} left out of its set", {"in": {"left": left, "right": {"Set": rest}}}
        case _:
            yield "negated", {"!": {"arg": body}}


def changes_a_cell(policy: ParsedPolicy, changed: ParsedPolicy | None) -> bool:
    others = [changed if one is policy else one for one in POLICIES]
    engine = Engine([one for one in others if one is not None], SOURCES.groups, SCHEMA)
    about = [policy, *([changed] if changed is not None else [])]
    concerned = [action for action in TABLE.rows if any(one.is_about(action) for one in about)]
    # What only one of them is about shows the change at once; a page with many facts comes last.
    concerned.sort(key=lambda action: (all(one.is_about(action) for one in about), len(facts_of(action))))
    try:
        return any(_changed(engine, action) for action in concerned)
    except PolicyWrong:
        return True  # it errs, and stops the start


def _changed(engine: Engine, action: str) -> bool:
    """Whether a cell is another; of roles of equal rows in the same groups, one is asked."""
    rows = TABLE.rows[action]
    told = {policy.role for policy in POLICIES if policy.is_about(action)}
    alike = {
        (rows.get(role), frozenset(told & {role, *SOURCES.groups.of(role)})): role for role in sorted(PERSONS)
    }
    roles = {*alike.values(), *OTHER_ROLES}
    return engine.rows(action, roles) != {role: row for role, row in rows.items() if role in roles}


@pytest.mark.parametrize("policy", POLICIES, ids=lambda one: one.id)
def test_every_change_of_a_policy_changes_a_cell(policy):
    assert changes_a_cell(policy, None), f"{policy.id} is idle: without it no cell is another"
    survived = [
        what for what, form in mutants(policy) if not changes_a_cell(policy, parsed_policy(policy.file, form))
    ]
    assert not survived, f"{policy.id} may be changed and nobody would see it: {survived}"


def test_there_are_mutants_enough():
    assert sum(1 for policy in POLICIES for _ in mutants(policy)) > 300


@pytest.mark.parametrize("group", sorted(SOURCES.groups.of_roles))
def test_every_role_of_a_group_stands_in_it_for_something(group):
    roles = SOURCES.groups.of_roles[group]
    concerned = [
        action
        for action in TABLE.rows
        if any(policy.role == group and policy.is_about(action) for policy in POLICIES)
    ]
    for role in sorted(roles):
        without = replace(
            SOURCES.groups, of_roles={**SOURCES.groups.of_roles, group: roles.difference({role})}
        )
        engine = Engine(POLICIES, without, SCHEMA)
        changed = any(
            engine.rows(action, [role]).get(role) != TABLE.rows[action].get(role) for action in concerned
        )
        assert changed, f"{role} stands in {group} for nothing"
