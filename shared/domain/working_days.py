"""Working days in England and Wales, as dated editions.

An edition is one JSON file in `calendars/`, named after itself and never changed once in force: bank holidays
change (8 May 2023 was proclaimed six months before), and a deadline reckoned by what was known then stays
explainable. To add one, run `python -m deploy.generate.calendar_snapshot` or write the file by hand; nothing else names it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from shared.domain.instants import local_date

EDITIONS = Path(__file__).parent / "calendars"
"""The folder of the editions that come with the project."""


_DAY = timedelta(days=1)


_SATURDAY = 5


class CalendarEnds(LookupError):
    """A working day was asked for where the edition has no bank holidays: guessing would give a wrong deadline."""


class BadEdition(ValueError):
    """A calendar file, or a set of them, that cannot be used. The message names the file and what to change."""


class EditionFile(BaseModel):
    """A calendar file as written. Dates are Europe/London days, both ends of a range included."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    edition: str
    division: str
    source: str
    in_force_from: date
    covers_from: date
    covers_to: date
    bank_holidays: dict[date, str]


@dataclass(frozen=True)
class Calendar:
    """One edition of the working days: not Saturday, Sunday or a bank holiday in England and Wales.

    It serves facts that happen from `in_force_from`, and knows every day from `covers_from` to `covers_to`.
    All dates are Europe/London days, both ends included.
    """

    edition: str
    in_force_from: date
    covers_from: date
    covers_to: date
    bank_holidays: frozenset[date]

    def __post_init__(self) -> None:
        if not self.covers_from <= self.in_force_from <= self.covers_to:
            raise BadEdition(
                f"calendar {self.edition}: in_force_from must lie between covers_from and covers_to, "
                "so that it knows the days of the facts it serves"
            )
        if any(not self.covers_from <= day <= self.covers_to for day in self.bank_holidays):
            raise BadEdition(f"calendar {self.edition}: a bank holiday lies outside covers_from to covers_to")

    def is_working_day(self, day: date) -> bool:
        """Whether that day is a working day. Raises CalendarEnds for a day the edition does not know."""
        if not self.covers_from <= day <= self.covers_to:
            raise CalendarEnds(
                f"calendar {self.edition} knows the working days from {self.covers_from} to {self.covers_to} "
                f"and was asked about {day}: add a newer edition with `python -m deploy.generate.calendar_snapshot` "
                "(docs in shared/domain/working_days.py), or correct the date"
            )
        return day.weekday() < _SATURDAY and day not in self.bank_holidays

    def working_day_after(self, day: date, n: int) -> date:
        """The n-th working day after `day`, which is itself day 0, whatever day it is.

        Raises CalendarEnds beyond the edition's days, and ValueError for a negative n.
        """
        if n < 0:
            raise ValueError("working days are counted forward from the trigger day: n is 0 or more")
        while n:
            day += _DAY
            n -= self.is_working_day(day)
        return day

    def working_day_before(self, day: date, n: int) -> date:
        """The n-th working day before `day`, which is itself day 0, whatever day it is.

        Raises CalendarEnds before the edition's days, and ValueError for a negative n.
        """
        if n < 0:
            raise ValueError("working days are counted back from the day itself: n is 0 or more")
        while n:
            day -= _DAY
            n -= self.is_working_day(day)
        return day

    def next_working_day(self, day: date) -> date:
        """The first working day after `day` (never `day` itself). Raises CalendarEnds."""
        return self.working_day_after(day, 1)

    def working_day_on_or_after(self, day: date) -> date:
        """`day` if it is a working day, else the next. Raises CalendarEnds."""
        return day if self.is_working_day(day) else self.next_working_day(day)


class Calendars:
    """The editions a council uses, oldest first."""

    def __init__(self, editions: Iterable[Calendar]) -> None:
        """Raises BadEdition when there is none, or when two share a name or the day they come into force."""
        self.editions = tuple(sorted(editions, key=lambda one: one.in_force_from))
        if not self.editions:
            raise BadEdition("there is no calendar edition: at least one file is needed")
        for what in ("edition", "in_force_from"):
            values = [getattr(one, what) for one in self.editions]
            if len(set(values)) != len(values):
                raise BadEdition(f"two calendar editions have the same {what}: each needs its own")

    def at(self, instant: datetime) -> Calendar:
        """The edition in force when a fact happened (aware, else ValueError).

        A fact older than every edition takes the first edition that covers its day: what came later is not what
        was known, but the oldest is nearest to it. If none covers it, the answer is the oldest edition, and asking
        that for a working day raises CalendarEnds.
        """
        day = local_date(instant)
        in_force = [one for one in self.editions if one.in_force_from <= day]
        if in_force:
            return in_force[-1]
        return next((one for one in self.editions if one.covers_from <= day), self.editions[0])


def load_calendars(folder: Path = EDITIONS) -> Calendars:
    """Reads every `*.json` edition in a folder. Raises BadEdition, which names the file."""
    return Calendars(_load(path) for path in sorted(folder.glob("*.json")))


@cache
def own_calendars() -> Calendars:
    """The editions that come with the project, read once a process."""
    return load_calendars()


def calendar_at(instant: datetime) -> Calendar:
    """The project's edition in force when a fact happened; see `Calendars.at`."""
    return own_calendars().at(instant)


def _load(path: Path) -> Calendar:
    try:
        written = EditionFile.model_validate_json(path.read_bytes(), strict=True)
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise BadEdition(f"calendar file {path.name} cannot be read: {wrong}") from None
    if written.edition != path.stem:
        raise BadEdition(
            f"calendar file {path.name} holds edition {written.edition}: name it after its edition"
        )
    return Calendar(
        edition=written.edition,
        in_force_from=written.in_force_from,
        covers_from=written.covers_from,
        covers_to=written.covers_to,
        bank_holidays=frozenset(written.bank_holidays),
    )
