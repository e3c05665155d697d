"""The inbox: each event of another service taken once, in order within its key, and no gap unnoticed.

A head per (source, key) says how far this service is. At or below the head is a duplicate, if that very event was taken;
if not, its source says something else now, and it is parked. Previous = head: the event is taken, and the head moves in the
transaction of its effects. Previous beyond the head: the event is held until the gap is filled, and after a while the
source is asked to send the key again. An event that would fail again is parked: its head stays, so the key's later
events queue behind it, while other keys go on.

Several processes of a service may take the same events at once: the head that moves with the effects lets one of them
through, and the other finds a duplicate.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

from shared.commands.handler import CommandHandler
from shared.crypto.transport_keys import TransportKeys
from shared.domain.actors import Actor
from shared.domain.codec import UnknownEvent, decode
from shared.domain.policy import Policy
from shared.eventstore.append import AppendRequest, Conflict, InboxMove
from shared.inbox.failures import CauseMissing
from shared.inbox.opening import NOT_OPENED, MessageOpener
from shared.inbox.positions import FORKED, Gap, Order, Parked, RawMessage
from shared.inbox.processing import Outcome, Processor
from shared.inbox.reactions import PolicyRunner
from shared.inbox.tables import InboxTables
from shared.messaging.message import OpenedMessage


def _unmeasured(_seconds: float) -> None:
    """Nobody measures."""


class Inbox:
    """Takes in others' events for one service.

    Args:
        runner: decides the policy's commands.
        policy: what follows from each event.
        tables: heads, held and parked events.
        transport: the keys of the topics that are read.
        cause_patience: seconds an event is held for what it refers to, before it is parked.
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
        self._opener = MessageOpener(transport, tables.unproven)
        self._processor = Processor(runner, PolicyRunner(runner, policy), tables, self._opener)
        self._cause_patience = cause_patience
        self.on_taken: Callable[[float], None] = _unmeasured
        """Called, for each page, with the seconds since the last of its events was recorded at its source."""
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def _at_work(self) -> AsyncIterator[None]:
        """Serialise pages, retries and housekeeping: two of them deciding on one head would only conflict."""
        async with self._turn:
            self._runner.in_flight += 1
            try:
                yield
            finally:
                self._runner.in_flight -= 1

    async def take(self, page: Sequence[RawMessage]) -> None:
        """Take in a page: effects, heads, held and parked rows are committed when this returns.

        Raises:
            Any of AWAY: nothing is lost; the same page may be taken again. So also while the service takes no commands.
        """
        self._runner.store.gate.check()
        async with self._at_work():
            messages = await self._opener.arrived(page)
            await self._processor.follow(await self._processor.process(messages))
            if messages:
                now = self._runner.clock.now()
                self.on_taken((now - max(message.recorded_at for message in messages)).total_seconds())

    # -- held and parked events

    async def retry_held(self) -> list[Gap]:
        """Try held events that are next in line: their cause, or a program that they wait for, may be there. And what was
        parked for a key that came.

        What has been held for its cause longer than the patience is parked.

        Returns:
            What to ask sources for: events of which what was kept no longer proves its origin.
        """
        async with self._at_work():
            await self.tables.tidy()
            moved = await self._take_whose_key_came()
            rows = await self.tables.at_their_head()
            kept = self._opener.kept(rows)
            held = [(each, message) for each, message in kept if each.why != "unknown" or _decodable(message)]
            moved |= await self._processor.process([message for _, message in held])
            for each, message in held:
                if each.why == "cause" and each.age > self._cause_patience and await self._is_next(message):
                    await self._processor.park(message, CauseMissing.__name__)
            await self.tables.tidy({message.key for _, message in held})
            await self._processor.follow(moved)
            proven = {id(each) for each, _ in kept}
            return await self._opener.put_aside([each for each in rows if id(each) not in proven])

    async def _take_whose_key_came(self) -> set[UUID]:
        came = await self._opener.whose_key_came()
        messages = sorted((message for _, message in came), key=lambda message: message.position)
        moved = await self._processor.process(messages)
        for parked, _ in came:  # taken, or held or parked as what it is
            await self.tables.unpark(parked)
        return moved

    async def _is_next(self, message: OpenedMessage) -> bool:
        """Whether it is still next in line, and so was not taken."""
        head = (await self.tables.key_positions({message.source_key}))[message.source_key]
        return Order.of(message, head, ()) is Order.NEXT

    async def retry(self, source: str, key: UUID) -> bool:
        """Try a parked event again; when it goes through, what queued behind it follows in order.

        Returns:
            Whether it was taken. Not what cannot be read or proves no origin, nor what shows that its source has forked:
            these a person can only skip, the latter once the two logs have been compared.
        """
        async with self._at_work():
            parked = await self.tables.parked_at(source, key)
            if parked is None or parked.error == FORKED:
                return False
            try:
                message = self._opener.parked(parked)
            except NOT_OPENED:
                return False
            known = parked.topic is None
            outcome = await self._processor.process_alone(message, retrying=known)
            if outcome is Outcome.STOPPED and known:
                return False
            await self.tables.unpark(parked)  # what could not be read before is held or parked as what it is
            await self._processor.follow({message.key})
            return outcome is not Outcome.STOPPED

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
            await self._processor.follow({key})
            return True

    async def _move_over(self, parked: Parked) -> InboxMove | None:
        """The move of the head over an event that is left out; None where there is nothing to move."""
        try:
            message = self._opener.parked(parked)
        except NOT_OPENED:
            return None
        if message.source_key != (parked.source, parked.key):
            return None
        head = (await self.tables.key_positions({message.source_key}))[message.source_key]
        if message.position <= head.position:
            await self.tables.leave_out(message)
            return None
        # Of a source that has forked: from here on what it says now is what we have.
        return InboxMove(
            *message.source_key, head.position, message.position, message.event_id, message.digest
        )


def _decodable(message: OpenedMessage) -> bool:
    """Whether this program knows the event by now. Asked in memory, before the database is: it may be long until then."""
    try:
        decode(message.name, message.state)
    except UnknownEvent:
        return False
    except Exception:  # judged where it is taken
        return True
    return True
