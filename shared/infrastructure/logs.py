"""Structured logs: one JSON object a line, made of fields we chose, so that nothing personal can slip in.

A message is a constant of ours: its arguments would be values, and are never written. What varies goes into `extra`, and
only the fields listed here are written. Of an exception only its kind and where it was raised (`error_fields`): its text
may repeat what a person wrote. Of a library's message nothing is written but who spoke, how loud, and the kind of error it
names. What repeats is told once a minute, with how often (`log_repeats`).
"""

import logging
import sys
import traceback
from collections.abc import Hashable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from shared.infrastructure.log_repeats import Repeats

FIELDS: Final = (
    "service",
    "error",
    "frames",
    "causes",
    "reason",
    "loop",
    "event",
    "source",
    "position",
    "topic",
    "partition",
    "offset",
    "after",
    "view",
    "rule",
    "command",
    "status",
    "method",
    "route",
    "milliseconds",
    "count",
    "port",
    "seconds",
    "again",
)
"""What a log line may carry beside its message: codes, counts and places, never a key or an id of a person.

`frames` are places in the code, innermost last; a `reason` is a sentence made of codes; `again` is how often the line
was repeated and held back since it was told.
"""


MAX_FRAMES: Final = 8
"""Innermost places of an error that are logged."""


MAX_CAUSES: Final = 4
"""Errors behind an error that are logged."""


_VARIES: Final = frozenset({"milliseconds", "seconds", "count"})
"""Fields that measure: a line that differs in them alone is the same again."""


OWN: Final = ("shared", "services", "deploy")
"""Loggers whose messages are written as they are; of others only who spoke and how loud."""


class JsonLines(logging.Formatter):
    """Writes a record as one line of JSON."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        """One JSON object."""
        own = _is_own(record)
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "service": self._service,
            "logger": record.name if own or not hasattr(record, "again") else _library(record),
            "message": record.msg if own else "messages of a library",
        }
        line |= {name: value for name in FIELDS if (value := getattr(record, name, None)) is not None}
        if not own:
            line["errors"] = getattr(record, "errors", None) or {error_named(record): 1}
        if record.exc_info and record.exc_info[1] is not None:
            line |= error_fields(record.exc_info[1])
        return orjson.dumps(line, default=str).decode()


def error_named(record: logging.LogRecord) -> str:
    """The kind of the error that a line speaks of, also where it is only an argument of a message."""
    if record.exc_info and record.exc_info[1] is not None:
        return type(record.exc_info[1]).__name__
    said = record.args.values() if isinstance(record.args, Mapping) else record.args or ()
    for value in said:
        if isinstance(value, BaseException):
            return type(value).__name__
        if isinstance(value, type) and issubclass(value, BaseException):
            return value.__name__
    return str(getattr(record, "error", "none named"))


def _is_own(record: logging.LogRecord) -> bool:
    return record.name.split(".", 1)[0] in OWN


def _library(record: logging.LogRecord) -> str:
    return record.name.split(".", 1)[0]


def kind_of(record: logging.LogRecord) -> Hashable:
    """What is told once a minute: what a library says of each kind of error it raised and all else of it together, and
    each line of ours by itself, with all it carries.
    """
    if not _is_own(record):
        return (_library(record), type(record.exc_info[1]) if record.exc_info else None)
    fields = {name: getattr(record, name, None) for name in FIELDS if name not in _VARIES}
    return (record.name, record.msg, str(fields))


def error_fields(error: BaseException) -> dict[str, Any]:
    """An error as fields of a log line, for `extra`: the kind of it and of its causes, and where each was raised.

    So a failure can be found in the code though not a word of its message is written. An error goes into a line by this
    and not as `exc_info`, which another formatter would write out with its message.
    """
    kinds: list[dict[str, Any]] = []
    cause: BaseException | None = error
    while cause is not None and len(kinds) <= MAX_CAUSES:
        kinds.append({"error": type(cause).__name__, "frames": _frames(cause)})
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    first, *causes = kinds
    return first | ({"causes": causes} if causes else {})


def _frames(error: BaseException) -> list[str]:
    return [
        f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)[-MAX_FRAMES:]
    ]


def configure(service: str, level: str) -> None:
    """Send every log line of this process to standard error as JSON."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines(service))
    root = logging.getLogger()
    root.handlers[:] = [Repeats(handler, kind_of, error_named)]
    root.setLevel(logging.WARNING)
    for name in OWN:
        logging.getLogger(name).setLevel(level)
