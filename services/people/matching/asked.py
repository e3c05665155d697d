"""What somebody is searched by: the keys of it, and how well a person who has some of them fits."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final
from uuid import UUID

from services.people.matching.keys import (
    NUMBERS,
    TOGETHER,
    born_key,
    forms,
    name_keys,
    near_days,
    number_key,
    sounding,
    written,
)
from services.people.matching.names import sounds_of, words_of

Digest = Callable[[str], UUID]

_WRITTEN: Final = 1.0
_FORM: Final = 0.9
_SOUNDS: Final = (0.8, 0.75)
_NAME: Final = 60
_BORN: Final = 40
LEAST: Final = 50
"""The score from which on somebody is shown: half of what was asked for fits."""
_WITHOUT_ANY_NAME: Final = 0.3
"""How much of a name must fit where the birth fits too: many are born on one day."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A search: by what people are looked up, and what each key of theirs counts for."""

    by: frozenset[UUID]
    """Digests that narrow: of these people are looked up."""
    words: tuple[Mapping[UUID, float], ...] = ()
    """Of each word of the name, what counts for it."""
    born: Mapping[UUID, float] = field(default_factory=dict)
    numbers: Mapping[UUID, str] = field(default_factory=dict)

    @property
    def beside(self) -> frozenset[UUID]:
        """Digests that are looked up of the people found."""
        return frozenset({*self.born, *self.numbers, *(digest for word in self.words for digest in word)})

    def fit(self, digests: Collection[UUID]) -> "Fit":
        """How well a person with these digests fits."""
        number = next((kind for digest, kind in self.numbers.items() if digest in digests), None)
        name = self._name(digests)
        born = max((weight for digest, weight in self.born.items() if digest in digests), default=0.0)
        score = 0.0
        if self.words and self.born:
            score = _NAME * name + _BORN * born if name >= _WITHOUT_ANY_NAME or name == born == 0 else 0.0
        elif self.words:
            score = 100 * name
        elif self.born:
            score = 100 * born
        if number is not None:
            score = 100
        return Fit(
            round(score),
            name=_in_a_word(name, _NAME_SAYS) if self.words else None,
            born=_in_a_word(born, _BORN_SAYS) if self.born else None,
            number=number,
        )

    def _name(self, digests: Collection[UUID]) -> float:
        """The mean over the words: of each how it was found."""
        if not self.words:
            return 0.0
        best = [
            max((weight for digest, weight in word.items() if digest in digests), default=0.0)
            for word in self.words
        ]
        return sum(best) / len(best)


@dataclass(frozen=True, slots=True)
class Fit:
    """How well somebody fits, from 0 to 100, and by what."""

    score: int
    name: str | None = None
    born: str | None = None
    number: str | None = None


_NAME_SAYS: Final = ((1.0, "same"), (0.75, "variant"), (0.01, "part"))
_BORN_SAYS: Final = ((1.0, "same"), (0.9, "day_and_month_changed_about"), (0.01, "near"))


def _in_a_word(value: float, steps: tuple[tuple[float, str], ...]) -> str | None:
    return next((word for least, word in steps if value >= least), None)


def asked(
    digest: Digest,
    *,
    name: str | None = None,
    born: date | None = None,
    nhs_number: str | None = None,
    upn: str | None = None,
    la_child_id: str | None = None,
) -> Asked:
    """What a search is by. Of a number and a birth people are looked up by these, else by two words of the name together, or
    by how its one word sounds.
    """
    words = words_of(name) if name else ()
    joined = ["".join(words[n : n + 2]) for n in range(len(words) - 1)]
    by_word = tuple(_counting(digest, [word, *joined[max(n - 1, 0) : n + 1]]) for n, word in enumerate(words))
    days = {digest(born_key(day).text): weight for day, weight in near_days(born).items()} if born else {}
    numbers = {
        digest(number_key(kind, number).text): kind
        for kind, number in zip(NUMBERS, (nhs_number, upn, la_child_id), strict=True)
        if number
    }
    by: set[UUID] = {*days, *numbers}
    if len(words) > 1:
        by |= {digest(key.text) for key in name_keys(name) if key.text.startswith(TOGETHER)}
    elif not by:
        by |= set().union(*by_word) if by_word else set()
    return Asked(frozenset(by), by_word, days, numbers)


def _counting(digest: Digest, ways: list[str]) -> dict[UUID, float]:
    """What counts for a word: itself, or what it is with the word before or after it, as written, as a form, by its sound."""
    found: dict[UUID, float] = {}
    for word in ways:
        keys = {
            written(word): _WRITTEN,
            **dict.fromkeys(forms(word), _FORM),
            **{sounding(n, code): _SOUNDS[n] for n, code in enumerate(sounds_of(word))},
        }
        for key, weight in keys.items():
            found[digest(key)] = max(weight, found.get(digest(key), 0.0))
    return found
