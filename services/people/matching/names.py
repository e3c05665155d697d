"""How names are compared: folded to plain letters, cut into words, and each word by how it is written, sounds and is short for."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

import jellyfish

from services.people.matching.nicknames import groups_of

_LETTERS: Final = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
)
"""Letters that Unicode does not take apart into a plain one and a mark."""
_APOSTROPHES: Final = re.compile("[\u0027\u0060\u00b4\u02b9\u02bb\u02bc\u2018\u2019\u201b\u2032\uff07]")
_PARTED_BY: Final = re.compile(r"[^\w]+|_+")
_PARTICLES: Final = frozenset(
    {"al", "bin", "binti", "bint", "da", "de", "del", "der", "di", "el", "ibn", "la", "van", "von"}
)
"""Small words of a family name, written or left out as it comes: nobody is found or missed by them."""
MOST_WORDS: Final = 5
"""Words of one name that are compared; of a longer one the first."""


def folded(text: str) -> str:
    """A text without marks, case and apostrophes: `O’Brien` is `obrien`, `Zoë` is `zoe`."""
    # Taken apart before the case is folded as well: a mathematical letter is one of the alphabet only then.
    lower = unicodedata.normalize("NFKD", text).casefold().translate(_LETTERS)
    plain = unicodedata.normalize("NFKD", lower)
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return _APOSTROPHES.sub("", plain)


@lru_cache(maxsize=20_000)
def words_of(name: str) -> tuple[str, ...]:
    """The words of a name in their order; hyphens part words. Somebody of one name has one."""
    found = [word for word in _PARTED_BY.split(folded(name)) if word]
    return tuple([word for word in found if word not in _PARTICLES] or found)[:MOST_WORDS]


@lru_cache(maxsize=50_000)
def sounds_of(word: str) -> tuple[str, str]:
    """Two phonetic codes of a word (Metaphone, NYSIIS): where one parts two spellings of a name, the other may not.

    A word in a script that neither knows is its own code.
    """
    return jellyfish.metaphone(word) or word, jellyfish.nysiis(word) or word


@lru_cache(maxsize=50_000)
def same_name(one: str, other: str) -> bool:
    """Whether one word is a form of the other, as Bob is of Robert and Mohamed of Muhammad."""
    return one == other or bool(set(groups_of(one)) & set(groups_of(other)))


@lru_cache(maxsize=50_000)
def closeness(one: str, other: str) -> float:
    """How alike two words are, from 0 to 1: written alike, a form of each other, or sounding alike."""
    if one == other:
        return 1.0
    if same_name(one, other):
        return 0.95
    written = jellyfish.jaro_winkler_similarity(one, other)
    alike = any(a == b for a, b in zip(sounds_of(one), sounds_of(other), strict=True))
    if jellyfish.damerau_levenshtein_distance(one, other) == 1 and min(len(one), len(other)) > _SHORT:
        written = max(written, 0.92)
    return max(written, 0.9) if alike and written >= _SOUNDS_AND_LOOKS else written


_SHORT: Final = 3
"""Letters of a word in which one other letter makes another name: Ava, Eva, Ada."""
_SOUNDS_AND_LOOKS: Final = 0.72
"""From which likeness on words that sound alike are taken for one name: a code alone holds too many together."""
