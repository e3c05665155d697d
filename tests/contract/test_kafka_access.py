"""Who may write and read which topic follows from what the teams declare, and behind a wall its owner has the last word.

Asks no broker.
"""

import re
from dataclasses import replace

import pytest

from deploy.kafka.access import Access, Contradiction, access, bindings
from deploy.kafka.rules import in_words
from services import all_teams
from services.mash import events as mash
from shared.domain.decider import Stream
from shared.domain.event import Event
from shared.messaging.topics import KERNEL_TOPICS, Topic, topic_of
from tests.walled_team import INTAKE, OWN, WALLED, WITH_WALL, reading


def test_the_teams_do_not_contradict_each_other():
    assert set(access().services) == {team.name for team in all_teams()}


def test_a_team_reads_the_topics_of_those_whose_events_it_reacts_to_and_its_own():
    assert access().services["mash"].reads == {
        topic_of(each) for each in ("mash", "people", "assessment", "conference", "fws", "lado")
    }
    assert access().services["people"].reads == {topic_of(each) for each in ("people", "assessment", "fws")}
    assert access().services["assessment"].reads == {
        topic_of(each)
        for each in ("people", "mash", "assessment", "conference", "fws", "lado", "missing", "teams")
    }
    assert access().services["chronology"].reads == {
        topic_of(team.name) for team in all_teams() if team.topic.lets_in("chronology")
    }


def test_every_topic_is_written_by_somebody_and_a_services_own_by_it_alone():
    for given in (access(), WITH_WALL):
        for topic in given.topics:
            assert topic.name in given.everyone or given.writers(topic.name)
        for service in given.services:
            assert given.writers(topic_of(service)) == {service}
    assert {topic.name for topic in KERNEL_TOPICS} == access().everyone


def test_behind_a_wall_the_owner_reads_alone_and_an_intake_is_written_by_those_it_names():
    assert (WITH_WALL.writers(OWN), WITH_WALL.readers(OWN)) == ({"allegations"}, {"allegations"})
    assert (WITH_WALL.writers(INTAKE), WITH_WALL.readers(INTAKE)) == ({"mash"}, {"allegations"})
    about = {
        in_words(rule)
        for rule in bindings(WITH_WALL)
        if "allegations" in rule.name and "topic" in in_words(rule)
    }
    assert about == {
        f"User:allegations may write topic {OWN}",
        f"User:allegations may read topic {OWN}",
        f"User:mash may write topic {INTAKE}",
        f"User:allegations may read topic {INTAKE}",
    }


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        pytest.param(
            reading("panel", every_event_of=("allegations",)),
            f"{OWN} is behind a wall: allegations lets nobody else read it, and panel reacts to its events",
            id="a reader that the wall does not let in",
        ),
        pytest.param(
            reading("panel", every_event_of=("peple",)),
            "panel reacts to events of peple, which is no team",
            id="a team that is none",
        ),
        pytest.param(
            reading("panel", topic=Topic(readers=("meetings",))),
            "safeguarding.panel.v1 lets meetings read it, which is no team",
            id="a wall for a team that is none",
        ),
        pytest.param(
            reading("panel", intake=[Topic(OWN, writers=("mash",))]),
            f"{OWN} is declared by panel and by allegations",
            id="another team's topic as an intake",
        ),
        pytest.param(
            reading("panel", intake=[Topic("safeguarding.resend.v1", writers=("mash",))]),
            "safeguarding.resend.v1 is declared by panel and by the kernel",
            id="the kernel's topic as an intake",
        ),
        pytest.param(
            reading("panel", intake=[Topic("safeguarding.panel-intake.v1", writers=("mahs",))]),
            "safeguarding.panel-intake.v1 lets mahs write it, which is no other team",
            id="a writer that is none",
        ),
    ],
)
def test_declarations_that_contradict_each_other_are_refused(declared, said):
    with pytest.raises(Contradiction, match=re.escape(said)):
        Access.of([*all_teams(), WALLED, declared])


def test_who_the_wall_names_gets_in():
    panel = reading("panel", mash.ContactReceived, topic=Topic(readers=("board",)))
    given = Access.of([*all_teams(), panel, reading("board", every_event_of=("panel",))])
    assert given.readers("safeguarding.panel.v1") == {"board", "panel"}
    assert given.services["panel"].reads == {topic_of("mash"), topic_of("panel"), topic_of("people")}


def test_the_rules_of_a_service_are_what_follows_and_its_own_groups():
    ours = {in_words(rule) for rule in bindings(WITH_WALL) if rule.principal == "User:mash"}
    assert ours == {
        "User:mash may write topic safeguarding.mash.v1",
        f"User:mash may write topic {INTAKE}",
        "User:mash may write topic safeguarding.lado-intake.v1",
        "User:mash may write topic safeguarding.resend.v1",
        "User:mash may write topic safeguarding.checkpoints.v1",
        "User:mash may read topic safeguarding.mash.v1",
        "User:mash may read topic safeguarding.assessment.v1",
        "User:mash may read topic safeguarding.conference.v1",
        "User:mash may read topic safeguarding.fws.v1",
        "User:mash may read topic safeguarding.lado.v1",
        "User:mash may read topic safeguarding.people.v1",
        "User:mash may read topic safeguarding.resend.v1",
        "User:mash may read topic safeguarding.checkpoints.v1",
        "User:mash may read group mash",
        "User:mash may read group mash.*",
        "User:mash may idempotent_write broker kafka-cluster",
    }
    assert len(set(bindings())) == len(bindings())


class SentToNobody(Event, name="test_access.SentToNobody", intake="safeguarding.nowhere-intake.v1", fixed=()):
    """Sent on a topic that nobody lets it be sent on."""


def test_what_is_sent_to_one_team_alone_needs_a_topic_that_its_sender_may_write():
    streams = (Stream("thing", None, None, None, commands=None, events=SentToNobody),)  # type: ignore[arg-type]
    panel = replace(reading("panel"), streams=streams)
    with pytest.raises(Contradiction, match="which no team lets panel write"):
        Access.of([*all_teams(), panel])


def test_the_lado_is_read_by_those_it_names_and_the_front_door_alone_writes_what_is_for_it():
    given = access()
    assert given.readers("safeguarding.lado.v1") == {"lado", "mash", "assessment", "chronology"}
    assert given.writers("safeguarding.lado-intake.v1") == {"mash"}
    assert given.readers("safeguarding.lado-intake.v1") == {"lado"}
    assert topic_of("mash") not in given.services["lado"].reads
