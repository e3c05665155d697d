"""The inbox: each event of another service taken once, in order within its key, and no gap unnoticed.

A head per (source, key) says how far this service is. At or below the head is a duplicate. Previous = head: the event
is taken, and the head moves in the transaction of its effects. Previous beyond the head: the event is held until the
gap is filled, and after a while the source is asked to send the key again. An event that would fail again is parked:
its head stands still, so the key's later events queue behind it, while other keys go on.
"""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import orjson

from shared.addressing import NotFound
from shared.decider import Refused
from shared.event import Record, UnknownEvent, decode
from shared.folding import Reader
from shared.identity import Actor
from shared.inbox_tables import Consumed, InboxTables
from shared.judging import Conflict, Head, Member, Part
from shared.messages import Message, NotAMessage, parse
from shared.policy import AlreadySo, Policy, TaskFor
from shared.runner import Decided, Runner, digest
from shared.store import GONE, LogUnavailable
from shared.tasks import RaiseTask
from shared.transport_keys import TransportKeys

log = logging.getLogger(__name__)

TRIES: Final = 3
"""Tries in place before an event is parked."""
PAUSES: Final = (0.1, 0.6)
"""Seconds between them."""
AWAY: Final = (*GONE, LogUnavailable)
"""The database is away: the consumer pauses, and nothing is parked."""

HeadKey = tuple[str, UUID]


class Forked(Exception):
    """The source now says something else at a position that was already taken: its log was restored to an older
    state. Nothing further of this key is taken until a person has looked.
    """


class CauseMissing(Exception):
    """What the event refers to has not arrived yet."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A message as the broker gave it."""

    topic: str
    partition: int
    offset: int
    headers: dict[str, str]
    body: bytes


