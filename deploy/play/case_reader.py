"""The small words with which a case file is read: each takes a node, answers its value, and notes what is wrong."""

from collections.abc import Collection, Mapping
from datetime import datetime

from deploy.play.marked_yaml import Mark, Mistake, Node
from shared.domain.instants import NotALocalTime, local_instant

_KINDS = {"person": "a person of this file", "thing": "a step above that is not to be refused"}


class CaseReader:
    """Reads nodes and collects mistakes. Where a value is wrong or absent it answers None or nothing."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        """What is wrong is added to `mistakes`."""
        self._mistakes = mistakes

    def wrong(self, mark: Mark, message: str) -> None:
        """Notes a mistake."""
        self._mistakes.append(Mistake(mark, message))

    def mapping(
        self, node: Node, what: str, *, needed: Collection[str], known: Collection[str]
    ) -> dict[str, Node]:
        """The entries of a mapping whose keys are known; an absent needed key and an unknown one are mistakes."""
        entries = self.entries(node, what)
        for key in entries:
            if key not in known:
                self.wrong(node.keys[key], f"{what} has no key `{key}`; it has: {', '.join(known)}")
        if isinstance(node.value, dict):
            for key in needed:
                if key not in entries:
                    self.wrong(node.mark, f"{what} needs `{key}`")
        return {key: one for key, one in entries.items() if key in known}

    def entries(self, node: Node | None, what: str) -> dict[str, Node]:
        """The entries of a mapping with any keys."""
        if node is None:
            return {}
        if not isinstance(node.value, dict):
            self.wrong(node.mark, f"{what} is a mapping: write `{{key: value}}`")
            return {}
        return node.value

    def items(self, node: Node | None, what: str) -> list[Node]:
        """The items of a list."""
        if node is None:
            return []
        if not isinstance(node.value, list):
            self.wrong(node.mark, f"{what} is a list: write `[one, two]`")
            return []
        return node.value

    def text(self, node: Node | None, what: str) -> str | None:
        """A text that is not empty."""
        if node is None:
            return None
        if not isinstance(node.value, str):
            self.wrong(node.mark, f"{what} is text: put it in quotes")
            return None
        if not node.value.strip():
            self.wrong(node.mark, f"{what} is empty: write something or leave it out")
            return None
        return node.value

    def choice(self, node: Node | None, what: str, words: Collection[str]) -> str | None:
        """One of some words."""
        text = self.text(node, what)
        if text is None or text in words:
            return text
        assert node is not None
        self.wrong(node.mark, f"{text} is no {what}; it is one of {', '.join(sorted(words))}")
        return None

    def truth(self, node: Node | None) -> bool:
        """True or false; False where it is absent."""
        if node is None:
            return False
        if not isinstance(node.value, bool):
            self.wrong(node.mark, "this is true or false, without quotes")
            return False
        return node.value

    def number(self, node: Node) -> int | None:
        """A whole number."""
        if isinstance(node.value, bool) or not isinstance(node.value, int):
            self.wrong(node.mark, "this is a whole number, without quotes")
            return None
        return node.value

    def time(self, node: Node | None) -> datetime | None:
        """The instant, in UTC, of a time on a London clock."""
        if node is None:
            return None
        if not isinstance(node.value, str):
            self.wrong(node.mark, "this is not a time such as 2026-04-02T16:40")
            return None
        try:
            return local_instant(node.value)
        except NotALocalTime as error:
            self.wrong(node.mark, str(error))
            return None

    def label(self, node: Node | None, kind: str, kinds: Mapping[str, str]) -> str | None:
        """A label that exists by now and is of that kind (`person` or `thing`)."""
        text = self.text(node, "a label")
        if text is None:
            return None
        assert node is not None
        if kinds.get(text) == kind:
            return text
        self.wrong(node.mark, f"`{text}` is not the label of {_KINDS[kind]}")
        return None
