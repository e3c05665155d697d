"""The page of threats names tests, decisions and files that are there, and leaves no threat without an answer.

A page like it rots: a test is renamed, and the sentence beside it stays. This module reads the page and the code. It
cannot tell whether a sentence is true of its test; whoever changes either reads both.

A test is linked by its file, under its name in words: `[a cursor is refused](../tests/e2e/test_door.py)` is
`test_a_cursor_is_refused` there.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from deploy.generate.docs import DOCS

PAGE: Final = DOCS / "threats.md"
ROOT: Final = DOCS.parent
LINK: Final = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")
HEADING: Final = re.compile(r"^## (.+)$")
LINKING: Final = ("README.md", "docs/how-to/install.md", "docs/how-to/verify.md")
BOUNDARIES: Final = (
    "A person and the API",
    "An identity provider and us",
    "A service and PostgreSQL",
    "A service and Kafka",
    "A service and its keys",
    "An insider with the database",
    "An export and whoever gets it",
    "An operator",
    "A browser and the pages",
)
NOT_HELD: Final = "**not held**"
UNTIL_WHEN: Final = re.compile(r"\b[Uu]ntil \w|\b[Ff]or good\b")
CELLS: Final = len(("its kind", "threat", "what stands against it", "proved by"))


@cache
def functions(file: Path) -> frozenset[str]:
    """The functions and methods that a Python file defines."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return frozenset(
        node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )


def is_test(target: str) -> bool:
    """Whether a link is to a file of tests."""
    return target.startswith("../tests/") and target.endswith(".py")


def amiss(page: str) -> Iterator[str]:
    """What a page links that is not there: a file, or a test of that name in the file."""
    for text, target in LINK.findall(page):
        if "://" in target:
            continue
        file = (DOCS / target.partition("#")[0]).resolve()
        name = f"test_{text.replace(' ', '_')}"
        if not file.is_relative_to(ROOT) or not file.exists():
            yield f"{target}: no such file"
        elif is_test(target) and text != target.removeprefix("../") and name not in functions(file):
            yield f"{target}: no function {name}"


def threats(page: str) -> Iterator[tuple[str, list[str]]]:
    """The rows of the tables of threats, each with the boundary whose heading it stands under."""
    boundary, in_table = "", False
    for line in page.splitlines():
        if found := HEADING.match(line):
            boundary, in_table = found[1], False
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.startswith("|"):
            in_table = False
        elif cells[-1] == "proved by":
            in_table = True
        elif in_table and set(line) - set("|- "):
            yield boundary, cells


def unanswered(page: str) -> Iterator[str]:
    """Threats against which no test is named, unless it is said that they are not held, and until when."""
    for boundary, cells in threats(page):
        if len(cells) != CELLS:
            yield f"{boundary}: a row of {len(cells)} cells"
        elif NOT_HELD in cells[-1]:
            if not UNTIL_WHEN.search(cells[-2]):
                yield f"{boundary}: {cells[1]}: until when?"
        elif not any(is_test(target) for _, target in LINK.findall(cells[-1])):
            yield f"{boundary}: {cells[1]}: which test?"


@pytest.fixture(scope="module")
def page() -> str:
    return PAGE.read_text(encoding="utf-8")


def test_all_that_the_page_names_is_there(page):
    assert list(amiss(page)) == [], "a test or file was renamed: say in docs/threats.md which holds it now"


def test_every_threat_has_a_test_or_is_said_not_to_be_held(page):
    assert list(unanswered(page)) == []


def test_every_boundary_is_there_with_threats(page):
    seen = {boundary for boundary, _ in threats(page)}
    assert [boundary for boundary in BOUNDARIES if boundary not in seen] == []


def test_every_kind_is_one_of_the_six(page):
    for boundary, cells in threats(page):
        assert re.fullmatch(r"[STRIDE](, [STRIDE])*", cells[0]), (boundary, cells[0])


@pytest.mark.parametrize("name", LINKING)
def test_it_is_found_from_where_people_begin(name):
    linked = {
        target.partition("#")[0] for _, target in LINK.findall((ROOT / name).read_text(encoding="utf-8"))
    }
    assert PAGE in {(ROOT / name).parent.joinpath(target).resolve() for target in linked}


@pytest.mark.parametrize(
    ("link", "told"),
    [
        ("[what is gone](../tests/contract/test_threats.py)", "no function test_what_is_gone"),
        ("[what is gone](../tests/contract/test_gone.py)", "no such file"),
        ("[ADR 0](adr/0000-never-decided.md)", "no such file"),
        ("[outside](../../../etc/hostname)", "no such file"),
    ],
)
def test_what_is_not_there_is_named(link, told):
    assert [said.partition(": ")[2] for said in amiss(f"| S | x | y | {link} |")] == [told]


def test_a_threat_without_an_answer_is_named():
    head = "## An operator\n| | threat | what stands against it | proved by |\n|---|---|---|---|\n"
    test = "[all of it](../tests/contract/test_threats.py)"
    for row, told in {
        f"| S | reads | a wall | {test} |": [],
        "| S | reads | a wall | a wall |": ["An operator: reads: which test?"],
        "| S | reads | nothing | **not held** |": ["An operator: reads: until when?"],
        "| S | reads | nothing. Until pages are built | **not held** |": [],
        f"| S | reads | {test} |": ["An operator: a row of 3 cells"],
    }.items():
        assert list(unanswered(f"{head}{row}\n")) == told
