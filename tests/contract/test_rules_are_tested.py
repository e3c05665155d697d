"""Every rule that the code names has its words and its source, and a test that names it."""

import pytest

from deploy.generate.rule_map import rule_map
from services import all_teams
from shared.team.rules import EVERY_TEAM

KNOWN = {rule.id: rule for rules in (*(one.rules.rules for one in all_teams()), EVERY_TEAM) for rule in rules}
NAMED = sorted(each for each, places in rule_map().items() if places.code)


@pytest.mark.parametrize("rule", NAMED)
def test_a_rule_that_the_code_names_says_what_it_is_and_who_says_so(rule):
    assert rule in KNOWN, f"give {rule} a row in the rules.py of its team: {rule_map()[rule].code_in_words()}"
    assert KNOWN[rule].what.strip()
    assert KNOWN[rule].source.strip()


@pytest.mark.parametrize("rule", sorted(KNOWN))
def test_a_rule_is_held_by_a_test_that_names_it(rule):
    places = rule_map().get(rule)
    assert places is not None, f"nothing names {rule}: take its row out, or write what keeps it"
    assert places.tests, f"no test names {rule}: write one, given, when, then"


@pytest.mark.parametrize("rule", sorted(each for each, rule in KNOWN.items() if rule.has_clock))
def test_a_rule_with_a_clock_is_said_as_a_task_and_as_what_was_not_done(rule):
    """Boards and the chronology speak in these: "Decide the contact", "Contact was not decided in time"."""
    for name, said in (("do", KNOWN[rule].do), ("missed", KNOWN[rule].missed)):
        assert said, f'give {rule} a {name} in the rules.py of its team, as do="Decide the contact"'
        assert said == said.strip().removesuffix("."), f"{rule}: {name} is no sentence: no full stop"
        assert said[0].isupper(), f"{rule}: {name} begins with a capital letter"
        assert rule not in said, f"{rule}: {name} is for people: the id is shown beside it"
    assert KNOWN[rule].do != KNOWN[rule].missed
