"""Running commands: find the streams, fold them, decide, append; once for each command id.

A success is guarded by the versions it was decided on. A refusal, or "already so", that was decided on a warm state is
decided again on a fresh read before it is answered. A conflict is read and decided again, up to five times.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import orjson

from shared.access.policy import AccessPolicy
from shared.commands.decision import Deciding, Forbidden
from shared.commands.recording import Decided, EventRecorder
from shared.commands.session import Session, StateCache
from shared.commands.targets import Target, Targets
from shared.crypto.key_store import KeyStore
from shared.domain.actors import Actor
from shared.domain.command import Command, NotFound, Refused
from shared.domain.decider import Stream
from shared.domain.event import Record
from shared.domain.rules import Rulebook
from shared.eventstore.append import AnotherBody, AppendRequest, Conflict
from shared.eventstore.store import Store
from shared.infrastructure.clock import Clock

TRIES: Final = 6


class Busy(Exception):
    """The stream kept moving while this was decided. Nothing was changed; read again and send it again."""

    def __init__(self) -> None:
        super().__init__("someone else kept changing this; read it again, then send the command again")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command did: the id of it (and of the thing it opened), the log's position after it, its events.

    `late`: recorded later than E1 allows. `again`: it had been done before, and this is the old answer.
    """

    id: UUID
    position: int
    events: tuple[str, ...] = ()
    late: bool = False
    again: bool = False


class CommandHandler:
    """Runs the commands of one service."""

    def __init__(
        self,
        service: str,
        streams: Sequence[Stream],
        *,
        store: Store,
        keys: KeyStore,
        rules: Rulebook,
        access: AccessPolicy,
        clock: Clock,
    ) -> None:
        self.service = service
        self.store = store
        self.streams = {stream.name: stream for stream in streams}
        self.clock = clock
        self.in_flight = 0
        self._keys = keys
        self._warm = StateCache()
        self.addresses = Targets(service, store)
        self._deciding = Deciding(
            service,
            streams,
            addresses=self.addresses,
            placer=EventRecorder(service, streams, access),
            rules=rules,
            access=access,
            clock=clock,
        )

    def reader(self, *, fresh: bool = False) -> Session:
        """What one decision, or a page of them, sees."""
        return Session(self.store, self._warm, fresh=fresh)

    # -- one command

    async def run(
        self, command: Command, actor: Actor, command_id: UUID, *, target: Target | None = None
    ) -> Answer:
        """Do what is asked, once.

        Args:
            command: what is asked.
            actor: who asks.
            command_id: the same id again gets the old answer.
            target: the stream, where the caller knows it (a timer).

        Raises:
            Forbidden: the role may not.
            Refused: the rules forbid it.
            NotFound: it is addressed to nothing.
            AnotherBody: the id was used for something else.
            Busy: the stream kept moving.
            LogUnavailable: the database is away.
        """
        self.in_flight += 1
        try:
            return await self._run(command, actor, command_id, target)
        finally:
            self.in_flight -= 1

    async def _run(self, command: Command, actor: Actor, command_id: UUID, target: Target | None) -> Answer:
        body = self.digest(command)
        reader = self.reader()
        for _ in range(TRIES):
            try:
                decided = await self.decide(command, actor, command_id, reader, target=target)
            except (Refused, NotFound, Forbidden):
                if (old := await self._old_answer(command_id, body)) is not None:
                    return old
                if not reader.used_warm:
                    raise
                reader = self.reader(fresh=True)
                continue
            if not decided.rows:
                if (old := await self._old_answer(command_id, body)) is not None:
                    return old
                if reader.used_warm:
                    reader = self.reader(fresh=True)
                    continue
                return Answer(command_id, await self.store.head(), late=decided.late)
            try:
                (place,) = await self.store.append(AppendRequest((decided.part(body),), decided.only_read()))
            except Conflict:
                reader = self.reader(fresh=True)
                continue
            if place.again:
                return await self._answer_at(command_id, place.first, place.last)
            self.keep(decided)
            return Answer(command_id, place.last, tuple(decided.names), decided.late)
        raise Busy

    async def _old_answer(self, command_id: UUID, body: bytes) -> Answer | None:
        known = await self.store.command(command_id)
        if known is None:
            return None
        if known[0] != body:
            raise AnotherBody
        return await self._answer_at(command_id, known[1], known[2])

    async def _answer_at(self, command_id: UUID, first: int, last: int) -> Answer:
        rows = await self.store.between(first, last)
        late = any(orjson.loads(row["state"])["envelope"].get("late", False) for row in rows)
        return Answer(command_id, last, tuple(row["topic"] for row in rows), late, again=True)

    def keep(self, decided: Decided) -> None:
        """Keep the states after a decision that was stored."""
        for stream, folded in decided.folded.items():
            self._warm.keep(stream, folded)

    async def decide(
        self,
        command: Command,
        actor: Actor,
        command_id: UUID,
        reader: Session,
        *,
        cause: Record | None = None,
        target: Target | None = None,
    ) -> Decided:
        """Decide for every child the command covers, as `Deciding.decide` says; nothing is written."""
        return await self._deciding.decide(command, actor, command_id, reader, cause=cause, target=target)

    def digest(self, command: Command) -> bytes:
        """What was asked, as a keyed digest: the same command id with another digest is refused.

        Keyed, because it outlives an erasure: without the key nobody can try out what the text may have been.
        """
        asked = orjson.dumps([command.NAME, command.model_dump(mode="json")], option=orjson.OPT_SORT_KEYS)
        return self._keys.fingerprint(asked)
