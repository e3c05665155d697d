"""The outbox relay: publishes what crosses of a service's log on its topic, in log order; the log is the outbox.

Delivery is at least once. Order does not rest on it: each message says the previous position of its key, and readers
take nothing out of turn. The cursor never goes back by itself.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import asyncpg
from aiokafka.errors import KafkaError

from shared.crypto.key_store import KeyStore
from shared.crypto.transport_keys import TransportKeys
from shared.infrastructure.background import end, run_forever
from shared.infrastructure.locks import take_session_lock
from shared.infrastructure.pacing import Pacer
from shared.infrastructure.postgres import DATABASE_AWAY
from shared.messaging.client import KafkaConnection, abandon, start_producer
from shared.messaging.in_flight import MOST, InFlight, Landed, Place
from shared.messaging.message import Message
from shared.messaging.outgoing import Outgoing
from shared.messaging.topics import topic_of

log = logging.getLogger(__name__)


PAGE: Final = MOST
"""Most events read at once."""


FLOOR: Final = 0.5
"""Seconds after which the relay polls by itself, should every wake-up be lost."""


TOGETHER: Final = 0.1
"""Seconds for which acknowledgements are gathered before they are noted together."""


SOON: Final = 0.05
"""Seconds within which the position passes what was appended and does not cross: nobody waits for that to be sent, but
whoever asks whether everything is sent (a play, a rebuild, an operator) does wait for the position.
"""


class BrokerForgot(Exception):
    """The broker acknowledged an offset at or below one it had acknowledged before: it lost what it held."""


class PositionBeyondLog(Exception):
    """The relay's position is beyond the end of the log: somebody moved it, or put back an older log under it.

    Nothing is published until the position is put right: events up to there would never be sent, and nothing would say so.
    """


class LeadLost(Exception):
    """Another process leads: this one was stopped for so long that it was taken for dead. It stands by from now on."""


HANGING: Final = timedelta(seconds=10)
"""How long who leads may have asked the database nothing: it asks twice a second, so one that has not is overtaken."""


class EndOfLogUnsure(Exception):
    """The end of the log is contradicted, or nobody could be asked about it yet: nothing of it is told to others."""


_AWAY: Final = (*DATABASE_AWAY, KafkaError, BrokerForgot, PositionBeyondLog, LeadLost, EndOfLogUnsure)
"""What the relay backs off from; it is shown as its error."""


class Relay:
    """Publishes one service's events. Only the process that holds the service's relay lock does."""

    def __init__(
        self,
        service: str,
        connect: Any,
        bootstrap: str | KafkaConnection,
        keys: KeyStore,
        transport: TransportKeys,
        *,
        idempotent: bool,
    ) -> None:
        self.service = service
        self.error: str | None = None
        """What keeps it from publishing, as the kind of the error."""
        self.leading = False
        """Whether this process is the one that publishes."""
        self.unsure: Callable[[], str | None] = _sure
        """Why nothing may be published at the moment; None where it may be."""
        self.stands_beyond: Callable[[int, int], None] = _unheard
        """Called with its position and the log's head where the log ends before it."""
        self._connect = connect
        self._bootstrap = bootstrap
        self._outgoing = Outgoing(service, keys, transport)
        self._idempotent = idempotent
        self._topic = topic_of(service)
        self._term: int | None = None
        """Of its lead, while it leads: whatever it writes, it writes under this."""
        self._wake = asyncio.Event()
        self._appended = False
        self._inside = False
        """Whether something was appended that does not cross, and the position is not past it yet."""
        self._acknowledged: dict[Place, int] = {}
        self._crossing = f"""
            SELECT notification_id, originator_id, originator_version, topic, state, sealed, event_id, key, recorded_at,
                   events.digest, coalesce(before.position, 0) AS previous, before.digest AS previous_digest
              FROM {service}.events
              LEFT JOIN LATERAL (
                   SELECT earlier.notification_id AS position, earlier.digest FROM {service}.events AS earlier
                    WHERE earlier.key = events.key AND earlier.notification_id < events.notification_id
                    ORDER BY earlier.notification_id DESC LIMIT 1) AS before ON true"""
        # One statement, one snapshot: the head fits the page. It is where a page that is not full leads to, past what
        # is internal.
        self._next = f"""
            SELECT stand.head, stand.asked, stand.leads, page.*
              FROM (SELECT (SELECT term = $3 FROM {service}.locks WHERE name = 'relay') AS leads,
                           (SELECT coalesce(max(notification_id), 0) FROM {service}.events) AS head,
                           EXISTS (SELECT FROM {service}.resend) AS asked) AS stand
              LEFT JOIN LATERAL ({self._crossing} WHERE notification_id > $1 AND key IS NOT NULL
                                  ORDER BY notification_id LIMIT $2) AS page ON true
             ORDER BY page.notification_id"""
        self._task: asyncio.Task[None] | None = None

    def wake(self) -> None:
        """Something was appended that crosses."""
        self._appended = True
        self._wake.set()

    def wake_soon(self) -> None:
        """Something was appended; where none of it crosses, there is no haste."""
        if not self._inside:
            self._inside = True
            self._wake.set()

    async def start(self) -> None:
        """Start relaying in the background."""
        name = f"relay:{self.service}"
        loop = run_forever(self._relay_while_leading, name=name, away=_AWAY, failed=self._failed)
        self._task = asyncio.create_task(loop, name=name)

    async def stop(self) -> None:
        """Stop; what is in flight and unacknowledged is sent again by the next relay."""
        await end(self._task)

    def _failed(self, error: Exception) -> None:
        name = type(error).__name__
        if isinstance(error, PositionBeyondLog) and name != self.error:
            log.critical(
                "relay position is beyond the log: nothing is published", extra={"topic": self._topic}
            )
        self.error = name

    async def _relay_while_leading(self) -> None:
        """Take the lead and relay until something fails. It lasts as long as the connection does; and the cursor is
        written under its term, so that a process that was stopped, and overtaken, overwrites nobody's cursor.
        """
        connection = await self._connect()
        try:
            while (term := await self._take_the_lead(connection)) is None:
                self.error = None  # standing by is all it has to do
                await asyncio.sleep(FLOOR)
            producer = await start_producer(self._bootstrap, idempotent=self._idempotent)
            flight = InFlight(producer, self._wake.set)
            self.leading, self._term = True, term
            try:
                await self._publish(connection, flight)
            finally:
                self.leading = False
                await flight.give_up()
                await abandon(producer)
        finally:
            connection.terminate()

    async def _take_the_lead(self, connection: asyncpg.Connection) -> int | None:
        return await take_session_lock(connection, self.service, "relay", patience=HANGING)

    async def _publish(self, connection: asyncpg.Connection, flight: InFlight) -> None:
        """Send page after page, and note what the broker acknowledges as it comes."""
        # From here on, while this process leads, nobody else moves these.
        at = await connection.fetchval(f"SELECT position FROM {self.service}.relay")
        acknowledged = await connection.fetch(
            f'SELECT topic, "partition", "offset" FROM {self.service}.relay_acknowledged'
        )
        self._acknowledged = {(row["topic"], row["partition"]): row["offset"] for row in acknowledged}
        more, note_from, pace = True, 0.0, Pacer()
        while True:
            self._wake.clear()
            if more or self._appended:
                await pace.turn()
            more, self._appended = more or self._appended, False
            if more:
                self._inside = False
            if more and flight.room:
                at, more = await self._page(connection, flight, at)
            rest = note_from - time.monotonic()
            if flight.some_landed and rest <= 0:
                await self._note_landed(connection, flight.land())
                note_from = time.monotonic() + TOGETHER
            if not flight.under_way:
                self.error = None
            if self._appended or (more and flight.room):
                continue
            with suppress(TimeoutError):
                async with asyncio.timeout(max(rest, 0.0) if flight.some_landed else self._rest()):
                    await self._wake.wait()
                    continue
            more = not flight.some_landed  # should every wake-up be lost

    def _rest(self) -> float:
        """How long to wait for a wake-up before looking again."""
        return SOON if self._inside else FLOOR

    async def _page(self, connection: asyncpg.Connection, flight: InFlight, at: int) -> tuple[int, bool]:
        """Send the next page after a position, and then a page of what was asked for again: in turns, so that a long
        resend never keeps new facts waiting.

        Returns:
            The position up to which everything is sent, and whether there may be more.

        Raises:
            PositionBeyondLog: the log ends before the position.
            LeadLost: another process leads.
        """
        room = flight.room
        rows = await connection.fetch(self._next, at, room, self._term)
        if not rows[0]["leads"]:
            raise LeadLost
        if self.unsure() is not None:
            raise EndOfLogUnsure
        if at > rows[0]["head"]:
            self.stands_beyond(at, rows[0]["head"])
            raise PositionBeyondLog
        messages = self._outgoing.messages([row for row in rows if row["notification_id"] is not None])
        full = len(messages) == room
        until = messages[-1].position if full else max(at, rows[0]["head"])
        if until > at:
            await flight.send(messages, until)
        if rows[0]["asked"]:
            await self._resend(connection, flight)
        return until, full or rows[0]["asked"]

    async def _resend(self, connection: asyncpg.Connection, flight: InFlight) -> None:
        """Send the next page of what somebody asked for again, harmless to those who have it."""
        await self._note_landed(connection, await flight.all_land())
        asked = await connection.fetchrow(
            f"""SELECT id, key, after, (SELECT position FROM {self.service}.relay) AS until
                  FROM {self.service}.resend ORDER BY id LIMIT 1"""
        )
        if asked is None:
            return
        messages = await self.messages(
            connection, after=asked["after"], until=asked["until"], key=asked["key"]
        )
        await flight.send(messages, asked["until"])
        offsets = await self._as_remembered(connection, await flight.all_land())
        if len(messages) < PAGE:
            done = f"DELETE FROM {self.service}.resend WHERE id = $5"
            await self._note(connection, offsets, done, asked["id"])
        else:
            move = f"UPDATE {self.service}.resend SET after = $6 WHERE id = $5"
            await self._note(connection, offsets, move, asked["id"], messages[-1].position)

    async def messages(
        self, connection: asyncpg.Connection, *, after: int, until: int, key: UUID | None = None
    ) -> list[Message]:
        """The events that cross, after a position and up to another, in order, a page at most.

        Internal events are passed over, also where a message says the previous position of its key.

        Args:
            connection: to the service's log.
            after: position before the first.
            until: position of the last at most.
            key: only events of it; None: of every key.
        """
        rows = await connection.fetch(
            f"""{self._crossing} WHERE notification_id > $1 AND notification_id <= $2 AND key IS NOT NULL
                   AND ($4::uuid IS NULL OR key = $4)
                 ORDER BY notification_id LIMIT $3""",
            after,
            until,
            PAGE,
            key,
        )
        return self._outgoing.messages(rows)

    async def _note_landed(self, connection: asyncpg.Connection, landed: Sequence[Landed]) -> None:
        """Note acknowledged offsets, and that everything up to there is published."""
        if landed:
            offsets = await self._as_remembered(connection, landed)
            move = f"UPDATE {self.service}.relay SET position = $5 WHERE position < $5"
            await self._note(connection, offsets, move, landed[-1].until)

    async def _note(
        self, connection: asyncpg.Connection, offsets: Mapping[Place, int], move: str, *values: int
    ) -> None:
        """Note acknowledged offsets and move the cursor they stand for, in one statement: both, or neither.

        `move` takes `values` as $5 and on, and ends in a condition. Nobody waits for the disk: what a failing machine
        forgets of this is sent again, and the readers drop it.

        Raises:
            LeadLost: another process leads; nothing is noted.
        """
        leads = await connection.fetchval(
            f"""WITH lead AS MATERIALIZED (
                    SELECT FROM {self.service}.locks WHERE name = 'relay' AND term = $4 FOR UPDATE),
                noted AS (
                    INSERT INTO {self.service}.relay_acknowledged AS old (topic, "partition", "offset")
                    SELECT * FROM unnest($1::text[], $2::int[], $3::bigint[]) WHERE EXISTS (SELECT FROM lead)
                    ON CONFLICT (topic, "partition") DO UPDATE SET "offset" = excluded."offset"),
                moved AS ({move} AND EXISTS (SELECT FROM lead)),
                unhurried AS (SELECT set_config('synchronous_commit', 'off', true))
                SELECT EXISTS (SELECT FROM lead) FROM unhurried""",
            [topic for topic, _ in offsets],
            [partition for _, partition in offsets],
            list(offsets.values()),
            self._term,
            *values,
        )
        if not leads:
            raise LeadLost

    async def _as_remembered(
        self, connection: asyncpg.Connection, landed: Sequence[Landed]
    ) -> Mapping[Place, int]:
        """The last acknowledged offset of each partition, once it is checked that the broker still has those before.

        Where an offset is not beyond the last acknowledged one, the topic lost messages that readers may not have
        had. The cursor stays; everything is sent again beside it, from the log, and the readers drop what they have.

        Raises:
            BrokerForgot: it did; what was just sent is sent again, and noted under its new offsets.
        """
        offsets: dict[Place, int] = {}
        for page in landed:
            known = self._acknowledged | offsets
            if any(offset <= known.get(place, -1) for place, offset in page.first.items()):
                break
            offsets |= page.last
        else:
            self._acknowledged |= offsets
            return offsets
        await connection.execute(
            f"""WITH forgotten AS (DELETE FROM {self.service}.relay_acknowledged)
                INSERT INTO {self.service}.resend (key, after) VALUES (NULL, 0)"""
        )
        log.critical("broker forgot: all of the log is sent again", extra={"topic": self._topic})
        raise BrokerForgot


