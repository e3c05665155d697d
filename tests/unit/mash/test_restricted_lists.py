"""Contacts that are restricted, as the front door's lists keep it: from when, until when, and who is named."""

import pytest

from services.mash.shift_views import shift_contacts
from services.mash.streams.contact import HoldDailyMeeting, MeetingDecision, RestrictContact
from services.mash.views import worklist
from shared.domain.fields import Names
from shared.domain.instants import london
from shared.testing.facts import THING
from tests.unit.mash.contacts import CLOSE, LADO, OFFICER, RECEIVE, SCREEN, SCREENER, given

NIGHT, MORNING = london(2026, 11, 9, 22), london(2026, 11, 10, 9)
IN_TRUST = RECEIVE.model_copy(update={"person_in_trust": True})
RESTRICT = RestrictContact.model_validate(
    {"named": ["Ana Lim"], "reason": "Her aunt works here."},
    context=Names(bytes(32), "childrens_social_care"),
)
lists = pytest.mark.parametrize("view", [worklist, shift_contacts], ids=lambda view: view.name)


def story(*commands):
    told = given().when(commands[0], at=NIGHT, by=OFFICER)
    for command in commands[1:]:
        told = told.when(command, at=MORNING)
    return told


def kept(view, *commands):
    (row,) = story(*commands).rows(view)
    return row.restricted, row.named, row.recorder


@lists
@pytest.mark.parametrize(
    ("commands", "restricted", "named"),
    [
        ((RECEIVE,), False, []),
        ((IN_TRUST,), True, []),
        ((RECEIVE, SCREEN.model_copy(update={"person_in_trust": True})), True, []),
        ((IN_TRUST, CLOSE), False, []),
        ((IN_TRUST, LADO), True, []),
        ((RECEIVE, RESTRICT), True, [RESTRICT.named[0].id]),
        ((RECEIVE, RESTRICT, CLOSE), True, [RESTRICT.named[0].id]),
        ((IN_TRUST, RESTRICT, CLOSE), True, [RESTRICT.named[0].id]),
    ],
)
def test_it_is_for_few(view, commands, restricted, named):
    assert kept(view, *commands) == (restricted, named, OFFICER.id)


@lists
def test_who_found_out_that_it_is_to_be_held_back_is_kept_with_it(view):
    screened = given().when(RECEIVE, at=NIGHT, by=OFFICER)
    in_trust = SCREEN.model_copy(update={"person_in_trust": True})
    (row,) = screened.when(in_trust, at=MORNING, by=SCREENER).rows(view)
    assert (row.recorder, row.restricted_by) == (OFFICER.id, SCREENER.id)


@lists
def test_what_a_meeting_changes_is_held_back_again(view):
    changed = HoldDailyMeeting(
        present=("childrens_social_care",),
        decisions=(
            MeetingDecision(contact=THING, upheld=False, changed_to="routed_to_lado", reason="He teaches."),
        ),
    )
    assert kept(view, IN_TRUST, CLOSE, changed)[0]
