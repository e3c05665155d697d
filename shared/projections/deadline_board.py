"""The deadlines a service keeps: one row a clock, with the facts that judge it and never the judgement.

The rows say what `shared.domain.deadlines.Clocks` folds from one stream, for all streams at once. How a clock stands is derived
when it is read, because it changes when an instant passes and nothing happens.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, get_args
from uuid import UUID

import asyncpg

from shared.domain.deadlines import DeadlineMissed, DeadlineVaried
from shared.domain.decider import Stream
from shared.domain.event import Event, Record
from shared.domain.rules import ClockState, Deadline, clock_state
from shared.domain.view import After, Change, Index, Insert, Update, View

NAME: Final = "deadlines"


_ORDER: Final = ("due_at", "rule", "stream", "started_by")


_RUNNING: Final = "acted_at IS NULL AND ended_at IS NULL"


# As Clock.missed_by: no act or end before the due instant, and no fact yet that says so of this due instant.
_UNSAID: Final = "missed_at IS DISTINCT FROM due_at AND (coalesce(acted_at, ended_at) < due_at) IS NOT TRUE"


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
    edition: str
    """Of rules and calendar, by which it was reckoned."""
    started_at: datetime
    """When the fact that started it happened."""
    first_due_at: datetime
    due_at: datetime
    """By now: the first, or the one a manager named last."""
    acted_at: datetime | None = None
    """When the act that met it, late or not, happened: of several, the one that happened first."""
    acted_recorded_at: datetime | None = None
    ended_at: datetime | None = None
    """When what it was for ceased."""
    varied: bool = False
    missed_at: datetime | None = None
    """The due instant that a fact says was missed."""

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
        """How it stands at `now` (aware)."""
        return clock_state(self.due_at, self.acted_at, self.ended_at, self.varied, now)


@dataclass(frozen=True, slots=True)
class BoardEntry:
    """A clock, and how it stood at the moment asked for."""

    clock: DeadlineRow
    state: ClockState


def deadline_board(streams: Sequence[Stream]) -> View[DeadlineRow]:
    """The view `deadlines` of a service with these streams.

    Raises:
        ValueError: an event that touches clocks belongs to two kinds of stream: its clocks' kind would be a guess.
    """
    categories: dict[type[Event], str] = {}
    for stream in streams:
        for event in filter(_touches_clocks, stream.event_types()):
            if categories.setdefault(event, stream.name) != stream.name:
                raise ValueError(
                    f"{event.NAME} is an event of both {categories[event]} and {stream.name}; name two events"
                )
    view = View(
        NAME,
        row=DeadlineRow,
        key=("stream", "rule", "started_by"),
        indexes=(
            _ORDER,
            ("child", *_ORDER),
            Index(_ORDER, where=_RUNNING),
            Index(("due_at", "rule", "stream"), where=_UNSAID),
        ),
        edition=2,
    )

    @view.on(DeadlineMissed)
    def missed(event: DeadlineMissed, record: Record) -> Change:
        return Update(_clock(record, event), missed_at=event.due_at)

    @view.on(DeadlineVaried)
    def varied(event: DeadlineVaried, record: Record) -> Change:
        return Update(_clock(record, event), due_at=event.due_at, varied=True)

    if categories:

        @view.on(*categories)
        def touched(event: Event, record: Record) -> Iterator[Change]:
            yield from _stopped(event, record)
            yield from _started(event, record, categories[type(event)])

    return view


def _clock(record: Record, event: DeadlineMissed | DeadlineVaried) -> dict[str, Any]:
    return {"stream": record.stream, "rule": event.rule, "started_by": event.started_by}


def _stopped(event: Event, record: Record) -> Iterator[Change]:
    """Met before ended: of an event that does both to a rule, the act counts. As Clock.met_by: also of a clock whose
    act known so far happened later.
    """
    at = record.happened_at
    running = {"acted_at": None, "ended_at": None}
    for rule in event.clocks_met():
        for stands in (running, {"acted_at": After(at), "ended_at": None}):
            match = {"stream": record.stream, "rule": rule, **stands}
            yield Update(match, acted_at=at, acted_recorded_at=record.recorded_at)
    for rule in event.clocks_ended():
        yield Update({"stream": record.stream, "rule": rule, **running}, ended_at=at)


def _started(event: Event, record: Record, category: str) -> Iterator[Change]:
    """After the stopped ones: a repeating clock restarts from the act that meets it."""
    for deadline in event.deadlines():
        yield Insert(
            stream=record.stream,
            rule=deadline.rule,
            started_by=record.envelope.event_id,
            category=category,
            child=event.child,
            thing=record.envelope.thing_id,
            command=record.envelope.command_id,
            edition=deadline.edition,
            started_at=record.happened_at,
            first_due_at=deadline.due_at,
            due_at=deadline.due_at,
        )


def _touches_clocks(event: type[Event]) -> bool:
    """Whether events of this class may start, meet or end a clock. Rather too many than one too few."""
    says_itself = any(
        getattr(event, name) is not getattr(Event, name)
        for name in ("clocks_met", "clocks_ended", "deadlines")
    )
    return bool(
        says_itself
        or event.MEETS
        or event.ENDS
        or any(_holds_deadline(field.annotation) for field in event.model_fields.values())
    )


def _holds_deadline(annotation: object) -> bool:
    return annotation is Deadline or any(_holds_deadline(part) for part in get_args(annotation))


async def due_rows(pool: asyncpg.Pool, service: str, until: datetime, limit: int) -> list[DeadlineRow]:
    """The clocks whose due instant, not later than `until` (aware), passed unmet with no fact yet that says so.

    In the order in which they are said missed: due instant, rule, stream. A clock that was acted on or ended too late
    is among them until its miss is recorded.
    """
    rows = await pool.fetch(
        f'SELECT * FROM "{service}_views".{NAME} WHERE {_UNSAID} AND due_at <= $1 '
        "ORDER BY due_at, rule, stream LIMIT $2",
        until,
        limit,
    )
    return [DeadlineRow(**row) for row in rows]


async def next_due(pool: asyncpg.Pool, service: str) -> datetime | None:
    """The earliest due instant, past or to come, that no act met and no fact says missed; None when there is none."""
    found: datetime | None = await pool.fetchval(
        f'SELECT due_at FROM "{service}_views".{NAME} WHERE {_UNSAID} ORDER BY due_at, rule, stream LIMIT 1'
    )
    return found


async def board(
    pool: asyncpg.Pool,
    service: str,
    *,
    now: datetime,
    child: UUID | None = None,
    running: bool = False,
    cursor: BoardPosition | None = None,
    limit: int = 50,
) -> list[BoardEntry]:
    """A page of the board, by due instant, with how each clock stands at `now` (aware).

    Args:
        pool: of the service.
        service: whose board.
        now: the moment that judges.
        child: only this child's clocks.
        running: only clocks neither acted on nor ended.
        cursor: the `place` of the last entry of the page before. A page shorter than `limit` is the last.
        limit: most entries.
    """
    tests, arguments = [_RUNNING] if running else [], list[object]([limit])
    if child is not None:
        arguments.append(child)
        tests.append(f"child = ${len(arguments)}")
    if cursor is not None:
        first = len(arguments) + 1
        arguments += cursor
        tests.append(f"({', '.join(_ORDER)}) > (${first}, ${first + 1}, ${first + 2}, ${first + 3})")
    rows = await pool.fetch(
        f'SELECT * FROM "{service}_views".{NAME} {"WHERE " if tests else ""}{" AND ".join(tests)} '
        f"ORDER BY {', '.join(_ORDER)} LIMIT $1",
        *arguments,
    )
    clocks = [DeadlineRow(**row) for row in rows]
    return [BoardEntry(clock, clock.state(now)) for clock in clocks]


async def missed_by_rule(pool: asyncpg.Pool, service: str) -> dict[str, int]:
    """How many clocks of each rule a fact says were missed."""
    rows = await pool.fetch(
        f'SELECT rule, count(*) AS n FROM "{service}_views".{NAME} WHERE missed_at IS NOT NULL GROUP BY rule'
    )
    return {row["rule"]: row["n"] for row in rows}
