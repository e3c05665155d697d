"""The test kit itself: it says no when it should, and shows why."""

from typing import Annotated

import pytest

from shared.domain.clock_facts import DeadlineMissed
from shared.domain.command import Command, Refused
from shared.domain.decider import Stream
from shared.domain.event import Event, Sealed
from shared.domain.instants import london
from shared.domain.marks import Starts
from shared.domain.policy import AlreadySo, Policy
from shared.domain.rules import Deadline, Rule, Rulebook, Unit
from shared.testing.deciders import decider
from shared.testing.facts import CHILD, SIBLING, actor, event_id, record
from shared.testing.policies import given_policy

RULES = Rulebook(
    (Rule("T1", "it is done", "asked", 1, Unit.WORKING_DAYS, "done", "this test"),), edition="2026-11"
)
MONDAY = london(2026, 11, 9, 10)
DUE = Deadline(MONDAY, london(2026, 11, 11), rule="T1", edition="rules 2026-11; calendar EW-2026-11")


class Note(Sealed):
    note: str


class OtherNote(Sealed):
    note: str


class Asked(Event, name="test_testing.Asked", text=Note):
    by: Annotated[Deadline, Starts("T1")]


class Done(Event, name="test_testing.Done", meets=("T1",)):
    pass


class Elsewhere(Event, name="test_testing.Elsewhere"):
    pass


class Ask(Command, name="test_testing.Ask", opens=True):
    note: str = "please"


class Do(Command, name="test_testing.Do"):
    twice: bool = False


class Stray(Command, name="test_testing.Stray"):
    pass


def decide(command, state, context):
    match command:
        case Ask(note=note):
            text = OtherNote(note=note) if note == "wrong" else Note(note=note)
            return [Asked(by=context.deadline("T1", context.happened_at), sealed=text)]
        case Do(twice=twice):
            if not state:
                raise Refused("ask first", "T2", rule="T1", reason="not_asked")
            return [] if twice else [Done()]
        case _:
            return [Elsewhere()]


def evolve(state, event):
    assert event.sealed is None
    return (*state, event.NAME)


thing = Stream(
    name="thing",
    state=(),
    evolve=evolve,
    decide=decide,
    commands=Ask | Do | Stray,
    events=Asked | Done,
    clocks=("T1",),
)
given = decider(thing, RULES).given


def test_what_was_decided_is_compared_with_child_and_moment_filled():
    story = given().when(Ask(), at=MONDAY).then(Asked(by=DUE))
    story.then(Asked(by=DUE, child=CHILD, happened_at=MONDAY, sealed=Note(note="please")))
    for wrong in (
        [],
        [Asked(by=DUE), Done()],
        [Done()],
        [Asked(by=DUE, child=SIBLING)],
        [Asked(by=DUE, happened_at=london(2026, 11, 9, 9))],
        [Asked(by=DUE, sealed=Note(note="now"))],
    ):
        with pytest.raises(AssertionError, match="what was decided"):
            story.then(*wrong)


def test_a_difference_is_shown_line_by_line():
    with pytest.raises(AssertionError, match=r"-     sealed = .*now(.|\n)*\+     sealed = .*please"):
        given().when(Ask(), at=MONDAY).then(Asked(by=DUE, sealed=Note(note="now")))


def test_a_refusal_names_all_its_rules_and_no_other():
    story = given().when(Do(), at=MONDAY).refused("T1", "T2").refused("T2", "T1", reason="not_asked")
    for wrong in ({"rules": ("T1",)}, {"rules": ("T1", "T2"), "reason": "asked"}):
        with pytest.raises(AssertionError):
            story.refused(*wrong["rules"], reason=wrong.get("reason"))
    for wrong in (story.nothing, lambda: story.then(Done()), lambda: given().refused("T1")):
        with pytest.raises(AssertionError):
            wrong()


