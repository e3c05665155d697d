"""A case as it is played: people, steps and what is expected, read from a case file and checked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal, get_args

DeadlineState = Literal["met", "missed", "open", "varied", "ended"]
"""How a clock can stand; exactly one at any moment."""

DEADLINE_STATES = frozenset(get_args(DeadlineState))

NO_CHILD: Final = "none"
"""What stands for a child where a deadline is about none; so no person of a case is called this."""


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
    team: str | None = None
    """The receiving team that they are of."""


@dataclass(frozen=True, slots=True)
class CaseRelation:
    """How a person is related to a child of the case."""

    to: str
    fields: Mapping[str, Any]
    line: int


@dataclass(frozen=True, slots=True)
class CasePerson:
    """A person of the case: `fields` are those of `people.RegisterPerson`."""

    label: str
    fields: Mapping[str, Any]
    line: int
    relations: tuple[CaseRelation, ...] = ()

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
class Viewer:
    """Whose sight of a child is meant: a whole agency, or one organisation of it."""

    agency: str
    organisation: str | None = None

    def __str__(self) -> str:
        """As a case file writes it: `education/Elm School`."""
        return f"{self.agency}/{self.organisation}" if self.organisation else self.agency


@dataclass(frozen=True, slots=True)
class ExpectedDeadline:
    """A deadline that must be there: its rule, child, due instant (UTC) and state; `of` where there are several.

    `about` is NO_CHILD for a clock that runs on a shift or a team.
    """

    rule: str
    about: str
    due: datetime
    state: DeadlineState
    line: int
    of: str | None = None


@dataclass(frozen=True, slots=True)
class ExpectedSight:
    """What a viewer sees of one child, in order, or (`seen` False) what it does not see."""

    child: str
    viewer: Viewer
    labels: tuple[str, ...]
    seen: bool
    line: int


@dataclass(frozen=True, slots=True)
class ExpectedUnseen:
    """A text that nothing a viewer is shown of a child may hold."""

    child: str
    viewer: Viewer
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class ExpectedPlan:
    """The weightiest plan that is open for a child, or `none`."""

    child: str
    plan: str
    line: int


@dataclass(frozen=True, slots=True)
class ExpectedPattern:
    """The rule of a child's repeat pattern, and the step that completed it first."""

    child: str
    rule: str
    at: str
    line: int


@dataclass(frozen=True, slots=True)
class ExpectedCount:
    """How often return interviews name a place, a person or a group (`kind`)."""

    kind: str
    name: str
    count: int
    line: int


@dataclass(frozen=True, slots=True)
class ExpectedNowhere:
    """A text that stands nowhere outside the LADO service."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Expected:
    """What must hold when the last step has played.

    `late` and `patterns` are complete, and None where the file does not say; of the others only what is listed is
    checked.
    """

    deadlines: tuple[ExpectedDeadline, ...] = ()
    sights: tuple[ExpectedSight, ...] = ()
    unseen: tuple[ExpectedUnseen, ...] = ()
    plans: tuple[ExpectedPlan, ...] = ()
    late: tuple[str, ...] | None = None
    late_line: int = 0
    patterns: tuple[ExpectedPattern, ...] | None = None
    patterns_line: int = 0
    counts: tuple[ExpectedCount, ...] = ()
    nowhere: tuple[ExpectedNowhere, ...] = ()


@dataclass(frozen=True, slots=True)
class NotYet:
    """What a step wants and no team has: a command (`command` True), a field or a code of one; `text` says what.

    `step` is the step's number; line and column are of what is wanted.
    """

    step: int
    line: int
    column: int
    text: str
    command: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """A case file, checked. `digest` is that of the file's bytes: a play goes on only with the same text."""

    name: str
    path: Path
    digest: str
    title: str
    people: tuple[CasePerson, ...]
    steps: tuple[CaseStep, ...]
    expected: Expected
    not_yet: tuple[NotYet, ...] = ()
    """What the file wants beyond this version, in the file's order; empty where all of it can be played."""

    @property
    def stops_before(self) -> CaseStep | None:
        """The first step that cannot be played, if there is one."""
        wanted = {one.step for one in self.not_yet}
        return next((step for step in self.steps if step.number in wanted), None)

    @property
    def unknown_commands(self) -> tuple[str, ...]:
        """The commands that no team has, each once, in the file's order."""
        wanted = {one.step for one in self.not_yet if one.command}
        return tuple(dict.fromkeys(step.do for step in self.steps if step.do and step.number in wanted))

    @property
    def playable(self) -> tuple[CaseStep, ...]:
        """The steps up to the first that cannot be played."""
        end = self.stops_before
        return self.steps if end is None else self.steps[: self.steps.index(end)]

    @property
    def children(self) -> tuple[CasePerson, ...]:
        """The children, in the file's order."""
        return tuple(person for person in self.people if person.is_child)

    @property
    def viewers(self) -> tuple[Viewer, ...]:
        """Who acts, or is expected to see or not to see something, in order of appearance."""
        return tuple(dict.fromkeys(self._viewers()))

    def _viewers(self) -> Iterator[Viewer]:
        for step in self.playable:
            if step.by is not None:
                yield Viewer(step.by.agency)
        for sight in self.expected.sights:
            yield sight.viewer


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
