"""Taking in events of other services: a page of them together, or one alone, each once and in order of its key.

What comes next at its place is decided and appended together; what fails there is tried alone, and held or parked
where it still cannot be taken.
"""

import asyncio
import enum
import logging
import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID

from shared.commands.handler import CommandHandler
from shared.commands.recording import Decided
from shared.commands.stream_ids import child_stream, episode_stream
from shared.crypto.secret_files import UnsafeSecret
from shared.crypto.transport_keys import NoTransportKey
from shared.domain.codec import UnknownEvent
from shared.domain.command import Refused
from shared.domain.decider import Per, Stream
from shared.eventstore.append import AnotherBody, AppendRequest, Conflict, LogUnavailable, NotStorable
from shared.inbox.positions import FORKED, KeyPosition, Order, Why
from shared.inbox.reactions import CauseMissing, PolicyRunner
from shared.inbox.tables import InboxTables
from shared.infrastructure.postgres import DATABASE_AWAY
from shared.messaging.message import Message, parse

log = logging.getLogger(__name__)


TRIES: Final = 3
"""Tries in place before an event is parked."""


PAUSES: Final = (0.1, 0.6)
"""Seconds between them."""


ROUNDS: Final = 3
"""Times the events of a page are decided again, when others wrote what they stood on meanwhile."""


AWAY: Final = (*DATABASE_AWAY, LogUnavailable, sqlite3.OperationalError)
"""The database, or the store of keys, is away: the consumer pauses, and nothing is parked."""


class Outcome(enum.Enum):
    """What became of one event."""

    TAKEN = "taken"
    DUPLICATE = "duplicate"
    STOPPED = "stopped"
    """Held or parked: nothing after it can be taken."""


