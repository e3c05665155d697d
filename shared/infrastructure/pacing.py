"""Taking turns no faster than is of use: under load a stage then does larger pages, and fewer of them.

A page costs about the same however little is in it. Stages that each begin the next page as soon as the last is done
make pages ever smaller, until the machine does nothing else; and then everything waits for a core. What comes alone is
not kept waiting.
"""

import asyncio
from typing import Final

PAGES: Final = 0.025
"""Seconds from the beginning of one page of relay, inbox or views to the beginning of the next."""


class Pacer:
    """At most one turn in so many seconds."""

    def __init__(self, seconds: float = PAGES) -> None:
        self._seconds = seconds
        self._next = 0.0

    async def turn(self) -> None:
        """Over at once where the turn before began long enough ago."""
        loop = asyncio.get_running_loop()
        if (rest := self._next - loop.time()) > 0:
            await asyncio.sleep(rest)
        self._next = loop.time() + self._seconds
