"""Time: where `now` comes from, Europe/London, and the one form in which an instant is kept (aware, UTC).

Every function here answers in UTC. Two aware datetimes that share a London zone object compare and subtract by
the clock on the wall, which is wrong by an hour across a clock change; in UTC they cannot be.
"""

import re
from datetime import UTC, date, datetime
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from shared.domain.field_errors import wrong

LONDON = ZoneInfo("Europe/London")
"""The zone in which days, working days and case-file times are reckoned. Read from the machine's zone data, or
from the `tzdata` package where the machine has none."""

_LOCAL = re.compile(r"(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2}))?", re.ASCII)


_RFC3339 = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})", re.ASCII)


class NotALocalTime(ValueError):
    """A text or a set of numbers that is no time on a clock in London."""


def utc(instant: datetime) -> datetime:
    """The same instant in UTC. Raises ValueError for a time without an offset: it is no instant."""
    if instant.tzinfo is UTC:
        return instant
    if instant.utcoffset() is None:
        raise ValueError("this time has no offset from UTC: add Z or an offset such as +01:00")
    try:
        return instant.astimezone(UTC)
    except OverflowError:
        raise ValueError("this time is outside the years 1 to 9999 in UTC") from None


def local_date(instant: datetime) -> date:
    """The date on a London calendar at that instant (aware, else ValueError)."""
    return utc(instant).astimezone(LONDON).date()


def london(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    """The instant, in UTC, at which a clock in London shows this.

    A time that occurs twice (clocks go back) is the first. Raises NotALocalTime for one that no clock shows
    (clocks go forward, or no such day).
    """
    try:
        wall = datetime(year, month, day, hour, minute, second, tzinfo=LONDON)
        instant = wall.astimezone(UTC)  # fold=0: the first of two
        shown = instant.astimezone(LONDON)
    except (ValueError, OverflowError):
        raise NotALocalTime("there is no such date or time of day: check the day, hour and minute") from None
    # Within one zone datetimes compare by the wall, which is what is asked here: does London ever show this?
    if shown != wall:
        raise NotALocalTime(
            f"{wall:%Y-%m-%dT%H:%M:%S} does not exist in Europe/London: the clocks go forward over it; "
            "give a time before or after the missing hour"
        )
    return instant


def start_of_day(day: date) -> datetime:
    """00:00 Europe/London of that day, in UTC: also the end (24:00) of the day before."""
    return london(day.year, day.month, day.day)


def local_instant(text: str) -> datetime:
    """The instant, in UTC, of a case file's time: `2026-04-02T16:40`, seconds optional, Europe/London.

    A time that occurs twice is the first. Raises NotALocalTime for any other form and for a time that does not
    exist. The refusal never repeats a text of another form, which may be anything.
    """
    found = _LOCAL.fullmatch(text)
    if found is None:
        raise NotALocalTime(
            "this is not a time such as 2026-04-02T16:40 or 2026-04-02T16:40:30, "
            "as a clock in London shows it and without an offset"
        )
    return london(*(int(part or 0) for part in found.groups()))


def _instant(value: object) -> datetime:
    if not isinstance(value, str):
        if isinstance(value, datetime):
            return utc(value)
        raise wrong(
            "a time is a text such as 2026-04-02T15:40:00Z, not a number or anything else", "not_a_time"
        )
    if _RFC3339.fullmatch(value) is None:
        raise wrong(
            "this is not an RFC 3339 time with its offset from UTC, such as 2026-04-02T15:40:00Z "
            "or 2026-04-02T16:40:00+01:00",
            "not_a_time",
        )
    try:
        instant = datetime.fromisoformat(value)
    except ValueError:
        raise wrong(
            "there is no such date or time of day: check the day, hour and minute", "not_a_time"
        ) from None
    return instant if instant.tzinfo is UTC else utc(instant)


class _InstantRules:
    """`_instant`, but for a JSON text in the form in which an instant is stored: nothing of that is done in Python.

    Whatever else stands in a JSON text, and all that is refused, still comes to `_instant`.
    """

    _STORED: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{6})?Z$"

    def __get_pydantic_core_schema__(
        self, source: type[datetime], handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        any_form = core_schema.no_info_before_validator_function(_instant, handler(source))
        read = core_schema.no_info_plain_validator_function(datetime.fromisoformat)
        stored = core_schema.chain_schema([core_schema.str_schema(pattern=self._STORED), read])
        return core_schema.json_or_python_schema(
            json_schema=core_schema.union_schema([stored, any_form], mode="left_to_right"),
            python_schema=any_form,
            serialization=core_schema.simple_ser_schema("datetime"),
        )

    def __get_pydantic_json_schema__(
        self, _schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return handler(core_schema.datetime_schema())


Instant = Annotated[datetime, _InstantRules()]
"""The type of a field that holds an instant: an RFC 3339 text (or an aware datetime in Python), kept in UTC.

Numbers, texts of digits and times without an offset are refused. Finer than a microsecond is cut off.
"""


EARLIEST: Final = date(1900, 1, 1)
"""The first day that a person may name: nobody of whom the platform speaks was born before it."""


_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def _moment(value: object) -> datetime:
    instant = _instant(value)
    if instant < start_of_day(EARLIEST):
        raise wrong(f"this time lies before {EARLIEST.year}: correct the year", "out_of_range")
    return instant


def _day(value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        day = value
    elif isinstance(value, str) and _DATE.fullmatch(value):
        try:
            day = date.fromisoformat(value)
        except ValueError:
            raise wrong("there is no such date: check the day and month", "not_a_date") from None
    else:
        raise wrong("a date is a text such as 2026-04-02, without a time, and not a number", "not_a_date")
    if day < EARLIEST:
        raise wrong(f"this date lies before {EARLIEST.year}: correct the year", "out_of_range")
    return day


Moment = Annotated[datetime, BeforeValidator(_moment)]
"""The type of an instant that a person names in a command: as an `Instant` is written, and not before 1900."""


Day = Annotated[date, BeforeValidator(_day)]
"""The type of a day that a person names in a command: an RFC 3339 full date as text, not before 1900.

Numbers, times and every other form are refused: read as a date, the number 0 would be 1 January 1970.
"""
