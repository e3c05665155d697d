"""The deadline board: the clocks of all streams of a service at once, as one table.

A row a mark: what an event says to a rule on a stream, written by pure changes. The columns that judge the clocks (due,
acted, ended, varied, said, dormant) follow from the marks of one stream and rule together; one statement sets them for
the streams that a page touched, in its transaction. So pages and timers read a clock without joining anything, through
indexes of the clocks alone, and a rebuild copies the marks and judges once. What the statement says is what
`shared.domain.deadlines` folds: a test compares the two after every page.

How a clock stands *now* is derived when it is read, because it changes when an instant passes and nothing happens.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from shared.domain.clock_facts import ActNoted, ClockEnded, ClockStarted, DeadlineMissed, DeadlineVaried
from shared.domain.corrections import RecordCorrected
from shared.domain.decider import Stream
from shared.domain.event import Event, Record
from shared.domain.marks import Mark, MarkKind
from shared.domain.view import Change, Delete, Derivation, Index, Insert, Update, Upsert, View

NAME: Final = "deadlines"
ORDER: Final = ("due_at", "rule", "stream", "started_by")
CLOCK: Final = "kind = 'start' AND NOT dormant"
RUNNING: Final = f"{CLOCK} AND acted_at IS NULL AND ended_at IS NULL"
"""Neither acted on nor ended: open, varied, or missed and still not done."""
MET: Final = f"{CLOCK} AND acted_at < due_at"
ENDED: Final = f"{CLOCK} AND (acted_at < due_at) IS NOT TRUE AND ended_at < due_at"
TOO_LATE: Final = (
    f"{CLOCK} AND (acted_at < due_at) IS NOT TRUE AND (ended_at < due_at) IS NOT TRUE "
    "AND (acted_at IS NOT NULL OR ended_at IS NOT NULL)"
)
"""Missed, and acted on or ended since: the four are all clocks there are, and each clock is in one of them."""
UNSAID: Final = f"{CLOCK} AND NOT said AND (coalesce(acted_at, ended_at) < due_at) IS NOT TRUE"
"""No act or end before the due instant, and no fact yet that says so of this due instant."""

_BY_RULE: Final = ("rule", "due_at", "stream", "started_by")

RowKind = Literal["start", "act", "end", "set", "varied", "missed"]
_NOTED: Final = (ActNoted, ClockStarted, ClockEnded)


@dataclass(frozen=True, slots=True)
class MarkRow:
    """A mark, or what was said of a clock. All instants are aware, in UTC."""

    stream: UUID
    version: int
    """Of the event that says it, on its stream; a correction keeps it."""
    rule: str
    kind: RowKind
    rank: int
    """Its place among the marks of one event at one instant."""
    at: datetime
    """Of a start its `starts_at`; of anything else when the event happened."""
    started_by: UUID
    """The event that starts the clock; of a mark that starts none, the event that says it."""
    category: str
    """The kind of stream it runs on."""
    child: UUID | None
    thing: UUID | None
    """The contact, meeting or plan it belongs to."""
    command: UUID
    """The command that recorded it."""
    root: UUID
    """The command of the person at its root, whichever policies and services lay between."""
    recorded_at: datetime
    stated_due_at: datetime | None = None
    """The due instant that it says: of a start, a set limit, a variation, a miss."""
    edition: str | None = None
    """Of rules and calendar, by which a start was reckoned."""
    continues: bool = False
    withdrawn: bool = False
    due_at: datetime | None = None
    """Derived, of a start, as all that follow: by now."""
    acted_at: datetime | None = None
    """When the act that stops it, late or not, happened."""
    acted_recorded_at: datetime | None = None
    ended_at: datetime | None = None
    """When what it was for ceased."""
    varied: bool = False
    """Whether `due_at` is one that a manager named."""
    missed_at: datetime | None = None
    """The last due instant that a fact says was missed."""
    said: bool = False
    """Whether a fact says that `due_at` was missed."""
    dormant: bool = False
    """Whether it goes on with a chain that does not stand, and so is no clock."""


def deadline_board(streams: Sequence[Stream]) -> View[MarkRow]:
    """The view `deadlines` of a service with these streams.

    Raises:
        ValueError: an event that touches clocks belongs to two kinds of stream, or a rule's clocks run on two.
    """
    categories = _categories(streams)
    by_rule = {rule: stream.name for stream in streams for rule in stream.clocks}
    view = View(
        NAME,
        row=MarkRow,
        key=("stream", "version", "rule", "kind"),
        indexes=(
            Index(("child", *ORDER), where=CLOCK),
            *(Index(ORDER, where=part) for part in (RUNNING, MET, TOO_LATE, ENDED)),
            Index(_BY_RULE, where=RUNNING, include=("varied",)),
            *(Index(_BY_RULE, where=part) for part in (MET, TOO_LATE, ENDED)),
            Index(("due_at", "rule", "stream"), where=UNSAID),
            Index(("rule",), where="kind = 'missed'"),
        ),
        derived=Derivation(lane="stream", statement=_derive),
        edition=4,
    )

    @view.on(DeadlineMissed, DeadlineVaried)
    def said_of(event: DeadlineMissed | DeadlineVaried, record: Record) -> Change:
        return _said_of(event, record, by_rule.get(event.rule, ""))

    @view.on(*_NOTED)
    def noted(event: Event, record: Record) -> Iterator[Change]:
        yield from (_insert(mark, record, by_rule.get(mark.rule, "")) for mark in event.marks())

    @view.on(RecordCorrected)
    def corrected(event: RecordCorrected, record: Record) -> Iterator[Change]:
        right = event.right()
        category = categories.get(type(right), "") if right is not None else ""
        yield from _restated(event, right, record, lambda rule: category or by_rule.get(rule, ""))

    if categories:

        @view.on(*categories)
        def touched(event: Event, record: Record) -> Iterator[Change]:
            yield from (_insert(mark, record, categories[type(event)]) for mark in event.marks())

    return view


def _categories(streams: Sequence[Stream]) -> dict[type[Event], str]:
    """The kind of stream of each event that says something to clocks. One kind each, or its clocks' kind were a guess."""
    found: dict[type[Event], str] = {}
    for stream in streams:
        for event in stream.event_types():
            if event.touches_clocks() and found.setdefault(event, stream.name) != stream.name:
                raise ValueError(
                    f"{event.NAME} is an event of both {found[event]} and {stream.name}; name two events"
                )
    keeps: dict[str, str] = {}
    for stream in streams:
        for rule in stream.clocks:
            if keeps.setdefault(rule, stream.name) != stream.name:
                raise ValueError(
                    f"clocks of {rule} run on both {keeps[rule]} and {stream.name}; let one kind of stream keep them"
                )
    return found


