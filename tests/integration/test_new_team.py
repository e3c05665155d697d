"""`safeguarding new-team` makes a team that is green at once, with no other edit; tried in a copy of the tree."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.cli.new_team import NoNewTeam, make_team

ROOT = Path(__file__).resolve().parents[2]
COPIED = ("services", "shared", "deploy", "docs", "cases", "tests", "README.md", "Makefile", "pyproject.toml")
CONTRACT = ("every_team_is_everywhere", "declarations", "golden", "schemas", "generated", "kafka_access")


def run(tree: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command], cwd=tree, capture_output=True, text=True, timeout=300, check=False
    )


def new_team(tree: Path, name: str) -> subprocess.CompletedProcess[str]:
    return run(tree, "-c", "from deploy.cli.main import main; main()", "new-team", name)


@pytest.fixture(scope="module")
def tree(tmp_path_factory) -> Path:
    """A copy of the tree, without what was made by running it."""
    copy = tmp_path_factory.mktemp("tree")
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, copy / name)
    return copy


def test_a_new_team_is_green_at_once(tree):
    made = new_team(tree, "drafts")
    assert made.returncode == 0, made.stdout + made.stderr
    assert "made services/drafts/streams/note.py" in made.stdout
    assert "wrote tests/contract/golden/drafts.NoteMade.v1.json" in made.stdout
    assert "wrote docs/topics.md" in made.stdout
    for check in (["check", "."], ["format", "--check", "."]):
        done = run(tree, "-m", "ruff", *check)
        assert done.returncode == 0, done.stdout
    contract = [f"tests/contract/test_{name}.py" for name in CONTRACT]
    done = run(tree, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/unit/drafts", *contract)
    assert done.returncode == 0, done.stdout
    assert "[drafts]" in run(tree, "-m", "pytest", "--collect-only", "-q", *contract).stdout


def test_a_name_of_two_words_and_a_team_whose_access_table_is_there(tree):
    """Of a team to come the table stands already, and is kept."""
    table = tree / "services/panels/access.cedar"
    table.parent.mkdir()
    said = '@id("panels") permit (principal in Role::"team_manager", action in Action::"panels", resource);\n'
    table.write_text(said)
    make_team("panels", tree)
    assert table.read_text() == said
    make_team("early_help", tree)
    done = run(
        tree, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/unit/panels", "tests/unit/early_help"
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("class", "a word of Python's own"),
        ("Drafts", "lower-case"),
        ("team", "means something else"),
        ("mash", "there is a team mash"),
    ],
)
def test_a_name_that_will_not_do_is_refused_and_nothing_is_made(tree, name, says):
    before = sorted(tree.glob("services/**/*.py"))
    with pytest.raises(NoNewTeam, match=says):
        make_team(name, tree)
    refused = new_team(tree, name)
    assert refused.returncode == 2
    assert says in refused.stderr
    assert sorted(tree.glob("services/**/*.py")) == before
