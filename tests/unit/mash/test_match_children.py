"""Children who are only said: received on a stream about no child, and matched to registered children by the front door."""

from datetime import date

import pytest
from pydantic import ValidationError

from services.assessment.app import app as assessment
from services.mash.codes import Concern, Fgm, Notice, Outcome
from services.mash.entries import entries
from services.mash.events import (
    ChildMatched,
    ContactHeld,
    ContactPassedToOpenCase,
    ContactReceived,
    ContactRestricted,
    ContactScreened,
    MissingNoticeReceived,
    ReferrerInformed,
)
from services.mash.rules import RULES
from services.mash.streams.contact import (
    ChildSaid,
    DecideContact,
    Match,
    MatchChildren,
    ReceiveContact,
    Referrer,
)
from services.mash.views import worklist
from shared.domain.code_lists import ReferralSource
from shared.domain.command import NotFound
from shared.domain.deadlines import DeadlineClock
from shared.domain.instants import london
from shared.team.audience import SeenBy
from shared.team.corrections import CorrectRecord
from shared.testing.deciders import story_of
from shared.testing.facts import ADULT, CHILD, SIBLING, actor
from shared.testing.teams import team_of
from tests.unit.chronology.sights import CARE, sights, taken_in
from tests.unit.mash.contacts import (
    ACCEPT,
    ACKNOWLEDGE,
    CHECK,
    CLOSE,
    CONSENT,
    DISPENSE,
    HARM,
    HOLD,
    MANAGER,
    PEOPLE,
    RECEIVE,
    RISK,
    SCREEN,
    SCREENER,
    TELL_SCHOOL,
    app,
    front_door,
)

THURSDAY = london(2026, 12, 24, 16)
"""The last working day before Christmas: the next is Tuesday the 29th."""
TUESDAY = london(2026, 12, 29, 10)
SCHOOL = actor("designated_safeguarding_lead", "L. Shaw", organisation="Oak School")
AVA = ChildSaid(name="Ava Stone", born=date(2017, 2, 11), school="Oak School", address="3 Ash Lane")
BEN = ChildSaid(name="Ben Stone", age=7)
SAID = RECEIVE.model_copy(update={"about": (), "children_said": (AVA, BEN)})


def said(at=THURSDAY, **more):
    """What a school tells of two children whom it may not register."""
    return front_door.when(SAID.model_copy(update=more), at=at, by=SCHOOL)


def matching(story, *pairs, of=None):
    return MatchChildren(
        re=of or story.id, matches=tuple(Match(said=place, person=person) for place, person in pairs)
    )


def matched(story, *pairs, at=TUESDAY, of=None):
    return story.when(matching(story, *pairs, of=of), at=at, by=SCREENER)


def of(command, contact, **more):
    return command.model_copy(update={"re": contact, **more})


def words(story, child):
    """The text of the contact of a child, as it was sealed for that child."""
    (fact,) = (
        one
        for one in story.records
        if one.event.child == child and isinstance(one.event, ContactReceived | ContactPassedToOpenCase)
    )
    return fact.text


# -- said


def test_it_is_received_about_nobody_yet_and_runs_m1_and_m3():
    story = said(channel="telephone", notice=Notice.DOMESTIC_ABUSE, fgm=Fgm.TOLD)
    (received,) = story.decided
    assert (received.child, received.said, received.received_at) == (None, 2, THURSDAY)
    assert [one.name for one in received.sealed.children_said] == ["Ava Stone", "Ben Stone"]
    story.clocks(M1="open", M3="open", M14=None, M22=None, M23=None)
    assert story.entries(entries)[0].entry.title == "Contact received from the police"


def test_what_is_said_of_a_child_is_in_no_open_part():
    story = said()
    for word in ("Ava", "Stone", "Oak School", "Ash Lane", "2017"):
        assert word not in story.records[0].event.model_dump_json()
        assert word not in repr(SAID)


def test_a_contact_is_about_somebody():
    with pytest.raises(ValidationError, match="who they are said to be"):
        ReceiveContact(source=ReferralSource.S9, worries="Screams every night.")
    with pytest.raises(ValidationError, match="say of each child what is known"):
        ChildSaid()


# -- matched


