"""What people are searched by, and how alike two records are: spellings, short forms, order, marks, one name, former names."""

import hashlib
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st

from services.people.codes import MergeReason
from services.people.matching.asked import LEAST, asked
from services.people.matching.compare import WORTH_A_LOOK, Known, compare, keys_in, known_of
from services.people.matching.keys import address_key, name_keys, near_days
from services.people.matching.names import folded, same_name, words_of

BORN = date(2015, 3, 4)


def digest(text: str) -> UUID:
    """Keyed in the service; here only what is one and the same."""
    return UUID(bytes=hashlib.sha256(text.encode()).digest()[:16])


def score(text: dict[str, object], **sought: object) -> int:
    """How well somebody of whom this was recorded fits a search; 0 where nobody would be looked up."""
    search = asked(digest, **sought)
    held = {digest(key.text) for key in keys_in(text)}
    return search.fit(held).score if held & search.by else 0


@pytest.mark.parametrize(
    ("recorded", "sought"),
    [
        ("Zoë O’Brien", "zoe obrien"),
        ("Zoë O'Brien", "O'Brien, Zoe"),
        ("Anne-Marie Smith", "Annemarie Smith"),
        ("Annemarie Smith", "Anne Marie Smyth"),
        ("Robert Clarke", "Bob Clark"),
        ("Muhammad Hussain", "Mohammed Hussein"),
        ("Siobhán Byrne", "Siobhan Burn"),
        ("Li Wei", "Wei Li"),
        ("José García Márquez", "Jose Garcia"),
        ("Łukasz Wójcik", "Lukasz Wojcik"),
        ("Mac Donald Fergus", "Fergus Macdonald"),
        ("李 小龙", "小龙 李"),
        ("van der Berg Anna", "Anna Berg"),
    ],
)
def test_a_name_is_found_as_it_is_spelt_sounds_or_is_shortened(recorded, sought):
    assert score({"name": recorded}, name=sought) >= LEAST


def test_somebody_of_one_name_is_found_by_it_and_by_its_sound():
    assert score({"name": "Suharto"}, name="Suharto") == 100
    assert score({"name": "Suharto"}, name="Soeharto") >= LEAST


def test_a_name_said_before_is_a_way_to_be_found():
    assert score({"name": "Kit Mehta", "former_names": ["Kit Lowe"]}, name="Kit Lowe") == 100


def test_other_people_are_not_found_by_a_name():
    assert score({"name": "Amara Jones"}, name="Amara Patel") < 100
    assert score({"name": "Peter Jones"}, name="Amara Patel") < LEAST


def test_a_birthday_alone_finds_who_was_born_then_and_beside_a_name_nobody_else():
    recorded = {"name": "Amara Jones", "born": BORN.isoformat()}
    assert score(recorded, born=BORN) == 100
    assert score(recorded, name="Amara Jones", born=BORN) == 100
    assert score(recorded, name="Peter Patel", born=BORN) == 0


@pytest.mark.parametrize("born", [date(2015, 4, 3), date(2015, 3, 5), date(2005, 3, 4)])
def test_a_day_that_was_written_wrongly_still_finds(born):
    recorded = {"name": "Amara Jones", "born": BORN.isoformat()}
    assert LEAST <= score(recorded, name="Amara Jones", born=born) < 100
    assert (
        asked(digest, name="Amara Jones", born=born).fit({digest(k.text) for k in keys_in(recorded)}).born
        != "same"
    )


@pytest.mark.parametrize("number", ["nhs_number", "upn", "la_child_id"])
def test_a_number_finds_whoever_has_it_and_nobody_else(number):
    assert score({"name": "A", number: "9990000379"}, **{number: "9990000379"}) == 100
    assert score({"name": "A", number: "9990000379"}, **{number: "9990000387"}) == 0


def test_a_wrong_name_beside_the_right_number_hides_nobody():
    assert score({"name": "Amara Jones", "upn": "A1"}, name="Peter Patel", upn="A1") == 100


