"""Children who were said and matched, whatever is asked of their contact in whatever order: what must always hold."""

from datetime import timedelta

from hypothesis import given as examples
from hypothesis import settings
from hypothesis import strategies as st

from services.mash.codes import Potential
from services.mash.events import ContactReceived
from services.mash.streams.contact import ChildSaid, Match, MatchChildren, ScreenContact, contact
from services.mash.views import worklist
from shared.domain.command import NotFound
from shared.domain.corrections import records_as_corrected
from shared.domain.instants import london
from shared.team.corrections import CorrectRecord
from shared.testing.facts import CHILD, SIBLING
from tests.unit.mash.contacts import ACKNOWLEDGE, CLOSE, HOLD, RECEIVE, SCREENER, front_door

START = london(2026, 3, 27, 9)
NAMES = ("Ava", "Ben", "Cleo")
SAID = RECEIVE.model_copy(
    update={"about": (), "children_said": tuple(ChildSaid(name=name, age=7) for name in NAMES)}
)
RIGHT = CorrectRecord(reason="Misheard.", fields={"worries": "One girl hid."})
COMMANDS = st.one_of(
    st.sampled_from([HOLD, ACKNOWLEDGE, CLOSE, RIGHT]),
    st.builds(ScreenContact, potential=st.sampled_from(Potential), young_carers=st.just(())),
    st.builds(
        MatchChildren,
        matches=st.lists(
            st.builds(Match, said=st.integers(1, 4), person=st.sampled_from([CHILD, SIBLING])),
            min_size=1,
            max_size=3,
        ).map(tuple),
    ),
    st.just("withdraw the last matching"),
)
STEPS = st.lists(st.tuples(COMMANDS, st.integers(0, 60)), max_size=10)


def play(steps):
    """A story of these steps, on one contact. What stands on a matching that is withdrawn refuses that."""
    story, now = front_door.when(SAID, at=START, by=SCREENER), START
    thing, matchings = story.id, []
    for command, hours in steps:
        now += timedelta(hours=hours)
        if command == "withdraw the last matching":
            if not matchings:
                continue
            command = CorrectRecord(re=matchings.pop(), reason="Somebody else.", withdrawn=True)
        try:
            after = story.when(command.model_copy(update={"re": command.re or thing}), at=now, by=SCREENER)
        except NotFound:
            continue
        if after.refusal is None:
            story = after
            if isinstance(command, MatchChildren):
                matchings.append(story.id)
    return story, thing


def of_the_contact(story, thing):
    """Its streams: the one about nobody, and those of children, where they stand."""
    streams = [
        one for one in story.logs.streams.values() if one.kind is contact or one.kind.name == "contact"
    ]
    nobody = next(one for one in streams if one.child is None)
    return nobody, [one for one in streams if one.child is not None and one.folded.stands]


def right(stream):
    """What stands on a stream by now."""
    return list(records_as_corrected(stream.told))


@settings(deadline=None, max_examples=50)
@examples(STEPS)
def test_it_is_about_those_who_are_matched_and_about_nobody_only_while_somebody_is_not(steps):
    story, thing = play(steps)
    nobody, children = of_the_contact(story, thing)
    matched = nobody.folded.state.matched
    assert {one.child for one in children} == set(matched.values())
    unmatched = len(matched) < len(NAMES)
    assert unmatched or all(each.state(story.last.now) != "open" for each in nobody.folded.clocks)
    rows = {row.child: row.said for row in story.rows(worklist)}
    assert rows.keys() == {one.child for one in children} | ({None} if unmatched else set())
    assert rows.get(None, 0) == (len(NAMES) - len(matched) if unmatched else 0)


@settings(deadline=None, max_examples=50)
@examples(STEPS)
def test_each_child_has_the_first_receipt_and_the_words_of_no_other_child(steps):
    story, thing = play(steps)
    nobody, children = of_the_contact(story, thing)
    first = nobody.told[0]
    for one in children:
        state = one.folded.state
        assert (state.received_at, state.source) == (first.event.received_at, first.event.source)
        own = {NAMES[place - 1] for place, child in nobody.folded.state.matched.items() if child == one.child}
        (receipt,) = (record for record in right(one) if isinstance(record.event, ContactReceived))
        said = {each["name"] for each in receipt.text["children_said"]}
        # Of two who turn out to be one child, the first brings the contact.
        assert len(said) == 1
        assert said <= own


@settings(deadline=None, max_examples=50)
@examples(STEPS)
def test_what_was_put_right_is_right_of_every_child(steps):
    story, thing = play([*steps, (RIGHT, 1)])
    nobody, children = of_the_contact(story, thing)
    for one in (nobody, *children):
        receipts = [record for record in right(one) if isinstance(record.event, ContactReceived)]
        assert [record.text["worries"] for record in receipts] == ["One girl hid."]
