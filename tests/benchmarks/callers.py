"""Callers that ask one after the other, several at once, for a while: how many were served, and how long each waited."""

import asyncio
import gc
import time
from collections.abc import Awaitable, Callable

from tests.benchmarks.figures import Timed


async def call(callers: int, seconds: float, one: Callable[[int], Awaitable[object]]) -> Timed:
    """Have so many callers call `one(caller)` again and again, each after its answer, for so many seconds."""
    taken: list[float] = []
    gc.collect()  # what an earlier round left is not this one's to clear
    began = time.perf_counter()
    until = began + seconds

    async def calling(caller: int) -> None:
        start = time.perf_counter()
        while start < until:
            await one(caller)
            end = time.perf_counter()
            taken.append(end - start)
            start = end

    await asyncio.gather(*(calling(caller) for caller in range(callers)))
    return Timed.of(taken, time.perf_counter() - began)
