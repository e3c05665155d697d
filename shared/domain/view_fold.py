"""A view folded in memory: the rows that its table would hold, for tests without a database."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Generic
from uuid import UUID

from shared.domain.event import Record
from shared.domain.view import After, Change, Insert, RowT, Update, Upsert, UpsertLike, View, Words
from shared.domain.view_columns import BadView


class Folding(Generic[RowT]):
    """A view that follows a log in memory, event by event, as the live one does.

    Attributes:
        rows: what its table would hold by now, by key.
    """

    def __init__(self, view: View[RowT], words: Words | None = None) -> None:
        self.rows: dict[tuple[Any, ...], RowT] = {}
        self._view = view
        self._words = words
        self._histories: dict[UUID, list[Record]] = {}

    def take(self, record: Record) -> None:
        """One event more.

        Raises:
            BadView: what would stop the view.
        """
        history = self._histories.setdefault(record.stream, [])
        history.append(record)
        for change in self._view.changes(record, history, self._words):
            _apply(self._view, self.rows, change)


def fold(
    view: View[RowT], records: Iterable[Record], words: Words | None = None
) -> dict[tuple[Any, ...], RowT]:
    """The rows a view has after these events, by key: what the table would hold, for tests without a database.

    Raises:
        BadView: what would stop the view: a change that does not fit, a key inserted twice, None where none may be.
    """
    folding = Folding(view, words)
    for record in records:
        folding.take(record)
    return folding.rows


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
    if isinstance(change, UpsertLike):
        if matching:
            like = _with(view, rows[matching[0]], change.columns)
            key = tuple(getattr(like, column) for column in view.key)
            rows[key] = _with(view, rows[key], change.columns) if key in rows else like
        return
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
