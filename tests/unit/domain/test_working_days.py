"""Working days, dated editions of the calendar, and the tool that writes one."""

import json
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.generate.bank_holidays import easter_sunday, reckoned
from deploy.generate.calendar_snapshot import bank_holidays, main
from shared.domain.instants import london
from shared.domain.working_days import (
    BadEdition,
    Calendar,
    CalendarEnds,
    Calendars,
    calendar_at,
    load_calendars,
    own_calendars,
)

EW = next(one for one in own_calendars().editions if one.edition == "EW-2026-11")
DAYS = st.dates(min_value=date(2012, 1, 1), max_value=date(2028, 6, 30))
COUNTS = st.integers(min_value=0, max_value=60)


def working(day: date) -> bool:
    return EW.is_working_day(day)


@pytest.mark.parametrize(
    ("day", "is_working"),
    [
        (date(2026, 4, 2), True),
        (date(2026, 4, 3), False),  # Good Friday
        (date(2026, 4, 4), False),
        (date(2026, 4, 5), False),
        (date(2026, 4, 6), False),  # Easter Monday
        (date(2026, 4, 7), True),
        (date(2026, 5, 4), False),
        (date(2026, 5, 25), False),
        (date(2026, 8, 31), False),
        (date(2026, 8, 3), True),  # a bank holiday in Scotland only
        (date(2026, 7, 13), True),  # a bank holiday in Northern Ireland only
        (date(2026, 12, 24), True),
        (date(2026, 12, 25), False),
        (date(2026, 12, 26), False),  # Boxing Day, a Saturday
        (date(2026, 12, 28), False),  # its substitute
        (date(2026, 12, 29), True),
        (date(2027, 1, 1), False),
        (date(2023, 5, 8), False),  # the coronation
        (date(2022, 6, 3), False),  # the platinum jubilee
        (date(2022, 9, 19), False),  # the state funeral
        (date(2020, 5, 8), False),  # the early May holiday moved to VE day
        (date(2020, 5, 4), True),
    ],
)
def test_working_days_of_england_and_wales(day, is_working):
    assert EW.is_working_day(day) is is_working


@pytest.mark.parametrize(
    ("day", "n", "expected"),
    [
        (date(2026, 4, 2), 0, date(2026, 4, 2)),
        (date(2026, 4, 2), 1, date(2026, 4, 7)),
        (date(2026, 4, 2), 3, date(2026, 4, 9)),
        (date(2026, 4, 4), 0, date(2026, 4, 4)),  # day 0 is the trigger day, whatever day it is
        (date(2026, 4, 4), 1, date(2026, 4, 7)),
        (date(2026, 12, 23), 1, date(2026, 12, 24)),
        (date(2026, 12, 23), 3, date(2026, 12, 30)),
        (date(2026, 11, 27), 1, date(2026, 11, 30)),
        (date(2026, 3, 2), 45, date(2026, 5, 7)),  # nine weeks and three bank holidays
    ],
)
def test_the_nth_working_day_after(day, n, expected):
    assert EW.working_day_after(day, n) == expected


def test_next_and_on_or_after():
    assert EW.next_working_day(date(2026, 4, 1)) == date(2026, 4, 2)
    assert EW.next_working_day(date(2026, 4, 2)) == date(2026, 4, 7)
    assert EW.working_day_on_or_after(date(2026, 4, 2)) == date(2026, 4, 2)
    assert EW.working_day_on_or_after(date(2026, 4, 3)) == date(2026, 4, 7)


def test_days_are_not_counted_backwards():
    with pytest.raises(ValueError, match="0 or more"):
        EW.working_day_after(date(2026, 4, 2), -1)


@given(DAYS, COUNTS)
def test_exactly_n_working_days_lie_after_the_trigger_up_to_the_nth(day, n):
    last = EW.working_day_after(day, n)
    passed = [day + timedelta(days=i) for i in range(1, (last - day).days + 1)]
    assert sum(map(working, passed)) == n
    assert n == 0 or working(last)


