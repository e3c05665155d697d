"""The rulebook: dated rows, editions, what is refused, the table for the documentation; deadlines kept in events."""

from dataclasses import FrozenInstanceError, replace
from datetime import UTC, date, datetime

import pytest
from pydantic import BaseModel, ConfigDict, ValidationError

from shared.domain.instants import LONDON, london
from shared.domain.rules import BadRules, Deadline, NoSuchRule, Rule, Rulebook, Unit
from shared.domain.working_days import Calendar, CalendarEnds, Calendars, own_calendars


def rule(rule_id: str, limit: int | None, unit: Unit, **more) -> Rule:
    texts = {"what": "what", "starts": "start", "met_by": "act", "source": "S1 app 2"}
    return Rule(id=rule_id, limit=limit, unit=unit, **(texts | more))


RULES = Rulebook(
    (
        rule("M1", 1, Unit.WORKING_DAYS),
        rule("M2", None, Unit.SAME_WORKING_DAY),
        rule("M3", 24, Unit.HOURS),
        rule("M7", None, Unit.NO_CLOCK),
        rule("M13", None, Unit.AT_ONCE),
        rule("A1", None, Unit.SAME_DAY),
        rule("A2", 3, Unit.WORKING_DAYS),
        rule("A3", 45, Unit.WORKING_DAYS),
        rule("A18", 6, Unit.WEEKS, local=True),
    ),
    edition="2026-11",
)
EW = own_calendars().editions[0]


def test_an_agreed_limit_takes_the_place_of_the_rules():
    start = london(2026, 4, 2, 16, 40)
    assert RULES.deadline("A3", start, limit=1).due_at == london(2026, 4, 8)
    assert RULES.deadline("A3", start).due_at == RULES.deadline("A3", start, limit=45).due_at


@pytest.mark.parametrize(("rule_id", "limit"), [("A3", 0), ("A3", -1), ("A1", 1), ("M7", 1)])
def test_a_limit_that_counts_nothing_is_refused(rule_id, limit):
    with pytest.raises(ValueError, match="is no limit in"):
        RULES.deadline(rule_id, london(2026, 4, 2), limit=limit)


@pytest.mark.parametrize("rule_id", ["M7", "M13"])
def test_a_rule_without_a_clock_gives_no_deadline(rule_id):
    with pytest.raises(NoSuchRule, match=f"rule {rule_id} has no clock"):
        RULES.deadline(rule_id, london(2026, 4, 2))


def test_an_unknown_rule_and_a_naive_start_are_refused():
    with pytest.raises(NoSuchRule, match="no rule Z9"):
        RULES.deadline("Z9", london(2026, 4, 2))
    with pytest.raises(ValueError, match="no offset"):
        RULES.deadline("M1", datetime(2026, 4, 2))


def test_beyond_the_calendar_working_days_are_refused_and_hours_are_not():
    start = london(2049, 3, 1, 9)
    with pytest.raises(CalendarEnds, match="EW-2026-11-provisional"):
        RULES.deadline("M1", start)
    assert RULES.deadline("M3", start).due_at == london(2049, 3, 2, 9)


@pytest.mark.parametrize(
    ("rule_id", "start", "due", "calendar"),
    [
        ("M1", london(2028, 12, 28, 9), london(2028, 12, 30), "EW-2026-11"),  # the last day that is published
        ("M1", london(2028, 12, 29, 9), london(2029, 1, 3), "EW-2026-11-provisional"),
        ("M1", london(2029, 3, 29, 9), london(2029, 4, 4), "EW-2026-11-provisional"),  # Easter, by rule
        ("A3", london(2048, 10, 27, 9), london(2049, 1, 1), "EW-2026-11-provisional"),
        ("M3", london(2029, 3, 29, 9), london(2029, 3, 30, 9), "EW-2026-11"),  # needs no working day
    ],
)
def test_a_deadline_that_needs_a_day_not_yet_published_says_that_it_is_provisional(
    rule_id, start, due, calendar
):
    found = RULES.deadline(rule_id, start)
    assert (found.due_at, found.edition) == (due, f"rules 2026-11; calendar {calendar}")


