"""Members to be appended to a log, and what became of them."""

import asyncio
from uuid import UUID, uuid4

import asyncpg

from shared.eventstore.append import AppendRequest, CommandWrites, NewEvent, StreamWrite
from shared.eventstore.store import Store

X, Y, K = UUID(int=1), UUID(int=2), UUID(int=9)
DIGEST = bytes(range(32))


def row(name: str = "test.Happened", **more) -> NewEvent:
    return NewEvent(uuid4(), name, "test", b'{"envelope":{}}', **more)


def part(
    *writes: tuple[UUID, int], command: UUID | None = None, body: bytes = b"asked", name: str = "test.X"
) -> CommandWrites:
    return CommandWrites(
        command or uuid4(), body, tuple(StreamWrite(stream, at, (row(name),)) for stream, at in writes)
    )


def member(*writes: tuple[UUID, int], **more) -> AppendRequest:
    return AppendRequest((part(*writes, **more),))


async def log_of(connection: asyncpg.Connection) -> list[asyncpg.Record]:
    return await connection.fetch("SELECT * FROM mash.events ORDER BY notification_id")


async def told(store: Store, *members: AppendRequest) -> list[str]:
    answers = await asyncio.gather(*(store.append(one) for one in members), return_exceptions=True)
    return [type(answer).__name__ if isinstance(answer, BaseException) else "stands" for answer in answers]
