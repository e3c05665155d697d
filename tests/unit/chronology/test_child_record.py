"""A child's record: who is involved, and what is open to whom; short and quickly folded however long a chronology is."""

from uuid import uuid5

import pytest

from services.chronology.events import (
    EntryReceived,
    EntryShared,
    InvolvementNoted,
    PartTaken,
    ThingEntryNoted,
)
from services.chronology.rules import RULES
from services.chronology.streams.child_record import ChildRecord, Trail, child_record, evolve, items
from services.chronology.streams.entry import EntryOfChild, StepEntries, entry
from shared.domain.decider import Context
from shared.domain.instants import london
from shared.team.audience import Involvement, Party, SeenBy, party
from shared.testing.facts import CHILD, THING, actor, command_id, event_id
from tests.unit.chronology.entry_samples import receive, told

NOW = london(2026, 4, 2, 17)
CONTEXT = Context(
    now=NOW,
    actor=actor("mash_manager"),
    rules=RULES,
    command_id=command_id(1),
    happened_at=NOW,
    known_at=NOW,
    received_at=NOW,
    thing=THING,
    child=CHILD,
)
CARE = SeenBy(agency="childrens_social_care")
POLICE = SeenBy(agency="police")


def noted(n, seen_by=(CARE,)):
    return ThingEntryNoted(
        entry=uuid5(THING, f"entry {n}"),
        thing=uuid5(THING, f"thing {n}"),
        source_event="mash.ContactReceived",
        recorder=Party(agency="police"),
        sensitivity="ordinary",
        seen_by=seen_by,
        child=CHILD,
        happened_at=NOW,
    )


def meeting(n):
    return InvolvementNoted(
        involves=(Involvement(agency="police", part="worked"),),
        took_part=(PartTaken(agency="police", capacity="present", thing=uuid5(THING, f"thing {n}")),),
        child=CHILD,
        happened_at=NOW,
    )


def test_what_is_opened_stands_in_place_of_what_was():
    shared = EntryShared(
        entry=noted(1).entry, seen_by=(), because="rule", cause=THING, by_rule=(CARE, POLICE)
    )
    state = ChildRecord()
    for event in (noted(1), noted(2), shared):
        state = evolve(state, event)
    assert state.by_rule(noted(1).entry) == (CARE, POLICE)
    assert state.by_rule(noted(2).entry) == (CARE,)
    assert [each.entry for each in state.thing_entries(noted(1).thing)] == [noted(1).entry]
    assert state.by_rule(THING) is None


@pytest.mark.parametrize("length", [50, 500, 5000])
def test_one_fact_more_makes_one_link_more_and_copies_nothing(length):
    """A record of any length folds in linear time: each fact is put before what stands there, which stays itself."""
    state = ChildRecord()
    for n in range(length):
        event = noted(n) if n % 2 else meeting(n)
        before = state
        state = evolve(state, event)
        for name in ("work", "took_part", "things"):
            trail, earlier = getattr(state, name), getattr(before, name)
            assert trail is earlier or trail.earlier is earlier
        assert state.involved is before.involved or n == 0
    assert sum(1 for _ in items(state.things)) == length // 2


def test_five_thousand_entries_leave_as_few_facts_on_the_record_as_change_it():
    """An entry that only tells stands on a stream of its own, so the record of a long chronology stays short."""
    state, noted_facts = ChildRecord(), []
    for n in range(5000):
        command = receive().model_copy(update={"entry": told(id=event_id(n), caused_by=command_id(n))})
        received, *others = entry.decide(command, EntryOfChild(StepEntries(), state), CONTEXT)
        assert isinstance(received, EntryReceived)
        for event in others:
            state = evolve(state, event.placed(child=CHILD, happened_at=NOW))
        noted_facts += others
    assert [type(event) for event in noted_facts] == [InvolvementNoted]


def test_a_trail_is_read_from_the_latest():
    assert list(items(Trail(3, Trail(2, Trail(1))))) == [3, 2, 1]
    assert list(items(None)) == []


def test_nobody_but_the_program_asks_anything_of_the_record():
    assert all(command.INTERNAL for command in child_record.command_types())
    assert party("police") in evolve(ChildRecord(), meeting(1)).involved
