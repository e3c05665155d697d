"""Structured logs: one JSON object a line, made of fields we chose, so that nothing personal can slip in.

A message is a constant of ours; what varies goes into `extra`, and only the fields listed here are written. Of an
exception only its kind and where it was raised: its text may repeat what a person wrote.
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
"""What a log line may carry beside its message: codes, counts and places, never a key or an id of a person."""


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
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
            line["frames"] = [
                f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}"
                for frame in traceback.extract_tb(record.exc_info[2])[-6:]
            ]
        return orjson.dumps(line, default=str).decode()


def configure(service: str, level: str) -> None:
    """Send every log line of this process to standard error as JSON."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines(service))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in OWN:
        logging.getLogger(name).setLevel(level)
