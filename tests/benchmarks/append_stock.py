"""Measured beside: the `eventsourcing` library's own PostgreSQL application, load and append, a thread a caller."""

import gc
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from itertools import cycle
from typing import Any
from uuid import uuid4

import uvloop

from tests.benchmarks.figures import Timed
from tests.benchmarks.stock import Contacts, environment
from tests.benchmarks.workers import Round, serve

CALLERS = 64


@asynccontextmanager
async def opened(arguments: dict[str, Any]) -> AsyncIterator[Round]:
    """The application with its contacts, each caller with its own share of them."""
    application = Contacts(env=environment(arguments["connection"], pool=arguments["pool"]))
    message = arguments["message"]
    ids = [
        application.received(uuid4(), arguments["events"], arguments["worries"], message)
        for _ in range(arguments["contacts"])
    ]
    shares = [cycle(ids[caller::CALLERS]) for caller in range(CALLERS)]

    async def one_round(order: dict[str, Any]) -> dict[str, Any]:
        return asdict(_round(order["callers"], order["seconds"]))

    def _round(callers: int, seconds: float) -> Timed:
        taken: list[float] = []
        failures: list[BaseException] = []
        gc.collect()
        began = time.perf_counter()

        def calling(caller: int) -> None:
            who = uuid4()
            start = time.perf_counter()
            while start < began + seconds and not failures:
                try:
                    application.inform(next(shares[caller]), message, who)
                except BaseException as error:
                    failures.append(error)
                    return
                end = time.perf_counter()
                taken.append(end - start)
                start = end

        threads = [threading.Thread(target=calling, args=(caller,)) for caller in range(callers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if failures:
            raise failures[0]
        return Timed.of(taken, time.perf_counter() - began)

    yield one_round
    application.close()


if __name__ == "__main__":
    uvloop.run(serve(opened))