def test_of_each_child_it_is_received_as_it_was_said_first_with_the_clocks_of_the_first_receipt():
    story = said(channel="telephone", notice=Notice.DOMESTIC_ABUSE, fgm=Fgm.TOLD)
    contact = story.id
    story = matched(story, (1, CHILD), (2, SIBLING))
    *noted, ava, ben = story.decided
    assert noted == [
        ChildMatched(happened_at=TUESDAY, contact=contact, said=1, person=CHILD, left=1),
        ChildMatched(happened_at=TUESDAY, contact=contact, said=2, person=SIBLING, left=0),
    ]
    assert [(one.NAME, one.child, one.happened_at) for one in (ava, ben)] == [
        (ContactReceived.NAME, CHILD, THURSDAY),
        (ContactReceived.NAME, SIBLING, THURSDAY),
    ]
    assert (ava.contact, ava.received_at, ava.said) == (contact, THURSDAY, 0)
    due = {rule: story.clock(rule, about=CHILD).due_at for rule in ("M1", "M3", "M14", "M22", "M23")}
    assert due == {
        "M1": london(2026, 12, 30),
        "M3": london(2026, 12, 25, 16),
        "M14": london(2026, 12, 30),
        "M22": london(2026, 12, 26, 16),
        "M23": london(2026, 12, 29, 9),
    }
    story.missed("M22", "M22", "M23", "M23", "M3", "M3", "M3")


def test_each_child_has_the_words_and_of_the_children_said_only_their_own():
    story = matched(said(), (1, CHILD), (2, SIBLING))
    ava, ben = words(story, CHILD), words(story, SIBLING)
    assert ava["worries"] == ben["worries"] == RECEIVE.worries
    assert [one["name"] for one in ava["children_said"]] == ["Ava Stone"]
    assert ben["children_said"] == [{"name": "Ben Stone", "age": 7}]


def test_who_told_and_since_when_it_is_known_stays_whoever_finds_out_of_whom_it_was():
    story = matched(said(), (1, CHILD))
    first, fact = (one for one in story.records if isinstance(one.event, ContactReceived))
    assert fact.envelope.recorder == ("education", "Oak School")
    assert fact.text["recorded_by"] == "L. Shaw"
    assert (fact.envelope.actor, fact.envelope.role) == (str(SCREENER.id), "mash_screener")
    assert fact.envelope.known == THURSDAY
    assert fact.envelope.carries == first.envelope.id


def test_those_about_no_child_end_when_all_are_matched_and_not_before():
    story = said(at=TUESDAY)
    contact = story.id
    story = matched(story, (2, SIBLING))
    nobody = [one for one in story.logs.streams.values() if one.child is None]
    assert nobody[0].folded.clocks.latest("M1").state(TUESDAY) == "open"
    story = matched(story, (1, CHILD), at=london(2026, 12, 29, 11), of=contact)
    nobody = [one for one in story.logs.streams.values() if one.child is None]
    clocks: list[DeadlineClock] = list(nobody[0].folded.clocks)
    assert [(one.rule, one.state(TUESDAY)) for one in clocks] == [
        ("M1", "ended"),
        ("M3", "ended"),
    ]
    story.clocks(about=CHILD, M1="open", M3="open")


def test_what_was_missed_before_anybody_was_matched_stays_missed():
    story = said().time_passes(until=TUESDAY).missed("M3")
    story = matched(story, (1, CHILD), (2, SIBLING), of=story.records[0].envelope.command_id)
    nobody = [one for one in story.logs.streams.values() if one.child is None]
    assert nobody[0].folded.clocks.latest("M3").state(TUESDAY) == "missed"
    assert nobody[0].folded.clocks.latest("M1").state(TUESDAY) == "ended"


def test_a_command_on_the_contact_then_covers_those_who_are_known_and_those_who_are_not():
    story = said()
    contact = story.id
    story = matched(story, (1, CHILD))
    screened = story.when(of(SCREEN, contact), at=TUESDAY, by=SCREENER)
    assert [one.child for one in screened.decided] == [None, CHILD]
    story = matched(screened, (2, SIBLING), of=contact)
    again = story.when(of(ACCEPT, contact), at=TUESDAY)
    assert {one.child for one in again.decided} == {CHILD, SIBLING}


