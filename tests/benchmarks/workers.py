"""Measured programs in processes of their own, that wait while another is measured: one JSON line each way a round.

So neither side shares an interpreter with the other, and a library that patches what it imports patches nobody else.
"""

import asyncio
import json
import subprocess
import sys
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

ROOT = Path(__file__).resolve().parents[2]
Round = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]
"""Does one round as it is ordered, and answers what came out."""


class Worker:
    """The process of one measured program, for as long as the `with` lasts."""

    def __init__(self, module: str, **arguments: Any) -> None:
        """Starts `python -m tests.benchmarks.<module>`; it may take a while until it answers its first order."""
        self._module = module
        self._process = subprocess.Popen(
            [sys.executable, "-m", f"tests.benchmarks.{module}", json.dumps(arguments)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def ask(self, **order: Any) -> dict[str, Any]:
        """Have it do a round, and wait for what came out.

        Raises:
            RuntimeError: it ended; it has said why on the screen.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps(order) + "\n")
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
        except BrokenPipeError:
            answer = ""
        if not answer:
            raise RuntimeError(f"{self._module} ended with status {self._process.wait(10)}: see above")
        found: dict[str, Any] = json.loads(answer)
        return found

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.stdin is not None:
            try:
                self._process.stdin.close()  # it ends when nobody can order any more
            except BrokenPipeError:
                pass
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


async def serve(opened: Callable[[dict[str, Any]], AbstractAsyncContextManager[Round]]) -> None:
    """In the process: set up with the arguments of the command line, then do rounds until nobody orders any more."""
    async with opened(json.loads(sys.argv[1])) as one_round:
        while line := await asyncio.to_thread(sys.stdin.readline):
            print(json.dumps(await one_round(json.loads(line))), flush=True)
