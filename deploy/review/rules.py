"""The rules of the review of access, as dated data; and which looks they ask about. Pure.

Each rule reads looks and what was known of who looked then, and nothing else: so the same looks give the same findings,
whenever they are gone through again.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from math import ceil
from pathlib import Path
from typing import Annotated, Final, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from deploy.play.errors import CannotGoOn
from deploy.review.looks import Known, Look
from services.chronology.codes import AccessRule
from shared.domain.instants import LONDON
from shared.domain.working_days import Calendars, own_calendars

OWN: Final = Path(__file__).parent / "rules.yaml"
"""The rules that come with the project."""


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    applies_from: date


class OwnSurname(_Row):
    """Who looked has a surname of the child."""


class NoInvolvement(_Row):
    """Nothing says that who looked works with the child; for roles that are named here alone."""

    teams: dict[str, frozenset[str]] = {}
    by_agency: frozenset[str] = frozenset()


class OutOfHours(_Row):
    """At night or on no working day, by a role that keeps office hours. Times are London's."""

    from_: Annotated[time, Field(alias="from")]
    to: time
    roles_that_may: frozenset[str] = frozenset()


class Volume(_Row):
    """More children opened in a day than nearly all days of the role."""

    percentile: Annotated[int, Field(ge=50, le=100)]
    days: Annotated[int, Field(ge=1, le=366)]
    at_least: Annotated[int, Field(ge=1)]


class ClosedRecord(_Row):
    """Nothing had been recorded of the child for so many days."""

    days: Annotated[int, Field(ge=1)]


class Refusals(_Row):
    """So many refused attempts within so many minutes."""

    times: Annotated[int, Field(ge=2)]
    within_minutes: Annotated[int, Field(ge=1)]


_RowT = TypeVar("_RowT", bound=_Row)


