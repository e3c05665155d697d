"""Records that may be of one person: flagged on both, by the service or a person; dismissed by a manager for good."""

import pytest
from pydantic import ValidationError

from services.people.codes import MergeReason
from services.people.events import (
    DismissedText,
    DuplicateDismissed,
    PersonRegistered,
    PossibleDuplicateFlagged,
)
from services.people.matching.views import possible_duplicates, search_keys
from services.people.rules import RULES
from services.people.streams.person import DismissDuplicate, FlagPossibleDuplicate, person
from shared.domain.actors import Actor
from shared.domain.instants import london
from shared.domain.view_columns import BadView
from shared.domain.view_fold import fold
from shared.testing.deciders import decider
from shared.testing.facts import CHILD, SIBLING, actor, record

given = decider(person, RULES).given
NOW = london(2026, 4, 2, 16)
CLERK = actor("business_support", "Lee Park")
MANAGER = actor("mash_manager", "Ann Lee")
SERVICE = Actor.service("people", "childrens_social_care")
REASONS = (MergeReason.NAME_VARIANT, MergeReason.SAME_BIRTH_DATE)
FLAG = FlagPossibleDuplicate(about=(CHILD, SIBLING), reasons=REASONS, score=88)
DISMISS = DismissDuplicate(about=(SIBLING, CHILD), reason="Twins: seen together.")
REGISTERED = PersonRegistered(kind="child", born=None)
FLAGGED = PossibleDuplicateFlagged(other=SIBLING, reasons=REASONS, score=88)
DISMISSED = DuplicateDismissed(other=SIBLING, sealed=DismissedText(reason="Twins: seen together."))


def of_both(event):
    """The fact as each of the two records keeps it."""
    return [
        event.model_copy(update={"child": one, "other": other})
        for one, other in ((CHILD, SIBLING), (SIBLING, CHILD))
    ]


def flagged():
    return given(REGISTERED, at=NOW).when(FLAG, at=NOW, by=CLERK)


def dismissed():
    return flagged().when(DISMISS, at=NOW, by=MANAGER)


def test_a_pair_is_flagged_on_both_records_with_reasons_and_a_score():
    flagged().then(*of_both(FLAGGED))


def test_the_same_said_again_is_already_so():
    flagged().when(FLAG, at=NOW, by=SERVICE).then()


def test_a_manager_dismisses_what_was_flagged_and_the_service_flags_it_no_more():
    dismissed().then(*reversed(of_both(DISMISSED)))
    dismissed().when(FLAG, at=NOW, by=SERVICE).then()
    dismissed().when(DISMISS, at=NOW, by=MANAGER).then()


def test_a_person_may_flag_again_what_was_dismissed():
    dismissed().when(FLAG, at=NOW, by=CLERK).then(*of_both(FLAGGED))


def test_what_nobody_flagged_is_not_dismissed():
    given(REGISTERED, at=NOW).when(DISMISS, at=NOW, by=MANAGER).refused("people")


@pytest.mark.parametrize("about", [(), (CHILD,), (CHILD, CHILD)])
def test_a_pair_is_two_records(about):
    with pytest.raises(ValidationError, match="two records"):
        FlagPossibleDuplicate(about=about, reasons=REASONS)


def rows(*events):
    low, high = sorted((CHILD, SIBLING))
    told = [
        record(each.model_copy(update={"other": high if stream == low else low}), at=NOW, n=n)
        for n, each in enumerate(events, 1)
        for stream in (low, high)
    ]
    streams = [low, high] * len(events)
    for one, stream in zip(told, streams, strict=True):
        one.stream = stream
    return list(fold(possible_duplicates, told).values())


def test_the_list_has_one_row_of_a_pair_until_it_is_dismissed():
    (row,) = rows(FLAGGED)
    assert (row.person, row.other) == tuple(sorted((CHILD, SIBLING)))
    assert (row.unlikeness, row.reasons) == (12, ["name_variant", "same_birth_date"])
    assert rows(FLAGGED, DISMISSED) == []


def test_a_view_that_reads_words_says_so_where_nothing_opens_them():
    with pytest.raises(BadView, match="opens them"):
        fold(search_keys, [record(REGISTERED, at=NOW)])
