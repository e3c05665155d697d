"""Makes a team: a folder with one stream, its policy, view, API, access policies and page, its tests, and what is made from it.

The files are those of `template/`, with the team's name put in. Everything else follows from the folder: nothing has to
be added anywhere.
"""

import subprocess
import sys
from pathlib import Path
from string import Template
from typing import Final

from shared.service.declaration import check_name

TEMPLATE: Final = Path(__file__).with_name("template")
ROOT: Final = Path(__file__).parents[2]


class NoNewTeam(Exception):
    """The team was not made. The text says why, and what to do."""


def make_team(name: str, root: Path = ROOT) -> list[Path]:
    """Makes the folder and tests of a team in a tree; answers the files. Access policies that are there already stay.

    Raises:
        NoNewTeam: the name cannot be a team's, or there is such a team.
    """
    try:
        check_name(name)
    except ValueError as error:
        raise NoNewTeam(str(error)) from None
    folder, tests = root / "services" / name, root / "tests" / "unit" / name
    if tests.exists() or (folder.exists() and {path.name for path in folder.iterdir()} > {"access.cedar"}):
        raise NoNewTeam(f"there is a team {name}: take another name, or remove {folder} and {tests} first")
    words = {"team": name, "hyphened": name.replace("_", "-"), "Title": name.replace("_", " ").capitalize()}
    made = []
    for source, target in ((TEMPLATE / "service", folder), (TEMPLATE / "tests", tests)):
        for path in sorted(source.glob("**/*.txt")):
            file = target / path.relative_to(source).with_suffix("")
            if file.exists():
                continue
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(Template(path.read_text(encoding="utf-8")).substitute(words), encoding="utf-8")
            made.append(file)
    _run("ruff", "check", "--quiet", "--select", "I", "--fix", str(folder), str(tests), root=root)
    _run("ruff", "format", "--quiet", str(folder), str(tests), root=root)
    return made


def generate(root: Path = ROOT) -> list[str]:
    """Makes what is made from the code, in a process of its own: this one has looked at the teams already.

    Raises:
        NoNewTeam: it could not be made.
    """
    return _run("deploy.generate", root=root).splitlines()


def _run(module: str, *arguments: str, root: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments], cwd=root, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise NoNewTeam(f"python -m {module} failed: {(done.stderr or done.stdout).strip()}")
    return done.stdout
