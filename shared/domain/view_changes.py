"""What may change in the rows of a view: a change says what is so, and the table finds the rows."""

from dataclasses import dataclass
from typing import Any


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


@dataclass(slots=True, init=False)
class UpsertLike:
    """A row like those that match, but for the columns named; where one of its key stands already, only those change.

    So a row can be added beside others of one thing by an event that does not repeat what they all say. Those that match
    agree in every column that is not named, so it does not matter which of them it is made like; where none matches,
    none is made. In `match`, as in `Update`.
    """

    match: dict[str, Any]
    columns: dict[str, Any]

    def __init__(self, match: dict[str, Any], /, **columns: Any) -> None:
        self.match = match
        self.columns = columns


Change = Insert | Upsert | UpsertLike | Update | Delete
