"""Rules as dated data, and the deadlines they give.

How a limit is counted stands in `limits.py`, what one row says in `rule_rows.py`. A figure is never edited in place:
its row gets an `applies_to`, and a new row its `applies_from`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import ClassVar, Literal, TypeVar

from pydantic import ConfigDict

from shared.domain.instants import Instant, local_date, start_of_day, utc
from shared.domain.limits import BACKWARDS, WITHOUT_CLOCK, Limit, Unit, Weekday
from shared.domain.rule_rows import BadRules, NoSuchRule, Rule, Stage
from shared.domain.working_days import Calendar, CalendarEnds, Calendars, own_calendars

__all__ = [
    "BadRules",
    "ClockState",
    "Deadline",
    "Limit",
    "NoSuchRule",
    "Rule",
    "Rulebook",
    "Stage",
    "Unit",
    "Weekday",
    "clock_state",
]

_T = TypeVar("_T")

ClockState = Literal["met", "missed", "varied", "ended", "open"]
"""How a clock stands; exactly one at a time."""


@dataclass(frozen=True)
class Deadline:
    """From when to when something is due, by which rule, reckoned by which editions. Kept in the event that starts the
    clock.

    `starts_at` and `due_at` are aware instants in UTC. The clock stands at `starts_at` among the acts and ends that may
    stop it, which may be long before the event was written down; an act at the very instant `due_at` is late. `edition`
    names the rules and the calendar in force when the starting fact happened, such as
    `rules 2026-11; calendar EW-2026-11`. `stage` names the rule's limit by which it was reckoned, where that is not its
    first; `agreed`, where a number was agreed in the place of the rule's own.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    starts_at: Instant
    due_at: Instant
    rule: str
    edition: str
    stage: str | None = None
    agreed: bool | None = None

    def __post_init__(self) -> None:
        # Made by hand it holds what a stored one would: the same instants, in UTC.
        object.__setattr__(self, "starts_at", utc(self.starts_at))
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

    @property
    def own_calendars(self) -> Calendars | None:
        """The editions that were given; None: the project's own."""
        return self._calendars

    @property
    def calendars(self) -> Calendars:
        """The editions of working days by which it reckons."""
        return self._calendars or own_calendars()

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
        self,
        rule_id: str,
        start: datetime,
        *,
        calendar: Calendar | None = None,
        limit: int | None = None,
        stage: str | None = None,
    ) -> Deadline:
        """When a clock that starts at `start` (aware) falls due, by the rules and calendar in force then.

        Where the edition in force does not know a working day it needs, the provisional one that extends it is used, and
        named. `calendar` takes the place of both. `stage` names another limit of the rule. `limit` takes the
        place of the number, in its unit (an agreed time): whether it is allowed is the caller's decision. Raises
        NoSuchRule where no row applies, the rule has no clock or not that stage, CalendarEnds where working days are
        not known, and ValueError for a naive start, a limit that is no number of the unit, or a rule that counts back.
        """
        rule = self.rule_at(rule_id, start)
        counted = rule.limit_of(stage, limit)
        if counted.unit in BACKWARDS:
            raise ValueError(f"rule {rule_id} counts back from {counted.before}: ask for its deadline_before")
        return self._made(
            rule, start, calendar, lambda known: counted.due(start, known), stage, limit is not None
        )

    def deadline_before(
        self,
        rule_id: str,
        day: date,
        start: datetime,
        *,
        calendar: Calendar | None = None,
        stage: str | None = None,
    ) -> Deadline | None:
        """When a clock that starts at `start` and counts back from `day` (a London day) falls due.

        None where that instant is not after `start`: fewer days remain than the rule asks for, so no clock starts,
        and the caller says so. Raises as `deadline` does, and ValueError for a rule that does not count back.
        """
        rule = self.rule_at(rule_id, start)
        counted = rule.limit_of(stage, None)
        deadline = self._made(rule, start, calendar, lambda known: counted.due_before(day, known), stage)
        return deadline if deadline.due_at > utc(start) else None

    def deadline_from_birth(self, rule_id: str, born: date, *, stage: str | None = None) -> Deadline:
        """When a clock that runs from the day a child was born falls due.

        It starts at 00:00 of that day, as nobody records the hour; hours would be reckoned from there. Raises as
        `deadline` does.
        """
        return self.deadline(rule_id, start_of_day(born), stage=stage)

    def latest_variation(self, rule_id: str, now: datetime) -> datetime:
        """The latest due instant that a manager may name at `now` (aware) for a clock of this rule, in UTC.

        By the row in force now, else by the rule's last one: a clock may still run of a rule that starts no more.
        Raises NoSuchRule where there is no such rule.
        """
        try:
            rule = self.rule_at(rule_id, now)
        except NoSuchRule:
            if rule_id not in self._rows:
                raise
            rule = self._rows[rule_id][-1]
        return self._reckoned(now, None, lambda known: rule.vary_within.due(now, known))[0]

    def working_day_began(self, now: datetime) -> datetime:
        """Since when what comes in belongs to the working day of `now` (aware), in UTC: since the last one before it ended.

        So what came in before has had its working day. Of a day that is none, the working day is the next. Raises
        CalendarEnds where working days are not known.
        """
        today = local_date(now)
        return self._reckoned(
            now, None, lambda known: start_of_day(known.working_day_before(today, 1) + timedelta(days=1))
        )[0]

    def _made(
        self,
        rule: Rule,
        start: datetime,
        calendar: Calendar | None,
        due: Callable[[Calendar], datetime],
        stage: str | None = None,
        agreed: bool = False,
    ) -> Deadline:
        """The one place where a deadline is made."""
        due_at, used = self._reckoned(start, calendar, due)
        edition = f"rules {rule.applies_from or self.edition}; calendar {used.edition}"
        return Deadline(start, due_at, rule.id, edition, stage, agreed or None)

    def _reckoned(
        self, start: datetime, calendar: Calendar | None, due: Callable[[Calendar], datetime]
    ) -> tuple[datetime, Calendar]:
        """The due instant, and the edition of the calendar by which it was reckoned."""
        if calendar is not None:
            return due(calendar), calendar
        return self.by_calendar(start, lambda known: (due(known), known))

    def by_calendar(self, at: datetime, ask: Callable[[Calendar], _T]) -> _T:
        """What the calendar says that is in force at an instant (aware); of days that are not published yet, the
        provisional edition that goes on where it ends. Raises CalendarEnds where neither knows them.
        """
        in_force = self.calendars.at(at)
        try:
            return ask(in_force)
        except CalendarEnds:
            # It needs a day that is not published yet: by rule, and a deadline says so.
            provisional = self.calendars.beyond(in_force)
            if provisional is None:
                raise
            return ask(provisional)

    def as_table(self) -> list[dict[str, str]]:
        """Every row in words, in the order given, for the documentation."""
        return [
            {
                "id": rule.id,
                "rule": rule.what,
                "as a task": rule.do,
                "when missed": rule.missed,
                "starts": rule.starts,
                "limit": rule.limit_in_words,
                "met by": rule.met_by,
                "source": rule.source,
                "local": "yes" if rule.local else "no",
                "varied within": "–" if rule.unit in WITHOUT_CLOCK else rule.vary_within.in_words,
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