def _sure() -> str | None:
    """Nobody doubts the log."""
    return None


def _unheard(_position: int, _head: int) -> None:
    """Nobody asks whether the relay stands beyond the log."""


async def ask_for_resend(pool: asyncpg.Pool, service: str, key: UUID | None, after: int) -> None:
    """Have this service's relay send a key again from after a position; no key: everything.

    Nothing is added where as much, or more, of the same is asked for already.
    """
    await pool.execute(
        f"""INSERT INTO {service}.resend (key, after)
            SELECT $1, $2 WHERE NOT EXISTS (SELECT 1 FROM {service}.resend
                                             WHERE key IS NOT DISTINCT FROM $1 AND after <= $2)""",
        key,
        after,
    )


async def forget_broker(dsn: str, service: str) -> None:
    """An embedded broker died and forgot everything: send it all again, and read it all again from the beginning.

    The inbox drops what it knows. Only for a broker that keeps nothing; on Apache Kafka no cursor is ever reset.
    """
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(
            f"""UPDATE {service}.relay SET position = 0;
                DELETE FROM {service}.relay_acknowledged;
                DELETE FROM {service}.consumed;
                DELETE FROM {service}.topics_read;
                UPDATE {service}.checkpoints_sent SET last = 0"""
        )
    finally:
        await connection.close()
