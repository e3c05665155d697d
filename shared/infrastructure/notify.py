"""Wakes followers across the processes of a service by PostgreSQL's NOTIFY, after each append.

The NOTIFY goes out after the commit, on a connection of its own: inside the transaction it would take a lock that
serialises the commits of every database of the server.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Final

from shared.infrastructure.background import end, run_forever
from shared.infrastructure.postgres import DATABASE_AWAY

BURST: Final = 0.02
"""Seconds whose appends are one notice."""


class Notifier:
    """Listens for notices of other processes of the service, and sends them those of this one."""

    def __init__(
        self,
        connect: Callable[[], Any],
        service: str,
        wake: Sequence[Callable[[], None]],
        *,
        needed: Callable[[], bool],
    ) -> None:
        """Args:
        connect: makes a connection of its own.
        service: whose appends these are.
        wake: called, without arguments, for each notice of another process.
        needed: whether others have to do something about what this process appended; asked each time.
        """
        self._needed = needed
        self._connect = connect
        self._channel = f"{service}_appended"
        self._wake = wake
        self._look = asyncio.Event()
        self._owed = False
        self._task: asyncio.Task[None] | None = None

    def appended(self) -> None:
        """Send a notice soon: this process has appended, and has woken its own followers."""
        if self._needed():
            self._owed = True
            self._look.set()

    async def start(self) -> None:
        """Listen and send, in the background."""
        # Followers also look by themselves: while nobody listens a wake-up is late, and no event is lost.
        self._task = asyncio.create_task(
            run_forever(self._listen, name=f"notifier:{self._channel}", away=DATABASE_AWAY)
        )

    async def stop(self) -> None:
        """Stop."""
        await end(self._task)

    def _wake_all(self) -> None:
        for wake in self._wake:
            wake()

    async def _listen(self) -> None:
        connection = await self._connect()
        try:
            own = connection.get_server_pid()

            def heard(_connection: Any, sender: int, _channel: str, _payload: str) -> None:
                if sender != own:
                    self._wake_all()

            # Without this a lost connection would show only when we have something to tell, and until then we
            # would hear nothing.
            connection.add_termination_listener(lambda _connection: self._look.set())
            await connection.add_listener(self._channel, heard)
            self._wake_all()  # what others appended while nobody listened
            while not connection.is_closed():
                if self._owed:
                    self._owed = False
                    try:
                        await connection.execute(f"NOTIFY {self._channel}")
                    except BaseException:
                        self._owed = True
                        raise
                    await asyncio.sleep(BURST)
                    continue
                await self._look.wait()
                self._look.clear()
            raise ConnectionError("the connection that listens was lost")
        finally:
            connection.terminate()
