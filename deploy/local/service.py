"""One service's process in the stack: started again when it dies, known to be ready or not."""

import asyncio
import signal
import time
from collections.abc import Sequence

import httpx

from deploy.local.children import Child, tail
from deploy.local.errors import StackError
from deploy.local.ports import LOOPBACK, Port

GIVE_UP = 3
"""A service that ended so often in a row before it was ready will not start by itself."""


class ServiceProcess:
    """A service's place in the stack, kept while its processes come and go.

    Attributes:
        name: of the service.
        child: its process, or the last one where it ended by itself; None when it was stopped on purpose.
        running: whether a process was started whose end is not known yet.
        ready: whether this process has answered that it is ready.
        failures: how often in a row it ended by itself before it was ready.
    """

    def __init__(self, name: str, command: Sequence[str]) -> None:
        """Reserves its port."""
        self.name = name
        self.command = tuple(command)
        self.port = Port()
        self.child: Child | None = None
        self.running = False
        self.ready = False
        self.failures = 0
        self._not_before = 0.0

    @property
    def url(self) -> str:
        """Base URL of its HTTP API."""
        return f"http://{LOOPBACK}:{self.port.number}"

    @property
    def alive(self) -> bool:
        """Whether its process runs."""
        return self.child is not None and self.child.alive

    def due_in(self) -> float:
        """Seconds until it may be started again; 0 when it may be now."""
        return max(0.0, self._not_before - time.monotonic())

    def started(self, child: Child) -> None:
        """Its new process runs."""
        self.child = child
        self.running = True
        self.ready = False

    def stopped(self) -> Child | None:
        """It is to be stopped on purpose: answers what to stop, and the place counts as empty from now on."""
        child, self.child = self.child, None
        self.running = self.ready = False
        return child

    def ended(self, exit_status: int) -> None:
        """Its process ended. The next may start at once, unless this is the second in a row that never got ready.

        One that was killed is not at fault.
        """
        at_fault = not self.ready and exit_status != -signal.SIGKILL
        self.failures = self.failures + 1 if at_fault else 0
        self.running = self.ready = False
        delay = min(0.25 * 2**self.failures, 5.0) if self.failures > 1 else 0.0
        self._not_before = time.monotonic() + delay

    def check(self) -> None:
        """StackError when it keeps ending before it is ready."""
        if self.failures >= GIVE_UP and self.child is not None:
            raise StackError(
                f"{self.name} ended {self.failures} times before it was ready, "
                f"the last time with status {self.child.exit_status}. {self.last_words()}"
            )

    def last_words(self) -> str:
        """The end of its log, with where to read the rest."""
        if self.child is None:
            return f"{self.name} was never started."
        return f"The end of its log, {self.child.log}:\n{tail(self.child.log)}"

    async def becomes_ready(self, client: httpx.AsyncClient, child: Child) -> bool:
        """Asks this process until it says that it is ready. False when it ended, or another took its place."""
        while self.child is child and child.alive:
            try:
                answer = await client.get(f"{self.url}/health/ready", timeout=2)
            except httpx.HTTPError:
                answer = None
            # It may have died, and been replaced, while the answer was on its way.
            if answer is not None and answer.status_code == 200 and self.child is child and child.alive:
                self.ready = True
                self.failures = 0
                return True
            await asyncio.sleep(0.05)
        return False
