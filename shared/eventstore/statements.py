"""Named SQL statements of the log, read from `statements.sql`, with their parameters by name.

The SQL stands in a file of its own, where it reads as SQL. PostgreSQL numbers parameters; here they have names, and are
numbered as they first appear, so that nobody counts to twenty-five by hand.
"""

import re
from dataclasses import dataclass, fields
from datetime import datetime
from functools import lru_cache
from importlib import resources
from operator import attrgetter
from typing import Any, Final
from uuid import UUID

_PARAMETER: Final = re.compile(r"(?<!:):([a-z_]+)")


@dataclass(frozen=True, slots=True)
class NamedStatement:
    """One statement: its SQL with numbered parameters, and their names in that order."""

    sql: str
    parameters: tuple[str, ...]

    @classmethod
    def read(cls, text: str) -> "NamedStatement":
        """From SQL with parameters by name."""
        parameters = tuple(dict.fromkeys(_PARAMETER.findall(text)))
        return cls(_PARAMETER.sub(lambda found: f"${parameters.index(found[1]) + 1}", text), parameters)

    def values(self, parameters: "AppendParameters") -> tuple[Any, ...]:
        """What to send for its parameters, in their order; for a statement of several."""
        values: tuple[Any, ...] = attrgetter(*self.parameters)(parameters)
        return values


@dataclass(frozen=True, slots=True)
class Statements:
    """Every statement of the log in one schema. What each does stands with it in `statements.sql`."""

    append_in_one_statement: NamedStatement
    append_in_one_statement_and_move_heads: NamedStatement
    head_and_versions: NamedStatement
    insert: NamedStatement
    move_heads: NamedStatement
    inbox_heads: NamedStatement
    known_commands: NamedStatement
    command: NamedStatement
    written_by: NamedStatement
    streams_of: NamedStatement
    alone: NamedStatement
    whole: NamedStatement
    load: NamedStatement
    head: NamedStatement
    between: NamedStatement
    sealed_before: NamedStatement


@dataclass(frozen=True, slots=True)
class AppendParameters:
    """The parameters of the statements that append a group, a list a column.

    First the columns of `events` with the one moment of all its rows, then those of `commands`, in the order of `columns.py`; then what must stand for the
    group to be written; then the inbox heads it moves, a list for each field of `InboxMove`, and the marks of all that is taken.
    """

    positions: list[int]
    event_streams: list[UUID]
    versions: list[int]
    names: list[str]
    states: list[bytes]
    sealed: list[bytes | None]
    event_ids: list[UUID]
    categories: list[str]
    children: list[UUID | None]
    keys: list[UUID | None]
    digests: list[bytes]
    recorded_at: datetime
    command_ids: list[UUID]
    command_bodies: list[bytes]
    command_firsts: list[int]
    command_lasts: list[int]
    expected_head: int
    expected_digest: bytes
    stream_ids: list[UUID]
    expected_versions: list[int]
    head_sources: list[str]
    head_keys: list[UUID]
    head_previous: list[int]
    head_positions: list[int]
    head_event_ids: list[UUID]
    head_digests: list[bytes]
    taken_sources: list[str]
    taken_keys: list[UUID]
    taken_positions: list[int]
    taken_digests: list[bytes]


@lru_cache
def statements(schema: str) -> Statements:
    """The statements for the log in `schema`."""
    text = resources.files("shared.eventstore").joinpath("statements.sql").read_text(encoding="utf-8")
    _, *named = re.split(r"^-- name: ", text.replace("{schema}", schema), flags=re.MULTILINE)
    found = {}
    for one in named:
        name, *lines = one.splitlines()
        sql = "\n".join(line for line in lines if not line.startswith("--"))
        found[name] = NamedStatement.read(sql.strip())
    if found.keys() != {field.name for field in fields(Statements)}:
        raise LookupError("statements.sql and Statements do not name the same statements")
    return Statements(**found)
