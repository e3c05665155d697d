"""What a service is made of: one declaration, no I/O. `running.py` makes a process of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter

from shared.domain.command import Command
from shared.domain.decider import Stream
from shared.domain.policy import Policy
from shared.domain.rules import Rulebook
from shared.domain.view import View
from shared.projections.deadline_board import deadline_board
from shared.team.deadlines import VaryDeadline
from shared.team.known_people import known_person
from shared.team.tasks import task, task_list


def personal_commands(streams: Sequence[Stream]) -> list[type[Command]]:
    """Every command that a person may send to a service of these streams, by name."""
    own = [command for stream in streams for command in stream.command_types() if not command.INTERNAL]
    if any(stream.clocks for stream in streams):
        own.append(VaryDeadline)
    return sorted(own, key=lambda command: command.NAME)


@dataclass(frozen=True)
class Service:
    """One team's service.

    Attributes:
        name: its name, its schema, its topic.
        streams: the kinds of stream in its log, the kernel's own among them.
        policy: what it does when others' facts arrive.
        views: its read tables, the deadline board among them.
        rules: its clocks as dated data.
        router: its own pages of HTTP, beside those every service has.
        reads: the services whose events it takes in.
    """

    name: str
    streams: tuple[Stream, ...]
    policy: Policy
    views: tuple[View[Any], ...]
    rules: Rulebook
    router: APIRouter
    reads: tuple[str, ...]


def service(
    name: str,
    *,
    streams: Sequence[Stream],
    policy: Policy,
    views: Sequence[View[Any]],
    rules: Rulebook,
    router: APIRouter,
    reads: Sequence[str] = (),
    knows_people: bool = True,
) -> Service:
    """Declare a service.

    `knows_people`: whether it keeps its own stream of each person it is told of, so that a command about an unknown
    one is refused; People itself does not.
    """
    all_streams = (*streams, task, *((known_person,) if knows_people else ()))
    return Service(
        name=name,
        streams=all_streams,
        policy=policy,
        views=(*views, deadline_board(streams), task_list()),
        rules=rules,
        router=router,
        reads=tuple(reads),
    )