@given(DAYS, COUNTS, COUNTS)
def test_counting_is_additive(day, first, second):
    assert EW.working_day_after(day, first + second) == EW.working_day_after(
        EW.working_day_after(day, first), second
    )


@given(DAYS, DAYS, COUNTS)
def test_a_later_trigger_is_never_due_earlier(one, other, n):
    earlier, later = sorted((one, other))
    assert EW.working_day_after(earlier, n) <= EW.working_day_after(later, n)


@pytest.mark.parametrize("day", [date(2029, 1, 1), date(2029, 1, 6), date(2011, 12, 31), date(1999, 1, 1)])
def test_a_day_it_does_not_know_is_refused_loudly(day):
    with pytest.raises(
        CalendarEnds, match=r"EW-2026-11 knows .* 2012-01-01 to 2028-12-31 .*calendar_snapshot"
    ):
        EW.is_working_day(day)


def test_counting_stops_loudly_where_the_data_end():
    assert EW.working_day_after(date(2028, 12, 28), 1) == date(2028, 12, 29)
    with pytest.raises(CalendarEnds):
        EW.working_day_after(date(2028, 12, 28), 2)


FURTHER = own_calendars().beyond(EW)
PROCLAIMED = {
    2012: {date(2012, 6, 4), date(2012, 6, 5)},  # the diamond jubilee, and the spring holiday moved to it
    2020: {date(2020, 5, 8)},  # VE day in place of the early May holiday
    2022: {date(2022, 6, 2), date(2022, 6, 3), date(2022, 9, 19)},  # the platinum jubilee, the state funeral
    2023: {date(2023, 5, 8)},  # the coronation
}
MOVED = {date(2012, 5, 28), date(2020, 5, 4), date(2022, 5, 30)}


@pytest.mark.parametrize("year", range(2012, 2029))
def test_what_is_reckoned_by_rule_is_what_was_published_but_for_what_was_proclaimed(year):
    published = {day: name for day, name in bank_holidays().items() if day.year == year}
    by_rule = {day: name for day, name in reckoned(year).items() if day not in MOVED}
    assert by_rule == {day: name for day, name in published.items() if day not in PROCLAIMED.get(year, ())}


@pytest.mark.parametrize(
    "easter",
    [date(1818, 3, 22), date(2000, 4, 23), date(2008, 3, 23), date(2038, 4, 25), date(2049, 4, 18)],
)
def test_easter_sunday(easter):
    assert easter_sunday(easter.year) == easter


@given(st.integers(min_value=1583, max_value=9998))
def test_every_year_has_eight_bank_holidays_on_weekdays(year):
    days = reckoned(year)
    assert len(days) == 8
    assert all(day.weekday() < 5 for day in days)
    assert all(day.year == year for day in days)
    assert date(year, 3, 22) <= easter_sunday(year) <= date(year, 4, 25)
    assert easter_sunday(year).weekday() == 6


def test_the_provisional_edition_has_the_published_days_and_further_ones_by_rule():
    assert (FURTHER.edition, FURTHER.extends) == ("EW-2026-11-provisional", "EW-2026-11")
    assert (FURTHER.covers_from, FURTHER.covers_to) == (EW.covers_from, date(2048, 12, 31))
    assert {day for day in FURTHER.bank_holidays if day <= EW.covers_to} == EW.bank_holidays
    beyond = {day for year in range(2029, 2049) for day in reckoned(year)}
    assert FURTHER.bank_holidays - EW.bank_holidays == beyond
    assert own_calendars().beyond(FURTHER) is None
    with pytest.raises(CalendarEnds, match="EW-2026-11-provisional knows"):
        FURTHER.is_working_day(date(2049, 1, 1))


def test_no_fact_takes_the_provisional_edition_by_itself():
    assert own_calendars().at(london(2030, 1, 1)) is own_calendars().editions[-1]


