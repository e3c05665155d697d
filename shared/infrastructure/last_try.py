"""Whether the last try of something worked: what readiness goes by, and no look of its own at a part that works."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final

AGAIN: Final = 5.0
"""Seconds after a failure, and between two probes, in which nobody is sent here: however often readiness is asked for."""

PROBING: Final = 2.0
"""Seconds a probe may take; what takes longer does not work."""


class LastTry:
    """Keeps whether the last try worked, and probes what failed until it does again.

    A balancer sends nothing to a process that is not ready: without a probe the first failure would also be the last try.
    While all works it costs nothing, and asks nobody. A probe takes the locks and writes no row, so a disk that is full for
    rows alone is found by the next try that is made in earnest.
    """

    def __init__(self, probe: Callable[[], Awaitable[object]]) -> None:
        """`probe`: a try that changes nothing, and raises where it does not work."""
        self._probe = probe
        self._works = True
        self._not_before = 0.0

    def worked(self) -> None:
        """The last try worked."""
        self._works = True

    def failed(self) -> None:
        """The last try did not."""
        self._works = False
        self._not_before = time.monotonic() + AGAIN

    async def works(self) -> bool:
        """Whether the last try worked, or the probe does now. Raises nothing."""
        if self._works or time.monotonic() < self._not_before:
            return self._works
        self._not_before = time.monotonic() + AGAIN
        try:
            async with asyncio.timeout(PROBING):
                await self._probe()
        except Exception:  # that it fails is the answer; whoever needed it has logged why
            return False
        self._works = True
        return True