def test_a_contact_about_some_who_are_registered_and_some_who_are_not():
    story = said(about=(CHILD,), children_said=(BEN,))
    contact = story.id
    assert [(one.child, one.said) for one in story.decided] == [(None, 1), (CHILD, 0)]
    assert "children_said" not in words(story, CHILD)
    refused = story.when(of(ACCEPT, contact), at=TUESDAY).refused(reason="not_matched")
    assert "match those who were said" in refused.refusal.message
    story.when(of(ACCEPT, contact, about=(CHILD,)), at=TUESDAY).clocks(about=CHILD, M1="met")
    matched(story, (1, SIBLING), of=contact).clocks(of=contact, about=SIBLING, M1="open")


def test_whoever_turns_out_to_be_of_the_contact_already_is_not_received_twice():
    story = said(about=(CHILD,), children_said=(AVA,))
    (noted,) = matched(story, (1, CHILD)).decided
    assert isinstance(noted, ChildMatched)


def test_two_who_were_said_may_turn_out_to_be_one():
    story = matched(said(), (1, CHILD), (2, CHILD))
    assert [one.child for one in story.decided] == [None, None, CHILD]


# -- refused


@pytest.mark.parametrize("place", [3, 100])
def test_who_was_not_said_cannot_be_matched(place):
    refused = matched(said(), (place, CHILD)).refused(reason="not_said")
    assert "says of 2 that they are not known" in refused.refusal.message


def test_who_is_matched_already_is_not_matched_again():
    story = said()
    contact = story.id
    once = matched(story, (1, CHILD))
    refused = matched(once, (1, SIBLING), of=contact).refused(reason="already_matched")
    assert "withdraw that matching first" in refused.refusal.message
    matched(story, (1, CHILD), (1, SIBLING)).refused(reason="already_matched")


def test_a_contact_about_registered_children_alone_has_nobody_to_match():
    received = front_door.when(RECEIVE, at=THURSDAY)
    with pytest.raises(NotFound, match="not known yet"):
        matched(received, (1, CHILD))


def test_nobody_is_matched_to_an_adult():
    matched(said(), (1, ADULT)).refused(reason="no_child")


def test_nobody_is_matched_once_it_is_decided():
    story = said()
    contact = story.id
    decided = story.when(of(CLOSE, contact), at=TUESDAY)
    matched(decided, (1, CHILD), of=contact).refused("M1")


def test_nobody_is_matched_before_it_was_received():
    story = said()
    early = matching(story, (1, CHILD)).model_copy(update={"happened": london(2026, 12, 24, 15)})
    story.when(early, at=TUESDAY, by=SCREENER).refused("E2")


@pytest.mark.parametrize("outcome", sorted(Outcome))
def test_while_nobody_knows_whom_it_is_about_it_is_decided_as_advice_signposted_or_nothing_more(outcome):
    decide = DecideContact(
        outcome=outcome,
        level=2,
        rationale="Said.",
        primary_need="N1",
        service="Helpline",
        strategy="same_day",
        criteria=("low_level_neglect",),
    )
    story = said()
    decided = story.when(of(decide, story.id), at=TUESDAY)
    may = outcome in {Outcome.ADVICE_AND_INFORMATION, Outcome.SIGNPOSTED, Outcome.NO_FURTHER_ACTION}
    assert (decided.refusal is None) is may


@pytest.mark.parametrize("command", [CONSENT, DISPENSE, HARM, TELL_SCHOOL, RISK, CHECK])
def test_what_is_done_for_a_child_who_is_known_waits_for_the_matching(command):
    story = said()
    refused = story.when(of(command, story.id), at=TUESDAY).refused(reason="not_matched")
    assert "mash.MatchChildren" in refused.refusal.message


def test_a_missing_child_is_looked_for_once_somebody_knows_who_it_is():
    story = said()
    missing = SCREEN.model_copy(update={"concerns": (Concern.MISSING,)})
    story.when(of(missing, story.id), at=TUESDAY).refused(reason="not_matched")
    notified = said(notice=Notice.MISSING, police_reference="101/2026/7")
    assert [type(one) for one in notified.decided] == [ContactReceived]
    story = matched(notified, (1, CHILD))
    assert [type(one) for one in story.decided] == [ChildMatched, ContactReceived, MissingNoticeReceived]
    (notice,) = (one for one in story.records if isinstance(one.event, MissingNoticeReceived))
    assert notice.text == {"police_reference": "101/2026/7", "recorded_by": "L. Shaw"}


# -- what was done before


