"""How likely two records are of one person: a score from 0 to 100 with its reasons. Only a person decides it (MergePeople)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import permutations
from typing import Any, Final
from uuid import UUID

from services.people.codes import MergeReason
from services.people.events import ChildBorn
from services.people.matching.keys import (
    NUMBERS,
    Key,
    address_key,
    born_key,
    name_keys,
    near_days,
    number_key,
)
from services.people.matching.names import closeness
from services.people.matching.names import words_of as words_of_name
from shared.domain.event import Event

WORTH_A_LOOK: Final = 75
"""From this score on two records are put before a person. Where it stands is measured: `python -m tests.benchmarks --only
duplicates` gives recall and precision on the pairs in tests/benchmarks/duplicate_pairs.csv.
"""
_NAME: Final = 60
_BORN: Final = 40
_SAME_NUMBER: Final = 97
_OTHER_NUMBER: Final = 40
"""The most that is left where both have a number of one kind, and not the same: its check digit rules out slips."""
_SAME_HOME: Final = 8
_SAME_HOME_AND_GIVEN_NAME: Final = 32
"""Of a child who goes by the mother's family name here and by the father's there."""
_OTHER_SEX: Final = 12
_WITHOUT_BIRTH: Final = 0.85
"""How far a name goes alone, where one of the two has no day of birth."""
_ONE_WORD: Final = 0.8
"""The most that one word says, of somebody who has several elsewhere."""
_NOTHING_ALIKE: Final = 0.6
"""How alike any two words are."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of who somebody is, as far as two records are compared by it."""

    names: tuple[str, ...] = ()
    """What they are called first, then what they were."""
    born: date | None = None
    sex: str | None = None
    nhs_number: str | None = None
    upn: str | None = None
    la_child_id: str | None = None
    homes: frozenset[str] = frozenset()
    """Keys of the addresses they live or lived at."""
    family: UUID | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """How alike two records are, and why."""

    score: int
    reasons: tuple[MergeReason, ...] = field(default=())

    @property
    def worth_a_look(self) -> bool:
        """Whether a person should look at the two."""
        return self.score >= WORTH_A_LOOK and bool(self.reasons)


def known_of(texts: Iterable[Mapping[str, Any]], family: UUID | None = None) -> Known:
    """What is known of a person from the words of their facts, in order: what is said later is so, and a name before it was.

    An address is told by its lines.
    """
    names: list[str] = []
    homes: set[str] = set()
    said: dict[str, Any] = {}
    for text in texts:
        names = [*_names_in(text), *names]
        if home := _home_in(text):
            homes.add(home.text)
        said |= {name: text[name] for name in _SINGLE if text.get(name)}
    born = said.get("born")
    return Known(
        names=tuple(dict.fromkeys(names)),
        born=date.fromisoformat(born) if born else None,
        sex=said.get("sex"),
        nhs_number=said.get("nhs_number"),
        upn=said.get("upn"),
        la_child_id=said.get("la_child_id"),
        homes=frozenset(homes),
        family=family,
    )


_SINGLE: Final = ("born", "sex", "nhs_number", "upn", "la_child_id")


def _names_in(text: Mapping[str, Any]) -> list[str]:
    parts = [*(text.get("given_names") or ()), *filter(None, [text.get("family_name")])]
    return [*filter(None, [text.get("name"), " ".join(parts)]), *(text.get("former_names") or ())]


def _home_in(text: Mapping[str, Any]) -> Key | None:
    return address_key(text.get("lines") or (), text.get("postcode"))


def keys_in(text: Mapping[str, Any]) -> frozenset[Key]:
    """Everything that the words of one fact say of a person that they are found by."""
    found = set(name_keys(*_names_in(text)))
    found |= {born_key(date.fromisoformat(text[name])) for name in ("born", "due") if text.get(name)}
    for kind in NUMBERS:
        if text.get(kind):
            found.add(number_key(kind, text[kind]))
    if text.get("former_upn"):
        found.add(number_key("upn", text["former_upn"]))
    if home := _home_in(text):
        found.add(home)
    return frozenset(found)


