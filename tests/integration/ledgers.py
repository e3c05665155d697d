"""Logs to tamper with: three services in one database, what they signed, and what they keep of each other."""

import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4, uuid5

import asyncpg
import orjson

from deploy.local.postgres import EmbeddedPostgres
from shared.audit.checkpoint import Checkpoint, PublicKeys, Signer, make_signing_key
from shared.audit.checkpoint_tables import CheckpointTables
from shared.audit.checkpointer import Checkpoints
from shared.audit.log_check import Contract
from shared.audit.verify import Report, verify_log
from shared.crypto.hash_chain import GENESIS, content, link
from shared.crypto.key_store import KeyStore
from shared.domain.codec import encode
from shared.domain.event import Envelope, Event
from shared.eventstore.append import AppendRequest, CommandWrites, InboxMove, NewEvent, StreamWrite
from shared.eventstore.store import Store
from shared.infrastructure.clock import RealClock
from shared.messaging.client import KafkaConnection
from shared.service.migrations import migrate

SERVICES = ("mash", "people", "chronology")
STREAMS = [uuid5(UUID(int=0), f"stream {n}") for n in range(12)]
CHILDREN = [uuid5(UUID(int=0), f"child {n}") for n in range(12)]
EACH = 5
"""Events of each stream: event n of stream s stands at position n * 12 + s + 1."""
LONGEST = 10
"""Positions of a checkpoint here."""
BUILT = "proof_ledgers"


class Told(Event, name="ledgers.Told", crosses=True):
    what: str


class Noted(Event, name="ledgers.Noted"):
    what: str


CONTRACT = Contract({"ledgers.Told": True, "ledgers.Noted": False}, categories={"ledgers.Told": "talk"})


def row(n: int, child: UUID, event_id: UUID | None = None) -> NewEvent:
    event = Told(child=child, what=f"code {n}") if n % 3 else Noted(child=child, what=f"code {n}")
    event_id = event_id or uuid4()
    envelope = Envelope(
        id=str(event_id),
        known_at="2026-04-02T15:40:00+00:00",
        actor=str(UUID(int=2)),
        role="mash_manager",
        agency="childrens_social_care",
        purpose="safeguarding",
        basis="public_task",
        correlation=str(UUID(int=3)),
        command=str(UUID(int=3)),
    )
    key = child if event.CROSSES else None
    return NewEvent(event_id, event.NAME, "talk", encode(event, envelope), b"sealed words", child, key)


@dataclass
class Ledgers:
    """The services' databases, and everything that is needed to sign and to verify."""

    pools: dict[str, asyncpg.Pool]
    keys: PublicKeys
    signers: dict[str, Signer]
    superuser: asyncpg.Connection

    def tables(self, service: str) -> CheckpointTables:
        return CheckpointTables(self.pools[service], service)

    def checkpoints(self, service: str) -> Checkpoints:
        return Checkpoints(
            self.tables(service),
            self.signers[service],
            self.keys,
            KafkaConnection("nowhere:1"),
            idempotent=False,
        )

    async def append(self, service: str, rows: Sequence[tuple[int, int]]) -> None:
        """Events n of streams s, as the service's own writer appends them."""
        pool = self.pools[service]
        store = Store(pool, partial(asyncpg.connect, dsn_of(pool)), service, RealClock())
        await store.start()
        for n, s in rows:
            writes = (StreamWrite(STREAMS[s], n, (row(n, CHILDREN[s]),)),)
            await store.append(AppendRequest((CommandWrites(uuid4(), b"asked", writes),)))
        await store.stop()

    async def append_raw(self, service: str, name: str, body: dict[str, Any], child: UUID) -> None:
        """One event of any name and body on a stream of its own."""
        row = NewEvent(UUID(body["envelope"]["id"]), name, "talk", orjson.dumps(body), None, child, None)
        await self._append(service, [StreamWrite(uuid4(), 0, (row,))])

    async def append_sealed(
        self, service: str, child: UUID, keys: KeyStore, words: Sequence[str]
    ) -> list[UUID]:
        """An event for each of these words, sealed with real keys; the events' ids."""
        keys.make([child])
        rows = [replace(row(n + 1, child), sealed=None) for n in range(len(words))]
        for each, said in zip(rows, words, strict=True):
            each.sealed = keys.seal(child, each.event_id, orjson.dumps({"words": said}))
        await self._append(service, [StreamWrite(uuid4(), 0, tuple(rows))])
        return [each.event_id for each in rows]

    async def _append(self, service: str, writes: Sequence[StreamWrite]) -> None:
        pool = self.pools[service]
        store = Store(pool, partial(asyncpg.connect, dsn_of(pool)), service, RealClock())
        await store.start()
        await store.append(AppendRequest((CommandWrites(uuid4(), b"asked", tuple(writes)),)))
        await store.stop()

    async def sign(self, service: str) -> list[Checkpoint]:
        """What is not signed yet, ten positions at a time."""
        made = []
        while (one := await self.tables(service).make(self.signers[service], longest=LONGEST)) is not None:
            made.append(one)
        return made

    async def tamper(self, *statements: str) -> None:
        """As somebody who owns the whole server, past every trigger."""
        await self.superuser.execute("SET session_replication_role = replica")
        for statement in statements:
            assert (await self.superuser.execute(statement)).rpartition(" ")[2] != "0", statement

    async def chain_again(self, first: int) -> None:
        """Give every row from there on the digest that follows, as the writer would have."""
        rows = await self.superuser.fetch("SELECT * FROM mash.events ORDER BY notification_id")
        digest = GENESIS
        for each in rows:
            covered = content(
                each["notification_id"],
                each["originator_id"],
                each["originator_version"],
                each["topic"],
                each["recorded_at"],
                each["state"],
                each["sealed"],
            )
            digest = link(digest, covered)
            if each["notification_id"] >= first:
                await self.superuser.execute(
                    "UPDATE mash.events SET digest = $1 WHERE notification_id = $2",
                    digest,
                    each["notification_id"],
                )

    async def verify(
        self, service: str = "mash", audited: Sequence[Checkpoint] = (), **options: int
    ) -> Report:
        return await verify_log(service, self.pools, self.keys, CONTRACT, audited=audited, **options)

    async def found(self, audited: Sequence[Checkpoint] = ()) -> str:
        """Everything that verifying says of MASH's log."""
        return "\n".join(str(each) for each in (await self.verify(audited=audited)).findings)


