"""Asks a server over HTTP from several connections at once, each after its answer, for a while."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import Any

import uvloop

from tests.benchmarks.callers import call
from tests.benchmarks.load import Connection, post
from tests.benchmarks.workers import Round, serve


@asynccontextmanager
async def opened(_arguments: dict[str, Any]) -> AsyncIterator[Round]:
    """Nothing is connected before a round says where to."""

    async def one_round(order: dict[str, Any]) -> dict[str, Any]:
        requests = [post(order["path"], body.encode(), order["token"]) for body in order["bodies"]]
        connections = await asyncio.gather(*(Connection.to(order["port"]) for _ in range(order["callers"])))

        async def one(caller: int) -> None:
            status, body = await connections[caller].ask(requests[caller % len(requests)])
            if status != 200:
                raise RuntimeError(f"the server answered {status}: {body.decode(errors='replace')}")

        try:
            return asdict(await call(order["callers"], order["seconds"], one))
        finally:
            for each in connections:
                each.close()

    yield one_round


if __name__ == "__main__":
    uvloop.run(serve(opened))
