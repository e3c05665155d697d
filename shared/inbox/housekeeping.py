"""Housekeeping of the inbox: the loop that tries held events again and asks sources for what is missing.

Without it an event held for its cause, or behind a message that Kafka no longer has, would be held for ever.
"""

import asyncio
from dataclasses import dataclass
from typing import Final

from shared.inbox.failures import AWAY
from shared.inbox.inbox import Inbox
from shared.inbox.resend import ResendRequests
from shared.infrastructure.background import end, run_forever


@dataclass(frozen=True, slots=True)
class Patience:
    """How often housekeeping looks, and how long it waits before it asks.

    Attributes:
        every: seconds between two looks.
        gap: seconds a gap is left to close by itself before its source is asked.
        ask_again: seconds after which a source is asked about the same gap again.
    """

    every: float = 0.5
    gap: float = 2.0
    ask_again: float = 10.0


PATIENCE: Final = Patience()
"""What a service runs with."""


class InboxHousekeeping:
    """Keeps the inbox of one service in order, from `start` to `stop`. Every process of the service may run it."""

    def __init__(self, inbox: Inbox, requests: ResendRequests, patience: Patience = PATIENCE) -> None:
        self._inbox = inbox
        self._requests = requests
        self._patience = patience
        self.task: asyncio.Task[None] | None = None
        """What must run from `start` to `stop`."""

    async def start(self) -> None:
        """Start the loop."""
        name = "inbox housekeeping"
        loop = run_forever(self.look, name=name, away=AWAY, every=self._patience.every)
        self.task = asyncio.create_task(loop, name=name)

    async def stop(self) -> None:
        """End the loop; the next process looks again."""
        await end(self.task)
        await self._requests.stop()

    async def look(self) -> None:
        """Try what is held once, and ask for what is missing. Two counts and no more while nothing is held or parked.

        Raises:
            Any of AWAY: nothing is lost.
        """
        held, parked = await self._inbox.tables.counts()
        missing = await self._inbox.retry_held() if held or parked else []
        if held:
            missing += await self._inbox.tables.gaps(self._patience.gap, self._patience.ask_again)
        if missing:
            await self._requests.ask(missing)