class ReviewRules(BaseModel):
    """All rules, each by the rows it has had; a rule that is left out asks nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    edition: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9 .-]*$", max_length=60)]
    own_surname: tuple[OwnSurname, ...] = ()
    no_involvement: tuple[NoInvolvement, ...] = ()
    out_of_hours: tuple[OutOfHours, ...] = ()
    volume: tuple[Volume, ...] = ()
    closed_record: tuple[ClosedRecord, ...] = ()
    refusals: tuple[Refusals, ...] = ()


def read_rules(path: Path = OWN) -> ReviewRules:
    """The rules of a file. Raises CannotGoOn, which names what is wrong in it."""
    try:
        return ReviewRules.model_validate(YAML(typ="safe").load(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise CannotGoOn(f"{path}, {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    except (YAMLError, OSError, UnicodeDecodeError) as error:
        raise CannotGoOn(f"{path} cannot be read as YAML: {type(error).__name__}") from None


@dataclass(frozen=True, slots=True)
class Finding:
    """A look that somebody should account for. `times`: how many looks it counts, of a day or an hour, this one the last."""

    rule: AccessRule
    look: Look
    child: UUID | None = None
    times: int = 1


def findings(
    looks: Sequence[Look],
    known: Callable[[Look], Known],
    rules: ReviewRules,
    *,
    since: date = date.min,
    calendars: Calendars | None = None,
) -> list[Finding]:
    """Which of these looks the rules ask about, in the order of the looks. One rule asks once about a person, a child and
    a day, however often they opened the record.

    Args:
        looks: in any order; those of days before `since` only show what is usual in a role.
        known: how who looked stood to the child that a look opened.
        rules: the rules.
        since: the first day (London) that is reviewed.
        calendars: of the working days; None: the project's own.
    """
    reviewed = [look for look in looks if look.day >= since]
    opened = [look for look in reviewed if look.opened is not None]
    found = [
        *(_of(AccessRule.OWN_SURNAME, opened, rules.own_surname, lambda look, _: known(look).same_surname)),
        *(
            _of(
                AccessRule.NO_INVOLVEMENT,
                opened,
                rules.no_involvement,
                lambda look, row: _not_involved(look, known(look), row),
            )
        ),
        *(
            _of(
                AccessRule.OUT_OF_HOURS,
                opened,
                rules.out_of_hours,
                lambda look, row: _out_of_hours(look, row, calendars or own_calendars()),
            )
        ),
        *(
            _of(
                AccessRule.CLOSED_RECORD,
                opened,
                rules.closed_record,
                lambda look, row: _long_closed(look, known(look), row),
            )
        ),
        *_volume(looks, rules.volume, since),
        *_refusals(reviewed, rules.refusals),
    ]
    return sorted(found, key=lambda one: (one.look.at, one.look.service, one.look.position, one.rule))


def row_on(rows: Iterable[_RowT], day: date) -> _RowT | None:
    """The row of a rule that holds on a day; None: it did not hold yet."""
    held = [row for row in rows if row.applies_from <= day]
    return max(held, key=lambda row: row.applies_from) if held else None


def _of(
    rule: AccessRule,
    opened: Iterable[Look],
    rows: Sequence[_RowT],
    asks: Callable[[Look, _RowT], bool],
) -> Iterator[Finding]:
    """The first look of a day at a child by each person that a rule asks about."""
    first: set[tuple[UUID, UUID | None, date]] = set()
    for look in sorted(opened, key=lambda look: (look.at, look.service, look.position)):
        row = row_on(rows, look.day)
        one = (look.person, look.opened, look.day)
        if row is not None and one not in first and asks(look, row):
            first.add(one)
            yield Finding(rule, look, look.opened)


def _not_involved(look: Look, known: Known, row: NoInvolvement) -> bool:
    if look.role not in row.teams.keys() | row.by_agency:
        return False
    theirs = bool(known.teams & row.teams.get(look.role, frozenset()))
    return not (known.named or theirs or (look.role in row.by_agency and known.agency))


def _out_of_hours(look: Look, row: OutOfHours, calendars: Calendars) -> bool:
    if look.role in row.roles_that_may:
        return False
    at = look.at.astimezone(LONDON).time()
    by_night = at >= row.from_ or at < row.to if row.from_ > row.to else row.from_ <= at < row.to
    calendar = calendars.at(look.at)
    return by_night or not (calendars.beyond(calendar) or calendar).is_working_day(look.day)


def _long_closed(look: Look, known: Known, row: ClosedRecord) -> bool:
    """Of whom nothing was ever recorded there is nothing that could have been closed."""
    return known.recorded is not None and look.at - known.recorded > timedelta(days=row.days)


def _volume(looks: Iterable[Look], rows: Sequence[Volume], since: date) -> Iterator[Finding]:
    """The last look of a day on which somebody opened more children than nearly all other days of the role."""
    children: dict[tuple[str, UUID, date], set[UUID]] = defaultdict(set)
    last: dict[tuple[str, UUID, date], Look] = {}
    for look in looks:
        if look.opened is not None:
            of_the_day = (look.role, look.person, look.day)
            children[of_the_day].add(look.opened)
            last[of_the_day] = max(last.get(of_the_day, look), look, key=lambda one: one.at)
    for of_the_day, seen in children.items():
        role, _, day = of_the_day
        row = row_on(rows, day)
        if row is None or day < since or len(seen) < row.at_least:
            continue
        from_day = day - timedelta(days=row.days)
        others = [
            len(count)
            for other, count in children.items()
            if other != of_the_day and other[0] == role and from_day <= other[2] <= day
        ]
        if len(seen) > _percentile(others, row.percentile):
            yield Finding(AccessRule.VOLUME, last[of_the_day], times=len(seen))


def _percentile(counts: Sequence[int], percentile: int) -> int:
    """By nearest rank: of fewer than a hundred the 99th is the greatest. Of none it is 0.

    >>> _percentile(range(1, 201), 99), _percentile([4, 9], 99), _percentile([], 99)
    (198, 9, 0)
    """
    ordered = sorted(counts)
    return ordered[ceil(len(ordered) * percentile / 100) - 1] if ordered else 0


def _refusals(looks: Iterable[Look], rows: Sequence[Refusals]) -> Iterator[Finding]:
    """The refusal that makes it so many within the time; those after it begin a new count."""
    lately: Mapping[UUID, list[Look]] = defaultdict(list)
    for look in sorted(looks, key=lambda look: (look.at, look.service, look.position)):
        row = row_on(rows, look.day)
        if look.outcome != "refused" or row is None:
            continue
        mine = lately[look.person]
        mine.append(look)
        within = timedelta(minutes=row.within_minutes)
        mine[:] = [one for one in mine if look.at - one.at <= within]
        if len(mine) >= row.times:
            yield Finding(AccessRule.REFUSALS, look, times=len(mine))
            mine.clear()
