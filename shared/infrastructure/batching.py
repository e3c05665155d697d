"""Asking together: questions that come while others are under way are one question after them.

A process that serves many callers reads for them all in one round trip, as it writes for them all in one group. Nobody
is given an answer to a question that was sent before they asked.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

K = TypeVar("K")


V = TypeVar("V")


AT_ONCE: Final = 2
"""Questions under way at once: what one answered is worked on while the other is asked."""


CALLERS: Final = 8
"""Callers of one question."""


MOST: Final = 1000
"""Keys after which no further caller's are added to a question."""


@dataclass(slots=True)
class _Waiting(Generic[K, V]):
    keys: tuple[K, ...]
    answer: asyncio.Future[dict[K, V]]


class Batcher(Generic[K, V]):
    """Answers by key.

    Args:
        ask: answers what is known of these keys, each once; raises where nothing can be known now.
        patience: seconds a caller waits, wherever the question stands.
        late: what is raised then.
    """

    def __init__(
        self,
        ask: Callable[[list[K]], Awaitable[Mapping[K, V]]],
        *,
        patience: float,
        late: Callable[[], Exception],
    ) -> None:
        self._ask = ask
        self._patience = patience
        self._late = late
        self._waiting: list[_Waiting[K, V]] = []
        self._asking: set[asyncio.Task[None]] = set()

    async def of(self, keys: Iterable[K]) -> dict[K, V]:
        """What is known of these keys, as of some moment after this was called.

        Raises:
            Whatever asking for them, or for others' with them, raised; or `late`.
        """
        loop = asyncio.get_running_loop()
        waiting = _Waiting[K, V](tuple(keys), loop.create_future())
        self._waiting.append(waiting)
        if len(self._asking) < AT_ONCE:
            asking = asyncio.create_task(self._ask_on())
            self._asking.add(asking)
            asking.add_done_callback(self._asking.discard)
        late = loop.call_later(self._patience, self._give_up, waiting)
        try:
            return await waiting.answer
        finally:
            late.cancel()

    def _give_up(self, waiting: _Waiting[K, V]) -> None:
        if not waiting.answer.done():
            waiting.answer.set_exception(self._late())

    async def _ask_on(self) -> None:
        try:
            while self._waiting:
                await self._ask_for(self._next())
        except asyncio.CancelledError:  # the process ends
            for each in self._waiting:
                each.answer.cancel()
            self._waiting.clear()
            raise

    def _next(self) -> list[_Waiting[K, V]]:
        count, wanted = 0, 0
        while wanted < min(len(self._waiting), CALLERS) and count < MOST:
            count += len(self._waiting[wanted].keys)
            wanted += 1
        some, self._waiting = self._waiting[:wanted], self._waiting[wanted:]
        return [each for each in some if not each.answer.done()]

    async def _ask_for(self, some: list[_Waiting[K, V]]) -> None:
        keys = list(dict.fromkeys(key for each in some for key in each.keys))
        try:
            found = await self._ask(keys) if keys else {}
        except BaseException as error:
            for each in some:
                if not each.answer.done():
                    if isinstance(error, Exception):
                        each.answer.set_exception(error)
                    else:
                        each.answer.cancel()
            if not isinstance(error, Exception):
                raise
            return
        for each in some:
            if not each.answer.done():
                each.answer.set_result({key: found[key] for key in each.keys if key in found})
