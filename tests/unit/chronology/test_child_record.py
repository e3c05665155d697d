"""A child's record: entries taken in once, weighed again with a reason; and its views."""

from uuid import uuid5

import pytest
from hypothesis import given as examples
from hypothesis import strategies as st
from pydantic import ValidationError

from services.chronology.events import EntryReceived, EntryText, SeenBy, SignificanceChanged, SignificanceText
from services.chronology.rules import RULES
from services.chronology.streams.child_record import ChangeSignificance, ReceiveEntry, child_record
from services.chronology.views import audience, entries
from shared.domain.instants import london
from shared.domain.view import fold
from shared.testing.deciders import decider
from shared.testing.facts import CHILD, THING

given = decider(child_record, RULES).given
HAPPENED, RECORDED, NOW = london(2026, 4, 2, 18), london(2026, 4, 2, 19), london(2026, 4, 3, 9)
ENTRY = uuid5(THING, "entry")
SEEN_BY = (
    SeenBy(agency="childrens_social_care"),
    SeenBy(agency="health", organisation="Elm Ward", depth="title"),
)


def entry(which=ENTRY, significance="routine"):
    return ReceiveEntry(
        entry=which,
        source="mash",
        source_position=7,
        source_event="mash.ReferrerInformed",
        caused_by=THING,
        thing=THING,
        title="Referrer told the outcome",
        topic="contact",
        recorded_at=RECORDED,
        agency="childrens_social_care",
        role="mash_screener",
        significance=significance,
        seen_by=SEEN_BY,
        parts=(("Message", "Accepted."),),
        recorder="Jo Bell",
    )


def weighed(significance, reason="A pattern.", which=ENTRY):
    return ChangeSignificance(entry=which, significance=significance, reason=reason)


def received():
    return given().when(entry(), at=NOW, happened=HAPPENED)


def test_an_entry_keeps_its_three_times_and_its_words_are_sealed():
    received().then(
        EntryReceived(
            entry=ENTRY,
            source="mash",
            source_position=7,
            source_event="mash.ReferrerInformed",
            caused_by=THING,
            thing=THING,
            title="Referrer told the outcome",
            topic="contact",
            happened_at=HAPPENED,
            known_at=HAPPENED,
            recorded_at=RECORDED,
            agency="childrens_social_care",
            role="mash_screener",
            significance="routine",
            seen_by=SEEN_BY,
            sealed=EntryText(parts=(("Message", "Accepted."),), recorder="Jo Bell"),
        )
    )


def test_it_is_taken_in_once():
    received().when(entry(), at=NOW).nothing()


def test_a_practitioner_weighs_it_again_with_a_reason():
    received().when(weighed("critical"), at=NOW).then(
        SignificanceChanged(
            entry=ENTRY, significance="critical", was="routine", sealed=SignificanceText(reason="A pattern.")
        )
    ).when(weighed("critical"), at=NOW).nothing()


@pytest.mark.parametrize("reason", ["", " "])
def test_without_a_reason_it_is_no_command(reason):
    with pytest.raises(ValidationError):
        weighed("critical", reason=reason)


def test_an_entry_of_another_child_is_not_weighed_here():
    received().when(weighed("critical", which=THING), at=NOW).refused("chronology")


def test_a_title_for_some_and_the_whole_for_others():
    rows = fold(audience, received().records)
    assert {(row.agency, row.organisation, row.depth) for row in rows.values()} == {
        ("childrens_social_care", "", "whole"),
        ("health", "Elm Ward", "title"),
    }


def test_the_list_of_what_weighs_follows():
    story = received()
    assert not fold(entries, story.records)[ENTRY,].weighs
    row = fold(entries, story.when(weighed("significant"), at=NOW).records)[ENTRY,]
    assert (row.child, row.weighs, row.significance) == (CHILD, True, "significant")
    assert (row.happened_at, row.known_at, row.recorded_at) == (HAPPENED, HAPPENED, RECORDED)
    assert (row.sealed, row.event) == (story.records[0].sealed, story.records[0].envelope.event_id)


IDS = st.integers(1, 3).map(lambda n: uuid5(THING, f"entry {n}"))
WEIGHTS = st.sampled_from(["critical", "significant", "routine"])
COMMANDS = st.builds(entry, IDS, WEIGHTS) | st.builds(weighed, WEIGHTS, st.just("Why."), IDS)


@examples(st.lists(COMMANDS, max_size=12))
def test_state_and_view_agree_whatever_is_asked(commands):
    story = given()
    for command in commands:
        story = story.when(command, at=NOW)
    rows = fold(entries, story.records)
    assert {row.entry: row.significance for row in rows.values()} == story.state.significance
