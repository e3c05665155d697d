"""The access rules and users of a broker, brought to what follows from the teams' declarations."""

import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._acl import AclBinding, AclBindingFilter, AclOperation, AclPermissionType
from confluent_kafka.admin._resource import ResourcePatternType, ResourceType
from confluent_kafka.admin._scram import (
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialAlteration,
    UserScramCredentialUpsertion,
)

from deploy.kafka.access import Access, bindings
from deploy.kafka.client import login
from deploy.kafka.topics import admin_client

_ITERATIONS = 4096
"""Of SCRAM: the least it allows. It guards guessable passwords, and these are random."""


class AccessError(Exception):
    """The broker does not answer or refuses. The text says what it was asked, and what it said."""


@dataclass(frozen=True)
class Difference:
    """How a broker's access rules differ from those that are declared.

    Attributes:
        missing: declared, and not on the broker.
        undeclared: on the broker, letting somebody do what is not declared: on one of the platform's topics, or as
            one of its services.
    """

    missing: Sequence[AclBinding]
    undeclared: Sequence[AclBinding]


def difference(admin: AdminClient, given: Access, timeout: float = 15) -> Difference:
    """Looks at a broker's rules. AccessError when it does not answer or refuses."""
    there = set(_found(admin, [_any(kind=ResourceType.ANY)], timeout))
    wanted = set(bindings(given))
    ours = {f"User:{service}" for service in given.services}
    about = {topic.name for topic in given.topics}
    # Also rules on patterns, such as on all topics, where they cover one of ours.
    covering = set(
        _found(admin, [_any(kind=ResourceType.TOPIC, name=name) for name in sorted(about)], timeout)
    )
    undeclared = {
        rule
        for rule in there - wanted
        if rule.permission_type is AclPermissionType.ALLOW and (rule in covering or rule.principal in ours)
    }
    return Difference(sorted(wanted - there), sorted(undeclared))


def create_rules(admin: AdminClient, rules: Sequence[AclBinding], timeout: float = 15) -> None:
    """Adds rules. AccessError when the broker refuses one."""
    if rules:
        _done(admin.create_acls(list(rules), request_timeout=timeout).values(), "add access rules")


def remove_rules(admin: AdminClient, rules: Sequence[AclBinding], timeout: float = 15) -> None:
    """Takes rules away. AccessError when the broker refuses one."""
    if rules:
        exact = [_exactly(rule) for rule in rules]
        _done(admin.delete_acls(exact, request_timeout=timeout).values(), "remove access rules")


def set_passwords(admin: AdminClient, passwords: Mapping[str, str], timeout: float = 15) -> None:
    """Makes SCRAM users, or gives those that are there this password. AccessError when the broker refuses one."""
    if passwords:
        info = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, _ITERATIONS)
        users: list[UserScramCredentialAlteration] = [
            UserScramCredentialUpsertion(user, info, word.encode()) for user, word in passwords.items()
        ]
        asked = admin.alter_user_scram_credentials(users, request_timeout=timeout)
        _done(asked.values(), "set users' passwords")


def until_in_force(bootstrap: str, passwords: Mapping[str, str], given: Access, timeout: float = 15) -> None:
    """Waits until each of these users may log in and sees its topics. AccessError when it takes longer.

    What an administrator's request has changed reaches the part of the broker that looks it up a moment later: a
    service started in between would be refused.
    """
    until = time.monotonic() + timeout
    for user, password in passwords.items():
        wanted = given.topics_of(user)
        while True:
            # A client of its own each time: one that was refused waits before it tries again.
            client = admin_client(bootstrap, login(user, password))
            try:
                if wanted <= client.list_topics(timeout=1).topics.keys():
                    break
            except KafkaException:
                pass
            if time.monotonic() > until:
                raise AccessError(
                    f"the user {user} cannot use its topics at {bootstrap} after {timeout:.0f} s"
                )
            time.sleep(0.02)


def in_words(rule: AclBinding) -> str:
    """A rule as a person reads it."""
    every = "" if rule.resource_pattern_type is ResourcePatternType.LITERAL else "*"
    operation, kind = AclOperation(rule.operation).name.lower(), ResourceType(rule.restype).name.lower()
    return f"{rule.principal} may {operation} {kind} {rule.name}{every}"


def _found(admin: AdminClient, filters: Iterable[AclBindingFilter], timeout: float) -> list[AclBinding]:
    asked = [admin.describe_acls(one, request_timeout=timeout) for one in filters]
    return [rule for answer in _done(asked, "list access rules") for rule in answer]


def _done(asked: Iterable["Future[Any]"], what: str) -> list[Any]:
    try:
        return [one.result() for one in asked]
    except KafkaException as error:
        # Its name alone: the text that comes with it may be the broker's own working, pages of it.
        raise AccessError(f"the broker did not {what}: {error.args[0].name()}") from None


def _any(*, kind: ResourceType, name: str | None = None) -> AclBindingFilter:
    pattern = ResourcePatternType.ANY if name is None else ResourcePatternType.MATCH
    anything: Any = None  # the library takes it, and says that it takes a text
    return AclBindingFilter(
        kind, name or anything, pattern, anything, anything, AclOperation.ANY, AclPermissionType.ANY
    )


def _exactly(rule: AclBinding) -> AclBindingFilter:
    return AclBindingFilter(
        rule.restype,
        rule.name,
        rule.resource_pattern_type,
        rule.principal,
        rule.host,
        rule.operation,
        rule.permission_type,
    )
