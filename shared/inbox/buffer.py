"""The consumer buffer: what was read and is not taken yet, and what was taken and has no offsets committed yet.

Three things go on at once, each a page at a time: the client reads on, the inbox takes, and offsets of what was taken are
noted and committed. So a page is all that came while the one before was taken, and no page waits for the bookkeeping of
the one before. Order is kept: pages are taken one after the other, no offset is noted before its page was taken, and none
is committed to the broker before it is noted.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, Final

from shared.inbox.inbox import Inbox
from shared.inbox.positions import Consumed, RawMessage
from shared.infrastructure.pacing import PAGES, Pacer

PAGE: Final = 500
"""Most messages taken together; and when as many are read ahead of them, reading waits."""


TOGETHER: Final = 0.1
"""Most seconds for which offsets are gathered before they are noted together, while more is coming."""


PATIENCE: Final = 5.0
"""Seconds a page under way is left to finish when the buffer is stopped."""


SETTLING: Final = 0.02
"""Seconds between looks whether all is taken; asked only where a topic was made again."""


Commit = Callable[[Mapping[tuple[str, int], int]], Awaitable[None]]
"""Commits to the broker the next offset to read of each topic and partition."""


UntilDone = Callable[[str, Callable[[], Awaitable[Any]]], Awaitable[bool]]
"""Tries something, which is named first, until it is done (True) or all is to stop (False)."""


class ConsumerBuffer:
    """Buffers a service's messages between the client that reads them and the inbox that takes them."""

    def __init__(self, inbox: Inbox, until_done: UntilDone) -> None:
        self._inbox = inbox
        self._until_done = until_done
        self._read: list[RawMessage] = []
        self._taken: dict[tuple[str, int], int] = {}
        self._commit: Commit
        self._some_read = asyncio.Event()
        self._some_taken = asyncio.Event()
        self._room = asyncio.Event()
        self._idle = asyncio.Event()
        self._stopping = False
        self._all_taken = False
        self._noting = False
        self._taking: asyncio.Task[None] | None = None
        self._committing: asyncio.Task[None] | None = None

    @property
    def tasks(self) -> dict[str, asyncio.Task[None] | None]:
        """What must run from `start` to `stop`."""
        return {"taking in": self._taking, "committing offsets": self._committing}

    def start(self) -> None:
        """Take what is read from now on."""
        self._taking = asyncio.create_task(self._take_pages(), name="taking in")
        self._committing = asyncio.create_task(self._commit_offsets(), name="committing offsets")

    async def stop(self) -> None:
        """Take no more pages. The one under way is left to finish, and offsets of what was taken are committed; what was
        only read is read again by the next consumer.
        """
        self._stopping = True
        self._some_read.set()
        self._room.set()
        await _finished(self._taking)
        self._all_taken = True
        self._idle.set()
        self._some_taken.set()
        await _finished(self._committing)

    async def settled(self) -> None:
        """Wait until all that was put here is taken, and its offsets are noted and committed."""
        while self._read or self._taken or self._noting or not self._idle.is_set():
            await asyncio.sleep(SETTLING)

    async def put(self, page: Sequence[RawMessage], commit: Commit) -> None:
        """Add a page behind those before. Waits while a page's worth is buffered, and for a moment while another page is
        taken.
        """
        while len(self._read) >= PAGE and not self._stopping:
            self._room.clear()
            await self._room.wait()
        self._read += page
        self._commit = commit
        self._some_read.set()
        if not self._idle.is_set() and not self._stopping:
            await asyncio.sleep(PAGES)  # the broker would only be asked for the next page in pieces

    async def _take_pages(self) -> None:
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
            # Until it is taken nothing behind it is: a committed offset covers all that came before.
            if not await self._until_done("page", partial(self._inbox.take, page)):
                return
            self._taken |= {(raw.topic, raw.partition): raw.offset + 1 for raw in page}
            self._some_taken.set()

    async def _commit_offsets(self) -> None:
        """Note how far each partition is consumed in the database, then commit it to the broker: for all that was taken
        meanwhile.
        """
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
            taken, self._taken, self._noting = self._taken, {}, True
            consumed = [Consumed(*partition, offset) for partition, offset in taken.items()]
            if not await self._until_done("offsets", partial(self._inbox.tables.consumed, consumed)):
                return
            await self._commit(taken)
            self._noting = False


async def _finished(task: asyncio.Task[None] | None) -> None:
    """Wait until a task has ended: by itself within the patience, else cancelled."""
    if task is not None:
        await asyncio.wait([task], timeout=PATIENCE)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
