"""Searching a whole stack for texts that may stand nowhere outside the LADO service.

What a walled team knows must not leave it: neither in what the others keep, sealed or not, nor in what a machine writes
down on the way. So everything is read that there is: log files, trace files, metrics, every table of every other
service's database, the sealed words of their logs (opened with their own keys), every topic but LADO's own, and the
exports of the children. It looks as things stand; traces are there only where the stack writes them.
"""

import asyncio
import html
import json
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from contextlib import aclosing, closing
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition

from deploy.database.provision import views_owner_of
from deploy.keys.make_keys import KeyFiles
from deploy.local.kafka import LocalKafka
from deploy.local.layout import Layout
from deploy.play.calling import AUDITOR, OPERATOR, Services
from deploy.play.stacks import RunningStack, dsn_of
from shared.crypto.key_store import KeyStore
from shared.messaging.topics import topic_of

LADO: Final = "lado"
"""The service behind the wall: what it holds itself is not searched."""

_ROWS: Final = 500
_READ_MS: Final = 500


def holds(there: str, text: str) -> bool:
    """Whether a text stands in another, in any case of letters, also as JSON and HTML write it."""
    written = (text, json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1], html.escape(text))
    folded = there.casefold()
    return any(one.casefold() in folded for one in written)


async def search(
    texts: Sequence[str], stack: RunningStack, services: Services, children: Sequence[UUID]
) -> dict[str, list[str]]:
    """Where each text stands outside the LADO service, in words; those that stand nowhere are left out.

    Args:
        texts: what to look for.
        stack: where to look.
        services: of that stack.
        children: whose exports are made and searched.
    """
    found: dict[str, list[str]] = {}
    async with aclosing(_everything(stack, services, children)) as places:
        async for place, there in places:
            for text in texts:
                if holds(there, text) and place not in found.get(text, ()):
                    found.setdefault(text, []).append(place)
    return found


async def _everything(
    stack: RunningStack, services: Services, children: Sequence[UUID]
) -> AsyncGenerator[tuple[str, str]]:
    others = [name for name in services.names if name != LADO]
    layout = Layout(stack.directory)
    for place, there in _files(stack.directory):
        yield place, there
    for name in others:
        async for place, there in _database(name, layout):
            yield place, there
        yield f"the metrics of {name}", await services.shown(name, "/metrics", OPERATOR)
        for child in children:
            export = await services.shown(name, f"/audit/children/{child}", AUDITOR)
            for line in export.splitlines():
                yield f"the export of {name}", _exported(line)
    async for place, there in _topics(stack, layout):
        yield place, there


def _files(directory: Path) -> Iterator[tuple[str, str]]:
    """Log and trace files, a line at a time; those of the LADO service's own process are left out."""
    logs = (path for folder in ("logs", "postgres", "kafka") for path in (directory / folder).glob("*.log*"))
    for path in sorted([*logs, *(directory / "traces").glob("*")]):
        if path.name.partition(".")[0] != LADO:
            with path.open(errors="replace") as lines:
                for line in lines:
                    yield f"the file {path.relative_to(directory)}", line


async def _database(service: str, layout: Layout) -> AsyncIterator[tuple[str, str]]:
    """Every row that a service's own role may read, or that of its read tables, and the sealed words of its log."""
    own = await asyncpg.connect(dsn_of(layout, service))
    views = await asyncpg.connect(dsn_of(layout, service, role=views_owner_of(service)))
    searched: set[str] = set()
    try:
        for connection in (own, views):
            async for place, there in _tables(connection, searched):
                yield place, there
        async for place, there in _sealed(service, own, layout):
            yield place, there
    finally:
        await own.close()
        await views.close()


async def _tables(connection: asyncpg.Connection, searched: set[str]) -> AsyncIterator[tuple[str, str]]:
    """Every row of the tables that a role may read and that were not searched yet."""
    tables = await connection.fetch(
        """SELECT table_schema AS schema, table_name AS name FROM information_schema.tables
            WHERE table_schema NOT IN ('pg_catalog', 'information_schema')
              AND has_table_privilege(format('%I.%I', table_schema, table_name), 'SELECT') ORDER BY 1, 2"""
    )
    for table in tables:
        name = f"{table['schema']}.{table['name']}"
        if name in searched:
            continue
        searched.add(name)
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            async for row in connection.cursor(
                f'SELECT * FROM "{table["schema"]}"."{table["name"]}"', prefetch=_ROWS
            ):
                yield f"the table {name}", _row(row.values())


async def _sealed(
    service: str, connection: asyncpg.Connection, layout: Layout
) -> AsyncIterator[tuple[str, str]]:
    keys = KeyFiles(layout.secrets, layout.checkpoint_keys)
    store = KeyStore.from_files(layout.keys / f"{service}.keys", keys.master_key(service))
    with closing(store):
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            async for row in connection.cursor(
                f"SELECT topic, sealed, event_id FROM {service}.events WHERE sealed IS NOT NULL",
                prefetch=_ROWS,
            ):
                words = store.open(row["sealed"], row["event_id"])
                yield f"the sealed words of {row['topic']} in the log of {service}", _text(words)


def _exported(line: str) -> str:
    """A line of an export, with the open part of its event as text."""
    event: dict[str, Any] = json.loads(line).get("event", {})
    return f"{line}{event.get('open', '')}"


async def _topics(stack: RunningStack, layout: Layout) -> AsyncIterator[tuple[str, str]]:
    """Every message of every topic but LADO's own, from its beginning to where it ends now."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=stack.bootstrap, enable_auto_commit=False, **_administrator(stack, layout)
    )
    await consumer.start()
    try:
        places = [
            TopicPartition(topic, partition)
            for topic in sorted(await consumer.topics())
            if topic != topic_of(LADO) and not topic.startswith("__")
            for partition in sorted(consumer.partitions_for_topic(topic) or ())
        ]
        ends = await consumer.end_offsets(places)
        begins = await consumer.beginning_offsets(places)
        consumer.assign(places)
        for place in places:
            consumer.seek(place, begins[place])
        while waiting := [place for place in places if await consumer.position(place) < ends[place]]:
            for place, records in (await consumer.getmany(*waiting, timeout_ms=_READ_MS)).items():
                for record in records:
                    said = [record.key, record.value, *(value for _, value in record.headers)]
                    yield f"the topic {place.topic}", _row(said)
            await asyncio.sleep(0)
    finally:
        await consumer.stop()


def _administrator(stack: RunningStack, layout: Layout) -> dict[str, str]:
    """The login of a client that may read every topic; nothing where the broker asks nobody."""
    if stack.broker == "embedded":
        return {}
    login = LocalKafka(layout.kafka).administrator
    return {
        "security_protocol": login["security.protocol"],
        "sasl_mechanism": login["sasl.mechanism"],
        "sasl_plain_username": login["sasl.username"],
        "sasl_plain_password": login["sasl.password"],
    }


def _row(values: Iterator[Any] | Sequence[Any]) -> str:
    return "\n".join(_text(value) for value in values)


def _text(value: Any) -> str:
    """A stored value as text: bytes that are none show as signs that nobody looks for."""
    if value is None:
        return ""
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)
