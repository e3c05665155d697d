"""Three toy teams on a real database, for tests of messaging: two that say things, and one that takes them in."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4, uuid5

import asyncpg
import orjson

from deploy.local.postgres import EmbeddedPostgres
from shared.access.policy import AccessPolicy
from shared.commands.handler import CommandHandler
from shared.crypto.key_store import KeyStore
from shared.crypto.transport_keys import Content, TransportKeys
from shared.domain.actors import Actor
from shared.domain.command import Command, Refused
from shared.domain.decider import Per, Stream
from shared.domain.event import Event, Record, Sealed
from shared.domain.policy import AlreadySo, Policy, TaskFor
from shared.domain.rules import Rulebook
from shared.domain.view import Insert, View
from shared.eventstore.store import Store
from shared.inbox.consumer import Consumer, Subscription
from shared.inbox.housekeeping import InboxHousekeeping, Patience
from shared.inbox.inbox import Inbox
from shared.inbox.positions import RawMessage
from shared.inbox.resend import ResendRequests
from shared.inbox.tables import InboxTables
from shared.infrastructure.clock import RealClock
from shared.infrastructure.ids import new_event_id
from shared.messaging.authentication import open_message, seal_message
from shared.messaging.client import KafkaConnection
from shared.messaging.message import Message
from shared.messaging.relay import Relay, ask_for_resend
from shared.messaging.topics import CHECKPOINT_TOPIC, RESEND_TOPIC, BrokerKind, topic_of
from shared.projections.views import Views
from shared.service.migrations import migrate
from shared.team.known_people import KnowPerson, known_person
from shared.team.tasks import task
from tests.integration.databases import copy_of

ACCESS = AccessPolicy.read(Path(__file__).resolve().parents[2] / "services")
TEAMS = ("mash", "people", "assessment")
TEMPLATE = "toys"
_CHILDREN = uuid4()


def child(n: int) -> UUID:
    """The n-th child."""
    return uuid5(_CHILDREN, str(n))


# -- the sources


class NoteText(Sealed):
    words: str


class Noted(Event, name="toys.Noted", crosses=True, text=NoteText):
    n: int


class Pondered(Event, name="toys.Pondered"):
    pass


class Appeared(Event, name="toys.Appeared", crosses=True):
    pass


class Note(Command, name="mash.Note", opens=True, internal=True):
    n: int
    words: str = "a name"


class Jot(Command, name="mash.HoldContact"):
    """As Note, by a person, once there is a stream."""

    n: int
    words: str = "a name"


class NoteMuch(Command, name="mash.NoteMuch", opens=True, internal=True):
    numbers: tuple[int, ...]


class Ponder(Command, name="mash.Ponder", opens=True, internal=True):
    pass


class Appear(Command, name="people.Appear", opens=True, internal=True):
    pass


def said(command: Note | Jot | NoteMuch | Ponder | Appear, _state: Any, _context: Any) -> list[Event]:
    match command:
        case Note(n=n, words=words) | Jot(n=n, words=words):
            return [Noted(n=n, sealed=NoteText(words=words))]
        case NoteMuch(numbers=numbers):
            return [Noted(n=n, sealed=NoteText(words="a name")) for n in numbers]
        case Ponder():
            return [Pondered()]
        case Appear():
            return [Appeared()]


diary = Stream(
    name="diary",
    state=None,
    evolve=lambda state, _event: state,
    decide=said,
    commands=Note | Jot | NoteMuch | Ponder | Appear,
    events=Noted | Pondered | Appeared,
    per=Per.ITSELF,
)

# -- the reader


class Copied(Event, name="toys.Copied", text=NoteText):
    n: int


class Copy(Command, name="assessment.Copy", opens=True, internal=True):
    n: int
    words: str | None = None


def decide_copy(command: Copy, state: tuple[int, ...], _context: Any) -> list[Event]:
    if command.n in state:
        raise AssertionError("an event had its effect twice")
    if state[-1:] == (CLOSE,) and command.n >= 0:
        raise Refused("closed", rule="M6", reason="already")
    if command.n in BROKEN:
        raise RuntimeError("a handler with a mistake in it")
    if command.n in REFUSED:
        raise Refused("not this one", rule="M5", reason=REFUSED[command.n])
    return [Copied(n=command.n, sealed=NoteText(words=command.words) if command.words else None)]


CLOSE, REOPEN = -1, -2
"""Copies that close the stream to others, and open it again."""
BROKEN: set[int] = set()
"""Numbers that no copy can be made of."""
REFUSED: dict[int, str] = {}
"""Numbers that are refused, and for what reason."""

copies = Stream(
    name="copies",
    state=(),
    evolve=lambda state, event: (*state, event.n),
    decide=decide_copy,
    commands=Copy,
    events=Copied,
    per=Per.CHILD,
)
policy = Policy("assessment")


@policy.on(Appeared)
def know(_event: Appeared, record: Record) -> KnowPerson:
    return KnowPerson(about=(record.stream,), kind="child")


@policy.on(Noted, already=AlreadySo, look=TaskFor("team_manager"))
def copy(event: Noted, record: Record) -> Copy:
    assert event.child is not None
    return Copy(about=(event.child,), n=event.n, words=(record.text or {}).get("words"))


@dataclass
class CopyRow:
    child: UUID
    n: int
    version: int


def copies_view() -> View[CopyRow]:
    view = View("copies", row=CopyRow, key=("child", "n"))

    @view.on(Copied)
    def _(event: Copied, record: Record) -> Insert:
        return Insert(child=event.child, n=event.n, version=record.version)

    return view


@dataclass
class Team:
    """One process of a team."""

    name: str
    dsn: str
    pool: asyncpg.Pool
    store: Store
    runner: CommandHandler
    inbox: Inbox
    keys: KeyStore
    transport: TransportKeys
    views: Views
    kept: list[bytes] = field(default_factory=list)

    async def _keep(self, bodies: Sequence[bytes]) -> None:
        self.kept += bodies

    @property
    def connect(self) -> Callable[[], Awaitable[asyncpg.Connection]]:
        return partial(asyncpg.connect, self.dsn, command_timeout=15, timeout=5)

    def relay(self, bootstrap: str) -> Relay:
        return Relay(self.name, self.connect, bootstrap, self.keys, self.transport, idempotent=False)

    def consumer(self, bootstrap: str, *sources: str) -> Consumer:
        """What reads for it, without housekeeping."""
        consumer, _ = self.reading(bootstrap, *sources)
        return consumer

    def reading(
        self, bootstrap: str | KafkaConnection, *sources: str, kind: BrokerKind = "embedded"
    ) -> tuple[Consumer, InboxHousekeeping]:
        """What reads for it and keeps its inbox in order, as in a process of a service, but looking sooner."""
        requests = ResendRequests(self.name, bootstrap, partial(ask_for_resend, self.pool, self.name))
        beside = [
            Subscription(RESEND_TOPIC, "resend", requests.answer),
            Subscription(CHECKPOINT_TOPIC, "checkpoints", self._keep),
        ]
        topics = [topic_of(each) for each in sources]
        consumer = Consumer(self.name, topics, self.inbox, bootstrap, kind, instance="1", beside=beside)
        patience = Patience(every=0.05, gap=0.1, ask_again=0.5)
        return consumer, InboxHousekeeping(self.inbox, requests, patience)

    async def do(self, *commands: Command) -> None:
        await asyncio.gather(
            *(
                self.runner.run(c, Actor.service(self.name, "childrens_social_care"), uuid4())
                for c in commands
            )
        )

    async def say(self, notes: Sequence[tuple[int, int]]) -> None:
        """Notes of (child, n), each in its place."""
        for who, n in notes:
            await self.do(Note(about=(child(who),), n=n, words=f"name {n}"))

    async def say_much(self, count: int, children: int) -> None:
        """So many notes in all, ten at a time of a child."""
        for round_ in range(0, count, 10 * children):
            await self.do(
                *(
                    NoteMuch(
                        about=(child(who),),
                        numbers=tuple(range(round_ + who, round_ + 10 * children, children)),
                    )
                    for who in range(children)
                )
            )

    async def published(self) -> list[RawMessage]:
        """All that crosses, as a broker would give it."""
        connection = await self.connect()
        relay, after, found = self.relay("nowhere"), 0, list[Message]()
        while page := await relay.messages(connection, after=after, until=2**62):
            found += page
            after = page[-1].position
        await connection.close()
        return [arrived(message, n) for n, message in enumerate(found)]

    async def follow_views(self) -> None:
        """Bring every view to the head."""
        head = await self.store.head()
        await self.views.prepare()
        await self.views.start()
        assert await self.views.wait_for("copies", head, timeout=10)
        await self.views.stop()

    async def copied(self) -> dict[UUID, list[int]]:
        """What was taken of each child, in order of the log."""
        rows = await self.pool.fetch(
            f"SELECT child, state FROM {self.name}.events WHERE topic = 'toys.Copied' ORDER BY notification_id"
        )
        found: dict[UUID, list[int]] = {}
        for row in rows:
            found.setdefault(row["child"], []).append(orjson.loads(row["state"])["n"])
        return found

    async def heads(self) -> list[tuple[Any, ...]]:
        rows = await self.pool.fetch(
            f"SELECT source, key, position, event_id FROM {self.name}.inbox_heads ORDER BY 1, 2"
        )
        return [tuple(row) for row in rows]

    async def waits(self) -> tuple[int, int]:
        """How many are held, how many parked."""
        return await self.inbox.tables.counts()

    async def why(self) -> dict[str, int]:
        """How many are held, by reason."""
        rows = await self.pool.fetch(f"SELECT why FROM {self.name}.inbox_held")
        return dict(Counter(row["why"] for row in rows))


def arrived(message: Message, offset: int = 0) -> RawMessage:
    return RawMessage(message.topic, message.key.bytes[0] % 4, offset, message.headers(), message.body())


@dataclass
class Toys:
    """A database with all three teams, and what processes of them are opened."""

    server: EmbeddedPostgres
    database: str
    directory: Path
    stack: AsyncExitStack
    transport: TransportKeys
    keys: dict[str, KeyStore] = field(default_factory=dict)

    async def open(
        self,
        name: str,
        *,
        patience: float = 60.0,
        store_patience: float = 10.0,
        streams: Sequence[Stream] = (),
        policy: Policy = policy,
        rules: Rulebook = Rulebook((), edition="2026-11"),  # noqa: B008 - a constant
    ) -> Team:
        """One more process of a team; of a team of other streams, where these are given."""
        dsn = self.server.dsn(self.database, name, "app")
        pool = await asyncpg.create_pool(dsn, min_size=0, max_size=6, command_timeout=10)
        connect = partial(asyncpg.connect, dsn, command_timeout=15, timeout=5)
        clock = RealClock()
        usual = (copies,) if name == "assessment" else (diary,)
        own = (*(streams or usual), known_person, task)
        if name not in self.keys:
            self.keys[name] = KeyStore(self.directory / f"{name}.keys", bytes(32))
            self.stack.callback(self.keys[name].close)
        store = Store(pool, connect, name, clock, keys=self.keys[name], patience=store_patience)
        runner = CommandHandler(
            name,
            own,
            agency="childrens_social_care",
            store=store,
            keys=self.keys[name],
            rules=rules,
            access=ACCESS,
            clock=clock,
        )
        reads = policy if name == "assessment" else Policy(name)
        inbox = Inbox(runner, reads, InboxTables(pool, name), self.transport, cause_patience=patience)
        views = Views(pool, name, [copies_view()] if name == "assessment" else [])
        await store.start()
        self.stack.callback(pool.terminate)
        self.stack.push_async_callback(store.stop)
        return Team(name, dsn, pool, store, runner, inbox, self.keys[name], self.transport, views)


_prepared: set[Path] = set()


def prepare_toys(server: EmbeddedPostgres) -> None:
    """The teams' roles, and a migrated database to copy, once on each server. Blocks."""
    if server.directory in _prepared:
        return
    _prepared.add(server.directory)
    for name in TEAMS:
        for role, password in ((f"{name}_owner", "owner"), (name, "app")):
            server.execute(
                f"DO $$ BEGIN CREATE ROLE {role} LOGIN PASSWORD '{password}'; EXCEPTION WHEN duplicate_object THEN END $$"
            )
    server.create_database(TEMPLATE)
    for name in TEAMS:
        schemas = f"CREATE SCHEMA {name} AUTHORIZATION {name}_owner; CREATE SCHEMA {name}_views AUTHORIZATION {name}"
        server.execute(schemas, TEMPLATE)
        asyncio.run(migrate(server.dsn(TEMPLATE, f"{name}_owner", "owner"), name, name))


