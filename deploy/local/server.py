"""What the servers of the stack have in common: a child process, started, waited for until it answers, and stopped."""

import asyncio
import time
from abc import ABC, abstractmethod
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Final, Self

from deploy.local.children import Child, tail
from deploy.local.errors import StackError
from deploy.local.patience import Patience

PATIENCE: Final = 60.0
"""Seconds a server may take to answer, more on a busy machine: one that was killed may have much to recover first."""


class Server(ABC):
    """One server; as a context manager it is started and stopped.

    `launch` and `until_answering` are the steps of `start`, for a caller with an event loop.

    Attributes:
        called: what messages call it.
        log: what it says.
        child: its process, or the last one where it ended by itself; None before the first and after `stop`.
    """

    called: ClassVar[str]
    log: Path
    child: Child | None = None

    @property
    def alive(self) -> bool:
        """Whether its process runs."""
        return self.child is not None and self.child.alive

    @abstractmethod
    def launch(self) -> None:
        """Starts its process and does not wait for it. StackError when that cannot be done here."""

    def answering(self) -> bool:
        """Whether it answers clients. StackError, with the end of its log, when it has ended."""
        if not self.alive:
            raise StackError(f"{self.called} stopped while starting. {self._last_words()}")
        return self._answers()

    def start(self, timeout: float = PATIENCE) -> None:
        """Starts it if it is not alive and waits until it answers: so it also brings back one that was killed.

        StackError when it ends, or does not answer in `timeout` seconds, which a busy machine stretches (`Patience`).
        """
        if not self.alive:
            self.launch()
        patience = Patience(timeout)
        while not self.answering():
            self._give_up_after(patience)
            time.sleep(0.01)

    async def until_answering(self, timeout: float = PATIENCE) -> None:
        """Waits as `start` does; others go on meanwhile."""
        patience = Patience(timeout)
        while not self.answering():
            self._give_up_after(patience)
            await asyncio.sleep(0.01)

    @abstractmethod
    def stop(self) -> None:
        """Ends it in order, in seconds, and gives up what it held. A second time is nothing."""

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @abstractmethod
    def _answers(self) -> bool:
        """Whether it answers; asked only while its process runs."""

    def _give_up_after(self, patience: Patience) -> None:
        if patience.over():
            raise StackError(f"{self.called} does not answer {patience.told()}. {self._last_words()}")

    def _last_words(self) -> str:
        return f"The end of {self.log}:\n{tail(self.log)}"
