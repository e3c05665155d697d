"""Reading what a case file expects when its last step has played."""

from collections.abc import Iterator, Mapping
from typing import Final, cast

from deploy.play.case_reader import CaseReader
from deploy.play.case_types import (
    DEADLINE_STATES,
    NO_CHILD,
    DeadlineState,
    Expected,
    ExpectedCount,
    ExpectedDeadline,
    ExpectedNowhere,
    ExpectedPattern,
    ExpectedPlan,
    ExpectedSight,
    ExpectedUnseen,
    Viewer,
)
from deploy.play.marked_yaml import Mark, Node
from shared.domain.actors import AGENCIES
from shared.service.expectations import PLANS

_NOT: Final = "not_"
_COUNTED: Final = ("places", "people", "groups")


def read_expected(node: Node | None, read: CaseReader, kinds: Mapping[str, str]) -> Expected:
    """The expectations of a file. `kinds` are all its labels; mistakes are noted in `read`."""
    if node is None:
        return Expected()
    reading = _Expectations(read, kinds)
    keys = read.mapping(
        node,
        "`expect`",
        needed=(),
        known=("deadlines", "chronology", "unseen", "open", "late", "pattern", "intelligence", "nowhere"),
    )
    late, pattern = keys.get("late"), keys.get("pattern")
    return Expected(
        deadlines=tuple(reading.deadlines(keys.get("deadlines"))),
        sights=tuple(reading.sights(keys.get("chronology"))),
        unseen=tuple(reading.unseen(keys.get("unseen"))),
        plans=tuple(reading.plans(keys.get("open"))),
        late=None if late is None else tuple(reading.steps(late)),
        late_line=late.mark.line if late else 0,
        patterns=None if pattern is None else tuple(reading.patterns(pattern)),
        patterns_line=node.keys["pattern"].line if pattern else 0,
        counts=tuple(reading.counts(keys.get("intelligence"))),
        nowhere=tuple(reading.nowhere(keys.get("nowhere"))),
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
            about = self._about(keys.get("about"))
            of = self._read.label(keys.get("of"), "thing", self._kinds)
            due = self._read.time(keys.get("due"))
            state = self._read.choice(keys.get("state"), "state", DEADLINE_STATES)
            if rule and about and due and state:
                yield ExpectedDeadline(rule, about, due, cast("DeadlineState", state), one.mark.line, of)

    def _about(self, node: Node | None) -> str | None:
        if node is not None and node.value == NO_CHILD:
            return NO_CHILD
        return self._read.label(node, "person", self._kinds)

    def sights(self, node: Node | None) -> Iterator[ExpectedSight]:
        for child, of_child in self._by_person(node, "chronology"):
            for key, labels in self._read.entries(of_child, "a child's chronology").items():
                viewer = self._viewer(key.removeprefix(_NOT), of_child.keys[key])
                if viewer is not None:
                    line = of_child.keys[key].line
                    seen = not key.startswith(_NOT)
                    yield ExpectedSight(child, viewer, tuple(self.steps(labels)), seen, line)

    def unseen(self, node: Node | None) -> Iterator[ExpectedUnseen]:
        for child, of_child in self._by_person(node, "unseen"):
            for key, texts in self._read.entries(of_child, "what of a child is unseen").items():
                viewer = self._viewer(key, of_child.keys[key])
                if viewer is not None:
                    for text, line in self._texts(texts, "unseen"):
                        yield ExpectedUnseen(child, viewer, text, line)

    def _viewer(self, written: str, mark: Mark) -> Viewer | None:
        """An agency, or an agency and one of its organisations, as `education/Elm School`."""
        agency, slash, organisation = written.partition("/")
        if agency not in AGENCIES:
            self._read.wrong(mark, f"`{agency}` is no agency; agencies are {', '.join(sorted(AGENCIES))}")
        elif slash and not organisation.strip():
            self._read.wrong(
                mark, f"`{written}` names no organisation: write `{agency}/Elm School`, or `{agency}`"
            )
        else:
            return Viewer(agency, organisation.strip() or None)
        return None

    def steps(self, node: Node) -> Iterator[str]:
        for one in self._read.items(node, "this"):
            label = self._read.label(one, "thing", self._kinds)
            if label is not None:
                yield label

    def plans(self, node: Node | None) -> Iterator[ExpectedPlan]:
        for child, one in self._by_person(node, "open"):
            keys = self._read.mapping(one, "what is open", needed=("plan",), known=("plan",))
            plan = self._read.choice(keys.get("plan"), "plan", (*PLANS, "none"))
            if plan is not None:
                yield ExpectedPlan(child, plan, one.mark.line)

    def patterns(self, node: Node) -> Iterator[ExpectedPattern]:
        for child, one in self._by_person(node, "pattern"):
            keys = self._read.mapping(one, "a pattern", needed=("rule", "at"), known=("rule", "at"))
            rule = self._read.text(keys.get("rule"), "rule")
            at = self._read.label(keys.get("at"), "thing", self._kinds)
            if rule and at:
                yield ExpectedPattern(child, rule, at, one.mark.line)

    def counts(self, node: Node | None) -> Iterator[ExpectedCount]:
        if node is None:
            return
        keys = self._read.mapping(node, "intelligence", needed=(), known=_COUNTED)
        for kind, named in keys.items():
            for name, one in self._read.entries(named, kind).items():
                count = self._read.number(one)
                if count is not None:
                    yield ExpectedCount(kind, name, count, one.mark.line)

    def nowhere(self, node: Node | None) -> Iterator[ExpectedNowhere]:
        for text, line in self._texts(node, "nowhere"):
            yield ExpectedNowhere(text, line)

    def _texts(self, node: Node | None, what: str) -> Iterator[tuple[str, int]]:
        for one in self._read.items(node, what):
            text = self._read.text(one, "a text that is not to be found")
            if text is not None:
                yield text, one.mark.line

    def _by_person(self, node: Node | None, what: str) -> Iterator[tuple[str, Node]]:
        for label, one in self._read.entries(node, what).items():
            assert node is not None
            place = Node(label, node.keys[label])
            if self._read.label(place, "person", self._kinds):
                yield label, one
