"""Topics as declared, on a broker: made, found again, and waited for until their partitions are known."""

from typing import Any

import pytest
from confluent_kafka.admin import AdminClient, ClusterMetadata

import deploy.kafka.topics
from deploy.kafka.access import access
from deploy.kafka.topics import TopicError, create_topics
from deploy.local.broker import EmbeddedBroker
from services import names
from shared.messaging.topics import Topic


class EarlyLooks(AdminClient):
    """An administrator that looks early: at first a topic just made is missing, then it has no partitions yet.

    So a broker answers in the moment before leaders are chosen, which no test can hit at will.
    """

    def __init__(self, broker: EmbeddedBroker, *, missing: range, without: range) -> None:
        """`missing`, `without`: at which of its looks, counted from 1."""
        super().__init__({"bootstrap.servers": broker.bootstrap})
        self.looks = 0
        self._missing = missing
        self._without = without

    def list_topics(self, *args: Any, **more: Any) -> ClusterMetadata:
        """The broker's answer, as it would have been a moment earlier."""
        self.looks += 1
        answer = super().list_topics(*args, **more)
        if self.looks in self._missing:
            del answer.topics["safeguarding.mash.v1"]
        if self.looks in self._without:
            answer.topics["safeguarding.mash.v1"].partitions = {}
        return answer


def test_topics_just_made_are_waited_for_until_their_partitions_are_known(tmp_path, monkeypatch):
    with EmbeddedBroker(tmp_path) as broker:
        early = EarlyLooks(broker, missing=range(1, 3), without=range(3, 5))
        monkeypatch.setattr(deploy.kafka.topics, "admin_client", lambda *_: early)
        assert create_topics(broker.bootstrap) == [topic.name for topic in access().topics]
        assert early.looks == 5


def test_topics_that_never_get_their_partitions_are_named(tmp_path, monkeypatch):
    with EmbeddedBroker(tmp_path) as broker:
        early = EarlyLooks(broker, missing=range(0), without=range(1, 10_000))
        monkeypatch.setattr(deploy.kafka.topics, "admin_client", lambda *_: early)
        with pytest.raises(TopicError, match=r"safeguarding.mash.v1 at .* has no partitions after 0.5 s"):
            create_topics(broker.bootstrap, timeout=0.5)
        assert early.looks > 1


def test_every_service_has_its_topic_and_requests_to_resend_have_one():
    declared = {topic.name: (topic.partitions, topic.retention_days) for topic in access().topics}
    assert [declared[f"safeguarding.{service}.v1"] for service in names()] == [(4, 14)] * len(names())
    assert declared["safeguarding.resend.v1"] == (1, 1)


def test_broker_has_the_declared_topics_and_comes_back_empty_on_the_same_port(tmp_path):
    names = [topic.name for topic in access().topics]
    with EmbeddedBroker(tmp_path) as broker:
        assert create_topics(broker.bootstrap) == names
        assert create_topics(broker.bootstrap) == []
        with pytest.raises(TopicError, match="already there"):
            create_topics(broker.bootstrap, existing_ok=False)
        other = Topic(name="safeguarding.people.v1", partitions=7, retention_days=14)
        with pytest.raises(TopicError, match="has 4 partitions, declared are 7"):
            create_topics(broker.bootstrap, declared=[other])
        before = broker.bootstrap
        assert broker.child is not None
        broker.child.stop(grace=0)
        broker.start()
        assert broker.bootstrap == before
        assert create_topics(broker.bootstrap) == names
    with pytest.raises(TopicError):
        create_topics(before, timeout=0.5)
