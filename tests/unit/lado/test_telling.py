"""What leaves the LADO's service, and never who the adult is (L8): a child at risk, and to whom it is shown that a record exists."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.assessment.app import app as assessment
from services.assessment.events import ReferralOpened
from services.lado.codes import Setting, ToldTo
from services.lado.entries import entries
from services.lado.events import ReadersNamed, SealedRecordExists
from services.lado.streams.allegation import NameReaders, NotifyChildAtRisk
from services.mash.app import app as mash
from services.mash.events import ContactPassedToOpenCase, ContactReceived
from shared.domain.compared import ComparedText, plain_words
from shared.domain.fields import Professional
from shared.domain.instants import london
from shared.testing.deciders import story_of
from shared.testing.facts import CHILD, SIBLING
from tests.unit.lado.allegations import COACH, NAMES, go_on, line, notified, team

AT = london(2026, 5, 21, 10)
MIA = Professional.named("Mia Lund", NAMES, agency="childrens_social_care")
OLA = Professional.named("Ola Berg", NAMES, agency="education")


def risk(text="He is grabbed by adults at his club.", **changed):
    said = {"risk": ComparedText.of(text, NAMES), "to": ToldTo.MASH, **changed}
    return NotifyChildAtRisk(**said)


def with_others():
    """The LADO was notified, and the front door and referral and assessment are there."""
    return notified(story_of(team, mash, assessment))


@pytest.mark.parametrize(
    "text",
    [
        "Carl grabbed him.",
        "Mr EXAMPLE, the coach.",
        "It was at example's ground.",
        "The one they call Kit.",
        "Zoé told us.",
    ],
)
def test_l8_a_text_with_a_word_of_who_the_adult_is_is_refused(text):
    adult = COACH.model_copy(update={"aliases": (line("Kit"), line("Zoe Hart"))})
    go_on(notified(adult=adult), (risk(text), AT)).refused("L8", reason="names_the_adult")


def test_l8_in_other_words_it_is_told():
    told = go_on(notified(), (risk(setting_kind=Setting.SPORT, urgent=True), AT))
    assert told.refusal is None
    [event] = told.decided
    assert (event.to, event.setting_kind, event.urgent) == (ToldTo.MASH, Setting.SPORT, True)


@given(st.text(min_size=1, max_size=60), st.text(max_size=40), st.text(max_size=40))
def test_l8_whatever_the_adult_is_called_no_word_of_it_gets_out(name, before, after):
    """Between any other words a word of the name is found, unless there is none that names anybody."""
    said = plain_words(name)
    text = ComparedText.model_construct(text="x").model_copy(update={"text": f"{before} {name} {after}"})
    words = tuple(NAMES.compared(f"word {one}") for one in said)
    assert text.compared(NAMES).holds(words) is bool(said)


def test_of_an_allegation_about_no_child_nobody_is_told():
    for command in (risk(), NameReaders(named=(MIA,), reason="Works with him.")):
        refused = go_on(notified(about=()), (command, AT))
        assert refused.refusal is not None
        assert refused.refusal.reason == "about_no_child"


def test_told_to_the_front_door_it_is_a_contact_of_social_care_s_own_with_the_lado_to_be_told():
    story = go_on(with_others(), (risk(setting_kind=Setting.SPORT), AT))
    [received] = [one.event for one in story.followed if isinstance(one.event, ContactReceived)]
    assert (received.child, received.source.value, received.referrer_agency) == (CHILD, "5A", "lado")
    assert received.received_at == AT
    assert not received.person_in_trust
    story.clocks(M1="open", M3="open")
    assert story.clock("M1").due_at == london(2026, 5, 23)


def test_told_of_one_of_its_children_it_is_of_that_one_alone():
    story = notified(story_of(team, mash, assessment), about=(CHILD, SIBLING))
    told = go_on(story, (risk(about=(SIBLING,)), AT))
    received = [one.event for one in told.followed if isinstance(one.event, ContactReceived)]
    assert [one.child for one in received] == [SIBLING]


@pytest.mark.parametrize("urgent", [False, True])
def test_told_to_assessment_the_referral_opens_from_then(urgent):
    story = go_on(with_others(), (risk(to=ToldTo.ASSESSMENT, urgent=urgent), AT))
    [opened] = [one.event for one in story.followed if isinstance(one.event, ReferralOpened)]
    assert (opened.source.value, opened.referrer_agency, opened.received_at) == ("5A", "lado", AT)
    assert opened.immediate_harm is urgent
    story.clocks(A2="open", A3="open", A1="open" if urgent else None)
    assert not [one for one in story.followed if isinstance(one.event, ContactReceived)]


def test_where_a_referral_is_open_a_manager_looks_and_the_front_door_passes_it_on():
    opened = go_on(with_others(), (risk(to=ToldTo.ASSESSMENT), AT))
    later = london(2026, 5, 22, 10)
    go_on(opened, (risk(to=ToldTo.ASSESSMENT), later)).tasks(("team_manager", "already_open"))
    passed = go_on(opened, (risk(), later))
    assert [one.event for one in passed.followed if isinstance(one.event, ContactPassedToOpenCase)]


def test_nothing_of_the_adult_stands_in_what_others_have():
    story = go_on(with_others(), (risk(), AT), (risk(to=ToldTo.ASSESSMENT), AT))
    others = [one for one in story.records if one.service != "lado"]
    said = " ".join(f"{one.event!r} {one.text}" for one in others).casefold()
    assert others
    assert not any(word in said for word in ("carl", "example", "coach"))


# -- to whom it is shown that a record exists


def test_l8_readers_are_named_once_and_what_crosses_is_their_ids_alone():
    name = NameReaders(named=(MIA,), reason="She works with him and Carl.")
    story = go_on(notified(), (name, AT))
    named, exists = story.decided
    assert isinstance(named, ReadersNamed)
    assert named.sealed.names == ("Mia Lund",)
    assert isinstance(exists, SealedRecordExists)
    assert (exists.named, exists.sealed) == ((MIA.id,), None)
    go_on(story, (name, AT)).nothing()
    more = go_on(story, (name.model_copy(update={"named": (MIA, OLA)}), AT))
    assert more.decided[1].named == (OLA.id,)


def test_it_is_shown_beside_the_entries_to_those_named_and_no_entry_says_it():
    story = go_on(notified(), (NameReaders(named=(MIA,), reason="She works with him."), AT))
    assert story.entries(entries) == []
    [record] = [one for one in story.records if isinstance(one.event, SealedRecordExists)]
    restriction = entries.restriction(record)
    assert (restriction.only_marks, restriction.roles, restriction.named) == (True, (), (MIA.id,))


def test_the_entry_of_a_child_at_risk_says_what_was_told():
    story = go_on(notified(), (risk(urgent=True), AT))
    [told] = story.entries(entries)
    assert told.entry.title == "A risk to the child was told of, urgent"
    assert told.entry.parts == (("What was told", "He is grabbed by adults at his club."),)
    assert told.entry.seen_by == ()
