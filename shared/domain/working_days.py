"""Working days in England and Wales, as dated editions.

An edition is one JSON file in `calendars/`, named after itself and never changed once in force: bank holidays
change (8 May 2023 was proclaimed six months before), and a deadline reckoned by what was known then stays
explainable. To add one, run `python -m deploy.generate.calendar_snapshot` or write the file by hand; nothing else names it.

Bank holidays are published a few years ahead. What lies beyond them is reckoned by rule, as a *provisional* edition of
its own that extends a published one: a deadline that needs such a day names it, so that everybody sees that a
proclamation may still move it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, ValidationError

from shared.domain.instants import local_date

EDITIONS = Path(__file__).parent / "calendars"
"""The folder of the editions that come with the project."""


PROVISIONAL: Final = "-provisional"
"""How the name of an edition ends whose days are reckoned by rule, in its file and in every deadline that needs one."""


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
    provisional: bool = False
    extends: str | None = None
    """Of a provisional file: the edition after whose last day it goes on, with nothing but what is reckoned by rule."""


@dataclass(frozen=True)
class Calendar:
    """One edition of the working days: not Saturday, Sunday or a bank holiday in England and Wales.

    It serves facts that happen from `in_force_from`, and knows every day from `covers_from` to `covers_to`.
    All dates are Europe/London days, both ends included. A provisional one `extends` another edition: it has its days,
    and further ones that are reckoned by rule.
    """

    edition: str
    in_force_from: date
    covers_from: date
    covers_to: date
    bank_holidays: frozenset[date]
    extends: str | None = None

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
    """The editions a council uses, oldest first, and the provisional ones that go on where they end."""

    def __init__(self, editions: Iterable[Calendar]) -> None:
        """Raises BadEdition when there is none, when two share a name or the day they come into force, or when a
        provisional one extends none of them, or one that another extends.
        """
        given = tuple(editions)
        published = [one for one in given if one.extends is None]
        self.editions = tuple(sorted(published, key=lambda one: one.in_force_from))
        if not self.editions:
            raise BadEdition("there is no calendar edition: at least one file is needed")
        _all_different("edition", given)
        _all_different("in_force_from", self.editions)
        provisional = [one for one in given if one.extends is not None]
        _all_different("extends", provisional)
        self._beyond = {one.extends: one for one in provisional}
        for extended in self._beyond.keys() - {one.edition for one in self.editions}:
            raise BadEdition(f"a provisional calendar extends {extended}, and there is no such edition")

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

    def beyond(self, edition: Calendar) -> Calendar | None:
        """The provisional edition that goes on where `edition` ends, with the days of both; None where there is none."""
        return self._beyond.get(edition.edition)

    def days_left(self, today: date) -> dict[str, int]:
        """How many days are still known: as `published`, and with what is `reckoned` by rule; negative once past."""
        newest = self.editions[-1]
        further = self.beyond(newest) or newest
        return {
            "published": (newest.covers_to - today).days,
            "reckoned": (further.covers_to - today).days,
        }


def load_calendars(folder: Path = EDITIONS) -> Calendars:
    """Reads every `*.json` edition in a folder. Raises BadEdition, which names the file."""
    written = [_read(path) for path in sorted(folder.glob("*.json"))]
    published = {one.edition: _calendar(one) for one in written if not one.provisional}
    return Calendars(
        [*published.values(), *(_extended(one, published) for one in written if one.provisional)]
    )


@cache
def own_calendars() -> Calendars:
    """The editions that come with the project, read once a process."""
    return load_calendars()


def calendar_at(instant: datetime) -> Calendar:
    """The project's edition in force when a fact happened; see `Calendars.at`."""
    return own_calendars().at(instant)


def _all_different(what: str, editions: Sequence[Calendar]) -> None:
    values = [getattr(one, what) for one in editions]
    if len(set(values)) != len(values):
        raise BadEdition(f"two calendar editions have the same {what}: each needs its own")


def _read(path: Path) -> EditionFile:
    try:
        written = EditionFile.model_validate_json(path.read_bytes(), strict=True)
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise BadEdition(f"calendar file {path.name} cannot be read: {wrong}") from None
    if written.edition != path.stem:
        raise BadEdition(
            f"calendar file {path.name} holds edition {written.edition}: name it after its edition"
        )
    if written.provisional != written.edition.endswith(PROVISIONAL):
        raise BadEdition(
            f"calendar file {path.name}: a provisional edition, and no other, has a name that ends in {PROVISIONAL}"
        )
    if written.provisional != (written.extends is not None):
        raise BadEdition(
            f"calendar file {path.name}: a provisional edition, and no other, says which edition it extends"
        )
    return written


def _calendar(written: EditionFile) -> Calendar:
    return Calendar(
        edition=written.edition,
        in_force_from=written.in_force_from,
        covers_from=written.covers_from,
        covers_to=written.covers_to,
        bank_holidays=frozenset(written.bank_holidays),
    )


def _extended(written: EditionFile, published: Mapping[str, Calendar]) -> Calendar:
    """A provisional edition with the days of the one it extends before its own."""
    base = published.get(written.extends or "")
    if base is None:
        raise BadEdition(
            f"calendar {written.edition} extends {written.extends}, and there is no such edition"
        )
    if (written.in_force_from, written.covers_from) != (base.in_force_from, base.covers_to + _DAY):
        raise BadEdition(
            f"calendar {written.edition} must come into force with {base.edition} ({base.in_force_from}) "
            f"and begin on the day after its last ({base.covers_to})"
        )
    return Calendar(
        edition=written.edition,
        in_force_from=base.in_force_from,
        covers_from=base.covers_from,
        covers_to=written.covers_to,
        bank_holidays=base.bank_holidays | written.bank_holidays.keys(),
        extends=base.edition,
    )
