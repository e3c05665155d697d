"""Reads the deadline board: a page for people, what fell due for timers, figures for metrics."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import Final, get_args
from uuid import UUID

import asyncpg

from shared.domain.instants import local_date, start_of_day
from shared.domain.rules import ClockState, clock_state
from shared.projections.deadline_board import CLOCK, ENDED, MET, NAME, ORDER, RUNNING, TOO_LATE, UNSAID

_A_DAY: Final = timedelta(days=1)

BoardPosition = tuple[datetime, str, UUID, UUID]
"""Where a clock stands on the board: due instant, rule, stream, starting event. A page goes on after one."""


@dataclass(frozen=True, slots=True)
class DeadlineRow:
    """One clock. All instants are aware, in UTC."""

    stream: UUID
    rule: str
    started_by: UUID
    """The event that started it."""
    category: str
    """The kind of stream it runs on."""
    child: UUID | None
    thing: UUID | None
    """The contact, meeting or plan it belongs to."""
    command: UUID
    """The command that started it."""
    root: UUID
    """The command of the person at its root."""
    edition: str
    """Of rules and calendar, by which it was reckoned."""
    started_at: datetime
    """When it started, which may be long before the fact that started it was written down."""
    first_due_at: datetime
    due_at: datetime
    """By now: the first, the one agreed, or the one a manager named last."""
    acted_at: datetime | None = None
    """When the act that stopped it, late or not, happened."""
    acted_recorded_at: datetime | None = None
    ended_at: datetime | None = None
    """When what it was for ceased."""
    varied: bool = False
    missed_at: datetime | None = None
    """The last due instant that a fact says was missed."""
    said: bool = False
    """Whether a fact says that `due_at` was missed."""

    @property
    def place(self) -> BoardPosition:
        """Where it stands on the board."""
        return (self.due_at, self.rule, self.stream, self.started_by)

    @property
    def running(self) -> bool:
        """Neither acted on nor ended."""
        return self.acted_at is None and self.ended_at is None

    @property
    def recorded_late(self) -> bool:
        """Whether the act was in time, but recorded when the due instant had passed."""
        return (
            self.acted_at is not None
            and self.acted_recorded_at is not None
            and self.acted_at < self.due_at <= self.acted_recorded_at
        )

    def state(self, now: datetime) -> ClockState:
        """How it stands at `now` (aware): exactly one of the five."""
        return clock_state(self.due_at, self.acted_at, self.ended_at, self.varied, now)


_RENAMED: Final = {"started_at": "at", "first_due_at": "stated_due_at"}
_COLUMNS: Final = ", ".join(
    f"{_RENAMED[field.name]} AS {field.name}" if field.name in _RENAMED else field.name
    for field in fields(DeadlineRow)
)


@dataclass(frozen=True, slots=True)
class BoardEntry:
    """A clock, and how it stood at the moment asked for."""

    clock: DeadlineRow
    state: ClockState


async def due_rows(
    pool: asyncpg.Pool,
    service: str,
    until: datetime,
    limit: int,
    *,
    patience: timedelta = timedelta(0),
    elsewhere: Collection[str] = (),
) -> list[DeadlineRow]:
    """The clocks whose due instant, not later than `until` (aware), passed unmet with no fact yet that says so.

    In the order in which they are said missed: due instant, rule, stream. A clock that was stopped too late is among
    them until its miss is recorded. Clocks of the rules `elsewhere`, which a fact of another service may still meet or
    end while its message is on the way, are left for `patience` beyond their due instant.
    """
    rows = await pool.fetch(
        f'SELECT {_COLUMNS} FROM "{service}_views".{NAME} WHERE {UNSAID} AND due_at <= $1 '
        "AND (due_at <= $3 OR NOT rule = ANY($4::text[])) ORDER BY due_at, rule, stream LIMIT $2",
        until,
        limit,
        until - patience,
        sorted(elsewhere),
    )
    return [DeadlineRow(**row) for row in rows]


async def next_due(pool: asyncpg.Pool, service: str) -> datetime | None:
    """The earliest due instant, past or to come, that no act met and no fact says missed; None when there is none."""
    found: datetime | None = await pool.fetchval(
        f'SELECT due_at FROM "{service}_views".{NAME} WHERE {UNSAID} ORDER BY due_at, rule, stream LIMIT 1'
    )
    return found


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which clocks are wanted. What is left out does not choose.

    Attributes:
        states: those that stand so; None: those that still run, a missed one that is not done among them.
        rule: of this rule.
        due_before: due before this instant (aware).
        children: of these children.
    """

    states: frozenset[ClockState] | None = None
    rule: str | None = None
    due_before: datetime | None = None
    children: Sequence[UUID] | None = None


