"""The columns of a view's table, as the fields of its row's dataclass make them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from datetime import date, datetime
from types import NoneType, UnionType
from typing import Any, Final, Literal, Union, get_args, get_origin, get_type_hints
from uuid import UUID

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


def columns_of(view: str, row: type) -> dict[str, Column]:
    """The columns of a view with this row, by name, in their order. Raises BadView as `View`."""
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
