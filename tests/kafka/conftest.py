"""Apache Kafka with the platform's topics, users and rules: from a container, else from its jars and the machine's Java."""

import signal
from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from deploy.local.kafka import LocalKafka
from shared.messaging.client import KafkaConnection
from tests.kafka.container import ContainerKafka, engine_answers
from tests.walled_team import WITH_WALL


class JavaKafka(LocalKafka):
    """The one that Java runs here, which can be killed."""

    def kill(self) -> None:
        assert self.child is not None
        self.child.send(signal.SIGKILL)
        assert self.child.wait(30)


Kafka = JavaKafka | ContainerKafka


def broker_in(directory) -> Kafka:
    """With the teams there are, and one behind a wall."""
    return (ContainerKafka if engine_answers() else JavaKafka)(directory, given=WITH_WALL)


@pytest.fixture(scope="session")
def kafka(tmp_path_factory) -> Iterator[Kafka]:
    """One for all tests that leave it as it was."""
    with broker_in(tmp_path_factory.mktemp("kafka")) as broker:
        yield broker


def login_as(kafka: Kafka, service: str) -> KafkaConnection:
    """Where it is, for a service as itself."""
    settings = kafka.login_of(service)
    return KafkaConnection(kafka.bootstrap, settings["KAFKA_USER"], SecretStr(settings["KAFKA_PASSWORD"]))
