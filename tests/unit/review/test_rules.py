"""The review of access finds one seeded look of each kind, and none among a thousand ordinary ones (E4)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deploy.play.errors import CannotGoOn
from deploy.review.looks import Known, Look
from deploy.review.rules import OWN, findings, read_rules, row_on
from services.chronology.codes import AccessRule
from tests.unit.review.ordinary import ordinary

RULES = read_rules()
SEED = 20261125
AVA = UUID(int=7)
NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
MIA = UUID(int=99)
LOOK = Look(
    service="chronology",
    position=1,
    at=NOON,
    person=MIA,
    role="social_worker",
    agency="childrens_social_care",
    organisation=None,
    action="read:chronology",
    purpose="safeguarding",
    children=(AVA,),
    outcome="shown",
)
AT_WORK = Known(named=True, teams=frozenset({"assessment"}), recorded=NOON - timedelta(days=3))


def found(looks: list[Look], known: Mapping[Look, Known] | Known = AT_WORK, **others):
    """Which rules ask, about what."""
    of = (lambda _look: known) if isinstance(known, Known) else known.__getitem__
    return [(one.rule, one.child, one.times) for one in findings(looks, of, RULES, **others)]


def seeded() -> tuple[list[Look], dict[Look, Known]]:
    """One look of each kind that should be asked about; of a day's volume and an hour's refusals, as many as it takes."""
    own = replace(LOOK, position=2001, person=UUID(int=501))
    stranger = replace(LOOK, position=2002, person=UUID(int=502), at=NOON + timedelta(minutes=2))
    night = replace(LOOK, position=2003, person=UUID(int=503), at=NOON + timedelta(hours=11))
    closed = replace(LOOK, position=2004, person=UUID(int=504))
    many = [
        replace(
            LOOK,
            position=2100 + n,
            person=UUID(int=505),
            children=(UUID(int=9000 + n),),
            at=NOON + timedelta(minutes=n),
        )
        for n in range(40)
    ]
    refused = [
        replace(
            LOOK,
            position=2200 + n,
            person=UUID(int=506),
            outcome="refused",
            at=NOON + timedelta(minutes=n),
        )
        for n in range(5)
    ]
    known = dict.fromkeys([night, *many], AT_WORK)
    known |= {
        own: replace(AT_WORK, same_surname=True),
        stranger: Known(recorded=AT_WORK.recorded),
        closed: replace(AT_WORK, recorded=NOON - timedelta(days=400)),
    }
    return [own, stranger, night, closed, *many, *refused], known


def test_a_thousand_ordinary_looks_are_asked_about_by_no_rule_is_e4():
    looks, known = ordinary(1000, SEED)
    assert len(looks) == 1000
    assert found(looks, known) == []


def test_among_them_one_seeded_look_of_each_kind_is_found_and_nothing_else_is_e4():
    looks, known = ordinary(1000, SEED)
    odd, known_of_odd = seeded()
    rules = sorted(rule for rule, _, _ in found([*looks, *odd], known | known_of_odd))
    assert rules == sorted(AccessRule)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.randoms())
def test_the_order_in_which_looks_come_changes_nothing(number, chance):
    looks, known = ordinary(120, number)
    odd, known_of_odd = seeded()
    every = [*looks, *odd]
    first = findings(every, (known | known_of_odd).__getitem__, RULES)
    chance.shuffle(every)
    assert findings(every, (known | known_of_odd).__getitem__, RULES) == first


# -- each rule at its edges


def test_who_works_with_the_child_is_not_asked():
    assert found([LOOK]) == []
    assert found([LOOK], replace(AT_WORK, named=False)) == []  # the team does
    assert found([LOOK], replace(AT_WORK, teams=frozenset())) == []  # they are named


def test_another_team_s_work_is_no_reason_to_look():
    known = Known(teams=frozenset({"missing"}), recorded=AT_WORK.recorded)
    assert found([LOOK], known) == [(AccessRule.NO_INVOLVEMENT, AVA, 1)]


def test_a_partner_looks_for_their_agency():
    officer = replace(LOOK, role="police_officer", agency="police")
    assert found([officer], Known(agency=True, recorded=AT_WORK.recorded)) == []
    assert found([officer], Known(recorded=AT_WORK.recorded)) == [(AccessRule.NO_INVOLVEMENT, AVA, 1)]


def test_a_role_that_the_rule_does_not_name_is_asked_by_it_about_nothing():
    clerk = replace(LOOK, role="business_support", action="read:people")
    assert found([clerk], Known(recorded=AT_WORK.recorded)) == []


@pytest.mark.parametrize(
    ("at", "asked"),
    [
        ((2026, 11, 18, 6, 59), True),
        ((2026, 11, 18, 7, 0), False),
        ((2026, 11, 18, 19, 59), False),
        ((2026, 11, 18, 20, 0), True),
        ((2026, 11, 21, 12, 0), True),  # a Saturday
        ((2026, 12, 25, 12, 0), True),  # a bank holiday
    ],
)
def test_out_of_hours_is_by_london_s_clock_and_calendar(at, asked):
    look = replace(LOOK, at=datetime(*at, tzinfo=UTC))
    rules = [(AccessRule.OUT_OF_HOURS, AVA, 1)] if asked else []
    assert found([look], replace(AT_WORK, recorded=look.at)) == rules
    on_duty = replace(look, role="out_of_hours_social_worker")
    assert found([on_duty], replace(AT_WORK, recorded=look.at)) == []


def test_summer_time_counts():
    look = replace(LOOK, at=datetime(2027, 6, 16, 6, 30, tzinfo=UTC))  # half past seven in London
    assert found([look], replace(AT_WORK, recorded=look.at)) == []


def test_a_record_is_closed_long_only_after_the_days_and_never_if_nothing_was_recorded():
    asked = [(AccessRule.CLOSED_RECORD, AVA, 1)]
    assert found([LOOK], replace(AT_WORK, recorded=NOON - timedelta(days=365))) == []
    assert found([LOOK], replace(AT_WORK, recorded=NOON - timedelta(days=365, seconds=1))) == asked
    assert found([LOOK], replace(AT_WORK, recorded=None)) == []


def day_of(person: int, children: int, day: int = 18) -> list[Look]:
    return [
        replace(
            LOOK,
            position=person * 1000 + n,
            person=UUID(int=person),
            children=(UUID(int=n + 1),),
            at=datetime(2026, 11, day, 9, n, tzinfo=UTC),
        )
        for n in range(children)
    ]


def test_volume_is_beyond_the_role_s_others_and_never_below_the_least():
    others = day_of(1, 19) + day_of(2, 25)
    assert found([*others, *day_of(3, 25)]) == []
    assert found([*others, *day_of(3, 26)]) == [(AccessRule.VOLUME, None, 26)]
    assert found(day_of(3, 19)) == []
    again = [replace(look, position=look.position + 500) for look in day_of(3, 19)]
    assert found([*day_of(3, 19), *again]) == []  # children are counted, not looks


def test_days_before_the_review_say_what_is_usual_and_are_not_asked_about():
    before, now = day_of(1, 40, day=17), day_of(2, 30)
    assert found([*before, *now], since=date(2026, 11, 18)) == []
    assert found([*before, *day_of(2, 41)], since=date(2026, 11, 18)) == [(AccessRule.VOLUME, None, 41)]


def refused(*minutes: int) -> list[Look]:
    return [
        replace(LOOK, position=n, outcome="refused", at=NOON + timedelta(minutes=minute))
        for n, minute in enumerate(minutes, 1)
    ]


def test_five_refusals_in_an_hour_are_asked_about_once():
    assert found(refused(0, 10, 20, 30)) == []
    assert found(refused(0, 10, 20, 30, 60)) == [(AccessRule.REFUSALS, None, 5)]
    assert found(refused(0, 10, 20, 30, 61)) == []
    assert found(refused(*range(9))) == [(AccessRule.REFUSALS, None, 5)]
    assert found(refused(*range(10))) == [(AccessRule.REFUSALS, None, 5)] * 2


def test_one_record_opened_often_in_a_day_is_asked_about_once():
    again = replace(LOOK, position=2, at=NOON + timedelta(hours=2))
    tomorrow = replace(LOOK, position=3, at=NOON + timedelta(days=1))
    stranger = Known(recorded=AT_WORK.recorded)
    assert found([LOOK, again], stranger) == [(AccessRule.NO_INVOLVEMENT, AVA, 1)]
    assert len(found([LOOK, again, tomorrow], stranger)) == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"outcome": "refused"},
        {"outcome": "nothing"},
        {"children": ()},
        {"action": "read:worklist:mash"},
        {"action": "read:access:chronology"},
        {"action": "read:people", "purpose": "keeping: search/new_contact"},
        {"action": "read:people", "children": (AVA, UUID(int=8))},
    ],
)
def test_what_opened_nobody_s_record_is_not_judged_as_if_it_had(changes):
    assert found([replace(LOOK, **changes)], Known()) == []


def test_of_a_merged_child_the_kept_id_counts():
    look = replace(LOOK, children=(AVA, UUID(int=8)))
    assert found([look], Known()) == [(AccessRule.NO_INVOLVEMENT, AVA, 1)]


# -- the rules as data


def test_a_rule_that_changes_is_judged_by_the_row_of_the_day():
    rows = (
        RULES.closed_record[0],
        RULES.closed_record[0].model_copy(update={"applies_from": date(2027, 1, 1), "days": 30}),
    )
    assert row_on(rows, date(2026, 10, 31)) is None
    assert row_on(rows, date(2026, 12, 31)).days == 365
    assert row_on(rows, date(2027, 1, 1)).days == 30


def test_before_any_row_holds_nothing_is_asked():
    early = replace(LOOK, at=datetime(2026, 10, 30, 12, tzinfo=UTC))
    assert found([early], replace(Known(), same_surname=True)) == []


def test_every_rule_that_can_be_asked_about_has_a_row():
    assert {rule.value for rule in AccessRule} == set(type(RULES).model_fields) - {"edition"}
    assert all(getattr(RULES, rule) for rule in AccessRule)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("edition: x\nsurname: []\n", "surname"),
        (
            "edition: x\nrefusals: [{applies_from: 2026-11-01, times: 1, within_minutes: 5}]\n",
            "refusals.0.times",
        ),
        ("edition: [", "cannot be read as YAML"),
    ],
)
def test_a_slip_in_a_council_s_rules_is_named(tmp_path, written, said):
    path = tmp_path / "rules.yaml"
    path.write_text(written)
    with pytest.raises(CannotGoOn, match=said):
        read_rules(path)


def test_the_project_s_rules_are_where_the_command_looks():
    assert OWN.name == "rules.yaml"
