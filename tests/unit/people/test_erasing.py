"""Holds keep a record; a person is erased by two managers, under all ids at once, and nothing is said of them after it."""

from datetime import timedelta
from uuid import UUID

import pytest

from services.people.codes import ErasureBasis, HoldKind, MergeReason
from services.people.events import (
    ErasureProposed,
    ErasureText,
    HoldPlaced,
    HoldText,
    PeopleMerged,
    PersonRegistered,
    PersonText,
    PossibleDuplicateFlagged,
    SubjectErased,
)
from services.people.keeping import erasures, holds
from services.people.matching.views import possible_duplicates, search_keys
from services.people.rules import RULES
from services.people.streams.person import (
    CorrectPerson,
    ErasePerson,
    LiftHold,
    PlaceHold,
    ProposeErasure,
    WithdrawErasure,
    person,
)
from services.people.surnames import surnames
from shared.domain.instants import local_date, london
from shared.domain.view_fold import fold
from shared.team.known_people import KnowErasure, people_policy
from shared.testing.deciders import decider
from shared.testing.facts import CHILD, SIBLING, actor, record
from shared.testing.policies import given_policy
from shared.testing.words import Unsealed

NOW = london(2026, 11, 25, 10)
ANA, KAY = actor("team_manager", "Ana Lim"), actor("mash_manager", "Kay Reed")
REGISTERED = PersonRegistered(kind="child", sealed=PersonText(name="Una Test"))
given = decider(person, RULES).given
PROPOSED = ErasureProposed(
    basis=ErasureBasis.UPHELD_REQUEST,
    by=ANA.id,
    sealed=ErasureText(reason="She asked, and nothing was found."),
)

ERASED = SubjectErased(basis=ErasureBasis.UPHELD_REQUEST, proposed_by=ANA.id, people=(CHILD,))


def propose(basis=ErasureBasis.UPHELD_REQUEST, **fields) -> ProposeErasure:
    return ProposeErasure(basis=basis, reason="She asked, and nothing was found.", **fields)


def hold(**fields) -> PlaceHold:
    return PlaceHold(**{"kind": HoldKind.INQUIRY, "reason": "The inquiry asked for it.", **fields})


def test_one_manager_proposes_it_and_another_erases():
    story = given(REGISTERED, at=NOW).when(propose(), at=NOW, by=ANA).then(PROPOSED)
    story.when(ErasePerson(), at=NOW, by=KAY).then(ERASED)


def test_who_proposed_it_does_not_confirm_it():
    given(REGISTERED, at=NOW).when(propose(), at=NOW, by=ANA).when(ErasePerson(), at=NOW, by=ANA).refused(
        "people"
    )


def test_without_a_proposal_nobody_is_erased():
    given(REGISTERED, at=NOW).when(ErasePerson(), at=NOW, by=KAY).refused("people")
    story = given(REGISTERED, at=NOW).when(propose(), at=NOW, by=ANA)
    story = story.when(WithdrawErasure(reason="She changed her mind."), at=NOW, by=ANA)
    story.when(ErasePerson(), at=NOW, by=KAY).refused("people")
    story.when(WithdrawErasure(reason="Again."), at=NOW, by=ANA).nothing()


def test_who_confirms_confirms_the_last_proposal():
    story = given(REGISTERED, at=NOW).when(propose(), at=NOW, by=ANA)
    story.when(propose(), at=NOW, by=ANA).nothing()
    story = story.when(propose(ErasureBasis.RECORDED_IN_ERROR), at=NOW, by=KAY)
    story.when(ErasePerson(), at=NOW, by=KAY).refused("people")
    story.when(ErasePerson(), at=NOW, by=ANA).then(
        SubjectErased(basis=ErasureBasis.RECORDED_IN_ERROR, proposed_by=KAY.id, people=(CHILD,))
    )


