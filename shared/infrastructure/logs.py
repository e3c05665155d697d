"""Structured logs: one JSON object a line, made of fields we chose, so that nothing personal can slip in.

A message is a constant of ours: its arguments would be values, and are never written. What varies goes into `extra`, and
only the fields listed here are written. Of an exception only its kind and where it was raised (`error_fields`): its text
may repeat what a person wrote.
"""

import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import Any, Final

import orjson

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
)
"""What a log line may carry beside its message: codes, counts and places, never a key or an id of a person.

`frames` are places in the code, innermost last; a `reason` is a sentence made of codes.
"""


MAX_FRAMES: Final = 8
"""Innermost places of an error that are logged."""


MAX_CAUSES: Final = 4
"""Errors behind an error that are logged."""


OWN: Final = ("shared", "services", "deploy")
"""Loggers whose messages are written as they are; of others only who spoke and how loud."""


class JsonLines(logging.Formatter):
    """Writes a record as one line of JSON."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        """One JSON object."""
        own = record.name.split(".", 1)[0] in OWN
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "service": self._service,
            "logger": record.name,
            "message": record.msg if own else "(message of a library withheld)",
        }
        line |= {name: value for name in FIELDS if (value := getattr(record, name, None)) is not None}
        if record.exc_info and record.exc_info[1] is not None:
            line |= error_fields(record.exc_info[1])
        return orjson.dumps(line, default=str).decode()


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
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in OWN:
        logging.getLogger(name).setLevel(level)