def test_what_was_done_while_nobody_was_known_was_done_for_each_child():
    story = said()
    contact = story.id
    seen = london(2026, 12, 24, 16, 30)
    for command in (SCREEN, ACKNOWLEDGE, HOLD):
        story = story.when(of(command, contact), at=seen)
    story = matched(story, (1, CHILD), of=contact)
    assert [type(one) for one in story.decided[1:]] == [
        ContactReceived,
        ContactScreened,
        ReferrerInformed,
        ContactHeld,
    ]
    assert {one.happened_at for one in story.decided[2:]} == {seen}
    story.clocks(about=CHILD, M1="met", M2="missed", M3="met", M5="open")
    assert story.clock("M5", about=CHILD).due_at == london(2026, 12, 30)
    texts = [one.text for one in story.records[-5:] if one.event.child == CHILD and one.text]
    assert {"message", "recorded_by"} <= texts[2].keys()
    story.when(of(HOLD, contact, about=(CHILD,)), at=TUESDAY).refused("M5")


def test_mutilation_told_of_and_screened_so_is_reported_once():
    story = said(fgm=Fgm.TOLD)
    contact = story.id
    told = SCREEN.model_copy(update={"concerns": (Concern.FGM_TOLD,)})
    story = matched(story.when(of(told, contact), at=THURSDAY), (1, CHILD), of=contact)
    stream = story.stream("contact", of=contact, about=CHILD)
    assert [one.rule for one in stream.clocks if one.rule == "M14"] == ["M14"]


def test_of_somebody_in_trust_each_child_is_restricted_too():
    story = matched(said(person_in_trust=True), (1, CHILD))
    assert [type(one) for one in story.decided[1:]] == [ContactReceived, ContactRestricted]
    assert story.stream("contact", about=CHILD).state.restricted_to == frozenset()


# -- open cases (M9)


def with_an_open_referral():
    both = story_of(team_of(app, people=PEOPLE), team_of(assessment, people=PEOPLE))
    received = both.when(RECEIVE, at=THURSDAY)
    return received.when(of(ACCEPT, received.id), at=THURSDAY, by=MANAGER)


def test_of_a_child_with_an_open_case_it_is_a_note_on_that_m9():
    story = with_an_open_referral().when(SAID, at=THURSDAY, by=SCHOOL)
    contact = story.id
    story = matched(story, (1, CHILD), (2, SIBLING))
    assert [(type(one), one.child) for one in story.decided] == [
        (ChildMatched, None),
        (ChildMatched, None),
        (ContactPassedToOpenCase, CHILD),
        (ContactReceived, SIBLING),
    ]
    story.clocks(of=contact, about=CHILD, M1=None, M3=None)
    assert story.decided[2].received_at == THURSDAY
    (note,) = (one for one in story.records if isinstance(one.event, ContactPassedToOpenCase))
    assert note.text["worries"] == RECEIVE.worries
    story.tasks(("social_worker", "note_on_open_case"))


def test_of_somebody_in_trust_it_stands_open_case_or_not_m9():
    story = with_an_open_referral().when(SAID.model_copy(update={"person_in_trust": True}), at=THURSDAY)
    assert ContactReceived in [type(one) for one in matched(story, (1, CHILD)).decided]


# -- referrers who cannot be reached (M3)


@pytest.mark.parametrize("source", [ReferralSource.S9, ReferralSource.S10])
def test_where_nobody_knows_who_told_nobody_is_told_m3(source):
    nobody = ReceiveContact(source=source, worries="Screams every night.", children_said=(BEN,))
    story = front_door.when(nobody, at=THURSDAY, by=SCREENER)
    contact = story.id
    story.clocks(M1="open", M3=None)
    story = matched(story, (1, SIBLING))
    story.clocks(of=contact, about=SIBLING, M1="open", M3=None)
    story.when(of(ACKNOWLEDGE, contact), at=TUESDAY).refused("M3")


# -- corrections


def test_what_was_put_right_before_the_matching_is_what_each_child_has():
    story = said()
    contact = story.id
    right = CorrectRecord(re=contact, reason="Misheard.", fields={"worries": "One girl hid."})
    story = story.when(right, at=TUESDAY, by=SCHOOL)
    assert words(matched(story, (1, CHILD), of=contact), CHILD)["worries"] == "One girl hid."


