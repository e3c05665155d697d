"""A new team's name belongs in several lists: each of them has every team, and names none that is not there.

`docs/how-to/add-a-team.md` goes through the same lists.
"""

import importlib.util
import tomllib
from pathlib import Path

import pytest

from deploy.declared import events, services
from deploy.docs import DOCS
from deploy.event_schemas import COMMANDS, EVENTS
from deploy.golden import path_of
from deploy.kafka.access import access
from deploy.topics import topics
from services import SERVICES
from services.catalogue import known_commands
from shared.messages import topic_of
from shared.people_words import AGENCIES, TEAM_AGENCY

ROOT = Path(__file__).parents[2]
GUIDE = "see docs/how-to/add-a-team.md"
CONTRACTS = {
    contract["name"]: contract
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
        "importlinter"
    ]["contracts"]
}
BY_EVENTS_ALONE = "A team knows other teams by their events alone"
NOT_THE_ROOT = "A team knows neither the composition root, nor the deployment, nor the test kit"
NO_IO = "What decides does no I/O"
FILES = ("__init__", "app", "api", "events", "policy", "rules", "views")


def declared(team):
    (found,) = [one for one in services() if one.name == team]
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
    assert folders == set(SERVICES), f"services/__init__.py and the folders differ: {GUIDE}"
    assert len(SERVICES) == len(set(SERVICES))


@pytest.mark.parametrize("team", SERVICES)
def test_it_has_every_file(team):
    missing = [name for name in FILES if not (ROOT / "services" / team / f"{name}.py").is_file()]
    assert not missing, f"services/{team} has no {', '.join(missing)}: {GUIDE}"
    assert stream_modules(team), f"{team} has no stream of its own: {GUIDE}"


@pytest.mark.parametrize(
    ("contract", "field"), [(BY_EVENTS_ALONE, "modules"), (NOT_THE_ROOT, "source_modules")]
)
def test_the_import_rules_between_teams_name_every_team(contract, field):
    wanted = {f"services.{team}" for team in SERVICES}
    assert set(CONTRACTS[contract][field]) == wanted, f"pyproject.toml, {contract!r}: {GUIDE}"


@pytest.mark.parametrize("team", SERVICES)
def test_what_decides_is_under_the_rule_that_it_does_no_io(team):
    wanted = {f"services.{team}.{name}" for name in ("events", "policy", "rules")} | stream_modules(team)
    missing = wanted - set(CONTRACTS[NO_IO]["source_modules"])
    assert not missing, f"pyproject.toml, {NO_IO!r} lacks {', '.join(sorted(missing))}: {GUIDE}"


def test_the_import_rules_name_no_module_that_is_not_there():
    """Lists of names rot: one that nobody has would be a rule for nothing."""
    named = [
        name
        for contract in CONTRACTS.values()
        for field in ("modules", "source_modules")
        for name in contract.get(field, ())
    ]
    assert [name for name in named if importlib.util.find_spec(name) is None] == []


@pytest.mark.parametrize("team", SERVICES)
def test_it_has_a_topic_and_its_line_in_the_brokers_rules(team):
    topic = topic_of(team)
    assert topic in {one.name for one in topics()}, f"deploy/topics.yaml has no {topic}: {GUIDE}"
    assert team in access().services, f"deploy/kafka/access.yaml has no line for {team}: {GUIDE}"
    assert access().may_write(team, topic), f"deploy/kafka/access.yaml lets {team} not write {topic}"
    wanted = {topic_of(source) for source in declared(team).reads}
    assert wanted <= access().services[team].reads, f"deploy/kafka/access.yaml, {team}: {GUIDE}"


@pytest.mark.parametrize("team", SERVICES)
def test_it_reads_teams_that_are_there_and_not_itself(team):
    assert set(declared(team).reads) <= set(SERVICES) - {team}


@pytest.mark.parametrize("team", SERVICES)
def test_its_policies_act_for_an_agency(team):
    assert TEAM_AGENCY.get(team) in AGENCIES, f"shared/people_words.py, TEAM_AGENCY has no {team}: {GUIDE}"


@pytest.mark.parametrize("team", SERVICES)
def test_the_contract_is_published_and_golden(team):
    own = {name: event for name, event in events().items() if name.startswith(f"{team}.")}
    assert own, f"services/{team}/events.py has no event"
    for name, event in own.items():
        assert path_of(name, event.VERSION).is_file(), f"run `python -m deploy.golden {name}`"
        assert (EVENTS / f"{name}.v{event.VERSION}.json").is_file(), "run `python -m deploy.event_schemas`"
    for command in known_commands():
        if command.startswith(f"{team}."):
            assert (COMMANDS / f"{command}.json").is_file(), "run `python -m deploy.event_schemas`"


@pytest.mark.parametrize("team", SERVICES)
def test_people_find_it(team):
    page = ROOT / "services" / team / "README.md"
    assert page.is_file(), f"services/{team} has no README.md: {GUIDE}"
    front = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"(services/{team}/README.md)" in front, f"README.md does not name {team}: {GUIDE}"


@pytest.mark.parametrize("team", SERVICES)
def test_it_has_tests_of_its_own(team):
    assert list((ROOT / "tests" / "unit" / team).glob("test_*.py")), f"tests/unit/{team} has no test: {GUIDE}"


def test_the_guide_names_every_list_that_is_looked_at_here():
    guide = (DOCS / "how-to" / "add-a-team.md").read_text(encoding="utf-8")
    named = [
        *(f"`{name}.py`" for name in FILES),
        "services/__init__.py",
        "shared/people_words.py",
        "services/access.yaml",
        "deploy/topics.yaml",
        "deploy/kafka/access.yaml",
        "pyproject.toml",
        "services/chronology/entries.py",
        "deploy.golden",
        "deploy.event_schemas",
        "deploy.docs",
        "`README.md`",
    ]
    assert [name for name in named if name not in guide] == []
