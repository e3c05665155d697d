"""Writes groups of members to a log, each group in one transaction under the service's advisory lock.

So commit order is position order, positions are 1..n, and no reader at p ever sees a position below p appear later.

A group is first written as if nothing stood against it: in one statement where nobody else has written since this
process did, else after a look at the head. There the lock is a statement of its own: a snapshot taken together with it
would be older than the lock, and the head read by that statement would be stale.

Where something stands against a group, it is judged member by member against what the lock lets us see; where the
database refuses what is to be stored, each member goes alone, so that only the culprit is told. A connection lost at any
moment is settled by looking up what was committed.
"""

import asyncio
import hashlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final
from uuid import UUID

import asyncpg

from shared.eventstore.append import AppendRequest, InboxMove, LogUnavailable, NotStorable
from shared.eventstore.columns import GENESIS_HEAD, LogHead, group_rows
from shared.eventstore.concurrency import (
    Accepted,
    KnownCommand,
    LogState,
    Verdict,
    check,
    check_optimistically,
    expected_versions,
    moved_heads,
)
from shared.eventstore.statements import statements
from shared.infrastructure.clock import Clock
from shared.infrastructure.postgres import DATABASE_AWAY

log = logging.getLogger(__name__)


_OF_THE_MEMBER: Final = (
    asyncpg.DataError,
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.ProgramLimitExceededError,
)
"""What the database says of one member's values; any other of its errors is about the database itself."""


class _Changed(Exception):
    """The first try met something that others wrote."""


