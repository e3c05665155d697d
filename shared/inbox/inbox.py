"""The inbox: each event of another service taken once, in order within its key, and no gap unnoticed.

A head per (source, key) says how far this service is. At or below the head is a duplicate. Previous = head: the event
is taken, and the head moves in the transaction of its effects. Previous beyond the head: the event is held until the
gap is filled, and after a while the source is asked to send the key again. An event that would fail again is parked:
its head stands still, so the key's later events queue behind it, while other keys go on.

Several processes of a service may take the same events at once: the head that moves with the effects lets one of them
through, and the other finds a duplicate.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

from shared.commands.handler import CommandHandler
from shared.crypto.transport_keys import TransportKeys
from shared.domain.actors import Actor
from shared.domain.codec import UnknownEvent, decode
from shared.domain.policy import Policy
from shared.eventstore.append import AppendRequest, Conflict, InboxMove
from shared.inbox.positions import FORKED, UNREADABLE, Arrived, Held, Order, Parked
from shared.inbox.processing import Outcome, Processor
from shared.inbox.reactions import CauseMissing, PolicyRunner
from shared.inbox.tables import InboxTables
from shared.messaging.message import Message, NotAMessage, parse

log = logging.getLogger(__name__)


def _unmeasured(_seconds: float) -> None:
    """Nobody measures."""


class Inbox:
    """Takes what arrives for one service.

    Args:
        runner: decides the policy's commands.
        policy: what follows from each event.
        tables: heads, held, parked.
        transport: the keys of the topics that are read.
        cause_patience: seconds an event waits for what it refers to, before it is parked.
    """

    def __init__(
        self,
        runner: CommandHandler,
        policy: Policy,
        tables: InboxTables,
        transport: TransportKeys,
        *,
        cause_patience: float = 60.0,
    ) -> None:
        self.tables = tables
        self._runner = runner
        self._intake = Processor(runner, PolicyRunner(runner, policy, transport), tables)
        self._cause_patience = cause_patience
        self.on_taken: Callable[[float], None] = _unmeasured
        """Told, for each page, the seconds since the last of its events was recorded at its source."""
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def _at_work(self) -> AsyncIterator[None]:
        """Pages, retries and the wait for causes take turns: two of them deciding on one head would only conflict."""
        async with self._turn:
            self._runner.in_flight += 1
            try:
                yield
            finally:
                self._runner.in_flight -= 1

    async def take(self, page: Sequence[Arrived]) -> None:
        """Take in a page: effects, heads, held and parked rows are committed when this returns.

        Raises:
            Any of AWAY: nothing is lost; the same page may be taken again.
        """
        async with self._at_work():
            messages: list[Message] = []
            for arrived in page:
                try:
                    messages.append(parse(arrived.headers, arrived.body, topic=arrived.topic))
                except NotAMessage as error:
                    if await self.tables.park_unreadable(arrived, type(error).__name__):
                        place = {"topic": arrived.topic, "offset": arrived.offset}
                        log.error("unreadable message parked", extra=place)
            await self._intake.follow(await self._intake.work(messages))
            if messages:
                now = self._runner.clock.now()
                self.on_taken((now - max(message.recorded_at for message in messages)).total_seconds())

    # -- what waits

    async def look_again(self) -> None:
        """Try what waits: for its cause, at the head of its key, or for a program that now knows it. What has waited
        for its cause longer than the patience is parked.
        """
        async with self._at_work():
            await self.tables.tidy()
            waiting = [held for held in await self.tables.at_their_head() if _readable(held)]
            moved = await self._intake.work([parse(held.headers, held.body) for held in waiting])
            for held in waiting:
                if held.why == "cause" and held.age > self._cause_patience:
                    message = parse(held.headers, held.body)
                    place = (await self.tables.places({message.place}))[message.place]
                    if Order.of(message, place) is Order.NEXT:
                        await self._intake.park(message, CauseMissing.__name__)
            await self.tables.tidy({held.key for held in waiting})
            await self._intake.follow(moved)

    async def retry(self, source: str, key: UUID) -> bool:
        """Try a parked event again; when it goes through, what queued behind it follows in order.

        Whether it was taken. Not what cannot be read, nor what shows that its source has forked: these a person can
        only skip, once the two logs have been compared.
        """
        async with self._at_work():
            parked = await self.tables.parked_at(source, key)
            if parked is None or parked.error == FORKED:
                return False
            try:
                message = _message_of(parked)
            except NotAMessage:
                return False
            if await self._intake.alone(message, retrying=True) is Outcome.STOPPED:
                return False
            await self.tables.unpark(parked)
            await self._intake.follow({message.key})
            return True

    async def skip(self, source: str, key: UUID, reason: str, actor: Actor) -> bool:
        """Leave a parked event out: the head moves over it, without effects. Who did it and why is kept."""
        async with self._at_work():
            parked = await self.tables.parked_at(source, key)
            if parked is None:
                return False
            await self.tables.note_skip(parked, reason, actor.id)
            while (over := await self._move_over(parked)) is not None:
                try:
                    await self._runner.store.append(AppendRequest(heads=(over,)))
                    break
                except Conflict:  # another process moved it meanwhile
                    continue
            await self.tables.unpark(parked)
            await self._intake.follow({key})
            return True

    async def _move_over(self, parked: Parked) -> InboxMove | None:
        """The head as it is once this event is left out; None where there is nothing to move."""
        try:
            message = _message_of(parked)
        except NotAMessage:
            return None
        if message.place != (parked.source, parked.key):
            return None
        place = (await self.tables.places({message.place}))[message.place]
        if message.position < place.position or message.event_id == place.event_id:
            return None
        # Of a source that has forked: from here on what it says now is what we have.
        return InboxMove(*message.place, place.position, message.position, message.event_id)


def _message_of(parked: Parked) -> Message:
    """The event that was put aside. Raises NotAMessage where it still cannot be read."""
    topic = parked.source.removeprefix(UNREADABLE) if parked.source.startswith(UNREADABLE) else None
    return parse(parked.headers, parked.body, topic=topic)


def _readable(held: Held) -> bool:
    """Whether this program knows the event by now: asked before the database is, for it may be long until then."""
    if held.why != "unknown":
        return True
    try:
        message = parse(held.headers, held.body)
        decode(message.name, message.state)
    except UnknownEvent:
        return False
    except Exception:  # judged where it is taken
        return True
    return True
