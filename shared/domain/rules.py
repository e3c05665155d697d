"""Rules as dated data, and the deadlines they give.

How limits are read, all by the Europe/London calendar unless said otherwise:

- working days: to the end (24:00) of the n-th working day after the trigger day, which is day 0;
- hours: elapsed, reckoned in UTC, nights, weekends and clock changes included;
- days, weeks, months: to the end of that day; a month keeps the day number, else takes the month's last day;
- same day: to the next 00:00; same working day: on a non-working day the next working day, to its end.

So every limit but hours falls due at 00:00 of the day after its last day. At the due instant it is already late.
A figure is never edited in place: its row gets an `applies_to`, and a new row its `applies_from`.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import ClassVar, Literal

from pydantic import ConfigDict

from shared.domain.instants import Instant, local_date, start_of_day, utc
from shared.domain.working_days import Calendar, Calendars, own_calendars

ClockState = Literal["met", "missed", "varied", "ended", "open"]
"""How a clock stands; exactly one at a time."""


class Unit(StrEnum):
    """How a rule's limit is counted (see the module). The last two carry no clock."""

    WORKING_DAYS = "working days"
    HOURS = "hours"
    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"
    SAME_DAY = "same day"
    SAME_WORKING_DAY = "same working day"
    AT_ONCE = "at once"
    NO_CLOCK = "no clock"


_COUNTED = frozenset({Unit.WORKING_DAYS, Unit.HOURS, Unit.DAYS, Unit.WEEKS, Unit.MONTHS})


_NO_CLOCK = frozenset({Unit.AT_ONCE, Unit.NO_CLOCK})


class BadRules(ValueError):
    """Rules that cannot be used as written. The message names the rule and what to change."""


class NoSuchRule(LookupError):
    """No row of that rule applies at that time, or it has no clock to run."""


@dataclass(frozen=True)
class Rule:
    """One row of a team's rules: what must happen, from when, within what, and who says so.

    `limit` counts `unit` and is None where the unit needs no number. `local` marks figures that are the council's
    own choice. It applies to facts from `applies_from` to `applies_to` (London days, both included; None is open).
    """

    id: str
    what: str
    starts: str
    limit: int | None
    unit: Unit
    met_by: str
    source: str
    local: bool = False
    applies_from: date | None = None
    applies_to: date | None = None

    def __post_init__(self) -> None:
        if self.unit in _COUNTED and (self.limit is None or self.limit < 1):
            raise BadRules(f"rule {self.id}: a limit in {self.unit} needs a number of 1 or more")
        if self.unit not in _COUNTED and self.limit is not None:
            raise BadRules(f"rule {self.id}: {self.unit} takes no number, so limit must be None")
        if self.applies_from and self.applies_to and self.applies_to < self.applies_from:
            raise BadRules(f"rule {self.id}: applies_to lies before applies_from")

    def applies_on(self, day: date) -> bool:
        """Whether it applies to facts of that London day."""
        return (self.applies_from or date.min) <= day <= (self.applies_to or date.max)

    @property
    def limit_in_words(self) -> str:
        """Such as `1 working day`, `24 hours`, `same day`; `–` where there is no clock."""
        if self.unit is Unit.NO_CLOCK:
            return "–"
        if self.limit is None:
            return self.unit.value
        return f"{self.limit} {self.unit.removesuffix('s') if self.limit == 1 else self.unit.value}"


