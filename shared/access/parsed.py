"""Reads files of Cedar policies one by one and holds each to what a policy may be here; a slip names file and `@id`."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import cedarpy

from shared.access.actions import groups_of, own
from shared.access.groups import PERSONS, PolicyWrong
from shared.access.sources import PolicyFile
from shared.access.table import Policy
from shared.domain.access_facts import Fact

_ID: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]*", re.ASCII)


_RULE: Final = re.compile(r"[A-Z]{1,2}[0-9]{1,2}", re.ASCII)


_ANNOTATIONS: Final = frozenset({"id", "rule", "why", "alone", "basis"})


@dataclass(frozen=True)
class ParsedPolicy:
    """One policy.

    Attributes:
        id: its `@id`.
        file: where it stands.
        said: what a refusal or a record of access needs of it.
        form: as the engine reads it (Cedar's JSON).
        role: the role or group it is about; None: everybody.
        actions: the actions and groups of actions it is about; None: all.
        facts: those it asks about.
    """

    id: str
    file: PolicyFile
    said: Policy
    form: Mapping[str, Any]
    role: str | None
    actions: frozenset[str] | None
    facts: frozenset[Fact]

    def is_about(self, action: str) -> bool:
        """Whether its scope can match an action: it need not decide it then."""
        return self.actions is None or not self.actions.isdisjoint((action, *groups_of(action)))

    def is_about_one_of(self, roles: Iterable[str]) -> bool:
        """Whether its scope can match somebody who stands in these roles and groups."""
        return self.role is None or self.role in roles

    def wrong(self, what: str) -> PolicyWrong:
        """The refusal of this policy."""
        return wrong(self.file, self.id, what)


def wrong(file: PolicyFile, id_: str, what: str) -> PolicyWrong:
    """The refusal of a policy, with the line of its `@id`."""
    before, found, _ = file.text.partition(f'@id("{id_}")')
    line = f", line {before.count(chr(10)) + 1}" if found else ""
    return PolicyWrong(f'{file.path}{line}, @id("{id_}"): {what}')


def parse(files: Iterable[PolicyFile]) -> tuple[ParsedPolicy, ...]:
    """The policies of all files, in their order. Raises PolicyWrong for the first that may not be as it is."""
    found: dict[str, ParsedPolicy] = {}
    for file in files:
        for policy in _of_file(file):
            if policy.id in found:
                raise policy.wrong(f"{found[policy.id].file.path} has a policy of this id: take another")
            found[policy.id] = policy
    return tuple(found.values())


def _of_file(file: PolicyFile) -> Iterator[ParsedPolicy]:
    try:
        forms = json.loads(cedarpy.policies_to_json_str(file.text))
    except ValueError as error:
        raise PolicyWrong(f"{file.path} is not Cedar: {error}") from None
    if forms["templates"]:
        raise PolicyWrong(
            f"{file.path}: a policy with ?principal or ?resource is a template, and none is used here"
        )
    numbered = forms["staticPolicies"]
    for number in sorted(numbered, key=lambda name: int(name.removeprefix("policy"))):
        yield parsed_policy(file, numbered[number])


def parsed_policy(file: PolicyFile, form: Mapping[str, Any]) -> ParsedPolicy:
    """One policy of a file, from Cedar's JSON. Raises PolicyWrong where it may not be as it is."""
    notes = form.get("annotations", {})
    id_ = notes.get("id") or ""
    forbids = form["effect"] == "forbid"
    for slip in _slips_of_notes(notes, forbids=forbids):
        raise wrong(file, id_, slip)
    role = _role(file, id_, form["principal"])
    actions = _actions(file, id_, form["action"])
    if form["resource"] != {"op": "All"} or {"Var": "resource"} in _nodes(form["conditions"]):
        raise wrong(
            file, id_, "write `resource` alone: what is known of the record are the facts of the context"
        )
    facts, asked = set[Fact](), 0
    for node in _nodes(form["conditions"]):
        if node.get("left") == {"Var": "context"} and "attr" in node:
            if node["attr"] not in set(Fact):
                raise wrong(file, id_, f"`context.{node['attr']}` is no fact: they are {', '.join(Fact)}")
            facts.add(Fact(node["attr"]))
            asked += 1
    if asked != sum(node == {"Var": "context"} for node in _nodes(form["conditions"])):
        raise wrong(file, id_, "ask for facts one by one, as `context.restricted`")
    if not forbids and role is None:
        raise wrong(file, id_, 'a permit is for a role or a group: write `principal in Role::"..."`')
    for slip in _slips_of_names(file, form, actions):
        raise wrong(file, id_, slip)
    said = Policy(
        forbids=forbids,
        rule=notes.get("rule") or "",
        why=" ".join((notes.get("why") or "").split()),
        alone=notes.get("alone") == "yes",
        basis=notes.get("basis") or "",
    )
    return ParsedPolicy(id_, file, said, form, role, actions, frozenset(facts))


def _slips_of_notes(notes: Mapping[str, str | None], *, forbids: bool) -> Iterator[str]:
    if not _ID.fullmatch(notes.get("id") or ""):
        yield 'every policy needs an @id of its own, of letters, digits and hyphens: @id("open-to-partners")'
    if unknown := sorted(notes.keys() - _ANNOTATIONS):
        yield f"@{unknown[0]} means nothing here: there are {', '.join(f'@{one}' for one in sorted(_ANNOTATIONS))}"
    if forbids and not _RULE.fullmatch(notes.get("rule") or ""):
        yield 'a forbid names the rule it enforces: @rule("E9")'
    if forbids and not (notes.get("why") or "").strip():
        yield 'a forbid says why, and what the person can do instead: @why("...")'
    if not forbids and notes.keys() & {"rule", "why", "alone"}:
        yield "a permit has no @rule, @why or @alone: they are of refusals"
    if forbids and "basis" in notes:
        yield "a forbid has no @basis: it is of what is allowed"
    if notes.get("alone", "yes") != "yes":
        yield '@alone is "yes", or left out'


def _role(file: PolicyFile, id_: str, scope: Mapping[str, Any]) -> str | None:
    match scope:
        case {"op": "All"}:
            return None
        case {"op": "in", "entity": {"type": "Role", "id": str(role)}}:
            return role
    raise wrong(
        file, id_, 'write `principal in Role::"..."`, or `principal` in a forbid; several roles make a group'
    )


def _actions(file: PolicyFile, id_: str, scope: Mapping[str, Any]) -> frozenset[str] | None:
    match scope:
        case {"op": "All"}:
            return None
        case {"op": "==" | "in", "entity": {"type": "Action", "id": str(action)}}:
            return frozenset({action})
        case {"op": "in", "entities": list(entities)} if all(one["type"] == "Action" for one in entities):
            return frozenset(one["id"] for one in entities)
    raise wrong(file, id_, 'write `action in [Action::"...", ...]`')


def _slips_of_names(
    file: PolicyFile, form: Mapping[str, Any], actions: frozenset[str] | None
) -> Iterator[str]:
    """Whose actions and roles a file may name: a team's its own actions, the national one roles alone."""
    entities = [node for node in _nodes(form) if node.keys() == {"type", "id"}]
    named = sorted({one["id"] for one in entities if one["type"] == "Action"})
    if file.team is not None:
        if actions is None:
            yield f"name the actions of {file.team} it is about: this one is about those of every team"
        for action in named:
            if not own(action, file.team):
                yield f'Action::"{action}" is not of {file.team}: it is granted in its own team\'s file'
    roles = {one["id"] for one in entities if one["type"] == "Role"}
    if file.national and (groups := sorted(roles - PERSONS)):
        yield f'Role::"{groups[0]}" is no role: a wall names roles, as groups are the council\'s to change'


def _nodes(form: Any) -> Iterator[Mapping[str, Any]]:
    """Every part of a policy's form that has parts of its own."""
    if isinstance(form, Mapping):
        yield form
        for part in form.values():
            yield from _nodes(part)
    elif isinstance(form, list):
        for part in form:
            yield from _nodes(part)