def test_a_hold_keeps_the_record_until_it_is_lifted_or_has_ended():
    held = given(REGISTERED, at=NOW).when(propose(), at=NOW, by=ANA).when(hold(), at=NOW, by=KAY)
    held.then(
        HoldPlaced(hold=held.id, kind=HoldKind.INQUIRY, sealed=HoldText(reason="The inquiry asked for it."))
    )
    held.when(ErasePerson(), at=NOW, by=KAY).refused("people")
    held.when(propose(ErasureBasis.RETENTION_ENDED), at=NOW, by=ANA).refused("people")
    lifted = held.when(LiftHold(reason="The inquiry has reported."), at=NOW, by=KAY)
    lifted.when(ErasePerson(), at=NOW, by=KAY).then(ERASED)
    lifted.when(LiftHold(reason="Again."), at=NOW, by=KAY).nothing()
    today = local_date(NOW)
    until = given(REGISTERED, at=NOW).when(propose(), at=NOW, by=ANA).when(hold(until=today), at=NOW, by=KAY)
    until.when(ErasePerson(), at=NOW + timedelta(hours=13), by=KAY).refused("people")
    until.when(ErasePerson(), at=NOW + timedelta(hours=14), by=KAY).then(ERASED)


def test_one_of_two_holds_is_lifted_and_the_other_still_keeps():
    story = given(REGISTERED, at=NOW).when(propose(), at=NOW, by=ANA).when(hold(), at=NOW, by=KAY)
    first = story.id
    story = story.when(hold(kind=HoldKind.COMPLAINT), at=NOW, by=KAY)
    story.when(hold(kind=HoldKind.COMPLAINT), at=NOW, by=KAY).nothing()
    story = story.when(LiftHold(reason="It has reported.", hold=first), at=NOW, by=KAY)
    story.when(ErasePerson(), at=NOW, by=KAY).refused("people")
    rows = fold(holds, story.records).values()
    assert {row.kind: row.lifted for row in rows} == {"inquiry": True, "complaint": False}


def test_a_hold_that_has_ended_already_is_none():
    given(REGISTERED, at=NOW).when(hold(until=local_date(NOW) - timedelta(days=1)), at=NOW, by=KAY).refused(
        "people"
    )


def test_after_it_nothing_is_said_of_the_person_and_saying_it_again_is_already_so():
    gone = given(REGISTERED, at=NOW).when(propose(), at=NOW, by=ANA).when(ErasePerson(), at=NOW, by=KAY)
    gone.when(ErasePerson(), at=NOW, by=KAY).nothing()
    for command in (hold(), propose(), CorrectPerson(name="Una Test", reason="A slip.")):
        gone.when(command, at=NOW, by=ANA).refused("people")


def test_a_person_of_several_records_is_erased_under_all_of_them():
    merged = PeopleMerged(
        merge=UUID(int=5), kept=CHILD, people=(CHILD, SIBLING), reasons=(MergeReason.SAME_BIRTH_DATE,)
    )
    given(REGISTERED, merged, at=NOW).when(propose(), at=NOW, by=ANA).refused("people")


def test_the_digests_by_which_a_person_is_found_go_with_them():
    flagged = PossibleDuplicateFlagged(other=SIBLING, reasons=(MergeReason.NAME_VARIANT,), score=90)
    story = given(REGISTERED, flagged, at=NOW).when(propose(), at=NOW, by=ANA)
    for view in (search_keys, surnames):
        assert fold(view, story.records, Unsealed())
    gone = story.when(ErasePerson(), at=NOW, by=KAY)
    for view in (search_keys, surnames, possible_duplicates):
        assert fold(view, gone.records, Unsealed()) == {}
    [row] = fold(erasures, gone.records).values()
    assert (row.subject, row.basis) == (CHILD, "upheld_request")


@pytest.mark.parametrize("one", [CHILD, SIBLING])
def test_nobody_is_put_beside_who_was_erased_whichever_record_the_pair_stands_on(one):
    """The pair stands on the record with the smaller id."""
    first, second = sorted((CHILD, SIBLING))
    pair = PossibleDuplicateFlagged(other=second, reasons=(MergeReason.NAME_VARIANT,), score=90)
    told = [
        record(pair.model_copy(update={"child": first}), at=NOW, stream=first),
        record(ERASED.model_copy(update={"child": one}), at=NOW, stream=one),
    ]
    assert fold(possible_duplicates, told[:1])
    assert fold(possible_duplicates, told) == {}


@pytest.mark.parametrize("basis", list(ErasureBasis))
def test_every_team_takes_it_in(basis):
    erased = SubjectErased(basis=basis, proposed_by=ANA.id, people=(CHILD,))
    told = given_policy(people_policy("mash", "mash_manager"))
    told.when(erased, at=NOW, by=KAY, stream=CHILD).then(KnowErasure(about=(CHILD,), basis=basis.value))
