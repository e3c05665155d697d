"""The table of a view in PostgreSQL: creates it, and turns changes into statements, many rows to each."""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, Final

import asyncpg

from shared.domain.view import After, Change, Delete, Index, Insert, Update, Upsert, UpsertLike, View, Words
from shared.eventstore.reader import to_record
from shared.projections.corrected import Histories


def changes_of(
    view: View[Any],
    service: str,
    rows: Sequence[asyncpg.Record],
    before: Histories,
    words: Words | None = None,
) -> list[Change]:
    """What these rows of the log change, with the `histories` of the page that they are of. Raises whatever decoding or
    a handler raises. `words` opens sealed parts for a view that reads them.
    """
    return [
        change
        for row in rows
        for change in view.changes(to_record(service, row), before.get(row["originator_id"], ()), words)
    ]


FEW: Final = 20
"""So many new rows are one question to the database as they stand; COPY is three, and pays for more."""


def shape(view: View[Any]) -> str:
    """A digest of columns, key, indexes, wall and edition: another one means that the table must be built again."""
    columns = [(column.name, column.sql, column.nullable) for column in view.columns.values()]
    indexes = [(index.columns, index.where, index.include) for index in view.indexes]
    return hashlib.sha256(repr((columns, view.key, indexes, view.wall, view.edition)).encode()).hexdigest()[
        :32
    ]


def create(view: View[Any], service: str, table: str) -> str:
    """The statement that makes the view's empty table under the name `table`, with its key.

    Constraints and indexes go without names: PostgreSQL finds free ones, so a table built beside never collides.
    """
    columns = [
        f'"{column.name}" {column.sql}{"" if column.nullable else " NOT NULL"}'
        for column in view.columns.values()
    ]
    return (
        f'CREATE TABLE "{service}_views"."{table}" ({", ".join(columns)}, PRIMARY KEY ({_names(view.key)}))'
    )


def indexes(view: View[Any], service: str, table: str, *, partial: bool) -> list[str]:
    """The statements that give the table its full indexes, or its partial ones. Both are made faster than kept up.

    The partial ones are for readers only. While a table is filled in one transaction, nobody clears from them what has
    left them: an Update that PostgreSQL sent through one would read past every row that ever was in it.
    """
    return [
        _index(f'"{service}_views"."{table}"', index)
        for index in view.indexes
        if bool(index.where) == partial
    ]


@dataclass(slots=True)
class Statement:
    """Changes of one kind that go to the database together. Without SQL they are new rows, for COPY: as values, or
    as the stream that another process has made of them.
    """

    sql: str
    anywhere: bool = False
    """Whether its rows are not looked for by the key."""
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    stream: bytes = b""


def steps(view: View[Any], service: str, table: str, changes: Sequence[Change]) -> list[Statement]:
    """As few steps as keep the order that matters.

    Two changes that say different values for the first column of the key touch different rows, because a key never
    changes: they may pass each other, and what happens to one child does not break up the page. A change that does
    not say that column keeps its place between all before and all after it.
    """
    statements = _Statements(view, f'"{service}_views"."{table}"')
    fresh = [change for change in changes if isinstance(change, Insert)]
    if len(fresh) == len(changes):
        return [Statement("", rows=[statements.new_row(change) for change in fresh])] if fresh else []
    made: list[Statement] = []
    places: dict[str, list[int]] = {}
    latest: dict[Any, int] = {}
    wall = 0  # no later change may go into a step before this one
    first = view.key[0]
    for change in changes:
        sql, row = statements.of(change)
        named = change.columns if isinstance(change, Insert | Upsert) else change.match
        lane = named.get(first)
        if isinstance(lane, After):
            lane = None
        earliest = len(made) - 1 if lane is None else max(wall, latest.get(lane, 0))
        place = next((at for at in places.get(sql, ()) if at >= earliest), len(made))
        if place == len(made):
            made.append(Statement(sql, anywhere=lane is None))
            places.setdefault(sql, []).append(place)
        made[place].rows.append(row)
        if lane is None:
            wall = place
        else:
            latest[lane] = place
    return made


async def apply(
    connection: asyncpg.Connection, view: View[Any], service: str, table: str, changes: Sequence[Change]
) -> None:
    """Bring changes into the table, inside the caller's transaction, and derive what follows from them.

    Raises what PostgreSQL refuses.
    """
    await take(connection, view, service, table, steps(view, service, table, changes))
    await derive(connection, view, service, table, lanes(view, changes))


def lanes(view: View[Any], changes: Iterable[Change]) -> set[Any]:
    """The lanes that these changes touch; none where nothing is derived."""
    if view.derived is None:
        return set()
    lane = view.derived.lane
    return {
        change.columns[lane] if isinstance(change, Insert | Upsert) else change.match[lane]
        for change in changes
    }


async def derive(
    connection: asyncpg.Connection, view: View[Any], service: str, table: str, touched: Collection[Any] | None
) -> None:
    """Derive what follows from the rows of the lanes touched (None: of all), inside the caller's transaction."""
    if view.derived is None or (touched is not None and not touched):
        return
    name = f'"{service}_views"."{table}"'
    if touched is None:
        await connection.execute(view.derived.statement(name, some=False))
    else:
        await connection.execute(view.derived.statement(name, some=True), list(touched))


