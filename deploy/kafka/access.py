"""Who may write and read which topic, derived from what the teams declare; and as the broker's access rules. Asks no broker.

A service writes its own topic and the intakes that name it as a writer. It reads the topics of the teams whose events
its policy reacts to, its own intakes, and its own topic, to compare what it said last with its log. Both halves have an owner: whoever declares a topic with `readers` refuses
every other reader, whatever that one's policy says, here and so in the tests and before anything is applied.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Self

from confluent_kafka.admin._acl import AclBinding, AclOperation, AclPermissionType
from confluent_kafka.admin._resource import ResourcePatternType, ResourceType

from services import all_teams
from shared.messaging.topics import KERNEL_TOPICS, Topic, topic_of
from shared.service.declaration import Service


class Contradiction(ValueError):
    """The teams' declarations contradict each other. The text says how, a line each."""


@dataclass(frozen=True)
class Rights:
    """The topics that one service may write and read, beside the kernel's."""

    writes: frozenset[str]
    reads: frozenset[str]


@dataclass(frozen=True)
class Access:
    """Every topic there is, and every service's rights.

    Attributes:
        topics: the teams' own and their intakes, then the kernel's.
        services: what each may write and read.
    """

    topics: tuple[Topic, ...]
    services: Mapping[str, Rights]

    @classmethod
    def of(cls, declared: Iterable[Service]) -> Self:
        """What follows from these teams' declarations. Raises Contradiction."""
        by_name = {each.name: each for each in declared}
        if wrong := [*_of_readers(by_name), *_of_intakes(by_name), *_of_senders(by_name)]:
            raise Contradiction("\n".join(wrong))
        topics = [topic for each in by_name.values() for topic in (each.topic, *each.intake)]
        return cls(
            (*topics, *KERNEL_TOPICS),
            MappingProxyType({name: _rights(each, topics) for name, each in by_name.items()}),
        )

    @property
    def everyone(self) -> frozenset[str]:
        """The topics that every service writes and reads."""
        return frozenset(topic.name for topic in KERNEL_TOPICS)

    def may_write(self, service: str, topic: str) -> bool:
        """Whether this service may write this topic."""
        return topic in self.everyone | self.services[service].writes

    def may_read(self, service: str, topic: str) -> bool:
        """Whether this service may read this topic."""
        return topic in self.everyone | self.services[service].reads

    def writers(self, topic: str) -> frozenset[str]:
        """The services that may write this topic, where it is not the kernel's."""
        return frozenset(name for name, rights in self.services.items() if topic in rights.writes)

    def readers(self, topic: str) -> frozenset[str]:
        """The services that may read this topic, where it is not the kernel's."""
        return frozenset(name for name, rights in self.services.items() if topic in rights.reads)

    def topics_of(self, service: str) -> frozenset[str]:
        """Every topic that this service may write or read."""
        rights = self.services[service]
        return self.everyone | rights.writes | rights.reads


@cache
def access() -> Access:
    """What follows from the declarations of all teams there are. Raises Contradiction."""
    return Access.of(all_teams())


def bindings(given: Access | None = None) -> list[AclBinding]:
    """The rights as the broker's access rules, each once."""
    given = given or access()
    return [rule for service in given.services for rule in _rules(given, service)]


def _rights(team: Service, topics: Sequence[Topic]) -> Rights:
    sent = {topic.name for topic in topics if team.name in topic.writers}
    return Rights(
        writes=frozenset({team.topic.name} | sent),
        reads=frozenset(
            {team.topic.name, *map(topic_of, team.reads), *(topic.name for topic in team.intake)}
        ),
    )


def _of_readers(teams: Mapping[str, Service]) -> Iterator[str]:
    """What a team reads and cannot, or may not."""
    for reader in teams.values():
        for source in reader.reads:
            if source not in teams:
                yield f"{reader.name} reacts to events of {source}, which is no team"
                continue
            topic = teams[source].topic
            if topic.readers is not None and not topic.lets_in(reader.name):
                yield (
                    f"{topic.name} is behind a wall: {source} lets {_those(topic.readers)} read it, and "
                    f"{reader.name} reacts to its events"
                )
    for team in teams.values():
        for name in team.topic.readers or ():
            if name not in teams:
                yield f"{team.topic.name} lets {name} read it, which is no team"


def _of_intakes(teams: Mapping[str, Service]) -> Iterator[str]:
    """What cannot be of an intake: a name that stands for another topic, a writer that is no other team."""
    taken = {topic.name: "the kernel" for topic in KERNEL_TOPICS}
    taken |= {team.topic.name: team.name for team in teams.values()}
    for team in teams.values():
        for topic in team.intake:
            if topic.name in taken:
                yield f"{topic.name} is declared by {team.name} and by {taken[topic.name]}"
            taken[topic.name] = team.name
            for writer in topic.writers:
                if writer == team.name or writer not in teams:
                    yield f"{topic.name} lets {writer} write it, which is no other team"


def _of_senders(teams: Mapping[str, Service]) -> Iterator[str]:
    """What is sent to one team alone on a topic that its sender may not write."""
    writers = {topic.name: topic.writers for team in teams.values() for topic in team.intake}
    for team in teams.values():
        for event in (event for stream in team.streams for event in stream.event_types() if event.INTAKE):
            if team.name not in writers.get(event.INTAKE, ()):
                yield f"{event.NAME} is sent on {event.INTAKE}, which no team lets {team.name} write"


def _those(names: Sequence[str]) -> str:
    return ", ".join(names) if names else "nobody else"


def _rules(given: Access, service: str) -> Iterator[AclBinding]:
    rights = given.services[service]
    for topic in sorted(rights.writes | given.everyone):
        yield _allow(service, ResourceType.TOPIC, topic, AclOperation.WRITE)
    for topic in sorted(rights.reads | given.everyone):
        yield _allow(service, ResourceType.TOPIC, topic, AclOperation.READ)
    yield _allow(service, ResourceType.GROUP, service, AclOperation.READ)
    # With the dot: without it a service `mash` could take part in the groups of a service `mash_archive`.
    yield _allow(service, ResourceType.GROUP, f"{service}.", AclOperation.READ, ResourcePatternType.PREFIXED)
    yield _allow(service, ResourceType.BROKER, "kafka-cluster", AclOperation.IDEMPOTENT_WRITE)


def _allow(
    service: str,
    kind: ResourceType,
    name: str,
    operation: AclOperation,
    pattern: ResourcePatternType = ResourcePatternType.LITERAL,
) -> AclBinding:
    return AclBinding(kind, name, pattern, f"User:{service}", "*", operation, AclPermissionType.ALLOW)
