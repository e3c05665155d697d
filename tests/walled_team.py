"""A made-up team behind a wall: nobody else reads its topic, and what the front door sends it is read by it alone."""

from fastapi import APIRouter

from deploy.kafka.access import Access
from services import all_teams
from services.people import events as people
from shared.domain.event import Record
from shared.domain.policy import Policy
from shared.domain.rules import Rulebook
from shared.messaging.topics import Topic
from shared.service.declaration import Service, service
from shared.team.known_people import KnowPerson


def reading(team: str, *events: type, every_event_of: tuple[str, ...] = (), **declared) -> Service:
    """A made-up team whose policy reacts to these events."""
    policy = Policy(team)
    if every_event_of:
        policy.on_every()(know_whoever)
    elif events:
        policy.on(*events)(know_whoever)
    return service(
        team,
        agency="childrens_social_care",
        streams=[],
        policy=policy,
        views=[],
        rules=Rulebook((), edition="2026-11"),
        router=APIRouter(),
        every_event_of=every_event_of,
        **declared,
    )


def know_whoever(_event: people.PersonRegistered, record: Record) -> KnowPerson:
    return KnowPerson(about=(record.stream,), kind="child", born=None)


WALLED = reading(
    "allegations",
    people.PersonRegistered,
    topic=Topic(readers=()),
    intake=[Topic("safeguarding.allegations-intake.v1", writers=("mash",))],
)
OWN, INTAKE = "safeguarding.allegations.v1", "safeguarding.allegations-intake.v1"
WITH_WALL = Access.of([*all_teams(), WALLED])
