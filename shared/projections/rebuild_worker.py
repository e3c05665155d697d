"""A worker process that reads a long log beside a rebuild, so that two cores work on it.

    python -m shared.projections.rebuild_worker

It is given ranges of positions and answers with what they change, as statements whose new rows are a COPY stream already:
the process that builds has nothing to do with them but send them on. It writes to no table. What it cannot do (an
event that fails, a value that only the driver knows how to write) it gives back, and when it ends, for whatever
reason, the other goes on alone. It ends with the other, as its input ends then.

On one core there is none, nor where the system cannot keep its answers in memory without a name, as Linux does: nothing
that is passed stands in a file, an argument or a variable.
"""

import asyncio
import importlib
import logging
import os
import pickle
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections import deque
from contextlib import suppress
from typing import Any, BinaryIO, Final, Self

import asyncpg
import orjson

from shared.domain.view import View
from shared.eventstore.reader import between
from shared.infrastructure.background import tune_garbage_collection
from shared.infrastructure.postgres import COMMAND_TIMEOUT
from shared.projections.copy import NotHere, rows_of
from shared.projections.corrected import histories
from shared.projections.table import Statement, changes_of, shape, steps

log = logging.getLogger(__name__)


AHEAD: Final = 2
"""Ranges that it is asked for at once: one that it reads, and one that it has not to wait for."""


class RebuildWorker:
    """The second process, as the first sees it. Make it with `start`, end it with `close`."""

    def __init__(self, process: Process, mailboxes: list[int]) -> None:
        self._process = process
        self._free = mailboxes
        self._mailboxes = tuple(mailboxes)
        self._asked: deque[tuple[int, asyncio.Future[list[Statement] | None]]] = deque()
        self._ready = False
        self._listening: asyncio.Task[None] | None = None

    @classmethod
    async def start(cls, dsn: str, service: str, view: View[Any], table: str) -> Self | None:
        """Start one for this view; None where there can be none: one core, another system, a view that no module
        names. It is of use once it has come up, which nobody waits for.
        """
        place = _place(view)
        if place is None or not hasattr(os, "memfd_create") or len(os.sched_getaffinity(0)) == 1:
            return None
        with suppress(NotHere):
            rows_of(view)
            mailboxes = [os.memfd_create(f"rebuild {n}") for n in range(AHEAD)]
            try:
                process = await asyncio.create_subprocess_exec(
                    *(sys.executable, "-m", "shared.projections.rebuild_worker"),
                    stdin=PIPE,
                    stdout=PIPE,
                    stderr=DEVNULL,
                    pass_fds=mailboxes,
                    env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
                )
            except BaseException:
                for mailbox in mailboxes:
                    os.close(mailbox)
                raise
            self = cls(process, mailboxes)
            order = {"dsn": dsn, "service": service, "place": place, "table": table, "shape": shape(view)}
            self._send(orjson.dumps(order))
            self._listening = asyncio.create_task(self._listen())
            return self
        return None

    @property
    def idle(self) -> bool:
        """Whether it would get to another range before long."""
        return self._ready and bool(self._free)

    def ask(self, after: int, until: int) -> asyncio.Future[list[Statement] | None]:
        """Have it read the positions after one, up to another; call it when `idle`. None: it is for us to do."""
        mailbox = self._free.pop()
        answer: asyncio.Future[list[Statement] | None] = asyncio.get_running_loop().create_future()
        self._asked.append((mailbox, answer))
        self._send(b"%d %d %d" % (mailbox, after, until))
        return answer

    async def close(self) -> None:
        """End it, whatever it is doing."""
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.wait([self._listening])
        with suppress(ProcessLookupError):
            self._process.kill()
        await self._process.communicate()  # and let its pipes go
        for mailbox in self._mailboxes:
            os.close(mailbox)

    def _send(self, line: bytes) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line + b"\n")  # a few bytes: a pipe has room for them

    async def _listen(self) -> None:
        assert self._process.stdout is not None
        try:
            while line := await self._process.stdout.readline():
                if not self._ready:
                    self._ready = True
                    continue
                mailbox, answer = self._asked.popleft()
                size = int(line)
                made = pickle.loads(os.pread(mailbox, size, 0)) if size else None  # noqa: S301 - our own child's
                self._free.append(mailbox)
                if not answer.done():
                    answer.set_result(made)
            log.warning("the second process of a rebuild has ended; the first goes on alone")
        finally:
            self._ready = False
            for _, answer in self._asked:
                if not answer.done():
                    answer.set_result(None)


def _place(view: View[Any]) -> tuple[str, str] | None:
    """Module and name under which another process finds this view: beside its row, where views are written."""
    module = view.row.__module__
    names = [name for name, value in vars(sys.modules[module]).items() if value is view]
    return (module, names[0]) if names and module != "__main__" else None


async def _serve(orders: BinaryIO, answers: BinaryIO) -> None:
    """In the process: read what is asked for until nobody can ask any more."""
    order = orjson.loads(orders.readline())
    module, name = order["place"]
    view: View[Any] = getattr(importlib.import_module(module), name)
    if shape(view) != order["shape"]:
        return  # the program was exchanged while it ran: it builds its own view, not the new one's
    encoded = rows_of(view)
    service: str = order["service"]
    tune_garbage_collection()
    connection = await asyncpg.connect(
        order["dsn"],
        command_timeout=COMMAND_TIMEOUT,
        server_settings={"application_name": f"{service} rebuild"},
    )
    answers.write(b"ready\n")
    answers.flush()
    while line := orders.readline():
        mailbox, after, until = map(int, line.split())
        rows = await between(connection, service, after=after, until=until, topics=view.topics)
        try:
            before = await histories(connection, service, [view], rows)
            made = steps(view, service, order["table"], changes_of(view, service, rows, before))
            for step in made:
                if not step.sql:
                    step.stream, step.rows = encoded(step.rows), []
            size = os.pwrite(mailbox, found := pickle.dumps(made, 5), 0)
        except Exception:  # whatever it is, the other process comes upon it too, and says so
            size = 0
        else:
            size = size if size == len(found) else 0
        answers.write(b"%d\n" % size)
        answers.flush()


def main() -> None:
    """Serve the process that started this one."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a module prints is no answer
    with suppress(BrokenPipeError, ConnectionError):
        asyncio.run(_serve(sys.stdin.buffer, answers))


if __name__ == "__main__":
    main()
