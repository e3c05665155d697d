"""The views of a service, following its log live.

Each view goes its own way: it reads a page of events after its position, and brings the changes into its table in one
transaction that moves the position only if it still is where the page was read from. So several processes of a
service may follow at once: one wins, the others read again. Rows and position stand or fall together.

A view that cannot take in an event stops before it; `views.error` says which event and what kind of error, and
nothing of its contents. A rebuild, after the handler was mended, heals it. A database that is away stops nothing:
the follower waits and goes on.
"""

import asyncio
import logging
import random
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final

import asyncpg

from shared.event import UnknownEvent, trace_of
from shared.log_reader import COLUMNS
from shared.projection import View
from shared.rebuild import PAGE as REBUILD_PAGE
from shared.rebuild import Rebuild, Say, building, changes_of, failure
from shared.telemetry import following
from shared.view_table import apply, shape, would_fail_again

log = logging.getLogger(__name__)

PAGE: Final = 500
"""Most events in one transaction of a view."""
POLL: Final = 0.5
"""Seconds after which a view looks by itself, should nobody wake it."""
LONGEST_PAUSE: Final = 2.0
"""Most seconds between two tries while the database is away."""


class NoSuchView(LookupError):
    """The service has no view of that name."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        super().__init__(f"there is no view {name} here; the views are {', '.join(known) or 'none'}")


class Views:
    """All views of one service in one process.

    Args:
        pool: connections of the service's own role, which owns the schema `<service>_views`.
        service: the schema of the log.
        views: what to follow.
        poll: seconds after which a view looks by itself.
    """

    def __init__(
        self, pool: asyncpg.Pool, service: str, views: Sequence[View[Any]], *, poll: float = POLL
    ) -> None:
        self._pool = pool
        self._service = service
        self._views = {view.name: view for view in views}
        self._poll = poll
        self._wakes = {name: asyncio.Event() for name in self._views}
        self._moved = {name: asyncio.Event() for name in self._views}
        self._reached = dict.fromkeys(self._views, 0)
        self._stopped: dict[str, str] = {}
        if len(self._views) != len(views):
            raise ValueError(
                f"two views of {service} have one name: {', '.join(sorted(v.name for v in views))}"
            )

    async def prepare(self) -> None:
        """Make every table that is not there in its present shape, filled from the log; call it before `follow`.

        A view that cannot take in an event is put up to it, and stopped. Safe in several processes at once.
        """
        for view in self._views.values():
            async with self._pool.acquire() as connection:
                if await self._as_it_should_be(connection, view):
                    continue
                async with building(connection, self._service, view, wait=True):
                    if await self._as_it_should_be(connection, view):
                        continue  # another process was first
                    failed = await Rebuild(
                        self._pool, connection, self._service, view, keep_partial=True
                    ).run()
                    if failed:
                        log.error("view %s stopped: %s", view.name, failed)

    async def follow(self, stop: asyncio.Event) -> None:
        """Follow the log with every view until `stop` is set. A page under way is rolled back, not lost."""
        async with asyncio.TaskGroup() as tasks:
            following = [tasks.create_task(self._follow(view)) for view in self._views.values()]
            await stop.wait()
            for one in following:
                one.cancel()

    def wake(self) -> None:
        """Something was appended: look now."""
        for event in self._wakes.values():
            event.set()

    async def positions(self) -> dict[str, tuple[int, str | None]]:
        """How far each view has come, and what stopped it or what it waits for. As the database has it."""
        rows = await self._pool.fetch(
            f'SELECT name, position, error FROM "{self._service}".views WHERE name = ANY($1::text[])',
            list(self._views),
        )
        return {
            row["name"]: (row["position"], row["error"] or self._stopped.get(row["name"])) for row in rows
        }

    async def wait_for(self, name: str, position: int, timeout: float = 2.0) -> bool:
        """Wait until the view has taken in this position, for a reader who wants to see what they wrote.

        Answers False after `timeout` seconds, and at once where the view is stopped. Needs `follow` to run here.
        """
        if name not in self._views:
            raise NoSuchView(name, list(self._views))
        until = asyncio.get_running_loop().time() + timeout
        while self._reached[name] < position:
            remaining = until - asyncio.get_running_loop().time()
            if remaining <= 0 or name in self._stopped:
                return False
            # Another process may be the one that moves the view: then nothing here is told, so look again soon.
            moved = self._moved[name]
            self._wakes[name].set()
            with suppress(TimeoutError):
                async with asyncio.timeout(min(remaining, 0.05)):
                    await moved.wait()
        return True

    async def rebuild(self, name: str, *, page: int = REBUILD_PAGE, say: Say | None = None) -> None:
        """Build the view again from position 0 beside the live table, and put it in its place. Heals a stopped view.

        Raises:
            NoSuchView: no view of that name.
            RebuildRunning: another process builds it.
            ViewFailed: an event fails again; the live table stays as it was.
        """
        view = self._views.get(name)
        if view is None:
            raise NoSuchView(name, list(self._views))
        async with self._pool.acquire() as connection, building(connection, self._service, view):
            await Rebuild(self._pool, connection, self._service, view, page, say or _silent).run()
        self._stopped.pop(name, None)
        self._wakes[name].set()

    async def _as_it_should_be(self, connection: asyncpg.Connection, view: View[Any]) -> bool:
        there: bool = await connection.fetchval(
            f'SELECT to_regclass($1) IS NOT NULL AND EXISTS (SELECT FROM "{self._service}".views '
            "WHERE name = $2 AND shape = $3)",
            view.table(self._service),
            view.name,
            shape(view),
        )
        return there

    async def _follow(self, view: View[Any]) -> None:
        follower = _Follower(self._pool, self._service, view)
        wake, pause = self._wakes[view.name], 0.1
        while True:
            wake.clear()
            try:
                more = await follower.step()
                pause = 0.1
            except Exception as error:
                log.warning("view %s waits for the database: %s", view.name, type(error).__name__)
                await asyncio.sleep(pause * random.uniform(0.5, 1))  # noqa: S311 - spreads tries, hides nothing
                pause = min(pause * 2, LONGEST_PAUSE)
                continue
            self._show(view.name, follower)
            if not more:
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._poll):
                        await wake.wait()

    def _show(self, name: str, follower: "_Follower") -> None:
        if follower.stopped is None:
            self._stopped.pop(name, None)
        elif self._stopped.get(name) != follower.stopped:
            self._stopped[name] = follower.stopped
            log.error("view %s stopped: %s", name, follower.stopped)
        self._reached[name] = follower.position
        moved, self._moved[name] = self._moved[name], asyncio.Event()
        moved.set()


class _Follower:
    """One view of one process, a page at a time. What it knows it reads anew with each page."""

    def __init__(self, pool: asyncpg.Pool, service: str, view: View[Any]) -> None:
        self._pool = pool
        self._service = service
        self._view = view
        self._shape = shape(view)
        self.position = 0
        self.stopped: str | None = None
        filtered = "" if view.topics is None else "AND topic = ANY($3::text[])"
        # One statement, one snapshot: position, head and page fit each other. The head is where a page that is not
        # full leads to, past the events of others.
        self._read = (
            f'SELECT v.position AS at, v.shape, v.error, h.head, e.* FROM "{service}".views v CROSS JOIN LATERAL '
            f'(SELECT coalesce(max(notification_id), 0) AS head FROM "{service}".events) h LEFT JOIN LATERAL '
            f'(SELECT {COLUMNS} FROM "{service}".events WHERE v.error IS NULL AND notification_id > v.position '
            f"{filtered} ORDER BY notification_id LIMIT $2) e ON true WHERE v.name = $1 ORDER BY e.notification_id"
        )
        # The page and its position may be lost together when the machine fails, and are read again: so nobody waits
        # for the disk. Set only for this transaction, and in the statement that has to run anyway.
        self._move = (
            f'UPDATE "{service}".views SET position = $3 WHERE name = $1 AND position = $2 AND shape = $4 '
            "AND error IS NULL RETURNING set_config('synchronous_commit', 'off', true)"
        )
        self._stop = (
            f'UPDATE "{service}".views SET error = $3 WHERE name = $1 AND position = $2 AND shape = $4 '
            "AND error IS NULL"
        )

    async def step(self) -> bool:
        """Take in a page. Answers whether there may be more at once; raises when the database is away."""
        filtered = () if self._view.topics is None else (self._view.topics,)
        rows = await self._pool.fetch(self._read, self._view.name, PAGE, *filtered)
        if not rows or rows[0]["shape"] != self._shape:
            # A program with another shape of this view has taken it over, or nobody has prepared it.
            self.stopped = "it stands in another shape than this program's; prepare it, or end this program"
            return False
        self.position, self.stopped = rows[0]["at"], rows[0]["error"]
        if self.stopped is not None:
            return False
        page = [row for row in rows if row["notification_id"] is not None]
        target = page[-1]["notification_id"] if len(page) == PAGE else max(rows[0]["head"], self.position)
        if target == self.position:
            return False
        try:
            moved = await self._take(page, target)
        except Exception as error:
            if not would_fail_again(error):
                raise
            return await self._one_by_one(page)
        return not moved or len(page) == PAGE

    async def _take(self, page: Sequence[asyncpg.Record], target: int) -> bool:
        """Bring a page in and move to `target`; False where another process was first."""
        changes = changes_of(self._view, self._service, page)
        async with self._pool.acquire() as connection, connection.transaction():
            if (
                await connection.fetchval(self._move, self._view.name, self.position, target, self._shape)
                is None
            ):
                return False
            await apply(connection, self._view, self._service, self._view.name, changes)
        self.position = target
        for row in page:
            with following(
                f"follow {row['topic']}",
                trace_of(row["state"]),
                service=self._service,
                view=self._view.name,
                event=row["topic"],
                position=row["notification_id"],
            ):
                pass  # the page went in as a whole: the span says that, and when
        return True

    async def _one_by_one(self, page: Sequence[asyncpg.Record]) -> bool:
        """Find the event that fails, with all before it taken in."""
        for row in page:
            try:
                if not await self._take([row], row["notification_id"]):
                    return True
            except UnknownEvent as error:
                # Written by a newer program of this service, which follows too. Not the view's failure: wait.
                self.stopped = f"{failure(row, error)}: it waits for a newer program"
                return False
            except Exception as error:
                if not would_fail_again(error):
                    raise
                said = failure(row, error)
                await self._pool.execute(self._stop, self._view.name, self.position, said, self._shape)
                return True  # the next look finds the error, or what another process made of it
        return True


def _silent(_line: str) -> None:
    """Say nothing."""
