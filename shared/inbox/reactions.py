"""Policies run on others' events: the commands that follow from an event, decided, and what their refusals mean."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from shared.commands.handler import CommandHandler
from shared.commands.recording import Decided
from shared.commands.session import Session
from shared.domain.codec import decode
from shared.domain.command import Command, NotFound, Refused
from shared.domain.decider import Stream
from shared.domain.event import Record
from shared.domain.policy import Policy
from shared.eventstore.append import AppendRequest, CommandWrites, InboxMove
from shared.inbox.corrections import Asked, judged_again
from shared.inbox.failures import CauseMissing
from shared.infrastructure.tracing import following
from shared.messaging.message import OpenedMessage
from shared.team.tasks import task_of_refusal


@dataclass(frozen=True, slots=True)
class Reacted:
    """An event that arrived, with what the policy asks for because of it.

    Attributes:
        message: as it arrived.
        record: as the policy got it.
        asked: each command, with the reaction that asks for it and its id.
    """

    message: OpenedMessage
    record: Record
    asked: Sequence[Asked]


class PolicyRunner:
    """Decides what follows in one service from others' events. Writes nothing."""

    def __init__(self, runner: CommandHandler, policy: Policy) -> None:
        self._runner = runner
        self._policy = policy
        self._actor = runner.team

    def follow(self, name: str) -> bool:
        """Whether the policy reacts to events of this stored name."""
        return self._policy.reacts_to(name)

    def react(self, message: OpenedMessage) -> Reacted:
        """What the policy asks for because of an event.

        Raises:
            UnknownEvent: this program does not know it.
        """
        record = self.record_of(message)
        return Reacted(message, record, self._policy.react(record))

    async def likely(self, reacted: Reacted, reader: Session) -> dict[UUID, Stream]:
        """The streams that deciding what was asked for will most likely look at."""
        found: dict[UUID, Stream] = {}
        for _, command_id, command in reacted.asked:
            with suppress(NotFound):  # whoever decides it will see
                found |= await self._runner.likely(command, command_id, reader)
        return found

    async def prepare(self, reacted: Reacted, reader: Session) -> tuple[AppendRequest, list[Decided]]:
        """All that follows from an event, as one append that also moves the inbox head of its key.

        What a refusal was decided on is guarded like what a success was: where a stream that was looked at has been
        written meanwhile, the append meets a conflict, and the event is decided again on a fresh read.

        Raises:
            CauseMissing: it refers to something that is not there.
            Refused: a command was refused, and the policy gives that no meaning.
        """
        message, record = reacted.message, reacted.record
        with following(
            f"take in {message.name}",
            message.trace or record.envelope.trace,
            service=self._runner.service,
            event=message.name,
            source=message.source,
            position=message.position,
        ):
            return await self._append_request(reacted, reader)

    async def _append_request(self, reacted: Reacted, reader: Session) -> tuple[AppendRequest, list[Decided]]:
        message, record = reacted.message, reacted.record
        parts: list[CommandWrites] = []
        reads: dict[UUID, int] = {}
        all_decided: list[Decided] = []
        anew = await judged_again(self._policy, self._runner, record)
        for step, command_id, command in [*reacted.asked, *anew]:
            try:
                decided = await self._decide(command, command_id, reader, record)
            except Refused as refusal:
                _first_seen(reads, reader.looked)
                task = task_of_refusal(step, refusal, command, record)
                if task is None:
                    continue
                try:
                    decided = await self._decide(task, command_id, reader, record)
                except CauseMissing:
                    # There is nobody the task could be about: then it is for whoever looks at what is parked.
                    raise refusal from None
            _first_seen(reads, decided.reads)
            all_decided.append(decided)
            if decided.rows:
                # Under the digest of what the policy asked, whether that was done or became a task.
                parts.append(decided.part(self._runner.digest(command)))
        written = {write.stream_id for part in parts for write in part.writes}
        only_read = tuple(
            (stream_id, version) for stream_id, version in reads.items() if stream_id not in written
        )
        head = InboxMove(
            *message.source_key, message.previous, message.position, message.event_id, message.digest
        )
        return AppendRequest(tuple(parts), only_read, (head,)), all_decided

    async def _decide(self, command: Command, command_id: UUID, reader: Session, cause: Record) -> Decided:
        try:
            return await self._runner.decide(command, self._actor, command_id, reader, cause=cause)
        except NotFound:
            raise CauseMissing from None

    def record_of(self, message: OpenedMessage) -> Record:
        """The event as a policy gets it: decoded, with the words of its sealed part, in memory only.

        Raises:
            UnknownEvent: this program does not know it.
        """
        event, envelope = decode(message.name, message.state)
        text: dict[str, Any] | None = None if message.text is None else orjson.loads(message.text)
        return Record(
            event=event,
            envelope=envelope,
            service=message.source,
            stream=message.stream_id,
            version=message.version,
            position=message.position,
            recorded_at=message.recorded_at,
            text=text,
            digest=message.digest,
        )


def _first_seen(reads: dict[UUID, int], looked: Mapping[UUID, int]) -> None:
    """Note the version at which each stream was first looked at: what was decided later stands on that too."""
    for stream_id, version in looked.items():
        reads.setdefault(stream_id, version)
