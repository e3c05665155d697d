"""Who may write and read which topic: `access.yaml`, checked, and as the broker's access rules. Asks no broker."""

from collections.abc import Collection, Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Self

from confluent_kafka.admin._acl import AclBinding, AclOperation, AclPermissionType
from confluent_kafka.admin._resource import ResourcePatternType, ResourceType
from pydantic import BaseModel, ConfigDict, Field, model_validator
from ruamel.yaml import YAML

from deploy.kafka.topics import topics
from shared.messaging.topics import RESEND_TOPIC, topic_of


class Rights(BaseModel):
    """The topics that one service may write and read."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    writes: frozenset[str]
    reads: frozenset[str]


class Wall(BaseModel):
    """The only services that may write and read a topic."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    writes: frozenset[str]
    reads: frozenset[str]


class Access(BaseModel):
    """The whole of `access.yaml`. ValueError when it names a topic that is not declared, or breaks its own walls."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    everyone: frozenset[str] = Field(description="topics that every service writes and reads")
    walls: dict[str, Wall]
    services: dict[str, Rights]

    @model_validator(mode="after")
    def _of_declared_topics(self) -> Self:
        declared = {topic.name for topic in topics()}
        named = self.everyone | self.walls.keys()
        for rights in self.services.values():
            named |= rights.writes | rights.reads
        if unknown := named - declared:
            raise ValueError(f"not declared in topics.yaml: {', '.join(sorted(unknown))}")
        return self

    @model_validator(mode="after")
    def _behind_walls(self) -> Self:
        for topic, wall in self.walls.items():
            if topic in self.everyone:
                raise ValueError(f"{topic} is behind a wall: it cannot be everyone's")
            for verb, within, found in (
                ("write", wall.writes, self.writers(topic)),
                ("read", wall.reads, self.readers(topic)),
            ):
                if found - within:
                    raise ValueError(
                        f"{topic} is behind a wall: only {', '.join(sorted(within))} may {verb} it, "
                        f"and `services` lets {', '.join(sorted(found - within))}"
                    )
        return self

    @model_validator(mode="after")
    def _own_topics(self) -> Self:
        """A reader takes who wrote a message from its topic: so a service's own topic has one writer."""
        for service in self.services:
            if (found := self.writers(topic_of(service))) != {service}:
                raise ValueError(
                    f"{topic_of(service)} is written by {service} alone, "
                    f"and `services` has {', '.join(sorted(found)) or 'nobody'}"
                )
        return self

    def may_write(self, service: str, topic: str) -> bool:
        """Whether this service may write this topic."""
        return topic in self.everyone or topic in self.services[service].writes

    def may_read(self, service: str, topic: str) -> bool:
        """Whether this service may read this topic."""
        return topic in self.everyone or topic in self.services[service].reads

    def writers(self, topic: str) -> frozenset[str]:
        """The services whose own line lets them write this topic."""
        return frozenset(name for name, rights in self.services.items() if topic in rights.writes)

    def readers(self, topic: str) -> frozenset[str]:
        """The services whose own line lets them read this topic."""
        return frozenset(name for name, rights in self.services.items() if topic in rights.reads)

    def topics_of(self, service: str) -> frozenset[str]:
        """Every topic that this service may write or read."""
        rights = self.services[service]
        return self.everyone | rights.writes | rights.reads


@cache
def access() -> Access:
    """`access.yaml`. ValueError, with what is wrong, when it contradicts itself or the declared topics."""
    text = resources.files("deploy.kafka").joinpath("access.yaml").read_text(encoding="utf-8")
    return Access.model_validate(YAML(typ="safe").load(text))


def disagreements(declared: Mapping[str, Collection[str]], given: Access | None = None) -> list[str]:
    """Where the file differs from what the services declare, in sentences; empty where it agrees.

    Args:
        declared: of each service that there is, the services whose events it reads.
        given: another file's content than that of `access.yaml`.
    """
    given = given or access()
    own = {topic_of(service) for service in (*given.services, *declared)}
    found = []
    for service, sources in declared.items():
        if service not in given.services:
            found.append(f"access.yaml has no line for the service {service}: add it under `services`")
            continue
        # Topics that are no service's own, such as what the front door passes to the LADO, are declared only here.
        needs, has = {topic_of(source) for source in sources}, given.services[service].reads & own
        found += [f"{service} reads {topic}, and access.yaml refuses it" for topic in sorted(needs - has)]
        found += [
            f"access.yaml lets {service} read {topic}, which it does not declare"
            for topic in sorted(has - needs)
        ]
    if RESEND_TOPIC not in given.everyone:
        found.append(f"every service writes and reads {RESEND_TOPIC}: put it under `everyone`")
    return found


def bindings(given: Access | None = None) -> list[AclBinding]:
    """The file as the broker's access rules, each once."""
    given = given or access()
    return [rule for service in given.services for rule in _rules(given, service)]


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
