"""Who sees an entry when nobody said otherwise: each term, answered from what is known of the child by then."""

from datetime import timedelta
from uuid import uuid5

import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

from services.chronology.decided_audience import as_seen
from services.chronology.events import EntryShared
from shared.domain.corrections import CorrectedText, correction_of
from shared.domain.instants import london
from shared.team.audience import OF_ORGANISATIONS, SeenBy, party
from shared.testing.facts import CHILD, SIBLING, THING, actor, command_id, event_id, record
from tests.unit.chronology import toy_team as toy
from tests.unit.chronology.sights import CARE, sights, taken_in, titles

NOW = london(2026, 4, 2, 17)
CONTACT, MEETING = THING, uuid5(THING, "meeting")
ELM, OAK = party("education", "Elm School"), party("education", "Oak School")
WARD, GP = party("health", "Elm Ward"), party("health", "The Surgery")
POLICE = party("police")
MANAGER = actor("mash_manager")


def seen(who, depth="whole"):
    return SeenBy(agency=who.agency, organisation=who.organisation, depth=depth)


class Story:
    """Facts of the toy team, one after another, a minute apart unless said."""

    def __init__(self):
        self.facts = []

    def then(self, event, *, at=None, by=MANAGER, thing=CONTACT, child=CHILD, command=None):
        n = len(self.facts) + 1
        moment = at or NOW + timedelta(minutes=n)
        self.facts.append(
            record(
                event,
                at=moment,
                by=by,
                n=n,
                thing=thing,
                child=child,
                service="toy",
                command=command or command_id(n),
            )
        )
        return self

    def log(self):
        return taken_in(self.facts, {"toy": (toy.entries, toy.RULES)})

    def sees(self, title, *others):
        assert sights(self.log())[title] == {CARE, *others}
        return self


def test_an_entry_of_nobody_else_is_seen_by_social_care_and_who_recorded_it():
    nurse = actor("health_practitioner", organisation="Elm Ward")
    Story().then(toy.CheckReturned(by=GP), by=nurse).sees("Check returned", seen(WARD))


def test_the_referrers_own_organisation_sees_the_contact_and_no_other_of_its_agency():
    Story().then(toy.Told(by=ELM)).sees("Told", seen(ELM))


def test_a_referrer_of_an_unnamed_school_is_no_school():
    story = Story().then(toy.Told(by=party("education"))).sees("Told", seen(party("education")))
    [unnamed] = sights(story.log())["Told"] - {CARE}
    assert unnamed.lets("education", None)
    assert not unnamed.lets("education", "Elm School")


@pytest.mark.parametrize("depth", ["whole", "title"])
def test_who_is_asked_for_a_check_is_shown_the_contact_as_far_as_the_check_goes(depth):
    story = Story().then(toy.Told(by=ELM)).then(toy.CheckAsked(contact=CONTACT, of=WARD, depth=depth))
    story.sees("Told", seen(ELM), seen(WARD, depth)).sees("Check asked", seen(WARD))


def test_what_is_opened_is_said_as_a_fact_with_the_whole_audience():
    story = Story().then(toy.Told(by=ELM)).then(toy.CheckAsked(contact=CONTACT, of=WARD, depth="title"))
    [shared] = [fact.event for fact in story.log() if isinstance(fact.event, EntryShared)]
    assert set(as_seen(shared.seen_by, NOW)) == set(shared.by_rule) == {CARE, seen(ELM), seen(WARD, "title")}
    assert (shared.entry, shared.because, shared.cause) == (event_id(1), "rule", event_id(2))


def test_as_it_was_known_before_the_check_the_contact_was_not_open():
    story = Story().then(toy.Told(by=ELM)).then(toy.CheckAsked(contact=CONTACT, of=WARD, depth="whole"))
    before = tuple(fact for fact in story.log() if fact.recorded_at <= NOW + timedelta(minutes=1))
    assert sights(before)["Told"] == {CARE, seen(ELM)}


def test_a_second_check_opens_it_deeper_and_never_less():
    story = Story().then(toy.Told(by=ELM))
    for depth in ("title", "whole", "title"):
        story.then(toy.CheckAsked(contact=CONTACT, of=WARD, depth=depth))
    story.sees("Told", seen(ELM), seen(WARD))
    assert sum(isinstance(fact.event, EntryShared) for fact in story.log()) == 2  # title; whole; nothing new


def test_a_check_on_another_contact_opens_nothing_of_this_one():
    story = Story().then(toy.Told(by=ELM))
    story.then(toy.CheckAsked(contact=MEETING, of=WARD, depth="whole"), thing=MEETING).sees("Told", seen(ELM))


