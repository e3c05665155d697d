"""Office hours, and the periods out of hours between them: each from a close of office hours to their next opening.

Office hours are 9 to 17 on working days (M19). Out-of-hours social work begins an hour later and ends an hour sooner; the
uncovered hours, 17 to 18 and 8 to 9, go to it too. So a night, a weekend, and Christmas to the next working day are one
period each.
"""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final
from uuid import UUID, uuid5

from shared.domain.instants import local_date, london, utc
from shared.domain.rules import Rulebook
from shared.domain.working_days import Calendar

OPENS: Final = time(9)
CLOSES: Final = time(17)
"""The office hours of a working day, as a clock in London shows them. Neither is ever an hour that a clock change touches."""


_SHIFTS: Final = UUID("6c1a4ad2-52c7-5d0e-9a43-0f6f1d6f6b19")


@dataclass(frozen=True, slots=True)
class Period:
    """One period out of hours: `since` a close of office hours, `until` their next opening. Both in UTC."""

    since: datetime
    until: datetime

    @property
    def shift(self) -> UUID:
        """The id of its shift. It follows from the close alone: what was proclaimed since may move the next opening."""
        return uuid5(_SHIFTS, self.since.isoformat())


def period_at(instant: datetime, rules: Rulebook) -> Period | None:
    """The period out of hours in which an instant (aware) lies, by the calendar in force then; None in office hours.

    Office hours hold their opening and not their close, as a period holds its close and not the opening.

    Raises:
        CalendarEnds: the working days around it are not known.
    """
    return rules.by_calendar(instant, lambda known: _period(utc(instant), known))


def _period(instant: datetime, calendar: Calendar) -> Period | None:
    day = local_date(instant)
    if not calendar.is_working_day(day) or instant < _at(day, OPENS):
        last = calendar.working_day_before(day, 1)
        return Period(_at(last, CLOSES), _at(calendar.working_day_on_or_after(day), OPENS))
    if instant < _at(day, CLOSES):
        return None
    return Period(_at(day, CLOSES), _at(calendar.next_working_day(day), OPENS))


def _at(day: date, hour: time) -> datetime:
    return london(day.year, day.month, day.day, hour.hour, hour.minute)