class Processor:
    """Takes events for one service. Not for two callers at once: they would only conflict."""

    def __init__(self, runner: CommandHandler, reactions: PolicyRunner, tables: InboxTables) -> None:
        self._runner = runner
        self._reactions = reactions
        self._tables = tables
        # What policies ask for is internal to the team, and addressed to a child.
        self._likely_kinds = [
            kind
            for kind in runner.streams.values()
            if kind.per in (Per.CHILD, Per.EPISODE) and any(one.INTERNAL for one in kind.command_types())
        ]

    async def work(self, messages: Sequence[Message]) -> set[UUID]:
        """Take what can be taken, hold or park the rest.

        Returns:
            The keys whose head moved and of which something waits. What another process holds meanwhile is not among
            them: it is found when the inbox looks again.
        """
        places = await self._tables.places({message.place for message in messages})
        waiting = {key for (_, key), place in places.items() if place.waits}
        moved: set[UUID] = set()
        apart: list[tuple[Message, int]] = []
        for n in range(ROUNDS):
            messages, own_moves = await self._together(messages, places, apart, fresh=n > 0)
            moved |= own_moves
            if not messages:
                break
            places = await self._tables.places({message.place for message in messages})
        # What met a conflict each time comes before what stands behind it.
        apart = [*((message, 0) for message in messages), *apart]
        stopped: dict[tuple[str, UUID], int] = {}
        queued: list[Message] = []
        for message, tries in apart:
            if message.position > stopped.get(message.place, message.position):
                queued.append(message)
                continue
            outcome = await self.alone(message, tries=tries)
            if outcome is Outcome.TAKEN:
                moved.add(message.key)
            elif outcome is Outcome.STOPPED:
                stopped[message.place] = message.position
                waiting.add(message.key)
        await self._tables.hold(queued, "gap")
        return moved & waiting

    async def _together(
        self,
        messages: Sequence[Message],
        places: dict[tuple[str, UUID], KeyPosition],
        apart: list[tuple[Message, int]],
        *,
        fresh: bool,
    ) -> tuple[list[Message], set[UUID]]:
        """Decide in one go all that is next at its place, and append it in as few transactions as there can be.

        What cannot be taken now, or failed, is added to `apart`, with the number of tries it had.

        Returns:
            What met a conflict, and the keys whose head moved.
        """
        reader = self._runner.reader(fresh=fresh)
        try:
            await reader.get(self._likely(messages, places))
        except AWAY:
            raise
        except Exception as error:  # of one stream among them; whoever needs that one will see
            log.warning("reading ahead failed", extra={"error": type(error).__name__})
        decided: list[_Decision] = []
        for message in messages:
            standing = Order.of(message, places[message.place])
            if standing is Order.NEXT:
                try:
                    member, parts = await self._reactions.prepare(message, reader)
                except AWAY:
                    raise
                except Exception:  # judged, and kept, where it is tried again alone
                    apart.append((message, 1))
                    continue
                places[message.place] = KeyPosition(message.position, message.event_id)
                decided.append((message, member, parts))
            elif standing is not Order.DUPLICATE:
                apart.append((message, 0))
                if standing is Order.FORKED:  # what follows in this page must not hide it
                    places[message.place] = replace(places[message.place], stopped=message.position)
        passed, decided = _without_effect(decided)
        over, *answers = await asyncio.gather(
            self._tables.pass_over([head for _, member, _ in passed for head in member.heads]),
            *(self._runner.store.append(member) for _, member, _ in decided),
            return_exceptions=True,
        )
        if isinstance(over, BaseException):
            raise over
        moved: set[UUID] = {message.key for message, _, _ in passed if message.place in over}
        conflicts = [message for message, _, _ in passed if message.place not in over]
        for (message, _, parts), answer in zip(decided, answers, strict=True):
            if isinstance(answer, Conflict):
                conflicts.append(message)
            elif isinstance(answer, AWAY):
                raise answer
            elif isinstance(answer, BaseException):
                apart.append((message, 1))
            else:
                moved.add(message.key)
                self._keep(parts)
        return conflicts, moved

    def _likely(
        self, messages: Sequence[Message], places: dict[tuple[str, UUID], KeyPosition]
    ) -> dict[UUID, Stream]:
        """The streams that decisions about these children will most likely look at, to be read in one round trip
        instead of several for each event. What is not among them is read when it is needed.
        """
        keys = {
            message.key
            for message in messages
            if message.position > places[message.place].position and self._reactions.follow(message.name)
        }
        return {
            child_stream(self._runner.service, kind, key)
            if kind.per is Per.CHILD
            else episode_stream(self._runner.service, kind, key, 1): kind
            for kind in self._likely_kinds
            for key in keys
        }

    async def follow(self, moved: Collection[UUID]) -> None:
        """Heads moved: what was held behind them, or waited for a cause about the same child, is taken now."""
        while moved:
            await self._tables.tidy(moved)
            held = await self._tables.in_line(moved)
            if not held:
                return
            moved = await self.work([parse(each.headers, each.body) for each in held])
            await self._tables.tidy({each.key for each in held} - moved)

    async def alone(self, message: Message, *, tries: int = 0, retrying: bool = False) -> Outcome:
        """Take one event by itself; hold or park it where it cannot be taken.

        Args:
            message: the event.
            tries: how often it was tried before, in this place.
            retrying: it is parked, and a person has it tried again: where it still cannot be taken, it stays parked.
        """
        conflicts = 0
        while True:
            place = (await self._tables.places({message.place}))[message.place]
            match Order.of(message, place, retrying=retrying):
                case Order.DUPLICATE:
                    return Outcome.DUPLICATE
                case Order.FORKED:
                    await self.park(message, FORKED)
                    return Outcome.STOPPED
                case Order.BEHIND:
                    return Outcome.STOPPED if retrying else await self._hold(message, "gap")
                case Order.NEXT:
                    pass
            try:
                member, parts = await self._reactions.prepare(message, self._runner.reader(fresh=True))
                await self._runner.store.append(member)
            except AWAY:
                raise
            except Conflict:
                # Others keep writing what it stands on: it is looked at again with all that is held.
                conflicts += 1
                if conflicts < ROUNDS:
                    continue
                return Outcome.STOPPED if retrying else await self._hold(message, "gap")
            except (CauseMissing, UnknownEvent, NoTransportKey, UnsafeSecret) as error:
                if retrying:
                    await self.park(message, _named(error))
                    return Outcome.STOPPED
                # Not this event's fault: what it refers to, a newer program or a key will come. It waits and is shown.
                return await self._hold(message, "cause" if isinstance(error, CauseMissing) else "unknown")
            except Exception as error:
                tries += 1
                # A refusal was decided on a fresh read, and what cannot be stored is so for good: only what may be
                # an accident is tried again.
                for_good = isinstance(error, Refused | AnotherBody | NotStorable)
                if not (for_good or retrying) and tries < TRIES:
                    await asyncio.sleep(PAUSES[tries - 1])
                    continue
                await self.park(message, _named(error), tries=tries)
                return Outcome.STOPPED
            self._keep(parts)
            return Outcome.TAKEN

    def _keep(self, parts: Sequence[Decided]) -> None:
        for each in parts:
            self._runner.keep(each)

    async def _hold(self, message: Message, why: Why) -> Outcome:
        new = await self._tables.hold([message], why)
        if new and why == "unknown":
            log.error(
                "event of a newer program, or under a key that is not here, held",
                extra={"event": message.name, "source": message.source, "position": message.position},
            )
        return Outcome.STOPPED

    async def park(self, message: Message, error: str, *, tries: int = 1) -> None:
        """Put an event aside for a person, and say so in the log without naming anyone."""
        await self._tables.park(message, error, tries=tries)
        log.log(
            logging.CRITICAL if error == FORKED else logging.ERROR,
            "event parked",
            extra={
                "event": message.name,
                "source": message.source,
                "position": message.position,
                "error": error,
            },
        )


_Decision = tuple[Message, AppendRequest, list[Decided]]


def _without_effect(decided: Sequence[_Decision]) -> tuple[list[_Decision], list[_Decision]]:
    """What only moves heads, at places where nothing of the page does more; and all the rest. The one needs neither
    the log nor its lock.
    """
    with_effect = {message.place for message, member, _ in decided if member.parts or member.reads}
    passed = [each for each in decided if each[0].place not in with_effect]
    return passed, [each for each in decided if each[0].place in with_effect]


def _named(error: BaseException) -> str:
    """The kind of an error and its rules: nothing of its text, which may repeat what a person wrote."""
    rules = error.rules if isinstance(error, Refused) else ()
    return " ".join((type(error).__name__, *rules))
