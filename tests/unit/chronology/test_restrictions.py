"""A contact that is for few to read is shown to all others by one title, whatever was told of it before."""

from services.chronology.events import EntryRestricted
from services.chronology.policy import policy_of
from services.chronology.restrictions import restrictions
from services.chronology.rules import RULES
from services.chronology.streams.child_record import RestrictEntries, child_record
from services.mash.entries import entries as mash_entries
from services.mash.events import ContactRestricted
from services.mash.rules import RULES as MASH_RULES
from shared.domain.instants import london
from shared.domain.view_fold import fold
from shared.team.entries import AllEntries
from shared.team.standard_entries import EVERY_TEAM
from shared.testing.deciders import decider
from shared.testing.facts import CHILD, THING, event_id, record

given = decider(child_record, RULES).given
AT = london(2026, 4, 2, 18)
TITLE = "A contact was made and is restricted"
ROLES = ("mash_manager", "senior_practitioner", "lado", "lado_deputy")
MIA, OLA = event_id(71), event_id(72)


def restrict(*named):
    return RestrictEntries(thing=THING, title=TITLE, roles=ROLES, named=named)


def test_what_its_team_says_is_taken_in():
    policy = policy_of(AllEntries(EVERY_TEAM, {"mash": (mash_entries, MASH_RULES)}))
    fact = record(ContactRestricted(contact=THING, named=(MIA,)), at=AT, service="mash", thing=THING)
    [(_, _, command)] = policy.react(fact)
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
