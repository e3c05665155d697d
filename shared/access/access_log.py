"""The access log: who looked at what, and refused attempts (E4), written before anything is shown and never changed.

Rows carry positions 1..n and a chain of digests of their own. What waits is written in one transaction, so that a
look costs a share of a commit. A look that could not be recorded is not shown.
"""

import asyncio
import re
from collections import deque
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any, Final

import asyncpg

from shared.access.access_row import BEFORE_THE_FIRST, Attempt, chained, digest_of
from shared.infrastructure.clock import Clock
from shared.infrastructure.last_try import LastTry
from shared.infrastructure.locks import for_transaction, held

_AT_ONCE: Final = 256


_PATIENCE: Final = 10.0  # seconds for one statement: then the look is refused rather than left hanging


_DIGEST: Final = 12
"""Where the digest stands in a row: after the columns of the first version."""


_SCHEMA = re.compile(r"[a-z][a-z_]*", re.ASCII)


class AccessNotRecorded(Exception):
    """The look could not be recorded, so nothing may be shown. Trying again later is right."""


class AccessLog:
    """A service's record of access. Safe with several processes, and for many tasks of each."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        service: str,
        clock: Clock,
        real_now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Nothing is read or written yet.

        Args:
            pool: connections of the service's own role, which may only add rows.
            service: its name, which is its schema's.
            clock: where `recorded_at` comes from; it is never less than the one before.
            real_now: the real clock (UTC), which stands beside it: a demonstration's clock says nothing of the day on
                which somebody really looked.

        Raises:
            ValueError: a name that cannot be a schema's.
        """
        self._pool = pool
        self._schema = _schema(service)
        self._clock = clock
        self._lock = for_transaction(self._schema, "access")
        self._real_now = real_now
        self._waiting: deque[tuple[Attempt, asyncio.Future[int]]] = deque()
        self._writer: asyncio.Task[None] | None = None
        self._months: set[date] = set()
        self.last_record = LastTry(self._try_to_record)
        """Whether the last record worked, for readiness."""

    async def record(self, entry: Attempt) -> int:
        """Records it; answers its position when it is on the disk.

        A caller who is cancelled meanwhile may find it recorded all the same: it was asked for.

        Raises:
            AccessNotRecorded: the database did not take it, or did not say so.
        """
        done: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._waiting.append((entry, done))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write(), name="access log")
        return await done

    async def start(self) -> None:
        """Makes the month's table if need be, so that a service that can record nothing refuses to start.

        Raises:
            asyncpg.PostgresError: the schema is not migrated, or the role has not its rights.
        """
        async with self._pool.acquire(timeout=_PATIENCE) as connection:
            await self._make_partitions(connection, self._clock.now().astimezone(UTC).date().replace(day=1))

    async def stop(self) -> None:
        """Returns when everything that waits has been written."""
        if self._writer is not None:
            await asyncio.wait([self._writer])

    async def _write(self) -> None:
        while self._waiting:
            members = [self._waiting.popleft() for _ in range(min(_AT_ONCE, len(self._waiting)))]
            try:
                first = await self._append([entry for entry, _ in members])
            except BaseException as error:
                self.last_record.failed()
                for _, done in members:
                    if not done.done():
                        refusal = AccessNotRecorded(
                            "this could not be recorded, so it is not shown: try again shortly"
                        )
                        refusal.__cause__ = error
                        done.set_exception(refusal)
                if not isinstance(error, Exception):
                    raise
                continue
            self.last_record.worked()
            for position, (_, done) in enumerate(members, first):
                if not done.done():
                    done.set_result(position)

    async def _try_to_record(self) -> None:
        """Records nothing, by the way of what is recorded: for readiness, where the last failed and no other comes."""
        await self._append([])

    async def _append(self, entries: Sequence[Attempt]) -> int:
        """Writes them in one transaction; answers the position of the first."""
        async with self._pool.acquire(timeout=_PATIENCE) as connection:
            now = self._clock.now().astimezone(UTC)
            # Before the lock is held: making a partition takes locks of its own.
            await self._make_partitions(connection, now.date().replace(day=1))
            async with connection.transaction(isolation="read_committed"):
                # A statement of its own: the next one's snapshot is then younger than the lock.
                held(await connection.execute(self._lock, timeout=_PATIENCE))
                head = await connection.fetchrow(
                    f"SELECT position, recorded_at, digest FROM {self._schema}.access "
                    "ORDER BY recorded_at DESC, position DESC LIMIT 1",
                    timeout=_PATIENCE,
                )
                position, digest = (head["position"], head["digest"]) if head else (0, BEFORE_THE_FIRST)
                first = position + 1
                recorded_at = max(now, head["recorded_at"]) if head else now
                real_at = self._real_now()
                rows = []
                for position, entry in enumerate(entries, first):
                    row = chained(position, recorded_at, real_at, entry, digest)
                    digest = row[_DIGEST]
                    rows.append(row)
                await connection.execute(
                    f"INSERT INTO {self._schema}.access SELECT * FROM unnest($1::{self._schema}.access[])",
                    rows,
                    timeout=_PATIENCE,
                )
        return first

    async def _make_partitions(self, connection: Any, month: date) -> None:
        if month not in self._months:
            await connection.execute(
                f"SELECT {self._schema}.make_access_partitions($1)", month, timeout=_PATIENCE
            )
            self._months.add(month)


async def verify(pool: asyncpg.Pool, service: str) -> int | None:
    """The first position whose row is missing, altered or out of place; None when the chain holds from 1 to its end.

    A record written anew, or cut off at its end, leaves a chain that holds: `shared/audit/access_check.py` compares it with
    what was signed.
    """
    previous, expected, recorded_at = BEFORE_THE_FIRST, 1, datetime.min.replace(tzinfo=UTC)
    async with (
        pool.acquire() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        async for row in connection.cursor(
            f"SELECT * FROM {_schema(service)}.access ORDER BY recorded_at, position", prefetch=1000
        ):
            if (
                row["position"] != expected
                or row["recorded_at"] < recorded_at
                or digest_of(previous, row) != row["digest"]
            ):
                return expected
            previous, expected, recorded_at = row["digest"], expected + 1, row["recorded_at"]
    return None


def _schema(service: str) -> str:
    if not _SCHEMA.fullmatch(service):
        raise ValueError("a service's name has lower-case letters and _ alone")
    return service
