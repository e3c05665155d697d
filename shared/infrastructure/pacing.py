"""Limits the rate at which a loop takes pages, so that under load it takes fewer and larger ones.

A page costs about the same however little is in it. Relay, inbox and views that each begin the next page as soon as the
last is done make pages ever smaller, until the machine does nothing else and everything waits for a core. A page that
comes after a quiet moment is not kept waiting.
"""

import asyncio
from typing import Final

PAGES: Final = 0.025
"""Seconds from the beginning of one page of relay, inbox or views to the beginning of the next."""


class Pacer:
    """A rate limit of one loop: at most one turn in so many seconds."""

    def __init__(self, seconds: float = PAGES) -> None:
        self._seconds = seconds
        self._next = 0.0

    async def turn(self) -> None:
        """Wait until the turn before began long enough ago; no wait where it did."""
        loop = asyncio.get_running_loop()
        if (rest := self._next - loop.time()) > 0:
            await asyncio.sleep(rest)
        self._next = loop.time() + self._seconds
