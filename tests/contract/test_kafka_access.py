"""Who may write and read which topic, as declared: with what the services say, and behind the walls. Asks no broker."""

from typing import Any

import pytest
from pydantic import ValidationError

from deploy.kafka.access import Access, access, bindings, disagreements
from deploy.kafka.rules import in_words
from deploy.kafka.topics import topics
from services import teams
from shared.messaging.topics import topic_of

READS = {team.name: tuple(team.reads) for team in teams()}


def test_the_file_agrees_with_what_every_service_declares():
    assert READS
    assert disagreements(READS) == []


def test_a_service_that_declares_more_or_less_than_the_file_is_named():
    declared = {**READS, "mash": ("people", "assessment"), "people": (), "fws": ("mash",)}
    assert set(disagreements(declared)) == {
        "mash reads safeguarding.assessment.v1, and access.yaml refuses it",
        "access.yaml lets people read safeguarding.assessment.v1, which it does not declare",
        "access.yaml has no line for the service fws: add it under `services`",
    }


def test_every_topic_is_written_by_somebody_and_a_services_own_by_it_alone():
    for topic in topics():
        assert topic.name in access().everyone or access().writers(topic.name)
    for service in access().services:
        assert access().writers(topic_of(service)) == {service}


def changed(**services: dict[str, list[str]]) -> Access:
    """The file with other lines for these services."""
    content: dict[str, Any] = access().model_dump()
    for name, line in services.items():
        content["services"][name] = line
    return Access.model_validate(content)


@pytest.mark.parametrize(
    ("services", "said"),
    [
        (
            {"chronology": {"writes": ["safeguarding.chronology.v1"], "reads": ["safeguarding.lado.v1"]}},
            "only lado may read it, and `services` lets chronology",
        ),
        (
            {
                "assessment": {
                    "writes": ["safeguarding.assessment.v1", "safeguarding.lado-intake.v1"],
                    "reads": [],
                }
            },
            "only mash may write it, and `services` lets assessment",
        ),
        (
            {"people": {"writes": ["safeguarding.people.v1", "safeguarding.mash.v1"], "reads": []}},
            "safeguarding.mash.v1 is written by mash alone",
        ),
        ({"people": {"writes": [], "reads": []}}, "safeguarding.people.v1 is written by people alone"),
        (
            {"people": {"writes": ["safeguarding.people.v1"], "reads": ["safeguarding.peple.v1"]}},
            "not declared in topics.yaml: safeguarding.peple.v1",
        ),
    ],
)
def test_a_file_that_contradicts_itself_is_refused(services, said):
    with pytest.raises(ValidationError, match=said):
        changed(**services)


def test_a_topic_behind_a_wall_is_never_everyones():
    content = access().model_dump()
    content["everyone"] = [*content["everyone"], "safeguarding.lado.v1"]
    with pytest.raises(ValidationError, match="cannot be everyone's"):
        Access.model_validate(content)


def test_the_rules_of_a_service_are_what_its_line_says_and_its_own_groups():
    ours = {in_words(rule) for rule in bindings() if rule.principal == "User:mash"}
    assert ours == {
        "User:mash may write topic safeguarding.mash.v1",
        "User:mash may write topic safeguarding.lado-intake.v1",
        "User:mash may write topic safeguarding.resend.v1",
        "User:mash may write topic safeguarding.checkpoints.v1",
        "User:mash may read topic safeguarding.people.v1",
        "User:mash may read topic safeguarding.resend.v1",
        "User:mash may read topic safeguarding.checkpoints.v1",
        "User:mash may read group mash",
        "User:mash may read group mash.*",
        "User:mash may idempotent_write broker kafka-cluster",
    }
    assert len(set(bindings())) == len(bindings())