def _insert(mark: Mark, record: Record, category: str) -> Insert:
    return Insert(
        recorded_at=record.recorded_at,
        command=record.envelope.command_id,
        root=record.envelope.root_id,
        **_columns(
            mark, record, record.version, record.envelope.event_id, category, record.envelope.thing_id
        ),
    )


def _columns(
    mark: Mark, record: Record, version: int, by: UUID, category: str, thing: UUID | None
) -> dict[str, Any]:
    deadline = mark.deadline
    return {
        "stream": record.stream,
        "version": version,
        "rule": mark.rule,
        "kind": mark.kind.value,
        "rank": mark.rank,
        "at": mark.at,
        "started_by": by,
        "category": category,
        "child": record.event.child,
        "thing": thing,
        "stated_due_at": None if deadline is None else deadline.due_at,
        "edition": None if deadline is None else deadline.edition,
        "continues": mark.continues,
        "withdrawn": False,
    }


def _said_of(event: DeadlineMissed | DeadlineVaried, record: Record, category: str) -> Insert:
    return Insert(
        stream=record.stream,
        version=record.version,
        rule=event.rule,
        kind="missed" if isinstance(event, DeadlineMissed) else "varied",
        rank=0,
        at=record.happened_at,
        started_by=event.started_by,
        category=category,
        child=event.child,
        thing=record.envelope.thing_id,
        command=record.envelope.command_id,
        root=record.envelope.root_id,
        recorded_at=record.recorded_at,
        stated_due_at=event.due_at,
    )


def _restated(
    event: RecordCorrected, right: Event | None, record: Record, category: Callable[[str], str]
) -> Iterator[Change]:
    """What the corrected event says now, in its place. What it started and starts no longer is withdrawn."""
    old = event.corrects
    place = {"stream": record.stream, "version": old.version}
    for kind in ("act", "end", "set", "varied"):
        yield Delete(**place, kind=kind)
    yield Update({**place, "kind": "start"}, withdrawn=True)
    if isinstance(right, DeadlineVaried):
        yield Insert(
            **place,
            rule=right.rule,
            kind="varied",
            rank=0,
            at=right.happened_at or old.recorded_at,
            started_by=right.started_by,
            category=category(right.rule),
            child=right.child,
            thing=old.thing,
            command=old.command,
            root=old.root,
            recorded_at=old.recorded_at,
            stated_due_at=right.due_at,
        )
        return
    for mark in () if right is None else right.marks():
        columns = _columns(mark, record, old.version, old.event, category(mark.rule), old.thing)
        more = {"command": old.command, "root": old.root, "recorded_at": old.recorded_at}
        yield Upsert(**columns, **more) if mark.kind is MarkKind.START else Insert(**columns, **more)