@asynccontextmanager
async def toys_on(server: EmbeddedPostgres, directory: Path) -> AsyncIterator[Toys]:
    """A fresh database of all three teams on a server that was prepared."""
    database = copy_of(server, TEMPLATE)
    transport = TransportKeys(directory / "transport")
    for name in TEAMS:
        transport.ensure(topic_of(name))
    BROKEN.clear()
    REFUSED.clear()
    async with AsyncExitStack() as stack:
        yield Toys(server, database, directory, stack, transport)


@asynccontextmanager
async def running(*parts: Relay | Consumer | InboxHousekeeping) -> AsyncIterator[None]:
    """These at work, as in a process of a service."""
    for part in parts:
        await part.start()
    try:
        yield
    finally:
        await asyncio.gather(*(part.stop() for part in parts))


async def until(true: Callable[[], Awaitable[bool]], seconds: float = 20) -> None:
    """Wait until it is so."""
    async with asyncio.timeout(seconds):
        while not await true():
            await asyncio.sleep(0.02)


def told_otherwise(team: Team, raw: RawMessage, **changes: Any) -> RawMessage:
    """The message as a log that was put back would send it: another event, unless its id is given, and authentic."""
    message = open_message(raw.headers, raw.body, team.transport)
    values = {name: getattr(message, name) for name in Message.__dataclass_fields__}
    event_id = new_event_id()
    other = Message(**values | {"event_id": event_id, "digest": event_id.bytes * 2} | changes)
    content = Content.NOTHING if message.text is None else Content.WORDS
    seal_message(other, team.transport, content, message.text or b"")
    return arrived(other)