def stream_at(position: int) -> str:
    return f"stream {STREAMS[(position - 1) % len(STREAMS)]}"


async def checkpoints_of(ledgers: Ledgers) -> list[Checkpoint]:
    rows = await ledgers.superuser.fetch("SELECT * FROM mash.checkpoints ORDER BY last")
    return [Checkpoint.row("mash", each) for each in rows]


def dsn_of(pool: asyncpg.Pool) -> str:
    return str(pool._connect_args[0])


def keys_in(directory: Path) -> tuple[PublicKeys, dict[str, Signer]]:
    for name in SERVICES:
        make_signing_key(name, directory / f"{name}.key", directory / "keys")
    return PublicKeys.read(directory / "keys"), {
        name: Signer(name, directory / f"{name}.key") for name in SERVICES
    }


@asynccontextmanager
async def opened(server: EmbeddedPostgres, database: str, directory: Path) -> AsyncIterator[Ledgers]:
    keys, signers = keys_in(directory)
    async with AsyncExitStack() as exits:
        pools = {}
        for name in SERVICES:
            dsn = server.dsn(database)
            pools[name] = await exits.enter_async_context(asyncpg.create_pool(dsn, min_size=0, max_size=3))
        superuser = await asyncpg.connect(server.dsn(database))
        exits.push_async_callback(superuser.close)
        yield Ledgers(pools, keys, signers, superuser)


async def build(server: EmbeddedPostgres, directory: Path) -> None:
    """MASH's log of 60 events, signed ten by ten; the others keep what it signed, and took what crosses."""
    server.create_database(BUILT)
    server.execute("".join(f"CREATE SCHEMA {name};" for name in SERVICES), BUILT)
    for name in SERVICES:
        await migrate(server.dsn(BUILT), name, "postgres")
    async with opened(server, BUILT, directory) as ledgers:
        await ledgers.append("mash", [(n, s) for n in range(EACH) for s in range(len(STREAMS))])
        await ledgers.append("people", [(0, 0), (0, 1), (1, 0)])
        made = [one.json() for name in ("mash", "people") for one in await ledgers.sign(name)]
        for name in SERVICES:
            await ledgers.checkpoints(name).keep(made)
        await take(ledgers, "chronology")


async def take(ledgers: Ledgers, service: str) -> None:
    """Move the inbox heads of a service as if it had taken everything that crosses from MASH."""
    rows = await ledgers.pools["mash"].fetch(
        "SELECT key, notification_id, event_id, digest FROM mash.events WHERE key IS NOT NULL ORDER BY notification_id"
    )
    pool = ledgers.pools[service]
    store = Store(pool, partial(asyncpg.connect, dsn_of(pool)), service, RealClock())
    await store.start()
    heads: dict[UUID, int] = {}
    moves = []
    for r in rows:
        place = (r["key"], heads.get(r["key"], 0), r["notification_id"])
        moves.append(InboxMove("mash", *place, r["event_id"], r["digest"]))
        heads[r["key"]] = r["notification_id"]
    await store.append(AppendRequest(heads=tuple(moves)))
    await store.stop()


def directory() -> Path:
    """Where the keys of one run are."""
    return Path(tempfile.mkdtemp(prefix="proof-"))
