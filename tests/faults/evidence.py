"""What a stopped stack's databases hold, and whether it is what one play, undisturbed, would have left."""

import importlib
import json
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from deploy.database.provision import database_of
from deploy.keys.make_keys import KeyFiles
from deploy.local.layout import Layout
from deploy.local.postgres import EmbeddedPostgres
from shared.crypto.hash_chain import first_break
from shared.crypto.key_store import KeyStore
from shared.projections.deadline_board import CLOCK
from shared.projections.views import Views
from shared.projections.words import OpenedWords
from shared.service.declaration import Service
from tests.faults.processes import SERVICES

Sums = Counter[tuple[object, ...]]


@dataclass
class Evidence:
    """What can be compared between two plays of one case: no id and no real time is in it.

    Attributes:
        streams: (service, kind, child's label, its events in order with their times), counted.
        entries: (child's label, titles and times of the child's record in its order).
        deadlines: (service, child's label, rule and instants of each clock), counted.
        screen: what `play` printed: each child's chronology as the agencies see it, and the deadlines.
    """

    streams: Sums = field(default_factory=Counter)
    entries: Sums = field(default_factory=Counter)
    deadlines: Sums = field(default_factory=Counter)
    screen: str = ""


async def gather(stack: Path, case: Path, said: str) -> Evidence:
    """Judges a stopped stack by itself, and answers what is to be compared with another. AssertionError says what
    is not as it must be.
    """
    found = Evidence(screen=said[said.index("\nChronology of") : said.index("Played in")])
    labels = _labels(stack, case)
    async with _databases(stack) as pools:
        logs = {
            name: await pools[name].fetch(f"SELECT * FROM {name}.events ORDER BY notification_id")
            for name in SERVICES
        }
        for name, pool in pools.items():
            service: Service = importlib.import_module(f"services.{name}.app").app
            _chained(name, logs[name])
            _each_once(name, logs[name], await pool.fetch(f"SELECT * FROM {name}.commands"))
            await _nothing_on_its_way(pool, service, logs)
            await _views_follow(pool, service, stack)
            found.streams += _streams(name, logs[name], labels)
            found.deadlines += await _deadlines(pool, name, labels)
        _entries_once_in_order(logs)
        found.entries = await _entries(pools["chronology"], labels)
    return found


def compare(disturbed: Evidence, undisturbed: Evidence) -> None:
    """AssertionError with the difference, where there is one."""
    assert disturbed.screen == undisturbed.screen
    for what in ("streams", "entries", "deadlines"):
        one, other = getattr(disturbed, what), getattr(undisturbed, what)
        lost, doubled = other - one, one - other
        assert not lost, f"{what} lost: {list(lost)}; instead: {list(doubled)}"
        assert not doubled, f"{what} that the undisturbed play has not: {list(doubled)}"


@asynccontextmanager
async def _databases(stack: Path) -> AsyncIterator[Mapping[str, asyncpg.Pool]]:
    """Where each service's log is: a team behind a wall has a database of its own."""
    with EmbeddedPostgres(stack / "postgres") as server:
        async with AsyncExitStack() as held:
            pools = {
                database: await held.enter_async_context(
                    asyncpg.create_pool(server.dsn(database), min_size=1, max_size=4)
                )
                for database in set(map(database_of, SERVICES))
            }
            yield {name: pools[database_of(name)] for name in SERVICES}


def _labels(stack: Path, case: Path) -> Mapping[UUID, str]:
    """Each person's place in the case, by the id that this play gave them."""
    journal = (stack / f"play-{case.stem}.jsonl").read_text().splitlines()[1:]
    done = [json.loads(line) for line in journal]
    keys = [one["key"] for one in done]
    assert len(set(keys)) == len(keys), "a step is in the journal twice"
    return {UUID(one["id"]): one["key"] for one in done if "/person/" in one["key"]}


# -- one log


def _chained(service: str, log: Sequence[asyncpg.Record]) -> None:
    """Positions 1..n, versions 1..m of each stream, every digest upon the one before, no time going back."""
    assert [row["notification_id"] for row in log] == list(range(1, len(log) + 1)), service
    assert first_break(log) is None, service
    versions: Counter[UUID] = Counter()
    for row in log:
        versions[row["originator_id"]] += 1
        assert row["originator_version"] == versions[row["originator_id"]], (service, row["notification_id"])
    times = [row["recorded_at"] for row in log]
    assert times == sorted(times), service
    assert len({row["event_id"] for row in log}) == len(log), service


def _each_once(service: str, log: Sequence[asyncpg.Record], commands: Sequence[asyncpg.Record]) -> None:
    """Every event stands where its command says that it wrote it, and no command wrote the same of a child twice."""
    places = {row["command_id"]: range(row["first"], row["last"] + 1) for row in commands}
    assert sum(map(len, places.values())) == len(log), service
    said: Sums = Counter()
    for row in log:
        envelope = _envelope(row)
        assert row["notification_id"] in places[UUID(envelope["command"])], (service, row["notification_id"])
        rule = orjson.loads(row["state"]).get("rule")
        said[envelope["command"], row["topic"], row["originator_id"], row["child"], rule] += 1
    assert not [what for what, times in said.items() if times > 1], service


def _envelope(row: asyncpg.Record) -> dict[str, Any]:
    envelope: dict[str, Any] = orjson.loads(row["state"])["envelope"]
    return envelope


