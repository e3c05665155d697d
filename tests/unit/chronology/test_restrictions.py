"""A contact that is for few to read is shown to all others by one title, whatever was told of it before."""

from services.chronology.events import EntryRestricted, RestrictionEnded
from services.chronology.policy import policy_of
from services.chronology.restrictions import restrictions
from services.chronology.rules import RULES
from services.chronology.streams.child_record import RestrictEntries, SettleRestriction, child_record
from services.chronology.streams.entry import ReceiveEntry
from services.mash.codes import Outcome
from services.mash.entries import entries as mash_entries
from services.mash.events import (
    AgencyCheckRequested,
    ContactDecided,
    ContactDecisionReviewed,
    ContactRestricted,
)
from services.mash.rules import RULES as MASH_RULES
from shared.domain.corrections import correction_of
from shared.domain.instants import london
from shared.domain.view_fold import fold
from shared.team.entries import AllEntries
from shared.team.standard_entries import EVERY_TEAM
from shared.testing.deciders import decider
from shared.testing.facts import CHILD, THING, event_id, record
from tests.unit.mash.contacts import CLOSE, OFFICER, RECEIVE
from tests.unit.mash.contacts import given as given_contact

given = decider(child_record, RULES).given
AT = london(2026, 4, 2, 18)
TITLE = "A contact was made and is restricted"
ROLES = ("mash_manager", "senior_practitioner", "lado", "lado_deputy")
MIA, OLA = event_id(71), event_id(72)


HELD = RestrictEntries(thing=THING, title=TITLE, roles=ROLES, until_decided=True)
RESTRICTED = EntryRestricted(thing=THING, title=TITLE, roles=ROLES)
OPEN, ANEW = (SettleRestriction(thing=THING, opens=opens) for opens in (True, False))
POLICY = policy_of(AllEntries(EVERY_TEAM, {"mash": (mash_entries, MASH_RULES)}))


def restrict(*named):
    return RestrictEntries(thing=THING, title=TITLE, roles=ROLES, named=named)


def asked_for(event):
    """What the chronology does when one fact of the front door arrives."""
    return [command for _, _, command in POLICY.react(event)]


def fact(event):
    return record(event, at=AT, service="mash", thing=THING)


def readers(story):
    return {row.reader for row in fold(restrictions, story.records).values()}


def test_what_its_team_says_is_taken_in():
    [command] = asked_for(fact(ContactRestricted(contact=THING, named=(MIA,))))
    assert command == RestrictEntries(
        about=(CHILD,), happened=AT, known=AT, thing=THING, title=TITLE, roles=ROLES, named=(MIA,)
    )


def test_it_is_said_once_and_again_where_more_are_named():
    story = given().when(restrict(MIA), at=AT)
    story.then(EntryRestricted(thing=THING, title=TITLE, roles=ROLES, named=(MIA,)))
    story.when(restrict(MIA), at=AT).nothing().when(restrict(), at=AT).nothing()
    again = story.when(restrict(OLA), at=AT)
    rows = fold(restrictions, again.records).values()
    assert {row.reader for row in rows} == {*ROLES, str(MIA), str(OLA)}
    assert {(row.child, row.thing, row.title) for row in rows} == {(CHILD, THING, TITLE)}


def test_what_only_marks_keeps_no_entry_from_anybody_and_is_kept_apart():
    mark = RestrictEntries(thing=THING, title="Something exists", roles=(), named=(MIA,), only_marks=True)
    story = given().when(mark, at=AT)
    story.then(
        EntryRestricted(thing=THING, title="Something exists", roles=(), named=(MIA,), only_marks=True)
    )
    story.when(mark, at=AT).nothing()
    assert not story.state.restricted
    both = story.when(restrict(MIA), at=AT)
    assert {(row.reader, row.only_marks) for row in fold(restrictions, both.records).values()} == {
        (str(MIA), True),
        *((each, False) for each in (*ROLES, str(MIA))),
    }


