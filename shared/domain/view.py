"""What a view is: a pure function from an event to changes of rows, so live following, rebuild and tests share it.

A view belongs to a service. Its table is `<service>_views.<name>`, with one column a field of its row's dataclass and
nothing else. Handlers read the event and its record; they know no clock and no database, and never what already
stands in the table: a change says what is so, and the table finds the rows.

Nothing here refuses a fact. A handler that raises, or a value the table cannot hold (a NUL byte in a text, a whole
number beyond 64 bits), stops the view at that event, where it shows; the log and all other views go on.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass, replace
from datetime import date, datetime
from types import NoneType, UnionType
from typing import Any, Final, Generic, Literal, TypeVar, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from shared.domain.event import Event, Record

NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
"""How a view or column may be called: short enough that every name made from it fits PostgreSQL's 63 bytes."""


_SQL: Final[Mapping[type, str]] = {
    UUID: "uuid",
    bool: "boolean",
    int: "bigint",
    str: "text",
    bytes: "bytea",
    datetime: "timestamptz",
    date: "date",
}


class BadView(TypeError):
    """A view, or a change made by its handler, that does not fit its row. The message says what to change."""


@dataclass(frozen=True, slots=True)
class After:
    """In a change's `match`: rows whose column is greater than this value. Null is greater than nothing."""

    value: Any

    def matches(self, value: Any) -> bool:
        """Whether a row with this value is meant."""
        return value is not None and bool(value > self.value)


@dataclass(slots=True, init=False)
class Insert:
    """A row that never stood there. A second one of the same key stops the view. The fastest change to rebuild."""

    columns: dict[str, Any]

    def __init__(self, /, **columns: Any) -> None:
        self.columns = columns


@dataclass(slots=True, init=False)
class Upsert:
    """A row that may stand there already; then only the named columns change.

    A new row gets its other columns' defaults, or null: so it names every column that can be neither. To change
    single columns of a row that surely stands there, use `Update`.
    """

    columns: dict[str, Any]

    def __init__(self, /, **columns: Any) -> None:
        self.columns = columns


@dataclass(slots=True, init=False)
class Update:
    """Sets columns of all rows that match; none may. Keys never change.

    In `match`, None means: is null; an `After` means: is greater than its value.
    """

    match: dict[str, Any]
    columns: dict[str, Any]

    def __init__(self, match: dict[str, Any], /, **columns: Any) -> None:
        self.match = match
        self.columns = columns


@dataclass(slots=True, init=False)
class Delete:
    """Removes all rows that match; None means: is null, an `After`: is greater than its value."""

    match: dict[str, Any]

    def __init__(self, /, **match: Any) -> None:
        self.match = match


Change = Insert | Upsert | Update | Delete


_KINDS: Final = (Insert, Upsert, Update, Delete)


_NEW: Final = (Insert, Upsert)  # a tuple, as this is asked of every change: twice as fast as a union


Changes = Change | Iterable[Change] | None


Handler = Callable[[Any, Record], Changes]
"""`(event, record) -> changes`."""


RowT = TypeVar("RowT")


HandlerT = TypeVar("HandlerT", bound=Handler)


@dataclass(frozen=True, slots=True)
class Index:
    """An index, for some rows only where `where` (SQL over the row's columns) says which."""

    columns: tuple[str, ...]
    where: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column as its field in the row's dataclass makes it."""

    name: str
    sql: str
    nullable: bool
    default: Callable[[], Any] | None

    @property
    def required(self) -> bool:
        """Whether a new row must name it."""
        return self.default is None and not self.nullable

    def of(self, columns: Mapping[str, Any]) -> Any:
        """Its value in a new row with these columns."""
        if self.name in columns:
            return columns[self.name]
        return self.default() if self.default is not None else None


@dataclass(frozen=True, slots=True)
class Derivation:
    """Columns of a view that follow from several of its rows together: set by one statement after a page's changes.

    The handlers never set these columns, and each of their changes names the lane: the derived columns of a row depend
    on no row of another lane.
    """

    lane: str
    """The column that says which rows belong together."""
    statement: Callable[..., str]
    """`(table, *, some)`: the SQL; with `some`, for the lanes in $1 (an array), else for all rows."""


