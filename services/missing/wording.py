"""How what interviews say is compared: in Unicode's composed form, without regard to case and to how words are spaced (R6)."""

import unicodedata
from collections.abc import Callable
from uuid import UUID


def wording(text: str) -> str:
    """A text as it is compared with others."""
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
    return " ".join(folded.split())


def digest_of(digest: Callable[[str], UUID], text: str) -> UUID:
    """The keyed digest of a text as it is compared."""
    return digest(f"said {wording(text)}")
