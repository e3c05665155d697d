"""What is noted of an event on streams beside its own, where clocks run that it speaks of: when, and on which. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from shared.domain.clock_facts import notes_of
from shared.domain.deadlines import DeadlineClocks
from shared.domain.event import Event
from shared.domain.marks import MarkKind


@dataclass(frozen=True, slots=True)
class Standing:
    """How one stream stands, as far as notes are concerned."""

    clocks: DeadlineClocks
    opened: bool
    """Whether it has any event."""
    waits: bool
    """Whether nothing is noted on it before it opens: of an episode, which a decision opens."""


def notes_of_decision(
    before: Mapping[str, Standing], after: Mapping[str, Standing]
) -> list[tuple[str, Event]]:
    """What the events of a decision mean to clocks on streams beside them, each with the name of its stream.

    A stream that opens takes in what stands on the others already (a plan is typed up after the first visit under it),
    what this decision adds to them included. One that never opened will take it in when it does.
    """
    opened = [name for name, each in before.items() if not each.opened and after[name].opened]
    found: list[tuple[str, Event]] = []
    for name in opened:
        others = [each.clocks for beside, each in after.items() if beside != name]
        found += [(name, note) for note in _notes_before(name, after[name].clocks, others)]
    for writer, each in before.items():
        for name, notes in _notes_between(each.clocks, after[writer].clocks):
            # A stream that the decision did not look at has nothing to do with it: a contact that was not named by `re`.
            stands = name in before and (before[name].opened or not before[name].waits)
            if stands and name not in opened:
                found += [(name, note) for note in notes]
    return found


def _notes_between(before: DeadlineClocks, after: DeadlineClocks) -> Iterator[tuple[str, list[Event]]]:
    """What the events between two states of a stream say to clocks on streams beside, by the name of each."""
    for name in sorted(after.beside):
        noted = after.noted_on(name)[len(before.noted_on(name)) :]
        if noted:
            yield name, noted


def _notes_before(name: str, opened: DeadlineClocks, others: Iterable[DeadlineClocks]) -> list[Event]:
    """What events of other streams, written down before this one opened, say to its clocks: a plan is typed up after
    the first visit under it.
    """
    starts = opened.starts()
    return [note for other in others for note in other.noted_at_opening(name, starts)]


def notes_missing(
    name: str, episodes: Sequence[DeadlineClocks], others: Sequence[DeadlineClocks]
) -> list[list[Event]]:
    """Of each of a child's episodes of one kind (`name`), what events on other streams say to its clocks and is not
    noted there yet.

    So every act that happened while a plan ran counts for that plan: also one that was written down when the child's
    next plan ran already, and where a correction moves the act, or the start of the plan. A start that stands alone would
    start a clock on each: it stays on the one where it is noted.
    """
    found: list[list[Event]] = [[] for _ in episodes]
    for other in others:
        for event_id, marks in other.said_to(name).items():
            alone = {one.rule for one in marks if one.kind is MarkKind.START and not one.continues}
            settled = {rule for rule in alone if any(each.has_noted(rule, event_id) for each in episodes)}
            for clocks, notes in zip(episodes, found, strict=True):
                notes += notes_of(
                    [
                        one
                        for one in marks
                        if one.rule not in settled
                        and clocks.runs_at(one.rule, one.at)
                        and not clocks.has_noted(one.rule, event_id)
                    ],
                    event_id,
                )
    return found
