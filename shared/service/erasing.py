"""Destroys what a service keeps in words of those who were erased: the keys first, then what else could tell.

It goes by the service's own list of erasures, which follows its log: all of it at the start, then whatever is added. A key
store that was brought back from before an erasure is so erased again before anybody is answered. Doing it twice changes nothing.
"""

import asyncio
import logging
from collections.abc import Collection
from contextlib import suppress
from typing import Final
from uuid import UUID

from shared.crypto.key_store import KeyStore
from shared.crypto.transport_keys import TransportKeys
from shared.inbox.tables import InboxTables
from shared.infrastructure.background import end, run_forever
from shared.infrastructure.postgres import DATABASE_AWAY
from shared.team.erasure import VIEW

log = logging.getLogger(__name__)

POLL: Final = 0.5
"""Seconds after which it looks by itself, should nobody wake it."""


class Erasing:
    """Erases in one process of a service; with several, each does it, and the second finds it done."""

    def __init__(self, inbox: InboxTables, service: str, keys: KeyStore, transport: TransportKeys) -> None:
        """Nothing is read yet.

        Args:
            inbox: where messages wait whose words lie under a topic's key; of the service, with its pool.
            service: its name.
            keys: its key store.
            transport: the keys of these topics.
        """
        self._pool = inbox.pool
        self._service = service
        self._keys = keys
        self._inbox = inbox
        self._transport = transport
        self._at = 0
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Erase all that the list says by now, and then go on in the background."""
        await self.erase_all()
        self._task = asyncio.create_task(
            run_forever(self._step, name=f"erasing:{self._service}", away=DATABASE_AWAY)
        )

    async def stop(self) -> None:
        """Stop; what was under way is done at the next start."""
        await end(self._task)

    def wake(self) -> None:
        """Something was appended: look now."""
        self._wake.set()

    async def _step(self) -> None:
        self._wake.clear()
        await self.erase_all()
        with suppress(TimeoutError):
            async with asyncio.timeout(POLL):
                await self._wake.wait()

    async def erase_all(self) -> int:
        """Erase whoever was added to the list since it was looked at last; how many were not erased before."""
        rows = await self._pool.fetch(
            f'SELECT subject, position FROM "{self._service}_views"."{VIEW}" WHERE position > $1 ORDER BY position',
            self._at,
        )
        if not rows:
            return 0
        subjects = [row["subject"] for row in rows]
        before = self._keys.erased(subjects)
        new = [subject for subject in subjects if subject not in before]
        for subject in new:
            # The person's own key is the last: while it stands, not all was done, and a start does it again.
            for thing in await self._carried_from(subject):
                self._keys.erase(thing)
            self._keys.erase(subject)
        await self._inbox.leave_out_words(subjects, self._transport)
        self._at = rows[-1]["position"]
        if new:
            log.info("erased", extra={"count": len(new)})
        return len(new)

    async def _carried_from(self, subject: UUID) -> Collection[UUID]:
        """The things about nobody known from which words were carried on to this person: theirs lie under their own keys."""
        rows = await self._pool.fetch(
            f"""SELECT DISTINCT (convert_from(state, 'UTF8')::json #>> '{{envelope,thing}}')::uuid AS thing
                  FROM {self._service}.events
                 WHERE child = $1 AND convert_from(state, 'UTF8')::json #>> '{{envelope,carries}}' IS NOT NULL""",
            subject,
        )
        return [row["thing"] for row in rows if row["thing"] is not None]
