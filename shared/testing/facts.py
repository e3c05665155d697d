"""For tests: people, ids, and events as they stand in a log. Pure. Used through `shared.testing.deciders`."""

from datetime import datetime
from difflib import ndiff
from pprint import pformat
from typing import Any, Final
from uuid import UUID, uuid5

import orjson

from shared.domain.actors import DEFAULT_AGENCY, SERVICE, Actor
from shared.domain.carried import words_carried
from shared.domain.codec import decode, encode, sealed_bytes
from shared.domain.command import Command
from shared.domain.event import Envelope, Event, Record
from shared.domain.fields import Organisation
from shared.domain.instants import utc

_NAMES: Final = UUID("5d0f4d1e-0d3a-5b57-9a51-4c4f2d6f0a11")


CHILD: Final = uuid5(_NAMES, "child")
"""The child a story is about unless its command says another."""


SIBLING: Final = uuid5(_NAMES, "sibling")


ADULT: Final = uuid5(_NAMES, "adult")


THING: Final = uuid5(_NAMES, "thing")
"""The contact, meeting or episode a story is about."""


STREAM: Final = uuid5(_NAMES, "stream")
"""The stream of a single record."""


MANAGERS: Final = frozenset(
    {
        "mash_manager",
        "senior_practitioner",
        "team_manager",
        "conference_chair",
        "missing_coordinator",
        "fws_manager",
        "team_lead",
        "lado",
    }
)
"""The roles of a manager, each of their own team (the rules, "Who may do what")."""


def event_id(n: int) -> UUID:
    """The id of the n-th event of a story, from 1."""
    return uuid5(_NAMES, f"event {n}")


def command_id(n: int) -> UUID:
    """The id of the command that is followed by the n-th event of a story."""
    return uuid5(_NAMES, f"command {n}")


def actor(
    role: str, name: str | None = None, *, agency: str | None = None, organisation: str | None = None
) -> Actor:
    """Somebody in a role, of the agency that role belongs to unless another is given."""
    agency = agency or DEFAULT_AGENCY[role]
    name = f"A {role.replace('_', ' ')}" if name is None else name
    return Actor(uuid5(_NAMES, f"{agency}/{name}"), name, role, agency, organisation)


def organisation(name: str) -> Organisation:
    """An organisation as commands name it. Here its id is its name, as it is an `actor`'s: readable, and the same."""
    return Organisation(id=name, name=name)


def record(
    event: Event,
    *,
    at: datetime,
    by: Actor | None = None,
    happened: datetime | None = None,
    known: datetime | None = None,
    child: UUID | None = CHILD,
    stream: UUID = STREAM,
    service: str | None = None,
    version: int = 1,
    n: int = 1,
    command: UUID | None = None,
    thing: UUID = THING,
    late: bool = False,
    cause: Record | None = None,
    carries: Record | None = None,
) -> Record:
    """An event as it stands in a log, stored and read back; `at` is when it was recorded, `cause` the fact of another
    team that a policy answered with it.

    Its sealed part stands beside it unencrypted, as bytes for views and as fields for policies. `service` is the team
    in the event's name unless given (the kernel's own `team.` events need it).
    """
    by = by or actor("mash_manager")
    team = service or event.NAME.partition(".")[0]
    event, words = _carried(event, carries) if carries is not None else (event, None)
    moment = event.happened_at or utc(happened or at)
    placed = event.placed(child=child, happened_at=moment)
    envelope = Envelope(
        id=str(event_id(n)),
        known_at=carries.envelope.known_at if carries else utc(known or moment).isoformat(),
        actor=str(by.id),
        role=by.role,
        agency=by.agency,
        organisation=by.organisation,
        purpose="safeguarding",
        basis="public_task",
        correlation=cause.envelope.correlation if cause else str(command or command_id(n)),
        causation=cause.envelope.id if cause else None,
        command=str(command or command_id(n)),
        thing=str(thing),
        sensitivity=event.SENSITIVITY,
        late=late and carries is None,
        carries=carries.envelope.id if carries else None,
    )
    if carries is not None:
        envelope.recorded_by_agency, envelope.recorded_by_organisation = carries.envelope.recorder
    text = words or sealed_bytes(event, "" if by.role == SERVICE else by.signature)
    return Record(
        event=_stored(placed, envelope),
        envelope=envelope,
        service=team,
        stream=stream,
        version=version,
        position=n,
        recorded_at=utc(at),
        sealed=text,
        text=orjson.loads(text) if text else None,
    )


def _carried(event: Event, first: Record) -> tuple[Event, bytes | None]:
    """An event that says an earlier one again, and its words."""
    words = words_carried(event, first, lambda record: record.text)
    text = None if event.TEXT is None else event.TEXT.model_validate(words)
    return event.model_copy(update={"sealed": text}), orjson.dumps(words) if words else None


def _stored(event: Event, envelope: Envelope) -> Event:
    """The event as a log gives it back: without its sealed part, and with nothing else lost."""
    kind = event.TEXT or type(None)
    if event.sealed is not None and type(event.sealed) is not kind:
        raise AssertionError(
            f"{event.NAME} is sealed with {type(event.sealed).__name__}, not with {kind.__name__}"
        )
    back, _ = decode(event.NAME, encode(event, envelope))
    expect([event.model_copy(update={"sealed": None})], [back], f"{event.NAME} as a log gives it back")
    return back


def expect(expected: Any, got: Any, what: str) -> None:
    """Both are the same.

    Raises:
        AssertionError: they are not; says line by line how they differ.
    """
    if expected != got:
        lines = ndiff(_lines(expected), _lines(got))
        raise AssertionError("\n".join([f"{what}: `-` was expected, `+` is so", *lines]))


def _lines(value: Any) -> list[str]:
    if isinstance(value, list | tuple) and any(isinstance(each, Event | Command) for each in value):
        return [line for each in value for line in _said(each)]
    return pformat(value, width=100).splitlines()


def _said(fact: Event | Command) -> list[str]:
    named = {name: getattr(fact, name) for name in type(fact).model_fields}
    return [fact.NAME, *(f"    {name} = {value!r}" for name, value in named.items() if value is not None)]