ALL_STATES: Final[frozenset[ClockState]] = frozenset(get_args(ClockState))
RUNNING_ONES: Final = Wanted()
EVERY_ONE: Final = Wanted(ALL_STATES)


async def board(
    pool: asyncpg.Pool,
    service: str,
    *,
    now: datetime,
    wanted: Wanted = RUNNING_ONES,
    cursor: BoardPosition | None = None,
    limit: int = 50,
) -> list[BoardEntry]:
    """A page of the board, by due instant, with how each clock stands at `now` (aware).

    Each part of the board that can hold what is wanted is read through an index of its own, and no further than the page
    goes: what was settled long ago costs nothing.

    Args:
        pool: of the service.
        service: whose board.
        now: the moment that judges.
        wanted: which clocks.
        cursor: the `place` of the last entry of the page before. A page shorter than `limit` is the last.
        limit: most entries.
    """
    sql, arguments = page_statement(service, now=now, wanted=wanted, cursor=cursor, limit=limit)
    rows = await pool.fetch(sql, *arguments) if sql else []
    clocks = [DeadlineRow(**row) for row in rows]
    return [BoardEntry(clock, clock.state(now)) for clock in clocks]


def page_statement(
    service: str,
    *,
    now: datetime,
    wanted: Wanted = RUNNING_ONES,
    cursor: BoardPosition | None = None,
    limit: int = 50,
) -> tuple[str, list[object]]:
    """The statement of `board` and its arguments; empty where nothing can be found."""
    given = _Arguments()
    most = given.add(limit)
    tests = _tests(wanted, given)
    if cursor is not None:
        # Of one rule the index has no need of it in the comparison, and would not be used with it.
        columns = [name for name in ORDER if wanted.rule is None or name != "rule"]
        place = dict(zip(ORDER, cursor, strict=True))
        tests.append(f"({', '.join(columns)}) > ({', '.join(given.add(place[name]) for name in columns)})")
    parts = _parts(wanted.states, now, given)
    order, table = ", ".join(ORDER), f'"{service}_views".{NAME}'
    if wanted.children is not None:
        any_part = f"({' OR '.join(f'({part})' for part in parts)})"
        inner = " AND ".join((CLOCK, "child = whose.child", any_part, *tests))
        page = f"SELECT {_COLUMNS} FROM {table} WHERE {inner} ORDER BY {order} LIMIT {most}"
        whose = f"unnest({given.add(list(wanted.children))}::uuid[]) AS whose (child)"
        arms = [f"SELECT one.* FROM {whose}, LATERAL ({page}) AS one"]
    else:
        arms = [
            f"SELECT {_COLUMNS} FROM {table} WHERE {' AND '.join((part, *tests))} ORDER BY {order} LIMIT {most}"
            for part in parts
        ]
    if not parts:
        return "", []
    together = " UNION ALL ".join(f"({arm})" for arm in arms)
    return f"SELECT * FROM ({together}) AS found ORDER BY {order} LIMIT {most}", given.values


@dataclass(slots=True)
class _Arguments:
    """The arguments of a statement, numbered as they are named in it."""

    values: list[object] = field(default_factory=list)

    def add(self, value: object) -> str:
        """The argument's name."""
        self.values.append(value)
        return f"${len(self.values)}"


