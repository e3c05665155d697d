"""An ordered pipeline: pages are prepared at the same time and land one after the other, in the order they came.

So a rebuild decodes the next page while the database writes the last, and a view is still written in the order of the
log: the landing of a page waits for its turn.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from types import TracebackType
from typing import Any, Self

Turn = Awaitable[None]
"""Over when all that was added before has landed; raises what one of these raised."""


class OrderedPipeline:
    """Pages on their way into a table, which land in the order in which they were added."""

    def __init__(self) -> None:
        self._under_way: deque[asyncio.Future[None]] = deque()
        self._latest: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._latest.set_result(None)

    async def __aenter__(self) -> Self:
        return self

    def add(self, landing: Callable[[Turn], Coroutine[Any, Any, None]]) -> None:
        """Have this page land when all before it have."""
        self._latest = asyncio.create_task(landing(self._latest))
        self._under_way.append(self._latest)

    async def room(self, most: int) -> None:
        """Wait until no more than so many are on their way. Raises what one of the others raised."""
        while len(self._under_way) > most:
            await self._under_way[0]
            self._under_way.popleft()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                await self.room(0)
        finally:
            for page in self._under_way:
                page.cancel()
            # What stopped the first stopped those after it too: it is said once.
            await asyncio.gather(*self._under_way, return_exceptions=True)