def _derive(table: str, *, some: bool) -> str:
    """The statement that judges the clocks: of the streams in $1, or of the whole table.

    Marks in their order get a number; a clock's stop is the next act or end after it; the chain it goes on with stands
    where the last end, or start by itself, before it is a start; the limit agreed is the last one set while it ran.
    """
    ours = "AND stream = ANY($1::uuid[])" if some else ""
    lane = "PARTITION BY stream, rule ORDER BY n"
    before = "ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING"
    return f"""
WITH ordered AS (
    SELECT stream, rule, version, kind, at, recorded_at, started_by, stated_due_at, continues, withdrawn,
           row_number() OVER (PARTITION BY stream, rule ORDER BY at, version, rank) AS n
      FROM {table} WHERE kind IN ('start', 'act', 'end', 'set') {ours}
), placed AS (
    SELECT *,
           min(n) FILTER (WHERE kind IN ('act', 'end')) OVER ({lane} DESC {before}) AS stop,
           max(n) FILTER (WHERE kind = 'end' OR kind = 'start' AND NOT continues AND NOT withdrawn)
               OVER ({lane} {before}) AS chain,
           max(n) FILTER (WHERE kind = 'set') OVER ({lane} {before}) AS set_before,
           max(n) FILTER (WHERE kind = 'set') OVER (PARTITION BY stream, rule) AS set_last
      FROM ordered
), varied AS (
    SELECT DISTINCT ON (stream, rule, started_by) stream, rule, started_by, stated_due_at
      FROM {table} WHERE kind = 'varied' {ours} ORDER BY stream, rule, started_by, version DESC
), missed AS (
    SELECT stream, rule, started_by, max(stated_due_at) AS last, array_agg(stated_due_at) AS dues
      FROM {table} WHERE kind = 'missed' {ours} GROUP BY stream, rule, started_by
), judged AS (
    SELECT clock.stream, clock.version, clock.rule, clock.started_by,
           coalesce(varied.stated_due_at, agreed.stated_due_at, clock.stated_due_at) AS due_at,
           CASE WHEN stop.kind = 'act' AND NOT clock.withdrawn THEN stop.at END AS acted_at,
           CASE WHEN stop.kind = 'act' AND NOT clock.withdrawn THEN stop.recorded_at END AS acted_recorded_at,
           CASE WHEN clock.withdrawn THEN clock.at WHEN stop.kind = 'end' THEN stop.at END AS ended_at,
           varied.stream IS NOT NULL AS varied,
           clock.continues AND chain.kind IS DISTINCT FROM 'start' AS dormant
      FROM placed AS clock
      LEFT JOIN placed AS stop ON stop.stream = clock.stream AND stop.rule = clock.rule AND stop.n = clock.stop
      LEFT JOIN placed AS chain ON chain.stream = clock.stream AND chain.rule = clock.rule AND chain.n = clock.chain
      LEFT JOIN placed AS agreed ON agreed.stream = clock.stream AND agreed.rule = clock.rule
                                AND agreed.n = CASE WHEN clock.stop IS NULL THEN clock.set_last ELSE stop.set_before END
                                AND agreed.n > clock.n AND NOT clock.withdrawn
      LEFT JOIN varied ON varied.stream = clock.stream AND varied.rule = clock.rule
                      AND varied.started_by = clock.started_by
     WHERE clock.kind = 'start'
), told AS (
    SELECT judged.*, missed.last AS missed_at, coalesce(judged.due_at = ANY(missed.dues), false) AS said
      FROM judged
      LEFT JOIN missed ON missed.stream = judged.stream AND missed.rule = judged.rule
                      AND missed.started_by = judged.started_by
)
UPDATE {table} AS board
   SET due_at = told.due_at, acted_at = told.acted_at, acted_recorded_at = told.acted_recorded_at,
       ended_at = told.ended_at, varied = told.varied, missed_at = told.missed_at, said = told.said, dormant = told.dormant
  FROM told
 WHERE board.stream = told.stream AND board.version = told.version AND board.rule = told.rule AND board.kind = 'start'
   AND (board.due_at, board.acted_at, board.acted_recorded_at, board.ended_at, board.varied, board.missed_at,
        board.said, board.dormant)
       IS DISTINCT FROM (told.due_at, told.acted_at, told.acted_recorded_at, told.ended_at, told.varied, told.missed_at,
                         told.said, told.dormant)
"""
