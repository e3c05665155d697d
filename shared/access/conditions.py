"""Says under which facts something is allowed: as the shortest sum of products of facts, and in words.

The shortest sum is found as Quine and McCluskey do: of the products that hold wherever they apply (prime implicants) the
fewest that cover every case.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import Final

from shared.access.table import Row
from shared.domain.access_facts import NOTHING, OF_THE_RECORD, SENTENCES, Fact, Facts

_ALWAYS: Final = "always"


_KEPT: Final = 1024
"""Sums kept: few rows differ."""


@dataclass(frozen=True, slots=True)
class Product:
    """Facts that must be so, and facts that must not be, together."""

    so: tuple[Fact, ...]
    not_so: tuple[Fact, ...]

    def __str__(self) -> str:
        return " & ".join([*self.so, *(f"!{fact}" for fact in self.not_so)])

    def in_words(self) -> str:
        """As a sentence goes on after `if`."""
        return " and ".join(
            [*(SENTENCES[fact][0] for fact in self.so), *(SENTENCES[fact][1] for fact in self.not_so)]
        )


@lru_cache(_KEPT)
def allowed_if(row: Row) -> tuple[Product, ...]:
    """The shortest sum of products under which a row allows. One empty product: always; none: never."""
    cases = frozenset(at for at, outcome in enumerate(row.outcomes) if outcome.allowed)
    width = len(row.facts)
    products = sorted(_fewest(cases, sorted(_primes(cases, width))))
    return tuple(
        Product(
            so=tuple(fact for n, fact in enumerate(row.facts) if mask >> n & 1 and value >> n & 1),
            not_so=tuple(fact for n, fact in enumerate(row.facts) if mask >> n & 1 and not value >> n & 1),
        )
        for mask, value in products
    )


def where(row: Row, facts: Facts) -> Row:
    """The row of a record of which these are so, and the other facts that a record says of itself are not."""
    kept = tuple(fact for fact in row.facts if fact not in OF_THE_RECORD)
    combinations_of = (
        frozenset(fact for n, fact in enumerate(kept) if number >> n & 1) for number in range(1 << len(kept))
    )
    return Row(kept, tuple(row.under(facts & OF_THE_RECORD | so) for so in combinations_of))


def written(row: Row) -> str:
    """The condition as the golden table has it: `always`, `never`, or `named & restricted | !sealed`."""
    products = allowed_if(row)
    if not products:
        return "never"
    return " | ".join(str(product) for product in products) or "always"


def in_words(row: Row) -> str:
    """The condition as a person reads it after `if`; empty where it is always or never so."""
    return "; or if ".join(product.in_words() for product in allowed_if(row))


def explained(row: Row) -> str | None:
    """When a row allows, in words: empty where it always does, None where it never does.

    That what is sealed stays shut is said by the walls, and not again of each action.
    """
    if not any(outcome.allowed for outcome in row.outcomes):
        return None
    ordinary = _of_a_record(where(row, NOTHING))
    if Fact.RESTRICTED in row.facts:
        restricted = _of_a_record(where(row, frozenset({Fact.RESTRICTED})))
        return f"{ordinary[:1].upper()}{ordinary[1:]}; where the record is restricted, {restricted}."
    return "" if ordinary == _ALWAYS else f"{ordinary[:1].upper()}{ordinary[1:]}."


def _of_a_record(row: Row) -> str:
    products = allowed_if(row)
    if products == (Product((), ()),):
        return _ALWAYS
    return f"if {in_words(row)}" if products else "never"


_Term = tuple[int, int]
"""A product: which facts it looks at (bits), and how they must be."""


def _primes(cases: frozenset[int], width: int) -> frozenset[_Term]:
    """The products that hold in these cases alone, and would not if they looked at one fact less."""
    terms, primes = {((1 << width) - 1, case) for case in cases}, set[_Term]()
    while terms:
        joined, used = set[_Term](), set[_Term]()
        for mask, value in terms:
            for n in _bits(mask):
                other = (mask, value ^ 1 << n)
                if other in terms:
                    joined.add((mask & ~(1 << n), value & ~(1 << n)))
                    used |= {(mask, value), other}
        primes |= terms - used
        terms = joined
    return frozenset(primes)


def _fewest(cases: frozenset[int], primes: Sequence[_Term]) -> Iterable[_Term]:
    """The fewest products that cover all cases: those without which a case is left, then the smallest set of others."""
    covers = {term: frozenset(case for case in cases if case & term[0] == term[1]) for term in primes}
    needed = {term for case in cases for term in _only(term for term in primes if case in covers[term])}
    left = cases - frozenset[int]().union(*(covers[term] for term in needed))
    others = [term for term in primes if covers[term] & left]
    for size in range(len(others) + 1):
        for more in combinations(others, size):
            if left <= frozenset[int]().union(*(covers[term] for term in more)):
                return [*needed, *more]
    raise AssertionError("all primes together cover every case")


def _only(terms: Iterable[_Term]) -> Sequence[_Term]:
    found = list(terms)
    return found if len(found) == 1 else ()


def _bits(mask: int) -> Iterator[int]:
    return (n for n in range(mask.bit_length()) if mask >> n & 1)
