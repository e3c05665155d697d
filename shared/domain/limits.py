"""Time limits of rules: how a number of working days, a panel or a first working hour becomes a due instant.

Read by the Europe/London calendar unless said otherwise:

- working days: to the end (24:00) of the n-th working day after the trigger day, which is day 0;
- hours: elapsed, reckoned in UTC, nights, weekends and clock changes included;
- days, weeks, months: to the end of that day; a month keeps the day number, else takes the month's last day;
- same day: to the next 00:00; same working day: on a non-working day the next working day, to its end;
- panel: to the end of the day of the first weekly panel that begins after the fact. A panel whose day is no working
  day is held at its hour on the next working day;
- first working hour: that hour of the first working day on which it is still to come after the fact, to the instant;
- weeks before a day: to the end of the day that lies so many weeks before it;
- clear working days before a day: to 00:00 of the day that lies so many working days before it, so that all of them
  are left.

So every limit but hours, the first working hour and clear working days falls due at 00:00 of the day after its last
day. At the due instant it is already late.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import IntEnum, StrEnum
from typing import Final

from shared.domain.instants import local_date, london, start_of_day, utc
from shared.domain.working_days import Calendar


class Unit(StrEnum):
    """How a limit is counted (see the module). The last two carry no clock."""

    WORKING_DAYS = "working days"
    HOURS = "hours"
    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"
    SAME_DAY = "same day"
    SAME_WORKING_DAY = "same working day"
    PANEL = "panel"
    FIRST_WORKING_HOUR = "first working hour"
    WEEKS_BEFORE = "weeks before"
    CLEAR_WORKING_DAYS_BEFORE = "clear working days before"
    AT_ONCE = "at once"
    NO_CLOCK = "no clock"


class Weekday(IntEnum):
    """The day of a weekly meeting, numbered as `date.weekday` does."""

    MONDAY = 0
    TUESDAY = 1
    WEDNESDAY = 2
    THURSDAY = 3
    FRIDAY = 4
    SATURDAY = 5
    SUNDAY = 6


BACKWARDS: Final = frozenset({Unit.WEEKS_BEFORE, Unit.CLEAR_WORKING_DAYS_BEFORE})
"""Counted back from a day to come, not on from the fact."""


WITHOUT_CLOCK: Final = frozenset({Unit.AT_ONCE, Unit.NO_CLOCK})
"""What is only said, never reckoned."""


ON_BY_NUMBER: Final = frozenset({Unit.WORKING_DAYS, Unit.HOURS, Unit.DAYS, Unit.WEEKS, Unit.MONTHS})
"""Counted on from the fact, by a number."""


_COUNTED: Final = BACKWARDS | ON_BY_NUMBER


_AT_AN_HOUR: Final = frozenset({Unit.PANEL, Unit.FIRST_WORKING_HOUR})


_DAY: Final = timedelta(days=1)


_WEEK: Final = timedelta(weeks=1)


class BadLimit(ValueError):
    """A limit that cannot be counted as written. The message says what it needs."""


@dataclass(frozen=True)
class Limit:
    """Within what: a number of a unit, or a moment that comes round by itself.

    Attributes:
        number: how many of `unit`; None where the unit needs no number.
        unit: how it is counted.
        weekday: of a panel, the day on which it meets.
        at: of a panel, the London hour at which it begins; of a first working hour, that hour.
        before: of a limit that counts back, the day it counts back from, in words, as `the due date`.

    Raises:
        BadLimit: a part is missing, or stands where the unit has no use for it.
    """

    number: int | None
    unit: Unit
    weekday: Weekday | None = None
    at: time | None = None
    before: str | None = None

    def __post_init__(self) -> None:
        if self.unit in _COUNTED and (self.number is None or self.number < 1):
            raise BadLimit(f"a limit in {self.unit} needs a number of 1 or more")
        if self.unit not in _COUNTED and self.number is not None:
            raise BadLimit(f"{self.unit} takes no number, so limit must be None")
        if (self.weekday is not None) != (self.unit is Unit.PANEL):
            raise BadLimit(f"a panel names its weekday, and nothing else does: here the unit is {self.unit}")
        if (self.at is not None) != (self.unit in _AT_AN_HOUR):
            raise BadLimit(
                f"a panel and a first working hour name their hour (at), and nothing else does: here the unit is {self.unit}"
            )
        if (self.before is not None) != (self.unit in BACKWARDS):
            raise BadLimit(
                "a limit that counts back says from which day (before), and nothing else does: "
                f"here the unit is {self.unit}"
            )

    @property
    def in_words(self) -> str:
        """Such as `1 working day`, `panel (Wednesday 14:00)`, `10 weeks before the due date`; `–` without a clock."""
        match self.unit:
            case Unit.NO_CLOCK:
                return "–"
            case Unit.PANEL:
                assert self.weekday is not None
                return f"panel ({self.weekday.name.capitalize()} {self.at:%H:%M})"
            case Unit.FIRST_WORKING_HOUR:
                return f"first working hour ({self.at:%H:%M})"
        if self.number is None:
            return self.unit.value
        counted, back, _ = self.unit.value.partition(" before")
        if self.number == 1:
            counted = counted.removesuffix("s")
        return f"{self.number} {counted}{back}{f' {self.before}' if self.before else ''}"

    def due(self, start: datetime, calendar: Calendar) -> datetime:
        """When a clock that starts at `start` (aware) falls due, in UTC.

        Raises ValueError for a naive start or a unit that is not reckoned from a fact, and CalendarEnds where the
        calendar does not know the working days.
        """
        start = utc(start)
        match self.unit:
            case Unit.HOURS:
                return start + timedelta(hours=self.number or 0)
            case Unit.FIRST_WORKING_HOUR:
                return self._first_working_hour(start, calendar)
        return start_of_day(self._last_day(start, calendar) + _DAY)

    def due_before(self, day: date, calendar: Calendar) -> datetime:
        """When a clock that counts back from `day` (a London day) falls due, in UTC.

        Raises ValueError for a unit that does not count back, and CalendarEnds as `due` does.
        """
        match self.unit:
            case Unit.WEEKS_BEFORE:
                return start_of_day(day - timedelta(weeks=self.number or 0) + _DAY)
            case Unit.CLEAR_WORKING_DAYS_BEFORE:
                return start_of_day(calendar.working_day_before(day, self.number or 0))
        raise ValueError(f"a limit in {self.unit} runs on from a fact: ask when it is due after that")

    def _last_day(self, start: datetime, calendar: Calendar) -> date:
        """The day at whose end it falls due."""
        day, number = local_date(start), self.number or 0
        match self.unit:
            case Unit.SAME_DAY:
                return day
            case Unit.SAME_WORKING_DAY:
                return calendar.working_day_on_or_after(day)
            case Unit.WORKING_DAYS:
                return calendar.working_day_after(day, number)
            case Unit.DAYS:
                return day + timedelta(days=number)
            case Unit.WEEKS:
                return day + timedelta(weeks=number)
            case Unit.MONTHS:
                return months_after(day, number)
            case Unit.PANEL:
                return self._panel_day(start, calendar)
        raise ValueError(f"a limit in {self.unit} is not reckoned from a fact")

    def _panel_day(self, start: datetime, calendar: Calendar) -> date:
        """The day on which the first panel that begins after `start` is held."""
        assert self.weekday is not None
        day = local_date(start)
        # From the panel of the last seven days on: moved over a holiday, it may still be to come.
        appointed = day - timedelta(days=(day.weekday() - self.weekday) % 7)
        while self._at(held := calendar.working_day_on_or_after(appointed)) <= start:
            appointed += _WEEK
        return held

    def _first_working_hour(self, start: datetime, calendar: Calendar) -> datetime:
        day = calendar.working_day_on_or_after(local_date(start))
        while (hour := self._at(day)) <= start:
            day = calendar.next_working_day(day)
        return hour

    def _at(self, day: date) -> datetime:
        """The limit's hour on that day."""
        assert self.at is not None
        return london(day.year, day.month, day.day, self.at.hour, self.at.minute)


def months_after(day: date, number: int) -> date:
    """The day with the same number so many months later, or that month's last day."""
    years, month = divmod(day.month - 1 + number, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
