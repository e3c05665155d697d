"""Where each rule is in the code, and which tests name it: found in the source, so that the page cannot say what is not so.

A rule is named in the code by its id as a text of its own (`("M5", state.held, ...)`, `Starts("M1")`), and in a test by
that too, or as the name of an argument (`clocks(M1="met")`). What is only spoken of in a comment or docstring is not it.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
RULE_ID: Final = re.compile(r"[ACEFLMRTZ][0-9]{1,2}b?(/[a-z_]+)?")
"""As the field writes them: the team's letter and a number; of a rule that is several, which it is."""
_CODE: Final = ("services", "shared/commands", "shared/domain", "shared/team")
_NO_CODE: Final = frozenset({"rules.py", "code_lists.py", "codes.py", "limits.py"})
"""Where ids stand as data: the rules themselves, and codes that look alike (the census's `A1` is none of ours)."""
_TESTS: Final = ("tests/unit", "tests/integration", "tests/e2e")
MOST_SHOWN: Final = 3
"""Test files that the page names of one rule. It says no numbers, which would change with every test that is written."""
_OF_TEAMS: Final = tuple(
    f"unit/{path.name}/" for path in sorted((ROOT / "services").iterdir()) if path.is_dir()
)


@dataclass
class Places:
    """Where a rule is named: functions of the code by module, and test functions by file."""

    code: dict[str, list[str]] = field(default_factory=dict)
    tests: dict[str, list[str]] = field(default_factory=dict)

    def code_in_words(self) -> str:
        """Such as `mash/streams/contact/deciding.py: hold_contact`."""
        return (
            "; ".join(f"`{module}`: {', '.join(names)}" for module, names in sorted(self.code.items())) or "–"
        )

    def tests_in_words(self) -> str:
        """The files whose tests name it, those of a team first: there it is tried, given, when, then."""
        files = sorted(self.tests, key=lambda file: (not file.startswith(_OF_TEAMS), file))
        named = ", ".join(f"`{file}`" for file in files[:MOST_SHOWN])
        return f"{named}{' and others' if len(files) > MOST_SHOWN else ''}" if files else "–"


@cache
def rule_map() -> Mapping[str, Places]:
    """Every id of a rule that the code or a test names, and where."""
    found: dict[str, Places] = {}
    for place in _CODE:
        for path in sorted((ROOT / place).rglob("*.py")):
            if path.name in _NO_CODE or "template" in path.parts:
                continue
            module = str(path.relative_to(ROOT)).removeprefix("services/")
            for rule, name in _named(path):
                names = found.setdefault(rule, Places()).code.setdefault(module, [])
                if name not in names:
                    names.append(name)
    for place in _TESTS:
        for path in sorted((ROOT / place).rglob("test_*.py")):
            file = str(path.relative_to(ROOT / "tests"))
            for rule, name in _named(path):
                names = found.setdefault(rule, Places()).tests.setdefault(file, [])
                if name not in names:
                    names.append(name)
    return found


def _named(path: Path) -> Iterator[tuple[str, str]]:
    """Each rule that a module names, with the function or class in which it does; a table of the module's own by its name."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in tree.body:
        for rule in _ids(node):
            yield rule, _name_of(node)


def _name_of(node: ast.stmt) -> str:
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return node.name
        case ast.Assign(targets=[ast.Name(id=name), *_]) | ast.AnnAssign(target=ast.Name(id=name)):
            return name
        case _:
            return "(module)"


def _ids(node: ast.AST) -> Iterator[str]:
    for each in ast.walk(node):
        match each:
            case ast.Constant(value=str(text)) if RULE_ID.fullmatch(text):
                yield text
            case ast.keyword(arg=str(name)) if RULE_ID.fullmatch(name):
                yield name
