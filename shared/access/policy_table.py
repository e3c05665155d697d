"""Reads the access tables from YAML and checks them, so that a slip is found at the start and named by its line.

A folder holds `access.yaml`, which says what holds for every team, and `<team>/access.yaml`, which grants what is the
team's own. Sets of actions and groups of roles are known in the file that names them; those of the first, in all.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from shared.domain.actors import ROLES, SERVICE

FILE: Final = "access.yaml"
"""What a table is called, in the folder and in each team's folder below it."""


_WORD: Final = re.compile(r"[a-z][a-z_]*", re.ASCII)


_ACTION: Final = re.compile(
    r"[a-z][a-z_]*\.(\*|[A-Z][A-Za-z0-9]*)|\*\.[A-Z][A-Za-z0-9]*|(read|operate):(\*|[a-z_]+)(:[a-z_]+)?",
    re.ASCII,
)


_PERSONS: Final = ROLES - {SERVICE}


_Text = Annotated[str, Field(strict=True, min_length=1)]


_Rule = Annotated[str, Field(strict=True, pattern=r"^[A-Z]{1,2}[0-9]{1,2}$")]


Where = tuple[str | int, ...]
"""The way to a part of a file: keys and numbers of items."""


class AccessTableWrong(ValueError):
    """A table cannot be used. The message names the file and line, and what belongs there."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class RoleEntry(_Part):
    """What a role, or every role of a group, may do, and what of that it may not."""

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

    default: BasisEntry | None = None
    by_action: dict[_Text, BasisEntry] = {}


class TableFile(_Part):
    """One file as it is written."""

    edition: _Text | None = None
    groups: dict[_Text, list[_Text]] = {}
    sets: dict[_Text, list[_Text]] = {}
    roles: dict[_Text, RoleEntry] = {}
    sealed: dict[_Text, SealedEntry] = {}
    refusals: list[RefusalEntry] = []
    bases: BasesEntry = BasesEntry()


@dataclass(frozen=True, slots=True)
class Refusal:
    """Rules and words that go with refusing some actions to a role."""

    role: str
    actions: frozenset[str]
    rules: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class AccessTable:
    """All files as one; every name in it is known, and every set and group is spelt out.

    Attributes:
        edition: which edition of the table this is.
        grants: the action patterns each role is granted. Every role has some.
        exceptions: those that it is not, whatever is granted.
        sealed: the teams behind a wall.
        refusals: what more a refusal says.
        default_basis: why personal data is used, unless the action has an entry of its own.
        bases: those entries.
    """

    edition: str
    grants: Mapping[str, frozenset[str]]
    exceptions: Mapping[str, frozenset[str]]
    sealed: Mapping[str, SealedEntry]
    refusals: tuple[Refusal, ...]
    default_basis: BasisEntry
    bases: Mapping[str, BasisEntry]


def read_access_table(folder: Path) -> AccessTable:
    """The table in a folder's files.

    Raises:
        AccessTableWrong: a file is missing, is no YAML, or says something that means nothing here.
    """
    if folder.is_file():
        raise AccessTableWrong(f"{folder} is a file: name the folder that holds {FILE} and <team>/{FILE}")
    central = _read(folder / FILE, None, None)
    own = [_read(path, path.parent.name, central) for path in sorted(folder.glob(f"*/{FILE}"))]
    for part in (central, *own):
        for where, what in _slips(part):
            raise part.wrong(where, what)
    files = (central, *own)
    grants, exceptions = (
        {role: frozenset[str]().union(*found) for role, found in _by_role(files, kind).items()}
        for kind in ("may", "except_")
    )
    if missing := sorted(_PERSONS - {role for role, actions in grants.items() if actions}):
        raise central.wrong(("roles",), f"these roles have no line in any file: {', '.join(missing)}")
    basis = central.said.bases.default
    if central.said.edition is None or basis is None:
        what = "edition" if central.said.edition is None else "bases.default"
        raise central.wrong((), f"this file needs `{what}`")
    return AccessTable(
        edition=central.said.edition,
        grants=grants,
        exceptions=exceptions,
        sealed={team: wall for part in files for team, wall in part.said.sealed.items()},
        refusals=tuple(
            Refusal(role, part.actions(entry.actions), tuple(entry.rules), entry.why)
            for part in files
            for entry in part.said.refusals
            for role in sorted(part.roles([entry.role]))
        ),
        default_basis=basis,
        bases={action: entry for part in files for action, entry in part.said.bases.by_action.items()},
    )


@dataclass(frozen=True)
class _File:
    """A file that could be read: what it says, and where."""

    path: Path
    team: str | None
    written: Any
    said: TableFile
    central: "_File | None"

    @property
    def sets(self) -> Mapping[str, Sequence[str]]:
        return {**(self.central.said.sets if self.central else {}), **self.said.sets}

    @property
    def groups(self) -> Mapping[str, Sequence[str]]:
        return {**(self.central.said.groups if self.central else {}), **self.said.groups}

    def actions(self, entries: Sequence[str]) -> frozenset[str]:
        """The action patterns that some entries stand for."""
        return _spelt_out(entries, self.sets)

    def roles(self, entries: Sequence[str]) -> frozenset[str]:
        """The roles that some entries stand for."""
        return _spelt_out(entries, self.groups)

    def wrong(self, where: Where, what: str) -> AccessTableWrong:
        """The refusal with the line of the innermost part that can be found, and the way to it."""
        line, node = 1, self.written
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
        return AccessTableWrong(
            f"{self.path}, line {line}, {'.'.join(map(str, where)) or 'the whole'}: {what}"
        )


def _read(path: Path, team: str | None, central: _File | None) -> _File:
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
        said = TableFile.model_validate(written)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise _File(path, team, written, TableFile(), central).wrong(first["loc"], first["msg"]) from None
    return _File(path, team, written, said, central)


def _by_role(files: Sequence[_File], kind: str) -> dict[str, list[frozenset[str]]]:
    """What every role is granted, or not, by each file."""
    found: dict[str, list[frozenset[str]]] = {role: [] for role in _PERSONS}
    for part in files:
        for name, entry in part.said.roles.items():
            for role in part.roles([name]):
                found[role].append(part.actions(getattr(entry, kind)))
    return found


def _slips(part: _File) -> Iterator[tuple[Where, str]]:
    """What the shape of a file does not show: unknown roles and sets, actions that are none or another's, circles."""
    said = part.said
    for name, entries in said.sets.items():
        yield from _of_name(("sets", name), part.sets, part.central.said.sets if part.central else {})
        yield from _of_actions(part, ("sets", name), entries)
    for name, entries in said.groups.items():
        yield from _of_name(("groups", name), part.groups, part.central.said.groups if part.central else {})
        for at, entry in enumerate(entries):
            yield from _of_role(part, ("groups", name, at), entry)
        if name in _PERSONS:
            yield ("groups", name), f"`{name}` is a role: a group has a name of its own"
    for name, grants in said.roles.items():
        yield from _of_role(part, ("roles", name), name)
        yield from _of_actions(part, ("roles", name, "may"), grants.may)
        yield from _of_actions(part, ("roles", name, "not"), grants.except_)
    for team, wall in said.sealed.items():
        if team != part.team:
            yield ("sealed", team), f"a wall stands in its own team's file: {team}/{FILE}"
        for at, role in enumerate(wall.roles):
            yield from _of_role(part, ("sealed", team, "roles", at), role, groups=False)
    for at, refusal in enumerate(said.refusals):
        yield from _of_role(part, ("refusals", at, "role"), refusal.role)
        yield from _of_actions(part, ("refusals", at, "actions"), refusal.actions)
    for action in said.bases.by_action:
        yield from _of_actions(part, ("bases", "by_action", action), [action], sets=False)
    if part.team is not None and said.edition is not None:
        yield ("edition",), f"the edition is that of the whole: it stands in {FILE} above the teams' folders"
    if part.team is not None and said.bases.default is not None:
        yield (
            ("bases", "default"),
            f"the default is that of the whole: it stands in {FILE} above the teams' folders",
        )


