"""Makes, publishes and keeps checkpoints while a service runs.

Apart from relay and inbox: an hour without checkpoints delays no fact, and a late one still covers everything.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Final

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from shared.audit.access_checkpoint import AccessCheckpoint, parse_any
from shared.audit.access_checkpoint_tables import AccessCheckpointTables
from shared.audit.access_signing import AccessSigning
from shared.audit.checkpoint import LONGEST, Checkpoint, NotACheckpoint, PublicKeys, Signer
from shared.audit.checkpoint_tables import CheckpointTables, NotToBeSigned
from shared.audit.kept_elsewhere import as_kept, key_of
from shared.infrastructure.background import end, run_forever
from shared.infrastructure.logs import error_fields
from shared.infrastructure.postgres import DATABASE_AWAY
from shared.messaging.client import KafkaConnection, abandon, start_producer
from shared.messaging.topics import CHECKPOINT_TOPIC

log = logging.getLogger(__name__)


EVERY: Final = timedelta(minutes=1)
"""How long what is new waits at most to be signed, by the real clock."""


LOOK: Final = 1.0
"""Seconds between looks at the log."""


LAST: Final = 1.0
"""Seconds for which the last checkpoint may keep the service from ending, once it is signed."""


VOUCH: Final = 600.0
"""Seconds between two times at which it is published what is kept of others; also at each start."""


PAGE: Final = 200
"""Most checkpoints published at once."""


class Checkpoints:
    """One service's checkpoints. Every process of it may run this: a lock in the database lets one sign at a time."""

    def __init__(
        self,
        tables: CheckpointTables,
        signer: Signer,
        keys: PublicKeys,
        bootstrap: str | KafkaConnection,
        *,
        idempotent: bool,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`now` is the real clock: a simulated month makes no checkpoint late or early."""
        self.tables = tables
        self.looks = AccessSigning(AccessCheckpointTables(tables.pool, tables.service), signer, now)
        self.error: str | None = None
        """What keeps it from making or publishing, as the kind of the error."""
        self.alarm: str | None = None
        """What a person must look at: a log that cannot be signed, or signatures that contradict each other."""
        self.own_alarm: str | None = None
        """As much of it as is about this service's own log. Only that keeps it from being ready: anybody who may write
        on the topic can raise the other, and no service may stop another."""
        self.unsure: Callable[[], str | None] = _sure
        """Why nothing may be signed at the moment; None where it may be."""
        self.given_up: Callable[[int], bool] = _nothing
        """Whether an operator went on with the log without what once stood at a position: signed once, and known."""
        self._vouched: dict[str, int] = {}
        self._vouch_at = 0.0
        self._signer = signer
        self._keys = keys
        self._bootstrap = bootstrap
        self._idempotent = idempotent
        self._now = now
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start in the background."""
        name = f"checkpoints:{self.tables.service}"
        away = (*DATABASE_AWAY, KafkaError)
        self._task = asyncio.create_task(
            run_forever(self._step, name=name, away=away, every=LOOK, failed=self._failed)
        )

    async def stop(self) -> None:
        """Stop; what is not published yet is published by the next process."""
        await end(self._task)

    async def sign_the_end(self) -> None:
        """Sign and publish what is not signed yet: the last thing a service does, when nothing is written any more.

        So that no event lies unsigned, free to be altered, while the service stands still. Never raises: what keeps it
        is logged, and the next process signs. What is not published within LAST is published by that one.
        """
        try:
            await self.make_all()
            await self.looks.make(every=timedelta(0))
            async with asyncio.timeout(LAST):
                await self._publish()
        except Exception as error:  # the service ends, whatever hinders this
            log.warning("the end of the log is not signed and published", extra=error_fields(error))

    async def make_all(self) -> None:
        """Sign everything that stands in the log now.

        Raises:
            NotToBeSigned: the log is not what was signed before, or its end is contradicted.
        """
        if (why := self.unsure()) is not None:
            raise NotToBeSigned(why)
        while await self.tables.make(self._signer) is not None:
            await asyncio.sleep(0)

    @property
    def services(self) -> tuple[str, ...]:
        """All services whose public keys this one holds."""
        return self._keys.services

    def attest(self, text: bytes) -> dict[str, str]:
        """A text about what the service gave to a bundle, with its signature (hex) and its public keys (PEM)."""
        keys = self._keys.pem(self.tables.service) or self._signer.public().decode()
        return {"text": text.decode(), "signature": self._signer.attest(text).hex(), "public_keys": keys}

    async def keep(self, bodies: Sequence[bytes]) -> None:
        """Keep what arrived on the topic. What no service signed is dropped, with an alarm."""
        for body in bodies:
            try:
                checkpoint = parse_any(body)
            except NotACheckpoint:
                log.error("malformed checkpoint dropped", extra={"topic": CHECKPOINT_TOPIC})
                continue
            if not self._keys.signed(checkpoint):
                self._raise_alarm("a checkpoint with no valid signature was dropped", checkpoint)
            elif isinstance(checkpoint, AccessCheckpoint):
                if told := await self.looks.keep(checkpoint):
                    self.alarm = told
                    self.own_alarm = told if checkpoint.service == self.tables.service else self.own_alarm
            elif checkpoint.service != self.tables.service:
                if await self.tables.keep(checkpoint):
                    self._raise_alarm("two checkpoints contradict each other", checkpoint)
            else:
                own = await self.tables.own(checkpoint.last)
                if (own is None or own.digest != checkpoint.digest) and not self.given_up(checkpoint.last):
                    # A log restored to an older state, or somebody who has the key: kept as evidence of it.
                    await self.tables.keep(checkpoint)
                    self._raise_alarm("a checkpoint of this log is not among its own", checkpoint)
                    self.own_alarm = self.alarm

    async def _step(self) -> None:
        if self.unsure() is not None:
            return  # whoever is unsure tells it
        signed = await self._signed(self._sign_log, "log not signed")
        # Whatever is so of the one, the other is signed.
        signed &= await self._signed(self._sign_looks, "record of who looked not signed")
        await self._publish()
        await self._vouch()
        if signed:
            self.error = None

    async def _sign_log(self) -> None:
        if await self._due():
            await self.make_all()

    async def _sign_looks(self) -> None:
        await self.looks.make(every=EVERY)

    async def _signed(self, sign: Callable[[], Awaitable[None]], otherwise: str) -> bool:
        """Whether it could be signed. Where not, it is said once: it does not pass, and is looked at again each second."""
        try:
            await sign()
        except NotToBeSigned as error:
            if self.error is None:
                log.critical(otherwise, extra={"error": type(error).__name__})
            self.alarm = self.own_alarm = str(error)
            self._failed(error)
            return False
        return True

    def _failed(self, error: Exception) -> None:
        self.error = type(error).__name__

    async def _due(self) -> bool:
        head, signed, made_at = await self.tables.standing()
        if head < signed:
            raise NotToBeSigned(f"the log ends at {head}, but was signed up to {signed}")
        if head == signed:
            return False
        return head - signed >= LONGEST or made_at is None or self._now() - made_at >= EVERY

    @asynccontextmanager
    async def _producing(self) -> AsyncIterator[AIOKafkaProducer]:
        """A producer for some messages. One for each time: a kept one would idle with a connection of its own."""
        producer = await start_producer(self._bootstrap, idempotent=self._idempotent)
        try:
            yield producer
        finally:
            await abandon(producer)

    async def _publish(self) -> None:
        """Send what is not sent yet, in order. A repetition is harmless: it is kept once."""
        while waiting := await self.tables.unsent(PAGE):
            await self._send(key_of(self.tables.service), [each.json() for each in waiting])
            await self.tables.sent(waiting[-1].last)
        while ends := await self.looks.tables.unsent(PAGE):
            # A key of its own: where the topic keeps the newest of each key, neither takes the other's place.
            await self._send(key_of(self.tables.service) + b" access", [each.json() for each in ends])
            await self.looks.tables.sent(ends[-1].position)

    async def _vouch(self) -> None:
        """Publish the last checkpoint that is kept of each other service, where it is another than was published last."""
        if time.monotonic() < self._vouch_at:
            return
        kept = [
            each for each in await self.tables.last_kept() if self._vouched.get(each.service) != each.last
        ]
        if kept:
            me = self.tables.service
            async with self._producing() as producer:
                for each in kept:
                    key = key_of(each.service, kept_by=me)
                    await producer.send_and_wait(CHECKPOINT_TOPIC, as_kept(each, me), key=key)
                    self._vouched[each.service] = each.last
        self._vouch_at = time.monotonic() + VOUCH

    def settle(self) -> None:
        """An operator decided about the own log: what was said of it until now is answered."""
        self.alarm = self.own_alarm = None

    async def _send(self, key: bytes, bodies: Sequence[bytes]) -> None:
        async with self._producing() as producer:
            for body in bodies:
                await producer.send_and_wait(CHECKPOINT_TOPIC, body, key=key)

    def _raise_alarm(self, message: str, checkpoint: Checkpoint | AccessCheckpoint) -> None:
        if isinstance(checkpoint, Checkpoint):
            last, places = checkpoint.last, f"positions {checkpoint.first} to {checkpoint.last}"
        else:
            last, places = checkpoint.position, f"position {checkpoint.position} of the record of who looked"
        self.alarm = f"{message}: {checkpoint.service}, {places}"
        log.critical(message, extra={"source": checkpoint.service, "position": last})


def _sure() -> str | None:
    """Nobody doubts the log."""
    return None


def _nothing(_position: int) -> bool:
    """Nothing was given up."""
    return False
