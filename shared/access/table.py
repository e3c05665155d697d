"""The compiled table: what each role may do, under each combination of the facts that its policies name.

It is made of the policies by `make generate` and shipped beside the teams; no service writes one, and none is read from
a folder that a council or a service fills.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson

from shared.access.groups import Basis, PolicyWrong
from shared.domain.access_facts import Fact

FILE: Final = "access.table.json"
"""What the shipped table is called, in the folder of the teams."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the engine answered.

    Attributes:
        allowed: whether.
        by: the policies that decided it, in the order of their files; none: nothing allows it.
    """

    allowed: bool
    by: tuple[str, ...] = ()


REFUSED: Final = Outcome(allowed=False)
"""No policy allows it, and none forbids it."""


@dataclass(frozen=True, slots=True)
class Row:
    """What a role may do of one action.

    Attributes:
        facts: those that decide it.
        outcomes: one for each combination of them: the number of a combination has bit n where the n-th fact is so.
    """

    facts: tuple[Fact, ...]
    outcomes: tuple[Outcome, ...]

    def under(self, facts: frozenset[Fact]) -> Outcome:
        """The outcome where just these are so."""
        return self.outcomes[sum(1 << n for n, fact in enumerate(self.facts) if fact in facts)]


NEVER: Final = Row((), (REFUSED,))
"""The row of a role that no policy speaks of."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What a refusal or a record of access needs to know of a policy.

    Attributes:
        forbids: whether.
        rule: the rule it enforces, where it forbids.
        why: why it forbids, in plain words.
        alone: nothing is added to its refusal.
        basis: the lawful basis on which it allows, where it is not that of the action.
    """

    forbids: bool
    rule: str = ""
    why: str = ""
    alone: bool = False
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Every decision, made beforehand.

    Attributes:
        digest: of all that it was made of (`Sources.digest`).
        policies: what there is to say of each policy, by its id.
        default: why personal data is used, unless the action has an entry of its own.
        bases: those entries.
        rows: by action, then by role. A role that is not there has the row NEVER.
    """

    digest: str
    policies: Mapping[str, Policy]
    default: Basis
    bases: Mapping[str, Basis]
    rows: Mapping[str, Mapping[str, Row]]


def written(table: Table) -> str:
    """The table as it is shipped: a line an action, roles of equal rows together, so that a change shows in its line."""
    said = [
        f'"digest": {_json(table.digest)}',
        _lines("policies", {name: _said_of(policy) for name, policy in table.policies.items()}),
        _lines("bases", {"default": _basis(table.default)} | {a: _basis(b) for a, b in table.bases.items()}),
        _lines("actions", {action: _grouped(rows) for action, rows in sorted(table.rows.items())}),
    ]
    return "{\n" + ",\n".join(said) + "\n}\n"


def read_table(path: Path) -> Table:
    """The table of a file. Raises PolicyWrong where there is none, or it is no table."""
    try:
        said = orjson.loads(path.read_bytes())
        policies = {name: Policy(**policy) for name, policy in said["policies"].items()}
        outcomes = _Outcomes(policies)
        return Table(
            digest=said["digest"],
            policies=policies,
            default=Basis(**said["bases"].pop("default")),
            bases={action: Basis(**basis) for action, basis in said["bases"].items()},
            rows={action: _rows(groups, outcomes) for action, groups in said["actions"].items()},
        )
    except (OSError, orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        raise PolicyWrong(
            f"{path} is no table of access ({type(error).__name__}): it comes with the platform, and is made by "
            "`make generate`"
        ) from None


def _lines(name: str, parts: Mapping[str, Any]) -> str:
    lines = ",\n".join(f"  {_json(key)}: {_json(value)}" for key, value in parts.items())
    return f"{_json(name)}: {{\n{lines}\n}}"


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


def _said_of(policy: Policy) -> dict[str, Any]:
    said = {field: getattr(policy, field) for field in Policy.__slots__}
    return {field: value for field, value in said.items() if value or field == "forbids"}


def _basis(basis: Basis) -> dict[str, str]:
    return {"purpose": basis.purpose, "lawful_basis": basis.lawful_basis}


def _grouped(rows: Mapping[str, Row]) -> list[list[Any]]:
    """Roles of equal rows, the facts that decide, and the outcomes: `+` or `-` and who decided."""
    roles_of: dict[Row, list[str]] = {}
    for role, row in sorted(rows.items()):
        roles_of.setdefault(row, []).append(role)
    return [
        [roles, list(row.facts), [" ".join(["+" if one.allowed else "-", *one.by]) for one in row.outcomes]]
        for row, roles in roles_of.items()
    ]


def _rows(groups: list[list[Any]], known: "_Outcomes") -> dict[str, Row]:
    rows: dict[str, Row] = {}
    for roles, facts, outcomes in groups:
        found = Row(tuple(map(Fact, facts)), tuple(known[one] for one in outcomes))
        if len(found.outcomes) != 1 << len(found.facts):
            raise ValueError("a row has another number of outcomes than its facts have combinations")
        rows |= dict.fromkeys(roles, found)
    return rows


class _Outcomes(dict[str, Outcome]):
    """Outcomes by how they are written, each read once. Permits alone allow, and forbids alone refuse."""

    def __init__(self, policies: Mapping[str, Policy]) -> None:
        super().__init__()
        self._policies = policies

    def __missing__(self, said: str) -> Outcome:
        sign, *by = said.split(" ")
        allowed = {"+": True, "-": False}[sign]
        if any(self._policies[name].forbids == allowed for name in by) or (allowed and not by):
            raise ValueError("an outcome is not of the policies that decided it")
        self[said] = Outcome(allowed, tuple(by))
        return self[said]
