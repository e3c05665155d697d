"""A team is a folder: it has its files, what is made from the code is fresh, and every command may be sent by somebody."""

from pathlib import Path

import pytest

from deploy.catalogue import events, known_commands
from deploy.generate.access_page import roles_of
from deploy.generate.access_table import FOLDER
from deploy.generate.everything import ROOT, stale
from services import names, team
from shared.access.policy import AccessPolicy

GUIDE = "see docs/how-to/add-a-team.md, or make it with `safeguarding new-team`"
FILES = (
    *("__init__.py", "events.py", "rules.py", "policy.py", "entries.py", "views.py", "api.py", "app.py"),
    *("README.md", "access.cedar", "streams/__init__.py"),
)


@pytest.mark.parametrize("name", names())
def test_its_folder_has_every_file(name):
    folder = Path("services") / name
    # A file that has grown into a folder of its name is still where everybody looks for it.
    missing = [
        file
        for file in FILES
        if not (
            (ROOT / folder / file).is_file() or (ROOT / folder / Path(file).stem / "__init__.py").is_file()
        )
    ]
    assert not missing, f"{folder} has no {', '.join(missing)}: {GUIDE}"
    assert list((ROOT / "tests/unit" / name).glob("test_*.py")), f"tests/unit/{name} has no test: {GUIDE}"


@pytest.mark.parametrize("name", names())
def test_its_declaration_is_its_own(name):
    declared = team(name)
    assert declared.name == name, f"services/{name}/app.py declares {declared.name}"
    assert [one for one in events() if one.startswith(f"{name}.")], f"services/{name}/events.py has no event"
    deciding = {one.decide.__module__ for one in declared.streams}
    assert any(one.startswith(f"services.{name}.streams.") for one in deciding), (
        f"services/{name}/streams has no stream of its own"
    )


def test_what_is_made_from_the_code_is_as_the_code_says():
    differ = [str(path.relative_to(ROOT)) for path in stale()]
    assert not differ, f"run `make generate` and commit what it writes: {', '.join(differ)}"


POLICY = AccessPolicy.read(FOLDER)


@pytest.mark.parametrize("command", known_commands())
def test_every_command_may_be_sent_by_somebody(command):
    name = command.partition(".")[0]
    assert roles_of(POLICY, command), f"no role may send {command}: grant it in services/{name}/access.cedar"
