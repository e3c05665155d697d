"""A new team's name belongs in several lists: each of them has every team, and names none that is not there.

`docs/how-to/add-a-team.md` goes through the same lists.
"""

from pathlib import Path

import pytest

from deploy.catalogue import events, known_commands
from deploy.generate.docs import DOCS
from deploy.generate.event_schemas import COMMANDS, EVENTS
from deploy.generate.golden import path_of
from services import names, teams

ROOT = Path(__file__).parents[2]
GUIDE = "see docs/how-to/add-a-team.md"
FILES = ("__init__", "app", "api", "events", "policy", "rules", "views")


def declared(team):
    (found,) = [one for one in teams() if one.name == team]
    return found


def stream_modules(team):
    """The team's own modules in which its streams decide and fold."""
    return {
        function.__module__
        for stream in declared(team).streams
        for function in (stream.decide, stream.evolve)
        if function.__module__.startswith(f"services.{team}.")
    }


def test_every_folder_with_an_app_is_a_team():
    folders = {path.parent.name for path in (ROOT / "services").glob("*/app.py")}
    assert folders == set(names()), f"services/__init__.py and the folders differ: {GUIDE}"
    assert len(names()) == len(set(names()))


@pytest.mark.parametrize("team", names())
def test_it_has_every_file(team):
    missing = [name for name in FILES if not (ROOT / "services" / team / f"{name}.py").is_file()]
    assert not missing, f"services/{team} has no {', '.join(missing)}: {GUIDE}"
    assert stream_modules(team), f"{team} has no stream of its own: {GUIDE}"


@pytest.mark.parametrize("team", names())
def test_the_contract_is_published_and_golden(team):
    own = {name: event for name, event in events().items() if name.startswith(f"{team}.")}
    assert own, f"services/{team}/events.py has no event"
    for name, event in own.items():
        assert path_of(name, event.VERSION).is_file(), f"run `python -m deploy.generate.golden {name}`"
        assert (EVENTS / f"{name}.v{event.VERSION}.json").is_file(), (
            "run `python -m deploy.generate.event_schemas`"
        )
    for command in known_commands():
        if command.startswith(f"{team}."):
            assert (COMMANDS / f"{command}.json").is_file(), "run `python -m deploy.generate.event_schemas`"


@pytest.mark.parametrize("team", names())
def test_people_find_it(team):
    page = ROOT / "services" / team / "README.md"
    assert page.is_file(), f"services/{team} has no README.md: {GUIDE}"
    front = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"(services/{team}/README.md)" in front, f"README.md does not name {team}: {GUIDE}"


@pytest.mark.parametrize("team", names())
def test_it_has_tests_of_its_own(team):
    assert list((ROOT / "tests" / "unit" / team).glob("test_*.py")), f"tests/unit/{team} has no test: {GUIDE}"


def test_the_guide_names_every_list_that_is_looked_at_here():
    guide = (DOCS / "how-to" / "add-a-team.md").read_text(encoding="utf-8")
    named = [
        *(f"`{name}.py`" for name in FILES),
        "services/chronology/entries.py",
        "deploy.generate.golden",
        "deploy.generate.event_schemas",
        "deploy.generate.docs",
        "`README.md`",
    ]
    assert [name for name in named if name not in guide] == []
