"""A view folded in memory: the rows that its table would hold, for replay and for tests without a database."""

from collections.abc import Iterable, Iterator, Mapping
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
        self._found: dict[tuple[str, ...], dict[tuple[Any, ...], dict[tuple[Any, ...], None]]] = {}
        """Under which values of some columns of the key which keys stand: so that a change finds its rows at once."""

    def take(self, record: Record) -> list[tuple[Any, ...]]:
        """One event more; the keys of the rows that it made, changed or removed.

        Raises:
            BadView: what would stop the view.
        """
        history: list[Record] = []
        if self._view.needs_history:
            history = self._histories.setdefault(record.stream, [])
            history.append(record)
        touched: list[tuple[Any, ...]] = []
        for change in self._view.changes(record, history, self._words):
            touched += self._apply(change)
        return touched

    def _apply(self, change: Change) -> list[tuple[Any, ...]]:
        view, rows = self._view, self.rows
        if isinstance(change, Insert | Upsert):
            key = tuple(change.columns[column] for column in view.key)
            if isinstance(change, Insert) and key in rows:
                raise BadView(f"view {view.name}: a row of this key stands there already; use Upsert")
            if key in rows:
                rows[key] = _with(view, rows[key], change.columns)
            else:
                new = {name: column.of(change.columns) for name, column in view.columns.items()}
                _no_none(view, new)
                self._put(key, view.row(**new))
            return [key]
        matching = list(self._matching(change.match))
        if isinstance(change, UpsertLike):
            if not matching:
                return []
            like = _with(view, rows[matching[0]], change.columns)
            key = tuple(getattr(like, column) for column in view.key)
            if key in rows:
                rows[key] = _with(view, rows[key], change.columns)
            else:
                self._put(key, like)
            return [key]
        for key in matching:
            if isinstance(change, Update):
                rows[key] = _with(view, rows[key], change.columns)
            else:
                self._remove(key)
        return matching

    def _matching(self, match: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
        """The keys of the rows that match, in the order in which they were made."""
        named = tuple(
            column
            for column in self._view.key
            if column in match and match[column] is not None and not isinstance(match[column], After)
        )
        candidates: Iterable[tuple[Any, ...]] = self.rows
        if named:
            if named not in self._found:
                self._found[named] = {}
                for key in self.rows:
                    self._note(named, key)
            candidates = self._found[named].get(tuple(match[column] for column in named), {})
        for key in candidates:
            row = self.rows[key]
            if all(
                v.matches(getattr(row, k)) if isinstance(v, After) else getattr(row, k) == v
                for k, v in match.items()
            ):
                yield key

    def _put(self, key: tuple[Any, ...], row: RowT) -> None:
        self.rows[key] = row
        for named in self._found:
            self._note(named, key)

    def _note(self, named: tuple[str, ...], key: tuple[Any, ...]) -> None:
        self._found[named].setdefault(self._part(named, key), {})[key] = None

    def _remove(self, key: tuple[Any, ...]) -> None:
        del self.rows[key]
        for named, found in self._found.items():
            del found[self._part(named, key)][key]

    def _part(self, named: tuple[str, ...], key: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(value for column, value in zip(self._view.key, key, strict=True) if column in named)


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


def _with(view: View[RowT], row: RowT, columns: Mapping[str, Any]) -> RowT:
    _no_none(view, columns)
    changed: RowT = replace(row, **columns)  # type: ignore[type-var]  # View has made sure that rows are dataclasses
    return changed


def _no_none(view: View[Any], columns: Mapping[str, Any]) -> None:
    for name, value in columns.items():
        if value is None and not view.columns[name].nullable:
            raise BadView(f"view {view.name}: {name} may not be None")
