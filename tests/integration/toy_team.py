"""A small team for tests of the kernel: contacts over several children, referral episodes, visits that need a referral."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID, uuid4

import orjson

from shared.commands.handler import Answer, CommandHandler
from shared.domain import receipt
from shared.domain.actors import Actor
from shared.domain.command import Command, Refused
from shared.domain.decider import Context, Per, Stream
from shared.domain.event import Event, Sealed
from shared.domain.marks import Starts
from shared.domain.rules import Deadline, Rule, Rulebook, Unit
from shared.team.known_people import known_person

START = datetime(2026, 4, 7, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
AVA, BEN, CAL = (UUID(int=n) for n in (11, 12, 13))
STRANGER = UUID(int=99)
RULES = Rulebook(
    (Rule("M1", "decide every contact", "contact received", 24, Unit.HOURS, "contact decided", "test"),),
    edition="test",
)


class Words(Sealed):
    words: str


class Received(Event, name="test_commands.Received", text=Words, crosses=True):
    decide_by: Annotated[Deadline, Starts("M1")]


class Decided(Event, name="test_commands.Decided", meets=("M1",)):
    outcome: str


class Noted(Event, name="test_commands.Noted"):
    pass


class Opened(Event, name="test_commands.Opened", crosses=True):
    pass


class Seen(Event, name="test_commands.Seen"):
    pass


class Closed(Event, name="test_commands.Closed"):
    pass


class Visited(Event, name="test_commands.Visited"):
    pass


class Receive(receipt.Received, name="mash.Receive", opens=True, recorded_within="outside"):
    words: str = ""


class Decide(Command, name="mash.Decide"):
    outcome: str


class Note(Command, name="mash.Note", recorded_within="significant"):
    pass


class Open(Command, name="mash.Open", opens=True):
    pass


class Close(Command, name="mash.Close"):
    pass


class Visit(Command, name="mash.Visit"):
    pass


class Allege(Command, name="lado.Allege"):
    pass


@dataclass(frozen=True)
class Contact:
    outcome: str | None = None
    notes: int = 0


def evolve_contact(state: Contact, event: Event) -> Contact:
    match event:
        case Decided(outcome=outcome):
            return replace(state, outcome=outcome)
        case Noted():
            return replace(state, notes=state.notes + 1)
    return state


def decide_contact(command: Command, state: Contact, context: Context) -> list[Event]:
    match command:
        case Receive(words=words):
            due = context.deadline("M1", context.happened_at)
            return [Received(decide_by=due, sealed=Words(words=words) if words else None)]
        case Note() | Allege():
            return [Noted()]
        case Decide(outcome=outcome):
            if state.outcome == outcome:
                return []
            if state.outcome or (outcome == "not for Cal" and context.child == CAL):
                raise Refused("it is decided already", rule="M5", reason="already_decided")
            return [Decided(outcome=outcome)]
    raise AssertionError(command)


def evolve_referral(state: str, event: Event) -> str:
    return {Opened: "open", Seen: "seen", Closed: "closed"}[type(event)]


def decide_referral(command: Command, state: str, context: Context) -> list[Event]:
    if isinstance(command, Open):
        if state in {"open", "seen"}:
            raise Refused("a referral is open", rule="A2", reason="already_open")
        return [Opened()]
    if state not in {"open", "seen"}:
        raise Refused("no referral is open", rule="A2")
    return [Closed()]


@dataclass(frozen=True)
class VisitRecord:
    visits: int
    referral: str


def decide_visit(command: Command, state: VisitRecord, context: Context) -> list[Event]:
    if state.referral not in {"open", "seen"}:
        raise Refused("open a referral first", rule="A2")
    return [Visited(), Seen()] if state.referral == "open" else [Visited()]


contact = Stream(
    "contact",
    Contact(),
    evolve_contact,
    decide_contact,
    Receive | Decide | Note | Allege,
    Received | Decided | Noted,
    clocks=("M1",),
)
referral = Stream(
    "referral",
    "none",
    evolve_referral,
    decide_referral,
    Open | Close,
    Opened | Seen | Closed,
    Per.EPISODE,
    is_open=lambda state: state in {"open", "seen"},
    opened_by=(Opened,),
)
visits = Stream(
    "visits", 0, lambda state, _event: state + 1, decide_visit, Visit, Visited, Per.CHILD, record=VisitRecord
)
STREAMS = (contact, referral, visits, known_person)

MANAGER = Actor(uuid4(), "Mo Diaz", "mash_manager", "childrens_social_care")
SCREENER = Actor(uuid4(), "Sue Pike", "mash_screener", "childrens_social_care")
SERVICE = Actor.service("mash", "childrens_social_care")


async def do(
    runner: CommandHandler,
    command: Command,
    *,
    actor: Actor = MANAGER,
    id: UUID | None = None,  # noqa: A002
) -> Answer:
    return await runner.run(command, actor, id or uuid4())


async def events(runner: CommandHandler, stream: UUID) -> list[dict[str, Any]]:
    rows = (await runner.store.load([stream])).get(stream, [])
    return [{"name": row["topic"].partition(".")[2]} | orjson.loads(row["state"]) for row in rows]


async def names(runner: CommandHandler, stream: UUID) -> list[str]:
    return [event["name"] for event in await events(runner, stream)]
