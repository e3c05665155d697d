"""A case as it is played: people, steps and what is expected, read from a case file and checked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, get_args

DeadlineState = Literal["met", "missed", "open", "varied", "ended"]
"""How a clock can stand; exactly one at any moment."""

DEADLINE_STATES = frozenset(get_args(DeadlineState))


@dataclass(frozen=True, slots=True)
class Label:
    """A person's or an earlier step's label inside a command's fields: the id takes its place when it is played."""

    name: str


@dataclass(frozen=True, slots=True)
class By:
    """Who takes a step."""

    name: str
    role: str
    agency: str
    organisation: str | None = None


@dataclass(frozen=True, slots=True)
class Relation:
    """How a person is related to a child of the case."""

    to: str
    fields: Mapping[str, Any]
    line: int


@dataclass(frozen=True, slots=True)
class Person:
    """A person of the case: `fields` are those of `people.RegisterPerson`."""

    label: str
    fields: Mapping[str, Any]
    line: int
    relations: tuple[Relation, ...] = ()

    @property
    def is_child(self) -> bool:
        """Whether the case has a chronology of this person."""
        return self.fields.get("kind") == "child"


@dataclass(frozen=True, slots=True)
class CaseStep:
    """One command of the case, or (where `do` is None) a time to let pass. Instants are UTC."""

    number: int
    line: int
    at: datetime
    do: str | None = None
    by: By | None = None
    about: tuple[str, ...] = ()
    label: str | None = None
    re: str | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    happened: datetime | None = None
    known: datetime | None = None
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class ExpectedDeadline:
    """A deadline that must be there: its rule, child, due instant (UTC) and state; `of` where there are several."""

    rule: str
    about: str
    due: datetime
    state: DeadlineState
    line: int
    of: str | None = None


@dataclass(frozen=True, slots=True)
class ExpectedSight:
    """What one agency sees of one child, in order, or (`seen` False) what it does not see."""

    child: str
    agency: str
    labels: tuple[str, ...]
    seen: bool
    line: int


@dataclass(frozen=True, slots=True)
class Expected:
    """What must hold when the last step has played. `late` is None where the file does not say."""

    deadlines: tuple[ExpectedDeadline, ...] = ()
    sights: tuple[ExpectedSight, ...] = ()
    late: tuple[str, ...] | None = None
    late_line: int = 0
    unchecked: Mapping[str, int] = field(default_factory=dict)
    """Keys of the file that nothing here can check yet, with their lines: they count as differences."""


@dataclass(frozen=True, slots=True)
class Case:
    """A case file, checked. `digest` is that of the file's bytes: a play goes on only with the same text."""

    name: str
    path: Path
    digest: str
    title: str
    people: tuple[Person, ...]
    steps: tuple[CaseStep, ...]
    expected: Expected

    @property
    def children(self) -> tuple[Person, ...]:
        """The children, in the file's order."""
        return tuple(person for person in self.people if person.is_child)

    @property
    def agencies(self) -> tuple[str, ...]:
        """The agencies that act or are expected to see or not to see something, in order of appearance."""
        return tuple(dict.fromkeys(self._agencies()))

    def _agencies(self) -> Iterator[str]:
        for step in self.steps:
            if step.by is not None:
                yield step.by.agency
        for sight in self.expected.sights:
            yield sight.agency


def labels_within(value: Any) -> Iterator[str]:
    """The labels that a command's fields name."""
    match value:
        case Label(name=name):
            yield name
        case dict():
            for one in value.values():
                yield from labels_within(one)
        case list():
            for one in value:
                yield from labels_within(one)


def with_ids(value: Any, ids: Mapping[str, str]) -> Any:
    """A command's fields with the id of each label in its place. Raises KeyError for a label without one."""
    match value:
        case Label(name=name):
            return ids[name]
        case dict():
            return {key: with_ids(one, ids) for key, one in value.items()}
        case list():
            return [with_ids(one, ids) for one in value]
        case _:
            return value
