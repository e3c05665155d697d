"""What a person is found by: exact keys of names, birth and numbers, each stored as a keyed digest and never as itself."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import combinations, product
from typing import Final, Literal

from services.people.matching.names import folded, sounds_of, words_of
from services.people.matching.nicknames import groups_of

Number = Literal["nhs_number", "upn", "la_child_id"]
NUMBERS: Final[tuple[Number, ...]] = ("nhs_number", "upn", "la_child_id")
"""The numbers by which other systems know a person."""

Part = Literal["name", "born", "number", "address"]
"""Which part of a person a key is of: what is said anew of a part takes the place of its keys where there is one at a time."""


@dataclass(frozen=True, slots=True)
class Key:
    """One text that a person is found by, and of which part it is."""

    part: Part
    text: str


SOUNDS: Final = 2
"""Phonetic codes of a word."""
TOGETHER: Final = "both "
"""With it begin the keys of two words together."""
MOST_JOINED: Final = 2
"""Words next to each other that are also one: Anne Marie is Annemarie, Mac Donald is Macdonald."""


def name_keys(*names: str | None) -> frozenset[Key]:
    """All keys of what somebody is or was called: each word as written, as it sounds, as what it is a form of; and two
    words together, in any order.
    """
    return frozenset(
        Key("name", text) for name in dict.fromkeys(filter(None, names)) for text in _of_name(words_of(name))
    )


def _of_name(words: tuple[str, ...]) -> Iterator[str]:
    spans = _spans(words)
    for _, word in spans:
        yield written(word)
        yield from forms(word)
        yield from (sounding(n, code) for n, code in enumerate(sounds_of(word)))
    for (one, a), (other, b) in combinations(spans, 2):
        if not one & other:
            yield from together(a, b)


def _spans(words: tuple[str, ...]) -> list[tuple[frozenset[int], str]]:
    """Each word, and each two that stand next to each other as one; with the places they take."""
    single = [(frozenset({n}), word) for n, word in enumerate(words)]
    joined = [
        (frozenset(range(n, n + MOST_JOINED)), "".join(words[n : n + MOST_JOINED]))
        for n in range(len(words) - MOST_JOINED + 1)
    ]
    return [*single, *joined]


def written(word: str) -> str:
    """The key of a word as it is written."""
    return f"word {word}"


def forms(word: str) -> tuple[str, ...]:
    """The keys of the names that a word is a form of."""
    return tuple(f"form {group}" for group in groups_of(word))


def sounding(system: int, code: str) -> str:
    """The key of how a word sounds, by one of the phonetic codes."""
    return f"sound {system} {code}"


def together(one: str, other: str) -> frozenset[str]:
    """The keys of two words of one name, in any order: by how both sound, or by what they are forms of.

    They make a search by two common names as narrow as the two together.
    """
    return frozenset(
        f"{TOGETHER}{' '.join(sorted(two))}"
        for system in range(SOUNDS)
        for two in product(_heard(one, system), _heard(other, system))
    )


def _heard(word: str, system: int) -> tuple[str, ...]:
    return (f"{system}{sounds_of(word)[system]}", *(f"={group}" for group in groups_of(word)))


def born_key(day: date) -> Key:
    """The key of a day of birth, or of the day on which a birth is due."""
    return Key("born", f"born {day.isoformat()}")


def number_key(kind: Number, number: str) -> Key:
    """The key of a number by which another system knows a person."""
    return Key("number", f"{kind} {number.upper()}")


def address_key(lines: Iterable[str], postcode: str | None) -> Key | None:
    """The key of where a person lives: the first line, and the postcode where one is known. None: nothing is said."""
    parts = ["".join(words_of(line)) for line in lines if line.strip()][:1]
    code = folded(postcode or "").replace(" ", "")
    return Key("address", f"address {' '.join([*parts, code])}") if parts else None


def near_days(day: date) -> dict[date, float]:
    """Days that somebody may have written for this one, each with how likely that makes it: the day itself, day and month
    changed about, one digit or one step wrong.
    """
    near = {day: 1.0}
    if (swapped := _day(day.year, day.day, day.month)) is not None:
        near.setdefault(swapped, 0.9)
    for years, months, days in _STEPS:
        if (close := _day(day.year + years, day.month + months, day.day + days)) is not None:
            near.setdefault(close, 0.7)
    return near


_STEPS: Final = (
    *((0, 0, step) for step in (-1, 1, -10, 10)),
    *((0, step, 0) for step in (-1, 1)),
    *((step, 0, 0) for step in (-1, 1, -10, 10)),
)
"""Years, months and days by which a day of birth is commonly written wrongly."""


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