def test_a_siblings_record_is_its_own():
    story = Story().then(toy.Told(by=ELM)).then(toy.Told(by=ELM), child=SIBLING)
    story.then(toy.CheckAsked(contact=CONTACT, of=WARD, depth="whole"), child=SIBLING)
    shared = [fact for fact in story.log() if isinstance(fact.event, EntryShared)]
    assert [fact.event.child for fact in shared] == [SIBLING]


def test_a_meeting_is_whole_for_those_present_and_a_title_for_who_referred_and_who_works_with_the_child():
    story = Story().then(toy.Told(by=ELM), by=actor("mash_screener"))
    story.then(toy.CheckReturned(by=GP)).then(toy.Met(contact=CONTACT, there=(POLICE, WARD)), thing=MEETING)
    story.sees("Met", seen(POLICE), seen(WARD), seen(ELM, "title"), seen(GP, "title"))


def test_what_follows_a_meeting_is_shown_to_those_who_were_there():
    story = Story().then(toy.Told(by=ELM)).then(toy.Met(contact=CONTACT, there=(POLICE, WARD)), thing=MEETING)
    story.then(toy.Enquired(meeting=MEETING), thing=CONTACT).sees("Enquired", seen(POLICE), seen(WARD))


def test_of_a_restricted_meeting_those_present_keep_the_whole_and_others_the_title():
    story = Story().then(toy.MetBehindDoors(there=(WARD,)), thing=MEETING)
    story.sees("Met behind doors", seen(WARD), seen(POLICE, "title"))


def test_an_agency_as_such_is_seen_through_its_organisations_that_are_involved():
    head = actor("designated_safeguarding_lead", organisation="Elm School")
    story = Story().then(toy.Told(by=ELM), by=head).then(toy.Published())
    story.sees("Published", seen(ELM), seen(POLICE, "title"))
    story.then(toy.Told(by=OAK)).sees("Published", seen(ELM), seen(POLICE, "title"))


def test_an_agency_of_which_no_organisation_is_known_is_meant_itself():
    Story().then(toy.Published()).sees("Published", seen(party("education")), seen(POLICE, "title"))


def test_who_sees_a_thing_sees_what_is_shown_like_it():
    story = Story().then(toy.Told(by=ELM)).then(toy.CheckAsked(contact=CONTACT, of=WARD, depth="title"))
    story.then(toy.Noted(contact=CONTACT), thing=MEETING).sees("Noted", seen(ELM), seen(WARD, "title"))


def test_who_recorded_an_earlier_fact_is_found_by_its_kind():
    officer = actor("police_officer")
    nurse = actor("health_practitioner", organisation="Elm Ward")
    story = Story().then(toy.Told(by=ELM), by=officer)
    story.then(toy.Answered(contact=CONTACT), by=nurse, thing=MEETING)
    story.sees("Answered", seen(POLICE), seen(WARD))


def test_one_organisation_is_meant_by_its_name():
    Story().then(toy.Named(school="Oak School")).sees("Named", seen(OAK))


def test_what_is_for_two_is_hidden_from_social_care_too():
    story = Story().then(toy.Marked())
    assert sights(story.log())["Marked"] == {seen(POLICE), seen(party("lado"))}


@pytest.mark.parametrize(
    ("days_before", "works"), [(1, True), (364, True), (366, True), (368, False), (800, False)]
)
def test_who_worked_with_the_child_within_twelve_months_still_counts(days_before, works):
    met = london(2028, 3, 1, 12)  # twelve months before: 2027-03-01, 366 days
    story = Story().then(toy.CheckReturned(by=GP), at=met - timedelta(days=days_before))
    story.then(toy.Met(contact=CONTACT, there=()), at=met, thing=MEETING)
    story.sees("Met", *([seen(GP, "title")] if works else []))


def test_who_began_and_has_not_ended_works_with_the_child_however_long_ago():
    story = Story().then(toy.Began(by=POLICE), at=NOW - timedelta(days=2000))
    story.then(toy.Met(contact=CONTACT, there=()), thing=MEETING).sees("Met", seen(POLICE, "title"))


def test_who_ended_within_the_year_counts_and_before_it_does_not():
    for ended, works in ((100, True), (400, False)):
        story = Story().then(toy.Began(by=POLICE), at=NOW - timedelta(days=900))
        story.then(toy.Ended(by=POLICE), at=NOW - timedelta(days=ended))
        story.then(toy.Met(contact=CONTACT, there=()), thing=MEETING)
        story.sees("Met", *([seen(POLICE, "title")] if works else []))


