"""Reading what a case file expects when its last step has played."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final, cast

from deploy.play.case_reader import CaseReader
from deploy.play.case_types import (
    DEADLINE_STATES,
    DeadlineState,
    Expected,
    ExpectedDeadline,
    ExpectedSight,
)
from deploy.play.marked_yaml import Node
from shared.domain.actors import AGENCIES

_PLANS = ("looked_after", "child_protection", "child_in_need", "early_help", "none")
_NOT: Final = "not_"


def read_expected(node: Node | None, read: CaseReader, kinds: Mapping[str, str]) -> Expected:
    """The expectations of a file. `kinds` are all its labels; mistakes are noted in `read`."""
    if node is None:
        return Expected()
    reading = _Expectations(read, kinds)
    checks: dict[str, Callable[[Node], None]] = {
        "open": reading.plans,
        "pattern": reading.patterns,
        "intelligence": reading.counts,
        "nowhere": reading.texts,
    }
    keys = read.mapping(node, "`expect`", needed=(), known=("deadlines", "chronology", "late", *checks))
    for key, check in checks.items():
        if key in keys:
            check(keys[key])
    late = keys.get("late")
    return Expected(
        deadlines=tuple(reading.deadlines(keys.get("deadlines"))),
        sights=tuple(reading.sights(keys.get("chronology"))),
        late=None if late is None else tuple(reading.steps(late)),
        late_line=late.mark.line if late else 0,
        unchecked={key: node.keys[key].line for key in checks if key in keys},
    )


class _Expectations:
    """Each key of `expect`."""

    def __init__(self, read: CaseReader, kinds: Mapping[str, str]) -> None:
        self._read = read
        self._kinds = kinds

    def deadlines(self, node: Node | None) -> Iterator[ExpectedDeadline]:
        for one in self._read.items(node, "deadlines"):
            keys = self._read.mapping(
                one,
                "a deadline",
                needed=("rule", "about", "due", "state"),
                known=("rule", "about", "of", "due", "state"),
            )
            rule = self._read.text(keys.get("rule"), "rule")
            about = self._read.label(keys.get("about"), "person", self._kinds)
            of = self._read.label(keys.get("of"), "thing", self._kinds)
            due = self._read.time(keys.get("due"))
            state = self._read.choice(keys.get("state"), "state", DEADLINE_STATES)
            if rule and about and due and state:
                yield ExpectedDeadline(rule, about, due, cast("DeadlineState", state), one.mark.line, of)

    def sights(self, node: Node | None) -> Iterator[ExpectedSight]:
        for child, of_child in self._by_person(node, "chronology"):
            for key, labels in self._read.entries(of_child, "a child's chronology").items():
                agency = key.removeprefix(_NOT)
                if agency not in AGENCIES:
                    self._read.wrong(
                        of_child.keys[key],
                        f"`{key}` is neither an agency nor `not_` and an agency; agencies are "
                        f"{', '.join(sorted(AGENCIES))}",
                    )
                    continue
                line = of_child.keys[key].line
                yield ExpectedSight(child, agency, tuple(self.steps(labels)), not key.startswith(_NOT), line)

    def steps(self, node: Node) -> Iterator[str]:
        for one in self._read.items(node, "this"):
            label = self._read.label(one, "thing", self._kinds)
            if label is not None:
                yield label

    def plans(self, node: Node) -> None:
        for _, plan in self._by_person(node, "open"):
            keys = self._read.mapping(plan, "what is open", needed=("plan",), known=("plan",))
            self._read.choice(keys.get("plan"), "plan", _PLANS)

    def patterns(self, node: Node) -> None:
        for _, pattern in self._by_person(node, "pattern"):
            keys = self._read.mapping(pattern, "a pattern", needed=("rule", "at"), known=("rule", "at"))
            self._read.text(keys.get("rule"), "rule")
            self._read.label(keys.get("at"), "thing", self._kinds)

    def counts(self, node: Node) -> None:
        keys = self._read.mapping(node, "intelligence", needed=(), known=("places", "people", "groups"))
        for kind, named in keys.items():
            for one in self._read.entries(named, kind).values():
                self._read.number(one)

    def texts(self, node: Node) -> None:
        for one in self._read.items(node, "nowhere"):
            self._read.text(one, "a text that must be nowhere")

    def _by_person(self, node: Node | None, what: str) -> Iterator[tuple[str, Node]]:
        for label, one in self._read.entries(node, what).items():
            assert node is not None
            place = Node(label, node.keys[label])
            if self._read.label(place, "person", self._kinds):
                yield label, one
