"""What the teams declare fits together: entries, roles, clocks."""

import pytest

from deploy.catalogue import events, known_commands
from deploy.generate.access_table import TO_COME, actions
from deploy.generate.golden import sample
from services import all_entries, all_teams
from shared.domain.clock_facts import is_a_record
from shared.domain.marks import Starts

ENTRIES = all_entries()


@pytest.mark.parametrize("event", [one for one in events().values() if one.CROSSES], ids=lambda one: one.NAME)
def test_what_crosses_is_told_in_the_chronology_or_there_is_a_reason_why_not(event):
    team = event.NAME.partition(".")[0]
    excused = any(event in one.entries.reasons for one in all_teams())
    assert excused or ENTRIES.writes(event), (
        f"{event.NAME} crosses, and nobody reads of it: write its entry in services/{team}/entries.py, "
        "or say there why it makes none: entries.none(...)"
    )


@pytest.mark.parametrize("service", all_teams(), ids=lambda one: one.name)
def test_a_team_tells_of_its_own_facts_that_cross_and_of_no_others(service):
    for name, event in events().items():
        if service.entries.writes(event) or event in service.entries.reasons:
            assert name.partition(".")[0] == service.name
            assert event.CROSSES, f"{name} stays inside, so the chronology never hears of it"


def test_the_chronology_reads_every_team_whose_events_make_entries():
    (chronology,) = [one for one in all_teams() if one.name == "chronology"]
    telling = {name.partition(".")[0] for name, event in events().items() if ENTRIES.writes(event)} - {"team"}
    keeping = {
        one.name
        for one in all_teams()
        if any(stream.clocks for stream in one.streams) and one.topic.lets_in("chronology")
    }
    assert (telling | keeping) - {"chronology"} <= set(chronology.reads)


def test_what_a_team_reacts_to_crosses():
    for service in all_teams():
        for name, event in events().items():
            others = [step for step in service.policy.reactions(sample(event)) if not step.to_every]
            assert event.CROSSES or event.INTAKE or not others, (
                f"{service.name} reacts to {name}, which does not cross"
            )


def test_a_command_to_come_is_not_spelt_otherwise_than_the_code_has_it():
    known = {name.casefold(): name for name in known_commands()}
    misspelt = {
        name: known[name.casefold()] for name in actions() if known.get(name.casefold(), name) != name
    }
    assert not misspelt, f"the code has other names than {TO_COME.name}: {misspelt}"


@pytest.mark.parametrize("event", events().values(), ids=lambda one: one.NAME)
def test_the_rule_that_a_field_names_is_one_of_its_teams(event):
    rules = {rule.id for service in all_teams() for rule in service.rules.rules}
    assert {clock.rule for clock in event.CLOCK_FIELDS.values()} <= rules


@pytest.mark.parametrize(
    "event", [one for one in events().values() if is_a_record(one)], ids=lambda one: one.NAME
)
def test_an_event_says_what_no_correction_may_name(event):
    """Else what was derived from it (a deadline, another event) would be left behind: nobody can see that from here."""
    assert event.FIXED is not None, (
        f"say of {event.NAME} which fields are `fixed`, because more than this fact follows from them; of none: fixed=()"
    )


@pytest.mark.parametrize("service", all_teams(), ids=lambda one: one.name)
def test_a_stream_keeps_just_the_clocks_that_facts_start_and_its_rules_know(service):
    """Facts of the team, on this stream or on one beside it, or of another team (`noted`)."""
    started = {stream.name: set(stream.noted) for stream in service.streams}
    for stream in service.streams:
        for event in stream.event_types():
            for clock in event.CLOCK_FIELDS.values():
                if isinstance(clock, Starts):
                    started[event.BESIDE.get(clock.rule, stream.name)].add(clock.rule)
    named = set().union(*started.values())

    def as_named(rule: str) -> str:
        """Of a rule that is several, its number, where facts name it by that."""
        number = rule.partition("/")[0]
        return number if number in named else rule

    assert started == {stream.name: set(map(as_named, stream.clocks)) for stream in service.streams}
    assert set().union(*started.values()) <= {rule.id for rule in service.rules.rules}
