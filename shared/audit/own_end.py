"""Guards the end of a service's log, which is not signed yet: compared before anything is signed or taken, then kept.

A row that is not signed could be altered, with every digest made anew, while the service stands still; on its return the
service would sign it. So at its start it compares the log with its own head file and with the last messages of its own
topic; where they contradict it takes no commands, signs nothing and publishes nothing until an operator has decided.
While it runs, the head file follows the log.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import asyncpg

from shared.audit.end_check import (
    Vouched,
    contradictions,
    in_words,
    read_end,
    relay_beyond,
    relay_position,
)
from shared.audit.head_file import Accepted, BadHeadFile, HeadFile, KnownEnd
from shared.eventstore.store import OWN_END, Store
from shared.infrastructure.background import end, run_forever
from shared.infrastructure.logs import error_fields
from shared.infrastructure.postgres import DATABASE_AWAY
from shared.messaging.last_messages import BrokerAway
from shared.messaging.message import Message

log = logging.getLogger(__name__)


WRITE: Final = 0.5
"""Seconds between looks at whether the log has moved: with the writing itself, the file is at most a second behind."""


ASK_AGAIN: Final = 5.0
"""Seconds between tries to read the topic, where the broker was away when the service started."""


HEAD_FILE: Final = "its head file"


TOPIC: Final = "its own topic"


def _unheard() -> None:
    """Nobody asks."""


class NothingToDecide(Exception):
    """The end of the log is contradicted by nobody, so there is nothing to accept."""


class NotAcceptable(Exception):
    """The log does not follow from what this service signed: nobody can go on with it as it is."""


class OwnEnd:
    """The end of one service's log. Started before its store, and so stopped after it.

    Args:
        store: whose gate is closed where the end is not what the service wrote.
        file: the head file.
        messages: reads the last messages of the service's topic that are authentic.
        checkpoints: reads what is kept elsewhere of the service's own checkpoints.
    """

    def __init__(
        self,
        store: Store,
        file: HeadFile,
        messages: Callable[[], Awaitable[Sequence[Message]]],
        checkpoints: Callable[[], Awaitable[Sequence[Vouched]]],
    ) -> None:
        self._store = store
        self._pool: asyncpg.Pool = store.pool
        self._service = store.service
        self._file = file
        self._messages = messages
        self._checkpoints = checkpoints
        self.on_accepted: Callable[[], None] = _unheard
        """Called when an operator goes on with the log as it stands."""
        self._compared = False
        self._told: Sequence[Vouched] | None = None
        """What the topic says; None: nobody could be asked yet."""
        self._vouched = False
        self._written = 0
        self._ask_at = 0.0
        self._task: asyncio.Task[None] | None = None

    def unsure(self) -> str | None:
        """Why nothing may be signed or published: the end is contradicted, or nobody could be asked about it yet."""
        if not self._compared:
            return "the end of the log was not compared yet"
        if OWN_END in self._store.gate.reasons:
            return self._store.gate.reasons[OWN_END]
        if self._told is None and not self._vouched:
            return "the broker could not be asked yet what this service published last, and there is no head file"
        return None

    async def start(self) -> None:
        """Compare, and close the gate where the end is contradicted; then follow the log."""
        await self._compare()
        self._compared = True
        away = (*DATABASE_AWAY, BadHeadFile)
        self._task = asyncio.create_task(
            run_forever(self._step, name=f"own end:{self._service}", away=away, every=WRITE)
        )

    async def stop(self) -> None:
        """Stop, with the last of the log in the file."""
        await end(self._task)
        try:
            await self._write()
        except (OSError, BadHeadFile) as error:
            log.error("head file not written", extra=error_fields(error))

    def given_up(self, position: int) -> bool:
        """Whether an operator went on with the log without what once stood at this position."""
        try:
            known = self._file.read()
        except BadHeadFile:
            return False
        return known is not None and any(
            decision.position < position <= max((at for at, _ in decision.against), default=0)
            for decision in known.accepted
        )

    def relay_stands_beyond(self, position: int, head: int) -> None:
        """The relay stands beyond the log: each further event would hide it, and never be published."""
        self._close([relay_beyond(self._service, position, head)])

    async def accept(self, by: UUID, reason: str) -> int:
        """Go on with the log as it stands, though it is contradicted: an operator's decision, kept in the head file.

        Returns:
            The position where it ends.

        Raises:
            NothingToDecide: nobody contradicts it.
            NotAcceptable: it does not follow from what was signed: then it must be put right.
        """
        if OWN_END not in self._store.gate.reasons:
            raise NothingToDecide
        found = await read_end(self._pool, self._service)
        if found.wrong:
            raise NotAcceptable("; ".join(found.wrong))
        told = await self._ask() or ()
        against = await contradictions(self._pool, self._service, told)
        try:
            known = self._file.read()
        except BadHeadFile:
            known = None
        decision = Accepted(
            at=datetime.now(UTC).isoformat(timespec="seconds"),
            by=str(by),
            reason=reason,
            position=found.head.position,
            against=tuple((each.position, each.digest.hex()) for each in against),
        )
        accepted = (*(known.accepted if known else ()), decision)
        await asyncio.to_thread(self._file.write, found.head.position, found.head.digest, accepted)
        self._store.vouch_for(found.head)
        self._store.gate.open(OWN_END)
        self._told, self._vouched = told, True
        self.on_accepted()
        log.critical("an operator goes on with the log as it stands", extra={"position": found.head.position})
        return found.head.position

    async def _compare(self) -> None:
        wrong: list[str] = []
        known: KnownEnd | None = None
        try:
            known = self._file.read()
        except BadHeadFile as error:
            wrong.append(str(error))
        found = await read_end(self._pool, self._service)
        wrong += found.wrong
        position = await relay_position(self._pool, self._service)
        if position > found.head.position and (head := await self._store.head()) < position:
            wrong.append(relay_beyond(self._service, position, head))
        self._told = await self._ask()
        vouched = list(self._told or ())
        if known is not None:
            self._vouched = True
            vouched.append(Vouched(known.position, known.digest, HEAD_FILE))
        wrong += await self._against(found.head.position, known, vouched)
        if wrong:
            self._close(wrong)
            return
        if found.head.position and not vouched:
            log.warning("nobody vouches for the end of the log", extra={"position": found.head.position})
        self._store.vouch_for(found.head)
        self._written = known.position if known is not None else 0

    async def _against(self, head: int, known: KnownEnd | None, vouched: Sequence[Vouched]) -> list[str]:
        settled = {pair for each in (known.accepted if known else ()) for pair in each.against}
        found = await contradictions(self._pool, self._service, vouched)
        return in_words(head, [one for one in found if (one.position, one.digest.hex()) not in settled])

    def _close(self, wrong: Sequence[str]) -> None:
        self._store.gate.close(
            OWN_END,
            f"The end of the log is not what this service wrote: {'; '.join(wrong)}. Run `safeguarding verify`, and put "
            "the log right from a backup; or, where it is right as it stands, accept it with a reason (how-to: verify).",
        )

    async def _ask(self) -> list[Vouched] | None:
        """What the service's own topic, and its checkpoints that others keep, say of the log; None where the broker does
        not answer.
        """
        self._ask_at = asyncio.get_running_loop().time() + ASK_AGAIN
        try:
            messages, kept = await asyncio.gather(self._messages(), self._checkpoints())
        except BrokerAway as error:
            log.warning("own topic not compared yet", extra={"error": str(error)})
            return None
        return [*(Vouched(one.position, one.digest, TOPIC) for one in messages), *kept]

    async def _step(self) -> None:
        if self._told is None and asyncio.get_running_loop().time() >= self._ask_at:
            self._told = await self._ask()
            if self._told is not None:
                known = self._file.read()
                if wrong := await self._against(await self._store.head(), known, self._told):
                    self._close(wrong)
        await self._write()

    async def _write(self) -> None:
        """Where the log has moved, put its end into the file: from this process's memory, not from the database."""
        own = self._store.own_end
        if own.position > self._written and self.unsure() is None:
            await asyncio.to_thread(self._file.write, own.position, own.digest)
            self._written, self._vouched = own.position, True
