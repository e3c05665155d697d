"""Pages that are made ready at the same time and take effect one after the other."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from types import TracebackType
from typing import Any, Self

Turn = Awaitable[None]
"""Over when all that was added before has landed; raises what one of these raised."""


class OrderedPipeline:
    """Pages on their way into the table, one after the other, in the order in which they were added."""

    def __init__(self) -> None:
        self._going: deque[asyncio.Future[None]] = deque()
        self._latest: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._latest.set_result(None)

    async def __aenter__(self) -> Self:
        return self

    def add(self, landing: Callable[[Turn], Coroutine[Any, Any, None]]) -> None:
        """Have this page land when all before it have."""
        self._latest = asyncio.create_task(landing(self._latest))
        self._going.append(self._latest)

    async def room(self, most: int) -> None:
        """Wait until no more than so many are on their way. Raises what one of the others raised."""
        while len(self._going) > most:
            await self._going[0]
            self._going.popleft()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                await self.room(0)
        finally:
            for page in self._going:
                page.cancel()
            # What stopped the first stopped those after it too: it is said once.
            await asyncio.gather(*self._going, return_exceptions=True)
