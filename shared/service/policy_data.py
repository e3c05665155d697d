"""Policy data that a council may have of its own, in one folder: figures of its rules, and a team's reference data.

What comes with the project stands in the team's folder; a council's file of the same name takes the place of the whole of
it. Everything is checked before the service starts, and what is wrong is said with its file and line.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
)
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from shared.domain.council_limits import CouncilLimit, with_council_limits
from shared.domain.limits import Weekday
from shared.domain.rule_rows import BadRules
from shared.domain.rules import Rulebook

LIMITS: Final = "limits.yaml"
"""A council's figures, by team and rule."""


class BadPolicyData(ValueError):
    """A file of policy data cannot be used. The message names the file and the line, and says what to change."""


@dataclass(frozen=True)
class Reference:
    """Reference data of a team: what people read beside a decision, and no decision is made by.

    Attributes:
        name: of the file, without `.yaml`.
        model: its shape, which also checks what it says.
        own: the file that comes with the project.
    """

    name: str
    model: type[BaseModel]
    own: Path

    @property
    def file(self) -> str:
        """The name of the file in a council's folder."""
        return f"{self.name}.yaml"


def _weekday(said: object) -> object:
    """A day by its name."""
    names = {day.name.lower(): day for day in Weekday}
    if not isinstance(said, str) or said.lower() not in names:
        raise ValueError(f"a weekday is one of {', '.join(names)}")
    return names[said.lower()]


class _Decided(BaseModel):
    """One row of `limits.yaml`."""

    model_config = ConfigDict(extra="forbid")

    applies_from: date
    decided: Annotated[str, StringConstraints(min_length=1, max_length=300)]
    limit: Annotated[int, Field(ge=1, le=10_000, strict=True)] | None = None
    weekday: Annotated[Weekday, BeforeValidator(_weekday)] | None = None
    at: time | None = None


_LIMITS: Final = TypeAdapter(dict[str, dict[str, _Decided | list[_Decided]]])


def read_reference(reference: Reference, folder: Path | None) -> BaseModel:
    """A team's reference data: the council's where it has some, else the project's. Raises BadPolicyData."""
    own = folder / reference.file if folder is not None else None
    path = own if own is not None and own.exists() else reference.own
    written = _written(path)
    try:
        return reference.model.model_validate(written)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise _wrong(path, written, first["loc"], _said(first)) from None


def read_limits(rules: Rulebook, team: str, folder: Path | None) -> Rulebook:
    """A team's rules, with the council's figures where it has some. Raises BadPolicyData."""
    path = folder / LIMITS if folder is not None else None
    if path is None or not path.exists():
        return rules
    written = _written(path) or {}
    decided = _limits(path, written).get(team, {})
    for rule, rows in decided.items():
        for row in rows if isinstance(rows, list) else [rows]:
            try:
                rules = with_council_limits(rules, [CouncilLimit(rule, **row.model_dump())])
            except BadRules as error:
                raise _wrong(path, written, (team, rule), str(error)) from None
    return rules


def check_folder(folder: Path, references: Iterable[Reference], teams: Collection[str]) -> None:
    """That a council's folder holds nothing that nobody reads: a slip in a name would leave the project's data in force.

    Raises:
        BadPolicyData: it is no folder, a file of it is none of those that are read, or a team in it is none.
    """
    if not folder.is_dir():
        raise BadPolicyData(
            f"{folder} is no folder: put the council's policy data into one, or leave the setting out"
        )
    known = {LIMITS, *(one.file for one in references)}
    for path in sorted(folder.glob("*.y*ml")):
        if path.name not in known:
            raise BadPolicyData(f"{path} is read by nothing: the files are {', '.join(sorted(known))}")
    if (path := folder / LIMITS).exists():
        written = _written(path) or {}
        for team in _limits(path, written):
            if team not in teams:
                raise _wrong(
                    path, written, (team,), f"there is no team {team}: they are {', '.join(sorted(teams))}"
                )


def _limits(path: Path, written: Any) -> dict[str, dict[str, _Decided | list[_Decided]]]:
    try:
        return _LIMITS.validate_python(written)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise _wrong(path, written, first["loc"], _said(first)) from None


def _written(path: Path) -> Any:
    try:
        return YAML(typ="rt").load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadPolicyData(f"{path} cannot be read: {error.strerror}") from None
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise BadPolicyData(f"{path}, line {line}: {error.problem or 'this is not YAML'}") from None
    except (YAMLError, UnicodeDecodeError):
        raise BadPolicyData(f"{path} is not YAML in UTF-8") from None


def _wrong(path: Path, written: Any, where: Iterable[Any], what: str) -> BadPolicyData:
    """The refusal, with the line of the innermost part that can be found."""
    line, node, way = 1, written, []
    for step in where:
        if isinstance(node, Mapping) and step in node:
            line = node.lc.key(step)[0] + 1  # type: ignore[attr-defined]  # ruamel's mappings know their lines
        elif isinstance(node, list) and isinstance(step, int) and step < len(node):
            line = node.lc.item(step)[0] + 1  # type: ignore[attr-defined]
        else:
            break
        node = node[step]
        way.append(str(step))
    return BadPolicyData(f"{path}, line {line}{', ' if way else ''}{'.'.join(way)}: {what}")


def _said(error: Any) -> str:
    name = error["loc"][-1] if error["loc"] else ""
    if error["type"] == "missing":
        return f"`{name}` is needed"
    if error["type"] == "extra_forbidden":
        return f"`{name}` is not known here: check the spelling"
    said: str = error["msg"]
    return said.removeprefix("Value error, ")
