"""The table of who may do what, read from YAML and checked, so that a slip is found at the start and named by its line."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from shared.domain.actors import ROLES, SERVICE

_SET = re.compile(r"[a-z][a-z_]*", re.ASCII)


_ACTION = re.compile(
    r"[a-z]+\.(\*|[A-Z][A-Za-z0-9]*)|\*\.[A-Z][A-Za-z0-9]*|(read|operate):(\*|[a-z_]+)(:[a-z]+)?", re.ASCII
)


_Text = Annotated[str, Field(strict=True, min_length=1)]


_Rule = Annotated[str, Field(strict=True, pattern=r"^[A-Z]{1,2}[0-9]{1,2}$")]


class AccessTableWrong(ValueError):
    """The table cannot be used. The message names the file and line, and what belongs there."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class RoleEntry(_Part):
    """What a role may do, and what of that it may not."""

    may: list[_Text]
    except_: list[_Text] = Field(default=[], alias="not")


class SealedEntry(_Part):
    """A team that only some roles may read or write, and the rule its refusals name alone."""

    roles: list[_Text]
    rule: _Rule
    why: _Text


class RefusalEntry(_Part):
    """Rules that the refusal of some actions to a role names beside E9."""

    role: _Text
    actions: list[_Text]
    rules: list[_Rule]
    why: _Text


class BasisEntry(_Part):
    """A purpose and its lawful basis, as codes."""

    purpose: _Text
    lawful_basis: _Text


class BasesEntry(_Part):
    """The purpose and basis of every command, and those that differ."""

    default: BasisEntry
    by_action: dict[_Text, BasisEntry] = {}


class AccessTable(_Part):
    """The table as it is written; every name in it is known and every set is spelt out."""

    edition: _Text
    sets: dict[_Text, list[_Text]] = {}
    roles: dict[_Text, RoleEntry]
    sealed: dict[_Text, SealedEntry] = {}
    refusals: list[RefusalEntry] = []
    bases: BasesEntry

    def actions(self, entries: Sequence[str]) -> frozenset[str]:
        """The action patterns that some entries stand for, sets spelt out."""
        found: set[str] = set()
        for entry in entries:
            found |= self.actions(self.sets[entry]) if entry in self.sets else {entry}
        return frozenset(found)


def read_access_table(path: Path) -> AccessTable:
    """The table in a file.

    Raises:
        AccessTableWrong: the file is missing, is no YAML, or says something that means nothing here.
    """
    try:
        written = YAML(typ="rt").load(path.read_text(encoding="utf-8"))
    except OSError:
        raise AccessTableWrong(f"{path} cannot be read: the table of who may do what belongs there") from None
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise AccessTableWrong(
            f"{path}, line {line}: {(error.problem or 'this is not YAML').splitlines()[0]}"
        ) from None
    try:
        table = AccessTable.model_validate(written)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise _wrong(path, written, first["loc"], first["msg"]) from None
    for where, what in _slips(table):
        raise _wrong(path, written, where, what)
    return table


def _slips(table: AccessTable) -> list[tuple[tuple[str | int, ...], str]]:
    """What the shape of the table does not show: unknown roles and sets, actions that are none, circles."""
    slips: list[tuple[tuple[str | int, ...], str]] = []

    def check(where: tuple[str | int, ...], entries: Sequence[str], *, sets: bool = True) -> None:
        for at, entry in enumerate(entries):
            if not (_ACTION.fullmatch(entry) or (sets and entry in table.sets)):
                slips.append(
                    (
                        (*where, at),
                        f"`{entry}` is neither an action such as mash.DecideContact nor a set named above",
                    )
                )

    def check_role(where: tuple[str | int, ...], role: str) -> None:
        if role not in ROLES - {SERVICE}:
            slips.append((where, f"`{role}` is no role: they are {', '.join(sorted(ROLES - {SERVICE}))}"))

    for name, entries in table.sets.items():
        if not _SET.fullmatch(name):
            slips.append((("sets", name), f"`{name}` is no name for a set: use lower-case words joined by _"))
        check(("sets", name), entries)
        if _reaches_itself(table, name):
            slips.append((("sets", name), f"the set `{name}` contains itself"))
    for role, grants in table.roles.items():
        check_role(("roles", role), role)
        check(("roles", role, "may"), grants.may)
        check(("roles", role, "not"), grants.except_)
    missing = ROLES - {SERVICE} - set(table.roles)
    if missing:
        slips.append((("roles",), f"these roles have no line: {', '.join(sorted(missing))}"))
    for team, wall in table.sealed.items():
        for at, role in enumerate(wall.roles):
            check_role(("sealed", team, "roles", at), role)
    for at, refusal in enumerate(table.refusals):
        check_role(("refusals", at, "role"), refusal.role)
        check(("refusals", at, "actions"), refusal.actions)
    for action in table.bases.by_action:
        check(("bases", "by_action", action), [action], sets=False)
    return slips


def _reaches_itself(table: AccessTable, name: str) -> bool:
    reached: set[str] = set()
    ahead = [name]
    while ahead:
        inner = {entry for entry in table.sets[ahead.pop()] if entry in table.sets} - reached
        reached |= inner
        ahead.extend(inner)
    return name in reached


def _wrong(path: Path, written: Any, where: Sequence[str | int], what: str) -> AccessTableWrong:
    """The refusal with the line of the innermost part that can be found, and the way to it."""
    line, node = 1, written
    for step in where:
        if isinstance(node, Mapping) and step in node:
            line = node.lc.key(step)[0] + 1  # type: ignore[attr-defined]  # ruamel's mappings know their lines
        elif (
            isinstance(node, Sequence)
            and not isinstance(node, str)
            and isinstance(step, int)
            and step < len(node)
        ):
            line = node.lc.item(step)[0] + 1  # type: ignore[attr-defined]
        else:
            break
        node = node[step]
    return AccessTableWrong(f"{path}, line {line}, {'.'.join(map(str, where)) or 'the whole'}: {what}")
