"""Texts that are compared with what stands sealed: a keyed digest of them is kept beside, and no decision reads a word.

As of who an adult is, about whom the LADO keeps an allegation: that two notifications are of the same adult, and that a
text names them, is found by digests alone. The key is the service's own, so nobody else can try out who it may be.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import Any, Final, Self
from uuid import UUID

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    ModelWrapValidatorHandler,
    ValidationInfo,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from shared.domain.field_errors import wrong
from shared.domain.fields import MOST_TEXT, Names, RequiredText, ShortText

SAYS_NOBODY: Final = frozenset(
    [
        "a",
        "am",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "by",
        "for",
        "from",
        "had",
        "has",
        "have",
        "he",
        "her",
        "him",
        "his",
        "i",
        "in",
        "is",
        "it",
        "its",
        "me",
        "my",
        "no",
        "not",
        "of",
        "on",
        "or",
        "our",
        "she",
        "so",
        "that",
        "the",
        "their",
        "them",
        "they",
        "this",
        "to",
        "us",
        "was",
        "we",
        "were",
        "who",
        "with",
        "you",
        "your",
    ]
)
"""Words of every sentence: that a name has one too says nothing of anybody."""

_JOINED: Final = re.compile(r"[\w'’`.-]+", re.UNICODE)
_PART: Final = re.compile(r"[^\W_]+", re.UNICODE)
_NOTHING: Final = UUID(int=0)
"""Stands for the digest while the text that it is made of is still being read."""
_LEAST: Final = 2
"""Letters of a word: an initial stands in half of all texts."""


def plain_words(text: str) -> list[str]:
    """The words of a text in one spelling, in their order: without case, accents and signs; a word written with a hyphen or an
    apostrophe also joined.

    >>> plain_words("Zoë O'Brien-Hart's")
    ['zoe', 'brien', 'hart', 'obrienharts', 'obrienhart']
    """
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    bare = "".join(one for one in unicodedata.normalize("NFKD", decomposed) if not unicodedata.combining(one))
    found: list[str] = []
    for written in _JOINED.findall(bare):
        parts = _PART.findall(written)
        whole = "".join(parts)
        found += [one for one in parts if len(one) >= _LEAST]
        if len(parts) > 1:
            found.append(whole)
            if parts[-1] == "s":
                found.append(whole[:-1])
    return list(dict.fromkeys(one for one in found if one not in SAYS_NOBODY and len(one) >= _LEAST))


def one_spelling(text: str) -> str:
    """A name in one spelling: what is compared where whole names are."""
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    bare = "".join(one for one in unicodedata.normalize("NFKD", decomposed) if not unicodedata.combining(one))
    return " ".join(_PART.findall(bare))


class ComparedLine(BaseModel):
    """One line of a command that is compared: a name, an alias, an employer.

    Attributes:
        text: as written; sealed wherever it is kept.
        words: keyed digests of its words.
        whole: the keyed digest of all of it in one spelling.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    text: ShortText = Field(repr=False)
    words: tuple[UUID, ...] = ()
    whole: UUID = _NOTHING

    @model_validator(mode="wrap")
    @classmethod
    def _read(cls, value: Any, read: ModelWrapValidatorHandler[Self], info: ValidationInfo) -> Self:
        if not isinstance(value, str):
            if isinstance(info.context, Names):
                # Whoever sends a command gives words; digests of their own choosing would be somebody else's.
                raise wrong("write it as plain text", "not_text")
            return read(value)
        if not isinstance(info.context, Names):
            raise wrong("what is compared is read only from a command")
        return read({"text": value}).compared(info.context)

    @classmethod
    def of(cls, text: str, names: Names) -> Self:
        """The text with its digests."""
        return cls.model_validate(text, context=names)

    def compared(self, names: Names) -> Self:
        """The same with its digests."""
        words = tuple(names.compared(f"word {one}") for one in plain_words(self.text))
        whole = names.compared(f"whole {one_spelling(self.text)}")
        return self.model_copy(update={"words": words, "whole": whole})

    def holds(self, words: Iterable[UUID]) -> bool:
        """Whether any of these words, by their digests, stands in it."""
        return not set(self.words).isdisjoint(words)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """A caller writes the line alone."""
        return {"type": "string", "minLength": 1, "maxLength": 200}


class ComparedText(ComparedLine):
    """A text of a command that is compared: some words may not stand in it."""

    text: RequiredText = Field(repr=False)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """A caller writes the text alone."""
        return {"type": "string", "minLength": 1, "maxLength": MOST_TEXT}