@given_any(st.text(max_size=40))
def test_folding_is_done_once_and_for_all(text):
    assert folded(folded(text)) == folded(text)
    assert all(word == folded(word) and " " not in word for word in words_of(text))


@given_any(
    st.lists(st.sampled_from(["ada", "bob", "chidi", "dana", "edwin", "fatima"]), min_size=1, max_size=4)
)
def test_the_order_of_words_is_nothing_to_a_search(words):
    forwards, backwards = " ".join(words), " ".join(reversed(words))
    joined = {key.text for key in name_keys(forwards)} & {key.text for key in name_keys(backwards)}
    assert {f"word {word}" for word in words} <= joined


def test_alex_is_short_for_both_and_they_are_not_each_other():
    assert same_name("alex", "alexander")
    assert same_name("alex", "alexandra")
    assert not same_name("alexander", "alexandra") or same_name("sasha", "alexander")


# -- two records


def known(name: str, born: date | None = BORN, **more: object) -> Known:
    return Known(names=(name,), born=born, **more)


HOME = frozenset({address_key(["1 High Street"], "AB1 2CD").text})


def test_a_nickname_and_a_date_changed_about_are_worth_a_look_and_say_why():
    match = compare(known("Robert Smith"), known("Bob Smyth", date(2015, 4, 3)))
    assert match.worth_a_look
    assert set(match.reasons) == {MergeReason.NAME_VARIANT, MergeReason.SAME_BIRTH_DATE}


@pytest.mark.parametrize("other", ["Ava Jones", "Adam Jones", "Alice Jones"])
def test_twins_at_one_address_are_two(other):
    assert not compare(known("Amy Jones", homes=HOME), known(other, homes=HOME)).worth_a_look


def test_a_child_who_goes_by_the_other_parents_name_is_found_at_home_alone():
    assert compare(known("Jayden Smith", homes=HOME), known("Jayden Brown", homes=HOME)).worth_a_look
    assert not compare(known("Jayden Smith"), known("Jayden Brown")).worth_a_look


def test_one_number_is_one_person_and_two_numbers_are_two():
    one, same, other = (
        known("A Smith", nhs_number="9990000379"),
        known("B Jones", date(2001, 1, 1), nhs_number="9990000379"),
        known("A Smith", nhs_number="9990000387"),
    )
    assert compare(one, same).score >= 95
    assert MergeReason.SAME_NHS_NUMBER in compare(one, same).reasons
    assert not compare(one, other).worth_a_look


def test_a_name_alone_is_not_enough():
    assert not compare(known("Amara Jones"), known("Amara Jones", date(1990, 1, 2))).worth_a_look


@given_any(
    st.sampled_from(["Amy Jones", "Bob Smyth", "Zoë O’Brien", "李 小龙", "Suharto"]),
    st.sampled_from(["Amy Jones", "Robert Smith", "Zoe OBrien", "Kit"]),
    st.dates(date(2008, 1, 1), date(2026, 1, 1)),
)
def test_how_alike_two_are_does_not_depend_on_which_comes_first(one, other, born):
    assert compare(known(one), known(other, born)) == compare(known(other, born), known(one))
    assert 0 <= compare(known(one), known(other, born)).score <= 100


def test_what_is_known_is_what_was_said_last_and_names_stay():
    told = known_of([{"name": "Kit Lowe", "born": "2015-03-04"}, {"name": "Kit Mehta", "born": "2015-04-03"}])
    assert told.names == ("Kit Mehta", "Kit Lowe")
    assert told.born == date(2015, 4, 3)


@given_any(st.dates(date(1930, 1, 1), date(2026, 12, 31)))
def test_days_near_a_day_hold_it_and_its_day_and_month_changed_about(day):
    near = near_days(day)
    assert near[day] == 1.0
    assert all(0 < weight <= 1 for weight in near.values())
    if day.day <= 12:
        assert near[date(day.year, day.day, day.month)] >= 0.9


def test_the_score_from_which_a_person_looks_is_one_that_a_person_may_reach():
    assert 50 < WORTH_A_LOOK < 95