def test_how_long_the_calendar_lasts():
    calendars = own_calendars()
    assert calendars.days_left(date(2028, 12, 30)) == {"published": 1, "reckoned": 365 * 20 + 5 + 1}
    assert calendars.days_left(date(2029, 1, 1))["published"] == -1
    assert Calendars([EW]).days_left(date(2028, 12, 30)) == {"published": 1, "reckoned": 1}


def edition(name: str, in_force_from: date, covers_from: date, *holidays: date) -> Calendar:
    return Calendar(name, in_force_from, covers_from, date(2030, 12, 31), frozenset(holidays))


OLD = edition("old", date(2026, 1, 1), date(2020, 1, 1))
NEW = edition("new", date(2027, 2, 1), date(2015, 1, 1), date(2027, 6, 7))
BOTH = Calendars([NEW, OLD])


@pytest.mark.parametrize(
    ("instant", "expected"),
    [
        (london(2027, 1, 31, 23, 59, 59), OLD),
        (london(2027, 2, 1), NEW),
        (london(2029, 1, 1), NEW),
        (london(2040, 1, 1), NEW),
        (london(2026, 1, 1), OLD),
        (london(2021, 1, 1), OLD),  # before any was in force: the first that covers the day
        (london(2016, 1, 1), NEW),
        (london(2000, 1, 1), OLD),  # none covers it: the oldest, which refuses to count
    ],
)
def test_a_fact_takes_the_edition_in_force_when_it_happened(instant, expected):
    assert BOTH.at(instant) is expected


def test_an_edition_comes_into_force_at_midnight_in_london():
    summer = Calendars([OLD, replace(NEW, in_force_from=date(2027, 7, 1))])
    assert summer.at(london(2027, 7, 1)).edition == "new"  # 23:00 of the day before in UTC
    assert summer.at(london(2027, 6, 30, 23, 59, 59)).edition == "old"


def test_a_proclaimed_holiday_moves_only_what_happens_from_then_on():
    assert BOTH.at(london(2027, 1, 31)).working_day_after(date(2027, 6, 4), 1) == date(2027, 6, 7)
    assert BOTH.at(london(2027, 6, 4)).working_day_after(date(2027, 6, 4), 1) == date(2027, 6, 8)


def test_the_projects_own_editions():
    assert calendar_at(london(2026, 11, 20)) is EW
    assert calendar_at(london(2026, 4, 2)) is EW  # before it came into force, and covered by it
    with pytest.raises(ValueError, match="no offset"):
        calendar_at(datetime(2026, 4, 2))


@pytest.mark.parametrize(
    ("editions", "sentence"),
    [
        ([], "no calendar edition"),
        ([OLD, replace(NEW, edition="old")], "same edition"),
        ([OLD, replace(NEW, in_force_from=OLD.in_force_from)], "same in_force_from"),
        ([OLD, replace(NEW, extends="older")], "extends older, and there is no such edition"),
        ([OLD, replace(NEW, extends="old"), replace(NEW, edition="x", extends="old")], "same extends"),
        ([replace(OLD, extends="old")], "no calendar edition"),
    ],
)
def test_editions_that_contradict_each_other_are_refused(editions, sentence):
    with pytest.raises(BadEdition, match=sentence):
        Calendars(editions)


def test_an_edition_must_know_the_days_it_serves():
    with pytest.raises(BadEdition, match="in_force_from must lie"):
        replace(OLD, in_force_from=date(2019, 12, 31))
    with pytest.raises(BadEdition, match="bank holiday lies outside"):
        replace(OLD, bank_holidays=frozenset([date(2031, 1, 1)]))


FILE = {
    "edition": "ours",
    "division": "england-and-wales",
    "source": "by hand",
    "in_force_from": "2026-01-01",
    "covers_from": "2026-01-01",
    "covers_to": "2026-12-31",
    "bank_holidays": {"2026-04-03": "Good Friday"},
}


def test_a_council_adds_an_edition_by_adding_a_file(tmp_path):
    (tmp_path / "ours.json").write_text(json.dumps(FILE))
    (found,) = load_calendars(tmp_path).editions
    assert found == Calendar(
        "ours", date(2026, 1, 1), date(2026, 1, 1), date(2026, 12, 31), frozenset([date(2026, 4, 3)])
    )