def test_nothing_is_neither_a_fact_nor_a_refusal():
    asked = given().when(Ask(), at=MONDAY)
    asked.when(Do(twice=True), at=MONDAY).nothing()
    with pytest.raises(AssertionError):
        asked.nothing()
    with pytest.raises(AssertionError, match="say `when` first"):
        given().nothing()


def test_clocks_run_beside_the_state_and_misses_are_recorded_once():
    asked = given().when(Ask(), at=MONDAY).clocks(T1="open").clocks(DUE.due_at, T1="missed")
    with pytest.raises(AssertionError, match="the clocks at"):
        asked.clocks(T1="met")
    late = asked.time_passes(until=DUE.due_at).missed("T1")
    assert late.records[1].event == DeadlineMissed(
        rule="T1", started_by=event_id(1), due_at=DUE.due_at, happened_at=DUE.due_at, child=CHILD
    )
    late.time_passes(until=london(2027, 1, 4)).missed()
    assert late.state == ("test_testing.Asked",)
    answered = asked.when(Do(), at=DUE.due_at).missed("T1").clocks(T1="missed")
    assert [one.envelope.role for one in answered.records] == ["mash_manager", "mash_manager", "service"]
    asked.when(Do(), at=MONDAY).missed().clocks(T1="met")


def test_what_is_born_late_is_missed_with_it():
    given().when(Ask(), at=london(2026, 12, 1), happened=MONDAY).missed("T1").then(Asked(by=DUE))


def test_given_events_are_folded_like_any_other():
    story = given(Asked(by=DUE), at=MONDAY).clocks(MONDAY, T1="open", T2=None)
    assert story.state == ("test_testing.Asked",)
    with pytest.raises(ValueError, match=r"say when test_testing\.Asked happened"):
        given(Asked(by=DUE))
    with pytest.raises(ValueError, match="nothing was done yet"):
        given().clocks(T1="open")


def test_times_that_the_kernel_refuses_are_no_story():
    later = london(2026, 11, 9, 11)
    for times in ({"happened": later}, {"known": later}, {"happened": MONDAY, "known": london(2026, 11, 8)}):
        with pytest.raises(ValueError, match="in this order"):
            given().when(Ask(), at=MONDAY, **times)


def test_an_event_of_no_stream_and_a_foreign_sealed_part_are_mistakes():
    with pytest.raises(AssertionError, match="is no event of thing"):
        given().when(Stray(), at=MONDAY)
    with pytest.raises(AssertionError, match="sealed with OtherNote, not with Note"):
        given().when(Ask(note="wrong"), at=MONDAY)


policy = Policy("elsewhere")


@policy.on(Asked, already_done=AlreadySo)
def do_it(_event, record):
    return Do(about=(record.event.child,))


def test_a_policys_command_takes_the_events_own_instants():
    arrival = given_policy(policy).when(Asked(by=DUE), at=london(2026, 11, 12), happened=MONDAY)
    arrival.then(Do(about=(CHILD,))).then(Do(about=(CHILD,), happened=MONDAY, known=MONDAY))
    arrival.refusal_means("already_done", AlreadySo).refusal_means("forbidden", None)
    for wrong in (Do(), Do(about=(CHILD,), happened=london(2026, 11, 12))):
        with pytest.raises(AssertionError, match="the commands that follow"):
            arrival.then(wrong)
    with pytest.raises(AssertionError):
        arrival.nothing()
    with pytest.raises(AssertionError):
        arrival.refusal_means("already_done", None)
    given_policy(policy).when(Done(), at=MONDAY).nothing()


def test_a_record_keeps_its_text_apart():
    stands = record(Asked(by=DUE, sealed=Note(note="please")), at=MONDAY, by=actor("lado", "Ines Marsh"))
    assert stands.event.sealed is None
    assert stands.text == {"note": "please", "recorded_by": "Ines Marsh"}
    assert (stands.envelope.agency, stands.service) == ("lado", "test_testing")