class View(Generic[RowT]):
    """One read table of a service and the handlers that fill it.

    Args:
        name: of the table.
        row: a dataclass, one field a column: UUID, str, int, bool, datetime (aware), date, bytes, lists of these,
            each `| None`; also Literal, StrEnum, NewType and Annotated of these.
        key: the columns that tell rows apart.
        indexes: further indexes, as tuples of columns or `Index`.
        derived: columns that follow from several rows together.
        edition: raise it when the handlers change what they write: then the next start builds the table again, as it
            does by itself when columns, key or indexes change.

    Raises:
        BadView: a name or type the table cannot have.
    """

    def __init__(
        self,
        name: str,
        *,
        row: type[RowT],
        key: Sequence[str],
        indexes: Sequence[Index | Sequence[str]] = (),
        derived: Derivation | None = None,
        edition: int = 1,
    ) -> None:
        self.name = name
        self.row = row
        self.key = tuple(key)
        self.indexes = tuple(one if isinstance(one, Index) else Index(tuple(one)) for one in indexes)
        self.derived = derived
        self.edition = edition
        self.columns = _columns(name, row)
        self._required = frozenset(column.name for column in self.columns.values() if column.required)
        self._handlers: dict[type[Event], list[Handler]] = {}
        self._every: list[Handler] = []
        self._checked: set[tuple[Any, ...]] = set()
        if not NAME.fullmatch(name):
            raise BadView(f"view {name}: a name is up to 40 lower-case letters, digits and underscores")
        for named in (self.key, *(index.columns for index in self.indexes)):
            if not named or not self.columns.keys() >= set(named):
                raise BadView(f"view {name}: its key and indexes are made of columns of {row.__name__}")
        if any(
            self.columns[column].nullable or self.columns[column].sql.endswith("[]") for column in self.key
        ):
            raise BadView(f"view {name}: no column of its key may be None or a list")

    def on(self, *events: type[Event]) -> Callable[[HandlerT], HandlerT]:
        """Have the function handle these events; several functions may handle one, in the order they are given."""
        if not events or not all(event.NAME for event in events):
            raise BadView(f"view {self.name}: a handler is for named events")

        def handle(handler: HandlerT) -> HandlerT:
            for event in events:
                self._handlers.setdefault(event, []).append(handler)
            return handler

        return handle

    def on_every(self, handler: HandlerT) -> HandlerT:
        """Have the function handle every event of the service's log, before those for single events."""
        self._every.append(handler)
        return handler

    @property
    def topics(self) -> list[str] | None:
        """The stored names of the events it handles, so that no other is read; None: all."""
        return None if self._every else sorted(event.NAME for event in self._handlers)

    def table(self, service: str) -> str:
        """The table's full name, quoted for SQL."""
        return f'"{service}_views"."{self.name}"'

    def changes(self, record: Record) -> list[Change]:
        """What this event changes, in order.

        Raises:
            BadView: a change that does not fit the row.
            Exception: whatever a handler raises.
        """
        found: list[Change] = []
        event = record.event
        handlers = self._handlers.get(type(event), ())
        for handler in (*self._every, *handlers) if self._every else handlers:
            made = handler(event, record)
            if isinstance(made, _KINDS):
                found.append(made)
            elif made is not None:
                found.extend(made)
        for change in found:
            self._check(change)
        return found

    def _check(self, change: Change) -> None:
        shape: tuple[Any, ...]
        if isinstance(change, _NEW):  # first, as a rebuild asks this of every event
            shape = (type(change), tuple(change.columns), ())
        else:
            shape = (
                type(change),
                () if isinstance(change, Delete) else tuple(change.columns),
                tuple(change.match),
            )
        if shape in self._checked:
            return
        kind, named, match = type(change).__name__, frozenset(shape[1]), frozenset(shape[2])
        if strange := sorted((named | match) - self.columns.keys()):
            raise BadView(
                f"view {self.name}: {kind} names {', '.join(strange)}, no column of {self.row.__name__}"
            )
        if isinstance(change, Insert | Upsert) and (missing := sorted(self._required - named)):
            raise BadView(
                f"view {self.name}: {kind} must name {', '.join(missing)}; or give the field a default"
            )
        if isinstance(change, Update) and named & set(self.key):
            raise BadView(f"view {self.name}: a key never changes; use Delete and Insert")
        if isinstance(change, Update | Delete) and not match:
            raise BadView(f"view {self.name}: say which rows {kind} is for")
        if self.derived is not None and self.derived.lane not in (
            named if isinstance(change, _NEW) else match
        ):
            raise BadView(
                f"view {self.name}: {kind} must name {self.derived.lane}, which others are derived by"
            )
        if isinstance(change, Update) and not named:
            raise BadView(f"view {self.name}: say what Update sets")
        self._checked.add(shape)