@pytest.mark.parametrize(
    ("name", "change", "sentence"),
    [
        ("ours", {"bank_holidays": {"3 April": "Good Friday"}}, r"ours\.json cannot be read: bank_holidays"),
        ("ours", {"covers_to": 20261231}, r"ours\.json cannot be read: covers_to"),
        ("ours", {"holidays": {}}, r"ours\.json cannot be read: holidays"),
        ("theirs", {}, r"theirs\.json holds edition ours"),
        ("ours", {"provisional": True, "extends": "x"}, "a name that ends in -provisional"),
        ("x-provisional", {"edition": "x-provisional"}, "a name that ends in -provisional"),
        ("x-provisional", {"edition": "x-provisional", "provisional": True}, "says which edition it extends"),
        ("ours", {"extends": "x"}, "says which edition it extends"),
        (
            "x-provisional",
            {"edition": "x-provisional", "provisional": True, "extends": "x"},
            "extends x, and there is no such edition",
        ),
    ],
)
def test_a_file_that_is_wrong_is_named(tmp_path, name, change, sentence):
    (tmp_path / f"{name}.json").write_text(json.dumps(FILE | change))
    with pytest.raises(BadEdition, match=sentence):
        load_calendars(tmp_path)


@pytest.mark.parametrize("change", [{"covers_from": "2027-01-02"}, {"in_force_from": "2026-01-02"}])
def test_a_provisional_file_begins_where_the_edition_it_extends_ends(tmp_path, change):
    further = {
        "edition": "ours-provisional",
        "provisional": True,
        "extends": "ours",
        "covers_from": "2027-01-01",
        "covers_to": "2027-12-31",
        "bank_holidays": {"2027-01-01": "New Year"},
    }
    (tmp_path / "ours.json").write_text(json.dumps(FILE))
    (tmp_path / "ours-provisional.json").write_text(json.dumps(FILE | further))
    calendars = load_calendars(tmp_path)
    assert calendars.beyond(calendars.editions[0]).covers_to == date(2027, 12, 31)
    (tmp_path / "ours-provisional.json").write_text(json.dumps(FILE | further | change))
    with pytest.raises(BadEdition, match="begin on the day after its last"):
        load_calendars(tmp_path)


def test_the_newest_edition_is_what_the_source_says():
    # Fails when an upgrade of the source brings a change: write a new edition, do not edit the old one.
    newest = own_calendars().editions[-1]
    assert newest.bank_holidays == {day for day in bank_holidays() if day <= newest.covers_to}


def test_the_tool_writes_an_edition_that_loads(tmp_path, capsys):
    assert main(["EW-2026-12", "--in-force-from", "2026-12-01", "--folder", str(tmp_path)]) == 0
    (found,) = load_calendars(tmp_path).editions
    assert (found.edition, found.in_force_from) == ("EW-2026-12", date(2026, 12, 1))
    assert date(2023, 5, 8) in found.bank_holidays
    assert capsys.readouterr().out.count("wrote") == 2
    further = load_calendars(tmp_path).beyond(found)
    assert further.edition == "EW-2026-12-provisional"
    assert not further.is_working_day(date(found.covers_to.year + 1, 12, 25))


def test_the_tool_never_changes_an_edition_nor_leaves_one_that_does_not_fit(tmp_path, capsys):
    arguments = ["--in-force-from", "2026-12-01", "--folder", str(tmp_path)]
    main(["first", *arguments])
    written = (tmp_path / "first.json").read_bytes()
    assert main(["first", *arguments]) == 1
    assert "editions never change" in capsys.readouterr().err
    assert main(["second", *arguments]) == 1
    assert "same in_force_from" in capsys.readouterr().err
    assert {path.name for path in tmp_path.iterdir()} == {"first.json", "first-provisional.json"}
    assert (tmp_path / "first.json").read_bytes() == written