def test_what_is_put_right_after_the_matching_is_put_right_of_each_child():
    story = said()
    contact = story.id
    story = matched(story, (1, CHILD))
    received = london(2026, 12, 24, 9)
    right = CorrectRecord(
        re=contact,
        reason="Misheard.",
        fields={"worries": "One girl hid.", "received": received.isoformat()},
    )
    story = story.when(right, at=TUESDAY, by=MANAGER)
    assert [one.corrects.name for one in story.decided] == [ContactReceived.NAME, ContactReceived.NAME]
    assert {one.sealed.text["worries"] for one in story.decided} == {"One girl hid."}
    assert [len(one.sealed.text["children_said"]) for one in story.decided] == [2, 1]
    assert story.clock("M3", about=CHILD).due_at == london(2026, 12, 25, 9)


def test_who_was_said_is_not_put_right_but_withdrawn():
    story = said()
    right = CorrectRecord(re=story.id, reason="Two.", fields={"children_said": []})
    story.when(right, at=TUESDAY, by=SCHOOL).refused("E3")


def test_a_matching_that_was_wrong_is_withdrawn_and_done_anew():
    story = said()
    contact = story.id
    story = matched(story, (1, CHILD), (2, SIBLING))
    wrong = story.id
    withdrawn = CorrectRecord(re=contact, reason="x", withdrawn=True)
    story.when(withdrawn, at=TUESDAY, by=SCHOOL).refused("E3")
    story = story.when(of(withdrawn, wrong), at=TUESDAY, by=SCREENER)
    nobody = [one for one in story.logs.streams.values() if one.child is None]
    assert nobody[0].folded.clocks.latest("M1").state(TUESDAY) == "open"
    # What was withdrawn is not put right again with what it said.
    right = CorrectRecord(re=contact, reason="Misheard.", fields={"worries": "One girl hid."})
    assert len(story.when(right, at=TUESDAY, by=SCHOOL).decided) == 1
    anew = matched(story, (1, SIBLING), (2, CHILD), of=contact)
    assert [one.child for one in anew.decided] == [None, None, SIBLING, CHILD]
    anew.clocks(about=CHILD, M1="open")


def test_more_stands_on_a_matching_that_was_done_anew_and_is_withdrawn_first():
    story = said()
    contact = story.id
    once = matched(story, (1, CHILD))
    withdraw = CorrectRecord(re=once.id, reason="x", withdrawn=True)
    anew = matched(once.when(withdraw, at=TUESDAY, by=SCREENER), (1, CHILD), of=contact)
    held = anew.when(of(HOLD, contact, about=(CHILD,)), at=TUESDAY)
    held.when(of(withdraw, anew.id), at=TUESDAY, by=SCREENER).refused("E3")
    assert anew.when(of(withdraw, anew.id), at=TUESDAY, by=SCREENER).refusal is None


def test_a_matching_that_was_withdrawn_is_not_put_right_again_but_said_anew():
    once = matched(said(), (1, CHILD))
    withdrawn = once.when(CorrectRecord(re=once.id, reason="x", withdrawn=True), at=TUESDAY, by=SCREENER)
    again = CorrectRecord(re=once.id, reason="It was her.", right_happened=TUESDAY)
    refused = withdrawn.when(again, at=TUESDAY, by=SCREENER).refused("E3")
    assert "say anew which child" in refused.refusal.message


# -- what others see


def test_the_worklist_shows_who_was_said_until_all_are_matched():
    story = said()
    contact = story.id
    (row,) = story.rows(worklist)
    assert (row.child, row.said) == (None, 2)
    story = matched(story, (1, CHILD))
    assert {(row.child, row.said) for row in story.rows(worklist)} == {(None, 1), (CHILD, 0)}
    story = matched(story, (2, SIBLING), of=contact)
    assert {(row.child, row.said) for row in story.rows(worklist)} == {(CHILD, 0), (SIBLING, 0)}


def test_the_school_that_said_the_child_sees_its_contact_in_the_childs_chronology():
    story = matched(said(referrer=Referrer(name="L. Shaw"), source=ReferralSource.S2A), (1, CHILD))
    seen_by = sights(taken_in(story.records, {"mash": (entries, RULES)}))
    assert seen_by["Contact received from a school"] == {
        CARE,
        SeenBy(agency="education", organisation="Oak School"),
    }
