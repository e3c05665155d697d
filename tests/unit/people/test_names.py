"""What a list shows of a person: the name as it is right by now, an age, and what is withheld."""

from datetime import date

from services.people.names import NOBODY, Change, as_listed

TODAY = date(2026, 12, 21)
KIT = {"name": "Kit Test", "born": "2017-02-11"}


def test_a_child_has_a_name_and_an_age_in_years_and_months():
    assert as_listed("child", KIT, [], TODAY) == {
        "kind": "child",
        "name": "Kit Test",
        "age": {"years": 9, "months": 10},
        "due": None,
        "restricted": [],
    }


def test_the_age_changes_on_the_day_itself():
    ages = [
        as_listed("child", {"name": "A", "born": "2026-06-21"}, [], date(2026, 12, day))["age"]
        for day in (20, 21)
    ]
    assert ages == [{"years": 0, "months": 5}, {"years": 0, "months": 6}]


def test_what_was_put_right_since_is_what_is_shown():
    changes = [
        Change("corrected", since=date(2016, 2, 11), text={"name": "Kit Tester", "born": "2016-02-11"}),
        Change("corrected", text={"name": None, "ethnicity": "WBRI"}),
    ]
    listed = as_listed("child", KIT, changes, TODAY)
    assert (listed["name"], listed["age"]) == ("Kit Tester", {"years": 10, "months": 10})


def test_an_unborn_child_has_the_day_it_is_due_and_no_age_until_it_is_born():
    unborn = {"name": "Baby Test", "due": "2026-12-01"}
    assert as_listed("child", unborn, [], TODAY)["due"] == "2026-12-01"
    born = as_listed(
        "child", unborn, [Change("born", since=date(2026, 12, 3), text={"name": "Ava Test"})], TODAY
    )
    assert (born["name"], born["due"], born["age"]) == ("Ava Test", None, {"years": 0, "months": 0})


def test_a_name_that_is_withheld_stands_in_no_list_as_long_as_it_is():
    until = Change("restricted", until=TODAY, code="address name")
    assert as_listed("child", KIT, [until], TODAY)["name"] is None
    assert as_listed("child", KIT, [until], TODAY)["restricted"] == ["address", "name"]
    after = as_listed("child", KIT, [until], date(2026, 12, 22))
    assert (after["name"], after["restricted"]) == ("Kit Test", [])


def test_an_address_that_is_withheld_is_marked_and_takes_no_name():
    listed = as_listed("child", KIT, [Change("restricted", code="address")], TODAY)
    assert (listed["name"], listed["restricted"]) == ("Kit Test", ["address"])


def test_of_somebody_who_was_erased_not_even_the_age_is_left():
    changes = [Change("born", since=date(2026, 12, 3)), Change("restricted", code="name")]
    assert as_listed("child", None, changes, TODAY) == {**NOBODY, "kind": "child", "restricted": ["name"]}
