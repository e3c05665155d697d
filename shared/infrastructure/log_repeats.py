"""Repeated log lines told once a minute: the first at once, and how many more there were.

A library whose broker is away says so thousands of times, and a loop of ours that waits for it every two seconds; among so
many nobody finds the line that matters, and a disk fills. Nothing is lost but repetitions: their number is told, and of
what a library said the kinds of its errors, which are all that may be written of it.
"""

import copy
import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Final

EVERY: Final = 60.0
"""Seconds in which a line is told once, and after which its repetitions are."""

MOST: Final = 1000
"""Most kinds of lines that are kept apart; beyond that those are forgotten of which nothing waits to be told."""


@dataclass(slots=True)
class _Told:
    """A kind of line: when it may be told again, the last of those held back, and how many of which errors."""

    until: float
    last: logging.LogRecord | None = None
    errors: Counter[str] = field(default_factory=Counter)


class Repeats(logging.Handler):
    """Passes on the first line of its kind, and a minute later one for all that came meanwhile.

    Args:
        out: writes what is told.
        kind: what is told together: lines with the same answer.
        error: the kind of error that a line speaks of.
        every: seconds, as EVERY.
        now: a clock that only goes forward, in seconds.
    """

    def __init__(
        self,
        out: logging.Handler,
        kind: Callable[[logging.LogRecord], Hashable],
        error: Callable[[logging.LogRecord], str],
        *,
        every: float = EVERY,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self._out = out
        self._kind = kind
        self._error = error
        self._every = every
        self._now = now
        self._told: dict[Hashable, _Told] = {}
        self._timer: threading.Timer | None = None
        self._turn = threading.RLock()

    def emit(self, record: logging.LogRecord) -> None:
        """Pass it on, or count it."""
        with self._turn:
            self._count_or_tell(record)

    def _count_or_tell(self, record: logging.LogRecord) -> None:
        kind, now = self._kind(record), self._now()
        told = self._told.get(kind)
        if told is not None and now < told.until:
            told.last = record
            told.errors[self._error(record)] += 1
            if self._timer is None:
                self._wait(told.until - now)
            return
        if told is not None:
            self._tell(told)
        elif len(self._told) >= MOST:
            self._told = {each: one for each, one in self._told.items() if one.last is not None}
        self._told[kind] = _Told(now + self._every)
        self._out.handle(record)

    def tell(self) -> None:
        """Say what was held back and is due, and wait for the rest."""
        with self._turn:
            self._timer = None
            now = self._now()
            for told in self._told.values():
                if told.last is not None and now >= told.until:
                    self._tell(told)
                    told.until = now + self._every
            waiting = [told.until for told in self._told.values() if told.last is not None]
            if waiting:
                self._wait(min(waiting) - now)

    def flush(self) -> None:
        """Say all that was held back: the process ends."""
        with self._turn:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            for told in self._told.values():
                self._tell(told)
            self._out.flush()

    def _tell(self, told: _Told) -> None:
        record, told.last = told.last, None
        if record is None:
            return
        again = copy.copy(record)
        again.again = told.errors.total()
        again.errors = dict(told.errors)
        told.errors = Counter()
        self._out.handle(again)

    def _wait(self, seconds: float) -> None:
        self._timer = threading.Timer(max(seconds, 0.01), self.tell)
        self._timer.daemon = True
        self._timer.start()
