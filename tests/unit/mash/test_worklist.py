"""The front door's list, folded from stories: what waits, for what, until when."""

from uuid import UUID

from services.mash.views import worklist
from shared.domain.instants import london
from shared.domain.view_fold import fold
from shared.team.deadlines import VaryDeadline
from shared.testing.facts import CHILD, THING
from tests.unit.mash.contacts import ACKNOWLEDGE, CLOSE, HOLD, MANAGER, RECEIVE, SCREEN, TELL_OUTCOME, given

MONDAY = london(2026, 11, 9, 10)
TUESDAY = london(2026, 11, 10, 10)


def row_of(story):
    (row,) = fold(worklist, story.records).values()
    return row


def test_a_contact_waits_for_its_decision():
    story = given().when(RECEIVE, at=MONDAY)
    row = row_of(story)
    assert (row.contact, row.child, row.received_at) == (THING, CHILD, MONDAY)
    assert (row.waits, row.outcome, row.held, row.potential) == (True, None, False, None)
    assert row.decide_by == london(2026, 11, 11)
    assert isinstance(row.stream, UUID)


def test_its_text_stands_beside_it_as_it_came():
    story = given().when(RECEIVE, at=MONDAY).when(SCREEN, at=MONDAY).when(HOLD, at=MONDAY)
    row = row_of(story)
    assert (row.sealed, row.event) == (story.records[0].sealed, story.records[0].envelope.event_id)
    assert "cupboard" not in repr(
        {name: getattr(row, name) for name in row.__dataclass_fields__ if name != "sealed"}
    )


def test_held_it_waits_one_working_day_more():
    row = row_of(given().when(RECEIVE, at=MONDAY).when(SCREEN, at=MONDAY).when(HOLD, at=TUESDAY))
    assert (row.held, row.potential, row.decide_by) == (True, "child_protection", london(2026, 11, 12))


def test_a_varied_instant_shows():
    vary = VaryDeadline(rule="M1", due=london(2026, 11, 20), reason="The school is closed.")
    row = row_of(given().when(RECEIVE, at=MONDAY).when(vary, at=TUESDAY, by=MANAGER))
    assert row.decide_by == london(2026, 11, 20)
    other = VaryDeadline(rule="M3", due=london(2026, 11, 20), reason="The school is closed.")
    row = row_of(given().when(RECEIVE, at=MONDAY).when(other, at=MONDAY, by=MANAGER))
    assert row.decide_by == london(2026, 11, 11)


def test_decided_it_waits_until_the_referrer_has_the_outcome():
    decided = given().when(RECEIVE, at=MONDAY).when(CLOSE, at=TUESDAY)
    row = row_of(decided)
    assert (row.waits, row.outcome, row.decide_by) == (True, "no_further_action", london(2026, 11, 11, 10))
    assert row_of(decided.when(ACKNOWLEDGE, at=TUESDAY)).waits
    assert not row_of(decided.when(TELL_OUTCOME, at=TUESDAY)).waits
