"""How long to wait for what starts on this machine."""

import os
import time
from typing import Final

MOST: Final = 5.0
"""A limit is stretched so many times at most: then what waits is given up, however busy the machine is."""


class Patience:
    """A time limit for a start-up, stretched by the machine's load: what waits for a core is slow, not broken."""

    def __init__(self, seconds: float) -> None:
        """Runs from now. `seconds` is the limit on a machine with a core for everybody."""
        self._seconds = seconds
        self._since = time.monotonic()

    def over(self) -> bool:
        """Whether it has been waited long enough. The load is looked at each time, and may have risen meanwhile."""
        return time.monotonic() - self._since > self._seconds * min(max(1.0, queue_per_core()), MOST)

    def told(self) -> str:
        """How long it was waited, and whether the machine is a reason: for the message of who gives up."""
        waited = f"after {time.monotonic() - self._since:.0f} s"
        queue = queue_per_core()
        if queue <= 1:
            return waited
        return f"{waited}. This machine is busy: {queue:.0f} processes want each core. End some of them, and start again"


def queue_per_core() -> float:
    """Processes that run or want to run, by the mean of the last minute, for each core that we may use."""
    return os.getloadavg()[0] / len(os.sched_getaffinity(0))
