"""One PostgreSQL for the whole run, a fresh database for each test, and stores on it."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from deploy.kafka.topics import create_topics
from deploy.local.broker import EmbeddedBroker
from deploy.local.postgres import EmbeddedPostgres
from shared.commands.handler import CommandHandler
from shared.crypto.key_store import KeyStore
from shared.eventstore.store import Store
from shared.infrastructure.clock import Clock, RealClock, SimulatedClock
from shared.service.migrations import migrate
from shared.team.known_people import KnowPerson
from tests.integration import toy_team
from tests.integration.databases import copy_of
from tests.integration.ledgers import BUILT, Ledgers, build, directory, opened
from tests.integration.toy_access import access_to
from tests.integration.toys import Team, Toys, prepare_toys, toys_on

SERVICE = "mash"


@dataclass(frozen=True)
class LogDatabase:
    """An empty database with the service's schema and tables, and where its roles connect."""

    server: EmbeddedPostgres
    name: str
    app: str
    owner: str
    superuser: str


TEMPLATE = "migrated"


def prepare(server: EmbeddedPostgres) -> None:
    """Makes the roles of one service on a new server, and a migrated database to copy."""
    server.execute("CREATE ROLE mash_owner LOGIN PASSWORD 'owner'; CREATE ROLE mash LOGIN PASSWORD 'app'")
    server.create_database(TEMPLATE)
    server.execute(
        "CREATE SCHEMA mash AUTHORIZATION mash_owner; CREATE SCHEMA mash_views AUTHORIZATION mash", TEMPLATE
    )
    asyncio.run(migrate(server.dsn(TEMPLATE, "mash_owner", "owner"), SERVICE, "mash"))


def database_on(server: EmbeddedPostgres) -> LogDatabase:
    """A database of its own."""
    name = copy_of(server, TEMPLATE)
    return LogDatabase(
        server,
        name,
        app=server.dsn(name, "mash", "app"),
        owner=server.dsn(name, "mash_owner", "owner"),
        superuser=server.dsn(name),
    )


@pytest.fixture(scope="session")
def postgres(tmp_path_factory) -> Iterator[EmbeddedPostgres]:
    """A server for the whole run. What is committed need not outlive a power cut here."""
    with EmbeddedPostgres(tmp_path_factory.mktemp("postgres"), settings={"fsync": "off"}) as server:
        prepare(server)
        yield server


@pytest.fixture
def log_database(postgres) -> Iterator[LogDatabase]:
    """A fresh database on it."""
    database = database_on(postgres)
    yield database
    postgres.drop_database(database.name)


@pytest.fixture
async def pool(log_database) -> AsyncIterator[asyncpg.Pool]:
    """Connections of the service's own role to it."""
    async with asyncpg.create_pool(log_database.app, min_size=1, max_size=6) as made:
        yield made


@pytest.fixture(scope="session")
def mortal(tmp_path_factory) -> Iterator[EmbeddedPostgres]:
    """A second server, to kill; whoever does brings it back."""
    with EmbeddedPostgres(tmp_path_factory.mktemp("mortal"), settings={"fsync": "off"}) as server:
        prepare(server)
        yield server


OpenStore = Callable[..., Awaitable[Store]]


@pytest.fixture
async def open_store(log_database) -> AsyncIterator[OpenStore]:
    """Opens stores on the fresh database, as separate processes would; they are stopped with the test."""
    async with AsyncExitStack() as stack:
        yield partial(store_on, stack, log_database.app)


async def store_on(
    stack: AsyncExitStack,
    dsn: str,
    *,
    clock: Clock | None = None,
    connection_class: type[asyncpg.Connection] = asyncpg.Connection,
    **more: Any,
) -> Store:
    """A started store, and its stop left with `stack`."""
    pool = await asyncpg.create_pool(dsn, min_size=0, max_size=4)
    stack.push_async_callback(_close, pool)
    connect = partial(
        asyncpg.connect,
        dsn,
        timeout=5,
        command_timeout=15,
        connection_class=connection_class,
        server_settings={"application_name": "mash writer", "lock_timeout": "10s"},
    )
    store = Store(pool, connect, SERVICE, clock or RealClock(), **more)
    await store.start()
    stack.push_async_callback(store.stop)
    return store


async def _close(pool: asyncpg.Pool) -> None:
    pool.terminate()


@pytest.fixture
async def connection(log_database) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(log_database.app)
    yield connection
    await connection.close()


@pytest.fixture
async def store(open_store) -> Store:
    return await open_store()


@pytest.fixture
def clock() -> SimulatedClock:
    """Stands at the toy team's start until it is moved."""
    return SimulatedClock(toy_team.START)


@pytest.fixture
def keys(tmp_path) -> KeyStore:
    """A key store of the test's own."""
    return KeyStore(tmp_path / "keys", bytes(32))


@pytest.fixture
async def runners(open_store, clock, keys) -> list[CommandHandler]:
    """Two processes of the toy team, each with warm states of its own; three children are known to it."""
    access = access_to(toy_team.STREAMS)
    both = [
        CommandHandler(
            SERVICE,
            toy_team.STREAMS,
            agency="childrens_social_care",
            store=await open_store(clock=clock, keys=keys),
            keys=keys,
            rules=toy_team.RULES,
            access=access,
            clock=clock,
        )
        for _ in range(2)
    ]
    for child in (toy_team.AVA, toy_team.BEN, toy_team.CAL):
        await both[0].run(KnowPerson(about=(child,), kind="child"), toy_team.SERVICE, uuid4())
    return both


@pytest.fixture
def runner(runners) -> CommandHandler:
    """One of them."""
    return runners[0]


@pytest.fixture(scope="session")
def toys_server(postgres) -> EmbeddedPostgres:
    """The server, with the roles of the toy teams that exchange messages."""
    prepare_toys(postgres)
    return postgres


@pytest.fixture
async def toys(toys_server, tmp_path) -> AsyncIterator[Toys]:
    """Those teams, on a fresh database."""
    async with toys_on(toys_server, tmp_path) as made:
        yield made


@pytest.fixture
async def mash(toys) -> Team:
    """The team that says something."""
    return await toys.open("mash")


@pytest.fixture
def broker(tmp_path) -> Iterator[EmbeddedBroker]:
    """An empty broker of the test's own, with all topics."""
    with EmbeddedBroker(tmp_path / "broker") as started:
        create_topics(started.bootstrap)
        yield started


@pytest.fixture(scope="session")
def built(postgres) -> Iterator[Path]:
    """Three services' logs with what they signed and kept, built once to be copied; the path of their keys."""
    place = directory()
    asyncio.run(build(postgres, place))
    yield place
    postgres.drop_database(BUILT)
    shutil.rmtree(place)


@pytest.fixture
async def ledgers(postgres, built) -> AsyncIterator[Ledgers]:
    """A copy of them, to tamper with."""
    name = await asyncio.to_thread(copy_of, postgres, BUILT)
    async with opened(postgres, name, built) as found:
        yield found
    await asyncio.to_thread(postgres.drop_database, name)
