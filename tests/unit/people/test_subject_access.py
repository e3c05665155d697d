"""A copy is asked for by who may, reviewed line by line, and released as it was reviewed: a disclosure (E5), a copy given (E8)."""

from datetime import date, timedelta

import pytest
from pydantic import ValidationError

from services.people.access_requests import access_requests
from services.people.codes import AskedBy, Exemption
from services.people.events import (
    SubjectAccessReleased,
    SubjectAccessRequested,
    SubjectAccessReviewed,
)
from services.people.rules import RULES
from services.people.streams.subject_access import (
    ReleaseSubjectAccess,
    RequestSubjectAccess,
    ReviewSubjectAccess,
    subject_access,
)
from shared.domain.code_lists import LawfulBasis, ToldHow
from shared.domain.instants import local_date, london
from shared.domain.view_fold import fold
from shared.testing.deciders import decider
from shared.testing.facts import CHILD, actor

given = decider(subject_access, RULES).given
NOW = london(2026, 11, 25, 10)
ANA = actor("team_manager", "Ana Lim")
DRAFT, OTHER = "a" * 64, "b" * 64


def request(**fields) -> RequestSubjectAccess:
    said = {"asked_by": AskedBy.THE_PERSON, "asked_by_name": "Una Test", "identity_checked": True}
    return RequestSubjectAccess(**{**said, **fields})


def review(**fields) -> ReviewSubjectAccess:
    said = {
        "draft": DRAFT,
        "lines": 9,
        "shown": 6,
        "redacted": 2,
        "left_out": 1,
        "exemptions": (Exemption.OTHER_PERSON, Exemption.WHO_TOLD),
    }
    return ReviewSubjectAccess(**{**said, **fields})


def release(**fields) -> ReleaseSubjectAccess:
    return ReleaseSubjectAccess(**{"draft": DRAFT, "to": CHILD, "how": ToldHow.IN_PERSON, **fields})


def asked():
    return given().when(request(), at=NOW, by=ANA)


def test_it_is_answered_within_a_month_of_the_day_it_was_received():
    story = given().when(request(received=date(2026, 10, 31)), at=NOW, by=ANA)
    story.then(
        SubjectAccessRequested(
            asked_by=AskedBy.THE_PERSON, received=date(2026, 10, 31), respond_by=date(2026, 11, 30)
        )
    )
    [row] = fold(access_requests, story.records).values()
    assert (row.due, row.released, row.draft) == (london(2026, 11, 30), False, None)


def test_of_whom_nobody_checked_who_they_are_nothing_is_begun():
    given().when(request(identity_checked=False), at=NOW, by=ANA).refused("people")


def test_nothing_is_received_or_given_on_a_day_to_come_is_e2():
    tomorrow = local_date(NOW) + timedelta(days=1)
    given().when(request(received=tomorrow), at=NOW, by=ANA).refused("E2")
    asked().when(review(), at=NOW, by=ANA).when(release(on=tomorrow), at=NOW, by=ANA).refused("E2")


def test_nothing_goes_out_that_nobody_has_gone_through_is_e5():
    asked().when(release(), at=NOW, by=ANA).refused("E5")


@pytest.mark.parametrize(
    "fields",
    [{"shown": 5}, {"lines": 10}, {"exemptions": ()}, {"shown": 9, "redacted": 0, "left_out": 0}],
)
def test_a_review_decides_on_every_line_and_says_why_not_is_e5(fields):
    asked().when(review(**fields), at=NOW, by=ANA).refused("E5")


def test_what_was_reviewed_is_released_and_nothing_else_is_e5_and_e8():
    reviewed = asked().when(review(), at=NOW, by=ANA)
    reviewed.then(
        SubjectAccessReviewed(
            draft=DRAFT,
            by=ANA.id,
            shown=6,
            redacted=2,
            withheld=1,
            exemptions=(Exemption.OTHER_PERSON, Exemption.WHO_TOLD),
        )
    )
    reviewed.when(review(), at=NOW, by=ANA).nothing()
    reviewed.when(release(draft=OTHER), at=NOW, by=ANA).refused("E5")
    anew = reviewed.when(review(draft=OTHER), at=NOW, by=ANA)
    anew.when(release(), at=NOW, by=ANA).refused("E5")
    gone = reviewed.when(release(), at=NOW, by=ANA)
    gone.then(
        SubjectAccessReleased(
            draft=DRAFT,
            to=CHILD,
            on=local_date(NOW),
            how=ToldHow.IN_PERSON,
            lawful_basis=LawfulBasis.LEGAL_OBLIGATION,
        )
    )
    gone.when(release(), at=NOW, by=ANA).nothing()
    gone.when(review(draft=OTHER), at=NOW, by=ANA).refused("people")
    [row] = fold(access_requests, gone.records).values()
    assert row.released


@pytest.mark.parametrize("draft", ["A" * 64, "a" * 63, "", "g" * 64])
def test_a_draft_is_named_by_its_digest(draft):
    with pytest.raises(ValidationError):
        release(draft=draft)
