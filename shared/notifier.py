"""Wakes followers when something was appended: in this process from memory, in others by NOTIFY.

The NOTIFY goes out after the commit, on a connection of its own: inside the transaction it would take a lock that
serialises the commits of every database of the server.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from shared.store import GONE

log = logging.getLogger(__name__)


class Notifier:
    """Listens for appends by other processes of the service, and tells them of ours."""

    def __init__(self, connect: Callable[[], Any], service: str, wake: Sequence[Callable[[], None]]) -> None:
        self._connect = connect
        self._channel = f"{service}_appended"
        self._wake = wake
        self._appended = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def appended(self) -> None:
        """This process has appended."""
        for wake in self._wake:
            wake()
        self._appended.set()

    async def start(self) -> None:
        """Listen and tell, in the background."""
        self._task = asyncio.create_task(self._forever(), name=f"notifier:{self._channel}")

    async def stop(self) -> None:
        """Stop."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _forever(self) -> None:
        while True:
            try:
                await self._listen()
            except GONE as error:
                # Followers also look by themselves; a lost wake-up costs half a second, never an event.
                log.warning("notifier pauses", extra={"error": type(error).__name__})
            await asyncio.sleep(0.5)

    async def _listen(self) -> None:
        connection = await self._connect()
        try:
            await connection.add_listener(self._channel, lambda *_: [wake() for wake in self._wake])
            while True:
                await self._appended.wait()
                self._appended.clear()
                await connection.execute(f"NOTIFY {self._channel}")
                await asyncio.sleep(0.005)  # a burst of appends is one notice
        finally:
            connection.terminate()
