"""The list of open referrals, folded from stories: who waits for what, and until when."""

from dataclasses import asdict

from services.assessment.api import _referral
from services.assessment.streams.referral import CloseReferral
from services.assessment.views import worklist
from shared.domain.instants import london
from shared.domain.view_fold import fold
from shared.team.deadlines import VaryDeadline
from shared.testing.facts import CHILD
from tests.unit.assessment.referrals import (
    ALLOCATE,
    CONTACT,
    MANAGER,
    NOT_SEEN,
    RECEIVED,
    SEEN_ALONE,
    WORKER,
    opened,
)

TUESDAY = london(2026, 4, 7, 9, 15)


def row_of(story):
    (row,) = fold(worklist, story.records).values()
    return row


def test_an_open_referral_waits_for_allocation():
    row = row_of(opened())
    assert (row.child, row.contact, row.received_at) == (CHILD, CONTACT, RECEIVED)
    assert (row.see_child_by, row.worker, row.last_seen_at) == (london(2026, 4, 10), None, None)
    assert (row.sealed, row.event) == (None, None)


def test_allocated_it_shows_the_worker_and_keeps_the_text_sealed():
    story = opened().when(ALLOCATE, at=TUESDAY)
    row = row_of(story)
    assert row.worker == WORKER.id
    assert (row.sealed, row.event) == (story.records[1].sealed, story.records[1].envelope.event_id)


def test_a_child_seen_shows_when():
    row = row_of(opened().when(SEEN_ALONE, at=TUESDAY, happened=london(2026, 4, 7, 8)))
    assert row.last_seen_at == london(2026, 4, 7, 8)


def test_a_child_not_seen_or_seen_before_the_contact_still_waits():
    assert row_of(opened().when(NOT_SEEN, at=TUESDAY)).last_seen_at is None
    before = row_of(opened().when(SEEN_ALONE, at=TUESDAY, happened=london(2026, 4, 1)))
    assert _referral(asdict(before), None)["waits_for"] == "allocation"
    assert _referral(asdict(before), None)["last_seen_at"] is None


def test_a_varied_instant_shows():
    vary = VaryDeadline(rule="A2", due=london(2026, 4, 20), reason="In hospital elsewhere.")
    assert row_of(opened().when(vary, at=TUESDAY, by=MANAGER)).see_child_by == london(2026, 4, 20)


def test_a_closed_referral_waits_for_nothing():
    closed = opened().when(CloseReferral(no_further_action=True), at=TUESDAY, by=MANAGER)
    assert not fold(worklist, closed.records)