def _of_name(
    where: Where, known: Mapping[str, Sequence[str]], central: Mapping[str, Sequence[str]]
) -> Iterator[tuple[Where, str]]:
    """Slips in a set's or a group's name."""
    name = str(where[-1])
    if not _WORD.fullmatch(name):
        yield where, f"`{name}` is no name: use lower-case words joined by _"
    if name in central:
        yield where, f"`{name}` is named for all teams in {FILE} above: take another name"
    if _reaches_itself(known, name):
        yield where, f"`{name}` contains itself"


def _of_role(part: _File, where: Where, role: str, *, groups: bool = True) -> Iterator[tuple[Where, str]]:
    if role not in _PERSONS and not (groups and role in part.groups):
        yield where, f"`{role}` is no role: they are {', '.join(sorted(_PERSONS | part.groups.keys()))}"


def _of_actions(
    part: _File, where: Where, entries: Sequence[str], *, sets: bool = True
) -> Iterator[tuple[Where, str]]:
    for at, entry in enumerate(entries):
        place = (*where, at) if sets else where
        if sets and entry in part.sets:
            continue
        if not _ACTION.fullmatch(entry):
            yield place, f"`{entry}` is neither an action such as mash.DecideContact nor a set named above"
        elif part.team is not None and not _own(entry, part.team):
            yield place, f"`{entry}` is not of {part.team}: it is granted in its own team's file"


def _own(action: str, team: str) -> bool:
    """Whether an action is one of the team's: a command of it, its list of a kind, or the reading named like it."""
    kind, _, reading = action.partition(":")
    if reading:
        return kind == "read" and (reading == team or reading.endswith(f":{team}"))
    return action.partition(".")[0] == team


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
