"""How long a record is kept: the longest of all that is found, a hold before every rule, and nothing due that cannot be reckoned."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.catalogue import events
from deploy.keeping.retention import Found, State, kept, read_rules
from deploy.play.errors import CannotGoOn

RULES = read_rules()
UNA, MUM = UUID(int=1), UUID(int=2)
BORN = date(1990, 2, 28)
LAST = date(2008, 3, 4)
CONTACT = {"mash.ContactReceived": (date(2001, 1, 1), LAST)}
IN_NEED = CONTACT | {"assessment.AssessmentStarted": (LAST, LAST)}
LOOKED_AFTER = IN_NEED | {"people.LookedAfterStarted": (LAST, LAST)}
CHILD = Found(UNA, CONTACT, "child", BORN)


def said(one: Found, on: date, *others: Found):
    """What is said of one person."""
    [found] = [each for each in kept([one, *others], RULES, on) if each.person == one.person]
    return found


@pytest.mark.parametrize(
    ("facts", "until", "kinds"),
    [
        (CONTACT, date(2014, 3, 4), ("other",)),
        (IN_NEED, date(2015, 2, 28), ("child_in_need", "other")),
        (LOOKED_AFTER, date(2065, 2, 28), ("looked_after", "child_in_need", "other")),
    ],
)
def test_a_record_is_kept_as_long_as_the_longest_of_all_that_is_found(facts, until, kinds):
    one = replace(CHILD, facts=facts)
    found = said(one, until)
    assert (found.until, found.state, found.kinds) == (until, State.KEPT, kinds)
    assert said(one, until + timedelta(days=1)).state is State.DUE


def test_what_was_recorded_lately_is_kept_however_long_ago_the_birth_was():
    old = replace(CHILD, facts={"assessment.AssessmentStarted": (date(2014, 5, 1), date(2014, 5, 1))})
    assert said(old, date(2016, 1, 1)).until == date(2020, 5, 1)


def test_of_a_looked_after_child_who_died_as_a_child_fifteen_years_count():
    one = replace(CHILD, facts=LOOKED_AFTER, died=date(2005, 6, 1))
    assert said(one, date(2021, 1, 1)).until == date(2020, 6, 1)
    assert said(replace(one, died=date(2008, 2, 28)), date(2021, 1, 1)).until == date(2065, 2, 28)


def test_a_hold_beats_every_rule():
    due = said(CHILD, date(2030, 1, 1))
    assert due.state is State.DUE
    held = said(replace(CHILD, holds=("inquiry",)), date(2030, 1, 1))
    assert (held.state, held.until) == (State.HELD, due.until)
    assert "inquiry" in held.because


def test_without_a_day_of_birth_a_person_decides():
    found = said(replace(CHILD, facts=IN_NEED, born=None), date(2100, 1, 1))
    assert (found.state, found.until) == (State.A_PERSON_DECIDES, None)
    assert "birth" in found.because


def test_an_allegation_is_never_due_by_itself_is_l7():
    one = replace(CHILD, facts=CONTACT | {"lado.AllegationReceived": (LAST, LAST)})
    found = said(one, date(2100, 1, 1))
    assert found.state is State.A_PERSON_DECIDES
    assert "pension age" in found.because


def test_who_was_erased_is_kept_no_longer():
    assert kept([replace(CHILD, erased=True)], RULES, date(2100, 1, 1)) == []


def test_an_adult_is_kept_as_long_as_the_children_to_whom_they_are_related():
    mother = Found(MUM, {"people.PersonRegistered": (LAST, LAST)}, "adult")
    child = replace(CHILD, facts=LOOKED_AFTER, related=frozenset({MUM}))
    assert said(mother, date(2030, 1, 1)).state is State.DUE
    assert said(mother, date(2030, 1, 1), child).until == date(2065, 2, 28)
    unknown = replace(child, born=None)
    assert said(mother, date(2030, 1, 1), unknown).state is State.A_PERSON_DECIDES


def test_two_adults_do_not_keep_each_other():
    father = Found(UNA, {"people.PersonRegistered": (date(2020, 1, 1), date(2020, 1, 1))}, "adult")
    mother = Found(MUM, {"people.PersonRegistered": (LAST, LAST)}, "adult", related=frozenset({UNA}))
    assert said(mother, date(2012, 1, 1), father).until == date(2014, 3, 4)


@given(
    st.dictionaries(
        st.sampled_from([fact for kind in RULES.kinds.values() for fact in kind.found_by] or ["x"]),
        st.just((LAST, LAST)),
        min_size=1,
    ),
    st.dates(date(2011, 4, 1), date(2150, 1, 1)),
)
def test_one_fact_more_never_makes_a_record_due_sooner(facts, on):
    less = said(replace(CHILD, facts=CONTACT), on)
    more = said(replace(CHILD, facts=CONTACT | facts), on)
    assert (more.until or date.max) >= (less.until or date.max)


def test_before_a_rule_holds_nothing_is_due():
    assert said(CHILD, date(2011, 3, 31)).state is State.A_PERSON_DECIDES


# -- the rules as data


def test_every_fact_by_which_a_kind_is_found_is_an_event_and_says_its_source():
    named = set(events())
    for name, kind in RULES.kinds.items():
        assert kind.source, name
        assert set(kind.found_by) <= named, (name, set(kind.found_by) - named)


@pytest.mark.parametrize(
    ("written", "what"),
    [
        ("other: {what: x, source: x, rows: []}\nedition: e\n", "rows"),
        (
            "other: {what: x, source: x, rows: [{applies_from: 2011-04-01, years: 6, from: noon}]}\nedition: e\n",
            "from",
        ),
        ("edition: e\n", "other"),
        ("other: {}\n", "KeyError"),
        ("[", "cannot be read"),
    ],
)
def test_a_slip_in_a_council_s_rules_is_named(tmp_path, written, what):
    path = tmp_path / "retention.yaml"
    path.write_text(written)
    with pytest.raises(CannotGoOn, match=what):
        read_rules(path)


def test_a_rule_that_changed_is_reckoned_by_the_row_of_the_day(tmp_path):
    path = tmp_path / "retention.yaml"
    path.write_text(
        "edition: ours 2027\nother:\n  what: all\n  source: the council\n  rows:\n"
        "    - {applies_from: 2011-04-01, years: 6, from: last_recorded}\n"
        "    - {applies_from: 2027-01-01, years: 10, from: last_recorded}\n"
    )
    ours = read_rules(path)
    [before] = kept([CHILD], ours, date(2026, 12, 31))
    [after] = kept([CHILD], ours, date(2027, 1, 1))
    assert (before.until, after.until) == (date(2014, 3, 4), date(2018, 3, 4))