@dataclass(frozen=True)
class Deadline:
    """When something is due, by which rule, reckoned by which editions. Kept in the event that starts the clock.

    `due_at` is an aware instant in UTC; an act at that very instant is late. `edition` names the rules and the
    calendar in force when the starting fact happened, such as `rules 2026-11; calendar EW-2026-11`.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    due_at: Instant
    rule: str
    edition: str

    def __post_init__(self) -> None:
        # Made by hand it holds what a stored one would: the same instant, in UTC.
        object.__setattr__(self, "due_at", utc(self.due_at))


class Rulebook:
    """The rules one service keeps, with all their dated rows."""

    def __init__(self, rules: tuple[Rule, ...], *, edition: str, calendars: Calendars | None = None) -> None:
        """`edition` names the rows without an `applies_from`, such as `2026-11`; a dated row is named by its date.

        `calendars` are the project's own unless given. Raises BadRules when two rows of a rule apply on one day.
        """
        self.rules = rules
        self.edition = edition
        self._calendars = calendars
        self._rows: dict[str, list[Rule]] = {}
        for rule in sorted(rules, key=lambda one: one.applies_from or date.min):
            self._rows.setdefault(rule.id, []).append(rule)
        for rows in self._rows.values():
            for earlier, later in pairwise(rows):
                if (earlier.applies_to or date.max) >= (later.applies_from or date.min):
                    raise BadRules(
                        f"two rows of rule {later.id} apply on the same day: end the earlier one (applies_to) "
                        "on the day before the later one's applies_from"
                    )

    def rule_at(self, rule_id: str, instant: datetime) -> Rule:
        """The row of a rule that applies to a fact of that instant. Raises NoSuchRule."""
        day = local_date(instant)
        for rule in self._rows.get(rule_id, ()):
            if rule.applies_on(day):
                return rule
        if rule_id not in self._rows:
            raise NoSuchRule(f"there is no rule {rule_id} in these rules: check its id")
        raise NoSuchRule(f"no row of rule {rule_id} applies on {day}: add one that covers that day")

    def deadline(
        self, rule_id: str, start: datetime, *, calendar: Calendar | None = None, limit: int | None = None
    ) -> Deadline:
        """When a clock that starts at `start` (aware) falls due, by the rules and calendar in force then.

        `calendar` takes the place of the edition in force. `limit` takes the place of the rule's number, in its
        unit (an agreed time, a later interval): whether it is allowed is the caller's decision. Raises NoSuchRule
        where no row applies or the rule has no clock, CalendarEnds where working days are not known, and
        ValueError for a naive start or a limit that is no number of the unit.
        """
        rule = self.rule_at(rule_id, start)
        calendar = calendar or (self._calendars or own_calendars()).at(start)
        return Deadline(
            due_at=_due(rule, utc(start), calendar, limit),
            rule=rule.id,
            edition=f"rules {rule.applies_from or self.edition}; calendar {calendar.edition}",
        )

    def as_table(self) -> list[dict[str, str]]:
        """Every row in words, in the order given, for the documentation."""
        return [
            {
                "id": rule.id,
                "rule": rule.what,
                "starts": rule.starts,
                "limit": rule.limit_in_words,
                "met by": rule.met_by,
                "source": rule.source,
                "local": "yes" if rule.local else "no",
                "applies from": str(rule.applies_from or ""),
                "applies to": str(rule.applies_to or ""),
            }
            for rule in self.rules
        ]


def clock_state(
    due_at: datetime,
    acted_at: datetime | None,
    ended_at: datetime | None,
    varied: bool,
    now: datetime,
) -> ClockState:
    """How a clock stands at `now`, by its current due instant. All times aware.

    An act before the due instant meets it, one at or after it does not. What it was for may end before it is due;
    an ending at or after that leaves it missed. `acted_at` and `ended_at` say when it happened, not when it was
    recorded; `varied` says that `due_at` is one a manager named.
    """
    due_at = utc(due_at)
    if acted_at is not None and utc(acted_at) < due_at:
        return "met"
    if ended_at is not None and utc(ended_at) < due_at:
        return "ended"
    # What has happened at or after the due instant shows that it has passed, even if `now` was read earlier.
    if any(utc(at) >= due_at for at in (now, acted_at, ended_at) if at is not None):
        return "missed"
    return "varied" if varied else "open"


def _due(rule: Rule, start: datetime, calendar: Calendar, limit: int | None) -> datetime:
    if limit is not None and (rule.unit not in _COUNTED or limit < 1):
        raise ValueError(
            f"rule {rule.id}: {limit} is no limit in {rule.unit}; give 1 or more of a counted unit"
        )
    if rule.unit in _NO_CLOCK:
        raise NoSuchRule(f"rule {rule.id} has no clock ({rule.unit}): ask for no deadline from it")
    n = limit or rule.limit or 0
    if rule.unit is Unit.HOURS:
        return start + timedelta(hours=n)
    return start_of_day(_last_day(rule.unit, local_date(start), n, calendar) + timedelta(days=1))


def _last_day(unit: Unit, day: date, n: int, calendar: Calendar) -> date:
    match unit:
        case Unit.WORKING_DAYS:
            return calendar.working_day_after(day, n)
        case Unit.SAME_WORKING_DAY:
            return calendar.working_day_on_or_after(day)
        case Unit.WEEKS:
            return day + timedelta(weeks=n)
        case Unit.MONTHS:
            return _months_after(day, n)
        case _:  # days; the same day is none of them
            return day + timedelta(days=n)


def _months_after(day: date, n: int) -> date:
    years, month = divmod(day.month - 1 + n, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