def test_a_given_calendar_or_one_that_nobody_extends_is_not_gone_beyond():
    with pytest.raises(CalendarEnds, match="EW-2026-11 knows"):
        RULES.deadline("M1", london(2029, 3, 1, 9), calendar=EW)
    alone = Rulebook(RULES.rules, edition="2026-11", calendars=Calendars([EW]))
    with pytest.raises(CalendarEnds, match="EW-2026-11 knows"):
        alone.deadline("M1", london(2029, 3, 1, 9))


def test_the_calendar_in_force_at_the_start_counts_and_is_named():
    proclaimed = replace(
        EW,
        edition="EW-2027-01",
        in_force_from=date(2027, 1, 20),
        bank_holidays=EW.bank_holidays | {date(2027, 1, 27)},
    )
    rules = Rulebook(RULES.rules, edition="2026-11", calendars=Calendars([EW, proclaimed]))
    before, after = rules.deadline("A3", london(2027, 1, 19)), rules.deadline("A3", london(2027, 1, 20))
    assert before.edition == "rules 2026-11; calendar EW-2026-11"
    assert after.edition == "rules 2026-11; calendar EW-2027-01"
    assert before == RULES.deadline("A3", london(2027, 1, 19))
    assert after.due_at == RULES.deadline("A3", london(2027, 1, 20), limit=46).due_at


def test_a_calendar_given_takes_the_place_of_the_one_in_force():
    bare = Calendar("bare", date(2026, 1, 1), date(2026, 1, 1), date(2026, 12, 31), frozenset())
    found = RULES.deadline("M1", london(2026, 4, 2, 16), calendar=bare)
    assert found == Deadline(london(2026, 4, 2, 16), london(2026, 4, 4), "M1", "rules 2026-11; calendar bare")


DATED = Rulebook(
    (
        rule("C2", 15, Unit.WORKING_DAYS, applies_from=date(2027, 7, 1)),
        rule("C2", 10, Unit.WORKING_DAYS, applies_to=date(2027, 6, 30)),
        rule("C3", 6, Unit.WEEKS, applies_from=date(2027, 1, 1), applies_to=date(2027, 12, 31)),
    ),
    edition="2026-11",
)


def test_the_rule_in_force_at_the_start_counts_and_is_named():
    last, first = london(2027, 6, 30, 23, 59, 59), london(2027, 7, 1)  # midnight in London, 23:00 in UTC
    assert DATED.rule_at("C2", last).limit == 10
    assert DATED.rule_at("C2", first).limit == 15
    assert DATED.deadline("C2", last).edition == "rules 2026-11; calendar EW-2026-11"
    assert DATED.deadline("C2", first).edition == "rules 2027-07-01; calendar EW-2026-11"


@pytest.mark.parametrize("day", [london(2026, 12, 31, 23, 59, 59), london(2028, 1, 1)])
def test_no_row_on_that_day_is_refused(day):
    with pytest.raises(NoSuchRule, match="no row of rule C3 applies on"):
        DATED.rule_at("C3", day)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({}, {}),
        ({"applies_to": date(2027, 1, 1)}, {"applies_from": date(2027, 1, 1)}),
        ({"applies_from": date(2027, 1, 1)}, {"applies_from": date(2028, 1, 1)}),
        ({"applies_from": date(2027, 1, 1)}, {"applies_to": date(2027, 3, 1)}),
        ({}, {"applies_from": date(2027, 1, 1), "applies_to": date(2027, 3, 1)}),
    ],
)
def test_rows_of_one_rule_that_apply_on_one_day_are_refused(one, other):
    rows = (rule("C2", 10, Unit.WORKING_DAYS, **one), rule("C2", 15, Unit.WORKING_DAYS, **other))
    for order in (rows, rows[::-1]):
        with pytest.raises(BadRules, match="two rows of rule C2"):
            Rulebook(order, edition="2026-11")


