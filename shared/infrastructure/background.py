"""Background work of a process: the loop that runs one step for ever, its pauses after failures, and its end.

Every loop of a service (relay, timers, checkpoints, views …) is this one, so that none ends by an error, none hides one,
and none asks a database that is away as fast as it can.
"""

import asyncio
import gc
import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final, NoReturn, Protocol, TypeVar

from shared.infrastructure.logs import error_fields

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Backoff:
    """Exponential backoff: how long to wait between tries that fail.

    Each pause is drawn from the upper half of its length, so that processes that lost the same database do not all come
    back at once.

    Attributes:
        first: seconds, at most, before the second try.
        longest: seconds, at most, between any two tries; each pause before it is twice the last.
        calm: seconds of running after which a failure is a new one: the pauses start small again.
    """

    first: float = 0.1
    longest: float = 2.0
    calm: float = 5.0

    def pauses(self) -> Iterator[float]:
        """The seconds to wait after the first failure, the second, and so on without end."""
        pause = self.first
        while True:
            yield pause * random.uniform(0.5, 1)  # noqa: S311 - spreads tries, hides nothing
            pause = min(pause * 2, self.longest)


BACKOFF: Final = Backoff()
"""What suits a loop that waits for a database or a broker to come back."""


def _unheard(_error: Exception) -> None:
    """Nobody asks what keeps the loop from its work."""


async def run_forever(
    step: Callable[[], Awaitable[object]],
    *,
    name: str,
    away: tuple[type[Exception], ...],
    every: float = 0.0,
    backoff: Backoff = BACKOFF,
    failed: Callable[[Exception], None] = _unheard,
) -> NoReturn:
    """Run a step again and again, until the task is cancelled; a step that fails is logged and tried again after a pause.

    A loop that ended would leave a fact in one agency's drawer, and nobody would know: so no error ends it. A step must
    therefore be safe to repeat after it failed half-way.

    Args:
        step: one round of the work; it may also run for as long as nothing fails.
        name: of the loop, for the log.
        away: errors that say that something the step needs is away for a while: a pause, and a warning. Any other is a
            fault, and is logged as one with its type and its place.
        every: seconds from the end of one step that worked to the beginning of the next.
        backoff: the pauses after failures.
        failed: called with each error, before the pause.
    """
    pauses = backoff.pauses()
    while True:
        began = asyncio.get_running_loop().time()
        try:
            await step()
        except away as error:
            failed(error)
            log.warning("background loop pauses", extra={"loop": name, "error": type(error).__name__})
        except Exception as error:
            failed(error)
            log.error("background loop failed", extra={"loop": name} | error_fields(error))
        else:
            pauses = backoff.pauses()
            await asyncio.sleep(every)
            continue
        if asyncio.get_running_loop().time() - began > backoff.calm:
            pauses = backoff.pauses()
        await asyncio.sleep(next(pauses))


async def end(task: asyncio.Task[Any] | None) -> None:
    """Cancel a task and wait until it has ended; None, or one that ended before, is no error.

    What it failed of is logged and not raised, so that whatever is stopped after it is stopped too. A caller who is
    cancelled while waiting is cancelled: only the task's own cancellation is taken as its end.
    """
    if task is None:
        return
    task.cancel()
    await asyncio.wait([task])
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("background task had failed", extra={"loop": task.get_name()} | error_fields(error))


class Part(Protocol):
    """A part of a process that works in the background between its start and its stop."""

    async def start(self) -> None:
        """Start its work."""

    async def stop(self) -> None:
        """End its work."""


_P = TypeVar("_P", bound=Part)


@asynccontextmanager
async def started(part: _P) -> AsyncIterator[_P]:
    """Start a part, and stop it at the end of the block, for an exit stack: what was started last is stopped first."""
    await part.start()
    try:
        yield part
    finally:
        await part.stop()


def tune_garbage_collection() -> None:
    """Set how often Python looks for garbage, once everything is loaded: seldom, and never through what is loaded.

    Nearly all that a command or a page of events makes ends when nobody refers to it any more, so there is little to
    find; by default it is looked for after every 700 objects, a few events' worth, which took a sixth of the time of
    building a view again.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
