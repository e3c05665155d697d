"""The shortest sum of facts: it says just what the row says, and no shorter one does."""

from itertools import product as combinations_of

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.access.conditions import Product, allowed_if, explained, written
from shared.access.table import Outcome, Row
from shared.domain.access_facts import Fact

A, B, C = Fact.WORKS_WITH_CHILD, Fact.NAMED, Fact.GLASS_BROKEN
RESTRICTED, SEALED = Fact.RESTRICTED, Fact.SEALED


def row(facts: tuple[Fact, ...], says) -> Row:
    """The row that allows where a function of the facts says so."""
    return Row(
        facts,
        tuple(
            Outcome(allowed=bool(says(*(bool(number >> n & 1) for n in range(len(facts))))))
            for number in range(1 << len(facts))
        ),
    )


def holds(products: tuple[Product, ...], so: frozenset[Fact]) -> bool:
    return any(set(one.so) <= so and not set(one.not_so) & so for one in products)


@pytest.mark.parametrize(
    ("facts", "says", "sum_"),
    [
        ((), lambda: True, "always"),
        ((), lambda: False, "never"),
        ((A,), lambda a: a, "works_with_child"),
        ((A, B), lambda a, b: a or b, "works_with_child | named"),
        ((A, B), lambda a, b: a and not b, "works_with_child & !named"),
        ((A, B), lambda a, b: a != b, "works_with_child & !named | named & !works_with_child"),
        ((A, B, C), lambda a, b, c: a or (b and c), "works_with_child | named & glass_broken"),
        ((A, B), lambda _a, _b: True, "always"),
    ],
)
def test_the_sum_is_the_shortest(facts, says, sum_):
    assert set(written(row(facts, says)).split(" | ")) == set(sum_.split(" | "))


@given(st.lists(st.booleans(), min_size=16, max_size=16))
def test_it_says_what_the_row_says_and_without_any_part_it_would_not(outcomes):
    facts = (A, B, C, RESTRICTED)
    one = Row(facts, tuple(Outcome(allowed=allowed) for allowed in outcomes))
    products = allowed_if(one)
    cases = [
        frozenset(fact for fact, so in zip(facts, chosen, strict=True) if so)
        for chosen in combinations_of((False, True), repeat=len(facts))
    ]
    assert all(holds(products, so) == one.under(so).allowed for so in cases)
    for at in range(len(products)):
        fewer = (*products[:at], *products[at + 1 :])
        assert any(holds(fewer, so) != one.under(so).allowed for so in cases)


def test_in_words_a_restricted_record_is_said_apart_and_a_sealed_one_not_at_all():
    always = row((), lambda: True)
    assert (explained(always), explained(row((), lambda: False))) == ("", None)
    assert explained(row((SEALED,), lambda sealed: not sealed)) == ""
    named = row(
        (A, RESTRICTED, B, SEALED), lambda a, restricted, b, sealed: not sealed and (b if restricted else a)
    )
    assert explained(named) == (
        "If they are allocated to the child now, in any team; where the record is restricted, "
        "if they are named among those who may see it."
    )
    closed = row((RESTRICTED,), lambda restricted: not restricted)
    assert explained(closed) == "Always; where the record is restricted, never."
