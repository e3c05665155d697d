"""The log of one service: append in groups, load streams, answer for commands already done.

One writer task a process takes what waits into one transaction (`group_writer`). The transaction holds events, command
rows and inbox heads, nothing else.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Final, TypeVar
from uuid import UUID

import asyncpg

from shared.crypto.key_store import KeyStore
from shared.eventstore.append import Appended, AppendRequest, LogUnavailable
from shared.eventstore.concurrency import Accepted
from shared.eventstore.group_writer import GroupWriter
from shared.eventstore.sealing import seal_members
from shared.eventstore.statements import statements
from shared.infrastructure.batching import Batcher
from shared.infrastructure.clock import Clock
from shared.infrastructure.postgres import DATABASE_AWAY

log = logging.getLogger(__name__)


GROUP: Final = 256
"""Most members of one transaction."""


FEW: Final = 16


MANY: Final = 64
"""Between these, half of those who wait are a group: see `_next`."""


PATIENCE: Final = 10.0
"""Seconds a caller waits for a database that is away before being told so."""


_T = TypeVar("_T")


@dataclass(slots=True)
class _Waiting:
    member: AppendRequest
    answer: asyncio.Future[tuple[Appended, ...]]


class Store:
    """The log of one service in PostgreSQL.

    Args:
        pool: connections for reading.
        connect: makes the writer's own connection.
        service: the schema's name.
        clock: gives recorded_at.
        keys: seal the rows that bring a plain text; without them every row comes as it is to be stored.
        patience: seconds a caller waits for a database that is away.
    """

    def __init__(
        self,
        pool: asyncpg.Pool,
        connect: Callable[[], Awaitable[Any]],
        service: str,
        clock: Clock,
        *,
        keys: KeyStore | None = None,
        patience: float = PATIENCE,
    ) -> None:
        self.pool = pool
        self.service = service
        self._keys = keys
        self._patience = patience
        self._log = GroupWriter(connect, service, clock)
        self._waiting: list[_Waiting] = []
        self._work = asyncio.Event()
        self._writer: asyncio.Task[None] | None = None
        self._listeners: list[tuple[Callable[[], None], bool]] = []
        self._sql = statements(service)
        self._loads = Batcher(self._load, patience=patience, late=LogUnavailable)
        self._openings = Batcher(self._opened_by, patience=patience, late=LogUnavailable)
        self.on_answer: Callable[[float], None] = _unmeasured
        """Told the seconds each append took."""
        self.on_group: Callable[[float], None] = _unmeasured
        """Told how many members each transaction had."""
        self.groups = 0
        """Groups committed by this process in which something stood."""

    def on_append(self, listener: Callable[[], None], *, crossing: bool = False) -> None:
        """Call `listener()` in this process after each commit that appended events; `crossing`: only where some of them
        cross to other services.
        """
        self._listeners.append((listener, crossing))

    async def start(self) -> None:
        """Start the writer."""
        self._writer = asyncio.create_task(self._write_forever(), name=f"writer:{self.service}")

    @property
    def writing(self) -> asyncio.Task[None] | None:
        """The writer's task; None before it was started."""
        return self._writer

    async def stop(self) -> None:
        """Stop the writer; callers that still wait are told that the log is unavailable."""
        if self._writer is not None:
            self._writer.cancel()
            with suppress(asyncio.CancelledError):
                await self._writer
        for waiting in self._waiting:
            _fail(waiting, LogUnavailable())
        self._waiting.clear()
        self._log.disconnect()

    # -- writing

    async def append(self, member: AppendRequest) -> tuple[Appended, ...]:
        """Write all of a member or nothing; one answer for each of its parts.

        Raises:
            Conflict: a stream written or read has moved on, or the inbox head has.
            AnotherBody: the command id is known with another body.
            NotStorable: the database cannot hold its values.
            LogUnavailable: the database did not answer in time, or the store is stopped. It may still be written.
        """
        if self._writer is None or self._writer.done():
            raise LogUnavailable
        asked = perf_counter()
        waiting = _Waiting(member, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        self._work.set()
        # The writer is bound by the timeouts of its connection; the caller by this, wherever its member stands.
        late = asyncio.get_running_loop().call_later(self._patience, _fail, waiting, LogUnavailable())
        try:
            answer = await waiting.answer
        finally:
            late.cancel()
        self.on_answer(perf_counter() - asked)
        return answer

    async def _write_forever(self) -> None:
        while True:
            await self._work.wait()
            self._work.clear()
            while self._waiting:
                group = self._next()
                try:
                    if group:
                        await self._write_group(group)
                except asyncio.CancelledError:
                    for waiting in group:
                        _fail(waiting, LogUnavailable())
                    raise
                except Exception as error:  # the writer outlives any error; its callers are told
                    log.error("append failed", extra={"error": type(error).__name__})
                    for waiting in group:
                        _fail(waiting, LogUnavailable())

    def _next(self) -> list[_Waiting]:
        """The next group, in the order in which they came.

        Of callers who ask again after each answer, all in one group would wait for the database, and it for them: so it
        is half, and while the database has these the others decide. A few gain nothing by that, and a page of the inbox,
        which comes at once, is few commits.
        """
        count = len(self._waiting)
        if FEW < count <= MANY:
            count = (count + 1) // 2
        group, self._waiting = self._waiting[: min(count, GROUP)], self._waiting[min(count, GROUP) :]
        # A caller who went away before its turn asked for nothing.
        return [waiting for waiting in group if not waiting.answer.done()]

    async def _write_group(self, group: list[_Waiting]) -> None:
        def wanted() -> bool:
            return any(not waiting.answer.done() for waiting in group)

        self.on_group(len(group))
        group = self._sealed(group)
        verdicts = await self._log.write([waiting.member for waiting in group], wanted)
        for waiting, verdict in zip(group, verdicts, strict=True):
            if not isinstance(verdict, Accepted):
                _fail(waiting, verdict)
            elif not waiting.answer.done():
                waiting.answer.set_result(verdict.parts)
        stand = [verdict for verdict in verdicts if isinstance(verdict, Accepted)]
        if stand:
            self.groups += 1
            self._tell(stand)

    def _sealed(self, group: list[_Waiting]) -> list[_Waiting]:
        """Those of the group that could be sealed; the others are told what hindered it."""
        hindered = seal_members(self._keys, [waiting.member for waiting in group])
        for waiting, error in zip(group, hindered, strict=True):
            if error is not None:
                _fail(waiting, error)
        return [waiting for waiting, error in zip(group, hindered, strict=True) if error is None]

    def _tell(self, stand: list[Accepted]) -> None:
        keys = [
            row.key
            for each in stand
            for part in each.member.parts
            if part.command not in each.known
            for write in part.writes
            for row in write.rows
        ]
        crosses = any(key is not None for key in keys)
        for listener in [listener for listener, crossing in self._listeners if keys and crosses >= crossing]:
            try:
                listener()
            except Exception as error:  # what was appended stands, whoever failed to hear of it
                log.error("listener failed", extra={"error": type(error).__name__})

    # -- reading

    async def load(self, streams: Iterable[UUID]) -> dict[UUID, list[asyncpg.Record]]:
        """All rows of each of these streams, in order; nothing of one that is empty. One round trip at most, which is
        shared with other callers.
        """
        return await self._loads.of(streams)

    async def _load(self, streams: list[UUID]) -> dict[UUID, list[asyncpg.Record]]:
        return _by_first(await self._read(lambda: self.pool.fetch(self._sql["load"], streams)))

    async def head(self) -> int:
        """The last position; 0 of an empty log."""
        return int(await self._read(lambda: self.pool.fetchval(self._sql["position"])))

    async def command(self, command_id: UUID) -> tuple[bytes, int, int] | None:
        """What a known command was (digest of its body) and its positions."""
        row = await self._read(lambda: self.pool.fetchrow(self._sql["command"], command_id))
        return (row["body"], row["first"], row["last"]) if row else None

    async def opened_by(self, command_id: UUID) -> list[asyncpg.Record]:
        """Stream, category and child of each event that a known command wrote; none of one that is not known. One round
        trip, which is shared with other callers.
        """
        return (await self._openings.of([command_id])).get(command_id, [])

    async def _opened_by(self, commands: list[UUID]) -> dict[UUID, list[asyncpg.Record]]:
        return _by_first(await self._read(lambda: self.pool.fetch(self._sql["opened_by"], commands)))

    async def between(self, first: int, last: int) -> list[asyncpg.Record]:
        """The rows at positions first..last."""
        return await self._read(lambda: self.pool.fetch(self._sql["between"], first, last))

    async def _read(self, read: Callable[[], Awaitable[_T]]) -> _T:
        """What `read` answers, tried again while the database is away, as long as the patience lasts.

        Raises:
            LogUnavailable: it did not come back in time.
        """
        pause = 0.05
        try:
            async with asyncio.timeout(self._patience):
                while True:
                    try:
                        return await read()
                    except DATABASE_AWAY:
                        if self.pool.is_closing():
                            raise LogUnavailable from None
                    await asyncio.sleep(pause)
                    pause = min(pause * 2, 1.0)
        except TimeoutError:
            raise LogUnavailable from None


def _by_first(rows: Iterable[asyncpg.Record]) -> dict[UUID, list[asyncpg.Record]]:
    """The rows by what their first column says, in their order."""
    found: dict[UUID, list[asyncpg.Record]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(row)
    return found


def _unmeasured(_value: float) -> None:
    """Nobody measures."""


def _fail(waiting: _Waiting, error: BaseException) -> None:
    if not waiting.answer.done():
        waiting.answer.set_exception(error)
