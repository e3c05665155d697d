"""What a team can declare, and what is refused when it is made."""

from dataclasses import dataclass
from uuid import UUID

import pytest
from fastapi import APIRouter

from services.mash import events as mash
from services.people import events as people
from shared.domain.clock_facts import DeadlineMissed
from shared.domain.policy import Policy
from shared.domain.rules import Rulebook
from shared.domain.view import View
from shared.domain.view_columns import BadView
from shared.messaging.topics import Topic
from shared.service.declaration import check_name, service


def follow(_event, _record):
    return None


def declared(name="panel", policy=None, **changed):
    arguments = {"agency": "police", "streams": [], "views": [], **changed}
    return service(
        name,
        policy=policy or Policy(name),
        rules=Rulebook((), edition="2026-11"),
        router=APIRouter(),
        **arguments,
    )


def test_it_reads_those_whose_events_its_policy_reacts_to():
    policy = Policy("panel")
    policy.on(mash.ContactReceived, people.PersonRegistered, DeadlineMissed)(follow)
    assert declared(policy=policy).reads == ("mash", "people")


def test_its_own_events_make_it_no_reader_of_itself():
    policy = Policy("mash")
    policy.on(mash.ContactReceived, people.PersonRegistered)(follow)
    assert declared("mash", policy).reads == ("people",)


def test_a_policy_that_reacts_to_every_event_is_given_those_of_teams_that_are_named():
    policy = Policy("panel")
    policy.on(mash.ContactReceived)(follow)
    policy.on_every()(every)
    assert declared(policy=policy, every_event_of=["people"]).reads == ("mash", "people")
    with pytest.raises(ValueError, match="every_event_of"):
        declared(policy=policy)
    with pytest.raises(ValueError, match="every_event_of"):
        declared(every_event_of=["people"])


def every(_event, _record):
    return None


def test_its_topic_is_named_after_it_and_everybody_may_read_it():
    assert declared().topic == Topic("safeguarding.panel.v1", partitions=4, retention_days=14, readers=None)
    assert declared().intake == ()
    assert declared(topic=Topic(readers=())).topic.readers == ()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"agency": "army"}, "no agency"),
        ({"policy": Policy("mash")}, "the policy of mash"),
        ({"topic": Topic("safeguarding.mash.v1")}, "publishes on safeguarding.panel.v1"),
        ({"topic": Topic(writers=("mash",))}, "written by panel alone"),
        ({"topic": Topic(partitions=8)}, "has 4 partitions"),
        ({"intake": [Topic(writers=("mash",))]}, "needs a name"),
        ({"intake": [Topic("safeguarding.panel-intake.v1")]}, "needs `writers`"),
        (
            {"intake": [Topic("safeguarding.panel-intake.v1", writers=("mash",), readers=("people",))]},
            "panel alone",
        ),
    ],
)
def test_what_cannot_be_is_refused(changed, said):
    with pytest.raises(ValueError, match=said):
        declared(**changed)


@pytest.mark.parametrize("wrong", [{"name": "mash"}, {"partitions": 0}, {"retention_days": 0}])
def test_a_topic_that_is_none_is_refused(wrong):
    with pytest.raises(ValueError, match="topic"):
        Topic(**wrong)


@pytest.mark.parametrize("name", ["drafts", "early_help", "fws", "match"])
def test_a_word_or_several_can_be_a_teams_name(name):
    check_name(name)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("class", "a word of Python's own"),
        ("import", "a word of Python's own"),
        ("all", "means something else"),
        ("team", "means something else"),
        ("Drafts", "lower-case"),
        ("early-help", "lower-case"),
        ("d", "lower-case"),
        ("_drafts", "lower-case"),
        ("drafts_", "lower-case"),
        ("", "lower-case"),
        ("a" * 32, "lower-case"),
        ("caf\u00e9", "lower-case"),
    ],
)
def test_a_name_that_cannot_be_a_teams_is_refused(name, said):
    with pytest.raises(ValueError, match=said):
        check_name(name)


def test_a_view_says_what_follows_where_what_it_handles_is_corrected():
    view = View("list", row=ListRow, key=("stream",))
    view.on(mash.ContactReceived, mash.ContactHeld, DeadlineMissed)(follow)
    with pytest.raises(
        BadView, match=r"list of panel handles ContactHeld, ContactReceived, which can be.*anew="
    ) as caught:
        declared(views=[view])
    assert "@list.on_corrected(ContactHeld)" in str(caught.value)
    view.on_corrected(mash.ContactReceived, mash.ContactHeld)(lambda _right, _corrected, _correction: None)
    assert view in declared(views=[view]).views


@dataclass
class ListRow:
    stream: UUID
