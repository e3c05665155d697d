"""Reading case files: strict, and every mistake of a file told at once with its line.

The format is described in `cases/README.md`. Times are Europe/London as a clock shows them; here they become
instants in UTC. What a command's fields may be, the command's own schema says (`command_fields.py`). A command, field
or code that no team has is no mistake of the format: the case says so (`Case.not_yet`), and is played up to there.
"""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid5

from pydantic import BaseModel

from deploy.play.case_expected import read_expected
from deploy.play.case_reader import CaseReader
from deploy.play.case_types import NO_CHILD, By, Case, CasePerson, CaseRelation, CaseStep, Label, NotYet
from deploy.play.command_fields import FieldReader
from deploy.play.marked_yaml import Mark, Mistake, Node, read_yaml
from shared.domain.actors import AGENCIES, AGENCIES_OF_ROLE, ROLES, SERVICE

REGISTER: Final = "people.RegisterPerson"
"""The command that registers each of a file's people."""

RELATE: Final = "people.RelatePeople"
"""The command that records how they are related."""

_ALIKE: Final = 0.8
"""How alike two names are, from 0 to 1, for one to be a slip of the pen for the other."""

_FAMILIES = UUID("a4f4e4f4-7d0e-5a37-8a54-2c2f6d4d7a11")
_PERSON_KEYS = (
    "kind",
    "name",
    "born",
    "due",
    "nhs_number",
    "sex",
    "ethnicity",
    "disability",
    "looked_after",
    "family",
)
_OF_TEAMS: Final = frozenset({"team_worker", "team_lead"})
"""The roles of a receiving team, which their token names."""

_STEP_KEYS = ("at", "by", "do", "about", "as", "re", "with", "happened", "known", "refused")


class BadCase(Exception):
    """A case file that cannot be played. The message names the file and every mistake with line and column."""

    def __init__(self, path: Path, mistakes: Iterable[Mistake]) -> None:
        self.path = path
        self.mistakes = tuple(sorted(set(mistakes)))
        super().__init__(
            "\n".join(f"{path}:{one.mark.line}:{one.mark.column}: {one.message}" for one in self.mistakes)
        )


def case_files(path: Path) -> list[Path]:
    """The case files that a path names: itself, or every `*.yaml` of a folder in name order.

    Raises FileNotFoundError where there are none.
    """
    if path.is_dir():
        found = sorted(path.glob("*.yaml"))
        if not found:
            raise FileNotFoundError(f"{path} holds no case file (*.yaml)")
        return found
    if not path.is_file():
        raise FileNotFoundError(f"there is no case file {path}: check the path")
    return [path]


def load_case(path: Path, commands: Mapping[str, type[BaseModel]]) -> Case:
    """Reads and checks one case file.

    Args:
        path: the file.
        commands: every command a step may name, by its name.

    Returns:
        The case; what it wants and none of these commands has stands in its `not_yet`.

    Raises:
        BadCase: anything in it is not of the format; the message says every mistake with its line.
        OSError: it cannot be read.
    """
    written = path.read_bytes()
    mistakes: list[Mistake] = []
    try:
        text = written.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = written[: error.start].count(b"\n") + 1
        raise BadCase(path, [Mistake(Mark(line, 1), "this is not UTF-8: save the file as UTF-8")]) from None
    root = read_yaml(text, mistakes)
    if root is None:
        raise BadCase(path, mistakes)
    case = _Loading(path, commands, mistakes).case(root, hashlib.sha256(written).hexdigest())
    if mistakes:
        raise BadCase(path, mistakes)
    return case


