"""Moments as a person names them: a day, a time on a London clock, an instant with its offset. Pure.

What is ambiguous is read in one way, and always the same: a day alone is meant to its end; a time that occurs twice, as the
clocks go back, is the first; one that no clock shows is refused. Source: the rules, "How a clock runs".
"""

import re
from datetime import date, datetime, timedelta
from typing import Final

from shared.domain.instants import EARLIEST, NotALocalTime, local_date, local_instant, start_of_day, utc

_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_LOCAL: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?", re.ASCII)
_INSTANT: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+-]\d{2}:\d{2})", re.ASCII)
_LAST: Final = timedelta(microseconds=1)
"""The last instant of a day lies this much before the next: finer is not kept."""


class NotAMoment(ValueError):
    """A text that names no moment that has been. What it says is for whoever wrote it, and does not repeat it."""


def moment(text: str, now: datetime) -> datetime:
    """The instant (UTC) that a person means: `2026-10-25` (to its end, or until now), `2026-10-25T01:30` (London), or with
    seconds and an offset, `2026-10-25T01:30:00+00:00`.

    Raises:
        NotAMoment: it is of no such form, no clock shows it, or it is still to come.
    """
    try:
        if _DAY.fullmatch(text):
            return _end_of(date.fromisoformat(text), now)
        if _LOCAL.fullmatch(text):
            found = local_instant(text)
        elif _INSTANT.fullmatch(text):
            found = utc(datetime.fromisoformat(text))
        else:
            raise NotAMoment(
                "write a day (2026-04-02, meant to its end), a time as a clock in London shows it (2026-04-02T16:40), "
                "or an instant with its offset (2026-04-02T15:40:00Z)"
            )
    except NotALocalTime as error:
        raise NotAMoment(str(error)) from None
    except NotAMoment:
        raise
    except ValueError:
        raise NotAMoment("there is no such date or time of day: check the day, hour and minute") from None
    if found > now:
        raise NotAMoment("this lies in the future, of which nothing is known: give a moment that has been")
    if found < start_of_day(EARLIEST):
        raise NotAMoment(f"this lies before {EARLIEST.year}: correct the year")
    return found


def _end_of(day: date, now: datetime) -> datetime:
    if day > local_date(now):
        raise NotAMoment("this day is still to come: give one that has begun")
    if day < EARLIEST:
        raise NotAMoment(f"this lies before {EARLIEST.year}: correct the year")
    return min(start_of_day(day + timedelta(days=1)) - _LAST, now)
