"""Random histories: the fold is what the rules say line by line, and the order of writing down decides nothing."""

from collections.abc import Callable, Iterator
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain import deadlines
from shared.domain.clock_facts import DeadlineMissed, notes_of
from shared.domain.corrections import RecordCorrected
from shared.domain.deadlines import DeadlineClock, DeadlineClocks
from shared.domain.marks import Mark, MarkKind
from tests.unit.domain.clock_histories import (
    HOUR,
    T0,
    Closed,
    Drawn,
    History,
    Planned,
    Seeded,
    Told,
    Visited,
    brute_force,
    fact,
    folded,
    shifted,
    step,
    written_anew,
)


@settings(max_examples=300)
@given(st.data())
def test_the_fold_is_what_the_rules_say_after_every_step(data: st.DataObject) -> None:
    history, draw = History(), Drawn(data.draw)
    for _ in range(draw.number(1, 14)):
        step(history, draw)
        assert folded(history.clocks) == brute_force(history.records)


@settings(max_examples=200)
@given(st.data())
def test_any_order_of_writing_down_gives_the_same_clocks(data: st.DataObject) -> None:
    """No two facts at one instant: there the order of writing down counts, as the rules have it."""
    draw = Drawn(data.draw)
    history = History()
    for n in range(draw.number(1, 8)):
        history.records.append(shifted(history.add(fact(draw)), T0 + n * HOUR))
        del history.records[-2]
    shuffled = data.draw(st.permutations(history.records))
    assert folded(written_anew(shuffled)) == folded(written_anew(history.records))


@settings(max_examples=200)
@given(st.data())
def test_every_clock_is_in_exactly_one_of_the_five_states(data: st.DataObject) -> None:
    history, draw = History(), Drawn(data.draw)
    for _ in range(draw.number(1, 14)):
        step(history, draw)
    now = T0 + draw.number(0, 30) * HOUR
    for clock in history.clocks:
        met = clock.acted_at is not None and clock.acted_at < clock.due_at
        ended = clock.ended_at is not None and clock.ended_at < clock.due_at
        stopped_late = not clock.running and not met and not ended
        passed = now >= clock.due_at or stopped_late
        states = {
            "met": met,
            "ended": ended,
            "missed": passed and not met and not ended,
            "varied": clock.varied and not passed and not met and not ended,
            "open": not clock.varied and not passed and not met and not ended,
        }
        assert [name for name, so in states.items() if so] == [clock.state(now)]


@settings(max_examples=100)
@given(st.data())
def test_each_due_instant_is_said_once_and_only_when_it_was_missed(data: st.DataObject) -> None:
    history, draw = History(), Drawn(data.draw)
    for _ in range(draw.number(1, 12)):
        step(history, draw)
        history.say_misses()
        assert history.clocks.newly_missed(history.now) == ()
    said = [
        (one.event.rule, one.event.started_by, one.event.due_at)
        for one in history.records
        if isinstance(one.event, DeadlineMissed)
    ]
    assert len(said) == len(set(said))
    assert all(due <= history.now for _, _, due in said)


@settings(max_examples=200)
@given(st.data())
def test_what_is_noted_beside_means_what_it_would_at_home(data: st.DataObject) -> None:
    """The same facts, once on the stream that keeps the clocks, once noted there from another."""
    draw, home, beside = Drawn(data.draw), DeadlineClocks(), DeadlineClocks()
    version = 0
    for n in range(draw.number(1, 8)):
        event = fact(draw, draw.pick([Planned, Visited, Told, Closed]))
        cause = UUID(int=n + 1)
        home = home.after(event, cause, n + 1)
        for note in notes_of(event.marks(), cause):
            version += 1
            beside = beside.after(note, UUID(int=1000 + version), version)
    assert sorted(map(_seen, beside)) == sorted(map(_seen, home))


def _seen(clock: DeadlineClock) -> tuple[Any, ...]:
    never = T0 - HOUR
    return (
        clock.rule,
        clock.deadline.starts_at,
        clock.due_at,
        clock.acted_at or never,
        clock.ended_at or never,
    )


# -- mutants: a derivation that is wrong in one thing is found by these histories


def _ends_before_acts(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Mark, "rank", property(lambda mark: {"end": 0, "act": 1, "set": 3, "start": 4}[mark.kind]))


def _starts_before_acts(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Mark, "rank", property(lambda mark: {"start": 0, "act": 1, "end": 2, "set": 3}[mark.kind]))


def _no_start_first(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Mark, "rank", property(lambda mark: {"act": 1, "end": 2, "set": 3, "start": 4}[mark.kind]))


def _placed(order: Callable[[Any], Any]) -> Callable[[pytest.MonkeyPatch], None]:
    return lambda patch: patch.setattr(deadlines._Placed, "order", property(order))


def _every_start_is_a_clock(patch: pytest.MonkeyPatch) -> None:
    whole = DeadlineClocks._of_rule

    def chained(self: DeadlineClocks, marks: Any) -> Iterator[Any]:
        yield from whole(self, [one._replace(mark=one.mark._replace(continues=False)) for one in marks])

    patch.setattr(DeadlineClocks, "_of_rule", chained)


def _withdrawn_starts_stand(patch: pytest.MonkeyPatch) -> None:
    whole = DeadlineClocks._of_rule

    def standing(self: DeadlineClocks, marks: Any) -> Iterator[Any]:
        yield from whole(self, [one._replace(withdrawn=False) for one in marks])

    patch.setattr(DeadlineClocks, "_of_rule", standing)


def _agreements_are_not_heard(patch: pytest.MonkeyPatch) -> None:
    whole = DeadlineClocks._of_rule

    def deaf(self: DeadlineClocks, marks: Any) -> Iterator[Any]:
        yield from whole(self, [one for one in marks if one.mark.kind is not MarkKind.SET])

    patch.setattr(DeadlineClocks, "_of_rule", deaf)


def _corrections_come_last(patch: pytest.MonkeyPatch) -> None:
    whole = DeadlineClocks.after

    def later(self: DeadlineClocks, event: Any, event_id: Any, version: int) -> DeadlineClocks:
        if isinstance(event, RecordCorrected) and (right := event.right()) is not None:
            return whole(self, right, event.corrects.event, version)
        return whole(self, event, event_id, version)

    patch.setattr(DeadlineClocks, "after", later)


MUTANTS = {
    "an end before an act": _ends_before_acts,
    "a start before an act": _starts_before_acts,
    "no start comes first": _no_start_first,
    "the order of writing down": _placed(lambda one: (T0, one.version, one.mark.rank)),
    "the instant alone": _placed(lambda one: (one.mark.at, 0, one.mark.rank)),
    "every start is a clock": _every_start_is_a_clock,
    "withdrawn starts stand": _withdrawn_starts_stand,
    "agreements are not heard": _agreements_are_not_heard,
    "a correction is one event more": _corrections_come_last,
}


@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_wrong_derivation_is_found(mutant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    MUTANTS[mutant](monkeypatch)
    assert any(_differs(seed) for seed in range(400)), "no history tells it from the right one"


def test_the_right_derivation_is_found_right() -> None:
    assert not any(_differs(seed) for seed in range(400))


def _differs(seed: int) -> bool:
    history, draw = History(), Seeded(Random(seed))
    for _ in range(12):
        step(history, draw)
    return folded(written_anew(history.records)) != brute_force(history.records)
