"""For tests: reads the sealed parts of a story's facts, and makes digests of words without a key. Pure."""

import hashlib
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from shared.domain.event import Record


class Unsealed:
    """What a view that reads words is given in a test: the words of a story, which nobody sealed."""

    def text(self, record: Record) -> Mapping[str, Any] | None:
        """The words beside the fact; None: it has none, or it was erased."""
        return record.text

    def digest(self, text: str) -> UUID:
        """The same for the same text, and without a key: for tests alone."""
        return UUID(bytes=hashlib.sha256(text.encode()).digest()[:16])
