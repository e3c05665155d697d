"""The views of one service in one process: prepared, kept up with the log, waited for, rebuilt.

A page of events is read once for all views that stand at one position, and brought into their tables in one transaction
that moves a view only if it still is where the page was read from (`follower.py`). So several processes of a service
may follow at once: one wins, the others read again. Rows and position stand or fall together.

A view that cannot take in an event stops before it; `views.error` says which event and what kind of error, and
nothing of its contents; the process is then not ready. The others go on. A rebuild, after the handler was mended, heals
it. A database that is away stops nothing: the loop waits and goes on.
"""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final

import asyncpg

from shared.domain.view import View, Words
from shared.infrastructure.background import end, run_forever
from shared.infrastructure.pacing import Pacer
from shared.infrastructure.postgres import DATABASE_AWAY
from shared.projections.follower import HELD, Follower, ViewPosition
from shared.projections.rebuild import PAGE as REBUILD_PAGE
from shared.projections.rebuild import Rebuild, Say, building
from shared.projections.table import shape
from shared.projections.walls import NO_ONE_ELSE, Logins, let_read

log = logging.getLogger(__name__)


POLL: Final = 0.5
"""Seconds after which a view looks by itself, should nobody wake it."""


_AWAY: Final = (*DATABASE_AWAY, asyncpg.InvalidCachedStatementError)
"""Also where a rebuild has put another table in place: the next try prepares its statements anew."""


class NoSuchView(LookupError):
    """The service has no view of that name."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        super().__init__(f"there is no view {name} here; the views are {', '.join(known) or 'none'}")


class Changed:
    """The last position at which a view's rows became others, for those who wait for the next."""

    def __init__(self) -> None:
        self.position = 0
        self._next = asyncio.Event()

    def to(self, position: int) -> None:
        """They became others here. Whoever waits is told; a position that is known is told to nobody."""
        if position <= self.position:
            return
        self.position = position
        told, self._next = self._next, asyncio.Event()
        told.set()

    async def after(self, position: int) -> int:
        """The last position at which they became others, once that is after this one."""
        while self.position <= position:
            await self._next.wait()
        return self.position