def words_of(event: Event, text: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """The words of a fact; with the day of a birth, which is no word. Nothing is left of what was erased."""
    if text is None:
        return {}
    return {**text, "born": event.born.isoformat()} if isinstance(event, ChildBorn) else text


def compare(one: Known, other: Known) -> Match:
    """How alike two records are."""
    name, given = _names(one.names, other.names)
    born = near_days(one.born).get(other.born, 0.0) if one.born and other.born else None
    at_home = bool(one.homes & other.homes)
    points = _NAME * name + _BORN * born if born is not None else 100 * _WITHOUT_BIRTH * name
    if at_home:
        points += _SAME_HOME_AND_GIVEN_NAME if given >= _SAME_GIVEN else _SAME_HOME
    if one.sex and other.sex and one.sex != other.sex:
        points -= _OTHER_SEX
    same = {kind for kind in NUMBERS if _number(one, kind) and _number(one, kind) == _number(other, kind)}
    differs = any(
        _number(one, kind) and _number(other, kind) and kind not in same for kind in ("nhs_number", "upn")
    )
    if same:
        points = max(points, _SAME_NUMBER)
    elif differs:
        points = min(points, _OTHER_NUMBER)
    reasons = [
        *([MergeReason.SAME_BIRTH_DATE] if born is not None and born >= _SAME_DIGITS else []),
        *([MergeReason.NAME_VARIANT] if name >= _NAME_VARIANT else []),
        *([MergeReason.SAME_ADDRESS] if at_home else []),
        *([MergeReason.SAME_NHS_NUMBER] if "nhs_number" in same else []),
        *([MergeReason.SAME_UPN] if "upn" in same else []),
        *([MergeReason.SAME_FAMILY] if one.family is not None and one.family == other.family else []),
    ]
    return Match(max(0, min(100, round(points))), tuple(reasons))


_SAME_DIGITS: Final = 0.9
"""The same day of birth, or its day and month changed about."""
_NAME_VARIANT: Final = 0.6
_SAME_GIVEN: Final = 0.9


def _number(of: Known, kind: str) -> str | None:
    number: str | None = getattr(of, kind)
    return number


def _names(one: Sequence[str], other: Sequence[str]) -> tuple[float, float]:
    """How alike two people's names are, at best, and their given names."""
    return max(
        (_name(words_of_name(a), words_of_name(b)) for a in one for b in other),
        default=(0.0, 0.0),
    )


def _name(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[float, float]:
    """How alike two names are, word by word in any order, and their first words.

    The word that is least alike counts most: one family name and one birthday make twins, not one child.
    """
    if not one or not other:
        return 0.0, 0.0
    few, many = sorted((one, other), key=len)
    if len(few) < len(many):
        joined = max(
            ("".join(many[n : n + 2]) for n in range(len(many) - 1)), key=lambda two: _best(two, few)
        )
        if any(closeness(joined, word) >= _SAME_GIVEN for word in few):
            many = _rejoined(many, joined)
    found = max(
        0.75 * min(alike) + 0.25 * sum(alike) / len(alike)
        for chosen in permutations(many, len(few))
        for alike in [[_above_chance(closeness(*two)) for two in zip(few, chosen, strict=True)]]
    )
    if len(few) == 1 and len(many) > 1:
        found *= _ONE_WORD
    return found, closeness(one[0], other[0])


def _best(word: str, others: tuple[str, ...]) -> float:
    return max(closeness(word, other) for other in others)


def _rejoined(words: tuple[str, ...], joined: str) -> tuple[str, ...]:
    """A name with two of its words made one."""
    at = next(n for n in range(len(words) - 1) if "".join(words[n : n + 2]) == joined)
    return (*words[:at], joined, *words[at + 2 :])


def _above_chance(likeness: float) -> float:
    return max(0.0, (likeness - _NOTHING_ALIKE) / (1 - _NOTHING_ALIKE))
