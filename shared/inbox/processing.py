"""Processing of others' events: a page of them decided together, or one by itself, each once and in order of its key.

Together is fast: one read for all that the decisions look at, and one commit for many. What fails in a page is tried
again by itself, so that one bad event holds or parks its own key and nothing else.
"""

import asyncio
import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from uuid import UUID

from shared.commands.handler import CommandHandler
from shared.commands.recording import Decided
from shared.commands.session import Session
from shared.domain.corrections import RecordCorrected
from shared.domain.decider import Stream
from shared.eventstore.append import AppendRequest, Conflict
from shared.inbox.failures import AWAY, CONFLICTS, Hold, Park, Retry, StayParked, named, remedy
from shared.inbox.opening import MessageOpener
from shared.inbox.positions import FORKED, KeyPosition, Mark, Order, Why, doubtful, mark_of
from shared.inbox.reactions import PolicyRunner, Reacted
from shared.inbox.tables import InboxTables
from shared.messaging.message import OpenedMessage, SourceKey

log = logging.getLogger(__name__)


class Outcome(Enum):
    """What became of one event."""

    TAKEN = "taken"
    DUPLICATE = "duplicate"
    STOPPED = "stopped"
    """Held or parked: later events of its key queue behind it."""


@dataclass(slots=True)
class PageResult:
    """What became of a page that was decided together. What is in none of these was a duplicate.

    Attributes:
        taken: events whose effects are committed and whose head moved.
        conflicts: events to decide again, because others wrote what they were decided on.
        apart: events to take one by one, in their order, each with the tries it has had: not next in line, or failed.
    """

    taken: list[OpenedMessage] = field(default_factory=list)
    conflicts: list[OpenedMessage] = field(default_factory=list)
    apart: list[tuple[OpenedMessage, int]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Decision:
    """What is to be appended for an event."""

    message: OpenedMessage
    request: AppendRequest
    parts: list[Decided]


class Processor:
    """Processes events of other services for one service. Not for two callers at once: they would only conflict."""

    def __init__(
        self, runner: CommandHandler, reactions: PolicyRunner, tables: InboxTables, opener: MessageOpener
    ) -> None:
        self._runner = runner
        self._reactions = reactions
        self._tables = tables
        self._opener = opener

    async def process(self, messages: Sequence[OpenedMessage]) -> set[UUID]:
        """Take what can be taken; hold or park the rest.

        Returns:
            The keys whose head moved and of which something is held. What another process holds meanwhile is not among
            them: housekeeping finds it.
        """
        positions = await self._tables.key_positions({message.source_key for message in messages})
        waiting = {key for (_, key), position in positions.items() if position.waits}
        moved: set[UUID] = set()
        apart: list[tuple[OpenedMessage, int]] = []
        for n in range(CONFLICTS):
            taken = await self._tables.taken(
                doubtful(message, positions[message.source_key]) for message in messages
            )
            result = await self._process_together(messages, positions, taken, fresh=n > 0)
            moved |= {message.key for message in result.taken}
            apart += result.apart
            messages = result.conflicts
            if not messages:
                break
            positions = await self._tables.key_positions({message.source_key for message in messages})
        # What met a conflict each time comes before what is behind it.
        apart = [*((message, 0) for message in messages), *apart]
        stopped: dict[SourceKey, int] = {}
        queued: list[OpenedMessage] = []
        for message, tries in apart:
            if message.position > stopped.get(message.source_key, message.position):
                queued.append(message)
                continue
            outcome = await self.process_alone(message, tries=tries)
            if outcome is Outcome.TAKEN:
                moved.add(message.key)
            elif outcome is Outcome.STOPPED:
                stopped[message.source_key] = message.position
                waiting.add(message.key)
        await self._tables.hold(queued, "gap")
        return moved & waiting

    async def _process_together(
        self,
        messages: Sequence[OpenedMessage],
        positions: Mapping[SourceKey, KeyPosition],
        taken: Collection[Mark],
        *,
        fresh: bool,
    ) -> PageResult:
        """Decide all that is next in line of its key, and append it in as few transactions as there can be.

        Args:
            messages: the page, in the order it was read.
            positions: how far each of its keys is taken.
            taken: the marks of those that were, as far as the heads do not tell.
            fresh: whether states this process keeps in memory are read again.
        """
        decisions, apart = await self._decide(messages, positions, taken, fresh=fresh)
        result = PageResult(apart=apart)
        passed, decisions = _without_effect(decisions)
        passed_over, *answers = await asyncio.gather(
            self._tables.pass_over([head for each in passed for head in each.request.heads]),
            *(self._runner.store.append(each.request) for each in decisions),
            return_exceptions=True,
        )
        if isinstance(passed_over, BaseException):
            raise passed_over
        for each in passed:
            into = result.taken if each.message.source_key in passed_over else result.conflicts
            into.append(each.message)
        for each, answer in zip(decisions, answers, strict=True):
            if isinstance(answer, Conflict):
                result.conflicts.append(each.message)
            elif isinstance(answer, AWAY):
                raise answer
            elif isinstance(answer, BaseException):
                result.apart.append((each.message, 1))
            else:
                result.taken.append(each.message)
                self._keep_warm(each.parts)
        return result

    async def _decide(
        self,
        messages: Sequence[OpenedMessage],
        positions: Mapping[SourceKey, KeyPosition],
        taken: Collection[Mark],
        *,
        fresh: bool,
    ) -> tuple[list[_Decision], list[tuple[OpenedMessage, int]]]:
        """The decisions on all that is next in line, each as if those before it were appended; and what is to be
        taken one by one instead, with the tries it has had.
        """
        reader = self._runner.reader(fresh=fresh)
        reacted = await self._read_ahead(messages, positions, reader)
        positions, taken = dict(positions), set(taken)
        decisions: list[_Decision] = []
        apart: list[tuple[OpenedMessage, int]] = []
        for message, known in zip(messages, reacted, strict=True):
            order = Order.of(message, positions[message.source_key], taken)
            if order is Order.NEXT and message.name == RecordCorrected.NAME:
                # It is judged by what the log holds of the corrected fact, which may be in this very page.
                apart.append((message, 0))
            elif order is Order.NEXT:
                try:
                    asked = known or self._reactions.react(message)
                    request, parts = await self._reactions.prepare(asked, reader)
                except AWAY:
                    raise
                except Exception:  # judged, and named, where it is tried again by itself
                    apart.append((message, 1))
                    continue
                taken.add(mark_of(message))  # it may come twice in a page
                positions[message.source_key] = KeyPosition(
                    message.position, message.event_id, message.digest
                )
                decisions.append(_Decision(message, request, parts))
            elif order is not Order.DUPLICATE:
                apart.append((message, 0))
                if order is Order.FORKED:  # what follows in this page must not hide it
                    positions[message.source_key] = replace(
                        positions[message.source_key], stopped=message.position
                    )
        return decisions, apart

    async def _read_ahead(
        self, messages: Sequence[OpenedMessage], positions: Mapping[SourceKey, KeyPosition], reader: Session
    ) -> list[Reacted | None]:
        """What the policy asks for because of each event, None where nothing was found out ahead.

        The streams that deciding it will most likely look at are read in one round trip, instead of one for each event.
        What is not among them is read when it is needed; what fails here fails again where it is judged.
        """
        reacted: list[Reacted | None] = []
        likely: dict[UUID, Stream] = {}
        for message in messages:
            reacted.append(None)
            if (
                message.position <= positions[message.source_key].position
                or message.name == RecordCorrected.NAME
            ):
                continue
            try:
                reacted[-1] = asked = self._reactions.react(message)
                likely |= await self._reactions.likely(asked, reader)
            except AWAY:
                raise
            except Exception as error:
                log.warning("looking ahead failed", extra={"error": type(error).__name__})
        try:
            await reader.get(likely)
        except AWAY:
            raise
        except Exception as error:  # of one stream among them; whoever needs that one will see
            log.warning("reading ahead failed", extra={"error": type(error).__name__})
        return reacted

    async def follow(self, moved: Collection[UUID]) -> None:
        """Take what is held behind heads that moved, and what waited for a cause about the same child."""
        while moved:
            await self._tables.tidy(moved)
            held = [message for _, message in self._opener.kept(await self._tables.in_line(moved))]
            if not held:
                return
            moved = await self.process(held)
            await self._tables.tidy({message.key for message in held} - moved)

    async def process_alone(
        self, message: OpenedMessage, *, tries: int = 0, retrying: bool = False
    ) -> Outcome:
        """Take one event by itself; hold or park it where it cannot be taken.

        Args:
            message: the event.
            tries: how often it failed before, in its page.
            retrying: it is parked, and a person has it tried again: where it still cannot be taken, it stays parked.
        """
        conflicts = 0
        while True:
            position = (await self._tables.key_positions({message.source_key}))[message.source_key]
            taken = await self._tables.taken([doubtful(message, position)])
            match Order.of(message, position, taken, retrying=retrying):
                case Order.DUPLICATE:
                    return Outcome.DUPLICATE
                case Order.FORKED:
                    await self.park(message, FORKED)
                    return Outcome.STOPPED
                case Order.BEHIND:
                    if not retrying:
                        await self._hold(message, "gap")
                    return Outcome.STOPPED
                case Order.NEXT:
                    pass
            try:
                reacted = self._reactions.react(message)
                request, parts = await self._reactions.prepare(reacted, self._runner.reader(fresh=True))
                await self._runner.store.append(request)
            except AWAY:
                raise
            except Exception as error:
                conflicts += isinstance(error, Conflict)
                tries += not isinstance(error, Conflict)
                match remedy(error, failures=tries, conflicts=conflicts, retrying=retrying):
                    case Retry(pause):
                        await asyncio.sleep(pause)
                        continue
                    case Hold(why):
                        await self._hold(message, why)
                    case Park():
                        await self.park(message, named(error), tries=tries)
                    case StayParked():
                        pass
                return Outcome.STOPPED
            self._keep_warm(parts)
            return Outcome.TAKEN

    def _keep_warm(self, parts: Sequence[Decided]) -> None:
        for each in parts:
            self._runner.keep(each)

    async def _hold(self, message: OpenedMessage, why: Why) -> None:
        new = await self._tables.hold([message], why)
        if new and why == "unknown":
            log.error(
                "event of a newer program, or for a key of ours that is gone, held",
                extra={"event": message.name, "source": message.source, "position": message.position},
            )

    async def park(self, message: OpenedMessage, error: str, *, tries: int = 1) -> None:
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


def _without_effect(decisions: Sequence[_Decision]) -> tuple[list[_Decision], list[_Decision]]:
    """Decisions that only move a head, of keys of which nothing in the page does more; and all the others. The first
    need neither the log nor its lock.
    """
    with_effect = {each.message.source_key for each in decisions if each.request.parts or each.request.reads}
    passed = [each for each in decisions if each.message.source_key not in with_effect]
    return passed, [each for each in decisions if each.message.source_key in with_effect]
