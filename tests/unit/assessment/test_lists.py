"""The lists of open enquiries and of children under protection, folded from stories."""

from dataclasses import asdict
from datetime import timedelta

from services.assessment.api import _enquiry, _protection
from services.assessment.views import enquiries, protections
from shared.domain.instants import london
from shared.testing.facts import CHILD
from tests.unit.assessment.protection import END, EXTEND, NIGHT, ORDER, SATURDAY, made, used
from tests.unit.assessment.strategy import CONFERENCE, INITIATE, TUESDAY, WORKER, enquiry

LATER = TUESDAY + timedelta(days=3)


def test_an_enquiry_waits_for_work_to_begin_and_then_for_its_conclusion():
    story = enquiry()
    (row,) = story.rows(enquiries)
    assert (row.child, row.discussion, row.decided_at, row.is_open) == (CHILD, story.id, TUESDAY, True)
    assert _enquiry(asdict(row), None)["waits_for"] == "work to begin"
    (row,) = story.when(INITIATE, at=LATER, by=WORKER).rows(enquiries)
    assert (row.begun_at, _enquiry(asdict(row), None)["waits_for"]) == (LATER, "its conclusion")


def test_a_concluded_one_says_what_was_found_and_is_off_the_list():
    (row,) = enquiry().when(CONFERENCE, at=LATER, by=WORKER).rows(enquiries)
    assert (row.concluded_at, row.is_open, row.conference_required) == (LATER, False, True)
    assert row.outcome == "substantiated_continuing_risk"


def test_a_child_in_police_protection_is_listed_until_when():
    story = used()
    (row,) = story.rows(protections)
    assert (row.kind, row.since, row.until) == ("police_protection", SATURDAY, london(2026, 9, 1, 22))
    assert (row.sealed, row.event) == (story.records[0].sealed, story.records[0].envelope.event_id)
    assert _protection(asdict(row), None)["until"] == "2026-09-01T21:00:00+00:00"


def test_an_order_in_its_place_takes_it_off_the_list():
    rows = used().when(ORDER, at=SATURDAY + timedelta(hours=9), by=NIGHT).rows(protections)
    assert {row.kind: (row.runs, row.ended) for row in rows} == {
        "police_protection": (False, "emergency_protection_order"),
        "emergency_protection_order": (True, None),
    }


def test_an_extension_shows_and_an_ended_order_does_not_run():
    extended = made().when(EXTEND, at=SATURDAY + timedelta(days=7), by=NIGHT)
    (row,) = extended.rows(protections)
    assert row.until == london(2026, 9, 14)
    (row,) = extended.when(END, at=SATURDAY + timedelta(days=8), by=NIGHT).rows(protections)
    assert (row.runs, row.ended) == (False, "interim_care_order")