async def take(
    connection: asyncpg.Connection, view: View[Any], service: str, table: str, made: Iterable[Statement]
) -> None:
    """Take these steps in order, inside the caller's transaction. Raises what PostgreSQL refuses."""
    for step in made:
        if step.sql:
            await connection.executemany(step.sql, step.rows)
        elif step.stream:
            await connection.copy_to_table(
                table,
                schema_name=f"{service}_views",
                columns=list(view.columns),
                source=BytesIO(step.stream),
                format="binary",
            )
        elif len(step.rows) <= FEW:
            await connection.executemany(_insert(view, f'"{service}_views"."{table}"'), step.rows)
        else:
            await connection.copy_records_to_table(
                table, schema_name=f"{service}_views", columns=list(view.columns), records=step.rows
            )


def _insert(view: View[Any], table: str) -> str:
    names = ", ".join(f'"{name}"' for name in view.columns)
    values = ", ".join(f"${n}" for n in range(1, len(view.columns) + 1))
    return f"INSERT INTO {table} ({names}) VALUES ({values})"


class _Statements:
    """The SQL of each form of change, made once a page, and the row of its arguments."""

    def __init__(self, view: View[Any], table: str) -> None:
        self._view = view
        self._table = table
        self._defaults = {
            column.name: None if column.default is None else column.default()
            for column in view.columns.values()
        }
        self._names = tuple(view.columns)
        self._known: dict[tuple[Any, ...], str] = {}

    def new_row(self, change: Insert) -> tuple[Any, ...]:
        """A row of all columns, in their order."""
        columns = change.columns
        if tuple(columns) == self._names:
            return tuple(columns.values())
        return tuple((self._defaults | columns).values())

    def of(self, change: Change) -> tuple[str, tuple[Any, ...]]:
        match change:
            case Insert():
                return "", self.new_row(change)
            case Upsert(columns=columns):
                form: tuple[Any, ...] = (Upsert, *columns)
                rest = {name: value for name, value in self._defaults.items() if name not in columns}
                row = (*columns.values(), *rest.values())
                return self._known.get(form) or self._learn(form, self._upsert(columns, rest)), row
            case UpsertLike(match=match, columns=columns):
                form = (UpsertLike, *columns, None, *_form(match))
                row = (*columns.values(), *_arguments(match))
                return self._known.get(form) or self._learn(form, self._upsert_like(match, columns)), row
            case Update(match=match, columns=columns):
                form = (Update, *columns, None, *_form(match))
                row = (*columns.values(), *_arguments(match))
                return self._known.get(form) or self._learn(form, self._update(match, columns)), row
            case Delete(match=match):
                form = (Delete, *_form(match))
                row = _arguments(match)
                sql = f"DELETE FROM {self._table} WHERE {_matching(match, 1)}"
                return self._known.get(form) or self._learn(form, sql), row

    def _learn(self, form: tuple[Any, ...], sql: str) -> str:
        self._known[form] = sql
        return sql

    def _upsert(self, columns: dict[str, Any], rest: dict[str, Any]) -> str:
        names = [*columns, *rest]
        values = ", ".join(f"${n}" for n in range(1, len(names) + 1))
        return f"INSERT INTO {self._table} ({_names(names)}) VALUES ({values}) {self._on_conflict(columns)}"

    def _upsert_like(self, match: dict[str, Any], columns: dict[str, Any]) -> str:
        # Cast, as PostgreSQL takes what stands in a SELECT's list for text where nothing says otherwise.
        given = {name: f"${n}::{self._view.columns[name].sql}" for n, name in enumerate(columns, 1)}
        values = ", ".join(given.get(name, f'"{name}"') for name in self._names)
        return (
            f"INSERT INTO {self._table} ({_names(self._names)}) SELECT {values} FROM {self._table} "
            f"WHERE {_matching(match, len(columns) + 1)} LIMIT 1 {self._on_conflict(columns)}"
        )

    def _on_conflict(self, columns: dict[str, Any]) -> str:
        changed = ", ".join(f'"{name}" = excluded."{name}"' for name in columns if name not in self._view.key)
        done = f"UPDATE SET {changed}" if changed else "NOTHING"
        return f"ON CONFLICT ({_names(self._view.key)}) DO {done}"

    def _update(self, match: dict[str, Any], columns: dict[str, Any]) -> str:
        changed = ", ".join(f'"{name}" = ${n}' for n, name in enumerate(columns, 1))
        return f"UPDATE {self._table} SET {changed} WHERE {_matching(match, len(columns) + 1)}"


def _index(table: str, index: Index) -> str:
    beside = f" INCLUDE ({_names(index.include)})" if index.include else ""
    where = f" WHERE {index.where}" if index.where else ""
    return f"CREATE INDEX ON {table} ({_names(index.columns)}){beside}{where}"


def _form(match: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """Each column that is matched, and how: changes of one form share their SQL."""
    return tuple(
        (name, "IS NULL" if value is None else ">" if isinstance(value, After) else "=")
        for name, value in match.items()
    )


def _arguments(match: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(
        value.value if isinstance(value, After) else value for value in match.values() if value is not None
    )


def _matching(match: dict[str, Any], first: int) -> str:
    tests = []
    for name, how in _form(match):
        if how == "IS NULL":
            tests.append(f'"{name}" IS NULL')
        else:
            tests.append(f'"{name}" {how} ${first}')
            first += 1
    return " AND ".join(tests)


def _names(columns: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)
