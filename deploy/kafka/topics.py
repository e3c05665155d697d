"""Creates the topics that the teams declare on a broker, and looks whether those that are there have their shape."""

import logging
import time
from collections.abc import Mapping, Sequence

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._config import AlterConfigOpType, ConfigEntry, ConfigResource
from confluent_kafka.cimpl import NewTopic

from deploy.kafka.access import access
from shared.messaging.topics import Topic

_QUIET = logging.getLogger("deploy.kafka.topics.client")
_QUIET.addHandler(logging.NullHandler())
_QUIET.propagate = False

_DAY_MS = 86_400_000


class TopicError(Exception):
    """A topic cannot be created as declared, or the broker does not answer. The text says which, and what to do."""


def create_topics(
    bootstrap: str,
    *,
    existing_ok: bool = True,
    declared: Sequence[Topic] | None = None,
    replication: int = 1,
    timeout: float = 15,
    login: Mapping[str, str] | None = None,
) -> list[str]:
    """Creates what is declared and not there yet, and answers the names of what it created. Blocks.

    Args:
        bootstrap: the broker's `host:port`.
        existing_ok: whether a topic that is there already is fine; one with other partitions never is.
        declared: other topics than those that follow from the teams' declarations.
        replication: copies of each partition; on a production cluster three.
        timeout: seconds to wait for the broker.
        login: how the client makes itself known (`kafka.client.login`); left out, it does not.

    Raises:
        TopicError: the broker does not answer or refuses, or a topic is there with another number of partitions.
    """
    wanted = access().topics if declared is None else tuple(declared)
    admin = admin_client(bootstrap, login)
    asked = admin.create_topics(
        [
            NewTopic(
                topic.name,
                num_partitions=topic.partitions,
                replication_factor=replication,
                config=_settings(topic),
            )
            for topic in wanted
        ],
        operation_timeout=timeout,
        request_timeout=timeout,
    )
    created, existing = [], []
    for name, answer in asked.items():
        try:
            answer.result()
        except KafkaException as error:
            if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                raise TopicError(
                    f"topic {name} cannot be created at {bootstrap}: {error.args[0].str()}"
                ) from None
            existing.append(name)
        else:
            created.append(name)
    if existing and not existing_ok:
        raise TopicError(
            f"already there at {bootstrap}: {', '.join(existing)}. Leave them, or delete them first"
        )
    _same_partitions(admin, bootstrap, wanted, timeout)
    return created


def keep_as_declared(
    bootstrap: str, declared: Sequence[Topic], login: Mapping[str, str], timeout: float = 15
) -> list[str]:
    """Has topics that are there keep messages as declared, and answers the names of those that did not. Blocks.

    Raises:
        TopicError: the broker does not answer, or refuses.
    """
    admin = admin_client(bootstrap, login)
    places = {topic.name: ConfigResource(ConfigResource.Type.TOPIC, topic.name) for topic in declared}
    changed = []
    try:
        found = admin.describe_configs(list(places.values()), request_timeout=timeout)
        for topic in declared:
            there = found[places[topic.name]].result()
            wanted = _settings(topic)
            if any(there[name].value != value for name, value in wanted.items()):
                entries = [
                    ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET)
                    for name, value in wanted.items()
                ]
                asked = ConfigResource(ConfigResource.Type.TOPIC, topic.name, incremental_configs=entries)
                [answer] = admin.incremental_alter_configs([asked], request_timeout=timeout).values()
                answer.result()
                changed.append(topic.name)
    except KafkaException as error:
        raise TopicError(
            f"how long topics keep messages cannot be set at {bootstrap}: {error.args[0].str()}"
        ) from None
    return changed


def _settings(topic: Topic) -> dict[str, str]:
    """How long it keeps messages. Where it is compacted, all are kept for so long, and the last of each key for ever."""
    kept = str(topic.retention_days * _DAY_MS)
    if topic.compacted:
        # The newest segment is never compacted: a new one each day keeps what is read at a start short.
        return {"cleanup.policy": "compact", "min.compaction.lag.ms": kept, "segment.ms": str(_DAY_MS)}
    return {"cleanup.policy": "delete", "retention.ms": kept}


def broker_answers(bootstrap: str, timeout: float = 1, login: Mapping[str, str] | None = None) -> bool:
    """Whether a broker answers there within `timeout` seconds. Blocks so long at most."""
    try:
        return bool(admin_client(bootstrap, login).list_topics(timeout=timeout).brokers)
    except KafkaException:
        return False


def admin_client(bootstrap: str, login: Mapping[str, str] | None = None) -> AdminClient:
    """A client for looking after a broker, that writes nothing to the screen."""
    return AdminClient({"bootstrap.servers": bootstrap, **(login or {})}, logger=_QUIET)


def _same_partitions(admin: AdminClient, bootstrap: str, wanted: Sequence[Topic], timeout: float) -> None:
    """A key's partition follows from their number: with another one, order would not hold."""
    until = time.monotonic() + timeout
    while True:
        try:
            there = admin.list_topics(timeout=timeout).topics
        except KafkaException as error:
            raise TopicError(f"the broker at {bootstrap} does not answer: {error.args[0].str()}") from None
        counted = {t.name: len(there[t.name].partitions) if t.name in there else 0 for t in wanted}
        # A topic that was made a moment ago is without partitions until their leaders are known.
        if all(counted.values()) or time.monotonic() > until:
            break
        time.sleep(0.05)
    for topic in wanted:
        found = counted[topic.name]
        if not found:
            raise TopicError(
                f"topic {topic.name} at {bootstrap} has no partitions after {timeout:g} s: "
                "look into the broker's log, and create the topics again"
            )
        if found != topic.partitions:
            raise TopicError(
                f"topic {topic.name} at {bootstrap} has {found} partitions, declared are {topic.partitions}: "
                "delete the topic and create it again; its messages can be sent again from the log"
            )
