"""What must be so of every cell of the shipped table, whatever a policy says."""

import random
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import cedarpy
import pytest

from deploy.generate.access_table import schema
from shared.access.actions import own
from shared.access.compiler import Engine
from shared.access.groups import PERSONS
from shared.access.parsed import parse
from shared.access.policy import AccessPolicy
from shared.access.sources import read_sources
from shared.access.table import FILE, NEVER, Outcome, Row, read_table
from shared.domain.access_facts import Fact, facts_of

SERVICES = Path(__file__).parents[3] / "services"
TABLE = read_table(SERVICES / FILE)
LADO = {"lado", "lado_deputy"}


def cells() -> Iterator[tuple[str, str, Row]]:
    for action, role in product(TABLE.rows, sorted(PERSONS)):
        yield action, role, TABLE.rows[action].get(role, NEVER)


def combinations(row: Row) -> Iterator[tuple[frozenset[Fact], Outcome]]:
    for number, outcome in enumerate(row.outcomes):
        yield frozenset(fact for n, fact in enumerate(row.facts) if number >> n & 1), outcome


def allowing() -> Iterator[tuple[str, str, frozenset[Fact]]]:
    for action, role, row in cells():
        for so, outcome in combinations(row):
            if outcome.allowed:
                yield action, role, so


def test_nobody_but_the_lado_has_a_cell_of_the_lado():
    assert {role for action, role, _ in allowing() if own(action, "lado")} == LADO
    for action, role, row in cells():
        if own(action, "lado") and role not in LADO:
            assert all("L9" in outcome.by for _, outcome in combinations(row)), (action, role)


def test_the_auditor_has_nothing_sealed_and_no_command():
    for action, role, row in cells():
        if role != "auditor":
            continue
        for so, outcome in combinations(row):
            sealed = Fact.SEALED in so or Fact.SEALED not in row.facts
            assert not (outcome.allowed and (sealed or not action.startswith("read:"))), (action, so)


def test_the_operator_has_nothing_but_to_run_the_system():
    mine = {action for action, role, _ in allowing() if role == "operator"}
    assert mine == {action for action in TABLE.rows if action.startswith("operate:")} | {"read:progress"}


def test_broken_glass_opens_nothing_sealed():
    for action, role, row in cells():
        if Fact.GLASS_BROKEN not in row.facts:
            continue
        for so, outcome in combinations(row):
            if Fact.SEALED in so and Fact.GLASS_BROKEN in so:
                assert outcome.allowed == row.under(so - {Fact.GLASS_BROKEN}).allowed, (action, role, so)


def test_broken_glass_opens_something_to_social_care_alone():
    opened = {
        role
        for action, role, row in cells()
        for so, outcome in combinations(row)
        if outcome.allowed and not row.under(so - {Fact.GLASS_BROKEN}).allowed
    }
    assert opened == read_sources(SERVICES).groups.of_roles["social_care"]


def test_what_nobody_knows_opens_nothing_but_what_a_record_would_say_of_itself():
    """Facts that are not known are not so: to learn one more of a person never takes anything away."""
    of_the_record = {Fact.RESTRICTED, Fact.SEALED}
    for action, role, row in cells():
        for so, outcome in combinations(row):
            for fact in set(row.facts) - so - of_the_record:
                assert row.under(so | {fact}).allowed or not outcome.allowed, (action, role, so, fact)


def test_a_record_that_is_restricted_or_sealed_opens_to_nobody_for_it():
    for action, role, row in cells():
        for so, outcome in combinations(row):
            named = Fact.NAMED in so
            for fact in {Fact.RESTRICTED, Fact.SEALED} & set(row.facts) - so:
                assert named or outcome.allowed or not row.under(so | {fact}).allowed, (
                    action,
                    role,
                    so,
                    fact,
                )


def test_every_role_has_something_and_no_stranger_anything():
    assert {role for _, role, _ in allowing()} == PERSONS
    policy = AccessPolicy(TABLE)
    assert not any(policy.decide("stranger", action, frozenset(Fact)).allowed for action in TABLE.rows)


def test_who_decided_says_as_much_as_the_decision():
    for action, role, row in cells():
        for so, outcome in combinations(row):
            forbids = {TABLE.policies[name].forbids for name in outcome.by}
            assert forbids == ({False} if outcome.allowed else forbids & {True}), (action, role, so)


@pytest.mark.parametrize("seed", range(4))
def test_asked_of_all_policies_at_once_the_engine_says_the_same(seed):
    """The compiler leaves out policies whose scope cannot match, and facts that they do not name."""
    sources = read_sources(SERVICES)
    policies = parse(sources.files)
    engine = Engine(policies, sources.groups, cedarpy.Schema.from_str(schema()))
    chosen = random.Random(seed)
    asked = []
    for _ in range(300):
        action = chosen.choice(sorted(TABLE.rows)) if chosen.random() < 0.8 else "read:chronology"
        facts = frozenset(fact for fact in facts_of(action) if chosen.random() < 0.5)
        asked.append((chosen.choice(sorted(PERSONS)), action, facts))
    answers = engine.ask(asked, policies)
    for (role, action, facts), answer in zip(asked, answers, strict=True):
        assert TABLE.rows[action].get(role, NEVER).under(facts) == answer, (role, action, facts)
