"""One of several processes that write to one log at once, badly: run by `test_store_races.py`.

Its callers guess versions, write halves that conflict, guard reads, move inbox heads, send what cannot be stored, send
again what they sent before, and go away; its connection is cut around COMMIT. At the end it prints what each caller
asked and was told, for the test to compare with the log.
"""

import asyncio
import json
import random
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from shared.eventstore.append import AppendRequest, CommandWrites, InboxMove, NewEvent, StreamWrite
from shared.eventstore.store import Store
from shared.infrastructure.clock import RealClock

DSN, SEED, SECONDS = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
CALLERS = 24
CUT_AT_COMMIT = 0.05
CUT_AT_ONCE = 0.3
"""More often: among others that write, a process seldom believes that it is alone."""
STREAMS = [UUID(int=n) for n in range(1, 31)]
CUTS = ("before commit", "after commit", "before one statement", "after one statement")
DIGEST = bytes(32)
KEYS = [UUID(int=n) for n in range(901, 905)]
chance = random.Random(SEED)
done: list[dict[str, Any]] = []
sent: list[tuple[AppendRequest, str]] = []
cuts: Counter[str] = Counter()


class Cut(asyncpg.Connection):
    """Loses the server now and then just before a commit is sent, or just after it was done."""

    async def execute(self, query: str, *args: Any, **more: Any) -> str:
        do = partial(super().execute, query, *args, **more)
        return await (self._cut(do, "commit", CUT_AT_COMMIT) if query == "COMMIT" else do())

    async def fetchval(self, query: str, *args: Any, **more: Any) -> Any:
        return await self._cut(partial(super().fetchval, query, *args, **more), "one statement", CUT_AT_ONCE)

    async def _cut(self, do: Callable[[], Awaitable[Any]], what: str, how_often: float) -> Any:
        if chance.random() > how_often:
            return await do()
        if chance.random() < 0.5:
            cuts[f"before {what}"] += 1
            self.terminate()
            return await do()
        cuts[f"after {what}"] += 1
        await do()
        self.terminate()
        raise asyncpg.ConnectionDoesNotExistError("the answer was lost")


def row(name: str = "test.Happened") -> NewEvent:
    return NewEvent(uuid4(), name, "test", b'{"envelope":{}}', None, None, None)


async def ask(pool: asyncpg.Pool) -> AppendRequest:
    """A member on versions that were true a moment ago, more or less."""
    rows = await pool.fetch("SELECT originator_id, max(originator_version) FROM mash.events GROUP BY 1")
    versions: dict[UUID, int] = dict(rows)
    wrong = partial(chance.choices, [0, 1, -1], [20, 1, 1])
    writes = []
    for stream in chance.sample(STREAMS, chance.choice([1, 1, 2, 3])):
        expected = max(0, versions.get(stream, 0) + wrong()[0])
        writes.append(StreamWrite(stream, expected, tuple(row() for _ in range(chance.choice([1, 1, 2])))))
    if chance.random() < 0.05:
        writes.append(StreamWrite(uuid4(), 0, (row("test.\x00"),)))
    halves = (writes[:1], writes[1:]) if len(writes) > 1 and chance.random() < 0.3 else (writes,)
    parts = tuple(CommandWrites(uuid4(), b"asked", tuple(half)) for half in halves)
    written = {write.stream_id for write in writes}
    reads = [(each, versions.get(each, 0)) for each in chance.sample(STREAMS, 2) if each not in written]
    heads = []
    if chance.random() < 0.2:
        key = chance.choice(KEYS)
        at = (
            await pool.fetchval("SELECT position FROM mash.inbox_heads WHERE source = 'x' AND key = $1", key)
            or 0
        )
        heads.append(InboxMove("x", key, at, at + chance.randint(1, 3), uuid4(), DIGEST))
    return AppendRequest(parts, tuple(reads) if chance.random() < 0.4 else (), tuple(heads))


def told(member: AppendRequest) -> dict[str, Any]:
    return {
        "parts": [
            {
                "command": str(part.command),
                "writes": [
                    [str(w.stream_id), w.expected, [str(r.event_id) for r in w.rows]] for w in part.writes
                ],
            }
            for part in member.parts
        ],
        "reads": [[str(stream), version] for stream, version in member.reads],
        "heads": [[str(head.key), head.previous, head.position] for head in member.heads],
        "poison": any("\x00" in r.name for w in member.writes() for r in w.rows),
        "outcome": "",
        "places": [],
    }


async def call(store: Store, pool: asyncpg.Pool) -> None:
    again = ""
    if sent and chance.random() < 0.15:
        member, before = chance.choice(sent)
        again = "the same"
        if before == "stands" and chance.random() < 0.5:
            part, again = member.parts[0], "another body"
            member = AppendRequest((CommandWrites(part.command, b"something else", part.writes),))
    else:
        member = await ask(pool)
    answer = told(member) | {"again": again}
    waiting = asyncio.ensure_future(store.append(member))
    if chance.random() < 0.1:
        await asyncio.sleep(chance.random() * 0.02)
        waiting.cancel()
    try:
        answer["places"] = [[place.first, place.last, place.again] for place in await waiting]
        answer["outcome"] = "stands"
    except asyncio.CancelledError:
        answer["outcome"] = "cancelled"
    except Exception as error:
        answer["outcome"] = type(error).__name__
    if not again:
        sent.append((member, answer["outcome"]))
    done.append(answer)


async def main() -> None:
    async with asyncpg.create_pool(DSN, min_size=2, max_size=4) as pool:
        connect = partial(
            asyncpg.connect,
            DSN,
            timeout=5,
            command_timeout=15,
            connection_class=Cut,
            server_settings={"application_name": "mash writer", "lock_timeout": "10s"},
        )
        store = Store(pool, connect, "mash", RealClock())
        await store.start()
        until = asyncio.get_running_loop().time() + SECONDS

        async def caller() -> None:
            """Goes on until the time is up and, on however slow a machine, everything has happened."""
            while asyncio.get_running_loop().time() < until or min(cuts[moment] for moment in CUTS) < 2:
                await call(store, pool)

        await asyncio.gather(*(caller() for _ in range(CALLERS)))
        await store.stop()
    json.dump({"answers": done, "cuts": cuts}, sys.stdout)


asyncio.run(main())
