"""An entry: taken in once with its three times, its words sealed, weighed again with a reason by who may see it."""

import pytest
from hypothesis import given as examples
from hypothesis import strategies as st
from pydantic import ValidationError

from services.chronology.decided_audience import resulting
from services.chronology.events import (
    EntryReceived,
    EntryShared,
    EntryText,
    InvolvementNoted,
    PartTaken,
    SignificanceChanged,
    SignificanceText,
    ThingEntryNoted,
)
from services.chronology.rules import RULES
from services.chronology.streams.child_record import child_record
from services.chronology.streams.entry import ChangeSignificance, entry
from services.chronology.views import entries, seen
from shared.domain.command import NotFound
from shared.domain.instants import london
from shared.domain.view_fold import fold
from shared.team.audience import Involvement, Party, SeenBy, agency, party, referrer
from shared.testing.deciders import decider
from shared.testing.facts import CHILD, actor, command_id, event_id
from tests.unit.chronology.entry_samples import ENTRY, RECORDED, receive, told

given = decider(entry, RULES, beside=[child_record]).given
HAPPENED, NOW = london(2026, 4, 2, 18), london(2026, 4, 3, 9)
CARE = SeenBy(agency="childrens_social_care")
WARD = SeenBy(agency="health", organisation="Elm Ward", depth="title")
SOCIAL_WORKER = actor("social_worker", "Mia Dunn")


def weighed(significance, reason="A pattern."):
    return ChangeSignificance(significance=significance, reason=reason)


def received():
    return given().when(receive(), at=NOW, happened=HAPPENED)


def shown(story):
    """The one row of the entry."""
    (row,) = fold(entries, story.records).values()
    assert row.entry == ENTRY
    return row


def test_an_entry_keeps_its_three_times_and_its_words_are_sealed():
    text = EntryText(
        parts=(("Message", "Accepted."),), care_parts=(("Told by", "PC Hale"),), recorder="Jo Bell"
    )
    received().then(
        EntryReceived(source_position=7, entry=told(), seen_by=(CARE, WARD), sealed=text),
        InvolvementNoted(involves=(Involvement(agency="childrens_social_care", part="acted"),)),
    )
    row = shown(received())
    assert (row.happened_at, row.known_at, row.recorded_at) == (HAPPENED, HAPPENED, RECORDED)


def test_it_is_taken_in_once():
    received().when(receive(), at=NOW).nothing()


def test_the_entry_of_a_thing_is_noted_on_the_childs_record_and_any_other_is_not():
    seen_by = (referrer(party("police")),)
    story = given().when(receive(seen_by, stands_for_thing=True, agency="police"), at=NOW)
    police = SeenBy(agency="police")
    story.then(
        EntryReceived(source_position=7, entry=told(agency="police"), seen_by=(CARE, police)),
        InvolvementNoted(
            involves=(Involvement(agency="police", part="acted"),),
            took_part=(PartTaken(agency="police", capacity="referrer", thing=command_id(1)),),
        ),
        ThingEntryNoted(
            entry=ENTRY,
            thing=command_id(1),
            source_event="mash.ReferrerInformed",
            recorder=Party(agency="police"),
            sensitivity="ordinary",
            seen_by=(CARE, police),
        ),
    )


def test_that_somebody_acted_is_noted_once():
    known = InvolvementNoted(involves=(Involvement(agency="childrens_social_care", part="acted"),))
    given(known, at=HAPPENED).when(receive(), at=NOW).then(
        EntryReceived(source_position=7, entry=told(), seen_by=(CARE, WARD))
    )


def test_a_practitioner_weighs_it_again_with_a_reason():
    received().when(weighed("critical"), at=NOW, by=SOCIAL_WORKER).then(
        SignificanceChanged(
            entry=ENTRY, significance="critical", was="routine", sealed=SignificanceText(reason="A pattern.")
        )
    ).when(weighed("critical"), at=NOW, by=SOCIAL_WORKER).nothing()


@pytest.mark.parametrize("reason", ["", " "])
def test_without_a_reason_it_is_no_command(reason):
    with pytest.raises(ValidationError):
        weighed("critical", reason=reason)


def test_an_entry_that_is_not_there_is_not_weighed():
    with pytest.raises(NotFound, match="there is no entry with this id"):
        given().when(weighed("critical"), at=NOW, by=SOCIAL_WORKER)


@pytest.mark.parametrize(
    "who",
    [
        actor("social_worker", agency="police"),
        actor("health_practitioner", organisation="Oak Ward"),
        actor("health_practitioner"),
    ],
    ids=lambda who: f"{who.agency} {who.organisation}",
)
def test_whose_agency_does_not_see_it_is_told_as_of_one_that_is_not_there(who):
    with pytest.raises(NotFound, match="there is no entry with this id"):
        received().when(weighed("critical"), at=NOW, by=who)


def test_who_sees_the_title_may_weigh_it():
    ward = actor("health_practitioner", organisation="Elm Ward")
    received().when(weighed("significant"), at=NOW, by=ward).then(
        SignificanceChanged(entry=ENTRY, significance="significant", was="routine")
    )


def test_who_was_shown_it_later_may_weigh_it_too():
    by_rule = (CARE, SeenBy(agency="police"))
    shared = EntryShared(
        entry=ENTRY, seen_by=resulting(by_rule, ()), because="rule", cause=event_id(9), by_rule=by_rule
    )
    noted = ThingEntryNoted(
        entry=ENTRY,
        thing=command_id(1),
        source_event="mash.ContactReceived",
        recorder=Party(agency="education"),
        sensitivity="ordinary",
        seen_by=(CARE,),
    )
    taken = EntryReceived(source_position=7, entry=told(), seen_by=(CARE,))
    officer = actor("police_officer")
    given(taken, noted, shared, at=HAPPENED).when(weighed("critical"), at=NOW, by=officer).then(
        SignificanceChanged(entry=ENTRY, significance="critical", was="routine")
    )


def test_a_title_for_some_and_the_whole_for_others():
    rows = fold(seen, received().records)
    assert {(row.agency, row.organisation, row.depth) for row in rows.values()} == {
        ("childrens_social_care", "", "whole"),
        ("health", "Elm Ward", "title"),
    }
    [whole] = [row for row in rows.values() if row.depth == "whole"]
    own = shown(received())
    assert (whole.child, whole.happened_at, whole.known_at, whole.recorded_at, whole.position) == (
        own.child,
        own.happened_at,
        own.known_at,
        own.recorded_at,
        own.position,
    )
    assert (whole.topic, whole.by_agency, whole.significance) == (own.topic, own.agency, own.significance)


def test_the_list_of_what_weighs_follows():
    story = received()
    assert not shown(story).weighs
    story = story.when(weighed("significant"), at=NOW, by=SOCIAL_WORKER)
    row = shown(story)
    assert (row.child, row.weighs, row.significance) == (CHILD, True, "significant")
    assert (row.sealed, row.event) == (story.records[0].sealed, story.records[0].envelope.event_id)


WEIGHTS = st.sampled_from(["critical", "significant", "routine"])
COMMANDS = st.builds(lambda weight: receive((agency("police"),), significance=weight), WEIGHTS) | st.builds(
    weighed, WEIGHTS, st.just("Why.")
)


@examples(st.lists(COMMANDS, max_size=12))
def test_state_and_view_agree_whatever_is_asked(commands):
    story = received()
    for command in commands:
        story = story.when(command, at=NOW)
    weights = {row.significance for row in fold(seen, story.records).values()}
    [kept] = story.streams["entry"].state.entries.values()
    assert weights == {shown(story).significance} == {kept.significance}
