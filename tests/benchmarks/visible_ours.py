"""Measured: from a command's answer to its entry in the chronology's views, over the real services and broker.

An entry is visible when both views that a reader's page is made of stand at its position; their positions are read
again and again on a connection beside, and matched with the chronology's log afterwards.
"""

import asyncio
import time
from bisect import bisect_left
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import orjson
import uvloop

from tests.benchmarks.load import Connection, post
from tests.benchmarks.workers import Round, serve

CONNECTIONS = 32
LOOK_EVERY = 0.002
"""Seconds between two looks: what is found is that much late at most, and looking more often would itself be load."""
PATIENCE = 60.0
_AT = "SELECT min(position) FROM chronology.views WHERE name IN ('entries', 'audience')"
_TAKEN_IN = """
    SELECT notification_id, state FROM chronology.events
     WHERE notification_id > $1 AND topic = 'chronology.EntryReceived' ORDER BY notification_id"""


class Path:
    """The way of a fact, with clocks at both ends."""

    def __init__(
        self,
        views: asyncpg.Connection,
        log: asyncpg.Connection,
        requests: list[bytes],
    ) -> None:
        """`views`, `log`: connections to the chronology's database, to look at the one and at the other."""
        self._views = views
        self._log = log
        self._connections: list[Connection] = []
        self._requests = requests
        self._stands: list[tuple[int, float]] = []

    @asynccontextmanager
    async def connected(self, port: int) -> AsyncIterator[None]:
        """To the front door, which closes what was idle for some seconds: so for one round."""
        self._connections = await asyncio.gather(*(Connection.to(port) for _ in range(CONNECTIONS)))
        try:
            yield
        finally:
            for each in self._connections:
                each.close()

    async def peak(self, seconds: float) -> float:
        """As many commands as are taken, each connection after its answer: entries a second, to the last one visible."""
        accepted: dict[int, float] = {}
        start = await self._log.fetchval(_AT)
        began = time.monotonic()

        async def calling(number: int) -> None:
            while time.monotonic() < began + seconds:
                position = await self._send(number)
                accepted[position] = time.monotonic()

        async with self._looking():
            await asyncio.gather(*map(calling, range(len(self._connections))))
            visible = await self._until_visible(start, set(accepted))
        return len(accepted) / (max(visible.values()) - began)

    async def steady(self, rate: float, seconds: float) -> list[float]:
        """At a steady rate, whatever comes back: seconds from each answer to its entry being visible."""
        accepted: dict[int, float] = {}
        start = await self._log.fetchval(_AT)
        free: asyncio.Queue[int] = asyncio.Queue()
        for number in range(len(self._connections)):
            free.put_nowait(number)
        began = time.monotonic()

        async def one(at: float) -> None:
            await asyncio.sleep(max(0.0, at - time.monotonic()))
            number = await free.get()
            position = await self._send(number)
            accepted[position] = time.monotonic()
            free.put_nowait(number)

        async with self._looking():
            await asyncio.gather(*(one(began + n / rate) for n in range(int(rate * seconds))))
            visible = await self._until_visible(start, set(accepted))
        return [max(0.0, visible[position] - at) for position, at in accepted.items()]

    async def _send(self, number: int) -> int:
        status, body = await self._connections[number].ask(self._requests[number % len(self._requests)])
        if status != 200:
            raise RuntimeError(f"the front door answered {status}: {body.decode(errors='replace')}")
        position: int = orjson.loads(body)["position"]
        return position

    @asynccontextmanager
    async def _looking(self) -> AsyncIterator[None]:
        """Note where the views stand, and since when, for as long as this lasts."""
        self._stands.clear()

        async def look() -> None:
            while True:
                position = await self._views.fetchval(_AT)
                if not self._stands or self._stands[-1][0] < position:
                    self._stands.append((position, time.monotonic()))
                await asyncio.sleep(LOOK_EVERY)

        looking = asyncio.create_task(look())
        try:
            yield
        finally:
            looking.cancel()
            await asyncio.wait([looking])

    async def _until_visible(self, start: int, wanted: set[int]) -> dict[int, float]:
        """When each of these positions of the front door was seen in the chronology."""
        until = time.monotonic() + PATIENCE
        places: dict[int, int] = {}
        while True:
            for row in await self._log.fetch(_TAKEN_IN, start):
                state, start = orjson.loads(row["state"]), row["notification_id"]
                if state["entry"]["source"] == "mash":
                    places[state["source_position"]] = start
            if wanted <= places.keys() and self._stands[-1][0] >= max(places[each] for each in wanted):
                stood = [position for position, _ in self._stands]
                return {each: self._stands[bisect_left(stood, places[each])][1] for each in wanted}
            if time.monotonic() > until:
                raise TimeoutError(f"{len(wanted - places.keys())} entries did not come")
            await asyncio.sleep(0.1)


@asynccontextmanager
async def opened(arguments: dict[str, Any]) -> AsyncIterator[Round]:
    """Connected to the chronology's database, and for each round to the front door."""
    requests = [post(arguments["path"], body.encode(), arguments["token"]) for body in arguments["bodies"]]
    views, log = await asyncpg.connect(arguments["dsn"]), await asyncpg.connect(arguments["dsn"])
    path = Path(views, log, requests)

    async def one_round(order: dict[str, Any]) -> dict[str, Any]:
        async with path.connected(arguments["port"]):
            if "rate" in order:
                return {"seconds": await path.steady(order["rate"], order["seconds"])}
            return {"rate": await path.peak(order["seconds"])}

    yield one_round
    await views.close()
    await log.close()


if __name__ == "__main__":
    uvloop.run(serve(opened))