class GroupWriter:
    """The one connection of a process that appends to a service's log.

    Args:
        connect: makes the connection; called again after each loss.
        service: the schema's name.
        clock: gives recorded_at.
    """

    def __init__(self, connect: Callable[[], Awaitable[Any]], service: str, clock: Clock) -> None:
        self._connect = connect
        self._clock = clock
        self._lock_key = int.from_bytes(
            hashlib.sha256(f"log:{service}".encode()).digest()[:8], "big", signed=True
        )
        self._sql = statements(service)
        self._connection: Any = None
        self._left = GENESIS_HEAD
        """The end of the log after this process's last group."""
        self._alone = False
        """Whether that was still the end when it was last looked at: then most likely it is now."""

    async def write(self, members: Sequence[AppendRequest], wanted: Callable[[], bool]) -> Sequence[Verdict]:
        """Write a group; one verdict for each member, given after the commit.

        Args:
            members: in the order in which they came.
            wanted: whether anybody still waits for the answer. While the database is away and somebody does, the
                group is tried again; then each verdict is LogUnavailable.
        """
        try:
            verdicts = await self._at_once(members) if self._alone else None
            return await self._hopefully(members) if verdicts is None else verdicts
        except DATABASE_AWAY as error:
            return await self._settle(members, wanted, error)
        except Exception:  # judged below, where the culprit is told
            try:
                return await self._fairly(members, wanted)
            except DATABASE_AWAY as error:
                return await self._settle(members, wanted, error)

    def disconnect(self) -> None:
        """Give the connection up at once; the next group makes another."""
        connection, self._connection, self._alone = self._connection, None, False
        if connection is not None:
            connection.terminate()

    async def _at_once(self, members: Sequence[AppendRequest]) -> Sequence[Verdict] | None:
        """All in one statement, behind the head that this process left and on the versions that are expected; None,
        and nothing is written, where the log does not stand so.

        The statement's snapshot may be older than its lock. But whoever wrote in between took the next position, and
        the unique index on positions refuses the whole of this group: where it is taken nothing was written in
        between, and what was compared in the snapshot still stood.
        """
        versions = expected_versions(members)
        verdicts = check_optimistically(members, versions)
        if verdicts is None:
            return None
        taken = [verdict for verdict in verdicts if isinstance(verdict, Accepted)]
        rows, commands, done = group_rows(self._left, taken, self._clock.now())
        moves = _columns(moved_heads(verdict.member for verdict in taken))
        values = (
            *rows.columns(),
            *commands.columns(),
            self._lock_key,
            self._left.position,
            list(versions),
            list(versions.values()),
            *moves,
        )
        try:
            stands = await self._connection.fetchval(
                self._sql["at_once_moving" if moves else "at_once"], *values
            )
        except asyncio.CancelledError:
            self.disconnect()
            raise
        if not stands:
            self._alone = False
            return None
        self._left = rows.head(self._left)
        return _in_place(verdicts, done)

    async def _hopefully(self, members: Sequence[AppendRequest]) -> Sequence[Verdict]:
        """As if no command were known and every head stood as expected: one look less than `_judged`."""
        streams = list(expected_versions(members))
        async with self._transaction() as connection:
            head, versions = await self._head(connection, streams)
            # Each expected version is compared, also of streams that are written: the primary key would let a member
            # pass that expects more than there is (it stood on one that fell), and leave a hole.
            hopes = check_optimistically(members, dict(zip(streams, versions, strict=True)))
            if hopes is None:
                raise _Changed
            verdicts, left = await self._insert(connection, head, hopes)
        self._left = left
        return verdicts

    async def _judged(self, members: Sequence[AppendRequest], *, settling: bool) -> Sequence[Verdict]:
        """The members in order against what the lock lets us see, each counting those before it."""
        streams = list(expected_versions(members))
        async with self._transaction() as connection:
            head, versions = await self._head(connection, streams)
            standing = LogState(
                dict(zip(streams, versions, strict=True)),
                await self._known(connection, members),
                await self._heads(connection, members),
            )
            verdicts, left = await self._insert(connection, head, check(members, standing, settling=settling))
        self._left = left
        return verdicts

    async def _fairly(
        self, members: Sequence[AppendRequest], wanted: Callable[[], bool], *, settling: bool = False
    ) -> Sequence[Verdict]:
        """Judged together; and where the database refuses something of it, each alone."""
        try:
            return await self._judged(members, settling=settling)
        except DATABASE_AWAY:
            raise
        except Exception as error:
            if len(members) == 1:
                return [_verdict_on(error)]
        verdicts: list[Verdict] = []
        for member in members:
            try:
                verdicts += await self._fairly([member], wanted, settling=settling)
            except DATABASE_AWAY as error:
                verdicts += await self._settle([member], wanted, error)
        return verdicts

    async def _settle(
        self, members: Sequence[AppendRequest], wanted: Callable[[], bool], error: BaseException
    ) -> Sequence[Verdict]:
        """The connection was lost, perhaps at commit. The lock waits for the lost transaction to end one way or the
        other; then command ids and heads tell which way, and what was not done is done now.
        """
        log.warning("database away", extra={"error": type(error).__name__})
        pause = 0.05
        while wanted():
            self.disconnect()
            try:
                return await self._fairly(members, wanted, settling=True)
            except DATABASE_AWAY:
                await asyncio.sleep(pause)
                pause = min(pause * 2, 1.0)
        return [LogUnavailable() for _ in members]

    async def _insert(
        self, connection: asyncpg.Connection, head: LogHead, verdicts: Sequence[Verdict]
    ) -> tuple[Sequence[Verdict], LogHead]:
        """Insert what was accepted: the verdicts, with its places, and the head once this is committed."""
        taken = [verdict for verdict in verdicts if isinstance(verdict, Accepted)]
        rows, commands, done = group_rows(head, taken, self._clock.now())
        if rows.positions or commands.ids:
            await connection.execute(self._sql["insert"], *rows.columns(), *commands.columns())
        moves = moved_heads(verdict.member for verdict in taken)
        if moves and len(await connection.fetch(self._sql["move_heads"], *_columns(moves))) < len(moves):
            raise _Changed
        return _in_place(verdicts, done), rows.head(head)

    async def _head(
        self, connection: asyncpg.Connection, streams: Sequence[UUID]
    ) -> tuple[LogHead, Sequence[int]]:
        row = await connection.fetchrow(self._sql["head"], streams)
        head = GENESIS_HEAD
        if row["position"] is not None:
            head = LogHead(row["position"], row["digest"], row["recorded_at"])
        self._alone = head == self._left
        return head, row["versions"]

    async def _known(
        self, connection: asyncpg.Connection, members: Sequence[AppendRequest]
    ) -> dict[UUID, KnownCommand]:
        ids = [part.command for member in members for part in member.parts]
        rows = await connection.fetch(self._sql["commands"], ids) if ids else ()
        return {
            row["command_id"]: KnownCommand(row["body"], row["first"], row["last"], row["event_id"])
            for row in rows
        }

    async def _heads(
        self, connection: asyncpg.Connection, members: Sequence[AppendRequest]
    ) -> dict[tuple[str, UUID], int]:
        keys = list({(head.source, head.key) for member in members for head in member.heads})
        if not keys:
            return {}
        rows = await connection.fetch(self._sql["heads"], *map(list, zip(*keys, strict=True)))
        return {(row["source"], row["key"]): row["position"] for row in rows}

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[asyncpg.Connection]:
        if self._connection is None or self._connection.is_closed():
            try:
                self._connection = await self._connect()
            except asyncpg.PostgresError as error:  # whatever it is, nothing that was asked is to blame
                raise ConnectionError("the database does not let us in") from error
        connection = self._connection
        try:
            # Two statements, so two snapshots: what follows sees all that was committed before we had the lock.
            await connection.execute(f"BEGIN; SELECT pg_advisory_xact_lock({self._lock_key})")
            yield connection
            if await connection.execute("COMMIT") != "COMMIT":
                raise ConnectionError("the transaction had been given up")
        except BaseException:
            # A connection whose transaction cannot be ended cleanly is given up: its state is unknown.
            try:
                await connection.execute("ROLLBACK", timeout=2)
            except Exception:
                self.disconnect()
            raise


def _columns(moves: Sequence[InboxMove]) -> list[list[Any]]:
    """One list a parameter of the statements that move heads."""
    rows = [(move.source, move.key, move.previous, move.position, move.event_id) for move in moves]
    return [list(column) for column in zip(*rows, strict=True)]


def _in_place(verdicts: Sequence[Verdict], done: Iterable[Accepted]) -> list[Verdict]:
    """The verdicts, with what was accepted as it was done."""
    places = iter(done)
    return [next(places) if isinstance(verdict, Accepted) else verdict for verdict in verdicts]


def _verdict_on(error: Exception) -> BaseException:
    if isinstance(error, asyncpg.PostgresError) and not isinstance(error, _OF_THE_MEMBER):
        log.error("append failed", extra={"error": type(error).__name__})
        return LogUnavailable()
    return NotStorable(type(error).__name__)