def test_what_happened_later_does_not_count_though_it_is_written_down_before():
    story = Story().then(toy.CheckReturned(by=GP), at=NOW)
    story.then(toy.Met(contact=CONTACT, there=()), at=NOW - timedelta(days=1), thing=MEETING)
    story.sees("Met")


def test_facts_of_one_command_that_say_one_thing_are_one_entry_with_the_audience_of_the_first():
    one = command_id(9)
    story = Story().then(toy.Allocated(), command=one).then(toy.Started(), command=one)
    assert titles(story.log()) == ["Allocated"]
    story.sees("Allocated", seen(POLICE))
    story.then(toy.Started())
    assert titles(story.log()) == ["Allocated", "Started"]


def test_a_fact_of_a_team_that_is_not_known_here_makes_no_entry():
    fact = record(toy.Told(by=ELM), at=NOW, service="elsewhere")
    assert taken_in([fact], {"toy": (toy.entries, toy.RULES)}) == ()


def test_entries_stand_by_when_they_happened_were_known_and_recorded():
    story = (
        Story()
        .then(toy.Named(school="Oak School"), at=NOW)
        .then(toy.Told(by=ELM), at=NOW - timedelta(days=1))
    )
    story.then(toy.Published(), at=NOW - timedelta(days=2))
    assert titles(story.log()) == ["Published", "Told", "Named"]


# -- whatever is told

PARTIES = st.sampled_from([ELM, OAK, WARD, GP, POLICE, party("education"), party("family_wellbeing")])
EVENTS = st.one_of(
    st.builds(toy.Told, by=PARTIES),
    st.builds(
        toy.CheckAsked, contact=st.just(CONTACT), of=PARTIES, depth=st.sampled_from(["title", "whole"])
    ),
    st.builds(toy.CheckReturned, by=PARTIES),
    st.builds(toy.Met, contact=st.just(CONTACT), there=st.lists(PARTIES, max_size=2).map(tuple)),
    st.builds(toy.MetBehindDoors, there=st.lists(PARTIES, max_size=2).map(tuple)),
    st.builds(toy.Published),
    st.builds(toy.Noted, contact=st.just(CONTACT)),
    st.builds(toy.Began, by=PARTIES),
    st.builds(toy.Ended, by=PARTIES),
)


@examples(st.lists(EVENTS, max_size=10))
def test_nothing_is_ever_closed_again_and_social_care_sees_all(events):
    story, before = Story(), {}
    for event in events:
        log = story.then(event).log()
        audiences = {
            fact.event.entry.id: set(fact.event.seen_by)
            for fact in log
            if hasattr(fact.event, "source_position")
        }
        for fact in log:
            if isinstance(fact.event, EntryShared):
                audiences[fact.event.entry] = set(as_seen(fact.event.seen_by, NOW))
        for entry, seen_by in before.items():
            assert {each.party for each in seen_by} <= {each.party for each in audiences[entry]}
        assert all(CARE in seen_by for seen_by in audiences.values())
        before = audiences


@examples(
    st.builds(
        SeenBy,
        agency=st.sampled_from(["police", "education"]),
        organisation=st.sampled_from([None, "A", "B"]),
    ),
    st.sampled_from(["police", "education"]),
    st.sampled_from([None, "A", "B"]),
)
def test_of_an_agency_of_organisations_none_reads_what_is_anothers(entry, agency, organisation):
    lets = entry.lets(agency, organisation)
    if agency != entry.agency:
        assert not lets
    elif organisation == entry.organisation:
        assert lets
    else:
        assert lets == (agency not in OF_ORGANISATIONS and None in (organisation, entry.organisation))


# -- a correction is seen by who sees what it corrects


def corrected(fact, *, withdrawn=False):
    text = CorrectedText(reason="It was another day.")
    return correction_of(fact, None if withdrawn else fact.event, text)


@pytest.mark.parametrize(("withdrawn", "title"), [(False, "corrected"), (True, "withdrawn")])
def test_the_correction_of_a_contact_is_seen_by_who_sees_the_contact(withdrawn, title):
    """As far as they see it by then: a check opened its title to the ward."""
    story = Story().then(toy.Told(by=ELM), command=CONTACT)
    story.then(toy.CheckAsked(contact=CONTACT, of=WARD, depth="title"))
    story.then(corrected(story.facts[0], withdrawn=withdrawn))
    story.sees(f"An earlier record was {title}", seen(ELM), seen(WARD, "title"))


def test_the_correction_of_what_stands_beside_the_contact_is_seen_by_nobody_else():
    story = Story().then(toy.Told(by=ELM), command=CONTACT)
    story.then(toy.CheckAsked(contact=CONTACT, of=WARD, depth="whole"), command=CONTACT)
    story.then(corrected(story.facts[1])).sees("An earlier record was corrected")
