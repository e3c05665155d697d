"""Appends groups of requests to a log, each group in one transaction under the log's lock.

So commit order is position order, positions are 1..n, and no reader at p ever sees a position below p appear later.
A group goes down a ladder: each rung asks the database more than the one above, and is taken only where that one found
that it could not be sure, or failed.

    append_in_one_statement   nobody else wrote since this process did: everything in one round trip
      | the log ends elsewhere, or a stream or head stands elsewhere than expected
    append_optimistically     a look at the log's end and at the streams; known commands and heads are not looked up
      | something stands against a request: it may be a command that is known
    append_checked            everything is looked up, and each request is checked against it
      | the database refuses a value, and does not say whose
    append_one_by_one         each request by itself, so that only the culprit is told

    resolve_after_disconnect  the connection was lost on any rung, perhaps at the commit: what was committed is looked up

On every rung but the first the lock is a statement of its own: a snapshot taken together with it would be older than the
lock, and the head read by that statement would be stale.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

import asyncpg

from shared.eventstore.append import AppendRequest, InboxMove, LogAltered, LogUnavailable, NotStorable
from shared.eventstore.columns import GENESIS_HEAD, CommandColumns, EventColumns, LogHead, group_rows
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
from shared.eventstore.statements import AppendParameters, statements
from shared.infrastructure.background import Backoff
from shared.infrastructure.clock import Clock
from shared.infrastructure.locks import for_transaction, held
from shared.infrastructure.logs import error_fields
from shared.infrastructure.postgres import DATABASE_AWAY

log = logging.getLogger(__name__)


RECONNECT: Final = Backoff(first=0.05, longest=1.0)
"""The pauses between tries to append a group while the database is away."""


_OF_THE_REQUEST: Final = (
    asyncpg.DataError,
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.ProgramLimitExceededError,
)
"""What the database says of one request's values; any other of its errors is about the database itself."""


