"""Whose facts the chronology tells: every other team's, but of one behind a wall only where it says something."""

import pytest

import services
from deploy.kafka.access import Access, Contradiction
from services.mash.events import ContactReceived
from shared.messaging.topics import Topic
from shared.team.entries import Entries, Entry
from tests.walled_team import reading


@pytest.fixture
def among(monkeypatch):
    """The teams there are, and one more."""
    names, team = services.names(), services.team

    def with_team(declared):
        monkeypatch.setattr(services, "names", lambda: (*names, declared.name))
        monkeypatch.setattr(services, "team", lambda name: declared if name == declared.name else team(name))

    return with_team


def saying() -> Entries:
    entries = Entries("panel")
    entries.on(ContactReceived)(lambda _event, _text: Entry(title="Something", topic="panel"))
    return entries


@pytest.mark.parametrize(
    ("declared", "told"),
    [
        pytest.param(reading("panel"), True, id="a team like any other"),
        pytest.param(reading("panel", topic=Topic(readers=())), False, id="behind a wall, saying nothing"),
        pytest.param(
            reading("panel", topic=Topic(readers=("chronology",))), True, id="the chronology is let in"
        ),
        pytest.param(
            reading("panel", topic=Topic(readers=()), entries=saying()),
            True,
            id="behind a wall, saying something",
        ),
    ],
)
def test_whose_facts_the_chronology_tells(among, declared, told):
    among(declared)
    assert ("panel" in services.telling()) is told
    assert "chronology" not in services.telling()


def test_a_team_that_says_something_lets_the_chronology_in_or_is_refused():
    walled = reading("panel", topic=Topic(readers=()), entries=saying())
    chronology = reading("chronology", every_event_of=("panel",))
    with pytest.raises(Contradiction, match="behind a wall"):
        Access.of([walled, chronology])