# -- between services


async def _nothing_on_its_way(
    pool: asyncpg.Pool, service: Service, logs: Mapping[str, Sequence[asyncpg.Record]]
) -> None:
    """All is published and taken in: each inbox stands at the last event of each key of each source."""
    name = service.name
    assert await pool.fetchval(f"SELECT position FROM {name}.relay") == len(logs[name]), name
    for table in ("inbox_held", "parked", "skipped", "resend"):
        assert await pool.fetch(f"SELECT * FROM {name}.{table}") == [], (name, table)
    assert await pool.fetchval(f"SELECT count(*) FROM {name}.claims WHERE until > clock_timestamp()") == 0, (
        name
    )
    last = {
        (source, row["key"]): (row["notification_id"], row["event_id"], row["digest"])
        for source in service.reads
        for row in logs[source]
        if row["key"] is not None
    }
    heads = await pool.fetch(f"SELECT source, key, position, event_id, digest FROM {name}.inbox_heads")
    taken = {(row["source"], row["key"]): (row["position"], row["event_id"], row["digest"]) for row in heads}
    assert taken == last, name


def _entries_once_in_order(logs: Mapping[str, Sequence[asyncpg.Record]]) -> None:
    """Each entry is of one event of its source, each event is one entry at most, and within a source and a child they
    were taken in the order in which the source recorded them.
    """
    events = {name: {row["event_id"]: row for row in logs[name]} for name in SERVICES}
    taken: set[str] = set()
    reached: dict[tuple[str, UUID], int] = {}
    for row in logs["chronology"]:
        state = orjson.loads(row["state"])
        if row["topic"] != "chronology.EntryReceived":
            continue
        entry = state["entry"]
        assert entry["event"] not in taken, "an event was taken into a child's record twice"
        taken.add(entry["event"])
        event = events[entry["source"]][UUID(entry["event"])]
        assert (event["notification_id"], event["child"]) == (state["source_position"], row["child"])
        assert event["digest"].hex() == state["source_digest"]
        place = (entry["source"], row["child"])
        assert reached.get(place, 0) < event["notification_id"], "out of order within a child"
        reached[place] = event["notification_id"]


# -- views


async def _views_follow(pool: asyncpg.Pool, service: Service, stack: Path) -> None:
    """Every view stands at the head, and holds what it would hold if it were built anew from the log."""
    layout = Layout(stack)
    files = KeyFiles(layout.secrets, layout.checkpoint_keys)
    store = KeyStore.from_files(layout.keys / f"{service.name}.keys", files.master_key(service.name))
    with closing(store):  # a view may read words
        await _as_built_anew(
            pool, service, Views(pool, service.name, service.views, words=OpenedWords(store))
        )


async def _as_built_anew(pool: asyncpg.Pool, service: Service, views: Views) -> None:
    head = await pool.fetchval(f"SELECT max(notification_id) FROM {service.name}.events")
    standing = await views.positions()
    assert standing == {view.name: (head, None) for view in service.views}, service.name
    for view in service.views:
        live = await _rows(pool, view.table(service.name))
        await views.rebuild(view.name)
        assert await _rows(pool, view.table(service.name)) == live, (service.name, view.name)


async def _rows(pool: asyncpg.Pool, table: str) -> Counter[tuple[object, ...]]:
    return Counter(tuple(map(_plain, row.values())) for row in await pool.fetch(f"SELECT * FROM {table}"))


def _plain(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


# -- what is compared


def _streams(service: str, log: Sequence[asyncpg.Record], labels: Mapping[UUID, str]) -> Sums:
    streams: dict[tuple[UUID, str, UUID | None], list[tuple[object, ...]]] = {}
    for row in log:
        stream = (row["originator_id"], row["category"], row["child"])
        happened = orjson.loads(row["state"])["happened_at"]
        streams.setdefault(stream, []).append((row["topic"], happened, row["recorded_at"].isoformat()))
    return Counter(
        (service, category, labels.get(child) if child else None, tuple(events))
        for (_, category, child), events in streams.items()
    )


async def _deadlines(pool: asyncpg.Pool, service: str, labels: Mapping[UUID, str]) -> Sums:
    rows = await pool.fetch(f'SELECT * FROM "{service}_views".deadlines WHERE {CLOCK}')
    return Counter(
        (
            service,
            labels.get(row["child"]),
            row["rule"],
            *(str(row[name]) for name in ("at", "due_at", "acted_at", "ended_at", "missed_at")),
        )
        for row in rows
    )


async def _entries(pool: asyncpg.Pool, labels: Mapping[UUID, str]) -> Sums:
    rows = await pool.fetch(
        "SELECT * FROM chronology_views.entries ORDER BY happened_at, known_at, recorded_at"
    )
    seen = await pool.fetch("SELECT entry, agency, organisation, depth FROM chronology_views.seen")
    audience: dict[UUID, set[str]] = {}
    for row in seen:
        audience.setdefault(row["entry"], set()).add(f"{row['agency']}/{row['organisation']}/{row['depth']}")
    return Counter(
        (
            labels[row["child"]],
            row["title"],
            row["source_event"],
            *(row[name].isoformat() for name in ("happened_at", "known_at", "recorded_at")),
            row["late"],
            frozenset(audience.get(row["entry"], ())),
        )
        for row in rows
    )