class _StoodOtherwise(Exception):
    """The optimistic append met something that others wrote: everything must be looked up."""


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
        self._begin = f"BEGIN; {for_transaction(service, 'log')}"
        self._sql = statements(service)
        self._connection: Any = None
        self._own_end = GENESIS_HEAD
        """Where the log ended after this process's last group, or when it was compared at the start."""
        self._alone = False
        """Whether that was still the end when it was last looked at: then most likely it is now."""

    async def append(
        self, requests: Sequence[AppendRequest], wanted: Callable[[], bool]
    ) -> Sequence[Verdict]:
        """Append a group; one verdict for each request, given after the commit.

        Args:
            requests: in the order in which they came.
            wanted: whether anybody still waits for the answer. While the database is away and somebody does, the
                group is tried again; then each verdict is LogUnavailable.

        Raises:
            LogAltered: the last row that this process wrote says something else now.
        """
        try:
            verdicts = await self._append_in_one_statement(requests) if self._alone else None
            return await self._append_optimistically(requests) if verdicts is None else verdicts
        except DATABASE_AWAY as error:
            return await self._resolve_after_disconnect(requests, wanted, error)
        except LogAltered:
            raise
        except Exception:  # it comes again further down, where the culprit is told
            try:
                return await self._append_checked_or_one_by_one(requests, wanted)
            except DATABASE_AWAY as error:
                return await self._resolve_after_disconnect(requests, wanted, error)

    @property
    def own_end(self) -> LogHead:
        """The last row that this process wrote, or vouches for, with the digest that it had then."""
        return self._own_end

    def vouch_for(self, end: LogHead) -> None:
        """The log was compared, and ends here: a row that says something else later was altered."""
        self._own_end = end

    def disconnect(self) -> None:
        """Give the connection up at once; the next group makes another."""
        connection, self._connection, self._alone = self._connection, None, False
        if connection is not None:
            connection.terminate()

    async def _append_in_one_statement(self, requests: Sequence[AppendRequest]) -> Sequence[Verdict] | None:
        """All in one statement, behind the head that this process left and on the versions that are expected; None,
        and nothing is written, where the log does not stand so.

        The statement's snapshot may be older than its lock. But whoever wrote in between took the next position, and
        the unique index on positions refuses the whole of this group: where it is taken nothing was written in
        between, and what was compared in the snapshot still stood.
        """
        versions = expected_versions(requests)
        verdicts = check_optimistically(requests, versions)
        if verdicts is None:
            return None
        accepted = [verdict for verdict in verdicts if isinstance(verdict, Accepted)]
        events, commands, written = group_rows(self._own_end, accepted, self._clock.now())
        moves = moved_heads(verdict.request for verdict in accepted)
        sql = self._sql
        statement = sql.append_in_one_statement_and_move_heads if moves else sql.append_in_one_statement
        values = statement.values(self._parameters(events, commands, moves, _all_moves(accepted), versions))
        try:
            stands = await self._connection.fetchval(statement.sql, *values)
        except asyncio.CancelledError:
            self.disconnect()
            raise
        if not stands:
            self._alone = False
            return None
        self._own_end = events.head(self._own_end)
        return _in_place(verdicts, written)

    async def _append_optimistically(self, requests: Sequence[AppendRequest]) -> Sequence[Verdict]:
        """As if no command were known and every inbox head stood as expected: one look less than the checked append."""
        stream_ids = list(expected_versions(requests))
        async with self._transaction() as connection:
            head, versions = await self._head_and_versions(connection, stream_ids)
            # Each expected version is compared, also of streams that are written: the primary key would let a request
            # pass that expects more than there is (it stood on one that fell), and leave a hole.
            hoped = check_optimistically(requests, dict(zip(stream_ids, versions, strict=True)))
            if hoped is None:
                raise _StoodOtherwise
            verdicts, end = await self._insert(connection, head, hoped)
        self._own_end = end
        return verdicts

    async def _append_checked(
        self, requests: Sequence[AppendRequest], *, after_disconnect: bool
    ) -> Sequence[Verdict]:
        """The requests in order against what the lock lets us see, each counting those before it."""
        stream_ids = list(expected_versions(requests))
        async with self._transaction() as connection:
            head, versions = await self._head_and_versions(connection, stream_ids)
            state = LogState(
                dict(zip(stream_ids, versions, strict=True)),
                await self._known_commands(connection, requests),
                await self._inbox_heads(connection, requests),
            )
            checked = check(requests, state, after_disconnect=after_disconnect)
            verdicts, end = await self._insert(connection, head, checked)
        self._own_end = end
        return verdicts

    async def _append_checked_or_one_by_one(
        self, requests: Sequence[AppendRequest], wanted: Callable[[], bool], *, after_disconnect: bool = False
    ) -> Sequence[Verdict]:
        """Checked together; and where the database refuses something of it, each alone."""
        try:
            return await self._append_checked(requests, after_disconnect=after_disconnect)
        except (*DATABASE_AWAY, LogAltered):
            raise
        except Exception as error:
            if len(requests) == 1:
                return [_verdict_on(error)]
        return await self._append_one_by_one(requests, wanted, after_disconnect=after_disconnect)

    async def _append_one_by_one(
        self, requests: Sequence[AppendRequest], wanted: Callable[[], bool], *, after_disconnect: bool
    ) -> Sequence[Verdict]:
        """Each request in a transaction of its own. A connection lost on the way is resolved for that one."""
        verdicts: list[Verdict] = []
        for request in requests:
            try:
                verdicts += await self._append_checked_or_one_by_one(
                    [request], wanted, after_disconnect=after_disconnect
                )
            except DATABASE_AWAY as error:
                verdicts += await self._resolve_after_disconnect([request], wanted, error)
        return verdicts

    async def _resolve_after_disconnect(
        self, requests: Sequence[AppendRequest], wanted: Callable[[], bool], error: BaseException
    ) -> Sequence[Verdict]:
        """Find out what of a group was committed by a connection that was lost, and append the rest.

        The lock waits for the lost transaction to end one way or the other; then command ids and inbox heads tell which
        way. Tried again while the database is away and somebody waits.
        """
        log.warning("database away", extra={"error": type(error).__name__})
        pauses = RECONNECT.pauses()
        while wanted():
            self.disconnect()
            try:
                return await self._append_checked_or_one_by_one(requests, wanted, after_disconnect=True)
            except DATABASE_AWAY:
                await asyncio.sleep(next(pauses))
        return [LogUnavailable() for _ in requests]

    def _parameters(
        self,
        events: EventColumns,
        commands: CommandColumns,
        moves: Sequence[InboxMove],
        taken: Sequence[InboxMove],
        versions: Mapping[UUID, int] = MappingProxyType({}),
    ) -> AppendParameters:
        return AppendParameters(
            positions=events.positions,
            event_streams=events.stream_ids,
            versions=events.versions,
            names=events.names,
            states=events.states,
            sealed=events.sealed,
            event_ids=events.event_ids,
            categories=events.categories,
            children=events.children,
            keys=events.keys,
            digests=events.digests,
            recorded_at=events.recorded_at,
            command_ids=commands.ids,
            command_bodies=commands.bodies,
            command_firsts=commands.firsts,
            command_lasts=commands.lasts,
            expected_head=self._own_end.position,
            expected_digest=self._own_end.digest,
            stream_ids=list(versions),
            expected_versions=list(versions.values()),
            head_sources=[move.source for move in moves],
            head_keys=[move.key for move in moves],
            head_previous=[move.previous for move in moves],
            head_positions=[move.position for move in moves],
            head_event_ids=[move.event_id for move in moves],
            head_digests=[move.digest for move in moves],
            taken_sources=[move.source for move in taken],
            taken_keys=[move.key for move in taken],
            taken_positions=[move.position for move in taken],
            taken_digests=[move.mark for move in taken],
        )

    async def _insert(
        self, connection: asyncpg.Connection, head: LogHead, verdicts: Sequence[Verdict]
    ) -> tuple[Sequence[Verdict], LogHead]:
        """Insert what was accepted: the verdicts, with its places, and the end of the log once this is committed."""
        accepted = [verdict for verdict in verdicts if isinstance(verdict, Accepted)]
        events, commands, written = group_rows(head, accepted, self._clock.now())
        moves = moved_heads(verdict.request for verdict in accepted)
        parameters = self._parameters(events, commands, moves, _all_moves(accepted))
        if events.positions or commands.ids:
            insert = self._sql.insert
            await connection.execute(insert.sql, *insert.values(parameters))
        if moves:
            move = self._sql.move_heads
            if len(await connection.fetch(move.sql, *move.values(parameters))) < len(moves):
                raise _StoodOtherwise
        return _in_place(verdicts, written), events.head(self._own_end)

    async def _head_and_versions(
        self, connection: asyncpg.Connection, stream_ids: Sequence[UUID]
    ) -> tuple[LogHead, Sequence[int]]:
        own = self._own_end
        row = await connection.fetchrow(self._sql.head_and_versions.sql, own.position, stream_ids)
        if own.position and row["own_digest"] != own.digest:
            raise LogAltered(own.position)
        head = GENESIS_HEAD
        if row["position"] is not None:
            head = LogHead(row["position"], row["digest"], row["recorded_at"])
        self._alone = head == self._own_end
        return head, row["versions"]

    async def _known_commands(
        self, connection: asyncpg.Connection, requests: Sequence[AppendRequest]
    ) -> dict[UUID, KnownCommand]:
        ids = [part.command for request in requests for part in request.parts]
        rows = await connection.fetch(self._sql.known_commands.sql, ids) if ids else ()
        return {
            row["command_id"]: KnownCommand(row["body"], row["first"], row["last"], row["event_id"])
            for row in rows
        }

    async def _inbox_heads(
        self, connection: asyncpg.Connection, requests: Sequence[AppendRequest]
    ) -> dict[tuple[str, UUID], int]:
        keys = list({(head.source, head.key) for request in requests for head in request.heads})
        if not keys:
            return {}
        rows = await connection.fetch(self._sql.inbox_heads.sql, *map(list, zip(*keys, strict=True)))
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
            held(await connection.execute(self._begin))
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


def _all_moves(accepted: Iterable[Accepted]) -> list[InboxMove]:
    """Every move of a head, also of one that others in the group move on: each is an event taken."""
    return [move for each in accepted for move in each.request.heads]


def _in_place(verdicts: Sequence[Verdict], written: Iterable[Accepted]) -> list[Verdict]:
    """The verdicts, with what was accepted as it was written."""
    places = iter(written)
    return [next(places) if isinstance(verdict, Accepted) else verdict for verdict in verdicts]


def _verdict_on(error: Exception) -> BaseException:
    if isinstance(error, asyncpg.PostgresError) and not isinstance(error, _OF_THE_REQUEST):
        log.error("append failed", extra=error_fields(error))
        return LogUnavailable()
    return NotStorable(type(error).__name__)