class Inbox:
    """Takes what arrives for one service."""

    def __init__(
        self,
        runner: Runner,
        policy: Policy,
        tables: InboxTables,
        transport: TransportKeys,
        *,
        cause_patience: float = 60.0,
    ) -> None:
        self.tables = tables
        self._runner = runner
        self._policy = policy
        self._transport = transport
        self._actor = Actor.service(runner.service)
        self._cause_patience = cause_patience
        self._one_at_a_time = asyncio.Lock()
        """Pages, retries and the wait for causes take turns: two of them deciding on one head would only conflict."""

    # -- a page

    async def take(self, page: Sequence[Arrived]) -> None:
        """Take in a page: effects, heads and held rows are committed when this returns.

        Raises:
            Any of AWAY: nothing is lost; the same page may be taken again.
        """
        async with self._one_at_a_time:
            self._runner.in_flight += 1
            try:
                await self._take(page)
            finally:
                self._runner.in_flight -= 1

    async def _take(self, page: Sequence[Arrived]) -> None:
        messages: list[Message] = []
        for arrived in page:
            try:
                messages.append(parse(arrived.headers, arrived.body))
            except NotAMessage as error:
                await self.tables.park_unreadable(arrived, type(error).__name__)
                log.error(
                    "unreadable message parked", extra={"topic": arrived.topic, "offset": arrived.offset}
                )
        heads = await self.tables.heads({(m.source, m.key) for m in messages})
        reader = self._runner.reader()
        together: list[tuple[Message, Member, list[Decided]]] = []
        apart: list[Message] = []
        deferred: set[HeadKey] = set()
        for message in messages:
            place = (message.source, message.key)
            head, event_id = heads.get(place, (0, None))
            if message.position <= head:
                await self._duplicate(message, head, event_id)
            elif message.previous != head or place in deferred:
                deferred.add(place)
                apart.append(message)
            else:
                try:
                    member, decided = await self._prepare(message, reader)
                except AWAY:
                    raise
                except Exception:  # taken again alone below, where its error is judged and kept
                    deferred.add(place)
                    apart.append(message)
                    continue
                heads[place] = (message.position, message.event_id)
                together.append((message, member, decided))
        moved = await self._append_together(together, apart)
        for message in apart:
            moved |= await self._alone(message)
        await self._after(moved)
        await self.tables.consumed([Consumed(a.topic, a.partition, a.offset + 1) for a in page])

    async def _append_together(
        self, together: Sequence[tuple[Message, Member, list[Decided]]], apart: list[Message]
    ) -> set[UUID]:
        """One transaction for all that was decided; what met a conflict is added to `apart`, in order."""
        answers = await asyncio.gather(
            *(self._runner.store.append(member) for _, member, _ in together), return_exceptions=True
        )
        moved: set[UUID] = set()
        failed: list[Message] = []
        for (message, _, decided), answer in zip(together, answers, strict=True):
            if isinstance(answer, AWAY):
                raise answer
            if isinstance(answer, BaseException):
                failed.append(message)
                continue
            moved.add(message.key)
            for each in decided:
                self._runner.keep(each)
        apart[:0] = failed
        return moved

    async def _duplicate(self, message: Message, head: int, event_id: UUID | None) -> None:
        if message.position == head and event_id is not None and event_id != message.event_id:
            await self.tables.park(message, Forked.__name__, tries=1)
            log.critical("source forked", extra={"source": message.source, "position": message.position})

    # -- one event

    async def _alone(self, message: Message, *, retrying: bool = False) -> set[UUID]:
        """Take one event by itself; hold or park it where it cannot be taken. Returns the keys whose head moved."""
        for attempt in range(TRIES):
            head, event_id = (await self.tables.heads({(message.source, message.key)})).get(
                (message.source, message.key), (0, None)
            )
            if message.position <= head:
                await self._duplicate(message, head, event_id)
                return set()
            stopped_at = None if retrying else await self.tables.parked_position(message.source, message.key)
            if stopped_at == message.position:
                return set()
            if message.previous != head or stopped_at is not None:
                await self.tables.hold(message, "gap")
                return set()
            try:
                member, decided = await self._prepare(message, self._runner.reader(fresh=True))
                await self._runner.store.append(member)
            except AWAY:
                raise
            except Conflict:
                continue
            except UnknownEvent:
                # A newer program knows it: not this event's fault, so it waits and is shown, and is not parked.
                await self.tables.hold(message, "unknown")
                log.error(
                    "event newer than this program", extra={"event": message.name, "source": message.source}
                )
                return set()
            except CauseMissing:
                await self.tables.hold(message, "cause")
                return set()
            except Exception as error:
                if attempt + 1 < TRIES:
                    await asyncio.sleep(PAUSES[attempt])
                    continue
                await self._park(message, error)
                return set()
            for each in decided:
                self._runner.keep(each)
            return {message.key}
        await self.tables.hold(
            message, "gap"
        )  # others keep writing what it needs; it is tried again with the held
        return set()

    async def _park(self, message: Message, error: BaseException) -> None:
        what = _named(error)
        await self.tables.park(message, what, tries=TRIES)
        log.error(
            "event parked",
            extra={
                "event": message.name,
                "source": message.source,
                "position": message.position,
                "error": what,
            },
        )

    async def _prepare(self, message: Message, reader: Reader) -> tuple[Member, list[Decided]]:
        """Decide all that follows from an event; nothing is written yet."""
        record = self.record_of(message)
        parts: list[Part] = []
        reads: dict[UUID, int] = {}
        all_decided: list[Decided] = []
        written: set[UUID] = set()
        for step, command_id, command in self._policy.react(record):
            try:
                decided = await self._runner.decide(command, self._actor, command_id, reader, cause=record)
            except NotFound:
                raise CauseMissing from None
            except Refused as refusal:
                meaning = step.meaning((refusal.reason, *refusal.rules))
                if meaning is AlreadySo:
                    continue
                if not isinstance(meaning, TaskFor):
                    raise
                task = RaiseTask(
                    about=command.about,
                    role=meaning.role,
                    reason=refusal.reason or "refused",
                    rules=refusal.rules,
                    regarding=record.envelope.event_id,
                    source=record.service,
                    happened=command.happened,
                    known=command.known,
                )
                command = task
                decided = await self._runner.decide(task, self._actor, command_id, reader, cause=record)
            all_decided.append(decided)
            if decided.rows:
                parts.append(decided.part(digest(command)))
                written |= set(decided.rows)
            for stream, version in decided.reads.items():
                if stream not in written:
                    reads.setdefault(stream, version)
        head = Head(message.source, message.key, message.previous, message.position, message.event_id)
        outside = tuple((stream, version) for stream, version in reads.items() if stream not in written)
        return Member(tuple(parts), outside, (head,)), all_decided

    def record_of(self, message: Message) -> Record:
        """The event as a policy gets it, its sealed part opened under the transport key, in memory only.

        Raises:
            UnknownEvent: this program does not know it.
        """
        event, envelope = decode(message.name, message.state)
        text: dict[str, Any] | None = None
        if message.sealed is not None:
            text = orjson.loads(self._transport.open(message.topic, message.event_id, message.sealed))
        return Record(
            event=event,
            envelope=envelope,
            service=message.source,
            stream=message.stream,
            version=message.version,
            position=message.position,
            recorded_at=message.recorded_at,
            text=text,
        )

    # -- what waited

    async def _after(self, moved: Iterable[UUID]) -> None:
        """A head moved: what was held behind it, or waited for a cause about the same child, is taken now."""
        queue = set(moved)
        while queue:
            waiting = await self.tables.ready(queue)
            queue = set()
            for held in waiting:
                message = parse(held.headers, held.body)
                taken = await self._alone(message)
                if taken or not await self._still_due(message):
                    await self.tables.release(held)
                queue |= taken

    async def _still_due(self, message: Message) -> bool:
        """Whether the event is still beyond its head and not parked."""
        head, _ = (await self.tables.heads({(message.source, message.key)})).get(
            (message.source, message.key), (0, None)
        )
        stopped_at = await self.tables.parked_position(message.source, message.key)
        return message.position > head and stopped_at != message.position

    async def look_again(self) -> None:
        """Try what waits: for its cause, at the head of its key, or for a program that now knows it. After the
        patience for a cause has run out, its event is parked.
        """
        async with self._one_at_a_time:
            await self.tables.tidy()
            moved: set[UUID] = set()
            for held in await self.tables.at_their_head():
                message = parse(held.headers, held.body)
                if held.why == "cause" and held.age > self._cause_patience:
                    await self._park(message, CauseMissing())
                    await self.tables.release(held)
                    continue
                taken = await self._alone(message)
                if taken or not await self._still_due(message):
                    await self.tables.release(held)
                moved |= taken
            await self._after(moved)

    async def retry(self, source: str, key: UUID) -> bool:
        """Try a parked event again; when it goes through, what queued behind it follows in order."""
        async with self._one_at_a_time:
            parked = await self.tables.parked_at(source, key)
            if parked is None:
                return False
            moved = await self._alone(parse(parked.headers, parked.body), retrying=True)
            if moved:
                await self.tables.unpark(parked)
            await self._after(moved)
            return bool(moved)

    async def skip(self, source: str, key: UUID, reason: str, actor: Actor) -> bool:
        """Leave a parked event out: the head moves over it, without effects. Who did it and why is kept."""
        async with self._one_at_a_time:
            parked = await self.tables.parked_at(source, key)
            if parked is None:
                return False
            await self.tables.note_skip(parked, reason, actor.id)
            if not source.startswith("unreadable:") and parked.error != Forked.__name__:
                message = parse(parked.headers, parked.body)
                head = Head(source, key, message.previous, message.position, message.event_id)
                await self._runner.store.append(Member(heads=(head,)))
            await self.tables.unpark(parked)
            await self._after({key})
            return True


def _named(error: BaseException) -> str:
    """The kind of an error and its rules: nothing of its text, which may repeat what a person wrote."""
    rules = getattr(error, "rules", ())
    return " ".join((type(error).__name__, *rules)) if isinstance(error, Refused) else type(error).__name__