class _Loading:
    """Reads one file from top to bottom, knowing which labels exist so far."""

    def __init__(self, path: Path, commands: Mapping[str, type[BaseModel]], mistakes: list[Mistake]) -> None:
        self._path = path
        self._commands = commands
        self._read = CaseReader(mistakes)
        self._mistakes = mistakes
        self._fields = FieldReader(commands, mistakes)
        self._not_yet: list[NotYet] = []
        self._kinds: dict[str, str] = {}
        self._taken: dict[str, int] = {}

    def case(self, root: Node, digest: str) -> Case:
        top = self._read.mapping(
            root, "a case file", needed=("title", "steps"), known=("title", "people", "steps", "expect")
        )
        people = self._people(top.get("people"))
        steps = self._steps(top.get("steps"))
        return Case(
            name=self._path.stem,
            path=self._path,
            digest=digest,
            title=self._read.text(top.get("title"), "title") or "",
            people=people,
            steps=steps,
            expected=read_expected(top.get("expect"), self._read, self._kinds),
            not_yet=tuple(self._not_yet),
        )

    def _people(self, node: Node | None) -> tuple[CasePerson, ...]:
        entries = self._read.entries(node, "people")
        for label in entries:
            assert node is not None
            if label == NO_CHILD:
                self._read.wrong(
                    node.keys[label], "nobody is called `none`: it says that a deadline is about no child"
                )
            self._take(label, node.keys[label], "person")
        return tuple(self._person(label, one) for label, one in entries.items())

    def _person(self, label: str, node: Node) -> CasePerson:
        further = self._fields.names(REGISTER) if REGISTER in self._commands else ()
        names = tuple(dict.fromkeys((*_PERSON_KEYS, *further)))
        known = self._read.mapping(node, "a person", needed=("kind", "name"), known=(*names, "relations"))
        written = {key: known[key] for key in names if key in known}
        fields = {key: one.plain() for key, one in written.items()}
        if fields.get("kind") == "child" and {"born", "due"}.isdisjoint(fields):
            self._read.wrong(node.mark, "a child has the day it was `born`, or the day it is `due`")
        if "family" in written:
            family = self._read.text(written["family"], "family")
            fields["family"] = str(uuid5(_FAMILIES, f"{self._path.stem}/{family}"))
        if REGISTER in self._commands:
            self._fields.check(REGISTER, node, fields, {}, self._mistakes)
        relations = [
            self._relation(label, one) for one in self._read.items(known.get("relations"), "relations")
        ]
        return CasePerson(label, fields, node.mark.line, tuple(relations))

    def _relation(self, label: str, node: Node) -> CaseRelation:
        keys = self._read.mapping(
            node, "a relation", needed=("to", "is"), known=("to", "is", "parental_responsibility")
        )
        to = self._label(keys.get("to"), "person") or ""
        fields = {
            "person": Label(label),
            "is": self._read.text(keys.get("is"), "is"),
            "parental_responsibility": self._read.truth(keys.get("parental_responsibility")),
        }
        if RELATE in self._commands:
            self._fields.check(RELATE, node, fields, {"about": [Label(to)]}, self._mistakes)
        return CaseRelation(to, fields, node.mark.line)

    def _steps(self, node: Node | None) -> tuple[CaseStep, ...]:
        steps: list[CaseStep] = []
        last: datetime | None = None
        for number, one in enumerate(self._read.items(node, "steps"), start=1):
            step = self._step(number, one)
            if step is None:
                continue
            if last is not None and step.at < last:
                self._read.wrong(
                    one.mark, "this step comes before the one above it: put steps in order of `at`"
                )
            last = step.at
            steps.append(step)
        if node is not None and node.value == []:
            self._read.wrong(node.mark, "a case has at least one step")
        return tuple(steps)

    def _step(self, number: int, node: Node) -> CaseStep | None:
        if isinstance(node.value, dict) and "until" in node.value:
            until = self._read.mapping(
                node, "a step that lets time pass", needed=("until",), known=("until",)
            )
            at = self._read.time(until.get("until"))
            return None if at is None else CaseStep(number, node.mark.line, at)
        keys = self._read.mapping(node, "a step", needed=("at", "by", "do"), known=_STEP_KEYS)
        at = self._read.time(keys.get("at"))
        do = self._read.text(keys.get("do"), "do")
        about = tuple(
            label
            for one in self._read.items(keys.get("about"), "about")
            if (label := self._label(one, "person"))
        )
        re = self._label(keys.get("re"), "thing")
        refused = self._read.text(keys.get("refused"), "refused")
        happened, known = self._read.time(keys.get("happened")), self._read.time(keys.get("known"))
        unknown: list[Mistake] = []
        address = {"about": [Label(one) for one in about], "re": re and Label(re)}
        fields = self._with(do, keys, refused, address, unknown)
        self._not_yet += [
            NotYet(number, one.mark.line, one.mark.column, one.message, do not in self._commands)
            for one in sorted(set(unknown))
        ]
        by = self._by(keys.get("by"), fields.get("team"))
        label = self._read.text(keys.get("as"), "as")
        if label is not None:
            # A refused step opens nothing, so that nothing may refer to it; its label is taken all the same.
            self._take(label, keys["as"].mark, "refused" if refused else "thing")
        if at is None or do is None or by is None:
            return None
        return CaseStep(
            number, node.mark.line, at, do, by, about, label, re, fields, happened, known, refused
        )

    def _with(
        self,
        do: str | None,
        keys: Mapping[str, Node],
        refused: str | None,
        address: dict[str, Any],
        unknown: list[Mistake],
    ) -> dict[str, Any]:
        """The command's own fields; what no team has is added to `unknown`."""
        if do is None:
            return {}
        node = keys.get("with", Node({}, keys["do"].mark))
        if not isinstance(node.value, dict):
            self._read.wrong(node.mark, "`with` holds the command's own fields: write `{field: value}`")
            return {}
        if do not in self._commands:
            unknown.append(Mistake(keys["do"].mark, self._no_such_command(do)))
            return {}
        fields = self._fields.read(do, node, self._kinds, unknown)
        if refused is None:  # what is to be refused may be wrong on purpose
            known = {key for key in node.value if key in fields}
            self._fields.check(do, node, {key: fields[key] for key in known}, address, unknown)
        return fields

    def _no_such_command(self, do: str) -> str:
        team = do.partition(".")[0]
        known = [name for name in self._commands if name.startswith(f"{team}.")]
        near = get_close_matches(do, known, n=1, cutoff=_ALIKE)
        hint = f"; is {near[0]} meant?" if near else ""
        return f"there is no command {do} (`safeguarding commands` lists them), so its fields are not checked{hint}"

    def _by(self, node: Node | None, of_command: object = None) -> By | None:
        """Who takes a step. Of a receiving team, where nobody says which: of the one that the command names."""
        if node is None:
            return None
        keys = self._read.mapping(
            node,
            "`by`",
            needed=("name", "role", "agency"),
            known=("name", "role", "agency", "organisation", "team"),
        )
        name = self._read.text(keys.get("name"), "name")
        role = self._read.choice(keys.get("role"), "role", ROLES - {SERVICE})
        agency = self._read.choice(keys.get("agency"), "agency", AGENCIES)
        organisation = self._read.text(keys.get("organisation"), "organisation")
        team = self._read.text(keys.get("team"), "team")
        if name is None or role is None or agency is None:
            return None
        if agency not in AGENCIES_OF_ROLE[role]:
            home = ", ".join(sorted(AGENCIES_OF_ROLE[role]))
            self._read.wrong(node.mark, f"nobody of {agency} is a {role}: a {role} is of {home}")
            return None
        if team is None and role in _OF_TEAMS and isinstance(of_command, str):
            team = of_command
        return By(name, role, agency, organisation, team)

    def _label(self, node: Node | None, kind: str) -> str | None:
        return self._read.label(node, kind, self._kinds)

    def _take(self, label: str, mark: Mark, kind: str) -> None:
        if label in self._taken:
            self._read.wrong(
                mark, f"the label `{label}` is taken since line {self._taken[label]}: choose another"
            )
            return
        self._taken[label] = mark.line
        self._kinds[label] = kind
