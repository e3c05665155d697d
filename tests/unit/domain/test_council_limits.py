"""A council's own figures: only what is its own to choose, from a day on, with what was so before still standing."""

from datetime import date, time

import pytest

from services.mash.rules import RULES
from shared.domain.council_limits import CouncilLimit, with_council_limits
from shared.domain.instants import london
from shared.domain.limits import Weekday
from shared.domain.rules import BadRules, Rule, Rulebook, Unit

FROM = date(2027, 1, 4)
DECISION = "Decision of 3 December 2026"


def test_a_clock_runs_by_what_was_so_on_the_day_it_started():
    rules = with_council_limits(RULES, [CouncilLimit("M22", FROM, DECISION, limit=24)])
    before = rules.deadline("M22", london(2027, 1, 3, 23))
    after = rules.deadline("M22", london(2027, 1, 4, 1))
    assert before.due_at == london(2027, 1, 5, 23)
    assert (after.due_at, after.edition.split(";")[0]) == (london(2027, 1, 5, 1), "rules 2027-01-04")
    assert rules.rule_at("M22", london(2027, 1, 4)).source == DECISION
    assert RULES.deadline("M22", london(2027, 1, 4, 1)).due_at == london(2027, 1, 6, 1)


def test_the_day_and_hour_of_a_panel_are_a_councils():
    panel = Rulebook(
        (
            Rule(
                "R3",
                "reviewed at the panel",
                "report",
                None,
                Unit.PANEL,
                "reviewed",
                "a test",
                local=True,
                weekday=Weekday.WEDNESDAY,
                at=time(14),
            ),
        ),
        edition="2026-11",
    )
    moved = with_council_limits(
        panel, [CouncilLimit("R3", FROM, DECISION, weekday=Weekday.MONDAY, at=time(10))]
    )
    assert moved.deadline("R3", london(2027, 1, 5, 9)).due_at == london(2027, 1, 12)
    assert moved.deadline("R3", london(2026, 12, 1, 9)).due_at == london(2026, 12, 3)


def test_decided_twice_the_later_holds_from_its_day():
    rules = with_council_limits(
        RULES,
        [
            CouncilLimit("M22", FROM, DECISION, limit=24),
            CouncilLimit("M22", date(2027, 6, 1), DECISION, limit=72),
        ],
    )
    assert [row.limit for row in rules.rules if row.id == "M22"] == [48, 24, 72]
    assert rules.rule_at("M22", london(2027, 7, 1)).limit == 72


@pytest.mark.parametrize(
    ("decided", "said"),
    [
        (CouncilLimit("M99", FROM, DECISION, limit=1), "no rule M99"),
        (CouncilLimit("M1", FROM, DECISION, limit=5), "no council's to choose"),
        (CouncilLimit("M7", FROM, DECISION, limit=5), "no council's to choose"),
        (CouncilLimit("M22", FROM, DECISION), "say what is decided"),
        (CouncilLimit("M22", FROM, DECISION, at=time(9)), "names? their hour"),
        (CouncilLimit("M23", FROM, DECISION, limit=2), "takes no number"),
    ],
)
def test_what_is_not_a_councils_to_choose_is_refused_in_words(decided, said):
    with pytest.raises(BadRules, match=said):
        with_council_limits(RULES, [decided])
