"""Reads a council's groups of roles and its bases for using personal data (`groups.yaml`), a slip named by its line."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from shared.access.actions import NAME
from shared.domain.actors import ROLES, SERVICE

FILE: Final = "groups.yaml"
"""What the file is called, beside the teams and in a council's folder."""


PERSONS: Final = ROLES - {SERVICE}
"""The roles of people and of machine clients: those that policies are about."""


_WORD: Final = re.compile(r"[a-z][a-z_]*", re.ASCII)


_OF_A_TEAM: Final = re.compile(r"[a-z][a-z_]*\.\*", re.ASCII)


_Text = Annotated[str, Field(strict=True, min_length=1)]


_Where = tuple[str | int, ...]
"""The way to a part of a file: keys and numbers of items."""


class PolicyWrong(ValueError):
    """A policy or group cannot be used. The message names the file and the policy or line, and what to do."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Basis(_Part):
    """A purpose of using personal data and its lawful basis, as codes (E5)."""

    purpose: _Text
    lawful_basis: _Text


class _Bases(_Part):
    default: Basis | None = None
    by_action: dict[_Text, Basis] = {}


class _GroupsFile(_Part):
    groups: dict[_Text, list[_Text]] = {}
    bases: _Bases = _Bases()


@dataclass(frozen=True, slots=True)
class Groups:
    """The groups of roles and the bases that are in force.

    Attributes:
        of_roles: the roles of each group, other groups in it spelt out.
        default: why personal data is used, unless the action has an entry of its own.
        bases: those entries, by action or by all commands of a team (`lado.*`).
    """

    of_roles: Mapping[str, frozenset[str]]
    default: Basis
    bases: Mapping[str, Basis]

    def of(self, role: str) -> tuple[str, ...]:
        """The groups a role stands in, in alphabetical order."""
        return tuple(sorted(name for name, roles in self.of_roles.items() if role in roles))


def read_groups(files: Sequence[tuple[Path, str]]) -> Groups:
    """The groups of some files; what a later one names takes the place of an earlier one's.

    Args:
        files: each file's path, and what stands in it.

    Raises:
        PolicyWrong: a file is no YAML, or says something that means nothing here.
    """
    parts = [_File(path, *_read(path, text)) for path, text in files]
    named = {name: entries for part in parts for name, entries in part.said.groups.items()}
    for part in parts:
        for where, what in _slips(part, named):
            raise part.wrong(where, what)
    defaults = [part.said.bases.default for part in parts if part.said.bases.default is not None]
    if not defaults:
        raise PolicyWrong(f"{files[0][0] if files else FILE}: this file needs `bases.default`")
    return Groups(
        of_roles={name: _spelt_out(entries, named) for name, entries in named.items()},
        default=defaults[-1],
        bases={action: basis for part in parts for action, basis in part.said.bases.by_action.items()},
    )


@dataclass(frozen=True)
class _File:
    path: Path
    written: Any
    said: _GroupsFile

    def wrong(self, where: _Where, what: str) -> PolicyWrong:
        return _wrong(self.path, self.written, where, what)


def _wrong(path: Path, written: Any, where: _Where, what: str) -> PolicyWrong:
    """The refusal with the line of the innermost part that can be found, and the way to it."""
    line, node = 1, written
    for step in where:
        if isinstance(node, Mapping) and step in node:
            line = node.lc.key(step)[0] + 1  # type: ignore[attr-defined]  # ruamel's mappings know their lines
        elif isinstance(node, list) and isinstance(step, int) and step < len(node):
            line = node.lc.item(step)[0] + 1  # type: ignore[attr-defined]
        else:
            break
        node = node[step]
    return PolicyWrong(f"{path}, line {line}, {'.'.join(map(str, where)) or 'the whole'}: {what}")


def _read(path: Path, text: str) -> tuple[Any, _GroupsFile]:
    try:
        written = YAML(typ="rt").load(text)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        what = (error.problem or "this is not YAML").splitlines()[0]
        raise PolicyWrong(f"{path}, line {line}: {what}") from None
    try:
        return written, _GroupsFile.model_validate(written)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise _wrong(path, written, first["loc"], first["msg"]) from None


def _slips(part: _File, named: Mapping[str, Sequence[str]]) -> Iterator[tuple[_Where, str]]:
    """What the shape of a file does not show: a group named like a role, unknown roles, circles, no actions."""
    for name, entries in part.said.groups.items():
        if not _WORD.fullmatch(name):
            yield ("groups", name), f"`{name}` is no name: use lower-case words joined by _"
        if name in ROLES:
            # A wall names roles: a group of the same name would open it.
            yield ("groups", name), f"`{name}` is a role: a group has a name of its own"
        for at, entry in enumerate(entries):
            if entry not in PERSONS and entry not in named:
                known = ", ".join(sorted(PERSONS | named.keys()))
                yield ("groups", name, at), f"`{entry}` is no role: they are {known}"
        if _reaches_itself(named, name):
            yield ("groups", name), f"`{name}` contains itself"
    for action in part.said.bases.by_action:
        if not NAME.fullmatch(action) and not _OF_A_TEAM.fullmatch(action):
            yield ("bases", "by_action", action), f"`{action}` is no action such as mash.DecideContact"


def _spelt_out(entries: Sequence[str], named: Mapping[str, Sequence[str]]) -> frozenset[str]:
    found: set[str] = set()
    for entry in entries:
        found |= _spelt_out(named[entry], named) if entry in named else {entry}
    return frozenset(found)


def _reaches_itself(named: Mapping[str, Sequence[str]], name: str) -> bool:
    reached: set[str] = set()
    ahead = [name]
    while ahead:
        inner = {entry for entry in named[ahead.pop()] if entry in named} - reached
        reached |= inner
        ahead.extend(inner)
    return name in reached