def _tests(wanted: Wanted, given: _Arguments) -> list[str]:
    tests = []
    if wanted.rule is not None:
        tests.append(f"rule = {given.add(wanted.rule)}")
    if wanted.due_before is not None:
        tests.append(f"due_at < {given.add(wanted.due_before)}")
    return tests


def _parts(states: frozenset[ClockState] | None, now: datetime, given: _Arguments) -> list[str]:
    """The parts of the board that together hold the clocks in these states at `now`, and nothing else of it."""
    if states is None:
        return [RUNNING]
    parts = []
    if states & _NOT_SETTLED:
        at = f"{given.add(now)}::timestamptz"
        how = {
            "open": f"due_at > {at} AND NOT varied",
            "varied": f"due_at > {at} AND varied",
            "missed": f"due_at <= {at}",
        }
        tests = " OR ".join(f"({test})" for state, test in how.items() if state in states)
        parts.append(f"{RUNNING} AND ({tests})")
    return [*parts, *(part for state, part in _SETTLED.items() if state in states)]


_SETTLED: Final[Mapping[ClockState, str]] = {"met": MET, "missed": TOO_LATE, "ended": ENDED}
_NOT_SETTLED: Final[frozenset[ClockState]] = frozenset({"open", "varied", "missed"})


@dataclass(frozen=True, slots=True)
class RunningCount:
    """How many clocks of a rule still run, and how they stand."""

    rule: str
    open: int
    """Not due yet, at the instant first reckoned or agreed."""
    varied: int
    """Not due yet, at an instant that a manager named."""
    missed: int
    """Due, and not done."""
    due_today: int
    """Of those not due yet, due before the day is over."""
    due_this_week: int
    """Due within seven days, today's among them."""


async def running_counts(
    pool: asyncpg.Pool, service: str, *, now: datetime, children: Sequence[UUID] | None = None
) -> list[RunningCount]:
    """How many clocks still run, by rule: read from the index of those alone, however many are settled.

    Args:
        pool: of the service.
        service: whose board.
        now: the moment that judges (aware).
        children: of these children alone.
    """
    sql, arguments = counts_statement(service, now=now, children=children)
    return [RunningCount(**row) for row in await pool.fetch(sql, *arguments)]


def counts_statement(
    service: str, *, now: datetime, children: Sequence[UUID] | None = None
) -> tuple[str, list[object]]:
    """The statement of `running_counts` and its arguments."""
    today = local_date(now)
    arguments: list[object] = [now, start_of_day(today + _A_DAY), start_of_day(today + 7 * _A_DAY)]
    whose = ""
    if children is not None:
        arguments.append(list(children))
        whose = "AND child = ANY($4::uuid[])"
    return (
        "SELECT rule, count(*) FILTER (WHERE due_at > $1 AND NOT varied) AS open, "
        "count(*) FILTER (WHERE due_at > $1 AND varied) AS varied, "
        "count(*) FILTER (WHERE due_at <= $1) AS missed, "
        # What is due at midnight is due on the day that ends then.
        "count(*) FILTER (WHERE due_at > $1 AND due_at <= $2) AS due_today, "
        "count(*) FILTER (WHERE due_at > $1 AND due_at <= $3) AS due_this_week "
        f'FROM "{service}_views".{NAME} WHERE {RUNNING} {whose} GROUP BY rule ORDER BY rule'
    ), arguments


async def missed_by_rule(pool: asyncpg.Pool, service: str) -> dict[str, int]:
    """How many clocks of each rule facts say were missed, once or more often."""
    rows: Sequence[asyncpg.Record] = await pool.fetch(
        f'SELECT rule, count(DISTINCT (stream, started_by)) AS n FROM "{service}_views".{NAME} '
        "WHERE kind = 'missed' GROUP BY rule"
    )
    return {row["rule"]: row["n"] for row in rows}
