"""Reads the deadline board: a page for people, what fell due for timers, figures for metrics."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import asyncpg

from shared.domain.rules import ClockState, clock_state
from shared.projections.deadline_board import CLOCK, NAME, ORDER, RUNNING, UNSAID

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


async def board(
    pool: asyncpg.Pool,
    service: str,
    *,
    now: datetime,
    children: Sequence[UUID] = (),
    running: bool = False,
    cursor: BoardPosition | None = None,
    limit: int = 50,
) -> list[BoardEntry]:
    """A page of the board, by due instant, with how each clock stands at `now` (aware).

    Args:
        pool: of the service.
        service: whose board.
        now: the moment that judges.
        children: only the clocks of these; of a child, under all ids.
        running: only clocks neither acted on nor ended.
        cursor: the `place` of the last entry of the page before. A page shorter than `limit` is the last.
        limit: most entries.
    """
    tests, arguments = [RUNNING if running else CLOCK], list[object]([limit])
    if children:
        arguments.append(list(children))
        tests.append(f"child = ANY(${len(arguments)}::uuid[])")
    if cursor is not None:
        first = len(arguments) + 1
        arguments += cursor
        tests.append(f"({', '.join(ORDER)}) > (${first}, ${first + 1}, ${first + 2}, ${first + 3})")
    rows = await pool.fetch(
        f'SELECT {_COLUMNS} FROM "{service}_views".{NAME} WHERE {" AND ".join(tests)} '
        f"ORDER BY {', '.join(ORDER)} LIMIT $1",
        *arguments,
    )
    clocks = [DeadlineRow(**row) for row in rows]
    return [BoardEntry(clock, clock.state(now)) for clock in clocks]


async def missed_by_rule(pool: asyncpg.Pool, service: str) -> dict[str, int]:
    """How many clocks of each rule facts say were missed, once or more often."""
    rows: Sequence[asyncpg.Record] = await pool.fetch(
        f'SELECT rule, count(DISTINCT (stream, started_by)) AS n FROM "{service}_views".{NAME} '
        "WHERE kind = 'missed' GROUP BY rule"
    )
    return {row["rule"]: row["n"] for row in rows}
