"""Rebuilds a view from the whole log beside the live table, and swaps it in.

Everything happens in one transaction: until it commits, readers and followers have the live table as it was, and a
process that dies on the way leaves nothing behind. At its end it holds the view's row of `views`, so no follower can
move the view between the last page and the change of tables.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, TypeAlias

import asyncpg

from shared.domain.codec import UnknownEvent
from shared.domain.view import Change, View, Words
from shared.eventstore.reader import BREATH, between, head, pages
from shared.infrastructure.locks import give_back, take_session_lock
from shared.infrastructure.logs import error_fields
from shared.infrastructure.postgres import would_fail_again
from shared.projections.corrected import histories
from shared.projections.pipeline import OrderedPipeline, Turn
from shared.projections.rebuild_worker import AHEAD, RebuildWorker
from shared.projections.table import (
    Statement,
    changes_of,
    create,
    derive,
    indexes,
    lanes,
    shape,
    steps,
    take,
)
from shared.projections.walls import NO_ONE_ELSE, Logins, behind, protect

log = logging.getLogger(__name__)


PAGE: Final = 3000
"""Events at once: three such pages are in memory, or four with a second process."""


SWAP_PATIENCE: Final = "900ms"
"""How long the change of tables waits for a slow reader, with all later readers behind it, before it tries anew. Less than
the second after which PostgreSQL looks for circles: where a reader waits for us too, it is we who give way.
"""


LONG: Final = 50_000
"""So many events take about as long as a second process takes to come up."""


Say = Callable[[str], None]
Source: TypeAlias = asyncpg.Pool | asyncpg.Connection


class RebuildRunning(Exception):
    """Another process is building this view at the moment."""

    def __init__(self, name: str) -> None:
        super().__init__(f"view {name} is being rebuilt already; wait until that is done")


class ViewFailed(Exception):
    """An event that the view cannot take in: which, where, and the kind of error, without values.

    Attributes:
        after: the position up to which the view is right.
        newer: whether the event is merely newer than this program.
    """

    def __init__(self, row: asyncpg.Record, error: Exception) -> None:
        super().__init__(failure(row, error))
        self.after: int = row["notification_id"] - 1
        self.newer = isinstance(error, UnknownEvent)


def failure(row: asyncpg.Record, error: Exception) -> str:
    """What is shown of an event that a view could not take in: nothing of its contents."""
    return f"event {row['topic']} at position {row['notification_id']}: {type(error).__name__}"


def log_failure(view: View[Any], row: asyncpg.Record, error: Exception) -> None:
    """Log where in the code a view failed to take in an event: what is shown of it names the kind alone."""
    place = {"view": view.name, "event": row["topic"], "position": row["notification_id"]}
    log.error("view cannot take in an event", extra=place | error_fields(error))


@asynccontextmanager
async def building(
    connection: asyncpg.Connection, service: str, view: View[Any], *, wait: bool = False
) -> AsyncIterator[None]:
    """Be the only one who builds this view. Raises RebuildRunning where another does and we do not wait."""
    name = f"view {view.name}"
    while await take_session_lock(connection, service, name) is None:
        if not wait:
            raise RebuildRunning(view.name)
        await asyncio.sleep(0.2)
    try:
        yield
    finally:
        if not connection.is_closed():  # a session that has ended holds nothing
            try:
                await give_back(connection, service, name)
            except BaseException:
                connection.terminate()  # else the pool would hand on a session that still holds it
                raise


@dataclass(slots=True)
class Rebuild:
    """One building of one view, on a connection that holds `building`.

    Args:
        pool: where the log is read, one connection beside the other.
        connection: where the table is built.
        keep_partial: where an event fails, put the table up to it in place, stopped, instead of raising.
        dsn: how a second process gets to the log; None: there is none.
        long: of how many events on there may be a second process.
        logins: who reads the table beside its owner.
        looking_through: the views whose walls look at this one: they are put up again around the new table.
        words: what opens sealed parts, for a view that reads words. The second process has no keys, and builds none.
    """

    pool: asyncpg.Pool
    connection: asyncpg.Connection
    service: str
    view: View[Any]
    page: int = PAGE
    say: Say = lambda _line: None
    keep_partial: bool = False
    dsn: str | None = None
    long: int = LONG
    logins: Logins = NO_ONE_ELSE
    looking_through: Sequence[View[Any]] = ()
    words: Words | None = None
    _pages: int = field(default=0, init=False)
    _look_again: int = field(default=2, init=False)
    _indexed: bool = field(default=False, init=False)
    _touched: set[Any] | None = field(default=None, init=False)
    """The lanes that the last events touched; None while everything is to be derived at once."""

    async def run(self) -> ViewFailed | None:
        """Build and put in place. Answers the failure when a partial table was kept.

        Raises:
            ViewFailed: an event fails and no partial table is wanted; the live table stays as it was.
        """
        async with self.connection.transaction():
            await self.connection.execute(create(self.view, self.service, self._beside))
            for statement in protect(self.view, self.service, self._beside, self.logins):
                await self.connection.execute(statement)
            done, failed = await self._build()
            await self._index()
            await self._analyze()
            await derive(self.connection, self.view, self.service, self._beside, None)
            for index in indexes(self.view, self.service, self._beside, partial=True):
                await self.connection.execute(index)
            await self._analyze()
            while True:
                try:
                    await self._finish(done, failed)
                except asyncpg.LockNotAvailableError:
                    self.say(f"{self.view.name}: waiting for a reader of the old table")
                    await asyncio.sleep(0.5)
                else:
                    return failed

    @property
    def _beside(self) -> str:
        return f"{self.view.name}__rebuild"

    async def _build(self) -> tuple[int, ViewFailed | None]:
        """Everything up to a head not far behind the real one, or up to an event that fails."""
        done = 0
        try:
            while (last := await head(self.pool, self.service)) - done > (self.page if done else 0):
                async with self._worker(last - done) as worker:
                    if worker is None:
                        await self._take(self.pool, done, last)
                    else:
                        await self._take_together(worker, done, last)
                done = last
        except ViewFailed as failed:
            if not self.keep_partial:
                raise
            return failed.after, failed
        return done, None

    @asynccontextmanager
    async def _worker(self, events: int) -> AsyncIterator[RebuildWorker | None]:
        """The second process, where there are so many events that it pays for its start, and there can be one."""
        worker = None
        if events >= self.long and self.dsn is not None and not self.view.reads_words:
            worker = await RebuildWorker.start(self.dsn, self.service, self.view, self._beside)
        try:
            yield worker
        finally:
            if worker is not None:
                await worker.close()

    async def _take(self, source: Source, after: int, last: int) -> None:
        """One page goes to the database while the next is read and turned into changes."""
        log = pages(source, self.service, after=after, until=last, topics=self.view.topics, page=self.page)
        async with aclosing(log), OrderedPipeline() as pipeline:
            async for rows in log:
                changes = await self._changes(source, rows)
                await pipeline.room(1)
                pipeline.add(partial(self._land, source, rows, changes))
                if source is self.connection:
                    await pipeline.room(0)  # one connection does one thing at a time
                self._show(rows[-1]["notification_id"], last)

    async def _take_together(self, worker: RebuildWorker, after: int, last: int) -> None:
        """As `_take`, with a second process that reads a page while this one reads another. They land in their turn."""
        async with OrderedPipeline() as pipeline:
            for first in range(after, last, self.page):
                until = min(first + self.page, last)
                if worker.idle:
                    pipeline.add(partial(self._land_theirs, worker.ask(first, until), first, until))
                else:
                    rows = await self._between(first, until)
                    changes = await self._changes(self.pool, rows)
                    pipeline.add(partial(self._land, self.pool, rows, changes))
                await pipeline.room(AHEAD + 1)
                self._show(until, last)

    def _show(self, position: int, last: int) -> None:
        self.say(f"{self.view.name}: {position:,} of {last:,}")

    async def _between(self, after: int, until: int) -> list[asyncpg.Record]:
        return await between(self.pool, self.service, after=after, until=until, topics=self.view.topics)

    async def _changes(self, source: Source, rows: Sequence[asyncpg.Record]) -> list[Change] | None:
        """What a page changes; None where one of its events fails, to be found when it is its turn."""
        changes: list[Change] = []
        try:
            before = await histories(source, self.service, [self.view], rows)
            for first in range(0, len(rows), BREATH):
                changes += changes_of(
                    self.view, self.service, rows[first : first + BREATH], before, self.words
                )
                await asyncio.sleep(0)  # the rest of the process gets a turn
        except Exception as error:
            if not would_fail_again(error):
                raise
            return None
        return changes

    async def _land_theirs(
        self, answer: asyncio.Future[list[Statement] | None], after: int, until: int, turn: Turn
    ) -> None:
        made = await answer
        if made is not None:
            await turn
            if await self._landed(made):
                return
        rows = await self._between(after, until)
        await self._land(self.pool, rows, await self._changes(self.pool, rows), turn)

    async def _land(
        self, source: Source, rows: Sequence[asyncpg.Record], changes: Sequence[Change] | None, turn: Turn
    ) -> None:
        await turn
        self._touch(changes or ())
        if changes is None or not await self._landed(steps(self.view, self.service, self._beside, changes)):
            await self._one_by_one(source, rows)

    def _touch(self, changes: Sequence[Change]) -> None:
        if self._touched is not None:
            self._touched |= lanes(self.view, changes)

    async def _landed(self, made: Sequence[Statement]) -> bool:
        """Bring a page in; False where something of it fails, and nothing of it is in."""
        self._pages += 1
        if any(step.anywhere for step in made):
            await self._index()
        if self._pages >= self._look_again and any(step.sql for step in made):
            # Have PostgreSQL look at the table as it grows: a plan made while it was small, reading it whole for every
            # Update, would be kept. No one else will, before the transaction ends; and new rows need no plan.
            await self._analyze()
            self._look_again = 2 * self._pages
        try:
            await self._apply(made)
        except Exception as error:
            if not would_fail_again(error):
                raise
            return False
        return True

    async def _index(self) -> None:
        """The full indexes: at the end, or before what looks for rows otherwise than by the key."""
        if not self._indexed:
            for index in indexes(self.view, self.service, self._beside, partial=False):
                await self.connection.execute(index)
            self._indexed = True

    async def _analyze(self) -> None:
        await self.connection.execute(f'ANALYZE "{self.service}_views"."{self._beside}"')

    async def _one_by_one(self, source: Source, rows: Sequence[asyncpg.Record]) -> None:
        for row in rows:
            try:
                before = await histories(source, self.service, [self.view], [row])
                changes = changes_of(self.view, self.service, [row], before, self.words)
                self._touch(changes)
                await self._apply(steps(self.view, self.service, self._beside, changes))
            except Exception as error:
                if not would_fail_again(error):
                    raise
                log_failure(self.view, row, error)
                raise ViewFailed(row, error) from None

    async def _apply(self, made: Sequence[Statement]) -> None:
        async with self.connection.transaction():  # a savepoint: what fails leaves the rest standing
            await take(self.connection, self.view, self.service, self._beside, made)

    async def _finish(self, done: int, failed: ViewFailed | None) -> None:
        """The last events and the change of tables, while no follower can move the view."""
        async with self.connection.transaction():
            await self.connection.execute(
                f'SELECT FROM "{self.service}".views WHERE name = $1 FOR UPDATE', self.view.name
            )
            if failed is None:
                # On our own connection: a follower that now waits for us may hold the last one of the pool.
                last = await head(self.connection, self.service)
                self._touched = set()
                await self._take(self.connection, done, last)
                await derive(self.connection, self.view, self.service, self._beside, self._touched)
                done = last
            shapes = {view.name: shape(view) for view in self.looking_through}
            down, up = await behind(self.connection, self.service, self.looking_through, shapes)
            exchange = [
                f"SET LOCAL lock_timeout = '{SWAP_PATIENCE}'",
                *down,
                f"DROP TABLE IF EXISTS {self.view.table(self.service)}",
                f'ALTER TABLE "{self.service}_views"."{self._beside}" RENAME TO "{self.view.name}"',
                *up,
            ]
            await self.connection.execute(";".join(exchange))
            await self.connection.execute(
                f'INSERT INTO "{self.service}".views (name, shape, position, error) VALUES ($1, $2, $3, $4) '
                "ON CONFLICT (name) DO UPDATE SET shape = $2, position = $3, error = $4",
                self.view.name,
                shape(self.view),
                done,
                None if failed is None or failed.newer else str(failed),
            )