def test_a_mark_stays_when_what_was_held_back_is_open_again():
    mark = RestrictEntries(thing=THING, title="Something exists", roles=(), named=(MIA,), only_marks=True)
    story = given().when(mark, at=AT).when(HELD, at=AT).when(OPEN, at=AT)
    assert [(row.reader, row.only_marks) for row in fold(restrictions, story.records).values()] == [
        (str(MIA), True)
    ]


def test_one_about_an_adult_in_trust_is_restricted_before_it_comes_in():
    story = given_contact().when(RECEIVE.model_copy(update={"person_in_trust": True}), at=AT, by=OFFICER)
    received = story.records[0]
    restriction, entry = asked_for(received)
    assert (restriction.thing, restriction.roles, restriction.until_decided) == (THING, ROLES, True)
    assert isinstance(entry, ReceiveEntry)
    assert entry.parts
    [only] = asked_for(given_contact().when(RECEIVE, at=AT, by=OFFICER).records[0])
    assert isinstance(only, ReceiveEntry)


def test_a_decision_settles_it_unless_it_is_for_the_lado_and_a_meeting_may_open_it_again():
    decided = ContactDecided(contact=THING, outcome=Outcome.NO_FURTHER_ACTION, level=1)
    settled, _ = asked_for(fact(decided))
    assert (settled.thing, settled.opens) == (THING, True)
    [for_the_lado] = asked_for(
        fact(decided.model_copy(update={"outcome": Outcome.ROUTED_TO_LADO, "level": 4}))
    )
    assert isinstance(for_the_lado, ReceiveEntry)
    assert not for_the_lado.parts
    [opened] = for_the_lado.widens
    assert [term.agency for term in opened.to] == ["lado"]
    reviewed = ContactDecisionReviewed(
        contact=THING, meeting=event_id(9), outcome=Outcome.NO_FURTHER_ACTION, upheld=True
    )
    assert [type(each) for each in asked_for(fact(reviewed))] == [ReceiveEntry]
    again, _ = asked_for(fact(reviewed.model_copy(update={"upheld": False})))
    assert again.opens is False


def test_a_decision_that_was_withdrawn_holds_it_back_again():
    story = given_contact().when(RECEIVE, at=AT, by=OFFICER).when(CLOSE, at=AT)
    decision = story.records[-1]
    settled, *_ = asked_for(fact(correction_of(decision, None, None)))
    assert isinstance(settled, SettleRestriction)
    assert settled.opens is False


def test_what_is_held_back_until_a_decision_is_open_from_then_on():
    story = given().when(HELD, at=AT)
    story.then(RESTRICTED.model_copy(update={"until_decided": True})).when(HELD, at=AT).nothing()
    decided = story.when(OPEN, at=AT)
    decided.then(RestrictionEnded(thing=THING)).when(OPEN, at=AT).nothing()
    assert readers(story) == set(ROLES)
    assert readers(decided) == set()
    anew = decided.when(ANEW, at=AT)
    anew.then(RESTRICTED.model_copy(update={"until_decided": True})).when(ANEW, at=AT).nothing()
    assert readers(anew) == set(ROLES)
    assert readers(anew.when(OPEN, at=AT)) == set()


def test_what_is_restricted_for_good_no_decision_opens():
    for_good = given().when(HELD, at=AT).when(restrict(), at=AT)
    for_good.then(RESTRICTED)
    for_good.when(OPEN, at=AT).nothing().when(HELD, at=AT).nothing()
    given().when(OPEN, at=AT).nothing()
    routed = given().when(HELD, at=AT).when(OPEN, at=AT).when(ANEW, at=AT).when(restrict(MIA), at=AT)
    assert readers(routed.when(OPEN, at=AT).nothing()) == {*ROLES, str(MIA)}


def test_what_was_asked_of_an_agency_is_part_of_the_contact():
    asked = AgencyCheckRequested(check=event_id(5), contact=THING, agency="health", extent="full")
    [command] = asked_for(record(asked, at=AT, service="mash", thing=event_id(5)))
    assert (command.entry.thing, command.entry.part_of) == (event_id(5), THING)