def fold(view: View[RowT], records: Iterable[Record]) -> dict[tuple[Any, ...], RowT]:
    """The rows a view has after these events, by key: what the table would hold, for tests without a database.

    Raises:
        BadView: what would stop the view: a change that does not fit, a key inserted twice, None where none may be.
    """
    rows: dict[tuple[Any, ...], RowT] = {}
    for record in records:
        for change in view.changes(record):
            _apply(view, rows, change)
    return rows


def _apply(view: View[RowT], rows: dict[tuple[Any, ...], RowT], change: Change) -> None:
    if isinstance(change, Insert | Upsert):
        key = tuple(change.columns[column] for column in view.key)
        if isinstance(change, Insert) and key in rows:
            raise BadView(f"view {view.name}: a row of this key stands there already; use Upsert")
        if key in rows:
            rows[key] = _with(view, rows[key], change.columns)
        else:
            new = {name: column.of(change.columns) for name, column in view.columns.items()}
            _no_none(view, new)
            rows[key] = view.row(**new)
        return
    matching = [
        key
        for key, row in rows.items()
        if all(
            v.matches(getattr(row, k)) if isinstance(v, After) else getattr(row, k) == v
            for k, v in change.match.items()
        )
    ]
    for key in matching:
        if isinstance(change, Update):
            rows[key] = _with(view, rows[key], change.columns)
        else:
            del rows[key]


def _with(view: View[RowT], row: RowT, columns: Mapping[str, Any]) -> RowT:
    _no_none(view, columns)
    changed: RowT = replace(row, **columns)  # type: ignore[type-var]  # View has made sure that rows are dataclasses
    return changed


def _no_none(view: View[Any], columns: Mapping[str, Any]) -> None:
    for name, value in columns.items():
        if value is None and not view.columns[name].nullable:
            raise BadView(f"view {view.name}: {name} may not be None")


def _columns(view: str, row: type) -> dict[str, Column]:
    if not is_dataclass(row):
        raise BadView(f"view {view}: {row.__name__} must be a dataclass")
    hints = get_type_hints(row)
    found: dict[str, Column] = {}
    for field in fields(row):
        if not NAME.fullmatch(field.name):
            raise BadView(
                f"view {view}: column {field.name} is not lower-case letters, digits and underscores"
            )
        sql, nullable = _sql_type(view, field.name, hints[field.name])
        found[field.name] = Column(field.name, sql, nullable, _default(field))
    return found


def _default(field: "Field[Any]") -> Callable[[], Any] | None:
    if field.default_factory is not MISSING:
        return field.default_factory
    if field.default is not MISSING:
        value = field.default
        return lambda: value
    return None


def _sql_type(view: str, name: str, hint: Any) -> tuple[str, bool]:
    """The column type and whether it may be null."""
    if get_origin(hint) in (Union, UnionType):
        several = {_sql_type(view, name, one)[0] for one in get_args(hint) if one is not NoneType}
        if len(several) == 1:
            return several.pop(), NoneType in get_args(hint)
    elif get_origin(hint) is Literal:
        return _sql_type(view, name, type(get_args(hint)[0]))
    elif get_origin(hint) is list:
        sql, nullable = _sql_type(view, name, get_args(hint)[0])
        if not nullable and not sql.endswith("[]"):
            return f"{sql}[]", False
    elif hasattr(hint, "__supertype__"):
        return _sql_type(view, name, hint.__supertype__)
    elif isinstance(hint, type):
        for known, sql in _SQL.items():
            if issubclass(hint, known):
                return sql, False
    raise BadView(
        f"view {view}: column {name} has a type that no column can have; see View for those that can"
    )
