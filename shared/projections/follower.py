"""Follows a log with several views at once: a page is read once, and applied to all of them in one transaction.

Views that stand at the same position go together; one that is behind, or is held by somebody else, goes by itself until
it has caught up. Which position each stands at is remembered, and the statement that moves them is bound to it: where
another process was first, or put the view into another shape, or stopped it, nothing is brought in, and what the
database has is looked at again.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

import asyncpg

from shared.domain.codec import UnknownEvent, trace_of
from shared.domain.view import Change, View, Words
from shared.eventstore.reader import COLUMNS, to_record
from shared.infrastructure.postgres import would_fail_again
from shared.infrastructure.tracing import following
from shared.projections.corrected import Histories, histories
from shared.projections.rebuild import failure, log_failure
from shared.projections.table import apply, shape

PAGE: Final = 500
"""Most events in one transaction of views."""


LOOK: Final = 0.5
"""Seconds after which it is looked at again how the views stand, should nobody have cause to."""


HELD: Final = 0.05
"""Seconds for which a view is left alone that somebody else holds: another follower, or one who puts a table in place."""


_NO_LIMIT: Final = 2**62


@dataclass(slots=True)
class ViewPosition:
    """How one view stands, as far as this process knows."""

    view: View[Any]
    shape: str
    topics: frozenset[str] | None
    """The stored names of the events it handles; None: all."""
    position: int = 0
    changed: int = 0
    """The last position at which its rows may have become others."""
    stopped: str | None = None
    """What stops it, or what it waits for."""
    held_until: float = 0.0
    """Left alone until then, by the clock of the loop."""

    @classmethod
    def of(cls, view: View[Any]) -> Self:
        """Of a view of which nothing is known yet."""
        return cls(view, shape(view), None if view.topics is None else frozenset(view.topics))

    def handles(self, topic: str) -> bool:
        """Whether it handles events of this name."""
        return self.topics is None or topic in self.topics


class Follower:
    """The views of one process, a page at a time."""

    def __init__(
        self, pool: asyncpg.Pool, service: str, views: Sequence[View[Any]], words: Words | None = None
    ) -> None:
        self._pool = pool
        self._words = words
        self._service = service
        self.standing = {view.name: ViewPosition.of(view) for view in views}
        self._sure_until = 0.0
        # One statement, one snapshot: the head fits the page. It is where a page that is not full leads to, past the
        # events of others.
        self._read = (
            f'SELECT h.head, e.* FROM (SELECT coalesce(max(notification_id), 0) AS head FROM "{service}".events) h '
            f'LEFT JOIN LATERAL (SELECT {COLUMNS} FROM "{service}".events WHERE notification_id > $1 '
            "AND notification_id <= $2 AND ($3::text[] IS NULL OR topic = ANY($3)) ORDER BY notification_id LIMIT $4) e "
            "ON true ORDER BY e.notification_id"
        )
        # Locked in one order, so that two followers cannot wait for each other; and what somebody holds is passed over,
        # so that it keeps no other view waiting.
        # The page and the positions may be lost together when the machine fails, and are read again: so nobody waits
        # for the disk. Set only for this transaction, and in the statement that has to run anyway.
        self._move = (
            f'UPDATE "{service}".views v SET position = $2 FROM ('
            f'SELECT name FROM "{service}".views JOIN unnest($3::text[], $4::text[]) AS ours (name, shape) '
            "USING (name, shape) WHERE position = $1 AND error IS NULL ORDER BY name FOR UPDATE OF views SKIP LOCKED"
            ") AS free WHERE v.name = free.name RETURNING v.name, set_config('synchronous_commit', 'off', true)"
        )
        self._stop = (
            f'UPDATE "{service}".views SET error = $3 WHERE name = $1 AND position = $2 AND shape = $4 '
            "AND error IS NULL"
        )

    @property
    def something_held(self) -> bool:
        """Whether a view is left alone for a moment."""
        now = asyncio.get_running_loop().time()
        return any(one.held_until > now for one in self.standing.values())

    def forget(self) -> None:
        """Look at what the database has before the next page: others may have moved, stopped or healed a view."""
        self._sure_until = 0.0

    def heal(self, name: str) -> None:
        """This view was put right, and may stand elsewhere."""
        self.standing[name].stopped = None
        self.forget()

    async def step(self) -> bool:
        """Take in a page with the views that are furthest behind. Answers whether there may be more at once; raises
        when the database is away.
        """
        now = asyncio.get_running_loop().time()
        if now > self._sure_until:
            await self._look()
        going = [one for one in self.standing.values() if one.stopped is None and one.held_until <= now]
        if not going:
            return False
        at = min(one.position for one in going)
        group = [one for one in going if one.position == at]
        limit = min((one.position for one in going if one.position > at), default=_NO_LIMIT)
        rows = await self._pool.fetch(self._read, at, limit, _topics(group), PAGE)
        page = [row for row in rows if row["notification_id"] is not None]
        target = page[-1]["notification_id"] if len(page) == PAGE else min(rows[0]["head"], limit)
        if target <= at:
            return False
        try:
            await self._take(group, page, at, target)
        except Exception as error:
            if not would_fail_again(error):
                raise
            for one in group:
                await self._alone(one, page, at, target)
            return True
        return len(page) == PAGE or len(group) < len(going) or any(one.position != target for one in group)

    async def _look(self) -> None:
        """How the views stand in the database."""
        rows = await self._pool.fetch(
            f'SELECT name, position, shape, error FROM "{self._service}".views WHERE name = ANY($1::text[])',
            list(self.standing),
        )
        found = {row["name"]: row for row in rows}
        for name, one in self.standing.items():
            row = found.get(name)
            if row is None or row["shape"] != one.shape:
                # A program with another shape of this view has taken it over, or nobody has prepared it.
                one.stopped = (
                    "it stands in another shape than this program's; prepare it, or end this program"
                )
            else:
                if row["position"] != one.position:
                    one.changed = row["position"]  # by another process: what it changed is not known here
                one.position, one.stopped = row["position"], row["error"]
        self._sure_until = asyncio.get_running_loop().time() + LOOK

    async def _take(
        self, group: Sequence[ViewPosition], page: Sequence[asyncpg.Record], at: int, target: int
    ) -> None:
        """Bring a page into these views and move them from `at` to `target`: those that still stand there and that
        nobody else holds. How the others stand is looked at again.
        """
        before = await histories(self._pool, self._service, [one.view for one in group], page)
        changes = changes_of(group, self._service, page, before, self._words)
        names, shapes = [one.view.name for one in group], [one.shape for one in group]
        async with self._pool.acquire() as connection, connection.transaction():
            moved = {row["name"] for row in await connection.fetch(self._move, at, target, names, shapes)}
            for one in group:
                if one.view.name in moved:
                    await apply(connection, one.view, self._service, one.view.name, changes[one.view.name])
        for one in group:
            if one.view.name in moved:
                one.position = target
                if changes[one.view.name]:
                    one.changed = target
                self._trace(one, page)
        if len(moved) < len(group):
            await self._look()
            for one in group:
                if one.position == at:
                    one.held_until = asyncio.get_running_loop().time() + HELD

    async def _alone(self, one: ViewPosition, page: Sequence[asyncpg.Record], at: int, target: int) -> None:
        """Bring a page that failed for some view into this one; where it is this one, find the event that fails, with
        all before it taken in.
        """
        if one.position != at:
            return  # another process has moved it since
        try:
            await self._take([one], page, at, target)
        except Exception as error:
            if not would_fail_again(error):
                raise
        else:
            return
        for row in page:
            before, position = one.position, row["notification_id"]
            try:
                await self._take([one], [row], before, position)
            except UnknownEvent as error:
                # Written by a newer program of this service, which follows too. Not the view's failure: wait.
                one.stopped = f"{failure(row, error)}: it waits for a newer program"
                return
            except Exception as error:
                if not would_fail_again(error):
                    raise
                log_failure(one.view, row, error)
                said = failure(row, error)
                await self._pool.execute(self._stop, one.view.name, before, said, one.shape)
                await self._look()  # finds the error, or what another process made of it
                return
            if one.position != position:
                return

    def _trace(self, one: ViewPosition, page: Sequence[asyncpg.Record]) -> None:
        for row in page:
            if (trace := trace_of(row["state"])) is None or not one.handles(row["topic"]):
                continue
            with following(
                f"follow {row['topic']}",
                trace,
                service=self._service,
                view=one.view.name,
                event=row["topic"],
                position=row["notification_id"],
            ):
                pass  # the page went in as a whole: the span says that, and when


def changes_of(
    group: Sequence[ViewPosition],
    service: str,
    page: Sequence[asyncpg.Record],
    before: Histories,
    words: Words | None = None,
) -> dict[str, list[Change]]:
    """What these rows of the log change in each view; each is read once. Raises whatever reading or a handler raises."""
    changes: dict[str, list[Change]] = {one.view.name: [] for one in group}
    for row in page:
        record = None
        for one in group:
            if one.handles(row["topic"]):
                record = record or to_record(service, row)
                changes[one.view.name] += one.view.changes(record, before.get(record.stream, ()), words)
    return changes


def _topics(group: Sequence[ViewPosition]) -> list[str] | None:
    """The events that any of these views handles; None: all."""
    found: set[str] = set()
    for one in group:
        if one.topics is None:
            return None
        found |= one.topics
    return sorted(found)
