"""Whatever is asked about a person, in whatever order: what must always hold."""

from datetime import date
from functools import reduce

from hypothesis import given as examples
from hypothesis import strategies as st

from services.people.codes import Relation
from services.people.events import PersonRegistered
from services.people.rules import RULES
from services.people.streams.person import (
    Person,
    RecordNhsNumber,
    RegisterPerson,
    RelatePeople,
    evolve,
    person,
)
from shared.domain.instants import london
from shared.testing.deciders import decider
from shared.testing.facts import ADULT, CHILD, SIBLING

NOW = london(2026, 4, 2, 16)
COMMANDS = st.one_of(
    st.builds(
        RegisterPerson,
        kind=st.sampled_from(["child", "adult"]),
        name=st.just("Amara Test"),
        born=st.none() | st.dates(date(2008, 1, 1), date(2027, 1, 1)),
        nhs_number=st.sampled_from([None, "9990000379"]),
        disability=st.just(()),
        due=st.none(),
        ethnicity=st.none(),
        family=st.none(),
    ),
    st.builds(RecordNhsNumber, nhs_number=st.just("9990000743")),
    st.builds(
        RelatePeople,
        person=st.sampled_from([CHILD, SIBLING, ADULT]),
        relation=st.sampled_from(Relation),
        parental_responsibility=st.booleans(),
    ),
)


@examples(st.lists(COMMANDS, max_size=10))
def test_a_person_is_registered_once_and_a_refusal_changes_nothing(commands):
    story = decider(person, RULES).given()
    for command in commands:
        before, story = story, story.when(command, at=NOW)
        if story.refusal is not None:
            assert story.refusal.rules
            assert story.streams == before.streams
    registered = [one.event for one in story.records if isinstance(one.event, PersonRegistered)]
    assert len(registered) <= 1
    assert all(one.born is None or one.born <= NOW.date() for one in registered)
    assert reduce(evolve, [one.event for one in story.records], Person()) == story.state
    assert len({known[:2] for known in story.state.relations}) == len(story.state.relations)
