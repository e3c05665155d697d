"""Repeated lines: the first at once, the others counted and told once a minute; what is not the same is told at once."""

import logging
import time
from typing import Any

import orjson
import pytest

from shared.infrastructure.log_repeats import Repeats
from shared.infrastructure.logs import JsonLines, error_named, kind_of


class Kept(logging.Handler):
    """Keeps each line as it would be written."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(JsonLines("mash"))
        self.lines: list[dict[str, Any]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(orjson.loads(self.format(record)))


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def repeats(kept, clock) -> Repeats:
    return Repeats(kept, kind_of, error_named, now=clock)


def record(name: str, message: str, *args: object, exc_info: Any = None, **extra: Any) -> logging.LogRecord:
    return logging.getLogger(name).makeRecord(
        name, logging.WARNING, "x.py", 1, message, args, exc_info, extra=extra
    )


def test_three_hundred_thousand_lines_of_a_library_are_two_with_the_kinds_of_their_errors(
    repeats, kept, clock
):
    for n in range(300_000):
        said = ("Unable connect to %s: %s", "kafka:9092", ConnectionRefusedError("kafka:9092"))
        repeats.handle(record("aiokafka", *(said if n % 3 else ("unknown topic %s", "safeguarding.mash.v1"))))
    assert len(kept.lines) == 1
    clock.now = 60.0
    repeats.tell()
    first, later = kept.lines
    assert first["errors"] == {"none named": 1}
    assert "again" not in first
    assert (later["logger"], later["message"]) == ("aiokafka", "messages of a library")
    assert later["again"] == 299_999
    assert later["errors"] == {"ConnectionRefusedError": 200_000, "none named": 99_999}
    assert "kafka:9092" not in str(kept.lines)
    assert "safeguarding.mash" not in str(kept.lines)
    repeats.flush()
    assert len(kept.lines) == 2


def test_a_minute_later_the_next_is_told_with_what_was_held_back_before_it(repeats, kept, clock):
    for now in (0.0, 1.0, 2.0, 61.0):
        clock.now = now
        repeats.handle(record("aiokafka.client", "x"))
    assert [line.get("again") for line in kept.lines] == [None, 2, None]
    repeats.flush()


def test_lines_of_ours_are_the_same_only_where_all_they_say_is(repeats, kept):
    for loop, error in (("relay:mash", "OSError"), ("relay:mash", "OSError"), ("timers:mash", "OSError")):
        repeats.handle(record("shared.toy", "background loop pauses", loop=loop, error=error))
    repeats.handle(record("shared.toy", "background loop pauses", loop="relay:mash", error="TimeoutError"))
    assert [(line["loop"], line["error"]) for line in kept.lines] == [
        ("relay:mash", "OSError"),
        ("timers:mash", "OSError"),
        ("relay:mash", "TimeoutError"),
    ]
    repeats.flush()
    assert [(line["loop"], line.get("again")) for line in kept.lines[3:]] == [("relay:mash", 1)]


def test_an_error_that_a_library_raised_is_told_beside_its_other_messages_with_its_place(repeats, kept):
    repeats.handle(record("aiokafka.consumer", "unknown topic"))
    try:
        raise KeyError("Ava Test of 5 Elm Row")
    except KeyError as error:
        repeats.handle(
            record("aiokafka.consumer", "Unexpected error", exc_info=(KeyError, error, error.__traceback__))
        )
    assert len(kept.lines) == 2
    assert (kept.lines[1]["error"], kept.lines[1]["errors"]) == ("KeyError", {"KeyError": 1})
    assert kept.lines[1]["frames"]
    assert "Elm Row" not in str(kept.lines)


def test_what_is_held_back_is_told_though_nothing_comes_any_more(kept):
    repeats = Repeats(kept, kind_of, error_named, every=0.05)
    for _ in range(3):
        repeats.handle(record("uvicorn.error", "x"))
    until = time.monotonic() + 5
    while len(kept.lines) < 2 and time.monotonic() < until:
        time.sleep(0.01)
    assert [line.get("again") for line in kept.lines] == [None, 2]
    repeats.flush()


def test_at_the_end_of_the_process_nothing_is_left_untold(repeats, kept):
    for _ in range(3):
        repeats.handle(record("asyncpg", "x"))
    repeats.flush()
    assert [line.get("again") for line in kept.lines] == [None, 2]
