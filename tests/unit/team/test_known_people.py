"""What every team knows of people, whatever People tells, by the events' names: taken in once, changed, ended."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.people.codes import LookedAfterEnd, MergeReason, Relation
from services.people.events import (
    ChildBorn,
    LookedAfterEnded,
    LookedAfterStarted,
    PeopleMerged,
    PeopleUnmerged,
    PersonCorrected,
    PersonRegistered,
    RelationshipEnded,
    RelationshipRecorded,
)
from shared.domain.event import Event
from shared.domain.instants import london
from shared.domain.people import KnownPerson, Responsibility, SamePerson, Span, also_called, joined
from shared.domain.policy import Policy
from shared.domain.rules import Rulebook
from shared.team.known_people import (
    KnowPerson,
    LookedAfterKnown,
    PersonKnown,
    ResponsibilityKnown,
    known_person,
    people_policy,
)
from shared.testing.deciders import decider
from shared.testing.facts import CHILD, record
from shared.testing.policies import given_policy

RULES = Rulebook((), edition="test")
MUM = UUID(int=71)
SAID = london(2026, 4, 2, 9)
TODAY, BORN = date(2026, 4, 2), date(2016, 5, 14)
told = given_policy(people_policy("mash", "mash_manager", ["plan"]))
story = decider(known_person, RULES).given


def mother(**span: date | None) -> Responsibility:
    return Responsibility(person=MUM, relation="mother", **span)


@pytest.mark.parametrize(
    ("event", "known"),
    [
        (PersonRegistered(kind="adult"), {"kind": "adult", "disabled": False}),
        (
            PersonRegistered(kind="child", born=BORN, disabled=True, looked_after=True),
            {"kind": "child", "born": BORN, "disabled": True, "looked_after": Span(since=TODAY)},
        ),
        (PersonRegistered(kind="child", due=BORN), {"kind": "child", "due": BORN, "disabled": False}),
        (ChildBorn(born=BORN), {"born": BORN}),
        (PersonCorrected(disabled=True), {"disabled": True}),
        (LookedAfterStarted(since=BORN), {"looked_after": Span(since=BORN)}),
        (
            LookedAfterEnded(until=BORN, reason=LookedAfterEnd.OTHER),
            {"looked_after": Span(until=BORN)},
        ),
        (
            RelationshipRecorded(person=MUM, relation=Relation.MOTHER, parental_responsibility=True),
            {"responsible": mother()},
        ),
        (RelationshipRecorded(person=MUM, relation=Relation.MOTHER), {"responsible": mother(until=TODAY)}),
        (
            RelationshipEnded(person=MUM, relation=Relation.MOTHER, until=BORN),
            {"responsible": mother(until=BORN)},
        ),
    ],
)
def test_what_people_tells_is_known_from_now_on(event: Event, known: dict[str, Any]) -> None:
    told.when(event, at=SAID, stream=CHILD).then(KnowPerson(about=(CHILD,), **known))


def test_the_same_again_is_known_already() -> None:
    registered = KnowPerson(about=(CHILD,), kind="child", born=BORN, disabled=False)
    again = story().when(registered, at=SAID).then(PersonKnown(kind="child", born=BORN))
    again.when(registered, at=SAID).nothing()
    again.when(KnowPerson(about=(CHILD,), disabled=True), at=SAID).then(
        PersonKnown(kind="child", born=BORN, disabled=True)
    )


def test_a_child_is_born() -> None:
    unborn = story(PersonKnown(kind="child", due=TODAY), at=SAID)
    assert unborn.state.unborn
    born = unborn.when(KnowPerson(about=(CHILD,), born=TODAY), at=SAID).then(
        PersonKnown(kind="child", born=TODAY)
    )
    assert not born.state.unborn


def test_looked_after_from_and_to() -> None:
    began, ended = date(2026, 1, 5), date(2026, 3, 1)
    child = story(PersonKnown(kind="child", born=BORN), at=SAID)
    child = child.when(KnowPerson(about=(CHILD,), looked_after=Span(since=began)), at=SAID)
    child.then(LookedAfterKnown(since=began))
    child.when(KnowPerson(about=(CHILD,), looked_after=Span(since=TODAY)), at=SAID).nothing()
    child = child.when(KnowPerson(about=(CHILD,), looked_after=Span(until=ended)), at=SAID)
    child.then(LookedAfterKnown(since=began, until=ended))
    child.when(KnowPerson(about=(CHILD,), looked_after=Span(until=TODAY)), at=SAID).nothing()
    state: KnownPerson = child.state
    assert [state.looked_after_on(day) for day in (began, date(2026, 2, 28), ended)] == [True, True, False]
    assert not state.looked_after_on(date(2026, 1, 4))


def test_parental_responsibility_is_held_as_something() -> None:
    ended = date(2026, 3, 1)
    child = story(PersonKnown(kind="child", born=BORN), at=SAID)
    child = child.when(KnowPerson(about=(CHILD,), responsible=mother()), at=SAID)
    child.then(ResponsibilityKnown(person=MUM, relation="mother"))
    household = Responsibility(person=MUM, relation="household", until=ended)
    child.when(KnowPerson(about=(CHILD,), responsible=household), at=SAID).nothing()
    child = child.when(KnowPerson(about=(CHILD,), responsible=mother(until=ended)), at=SAID)
    child.then(ResponsibilityKnown(person=MUM, relation="mother", until=ended))
    child = child.when(KnowPerson(about=(CHILD,), responsible=mother()), at=SAID)
    child.then(ResponsibilityKnown(person=MUM, relation="mother", since=TODAY))
    state: KnownPerson = child.state
    assert state.responsible_on(date(2026, 2, 1)) == {MUM}
    assert state.responsible_on(ended) == frozenset()
    assert state.responsible_on(TODAY) == {MUM}


@settings(max_examples=200)
@given(born=st.dates(date(1950, 1, 1), date(2026, 1, 1)), day=st.dates(date(1950, 1, 1), date(2100, 1, 1)))
def test_age_is_full_years(born: date, day: date) -> None:
    age = KnownPerson(born=born).age_on(day)
    if day < born:
        assert age is None
        return
    assert age is not None
    assert (born.year + age, born.month, born.day) <= (day.year, day.month, day.day)
    assert (day.year, day.month, day.day) < (born.year + age + 1, born.month, born.day)


def test_who_is_not_born_has_no_age() -> None:
    assert KnownPerson(due=TODAY).age_on(TODAY) is None


def test_a_policy_joins_another_and_keeps_every_reaction_s_name() -> None:
    own = Policy("mash")

    @own.on(PersonRegistered)
    def greet(_event: Event, _record: Any) -> None:
        return None

    both = Policy("mash", people_policy("mash", "mash_manager", ["plan"]), own)
    assert [each.name for each in both.reactions(PersonRegistered(kind="adult"))] == ["know_person", "greet"]
    assert both.sources() == {"people"}
    assert both.reacts_to("people.ChildBorn")
    assert not both.reacts_to("people.NhsNumberRecorded")

    @own.on(RelationshipRecorded)
    def know_person(_event: Event, _record: Any) -> None:
        return None

    with pytest.raises(ValueError, match="know_person"):
        Policy("mash", people_policy("mash", "mash_manager", ["plan"]), own)


# -- merges

TWO = (CHILD, UUID(int=72))


def told_of(kind: type[PeopleMerged] | type[PeopleUnmerged], at: int, person: UUID) -> Any:
    """What a team is asked to know when a merge, or its end, arrives on the key of one of the two."""
    if kind is PeopleMerged:
        event: Event = PeopleMerged(
            merge=UUID(int=at), kept=CHILD, people=TWO, reasons=(MergeReason.SAME_UPN,)
        )
    else:
        event = PeopleUnmerged(merge=UUID(int=at), kept=CHILD, people=TWO)
    fact = replace(record(event, at=SAID, child=person, stream=person), position=at)
    return [command for _, _, command in TOLD.react(fact)]


TOLD = people_policy("mash", "mash_manager", ["plan"])


def test_a_merge_asks_each_kind_of_which_one_is_open_at_a_time_for_a_task_where_two_are() -> None:
    know, look = told_of(PeopleMerged, 5, TWO[1])
    assert (know.about, know.kept, know.others, know.told_at) == (TWO, CHILD, TWO[1:], 5)
    assert (look.role, look.kind, look.least, look.about) == ("mash_manager", "plan", 2, (CHILD,))
    again, of_another_team = told_of(PeopleMerged, 6, CHILD)[1], look.model_copy(update={"team": "fws"})
    assert look.own_id() != of_another_team.own_id()
    assert again.regarding == look.regarding  # one merge is one task, on whichever key it is heard of
    assert again.own_id() == look.own_id()
    [apart] = told_of(PeopleUnmerged, 7, CHILD)
    assert (apart.about, apart.others) == (TWO, ())


@settings(max_examples=200)
@given(data=st.data(), rounds=st.integers(1, 4))
def test_in_whatever_order_the_keys_come_what_was_recorded_last_is_known(
    data: st.DataObject, rounds: int
) -> None:
    """Each merge and each end comes once on the key of each of the two, in order on each key alone."""
    kinds = [kind for _ in range(rounds) for kind in (PeopleMerged, PeopleUnmerged)]
    kinds = kinds[: data.draw(st.integers(1, len(kinds)))]
    waiting = {
        person: [told_of(kind, 2 * n + i, person)[0] for n, kind in enumerate(kinds, 1)]
        for i, person in enumerate(TWO)
    }
    known, latest = dict.fromkeys(TWO, story()), 0
    while any(waiting.values()):
        person = data.draw(st.sampled_from([one for one, commands in waiting.items() if commands]))
        command = waiting[person].pop(0)
        known = {one: each.when(command, at=SAID) for one, each in known.items()}
        latest = max(latest, command.told_at // 2)
        now = SamePerson(CHILD, TWO[1:]) if kinds[latest - 1] is PeopleMerged else None
        assert [each.state.same for each in known.values()] == [now, now]


def test_what_is_known_under_several_ids_is_known_of_the_one_person() -> None:
    own = KnownPerson(kind="child", responsible={(MUM, "mother"): (Span(),)})
    other = KnownPerson(
        kind="child", born=BORN, due=TODAY, disabled=True, looked_after=(Span(since=BORN),), responsible={}
    )
    both = joined(own, [other])
    assert (both.born, both.due, both.disabled) == (BORN, None, True)
    assert both.looked_after_on(TODAY)
    assert both.responsible_on(TODAY) == {MUM}
    again = UUID(int=73)
    assert also_called(both, [SamePerson(MUM, (again,))]).responsible_on(TODAY) == {MUM, again}
    assert also_called(both, [SamePerson(again, (CHILD,))]).responsible_on(TODAY) == {MUM}