class Views:
    """All views of one service in one process.

    Args:
        pool: connections of the role that owns the schema `<service>_views`.
        service: the schema of the log.
        views: what to follow.
        poll: seconds after which a view looks by itself.
        dsn: where a second process may read the log while a view of a long one is built again; None: there is none.
        logins: who reads the tables beside their owner.
        words: what opens sealed parts, for the views that read words.
    """

    def __init__(
        self,
        pool: asyncpg.Pool,
        service: str,
        views: Sequence[View[Any]],
        *,
        poll: float = POLL,
        dsn: str | None = None,
        logins: Logins = NO_ONE_ELSE,
        words: Words | None = None,
    ) -> None:
        self._pool = pool
        self._dsn = dsn
        self._logins = logins
        self._service = service
        self._views = {view.name: view for view in views}
        self._poll = poll
        self._wake = asyncio.Event()
        self._moved = {name: asyncio.Event() for name in self._views}
        self._reached = dict.fromkeys(self._views, 0)
        self._changed = {name: Changed() for name in self._views}
        self._stopped: dict[str, str] = {}
        self._words = words
        self._follower = Follower(pool, service, views, words)
        self._pacer = Pacer()
        self._following: asyncio.Task[None] | None = None
        if len(self._views) != len(views):
            raise ValueError(
                f"two views of {service} have one name: {', '.join(sorted(v.name for v in views))}"
            )

    async def prepare(self) -> None:
        """Make every table that is not there in its present shape, filled from the log; call it before `start`.

        A view that cannot take in an event is put up to it, and stopped. Safe in several processes at once.
        """
        for view in self._views.values():
            async with self._pool.acquire() as connection:
                if await self._as_it_should_be(connection, view):
                    continue
                async with building(connection, self._service, view, wait=True):
                    if await self._as_it_should_be(connection, view):
                        continue  # another process was first
                    failed = await self._rebuild(connection, view, keep_partial=True).run()
                    if failed:
                        log.error("view stopped", extra={"view": view.name, "reason": str(failed)})
        async with self._pool.acquire() as connection:
            await let_read(connection, self._service, list(self._views.values()), self._logins)

    @property
    def following(self) -> asyncio.Task[None] | None:
        """The task that follows the log; None before `start`."""
        return self._following

    async def start(self) -> None:
        """Follow the log with every view, in the background."""
        self._following = asyncio.create_task(
            run_forever(
                self._follow,
                name=f"views:{self._service}",
                away=_AWAY,
                failed=lambda _error: self._follower.forget(),
            )
        )

    async def stop(self) -> None:
        """Stop following. A page under way is rolled back, and taken in by the next process."""
        await end(self._following)

    def wake(self) -> None:
        """Something was appended: look now."""
        self._wake.set()

    async def positions(self) -> dict[str, tuple[int, str | None]]:
        """How far each view has come, and what stopped it or what it waits for. As the database has it."""
        rows = await self._pool.fetch(
            f'SELECT name, position, error FROM "{self._service}".views WHERE name = ANY($1::text[])',
            list(self._views),
        )
        return {
            row["name"]: (row["position"], row["error"] or self._stopped.get(row["name"])) for row in rows
        }

    def reached(self, name: str) -> int:
        """How far a view has come, as far as this process has been told. Raises NoSuchView."""
        if name not in self._views:
            raise NoSuchView(name, list(self._views))
        return self._reached[name]

    @property
    def names(self) -> Sequence[str]:
        """What they are called."""
        return tuple(self._views)

    def changed(self, name: str) -> int:
        """The last position at which a view's rows became others, as far as this process has been told. Raises NoSuchView."""
        self.reached(name)
        return self._changed[name].position

    async def change_after(self, name: str, position: int) -> int:
        """Wait until a view's rows became others after this position; answers the last at which they did.

        Told by the follower in this process, at once; of what another process of the service took in, when this one looks.
        Raises NoSuchView.
        """
        self.reached(name)
        return await self._changed[name].after(position)

    async def wait_for(self, name: str, position: int, timeout: float = 2.0) -> bool:
        """Wait until the view has taken in this position, for a reader who wants to see what they wrote.

        Answers False after `timeout` seconds, and at once where the view is stopped. Needs `start` to have been called here.
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
            self._wake.set()
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
            await self._rebuild(connection, view, page=page, say=say or _silent).run()
        self._stopped.pop(name, None)
        self._follower.heal(name)
        self._wake.set()

    def _rebuild(self, connection: asyncpg.Connection, view: View[Any], **how: Any) -> Rebuild:
        through = [one for one in self._views.values() if one.wall and view.name in one.wall.through]
        place = (self._pool, connection, self._service, view)
        return Rebuild(
            *place, dsn=self._dsn, logins=self._logins, looking_through=through, words=self._words, **how
        )

    async def _as_it_should_be(self, connection: asyncpg.Connection, view: View[Any]) -> bool:
        there: bool = await connection.fetchval(
            f'SELECT to_regclass($1) IS NOT NULL AND EXISTS (SELECT FROM "{self._service}".views '
            "WHERE name = $2 AND shape = $3)",
            view.table(self._service),
            view.name,
            shape(view),
        )
        return there

    async def _follow(self) -> None:
        """Take in a page; where there may be no more, wait until something is appended or it is time to look."""
        await self._pacer.turn()
        self._wake.clear()
        more = await self._follower.step()
        for name, standing in self._follower.standing.items():
            self._show(name, standing)
        if more:
            return
        try:
            async with asyncio.timeout(HELD if self._follower.something_held else self._poll):
                await self._wake.wait()
        except TimeoutError:
            self._follower.forget()

    def _show(self, name: str, standing: ViewPosition) -> None:
        self._changed[name].to(standing.changed)
        if (self._reached[name], self._stopped.get(name)) == (standing.position, standing.stopped):
            return
        if standing.stopped is None:
            self._stopped.pop(name, None)
        elif self._stopped.get(name) != standing.stopped:
            self._stopped[name] = standing.stopped
            log.error("view stopped", extra={"view": name, "reason": standing.stopped})
        self._reached[name] = standing.position
        moved, self._moved[name] = self._moved[name], asyncio.Event()
        moved.set()


def _silent(_line: str) -> None:
    """Say nothing."""
