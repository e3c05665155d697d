"""Commands over HTTP beside an empty FastAPI POST of the same body, served by the same kind of process."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import orjson

from deploy.local.ports import Port, accepts
from tests.benchmarks import empty_server, stacks
from tests.benchmarks.figures import Figure, Findings, Table, Timed, of_rounds
from tests.benchmarks.workers import ROOT, Worker

CONNECTIONS = 32


async def measure(*, quick: bool) -> Findings:
    """The whole benchmark."""
    rounds, seconds = (2, 1.0) if quick else (6, 3.0)
    ours: list[Timed] = []
    empty: list[Timed] = []
    async with stacks.running(("people", "mash")) as stack:
        contacts = await stacks.contacts(stack, CONNECTIONS)
        bodies = [orjson.dumps(stacks.body(contact)).decode() for contact in contacts]
        port = urlsplit(stack.urls["mash"]).port
        order = {"callers": CONNECTIONS, "token": stacks.token(stack), "bodies": bodies}
        with _empty() as floor, Worker("http_load") as load:
            for number in range(rounds + 1):
                order["seconds"] = seconds if number else 0.5
                a = await asyncio.to_thread(load.ask, port=port, path=f"/commands/{stacks.COMMAND}", **order)
                b = await asyncio.to_thread(load.ask, port=floor, path=empty_server.PATH, **order)
                if number:  # the first round warms up
                    ours.append(Timed(**a))
                    empty.append(Timed(**b))
    figure = Figure(
        f"commands over HTTP, {CONNECTIONS} connections, beside an empty POST",
        tuple(a.rate / b.rate for a, b in zip(ours, empty, strict=True)),
        aim=0.4,
        holds=(
            "the process that answers also decides, seals, writes, relays and follows its views on the same core; the "
            "empty one only answers. What HTTP itself takes is the server's for the most part, the same on both sides"
        ),
    )
    table = Table(
        "HTTP, medians of the rounds",
        ("what", "a second", "p50 ms", "p99 ms"),
        tuple(
            (
                name,
                of_rounds([one.rate for one in found]),
                of_rounds([one.p50 for one in found]),
                of_rounds([one.p99 for one in found]),
            )
            for name, found in (("durable command", ours), ("empty POST", empty))
        ),
    )
    how = (
        f"The front door's own process, with relay, views and timers at work beside, against a FastAPI application that "
        f"reads the same body and does nothing; one process of uvicorn each, {CONNECTIONS} connections on loopback that "
        f"ask again after each answer. The command is authenticated, decided, sealed and committed before it is answered; "
        f"it is found in a table, past the framework's routes and dependencies, which the empty POST goes through. "
        f"{rounds} rounds of {seconds} s, in turns."
    )
    return Findings("HTTP", how, [figure], [table])


@contextmanager
def _empty() -> Iterator[int]:
    """The empty server in a process of its own: its port."""
    port = Port()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.empty_server", str(port.number)], cwd=ROOT
    )
    try:
        until = time.monotonic() + 20
        while not accepts(port.number):
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError("the empty server does not start: see above")
            time.sleep(0.05)
        yield port.number
    finally:
        process.terminate()
        process.wait(10)
        port.release()
