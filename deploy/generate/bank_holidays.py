"""The bank holidays of England and Wales by rule alone: what a year has where nothing is proclaimed.

By the Banking and Financial Dealings Act 1971 (Easter Monday, the last Mondays in May and August, Boxing Day), by
proclamation every year (New Year's Day, the first Monday in May), and by common law (Good Friday, Christmas Day). A
holiday on a weekend has the next weekday that is none as its substitute. A day that was moved or given once (8 May
2020, 8 May 2023) nothing here can know: so an edition of these days is provisional.
"""

from calendar import monthrange
from datetime import date, timedelta
from typing import Final

_DAY: Final = timedelta(days=1)


_MONDAY: Final = 0


_SATURDAY: Final = 5


def reckoned(year: int) -> dict[date, str]:
    """The bank holidays of that year by day, in order, named as GOV.UK names them."""
    easter = easter_sunday(year)
    found = {
        _first_monday(year, 5): "Early May bank holiday",
        _last_monday(year, 5): "Spring bank holiday",
        _last_monday(year, 8): "Summer bank holiday",
        easter - 2 * _DAY: "Good Friday",
        easter + _DAY: "Easter Monday",
    }
    # Those on a weekday first: a substitute never falls on a holiday, as when Christmas is a Sunday.
    fixed = {
        date(year, 1, 1): "New Year’s Day",
        date(year, 12, 25): "Christmas Day",
        date(year, 12, 26): "Boxing Day",
    }
    found |= {day: name for day, name in fixed.items() if day.weekday() < _SATURDAY}
    for day, name in fixed.items():
        if day.weekday() >= _SATURDAY:
            substitute = day
            while substitute.weekday() >= _SATURDAY or substitute in found:
                substitute += _DAY
            found[substitute] = f"{name} (Substitute day)"
    return dict(sorted(found.items()))


def easter_sunday(year: int) -> date:
    """Easter Sunday of that year in the Gregorian calendar, by the algorithm of Meeus, Jones and Butcher."""
    golden = year % 19
    century, of_century = divmod(year, 100)
    leap_centuries, century_rest = divmod(century, 4)
    moon_correction = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leap_centuries - moon_correction + 15) % 30
    leap_years, year_rest = divmod(of_century, 4)
    to_sunday = (32 + 2 * century_rest + 2 * leap_years - epact - year_rest) % 7
    late = (golden + 11 * epact + 22 * to_sunday) // 451
    month, day = divmod(epact + to_sunday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def _first_monday(year: int, month: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(_MONDAY - first.weekday()) % 7)


def _last_monday(year: int, month: int) -> date:
    last = date(year, month, monthrange(year, month)[1])
    return last - timedelta(days=(last.weekday() - _MONDAY) % 7)
