"""Batches concurrent reads into one query (a DataLoader).

A process that serves many callers reads for them all in one round trip, as it writes for them all in one group: keys
that are asked for while queries are under way wait for the next one. Nobody is given an answer to a query that was sent
before they asked, so that a caller sees what was committed before its call.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

K = TypeVar("K")


V = TypeVar("V")


MAX_QUERIES: Final = 2
"""Queries under way at once: while the database works on one, the callers of the other work on its answer."""


MAX_CALLERS: Final = 8
"""Most callers of one query; those behind them wait for the next."""


MAX_KEYS: Final = 1000
"""Keys of a query after which no further caller's are added to it."""


@dataclass(slots=True)
class _Waiting(Generic[K, V]):
    keys: tuple[K, ...]
    answer: asyncio.Future[dict[K, V]]


class Batcher(Generic[K, V]):
    """Answers what is known by key, many callers in one query.

    Args:
        query: answers what is known of these keys, each once; raises where nothing can be known now.
        patience: seconds a caller waits, wherever its keys stand.
        late: makes what is raised then.
    """

    def __init__(
        self,
        query: Callable[[list[K]], Awaitable[Mapping[K, V]]],
        *,
        patience: float,
        late: Callable[[], Exception],
    ) -> None:
        self._query = query
        self._patience = patience
        self._late = late
        self._waiting: list[_Waiting[K, V]] = []
        self._running: set[asyncio.Task[None]] = set()

    async def of(self, keys: Iterable[K]) -> dict[K, V]:
        """What is known of these keys, as of some moment after this was called.

        Raises:
            Whatever asking for them, or for others' with them, raised; or `late`.
        """
        loop = asyncio.get_running_loop()
        waiting = _Waiting[K, V](tuple(keys), loop.create_future())
        self._waiting.append(waiting)
        if len(self._running) < MAX_QUERIES:
            running = asyncio.create_task(self._run_queries())
            self._running.add(running)
            running.add_done_callback(self._running.discard)
        late = loop.call_later(self._patience, self._give_up, waiting)
        try:
            return await waiting.answer
        finally:
            late.cancel()

    def _give_up(self, waiting: _Waiting[K, V]) -> None:
        if not waiting.answer.done():
            waiting.answer.set_exception(self._late())

    async def _run_queries(self) -> None:
        try:
            while self._waiting:
                await self._answer(self._next_batch())
        except asyncio.CancelledError:  # the process ends
            for each in self._waiting:
                each.answer.cancel()
            self._waiting.clear()
            raise

    def _next_batch(self) -> list[_Waiting[K, V]]:
        count, wanted = 0, 0
        while wanted < min(len(self._waiting), MAX_CALLERS) and count < MAX_KEYS:
            count += len(self._waiting[wanted].keys)
            wanted += 1
        batch, self._waiting = self._waiting[:wanted], self._waiting[wanted:]
        return [each for each in batch if not each.answer.done()]

    async def _answer(self, batch: list[_Waiting[K, V]]) -> None:
        keys = list(dict.fromkeys(key for each in batch for key in each.keys))
        try:
            found = await self._query(keys) if keys else {}
        except BaseException as error:
            for each in batch:
                if not each.answer.done():
                    if isinstance(error, Exception):
                        each.answer.set_exception(error)
                    else:
                        each.answer.cancel()
            if not isinstance(error, Exception):
                raise
            return
        for each in batch:
            if not each.answer.done():
                each.answer.set_result({key: found[key] for key in each.keys if key in found})
