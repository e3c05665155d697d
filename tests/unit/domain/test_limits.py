"""Limits that are no count: panels, first working hours, days counted back from, a birth, stages, varying."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.instants import LONDON, local_date, local_instant, london
from shared.domain.limits import Limit, months_after
from shared.domain.rules import BadRules, NoSuchRule, Rule, Rulebook, Stage, Unit, Weekday
from shared.domain.working_days import CalendarEnds, own_calendars


def rule(rule_id: str, limit: int | None, unit: Unit, **more) -> Rule:
    texts = {"what": "what", "starts": "start", "met_by": "act", "source": "S1 app 2"}
    return Rule(id=rule_id, limit=limit, unit=unit, **(texts | more))


RULES = Rulebook(
    (
        rule("R3", None, Unit.PANEL, weekday=Weekday.WEDNESDAY, at=time(14)),
        rule("F11", None, Unit.PANEL, weekday=Weekday.THURSDAY, at=time(10)),
        rule("X1", None, Unit.PANEL, weekday=Weekday.FRIDAY, at=time(9, 30)),
        rule("M19", None, Unit.FIRST_WORKING_HOUR, at=time(10)),
        rule("M23", None, Unit.FIRST_WORKING_HOUR, at=time(9)),
        rule("C16/a", 10, Unit.WEEKS_BEFORE, before="the due date"),
        rule("C16/b", 1, Unit.MONTHS),
        rule("C25", 3, Unit.CLEAR_WORKING_DAYS_BEFORE, before="the conference"),
        rule(
            "A9",
            7,
            Unit.WORKING_DAYS,
            stages=(
                Stage("visits_first_year", Limit(6, Unit.WEEKS)),
                Stage("later_visits", Limit(12, Unit.WEEKS)),
            ),
        ),
        rule("A11", None, Unit.SAME_DAY, stages=(Stage("can_wait", Limit(3, Unit.WORKING_DAYS)),)),
        rule("M1", 1, Unit.WORKING_DAYS, vary_within=Limit(10, Unit.WORKING_DAYS)),
        rule("M13", None, Unit.AT_ONCE),
    ),
    edition="2026-11",
)
EW = own_calendars().editions[0]
EDITION = "rules 2026-11; calendar EW-2026-11"


@pytest.mark.parametrize(
    ("rule_id", "start", "due"),
    [
        # an ordinary week: the panel meets on Wednesday 25 November at 14:00
        ("R3", "2026-11-19T10:00", "2026-11-26T00:00"),
        ("R3", "2026-11-25T00:00", "2026-11-26T00:00"),
        ("R3", "2026-11-25T13:00", "2026-11-26T00:00"),
        ("R3", "2026-11-25T13:59:59", "2026-11-26T00:00"),
        ("R3", "2026-11-25T14:00", "2026-12-03T00:00"),  # it has begun: the next one
        ("R3", "2026-11-25T15:00", "2026-12-03T00:00"),
        ("F11", "2026-11-26T09:59:59", "2026-11-27T00:00"),
        ("F11", "2026-11-26T10:00", "2026-12-04T00:00"),
        # Christmas 2024 is a Wednesday: held on Friday 27 at 14:00; New Year's Day too: on Thursday 2 January
        ("R3", "2024-12-24T10:00", "2024-12-28T00:00"),
        ("R3", "2024-12-25T15:00", "2024-12-28T00:00"),
        ("R3", "2024-12-26T10:00", "2024-12-28T00:00"),
        ("R3", "2024-12-27T13:59:59", "2024-12-28T00:00"),
        ("R3", "2024-12-27T14:00", "2025-01-03T00:00"),
        ("R3", "2025-01-02T14:00", "2025-01-09T00:00"),
        # Christmas 2025 is a Thursday, Boxing Day follows and the weekend: held on Monday 29 at 10:00
        ("F11", "2025-12-24T10:00", "2025-12-30T00:00"),
        ("F11", "2025-12-28T12:00", "2025-12-30T00:00"),
        ("F11", "2025-12-29T10:00", "2026-01-03T00:00"),
        # Easter: Good Friday 3 April, Easter Monday 6 April: a Friday panel is held on Tuesday 7
        ("X1", "2026-04-02T10:00", "2026-04-08T00:00"),
        ("X1", "2026-04-07T09:29:59", "2026-04-08T00:00"),
        ("X1", "2026-04-07T09:30", "2026-04-11T00:00"),
        # the clocks change on 29 March and 25 October 2026: the panel keeps its hour in London
        ("R3", "2026-03-28T10:00", "2026-04-02T00:00"),
        ("R3", "2026-04-01T13:59:59", "2026-04-02T00:00"),
        ("R3", "2026-04-01T14:00", "2026-04-09T00:00"),
        ("R3", "2026-10-25T01:30", "2026-10-29T00:00"),
        ("R3", "2026-10-28T13:59:59", "2026-10-29T00:00"),
        ("R3", "2026-10-28T14:00", "2026-11-05T00:00"),
        # first working hours
        ("M19", "2026-11-30T08:00", "2026-11-30T10:00"),
        ("M19", "2026-11-30T09:59:59", "2026-11-30T10:00"),
        ("M19", "2026-11-30T10:00", "2026-12-01T10:00"),
        ("M19", "2026-11-27T19:30", "2026-11-30T10:00"),
        ("M19", "2026-11-28T09:00", "2026-11-30T10:00"),
        ("M19", "2026-04-02T16:40", "2026-04-07T10:00"),
        ("M19", "2026-04-06T08:00", "2026-04-07T10:00"),
        ("M19", "2026-12-24T16:00", "2026-12-29T10:00"),
        ("M23", "2026-03-28T23:00", "2026-03-30T09:00"),
        ("M23", "2026-10-25T01:30", "2026-10-26T09:00"),
        ("M23", "2026-10-26T09:00", "2026-10-27T09:00"),
    ],
)
def test_moments_that_come_round_by_themselves(rule_id, start, due):
    found = RULES.deadline(rule_id, local_instant(start))
    assert found.due_at == local_instant(due)
    assert (found.rule, found.edition) == (rule_id, EDITION)


@pytest.mark.parametrize(
    ("rule_id", "day", "start", "due"),
    [
        ("C16/a", date(2027, 3, 10), "2026-11-24T10:00", "2026-12-31T00:00"),
        ("C16/a", date(2027, 3, 10), "2026-12-30T23:59:59", "2026-12-31T00:00"),  # its last moment
        ("C16/a", date(2027, 3, 10), "2026-12-31T00:00", None),  # fewer than ten weeks remain
        ("C16/a", date(2027, 3, 10), "2027-03-09T10:00", None),
        ("C16/a", date(2027, 3, 10), "2027-04-01T10:00", None),
        ("C16/a", date(2027, 5, 1), "2026-11-24T10:00", "2027-02-21T00:00"),  # over a clock change
        # over Easter: 8 and 7 April, then 2 April
        ("C25", date(2026, 4, 9), "2026-03-20T10:00", "2026-04-02T00:00"),
        ("C25", date(2026, 4, 9), "2026-04-01T23:59:59", "2026-04-02T00:00"),
        ("C25", date(2026, 4, 9), "2026-04-02T00:00", None),
        ("C25", date(2026, 12, 29), "2026-12-01T10:00", "2026-12-22T00:00"),
        ("C25", date(2026, 10, 27), "2026-10-01T10:00", "2026-10-22T00:00"),  # over a clock change
    ],
)
def test_counted_back_from_a_day_no_clock_starts_where_too_few_days_remain(rule_id, day, start, due):
    found = RULES.deadline_before(rule_id, day, local_instant(start))
    assert (found.due_at if found else None) == (local_instant(due) if due else None)


@pytest.mark.parametrize(
    ("born", "due"),
    [
        (date(2026, 1, 31), london(2026, 3, 1)),
        (date(2028, 1, 31), london(2028, 3, 1)),  # 29 February
        (date(2026, 6, 15), london(2026, 7, 16)),
        (date(2026, 3, 1), london(2026, 4, 2)),  # born in winter time, due in summer time
        (date(2026, 12, 31), london(2027, 2, 1)),
    ],
)
def test_from_a_birth(born, due):
    found = RULES.deadline_from_birth("C16/b", born)
    assert (found.due_at, found.rule, found.edition) == (due, "C16/b", EDITION)


def test_a_stage_is_another_limit_and_unit_of_the_same_rule():
    visit = london(2026, 4, 2, 16, 40)
    assert RULES.deadline("A9", visit).due_at == london(2026, 4, 16)
    assert RULES.deadline("A9", visit, stage="visits_first_year").due_at == london(2026, 5, 15)
    assert RULES.deadline("A9", visit, stage="later_visits").due_at == london(2026, 6, 26)
    assert RULES.deadline("A11", visit).due_at == london(2026, 4, 3)
    assert RULES.deadline("A11", visit, stage="can_wait").due_at == london(2026, 4, 10)
    assert RULES.deadline("A11", visit, stage="can_wait", limit=1).due_at == london(2026, 4, 8)


def test_a_stage_that_the_rule_has_not_is_refused():
    with pytest.raises(
        NoSuchRule, match=r"rule A9 has no stage can_wait: .* visits_first_year, later_visits"
    ):
        RULES.deadline("A9", london(2026, 4, 2), stage="can_wait")
    with pytest.raises(NoSuchRule, match="its stages are none"):
        RULES.deadline("R3", london(2026, 4, 2), stage="can_wait")
    with pytest.raises(ValueError, match="is no limit in same day"):
        RULES.deadline("A11", london(2026, 4, 2), limit=2)


def test_a_rule_is_asked_in_the_direction_in_which_it_counts():
    with pytest.raises(ValueError, match=r"rule C16/a counts back from the due date"):
        RULES.deadline("C16/a", london(2026, 4, 2))
    with pytest.raises(ValueError, match="runs on from a fact"):
        RULES.deadline_before("M1", date(2026, 4, 9), london(2026, 4, 2))
    with pytest.raises(NoSuchRule, match="M13 has no clock"):
        RULES.deadline_before("M13", date(2026, 4, 9), london(2026, 4, 2))


def test_working_days_are_not_guessed_before_the_calendar_begins():
    with pytest.raises(CalendarEnds):
        RULES.deadline_before("C25", date(2012, 1, 3), london(2012, 1, 1))


def test_how_far_a_manager_may_put_a_new_due_instant():
    now = london(2026, 11, 24, 10)
    assert RULES.latest_variation("R3", now) == london(2027, 11, 25)
    assert RULES.latest_variation("R3", london(2028, 2, 29, 10)) == london(2029, 3, 1)
    assert RULES.latest_variation("M1", now) == london(2026, 12, 9)
    with pytest.raises(NoSuchRule):
        RULES.latest_variation("Z9", now)
    retired = rule("X9", 1, Unit.DAYS, applies_to=date(2026, 10, 31), vary_within=Limit(1, Unit.WEEKS))
    assert Rulebook((retired,), edition="x").latest_variation("X9", now) == london(2026, 12, 2)


def test_limits_in_words():
    words = {row["id"]: row["limit"] for row in RULES.as_table()}
    assert words == {
        "R3": "panel (Wednesday 14:00)",
        "F11": "panel (Thursday 10:00)",
        "X1": "panel (Friday 09:30)",
        "M19": "first working hour (10:00)",
        "M23": "first working hour (09:00)",
        "C16/a": "10 weeks before the due date",
        "C16/b": "1 month",
        "C25": "3 clear working days before the conference",
        "A9": "7 working days; visits first year: 6 weeks; later visits: 12 weeks",
        "A11": "same day; can wait: 3 working days",
        "M1": "1 working day",
        "M13": "at once",
    }
    assert Limit(1, Unit.CLEAR_WORKING_DAYS_BEFORE, before="it").in_words == "1 clear working day before it"
    varied = {row["id"]: row["varied within"] for row in RULES.as_table()}
    assert (varied["R3"], varied["M1"], varied["M13"]) == ("12 months", "10 working days", "–")


@pytest.mark.parametrize(
    ("limit", "unit", "more", "sentence"),
    [
        (None, Unit.PANEL, {"at": time(14)}, "names its weekday"),
        (None, Unit.PANEL, {"weekday": Weekday.MONDAY}, "name their hour"),
        (1, Unit.PANEL, {"weekday": Weekday.MONDAY, "at": time(14)}, "takes no number"),
        (None, Unit.FIRST_WORKING_HOUR, {}, "name their hour"),
        (None, Unit.FIRST_WORKING_HOUR, {"at": time(9), "weekday": Weekday.MONDAY}, "names its weekday"),
        (1, Unit.DAYS, {"at": time(9)}, "name their hour"),
        (10, Unit.WEEKS_BEFORE, {}, "from which day"),
        (None, Unit.WEEKS_BEFORE, {"before": "it"}, "needs a number"),
        (1, Unit.WEEKS, {"before": "it"}, "from which day"),
        (1, Unit.DAYS, {"stages": (Stage("a", Limit(1, Unit.DAYS)),) * 2}, "two stages have one name"),
        (1, Unit.DAYS, {"stages": (Stage("a", Limit(None, Unit.AT_ONCE)),)}, "needs a limit with a clock"),
        (None, Unit.AT_ONCE, {"stages": (Stage("a", Limit(1, Unit.DAYS)),)}, "needs a limit with a clock"),
        (1, Unit.DAYS, {"vary_within": Limit(None, Unit.SAME_DAY)}, "vary_within is counted from now"),
    ],
)
def test_a_limit_that_makes_no_sense_is_refused_with_its_rule(limit, unit, more, sentence):
    with pytest.raises(BadRules, match=f"rule X1: .*{sentence}"):
        rule("X1", limit, unit, **more)


STARTS = st.datetimes(min_value=datetime(2012, 2, 2), max_value=datetime(2028, 6, 30), timezones=st.just(UTC))
HOURS = st.times(min_value=time(0), max_value=time(23, 59)).map(
    lambda at: at.replace(second=0, microsecond=0)
)
WEEKDAYS = st.sampled_from(Weekday)
DAYS = st.dates(min_value=date(2013, 1, 1), max_value=date(2028, 6, 30))


def at_hour(day: date, at: time) -> datetime:
    return london(day.year, day.month, day.day, at.hour, at.minute)


@given(STARTS, WEEKDAYS, HOURS)
def test_the_panel_is_the_first_of_all_that_begins_after_the_fact(start, weekday, at):
    first = local_date(start) - timedelta(days=21)
    appointed = [day for n in range(42) if (day := first + timedelta(days=n)).weekday() == weekday]
    begins = [at_hour(EW.working_day_on_or_after(day), at) for day in appointed]
    panel = min(begin for begin in begins if begin > start)
    due = Limit(None, Unit.PANEL, weekday, at).due(start, EW)
    assert local_date(due) == local_date(panel) + timedelta(days=1)
    assert due.astimezone(LONDON).time() == time(0)
    assert start < panel < due


@given(STARTS, HOURS)
def test_the_first_working_hour_is_the_first_of_all_after_the_fact(start, at):
    days = (local_date(start) + timedelta(days=n) for n in range(12))
    expected = min(hour for day in days if EW.is_working_day(day) and (hour := at_hour(day, at)) > start)
    found = Limit(None, Unit.FIRST_WORKING_HOUR, at=at).due(start, EW)
    assert found == expected
    assert found.tzinfo is UTC


@given(STARTS, STARTS, WEEKDAYS, HOURS)
def test_a_later_fact_is_never_due_earlier(one, other, weekday, at):
    earlier, later = sorted((one, other))
    for limit in (Limit(None, Unit.PANEL, weekday, at), Limit(None, Unit.FIRST_WORKING_HOUR, at=at)):
        assert limit.due(earlier, EW) <= limit.due(later, EW)


@given(DAYS, st.integers(min_value=1, max_value=60))
def test_exactly_n_working_days_are_left_before_the_day(day, number):
    due = Limit(number, Unit.CLEAR_WORKING_DAYS_BEFORE, before="it").due_before(day, EW)
    first = local_date(due)
    left = [first + timedelta(days=n) for n in range((day - first).days)]
    assert sum(map(EW.is_working_day, left)) == number
    assert EW.is_working_day(first)
    assert due == at_hour(first, time(0))


@given(DAYS, st.integers(min_value=1, max_value=60))
def test_weeks_before_keep_the_weekday_whatever_the_clocks_do(day, number):
    due = Limit(number, Unit.WEEKS_BEFORE, before="it").due_before(day, EW)
    last = local_date(due) - timedelta(days=1)
    assert day - last == timedelta(weeks=number)
    assert due.astimezone(LONDON).time() == time(0)


@given(DAYS, st.integers(min_value=1, max_value=60))
def test_counting_back_undoes_counting_on(day, number):
    working_day = EW.working_day_on_or_after(day)
    assert EW.working_day_after(EW.working_day_before(working_day, number), number) == working_day


def test_days_before_are_not_counted_on():
    with pytest.raises(ValueError, match="0 or more"):
        EW.working_day_before(date(2026, 4, 2), -1)
    assert EW.working_day_before(date(2026, 4, 4), 0) == date(2026, 4, 4)


@given(DAYS, st.integers(min_value=0, max_value=40), st.integers(min_value=0, max_value=40))
def test_months_never_run_over_into_the_next_month(day, number, more):
    found = months_after(day, number)
    assert (found.year - day.year) * 12 + found.month - day.month == number
    assert found <= months_after(day, number + more)
