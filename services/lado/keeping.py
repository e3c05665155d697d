"""How long a record of an allegation is kept (L7): to the adult's normal pension age, or for ten years, whichever is longer."""

from datetime import date
from typing import Final

YEARS: Final = 10
"""From the allegation, at least. Source: Keeping children safe in education, part 4."""

_PENSION_AGES: Final = ((date(1960, 4, 6), 66), (date(1977, 4, 6), 67))
"""Who was born before that day has that age. Source: Pensions Acts 2007 and 2014."""

_LAST: Final = 68


def pension_age(born: date) -> int:
    """The normal (state) pension age of somebody born on that day."""
    return next((age for before, age in _PENSION_AGES if born < before), _LAST)


def kept_until(alleged: date, born: date | None) -> date:
    """The day to which it is kept at least; of an adult whose day of birth nobody said, ten years."""
    ten_years = _years_after(alleged, YEARS)
    return ten_years if born is None else max(ten_years, _years_after(born, pension_age(born)))


def _years_after(day: date, years: int) -> date:
    """The same day so many years later; of 29 February the next day, where there is none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)
