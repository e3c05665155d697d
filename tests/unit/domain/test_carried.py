"""Facts carried on: what is said again of a child, and which of its words."""

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.carried import CarriedOn, again, carried_from, said_again, words_carried
from shared.domain.command import Refused
from shared.domain.corrections import CorrectedText, correction_of
from shared.domain.event import Event, Sealed
from shared.domain.instants import london
from shared.testing.facts import CHILD, SIBLING, record

MONDAY, TUESDAY = london(2026, 4, 13, 12), london(2026, 4, 14, 12)


class Words(Sealed):
    what: str
    people: tuple[str, ...] = ()


class Told(Event, name="carried_test.Told", text=Words, fixed=()):
    level: int


class Heard(Event, name="carried_test.Heard", fixed=()):
    pass


FIRST = record(Told(level=2, sealed=Words(what="Cold.", people=("Ava", "Ben"))), at=MONDAY, child=None)


def opened(one):
    return one.text or {}


def test_it_is_the_same_fact_of_the_child_it_is_decided_for_and_happened_when_it_did():
    told = again(FIRST, level=3).placed(child=CHILD, happened_at=TUESDAY)
    assert (told.child, told.happened_at, told.level) == (CHILD, MONDAY, 3)
    assert carried_from(told, (FIRST,)) is FIRST


def test_what_is_said_for_the_first_time_carries_nothing():
    assert carried_from(Told(level=1, sealed=Words(what="New.")), (FIRST,)) is None


def test_only_what_the_decision_was_given_can_be_carried_on():
    stranger = Told(level=1, sealed=CarriedOn(of=uuid4()))
    with pytest.raises(LookupError, match="was not given"):
        carried_from(stranger, (FIRST,))


@given(st.sets(st.integers(0, 5)))
def test_of_a_list_only_the_places_named_are_carried_on(places):
    chosen = tuple(sorted(places))
    words = words_carried(again(FIRST, items={"people": chosen}), FIRST, opened)
    assert words.get("people", []) == [name for place, name in enumerate(("Ava", "Ben")) if place in places]
    assert (words["what"], words["recorded_by"]) == ("Cold.", "A mash manager")


def test_what_has_a_text_of_another_kind_takes_the_fields_it_names():
    told = Told(level=1, sealed=CarriedOn(of=FIRST.envelope.event_id, only=("what",)))
    assert words_carried(told, FIRST, opened) == {"what": "Cold.", "recorded_by": "A mash manager"}


def test_what_was_erased_cannot_be_said_again():
    with pytest.raises(Refused, match="was erased"):
        words_carried(again(FIRST), FIRST, lambda _record: None)


def test_what_has_no_words_is_said_again_without():
    heard = record(Heard(), at=MONDAY, child=None)
    assert words_carried(again(heard), heard, lambda _record: {}) == {}


def test_what_says_it_again_is_found_while_it_stands():
    told = record(again(FIRST), at=TUESDAY, child=CHILD, carries=FIRST, version=1, n=2)
    other = record(Told(level=1), at=TUESDAY, child=SIBLING, n=3)
    assert said_again([FIRST], [[told], [other]]) == [told]
    assert said_again([other], [[told]]) == []
    withdrawn = record(
        correction_of(told, None, CorrectedText(reason="x")),
        at=TUESDAY,
        service="carried_test",
        version=2,
        n=4,
    )
    assert said_again([FIRST], [[told, withdrawn]]) == []
