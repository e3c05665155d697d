"""Encodes new rows of a view in PostgreSQL's binary COPY format, in a process that has no connection to send them on.

The driver makes the same bytes while it sends them. This is for a process that reads the log for another, which alone
has the table: see `rebuild_worker`.
"""

import struct
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import chain, repeat
from types import NoneType
from typing import Any, Final

from shared.domain.view import View

Encode = Callable[[Sequence[Any]], list[bytes]]
"""All values of a column, each with its length before it."""


_BEGIN: Final = b"PGCOPY\n\xff\r\n\0" + bytes(8)  # no flags, no header extension


_END: Final = b"\xff\xff"


_NULL: Final = b"\xff\xff\xff\xff"


_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)


_ENDS_OF_TIME: Final = frozenset(
    {252_455_615_999_999_999, -63_082_281_600_000_000}
)  # microseconds since 2000


_DAY: Final = _EPOCH.toordinal()


_END_DATES: Final = frozenset({date.min, date.max})


_columns: Final = struct.Struct("!h").pack


_int: Final = struct.Struct("!i").pack


_eight: Final = struct.Struct("!iq").pack


class NotHere(TypeError):
    """A value, or a column, that is left to the driver."""


def rows_of(view: View[Any]) -> Callable[[Sequence[Sequence[Any]]], bytes]:
    """What turns rows of all columns of the view, in their order, into a whole COPY stream.

    Its errors are for the caller to see as: let the driver do it, which says what is wrong, if anything is.

    Raises:
        NotHere: the view has a column of a list.
    """
    kinds = [column.sql for column in view.columns.values()]
    if not _ENCODERS.keys() >= set(kinds):
        raise NotHere(f"view {view.name} has a column of a list")
    encoders = [_ENCODERS[kind] for kind in kinds]
    head = _columns(len(encoders))

    def stream(rows: Sequence[Sequence[Any]]) -> bytes:
        columns = zip(*rows, strict=True)  # a column at a time is twice as fast as a value at a time
        encoded = [encode(column) for encode, column in zip(encoders, columns, strict=True)]
        return _BEGIN + b"".join(chain.from_iterable(zip(repeat(head), *encoded))) + _END

    return stream


def _uuids(values: Sequence[Any]) -> list[bytes]:
    return [_NULL if value is None else b"\0\0\0\x10" + value.int.to_bytes(16) for value in values]


def _texts(values: Sequence[Any]) -> list[bytes]:
    known = {value: _text(value) for value in set(values)}  # most texts of a row are codes
    return [known[value] for value in values]


def _text(value: str | None) -> bytes:
    if value is None:
        return _NULL
    written = str.encode(value)
    return _int(len(written)) + written


def _instants(values: Sequence[Any]) -> list[bytes]:
    return [_NULL if value is None else _eight(8, _microseconds(value - _EPOCH)) for value in values]


def _microseconds(since: timedelta) -> int:
    number = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
    if number in _ENDS_OF_TIME:
        raise NotHere("the driver writes the ends of time as infinity")
    return number


def _dates(values: Sequence[Any]) -> list[bytes]:
    known = {value: _date(value) for value in set(values)}
    return [known[value] for value in values]


def _date(value: date | None) -> bytes:
    if value in _END_DATES:
        raise NotHere("the driver writes the ends of time as infinity")
    return _NULL if value is None else b"\0\0\0\x04" + _int(value.toordinal() - _DAY)


def _blobs(values: Sequence[Any]) -> list[bytes]:
    return [_NULL if value is None else _int(len(value)) + value for value in values]


def _booleans(values: Sequence[Any]) -> list[bytes]:
    if not {*map(type, values)} <= {bool, NoneType}:
        raise NotHere("not a boolean")
    return [_BOOLEANS[value] for value in values]


def _numbers(values: Sequence[Any]) -> list[bytes]:
    return [_NULL if value is None else _eight(8, value) for value in values]


_BOOLEANS: Final = {None: _NULL, True: b"\0\0\0\x01\x01", False: b"\0\0\0\x01\0"}


_ENCODERS: Final[dict[str, Encode]] = {
    "uuid": _uuids,
    "boolean": _booleans,
    "bigint": _numbers,
    "text": _texts,
    "bytea": _blobs,
    "timestamptz": _instants,
    "date": _dates,
}