@pytest.mark.parametrize(
    ("limit", "unit", "more", "sentence"),
    [
        (None, Unit.HOURS, {}, "needs a number of 1 or more"),
        (0, Unit.WORKING_DAYS, {}, "needs a number of 1 or more"),
        (1, Unit.SAME_DAY, {}, "takes no number"),
        (1, Unit.NO_CLOCK, {}, "takes no number"),
        (
            1,
            Unit.DAYS,
            {"applies_from": date(2027, 1, 2), "applies_to": date(2027, 1, 1)},
            "before applies_from",
        ),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(limit, unit, more, sentence):
    with pytest.raises(BadRules, match=sentence):
        rule("X1", limit, unit, **more)


def test_the_table_for_the_documentation():
    table = RULES.as_table()
    assert [row["id"] for row in table] == [one.id for one in RULES.rules]
    words = {row["id"]: row["limit"] for row in table}
    assert words["M1"] == "1 working day"
    assert words["A2"] == "3 working days"
    assert words["M3"] == "24 hours"
    assert words["A1"] == "same day"
    assert words["M2"] == "same working day"
    assert words["M13"] == "at once"
    assert words["M7"] == "–"
    assert table[8] == {
        "id": "A18",
        "rule": "what",
        "as a task": "",
        "when missed": "",
        "starts": "start",
        "limit": "6 weeks",
        "met by": "act",
        "source": "S1 app 2",
        "local": "yes",
        "varied within": "12 months",
        "applies from": "",
        "applies to": "",
    }
    assert DATED.as_table()[2]["applies to"] == "2027-12-31"


class Started(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    due: Deadline


class StrictlyStarted(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    due: Deadline


STORED = (
    '{"due":{"starts_at":"2026-12-21T15:00:00Z","due_at":"2026-12-22T15:00:00Z","rule":"M3",'
    '"edition":"rules 2026-11; calendar EW-2026-11"}}'
)


@pytest.mark.parametrize("model", [Started, StrictlyStarted])
def test_a_deadline_is_kept_in_an_event_and_read_back(model):
    event = model(due=RULES.deadline("M3", london(2026, 12, 21, 15)))
    assert event.model_dump_json(exclude_none=True) == STORED
    assert model.model_validate_json(STORED) == event
    assert isinstance(model.model_validate_json(STORED).due, Deadline)


@pytest.mark.parametrize(
    "change",
    [
        {"more": 1},
        {"due_at": 0},
        {"starts_at": None},
        {"due_at": "2026-12-22T15:00:00"},
        {"rule": 3},
        {"edition": None},
    ],
)
@pytest.mark.parametrize("model", [Started, StrictlyStarted])
def test_a_deadline_that_is_not_one_is_refused(model, change):
    good = {
        "starts_at": "2026-12-21T15:00:00Z",
        "due_at": "2026-12-22T15:00:00Z",
        "rule": "M3",
        "edition": "x",
    }
    Started.model_validate({"due": good})
    with pytest.raises(ValidationError):
        model.model_validate({"due": good | change})


def test_a_deadline_is_in_utc_however_it_was_made_and_never_changes():
    made = Deadline(
        datetime(2026, 6, 30, 1, tzinfo=LONDON), datetime(2026, 7, 1, 1, tzinfo=LONDON), "M1", "x"
    )
    assert (made.starts_at.tzinfo, made.due_at.tzinfo) == (UTC, UTC)
    assert made == Deadline(datetime(2026, 6, 30, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC), "M1", "x")
    with pytest.raises(ValueError, match="no offset"):
        Deadline(made.starts_at, datetime(2026, 7, 1), "M1", "x")
    with pytest.raises(FrozenInstanceError):
        made.rule = "M2"
    match made:
        case Deadline(_, due_at, rule_id, edition):
            assert (due_at, rule_id, edition) == (made.due_at, "M1", "x")
