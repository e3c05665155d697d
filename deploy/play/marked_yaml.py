"""YAML 1.2 with the place of every value, so that whoever wrote the file is told where to look.

Only the core schema's words are anything but text: `true`, `6`, `1.5`, `null`. A date or a time stays text, and so
do `on`, `no` and anything in quotes.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

_CORE: Final = "tag:yaml.org,2002:"
_OURS: Final = frozenset(
    _CORE + tag for tag in ("map", "seq", "str", "int", "float", "bool", "null", "timestamp")
)
_NULL = re.compile(r"(?:~|null|Null|NULL)?")
_TRUTH = re.compile(r"true|True|TRUE|false|False|FALSE")
_WHOLE = re.compile(r"[-+]?[0-9]+")
_DECIMAL = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_LONGEST_NUMBER = 300


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """A place in the file; both numbers from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """What is wrong at a place, in a sentence that says what to do."""

    mark: Mark
    message: str


@dataclass(frozen=True, slots=True)
class Node:
    """A value and where it stands. `keys` says where each key of a mapping stands."""

    value: "str | int | float | bool | list[Node] | dict[str, Node] | None"
    mark: Mark
    keys: dict[str, Mark] = field(default_factory=dict)

    def plain(self) -> Any:
        """The value without its places."""
        match self.value:
            case dict(entries):
                return {key: node.plain() for key, node in entries.items()}
            case list(items):
                return [node.plain() for node in items]
            case scalar:
                return scalar

    def at(self, path: Sequence[int | str]) -> Mark:
        """Where the value at that path stands, or the nearest that there is on the way to it."""
        node = self
        for part in path:
            match node.value, part:
                case dict(entries), str(key) if key in entries:
                    node = entries[key]
                case list(items), int(index) if index < len(items):
                    node = items[index]
                case _:
                    continue  # a step of the path that is no place, as the name of a choice
        return node.mark


def read_yaml(text: str, mistakes: list[Mistake]) -> Node | None:
    """The document in `text`, or None where it cannot be read; what is wrong is added to `mistakes`."""
    try:
        root = YAML(typ="rt", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Mark(mark.line + 1, mark.column + 1) if mark else Mark(1, 1)
        mistakes.append(Mistake(place, f"this is not YAML: {error.problem or error.context}"))
        return None
    except (YAMLError, RecursionError) as error:
        what = "it is nested too deeply" if isinstance(error, RecursionError) else str(error).splitlines()[0]
        mistakes.append(Mistake(Mark(1, 1), f"this is not YAML: {what}"))
        return None
    if root is None:
        mistakes.append(Mistake(Mark(1, 1), "the file is empty"))
        return None
    return _Reading(mistakes).node(root)


class _Reading:
    """One walk over the composed nodes."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        self._mistakes = mistakes
        self._above: set[int] = set()

    def node(self, node: Any) -> Node:
        mark = Mark(node.start_mark.line + 1, node.start_mark.column + 1)
        if str(node.tag) not in _OURS:
            self._mistakes.append(Mistake(mark, f"the tag {node.tag} is not known here: leave it out"))
        if isinstance(node, ScalarNode):
            return Node(self._scalar(node, mark), mark)
        if id(node) in self._above:
            self._mistakes.append(Mistake(mark, "this value contains itself: write it out"))
            return Node(None, mark)
        self._above.add(id(node))
        try:
            if isinstance(node, SequenceNode):
                return Node([self.node(one) for one in node.value], mark)
            return self._mapping(node, mark)
        finally:
            self._above.discard(id(node))

    def _mapping(self, node: MappingNode, mark: Mark) -> Node:
        entries: dict[str, Node] = {}
        places: dict[str, Mark] = {}
        for key_node, value_node in node.value:
            place = Mark(key_node.start_mark.line + 1, key_node.start_mark.column + 1)
            if not isinstance(key_node, ScalarNode):
                self._mistakes.append(Mistake(place, "a key is a word, not a list or a mapping"))
                continue
            key = str(key_node.value)
            if key in entries:
                self._mistakes.append(Mistake(place, f"`{key}` is here twice: keep one"))
                continue
            places[key] = place
            entries[key] = self.node(value_node)
        return Node(entries, mark, places)

    def _scalar(self, node: ScalarNode, mark: Mark) -> str | int | float | bool | None:
        text = str(node.value)
        if node.style or str(node.tag) == _CORE + "str":  # quoted, a block, or said to be text
            return text
        if _NULL.fullmatch(text):
            return None
        if _TRUTH.fullmatch(text):
            return text.lower() == "true"
        if _DECIMAL.fullmatch(text):
            if len(text) > _LONGEST_NUMBER:
                self._mistakes.append(
                    Mistake(mark, "this number is too long: put it in quotes if it is text")
                )
                return None
            return int(text) if _WHOLE.fullmatch(text) else float(text)
        return text
