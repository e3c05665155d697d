"""What was read of the topics and waits to be taken, and what was taken and waits to be acknowledged.

Three things go on at once, each a page at a time: the client reads on, the inbox takes, and what was taken is noted and
acknowledged. So a page is all that came while the one before was taken, and no page waits for what is only said of the
one before. Order is kept: one page is taken after the other, nothing is noted before it was taken, and nothing is
acknowledged before that is noted.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, Final

from shared.inbox.inbox import Inbox
from shared.inbox.positions import Arrived, Consumed
from shared.infrastructure.pacing import PAGES, Pacer

PAGE: Final = 500
"""Most messages taken together; and when as many are read ahead of them, reading waits."""


TOGETHER: Final = 0.1
"""Most seconds in which what was taken is noted together, while more is coming."""


PATIENCE: Final = 5.0
"""Seconds a page under way is let come to its end when taking stops."""


Acknowledge = Callable[[Mapping[tuple[str, int], int]], Awaitable[None]]
"""Tells the broker the next offset to read of each topic and partition."""


UntilDone = Callable[[str, Callable[[], Awaitable[Any]]], Awaitable[bool]]
"""Tries something, which is named first, until it is done (True) or all is to stop (False)."""


class ConsumerBuffer:
    """The messages of a service's sources, between the client that reads them and the inbox that takes them."""

    def __init__(self, inbox: Inbox, until_done: UntilDone) -> None:
        self._inbox = inbox
        self._until_done = until_done
        self._read: list[Arrived] = []
        self._taken: dict[tuple[str, int], int] = {}
        self._acknowledge: Acknowledge
        self._some_read = asyncio.Event()
        self._some_taken = asyncio.Event()
        self._room = asyncio.Event()
        self._idle = asyncio.Event()
        self._stopping = False
        self._all_taken = False
        self._taking: asyncio.Task[None] | None = None
        self._noting: asyncio.Task[None] | None = None

    @property
    def tasks(self) -> dict[str, asyncio.Task[None] | None]:
        """What must run from `start` to `stop`."""
        return {"taking arrivals": self._taking, "noting arrivals": self._noting}

    def start(self) -> None:
        """Take what is read from now on."""
        self._taking = asyncio.create_task(self._take(), name="taking arrivals")
        self._noting = asyncio.create_task(self._note(), name="noting arrivals")

    async def stop(self) -> None:
        """Take no more pages. The one under way is let come to its end, and what was taken is acknowledged; what was
        only read is read again by the next reader.
        """
        self._stopping = True
        self._some_read.set()
        self._room.set()
        await _ended(self._taking)
        self._all_taken = True
        self._idle.set()
        self._some_taken.set()
        await _ended(self._noting)

    async def put(self, page: Sequence[Arrived], acknowledge: Acknowledge) -> None:
        """Have this taken after all that came before. Waits while a page's worth is read ahead, and for a moment while
        another page is taken.
        """
        while len(self._read) >= PAGE and not self._stopping:
            self._room.clear()
            await self._room.wait()
        self._read += page
        self._acknowledge = acknowledge
        self._some_read.set()
        if not self._idle.is_set() and not self._stopping:
            await asyncio.sleep(PAGES)  # the broker would only be asked for the next page in pieces

    async def _take(self) -> None:
        pace = Pacer()
        while not self._stopping:
            if not self._read:
                self._idle.set()
                self._some_read.clear()
                await self._some_read.wait()
                continue
            self._idle.clear()
            await pace.turn()
            page = self._read[:PAGE]
            del self._read[:PAGE]
            self._room.set()
            # Until it is taken nothing behind it is: an acknowledgement covers all that came before.
            if not await self._until_done("page", partial(self._inbox.take, page)):
                return
            self._taken |= {(one.topic, one.partition): one.offset + 1 for one in page}
            self._some_taken.set()

    async def _note(self) -> None:
        """How far each partition is consumed, on the disk and then with the broker: of all that was taken meanwhile."""
        while True:
            if not self._taken:
                if self._all_taken:
                    return
                self._some_taken.clear()
                await self._some_taken.wait()
                continue
            with suppress(TimeoutError):  # the last of many is noted at once, and those before it with it
                async with asyncio.timeout(TOGETHER):
                    await self._idle.wait()
            taken, self._taken = self._taken, {}
            consumed = [Consumed(*place, offset) for place, offset in taken.items()]
            if not await self._until_done("consumed", partial(self._inbox.tables.consumed, consumed)):
                return
            await self._acknowledge(taken)


async def _ended(task: asyncio.Task[None] | None) -> None:
    """The task has come to its end, in time or cut short."""
    if task is not None:
        await asyncio.wait([task], timeout=PATIENCE)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
