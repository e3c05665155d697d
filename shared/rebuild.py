"""Building a view again from the whole log, beside the live table, and putting it in its place.

Everything happens in one transaction: until it commits, readers and followers have the live table as it was, and a
process that dies on the way leaves nothing behind. At its end it holds the view's row of `views`, so no follower can
move the view between the last page and the change of tables.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import asyncpg

from shared.event import UnknownEvent
from shared.log_reader import BREATH, head, pages, to_record
from shared.projection import Change, View
from shared.view_table import apply, complete, create, shape, would_fail_again

PAGE: Final = 5000
"""Events at once: three such pages are in memory."""
SWAP_PATIENCE: Final = "2s"
"""How long the change of tables waits for a slow reader, with all later readers behind it, before it tries anew."""

Say = Callable[[str], None]


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


def changes_of(view: View[Any], service: str, rows: Sequence[asyncpg.Record]) -> list[Change]:
    """What these rows of the log change. Raises whatever decoding or a handler raises."""
    return [change for row in rows for change in view.changes(to_record(service, row))]


@asynccontextmanager
async def building(
    connection: asyncpg.Connection, service: str, view: View[Any], *, wait: bool = False
) -> AsyncIterator[None]:
    """Be the only one who builds this view. Raises RebuildRunning where another does and we do not wait."""
    key = f"views:{service}.{view.name}"
    while not await connection.fetchval("SELECT pg_try_advisory_lock(hashtextextended($1, 0))", key):
        if not wait:
            raise RebuildRunning(view.name)
        await asyncio.sleep(0.2)
    try:
        yield
    finally:
        if not connection.is_closed():  # a closed session has let go of it
            try:
                await connection.execute("SELECT pg_advisory_unlock(hashtextextended($1, 0))", key)
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
    """

    pool: asyncpg.Pool
    connection: asyncpg.Connection
    service: str
    view: View[Any]
    page: int = PAGE
    say: Say = lambda _line: None
    keep_partial: bool = False
    _pages: int = field(default=0, init=False)

    async def run(self) -> ViewFailed | None:
        """Build and put in place. Answers the failure when a partial table was kept.

        Raises:
            ViewFailed: an event fails and no partial table is wanted; the live table stays as it was.
        """
        async with self.connection.transaction():
            await self.connection.execute(create(self.view, self.service, self._beside))
            done, failed = await self._build()
            for index in complete(self.view, self.service, self._beside):
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
                await self._take(self.pool, done, last)
                done = last
        except ViewFailed as failed:
            if not self.keep_partial:
                raise
            return failed.after, failed
        return done, None

    async def _take(self, source: asyncpg.Pool | asyncpg.Connection, after: int, last: int) -> None:
        """One page goes to the database while the next is read and turned into changes."""
        log = pages(source, self.service, after=after, until=last, topics=self.view.topics, page=self.page)
        going: asyncio.Task[None] | None = None
        try:
            async with aclosing(log):
                async for rows in log:
                    try:
                        changes = await self._changes(rows)
                    except Exception as error:
                        if not would_fail_again(error):
                            raise
                        changes = None
                    if going is not None:
                        await going
                        await self._count()
                    going = asyncio.create_task(self._land(rows, changes))
                    self.say(f"{self.view.name}: {rows[-1]['notification_id']:,} of {last:,}")
            if going is not None:
                await going
        finally:
            if going is not None and not going.done():
                going.cancel()
                await asyncio.wait([going])

    async def _changes(self, rows: Sequence[asyncpg.Record]) -> list[Change]:
        changes: list[Change] = []
        for first in range(0, len(rows), BREATH):
            changes += changes_of(self.view, self.service, rows[first : first + BREATH])
            await asyncio.sleep(0)  # the rest of the process gets a turn
        return changes

    async def _land(self, rows: Sequence[asyncpg.Record], changes: Sequence[Change] | None) -> None:
        if changes is not None:
            try:
                await self._apply(changes)
            except Exception as error:
                if not would_fail_again(error):
                    raise
            else:
                return
        await self._one_by_one(rows)

    async def _count(self) -> None:
        """Have PostgreSQL look at the table as it grows: for all it knows, a new table is empty, and reading it whole
        for every Update is as good as using the key. No one else will, before the transaction ends.
        """
        self._pages += 1
        if self._pages & (self._pages - 1) == 0:  # after 1, 2, 4, 8, … pages
            await self._analyze()

    async def _analyze(self) -> None:
        await self.connection.execute(f'ANALYZE "{self.service}_views"."{self._beside}"')

    async def _one_by_one(self, rows: Sequence[asyncpg.Record]) -> None:
        for row in rows:
            try:
                await self._apply(changes_of(self.view, self.service, [row]))
            except Exception as error:
                if not would_fail_again(error):
                    raise
                raise ViewFailed(row, error) from None

    async def _apply(self, changes: Sequence[Change]) -> None:
        async with self.connection.transaction():  # a savepoint: what fails leaves the rest standing
            await apply(self.connection, self.view, self.service, self._beside, changes)

    async def _finish(self, done: int, failed: ViewFailed | None) -> None:
        """The last events and the change of tables, while no follower can move the view."""
        async with self.connection.transaction():
            await self.connection.execute(
                f'SELECT FROM "{self.service}".views WHERE name = $1 FOR UPDATE', self.view.name
            )
            if failed is None:
                # On our own connection: a follower that now waits for us may hold the last one of the pool.
                last = await head(self.connection, self.service)
                await self._take(self.connection, done, last)
                done = last
            await self.connection.execute(
                f"SET LOCAL lock_timeout = '{SWAP_PATIENCE}';"
                f"DROP TABLE IF EXISTS {self.view.table(self.service)};"
                f'ALTER TABLE "{self.service}_views"."{self._beside}" RENAME TO "{self.view.name}"'
            )
            await self.connection.execute(
                f'INSERT INTO "{self.service}".views (name, shape, position, error) VALUES ($1, $2, $3, $4) '
                "ON CONFLICT (name) DO UPDATE SET shape = $2, position = $3, error = $4",
                self.view.name,
                shape(self.view),
                done,
                None if failed is None or failed.newer else str(failed),
            )
