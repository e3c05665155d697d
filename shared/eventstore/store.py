"""The event store of one service: appends in groups, loads streams, answers for commands already done.

Group commit: one writer task a process takes the requests that wait into one transaction (`group_writer`), so that many
callers share the disk. The transaction holds events, command rows and inbox heads, nothing else.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Final, TypeVar
from uuid import UUID

import asyncpg

from shared.crypto.key_store import KeyStore
from shared.eventstore.append import Appended, AppendRequest, LogAltered, LogUnavailable
from shared.eventstore.columns import LogHead
from shared.eventstore.concurrency import Accepted
from shared.eventstore.gate import CommandGate, TakesNoCommands
from shared.eventstore.group_writer import GroupWriter
from shared.eventstore.sealing import seal_requests
from shared.eventstore.statements import statements
from shared.infrastructure.background import Backoff, end, run_forever
from shared.infrastructure.batching import Batcher
from shared.infrastructure.clock import Clock
from shared.infrastructure.last_try import LastTry
from shared.infrastructure.logs import error_fields
from shared.infrastructure.postgres import DATABASE_AWAY

log = logging.getLogger(__name__)


MAX_GROUP: Final = 256
"""Most requests of one transaction; those behind them wait for the next."""


HALVE_FROM: Final = 16


HALVE_TO: Final = 64
"""Where more callers wait than the first, and no more than the second, half of them are a group: see `_next_group`."""


PATIENCE: Final = 10.0
"""Seconds a caller waits for a database that is away before being told so."""


RETRY_READ: Final = Backoff(first=0.05, longest=1.0)
"""The pauses between tries to read while the database is away."""


OWN_END: Final = "own end"
"""The word under which the gate is closed where the end of the log is not what this service wrote."""


_T = TypeVar("_T")


@dataclass(slots=True)
class _Waiting:
    request: AppendRequest
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
        self.gate = CommandGate()
        """Whoever finds that this log may not be added to closes it."""
        self.last_append = LastTry(self._try_to_append)
        """Whether the last append worked, for readiness."""
        self._keys = keys
        self._patience = patience
        self._group_writer = GroupWriter(connect, service, clock)
        self._waiting: list[_Waiting] = []
        self._something_waits = asyncio.Event()
        self._writer: asyncio.Task[None] | None = None
        self._keys_gone: dict[UUID, int] = {}
        self._listeners: list[tuple[Callable[[], None], bool]] = []
        self._sql = statements(service)
        self._loads = Batcher(self._load, patience=patience, late=LogUnavailable)
        self._openings = Batcher(self._opened_by, patience=patience, late=LogUnavailable)
        self.on_answer: Callable[[float], None] = _unmeasured
        """Called with the seconds each append took."""
        self.on_group: Callable[[float], None] = _unmeasured
        """Called with the number of requests of each transaction."""
        self.groups = 0
        """Groups committed by this process in which something stood."""

    def on_append(self, *listeners: Callable[[], None], crossing: bool = False) -> None:
        """Call these listeners in this process after each commit that appended events; `crossing`: only where some of
        them cross to other services.
        """
        self._listeners += [(listener, crossing) for listener in listeners]

    async def start(self) -> None:
        """Start the writer."""
        self._writer = asyncio.create_task(
            run_forever(self._write_what_waits, name=f"writer:{self.service}", away=DATABASE_AWAY)
        )

    @property
    def own_end(self) -> LogHead:
        """The last row of the log that this process wrote, or vouches for, with the digest that it had then: as this
        process has it in memory, whatever the database says by now.
        """
        return self._group_writer.own_end

    def vouch_for(self, end: LogHead) -> None:
        """The log was compared with what this service knows of it, and ends here; call it before anything is appended."""
        self._group_writer.vouch_for(end)

    @property
    def writing(self) -> asyncio.Task[None] | None:
        """The writer's task; None before it was started."""
        return self._writer

    async def stop(self) -> None:
        """Stop the writer; callers that still wait are told that the log is unavailable."""
        await end(self._writer)
        for waiting in self._waiting:
            _fail(waiting, LogUnavailable())
        self._waiting.clear()
        self._group_writer.disconnect()

    # -- writing

    async def append(self, request: AppendRequest) -> tuple[Appended, ...]:
        """Append all of a request or nothing; one answer for each of its commands.

        Raises:
            Conflict: a stream written or read has moved on, or the inbox head has.
            AnotherBody: the command id is known with another body.
            NotStorable: the database cannot hold its values.
            TakesNoCommands: the gate is closed; nothing is written.
            KeyGone: its subject's words stand sealed under a key that is not there.
            SubjectErased: its subject was erased.
            LogUnavailable: the database did not answer in time, or the store is stopped. It may still be written.
        """
        self.gate.check()
        return await self._append(request)

    async def _append(self, request: AppendRequest) -> tuple[Appended, ...]:
        if self._writer is None or self._writer.done():
            raise LogUnavailable
        asked = perf_counter()
        waiting = _Waiting(request, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        self._something_waits.set()
        # The writer is bound by the timeouts of its connection; the caller by this, wherever its request stands.
        late = asyncio.get_running_loop().call_later(self._patience, _fail, waiting, LogUnavailable())
        try:
            answer = await waiting.answer
        except LogUnavailable:
            self.last_append.failed()
            raise
        except Exception:  # the database took the group, and refused this request in it
            self.last_append.worked()
            raise
        finally:
            late.cancel()
        self.last_append.worked()
        self.on_answer(perf_counter() - asked)
        return answer

    async def _try_to_append(self) -> None:
        """Take the log's lock and commit nothing: for readiness, where the last append failed and no other comes."""
        await self._append(AppendRequest())

    async def _write_what_waits(self) -> None:
        """Append group after group until nobody waits."""
        await self._something_waits.wait()
        self._something_waits.clear()
        while self._waiting:
            group = self._next_group()
            try:
                if group:
                    await self._write_group(group)
            except BaseException:  # whatever it is, and though the process ends: nobody is left waiting
                for waiting in group:
                    _fail(waiting, LogUnavailable())
                self._something_waits.set()  # the others' turn comes when the loop has paused
                raise

    def _next_group(self) -> list[_Waiting]:
        """Take the next group off the queue: all that wait, at most MAX_GROUP, in the order in which they came.

        Half the queue where 16 to 64 callers wait: callers who send their next command when this one is answered would
        otherwise all block on one commit, and the database wait for all of them to decide; so half decide while the
        other half commit (ADR 16). Fewer gain nothing by that, and more are a page of the inbox, which comes at once and
        should be few commits.
        """
        count = len(self._waiting)
        if HALVE_FROM < count <= HALVE_TO:
            count = (count + 1) // 2
        count = min(count, MAX_GROUP)
        group, self._waiting = self._waiting[:count], self._waiting[count:]
        # A caller who went away before its turn asked for nothing.
        return [waiting for waiting in group if not waiting.answer.done()]

    async def _write_group(self, group: list[_Waiting]) -> None:
        def wanted() -> bool:
            return any(not waiting.answer.done() for waiting in group)

        self.on_group(len(group))
        group = await self._sealed(group)
        try:
            verdicts = await self._group_writer.append([waiting.request for waiting in group], wanted)
        except LogAltered as error:
            self.gate.close(OWN_END, f"{error}.")
            for waiting in group:
                _fail(waiting, TakesNoCommands((f"{error}.",)))
            return
        for waiting, verdict in zip(group, verdicts, strict=True):
            if not isinstance(verdict, Accepted):
                _fail(waiting, verdict)
            elif not waiting.answer.done():
                waiting.answer.set_result(verdict.parts)
        accepted = [verdict for verdict in verdicts if isinstance(verdict, Accepted)]
        if accepted:
            self.groups += 1
            self._notify(accepted)

    async def _sealed(self, group: list[_Waiting]) -> list[_Waiting]:
        """Those of the group that could be sealed; the others are answered with what hindered it."""
        hindered = await seal_requests(
            self._keys, [waiting.request for waiting in group], self._sealed_before
        )
        for waiting, error in zip(group, hindered, strict=True):
            if error is not None:
                _fail(waiting, error)
        return [waiting for waiting, error in zip(group, hindered, strict=True) if error is None]

    async def _sealed_before(self, subjects: Collection[UUID]) -> Mapping[UUID, int]:
        """Which of these subjects without a key have something sealed in the log, and where: those keys are gone."""
        sql, wanted = self._sql.sealed_before.sql, list(subjects)
        rows = await self._read(lambda: self.pool.fetch(sql, wanted))
        found = {row["subject"]: row["position"] for row in rows}
        if self._keys is not None and found:
            missing = self._keys.lacking(found.keys())
            for subject in missing - self._keys.erased(missing).keys() - self._keys_gone.keys():
                self._keys_gone[subject] = found[subject]
                log.critical("key of sealed rows is gone", extra={"position": found[subject]})
        return found

    def keys_gone(self) -> int:
        """How many keys are gone, as far as somebody wanted to write under them, or to read. `safeguarding verify` looks
        at all.
        """
        if self._keys is not None and self._keys_gone:
            gone = self._keys.lacking(self._keys_gone)
            self._keys_gone = {one: at for one, at in self._keys_gone.items() if one in gone}
        return max(len(self._keys_gone), 0 if self._keys is None else self._keys.gone())

    def _notify(self, accepted: list[Accepted]) -> None:
        keys = [
            row.key
            for each in accepted
            for part in each.request.parts
            if part.command not in each.known
            for write in part.writes
            for row in write.rows
        ]
        crosses = any(key is not None for key in keys)
        for listener in [listener for listener, crossing in self._listeners if keys and crosses >= crossing]:
            try:
                listener()
            except Exception as error:  # what was appended stands, whoever failed to hear of it
                log.error("listener failed", extra=error_fields(error))

    # -- reading

    async def load(self, stream_ids: Iterable[UUID]) -> dict[UUID, list[asyncpg.Record]]:
        """All rows of each of these streams, in order; nothing of one that is empty. One round trip at most, which is
        shared with other callers.
        """
        return await self._loads.of(stream_ids)

    async def _load(self, stream_ids: list[UUID]) -> dict[UUID, list[asyncpg.Record]]:
        return _by_first(await self._read(lambda: self.pool.fetch(self._sql.load.sql, stream_ids)))

    async def head(self) -> int:
        """The last position; 0 of an empty log."""
        return int(await self._read(lambda: self.pool.fetchval(self._sql.head.sql)))

    async def command(self, command_id: UUID) -> tuple[bytes, int, int] | None:
        """What a known command was (digest of its body) and its positions."""
        row = await self._read(lambda: self.pool.fetchrow(self._sql.command.sql, command_id))
        return (row["body"], row["first"], row["last"]) if row else None

    async def opened_by(self, command_id: UUID) -> list[asyncpg.Record]:
        """Stream, category and child of each event that a known command wrote; none of one that is not known. One round
        trip, which is shared with other callers.
        """
        return (await self._openings.of([command_id])).get(command_id, [])

    async def _opened_by(self, command_ids: list[UUID]) -> dict[UUID, list[asyncpg.Record]]:
        return _by_first(await self._read(lambda: self.pool.fetch(self._sql.written_by.sql, command_ids)))

    async def streams_of(self, child: UUID, categories: Sequence[str]) -> list[UUID]:
        """The streams of these kinds on which something stands about a child, the last opened last."""
        rows = await self._read(lambda: self.pool.fetch(self._sql.streams_of.sql, child, list(categories)))
        return [row["originator_id"] for row in rows]

    async def alone(self, category: str) -> list[UUID]:
        """The streams of a kind that is about no child, the first begun first; for what is rare."""
        rows = await self._read(lambda: self.pool.fetch(self._sql.alone.sql, category))
        return [row["originator_id"] for row in rows]

    async def whole(self, stream_ids: Iterable[UUID]) -> dict[UUID, list[asyncpg.Record]]:
        """All rows of each of these streams with everything that a Record is made of, in order; for what is rare."""
        ids = list(stream_ids)
        rows = await self._read(lambda: self.pool.fetch(self._sql.whole.sql, ids))
        return _by_first(rows)

    async def between(self, first: int, last: int) -> list[asyncpg.Record]:
        """The rows at positions first..last."""
        return await self._read(lambda: self.pool.fetch(self._sql.between.sql, first, last))

    async def _read(self, read: Callable[[], Awaitable[_T]]) -> _T:
        """What `read` answers, tried again while the database is away, as long as the patience lasts.

        Raises:
            LogUnavailable: it did not come back in time.
        """
        pauses = RETRY_READ.pauses()
        try:
            async with asyncio.timeout(self._patience):
                while True:
                    try:
                        return await read()
                    except DATABASE_AWAY:
                        if self.pool.is_closing():
                            raise LogUnavailable from None
                    await asyncio.sleep(next(pauses))
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
